#include "calls.h"

#include <stddef.h>
#include <string.h>

struct call calls[CALLS_MAX];

/* All that arguments point to. Ids are read up to 64 bytes whatever they name. */
static struct {
	char names[16][128];
	struct bko_span candidates[8];
	struct bko_line lines[64];
	struct bko_pick picks[64];
	struct bko_line_outcome outcomes[64];
	struct bko_policy policy;
	int32_t holidays[256];
	uint8_t behind[1 << 16]; /* strides may be wide */
} lent;

int calls_is_lent(const void *slot)
{
	uintptr_t value, from = (uintptr_t)&lent;
	memcpy(&value, slot, sizeof value);
	return value >= from && value < from + sizeof lent;
}

/* An empty id that points somewhere all the same, so that it is known as a pointer. */
#define EMPTY                     \
	{                         \
		lent.names[14], 0 \
	}

static struct bko_span name(uint32_t n, const char *text)
{
	struct bko_span span = {lent.names[n], strlen(text)};
	memcpy(lent.names[n], text, span.size);
	return span;
}

#define RUN3(run, verb)                             \
	static int32_t run(bko_engine *e, void **a) \
	{                                           \
		return verb(e, a[0], a[1], a[2]);   \
	}
RUN3(run_place, bko_order_place)
RUN3(run_confirm, bko_order_confirm)
RUN3(run_amend, bko_order_amend)
RUN3(run_split, bko_order_split)
RUN3(run_cancel, bko_order_cancel)
RUN3(run_ship, bko_order_ship)
RUN3(run_void, bko_order_void)
RUN3(run_return, bko_order_return)
RUN3(run_mark, bko_order_mark)
RUN3(run_receive, bko_stock_receive)
RUN3(run_reverse, bko_stock_reverse)
RUN3(run_adjust, bko_stock_adjust)
RUN3(run_force, bko_stock_force)
RUN3(run_transfer, bko_stock_transfer)
RUN3(run_supply, bko_supply_set)
RUN3(run_resolve, bko_operation_resolve)

static int32_t run_quote(bko_engine *e, void **a)
{
	return bko_order_quote(e, 5000, a[0], a[1]);
}

static int32_t run_available(bko_engine *e, void **a)
{
	return bko_item_availability(e, a[0], a[1]);
}

static int32_t run_limit(bko_engine *e, void **a)
{
	return bko_limit_set(e, 5000, a[0]);
}

static int32_t run_limit_read(bko_engine *e, void **a)
{
	return bko_limit_read(e, 5000, a[0]);
}

static int32_t run_policy(bko_engine *e, void **a)
{
	int32_t status;
	return bko_policy_set(e, 5000, a[0], 1, sizeof(struct bko_policy_row), &status);
}

static int32_t run_calendar(bko_engine *e, void **a)
{
	return bko_location_set(e, 5000, a[0], a[1]);
}

static int32_t run_order_list(bko_engine *e, void **a)
{
	struct bko_id ids[2];
	size_t count;
	return bko_order_list(e, a[0], ids, 2, &count);
}

static int32_t run_item_list(bko_engine *e, void **a)
{
	struct bko_id ids[2];
	size_t count;
	return bko_item_list(e, a[0], ids, 2, &count);
}

static int32_t run_tick(bko_engine *e, void **a)
{
	return bko_engine_tick(e, 5000, 2, a[0]);
}

static int32_t run_verify(bko_engine *e, void **a)
{
	struct bko_finding finding;
	size_t count;
	return bko_engine_verify(e, 5000, 0, a[0], 100, &finding, 1, sizeof finding, &count);
}

static int32_t run_order(bko_engine *e, void **a)
{
	struct bko_order_info info = {.struct_size = sizeof info};
	bko_order *order = NULL;
	int32_t status = bko_order_open(e, 5000, a[0], &order);
	if (!status)
		status = bko_order_read(order, &info);
	bko_order_close(order);
	return status;
}

static int32_t run_item(bko_engine *e, void **a)
{
	struct bko_position position;
	bko_item *item = NULL;
	size_t count;
	int32_t status = bko_item_open(e, 5000, a[0], &item);
	if (!status)
		status = bko_item_read(item, 0, &position, 1, sizeof position, &count);
	bko_item_close(item);
	return status;
}

static int32_t run_buckets(bko_engine *e, void **a)
{
	struct bko_bucket buckets[2];
	size_t count;
	return bko_bucket_list(e, a[0], a[1], buckets, 2, sizeof *buckets, &count);
}

static int32_t run_supplies(bko_engine *e, void **a)
{
	struct bko_supply_info supplies[2];
	size_t count;
	return bko_supply_list(e, 5000, a[0], a[1], 0, supplies, 2, sizeof *supplies, &count);
}

