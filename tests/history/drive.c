#include "drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct bko_span *name(struct name *n, char prefix, int64_t number)
{
	int size = snprintf(n->text, sizeof n->text, "%c%lld", prefix, (long long)number);
	n->span.data = n->text;
	n->span.size = (size_t)size;
	return &n->span;
}

static const struct bko_span *none(struct name *n)
{
	n->span.data = NULL;
	n->span.size = 0;
	return &n->span;
}

const struct bko_span *name_item(struct name *n, int32_t item)
{
	return name(n, 'i', item);
}

const struct bko_span *name_location(struct name *n, int32_t location)
{
	return location == 0 ? none(n) : name(n, 'L', location);
}

const struct bko_span *name_order(struct name *n, uint32_t id)
{
	return id ? name(n, 'o', id) : none(n);
}

const struct bko_span *name_other(struct name *n, uint32_t id)
{
	return id ? name(n, 'x', id) : none(n);
}

const struct bko_span *name_text(struct name *n, char prefix, int32_t number)
{
	return number ? name(n, prefix, number) : none(n);
}

int32_t number_of(const struct bko_id *id)
{
	char text[16] = {0};
	if (id->size < 2 || id->size >= sizeof text)
		return -1;
	memcpy(text, id->bytes, id->size);
	return (int32_t)strtol(text + 1, NULL, 10);
}

int32_t location_of(const struct bko_id *id)
{
	return id->size == 0 ? 0 : number_of(id);
}

/* Everything an operation may name, kept while it is carried out. */
struct names {
	struct name id, order, other, item, location, to, customer, channel, bucket, to_bucket;
	struct name items[OP_LINES], candidates[OP_LINES][OP_LOCATIONS + 1], at[OP_LINES];
	struct bko_span spans[OP_LINES][OP_LOCATIONS + 1];
	struct bko_line lines[OP_LINES];
	struct bko_pick picks[OP_LINES];
	struct bko_op op;
};

static void lines_of(struct names *n, const struct op *op)
{
	for (uint32_t i = 0; i < op->line_count && i < OP_LINES; i++) {
		const struct op_line *from = &op->lines[i];
		struct bko_line *to = &n->lines[i];
		to->struct_size = sizeof *to;
		to->item = *name_item(&n->items[i], from->item);
		for (int32_t k = 0; k < from->candidate_count; k++)
			n->spans[i][k] = *name_location(&n->candidates[i][k], from->candidates[k]);
		to->candidates = n->spans[i];
		to->candidate_count = (uint32_t)from->candidate_count;
		to->quantity = from->quantity;
	}
}

static void picks_of(struct names *n, const struct op *op)
{
	for (uint32_t i = 0; i < op->pick_count && i < OP_LINES; i++) {
		struct bko_pick *to = &n->picks[i];
		to->struct_size = sizeof *to;
		to->line = op->picks[i].line;
		to->quantity = op->picks[i].quantity;
		to->at_location = op->picks[i].location != OP_ANY;
		if (to->at_location)
			to->location = *name_location(&n->at[i], op->picks[i].location);
	}
}

static int32_t drive_place(bko_engine *engine, const struct op *op, struct names *n,
                           struct bko_outcome *out)
{
	struct bko_order_request q = {
		.struct_size = sizeof q,
		.flags = op->option,
		.customer = *name_text(&n->customer, 'c', op->customer),
		.channel = *name_text(&n->channel, 'h', op->channel),
		.lines = n->lines,
		.line_count = op->line_count,
		.stride = sizeof *n->lines,
		.order_class = op->order_class,
		.stops = op->stops,
		.need_by_ms = op->need_by,
		.rank_ms = op->rank,
		.hold_until_ms = op->until,
	};
	lines_of(n, op);
	if (op->kind == OP_QUOTE)
		return bko_order_quote(engine, op->now, &q, out);
	n->op.id = *name_order(&n->id, op->id);
	return bko_order_place(engine, &n->op, &q, out);
}

static int32_t drive_available(bko_engine *engine, const struct op *op, struct names *n,
                               struct op_result *r)
{
	struct bko_availability_query q = {
		.struct_size = sizeof q,
		.candidate_count = (uint32_t)op->lines[0].candidate_count,
		.without = *name_order(&n->order, op->order),
		.quantity = op->lines[0].quantity,
		.now_ms = op->now,
		.at_ms = op->until,
	};
	lines_of(n, op);
	q.item = n->lines[0].item;
	q.candidates = n->lines[0].candidates;
	r->availability.struct_size = sizeof r->availability;
	return bko_item_availability(engine, &q, &r->availability);
}