static int32_t run_queue(bko_engine *e, void **a)
{
	struct bko_waiting waiting[2];
	bko_queue *queue = NULL;
	size_t count;
	int32_t status = bko_queue_open(e, 5000, a[0], a[1], BKO_QUEUE_LIVE, &queue);
	if (!status)
		status = bko_queue_next(queue, waiting, 2, sizeof *waiting, &count);
	bko_queue_close(queue);
	return status;
}

static int32_t run_explain(bko_engine *e, void **a)
{
	return bko_queue_explain(e, 5000, a[0], 0, a[1]);
}

static int32_t run_rerank(bko_engine *e, void **a)
{
	uint32_t done;
	return bko_queue_rerank(e, 5000, a[0], a[1], 1, &done);
}

static int32_t run_consumer(bko_engine *e, void **a)
{
	return bko_event_consumer(e, a[0], 0);
}

static int32_t run_lane(bko_engine *e, void **a)
{
	return bko_event_lane(e, a[0], 0, a[1]);
}

static uint32_t made;

static struct call *add(const char *title, int32_t (*run)(bko_engine *, void **))
{
	struct call *c = &calls[made++];
	memset(c, 0, sizeof *c);
	c->name = title;
	c->run = run;
	return c;
}

static struct arg *give(struct call *c, uint32_t n, uint32_t kind, const void *data, size_t size)
{
	c->args[n].kind = kind;
	c->args[n].size = (uint32_t)size;
	memcpy(c->data[n], data, size);
	return &c->args[n];
}

/* A changing verb: operation, request, outcome. */
static struct arg *change(const char *title, int32_t (*run)(bko_engine *, void **), uint32_t id,
                          const char *text, const void *request, size_t size)
{
	struct bko_op op = {.struct_size = sizeof op, .now_ms = 5000};
	struct bko_outcome outcome = {.struct_size = sizeof outcome,
	                              .lines = lent.outcomes,
	                              .line_capacity = 4,
	                              .stride = sizeof *lent.outcomes};
	struct call *c = add(title, run);
	struct arg *last;
	op.id = name(id, text);
	give(c, 0, ARG_INPUT, &op, sizeof op);
	last = give(c, 2, ARG_RESULT, &outcome, sizeof outcome);
	last->optional = 1;
	last->counts[last->count_slots++] = offsetof(struct bko_outcome, line_capacity);
	return give(c, 1, ARG_INPUT, request, size);
}

/* A list or copy: spans, then perhaps a result. */
static void ask(const char *title, int32_t (*run)(bko_engine *, void **), const struct bko_span *a,
                const struct bko_span *b, const void *result, size_t size)
{
	struct call *c = add(title, run);
	give(c, 0, ARG_ITEMS, a, sizeof *a);
	if (b)
		give(c, 1, ARG_ITEMS, b, sizeof *b);
	else if (result)
		give(c, 1, ARG_RESULT, result, size);
}

static void fill_orders(const struct bko_span *item, const struct bko_span *order)
{
	struct bko_order_request place = {.struct_size = sizeof place,
	                                  .customer = EMPTY,
	                                  .channel = EMPTY,
	                                  .lines = lent.lines,
	                                  .line_count = 1,
	                                  .stride = sizeof *lent.lines};
	struct bko_confirm confirm = {.struct_size = sizeof confirm, .order = name(4, "hold")};
	struct bko_amend amend = {.struct_size = sizeof amend,
	                          .set = BKO_AMEND_QUANTITY,
	                          .order = *order,
	                          .quantity = 3,
	                          .from = EMPTY,
	                          .to = EMPTY};
	struct bko_units units = {.struct_size = sizeof units,
	                          .order = *order,
	                          .picks = lent.picks,
	                          .pick_count = 1,
	                          .stride = sizeof *lent.picks};
	struct bko_void undo = {
		.struct_size = sizeof undo, .order = *order, .shipment = name(5, "ship")};
	struct bko_return back = {.struct_size = sizeof back,
	                          .order = *order,
	                          .quantity = 1,
	                          .to = EMPTY,
	                          .bucket = EMPTY};
	struct bko_mark mark = {.struct_size = sizeof mark,
	                        .action = BKO_MARK_PICK,
	                        .order = *order,
	                        .picks = lent.picks,
	                        .pick_count = 1,
	                        .stride = sizeof *lent.picks};
	struct arg *a = change("place", run_place, 6, "new", &place, sizeof place);
	a->counts[a->count_slots++] = offsetof(struct bko_order_request, line_count);
	change("confirm", run_confirm, 7, "op", &confirm, sizeof confirm);
	change("amend", run_amend, 7, "op", &amend, sizeof amend);
	a = change("split", run_split, 6, "new", &units, sizeof units);
	a->counts[a->count_slots++] = offsetof(struct bko_units, pick_count);
	a = change("cancel", run_cancel, 7, "op", &units, sizeof units);
	a->counts[a->count_slots++] = offsetof(struct bko_units, pick_count);
	a = change("ship", run_ship, 7, "op", &units, sizeof units);
	a->counts[a->count_slots++] = offsetof(struct bko_units, pick_count);
	change("void", run_void, 7, "op", &undo, sizeof undo);
	change("return", run_return, 7, "op", &back, sizeof back);
	a = change("mark", run_mark, 7, "op", &mark, sizeof mark);
	a->counts[a->count_slots++] = offsetof(struct bko_mark, pick_count);
	a = give(add("quote", run_quote), 0, ARG_INPUT, &place, sizeof place);
	a->counts[a->count_slots++] = offsetof(struct bko_order_request, line_count);
	calls[made - 1].args[1] = calls[0].args[2];
	memcpy(calls[made - 1].data[1], calls[0].data[2], sizeof calls[0].data[2]);
	(void)item;
}