static int32_t drive_amend(bko_engine *engine, const struct op *op, struct names *n,
                           struct bko_outcome *out)
{
	struct bko_amend a = {
		.struct_size = sizeof a,
		.set = op->option,
		.order = *name_order(&n->order, op->order),
		.line = (uint32_t)op->line,
		.order_class = op->order_class,
		.quantity = op->quantity,
		.need_by_ms = op->need_by,
		.rank_ms = op->rank,
		.from = *name_location(&n->location, op->location),
		.to = *name_location(&n->to, op->to),
	};
	return bko_order_amend(engine, &n->op, &a, out);
}

static int32_t drive_units(bko_engine *engine, const struct op *op, struct names *n,
                           struct bko_outcome *out)
{
	struct bko_units u = {
		.struct_size = sizeof u,
		.flags = op->option,
		.order = *name_order(&n->order, op->order),
		.picks = n->picks,
		.pick_count = op->pick_count,
		.stride = sizeof *n->picks,
	};
	picks_of(n, op);
	if (op->kind == OP_CANCEL)
		return bko_order_cancel(engine, &n->op, &u, out);
	if (op->kind == OP_SHIP)
		return bko_order_ship(engine, &n->op, &u, out);
	n->op.id = *name_order(&n->id, op->id);
	return bko_order_split(engine, &n->op, &u, out);
}

static int32_t drive_mark(bko_engine *engine, const struct op *op, struct names *n,
                          struct bko_outcome *out)
{
	struct bko_mark k = {
		.struct_size = sizeof k,
		.action = op->option,
		.order = *name_order(&n->order, op->order),
		.picks = n->picks,
		.pick_count = op->pick_count,
		.stride = sizeof *n->picks,
		.stops = op->stops,
	};
	picks_of(n, op);
	return bko_order_mark(engine, &n->op, &k, out);
}

static int32_t drive_return(bko_engine *engine, const struct op *op, struct names *n,
                            struct bko_outcome *out)
{
	struct bko_return b = {
		.struct_size = sizeof b,
		.disposition = op->option,
		.order = *name_order(&n->order, op->order),
		.line = (uint32_t)op->line,
		.to_named = op->to != OP_ANY,
		.quantity = op->quantity,
		.expected_ms = op->until,
	};
	if (op->to != OP_ANY)
		b.to = *name_location(&n->to, op->to);
	if (op->option == BKO_RETURN_BUCKET)
		b.bucket = *name_text(&n->bucket, 'b', op->bucket);
	return bko_order_return(engine, &n->op, &b, out);
}

static int32_t drive_adjust(bko_engine *engine, const struct op *op, struct names *n,
                            struct bko_outcome *out)
{
	struct bko_adjustment a = {
		.struct_size = sizeof a,
		.kind = op->option,
		.item = n->item.span,
		.location = n->location.span,
		.reason = {"counted", 7},
		.quantity = op->quantity,
		.revision = op->revision,
	};
	if (op->option == BKO_ADJUST_FEED)
		a.source = *name_text(&n->bucket, 's', op->bucket);
	else
		a.bucket = *name_text(&n->bucket, 'b', op->bucket);
	if (op->option == BKO_ADJUST_MOVE)
		a.to_bucket = *name_text(&n->to_bucket, 'b', op->to_bucket);
	return bko_stock_adjust(engine, &n->op, &a, out);
}

static int32_t drive_receive(bko_engine *engine, const struct op *op, struct names *n,
                             struct bko_outcome *out)
{
	struct bko_receipt q = {
		.struct_size = sizeof q,
		.last = op->option,
		.item = n->item.span,
		.location = n->location.span,
		.supply = *name_other(&n->other, op->other),
		.quantity = op->quantity,
	};
	return bko_stock_receive(engine, &n->op, &q, out);
}