static void fill_stock(const struct bko_span *item)
{
	struct bko_receipt receipt = {.struct_size = sizeof receipt,
	                              .item = *item,
	                              .location = EMPTY,
	                              .supply = EMPTY,
	                              .lot = EMPTY,
	                              .quantity = 2};
	struct bko_reversal reversal = {.struct_size = sizeof reversal,
	                                .item = *item,
	                                .location = EMPTY,
	                                .receipt = name(8, "receipt")};
	struct bko_adjustment adjustment = {.struct_size = sizeof adjustment,
	                                    .kind = BKO_ADJUST_CHANGE,
	                                    .item = *item,
	                                    .location = EMPTY,
	                                    .bucket = EMPTY,
	                                    .to_bucket = EMPTY,
	                                    .source = EMPTY,
	                                    .reason = name(9, "why"),
	                                    .quantity = 1};
	struct bko_forced_sale sale = {.struct_size = sizeof sale,
	                               .item = *item,
	                               .location = EMPTY,
	                               .order = EMPTY,
	                               .quantity = 1};
	struct bko_transfer transfer = {.struct_size = sizeof transfer,
	                                .item = *item,
	                                .from = EMPTY,
	                                .to = name(10, "other"),
	                                .quantity = 1};
	struct bko_supply supply = {.struct_size = sizeof supply,
	                            .action = BKO_SUPPLY_PLAN,
	                            .item = *item,
	                            .location = EMPTY,
	                            .supplier = EMPTY,
	                            .supply = name(11, "supply"),
	                            .quantity = 4};
	struct bko_operation operation = {.struct_size = sizeof operation,
	                                  .subject = BKO_SUBJECT_POSITION,
	                                  .order = EMPTY,
	                                  .item = *item,
	                                  .location = EMPTY};
	uint32_t happened = 0;
	change("receive", run_receive, 7, "op", &receipt, sizeof receipt);
	change("reverse", run_reverse, 7, "op", &reversal, sizeof reversal);
	change("adjust", run_adjust, 7, "op", &adjustment, sizeof adjustment);
	change("force", run_force, 7, "op", &sale, sizeof sale);
	change("transfer", run_transfer, 7, "op", &transfer, sizeof transfer);
	change("supply", run_supply, 7, "op", &supply, sizeof supply);
	change("resolve", run_resolve, 7, "op", &operation, sizeof operation);
	memset(&calls[made - 1].args[2], 0, sizeof calls[0].args[2]);
	give(&calls[made - 1], 2, ARG_ITEMS, &happened, sizeof happened);
}

static void fill_settings(const struct bko_span *item, const struct bko_span *order)
{
	struct bko_policy_row row = {.struct_size = sizeof row,
	                             .scope = BKO_SCOPE_ITEM,
	                             .item = *item,
	                             .location = EMPTY,
	                             .policy = &lent.policy};
	struct bko_limit limit = {
		.struct_size = sizeof limit, .of = BKO_LIMIT_ITEM, .id = *item, .limit = 9};
	struct bko_calendar calendar = {.struct_size = sizeof calendar,
	                                .working_days = 31,
	                                .holidays = lent.holidays,
	                                .holiday_count = 1};
	struct bko_availability_query query = {.struct_size = sizeof query,
	                                       .item = *item,
	                                       .candidates = lent.candidates,
	                                       .without = EMPTY,
	                                       .quantity = 1,
	                                       .now_ms = 5000};
	struct bko_availability said = {.struct_size = sizeof said};
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_next next = {.struct_size = sizeof next};
	struct bko_explanation explanation = {.struct_size = sizeof explanation};
	struct bko_lane lane = {.struct_size = sizeof lane};
	struct bko_span nowhere = EMPTY, shop = name(12, "shop");
	struct call *c;
	struct arg *a;
	lent.policy.struct_size = sizeof lent.policy;
	lent.policy.set = BKO_SET_LOW_AT;
	lent.policy.low_at = 3;
	give(add("policy", run_policy), 0, ARG_ITEMS, &row, sizeof row);
	give(add("limit", run_limit), 0, ARG_INPUT, &limit, sizeof limit);
	give(add("limit read", run_limit_read), 0, ARG_INPUT, &limit, sizeof limit);
	c = add("calendar", run_calendar);
	give(c, 0, ARG_ITEMS, &shop, sizeof shop);
	a = give(c, 1, ARG_INPUT, &calendar, sizeof calendar);
	a->counts[a->count_slots++] = offsetof(struct bko_calendar, holiday_count);
	c = add("availability", run_available);
	a = give(c, 0, ARG_INPUT, &query, sizeof query);
	a->counts[a->count_slots++] = offsetof(struct bko_availability_query, candidate_count);
	give(c, 1, ARG_RESULT, &said, sizeof said);
	give(add("orders", run_order_list), 0, ARG_RESULT, &cursor, sizeof cursor);
	give(add("items", run_item_list), 0, ARG_RESULT, &cursor, sizeof cursor);
	give(add("verify", run_verify), 0, ARG_RESULT, &cursor, sizeof cursor);
	a = give(add("tick", run_tick), 0, ARG_RESULT, &next, sizeof next);
	a->optional = 1;
	ask("order", run_order, order, NULL, NULL, 0);
	ask("item", run_item, item, NULL, NULL, 0);
	ask("buckets", run_buckets, item, &nowhere, NULL, 0);
	ask("supplies", run_supplies, item, &nowhere, NULL, 0);
	ask("queue", run_queue, item, &nowhere, NULL, 0);
	ask("rerank", run_rerank, item, &nowhere, NULL, 0);
	ask("explain", run_explain, order, NULL, &explanation, sizeof explanation);
	ask("consumer", run_consumer, &shop, NULL, NULL, 0);
	ask("lane", run_lane, &nowhere, NULL, &lane, sizeof lane);
	calls[made - 1].args[0].optional = 1; /* no consumer: what the lane holds */
}

uint32_t calls_fill(void)
{
	struct bko_span item = name(0, "item"), order = name(1, "order");
	memset(lent.candidates, 0, sizeof lent.candidates);
	memset(lent.lines, 0, sizeof lent.lines);
	memset(lent.picks, 0, sizeof lent.picks);
	for (uint32_t i = 0; i < 64; i++) {
		lent.lines[i].struct_size = sizeof lent.lines[0];
		lent.lines[i].item = item;
		lent.lines[i].candidates = lent.candidates;
		lent.lines[i].candidate_count = 1;
		lent.lines[i].quantity = 1;
		lent.picks[i].struct_size = sizeof lent.picks[0];
		lent.picks[i].quantity = 1;
	}
	made = 0;
	fill_orders(&item, &order);
	fill_stock(&item);
	fill_settings(&item, &order);
	return made;
}

/* An item with stock, an order partly shipped, a hold, a receipt. */
int calls_prepare(bko_engine *engine)
{
	static const struct {
		const char *verb, *id;
		int64_t quantity, hold;
	} steps[] = {{"policy", "", 0, 0},         {"receive", "receipt", 1, 0},
	             {"receive", "more", 9, 0},    {"place", "order", 3, 0},
	             {"place", "hold", 2, 900000}, {"ship", "ship", 1, 0},
	             {"limit", "", 0, 0}};
	uint32_t count = calls_fill();
	for (uint32_t s = 0; s < sizeof steps / sizeof *steps; s++)
		for (uint32_t i = 0; i < count; i++) {
			struct call *c = &calls[i];
			void *args[CALL_ARGS] = {c->data[0], c->data[1], c->data[2], c->data[3]};
			struct bko_op *op = args[0];
			if (strcmp(c->name, steps[s].verb))
				continue;
			if (*steps[s].id)
				op->id = name(13, steps[s].id);
			lent.lines[0].quantity = steps[s].quantity;
			if (!strcmp(c->name, "receive"))
				((struct bko_receipt *)args[1])->quantity = steps[s].quantity;
			if (!strcmp(c->name, "place"))
				((struct bko_order_request *)args[1])->hold_until_ms =
					steps[s].hold;
			if (c->run(engine, args))
				return 1;
		}
	calls_fill();
	return 0;
}