static int32_t drive_force(bko_engine *engine, const struct op *op, struct names *n,
                           struct bko_outcome *out)
{
	struct bko_forced_sale q = {
		.struct_size = sizeof q,
		.flags = op->option,
		.item = n->item.span,
		.location = n->location.span,
		.order = *name_order(&n->order, op->order),
		.line = (uint32_t)op->line,
		.quantity = op->quantity,
	};
	return bko_stock_force(engine, &n->op, &q, out);
}

static int32_t drive_supply(bko_engine *engine, const struct op *op, struct names *n,
                            struct bko_outcome *out)
{
	struct bko_supply q = {
		.struct_size = sizeof q,
		.action = op->option,
		.item = n->item.span,
		.location = n->location.span,
		.supply = *name_other(&n->other, op->other),
		.state = op->stops,
		.quantity = op->quantity,
		.due_ms = op->until,
		.grace_ms = op->grace,
	};
	return bko_supply_set(engine, &n->op, &q, out);
}

static int32_t drive_stock(bko_engine *engine, const struct op *op, struct names *n,
                           struct bko_outcome *out)
{
	struct bko_reversal reversal = {.struct_size = sizeof reversal};
	struct bko_transfer transfer = {.struct_size = sizeof transfer};
	name_item(&n->item, op->item);
	name_location(&n->location, op->location);
	switch (op->kind) {
	case OP_RECEIVE: return drive_receive(engine, op, n, out);
	case OP_ADJUST: return drive_adjust(engine, op, n, out);
	case OP_FORCE: return drive_force(engine, op, n, out);
	case OP_SUPPLY: return drive_supply(engine, op, n, out);
	case OP_REVERSE:
		reversal.item = n->item.span;
		reversal.location = n->location.span;
		reversal.receipt = *name_other(&n->other, op->other);
		return bko_stock_reverse(engine, &n->op, &reversal, out);
	default:
		transfer.item = n->item.span;
		transfer.from = n->location.span;
		transfer.to = *name_location(&n->to, op->to);
		transfer.quantity = op->quantity;
		transfer.expected_ms = op->until;
		return bko_stock_transfer(engine, &n->op, &transfer, out);
	}
}

static int32_t drive_policy(bko_engine *engine, const struct op *op, struct names *n)
{
	struct bko_policy policy = op->policy;
	struct bko_policy_row row = {
		.struct_size = sizeof row, .scope = op->option, .policy = &policy};
	int32_t status = BKO_OK;
	policy.struct_size = sizeof policy;
	if (op->option != BKO_SCOPE_DEFAULTS)
		row.item = *name_item(&n->item, op->item);
	if (op->option == BKO_SCOPE_POSITION)
		row.location = *name_location(&n->location, op->location);
	return bko_policy_set(engine, op->now, &row, 1, sizeof row, &status);
}

static int32_t drive_limit(bko_engine *engine, const struct op *op, struct names *n)
{
	static const char prefix[] = {0, 'i', 'c', 'h'};
	struct bko_limit l = {.struct_size = sizeof l,
	                      .of = op->option,
	                      .limit_kind = op->stops,
	                      .limit = op->quantity};
	l.id = *name(&n->item, prefix[op->option], op->line);
	return bko_limit_set(engine, op->now, &l);
}

int32_t drive_quiet(bko_engine *engine, int64_t now_ms)
{
	enum { TICKS = 10000 }; /* more than any world needs: a tick that never ends is a fault */
	struct bko_next next = {.struct_size = sizeof next};
	for (int32_t i = 0; i < TICKS; i++) {
		int32_t status = bko_engine_tick(engine, now_ms, 8, &next);
		if (status != BKO_OK)
			return status;
		if (next.kind != BKO_DATE_KNOWN || next.at_ms > now_ms)
			return BKO_OK;
	}
	return BKO_E_STATE;
}

static int32_t drive_resolve(bko_engine *engine, const struct op *op, struct names *n,
                             struct op_result *r)
{
	struct bko_operation o = {.struct_size = sizeof o,
	                          .subject = op->order ? BKO_SUBJECT_ORDER : BKO_SUBJECT_POSITION};
	n->op.id = *name_other(&n->id, op->id);
	if (op->order) {
		o.order = *name_order(&n->order, op->order);
		if (op->order == op->id)
			n->op.id = o.order;
	} else {
		o.item = *name_item(&n->item, op->item);
		o.location = *name_location(&n->location, op->location);
	}
	return bko_operation_resolve(engine, &n->op, &o, &r->happened);
}

static int32_t drive_calendar(bko_engine *engine, const struct op *op, struct names *n)
{
	int32_t holiday = (int32_t)op->until;
	struct bko_calendar c = {.struct_size = sizeof c,
	                         .working_days = op->stops,
	                         .utc_offset_minutes = (int32_t)op->grace,
	                         .cutoff_minutes = (uint32_t)op->quantity,
	                         .holidays = &holiday,
	                         .holiday_count = 1};
	return bko_location_set(engine, op->now, name_location(&n->location, op->location), &c);
}

static int32_t drive_prune(bko_engine *engine, const struct op *op)
{
	uint32_t done = 0;
	int32_t status = BKO_OK;
	while (status == BKO_OK && !done)
		status = bko_engine_prune(engine, op->now, op->until, 7, &done);
	return status;
}

static int32_t drive_explain(bko_engine *engine, const struct op *op, struct names *n,
                             struct op_result *r)
{
	int32_t status;
	r->explanation.struct_size = sizeof r->explanation;
	status = bko_queue_explain(engine, op->now, name_order(&n->order, op->order),
	                           (uint32_t)op->line, &r->explanation);
	r->home = r->explanation.waits_for ? location_of(&r->explanation.location) + 1 : 0;
	return status;
}

static int32_t drive_rerank(bko_engine *engine, const struct op *op, struct names *n)
{
	uint32_t done = 0;
	int32_t status = BKO_OK;
	name_item(&n->item, op->item);
	name_location(&n->location, op->location);
	while (status == BKO_OK && !done)
		status = bko_queue_rerank(engine, op->now, &n->item.span, &n->location.span, 4,
		                          &done);
	return status;
}

void drive(bko_engine *engine, const struct op *op, struct op_result *r)
{
	struct names n;
	struct bko_void undo = {.struct_size = sizeof undo};
	struct bko_confirm confirm = {.struct_size = sizeof confirm, .extend_until_ms = op->until};
	memset(&n, 0, sizeof n);
	memset(r, 0, sizeof *r);
	n.op.struct_size = sizeof n.op;
	n.op.flags = op->flags;
	n.op.now_ms = op->now;
	n.op.id = *name_other(&n.id, op->id);
	r->outcome.struct_size = sizeof r->outcome;
	r->outcome.lines = r->lines;
	r->outcome.line_capacity = OP_LINES;
	r->outcome.stride = sizeof *r->lines;
	switch (op->kind) {
	case OP_POLICY: r->status = drive_policy(engine, op, &n); break;
	case OP_LIMIT: r->status = drive_limit(engine, op, &n); break;
	case OP_PLACE:
	case OP_QUOTE: r->status = drive_place(engine, op, &n, &r->outcome); break;
	case OP_AVAILABLE: r->status = drive_available(engine, op, &n, r); break;
	case OP_CONFIRM:
		confirm.order = *name_order(&n.order, op->order);
		r->status = bko_order_confirm(engine, &n.op, &confirm, &r->outcome);
		break;
	case OP_AMEND: r->status = drive_amend(engine, op, &n, &r->outcome); break;
	case OP_SPLIT:
	case OP_CANCEL:
	case OP_SHIP: r->status = drive_units(engine, op, &n, &r->outcome); break;
	case OP_VOID:
		undo.order = *name_order(&n.order, op->order);
		undo.shipment = *name_other(&n.other, op->other);
		r->status = bko_order_void(engine, &n.op, &undo, &r->outcome);
		break;
	case OP_RETURN: r->status = drive_return(engine, op, &n, &r->outcome); break;
	case OP_MARK: r->status = drive_mark(engine, op, &n, &r->outcome); break;
	case OP_TICK: r->status = drive_quiet(engine, op->now); break;
	case OP_RERANK: r->status = drive_rerank(engine, op, &n); break;
	case OP_CALENDAR: r->status = drive_calendar(engine, op, &n); break;
	case OP_PRUNE: r->status = drive_prune(engine, op); break;
	case OP_EXPLAIN: r->status = drive_explain(engine, op, &n, r); break;
	case OP_MAIL: break; /* see mail.c */
	case OP_RESOLVE: r->status = drive_resolve(engine, op, &n, r); break;
	default: r->status = drive_stock(engine, op, &n, &r->outcome); break;
	}
}
