/*
 * SPDX-License-Identifier: MIT
 */
#include "stage.h"

#include <stdio.h>

/* ---- Up and down ---------------------------------------------------------------- */

static int stage_up(void **state, uint32_t shared, uint32_t pull, uint32_t arena, uint32_t warm)
{
	struct bko_memory_options memory = {.struct_size = sizeof memory, .shared = shared};
	struct bko_options options = {.struct_size = sizeof options, .pull = pull};
	struct stage *s = calloc(1, sizeof *s);
	struct bko_store eye;

	assert_non_null(s);
	if (arena) {
		assert_int_equal(bko_engine_size(&options, &options.arena_size), BKO_OK);
		options.arena_size += 2 * BKO_CHILD_BYTES;
		s->arena = malloc(options.arena_size);
		assert_non_null(s->arena);
		options.arena = s->arena;
	}
	assert_int_equal(bko_memory_open(&memory, &s->memory), BKO_OK);
	s->store.struct_size = sizeof s->store;
	assert_int_equal(bko_memory_store(s->memory, &s->store), BKO_OK);
	if (warm)
		s->store.caps &= ~(uint32_t)BKO_STORE_LENDS;
	eye = s->store;
	eye.caps &= ~(uint32_t)(BKO_STORE_EXCLUSIVE | BKO_STORE_LENDS);
	assert_int_equal(bko_engine_open(NULL, &eye, &s->eye), BKO_OK);
	assert_int_equal(bko_engine_open(&options, &s->store, &s->engine), BKO_OK);
	s->now = 1000000;
	*state = s;
	return 0;
}

int stage_push(void **state)
{
	return stage_up(state, 0, 0, 0, 0);
}

int stage_shared(void **state)
{
	return stage_up(state, 1, 0, 0, 0);
}

int stage_pull(void **state)
{
	return stage_up(state, 1, 1, 0, 0);
}

int stage_arena(void **state)
{
	return stage_up(state, 1, 0, 1, 0);
}

int stage_warm(void **state)
{
	return stage_up(state, 0, 0, 0, 1);
}

int stage_down(void **state)
{
	struct stage *s = *state;

	assert_int_equal(bko_engine_close(s->engine), BKO_OK);
	assert_int_equal(bko_engine_close(s->eye), BKO_OK);
	bko_memory_close(s->memory);
	free(s->arena);
	free(s);
	return 0;
}

int stage_answer(struct stage *s)
{
	struct bko_wanted wanted = {.struct_size = sizeof wanted};

	assert_int_equal(bko_engine_wanted(s->engine, &wanted), BKO_OK);
	switch (wanted.kind) {
	case BKO_WANTED_READ: s->store.read(s->store.host, wanted.query, wanted.reply); return 1;
	case BKO_WANTED_APPLY: s->store.apply(s->store.host, wanted.batch, wanted.reply); return 1;
	case BKO_WANTED_WAIT: bko_reply_end(wanted.reply, BKO_REPLY_DONE, 0, 0); return 1;
	default: return 0;
	}
}

/* ---- Doing ------------------------------------------------------------------------ */

struct bko_span stage_span(const char *text)
{
	struct bko_span span = {text, text ? strlen(text) : 0};

	return span;
}

struct bko_op stage_op(struct stage *s, const char *id)
{
	static char names[64][16];
	struct bko_op op = {.struct_size = sizeof op, .now_ms = s->now};
	char *name = names[s->numbers % 64];

	if (!id)
		snprintf(name, sizeof names[0], "op-%u", (unsigned)s->numbers++);
	op.id = stage_span(id ? id : name);
	return op;
}

void stage_policy(struct stage *s, const char *item, const struct bko_policy *policy)
{
	struct bko_policy_row row = {.struct_size = sizeof row,
	                             .scope = BKO_SCOPE_ITEM,
	                             .item = stage_span(item),
	                             .policy = policy};

	STAGE_OK(s, bko_policy_set(s->engine, s->now, &row, 1, sizeof row, NULL));
}

void stage_make(struct stage *s, const char *item, const char *location)
{
	struct bko_policy policy = {.struct_size = sizeof policy};
	struct bko_policy_row row = {.struct_size = sizeof row,
	                             .scope = BKO_SCOPE_POSITION,
	                             .item = stage_span(item),
	                             .location = stage_span(location),
	                             .policy = &policy};

	STAGE_OK(s, bko_policy_set(s->engine, s->now, &row, 1, sizeof row, NULL));
}

void stage_item(struct stage *s, const char *item)
{
	struct bko_policy policy = {.struct_size = sizeof policy,
	                            .set = BKO_SET_SELLING,
	                            .selling = BKO_SELL_BACKORDER};

	stage_policy(s, item, &policy);
}

void stage_receive(struct stage *s, const char *item, const char *location, int64_t quantity)
{
	struct bko_receipt receipt = {.struct_size = sizeof receipt,
	                              .item = stage_span(item),
	                              .location = stage_span(location),
	                              .quantity = quantity};
	struct bko_op op = stage_op(s, NULL);

	STAGE_OK(s, bko_stock_receive(s->engine, &op, &receipt, NULL));
}

void stage_ask(struct stage_asked *asked, const char *item, const char *location, int64_t quantity)
{
	memset(asked, 0, sizeof *asked);
	asked->at = stage_span(location);
	asked->line.struct_size = sizeof asked->line;
	asked->line.item = stage_span(item);
	asked->line.candidates = &asked->at;
	asked->line.candidate_count = 1;
	asked->line.quantity = quantity;
	asked->request.struct_size = sizeof asked->request;
	asked->request.lines = &asked->line;
	asked->request.line_count = 1;
	asked->request.stride = sizeof asked->line;
}

struct bko_outcome stage_place(struct stage *s, const char *id, const char *item,
                               const char *location, int64_t quantity, uint32_t order_class,
                               int64_t hold_until)
{
	struct stage_asked asked;
	struct bko_outcome outcome = {.struct_size = sizeof outcome};
	struct bko_op op = stage_op(s, id);

	stage_ask(&asked, item, location, quantity);
	asked.request.order_class = order_class;
	asked.request.customer = stage_span("ann");
	asked.request.channel = stage_span("web");
	asked.request.hold_until_ms = hold_until;
	STAGE_OK(s, bko_order_place(s->engine, &op, &asked.request, &outcome));
	return outcome;
}

void stage_pick(struct stage *s, const char *order, int64_t quantity)
{
	struct bko_pick pick = {.struct_size = sizeof pick, .quantity = quantity};
	struct bko_mark mark = {.struct_size = sizeof mark,
	                        .action = BKO_MARK_PICK,
	                        .order = stage_span(order),
	                        .picks = &pick,
	                        .pick_count = 1,
	                        .stride = sizeof pick};
	struct bko_op op = stage_op(s, NULL);

	STAGE_OK(s, bko_order_mark(s->engine, &op, &mark, NULL));
}

void stage_cancel(struct stage *s, const char *order)
{
	struct bko_pick pick = {.struct_size = sizeof pick, .line = BKO_LINE_ALL};
	struct bko_units units = {.struct_size = sizeof units,
	                          .order = stage_span(order),
	                          .picks = &pick,
	                          .pick_count = 1,
	                          .stride = sizeof pick};
	struct bko_op op = stage_op(s, NULL);

	STAGE_OK(s, bko_order_cancel(s->engine, &op, &units, NULL));
}

struct bko_outcome stage_adjust(struct stage *s, uint32_t kind, const char *item,
                                const char *location, const char *bucket, int64_t quantity)
{
	struct bko_adjustment a = {.struct_size = sizeof a,
	                           .kind = kind,
	                           .item = stage_span(item),
	                           .location = stage_span(location),
	                           .bucket = stage_span(bucket),
	                           .reason = stage_span("looked"),
	                           .quantity = quantity};
	struct bko_outcome outcome = {.struct_size = sizeof outcome};
	struct bko_op op = stage_op(s, NULL);

	a.revision = stage_head(s, item, location).revision;
	STAGE_OK(s, bko_stock_adjust(s->engine, &op, &a, &outcome));
	return outcome;
}

/* ---- Looking ---------------------------------------------------------------------- */

static int stage_position(struct stage *s, const char *item, const char *location,
                          struct bko__head *head)
{
	struct bko_span i = stage_span(item), l = stage_span(location);
	struct bko__row *row;
	struct bko__key key;

	bko__tx_clear(s->eye);
	bko__pos_key(&i, &l, &key);
	row = bko__want(s->eye, &key, BKO__WANT_FREE);
	assert_int_equal(bko__fetch(s->eye), BKO_OK);
	if (!row->present)
		return 0;
	assert_int_equal(bko__head_get(bko__value(row), head), 0);
	return 1;
}

struct bko__head stage_head(struct stage *s, const char *item, const char *location)
{
	struct bko__head head;

	assert_true(stage_position(s, item, location, &head));
	return head;
}

int stage_there(struct stage *s, const char *item, const char *location)
{
	struct bko__head head;

	return stage_position(s, item, location, &head);
}

int stage_supply(struct stage *s, const char *item, const char *location, const char *supply,
                 struct bko__supply *record)
{
	struct bko_span i = stage_span(item), l = stage_span(location);
	struct bko__row *row;
	struct bko__key key;

	bko__tx_clear(s->eye);
	bko__pos_key(&i, &l, &key);
	bko__key_byte(&key, 's');
	bko__key_id(&key, supply, strlen(supply));
	row = bko__want(s->eye, &key, BKO__WANT_FREE);
	assert_int_equal(bko__fetch(s->eye), BKO_OK);
	if (row->present)
		assert_int_equal(bko__supply_get(bko__value(row), record), 0);
	return row->present;
}

static struct bko__range *stage_rows(struct stage *s, const struct bko__key *key)
{
	struct bko__range *range;

	bko__tx_clear(s->eye);
	range = bko__want_below(s->eye, key, 4096);
	assert_int_equal(bko__fetch(s->eye), BKO_OK);
	assert_int_equal(range->more, 0);
	return range;
}

/* The units of a place: its own or its part's. */
static void stage_place_units(struct stage *s, struct bko__ord *order, uint32_t line, uint32_t p,
                              struct stage_units *units, struct bko__rank *rank)
{
	struct bko__at at;
	struct bko__place *place = &order->lines[line].places[p];

	bko__pos_want(s->eye, &order->lines[line].rec.item,
	              &order->lines[line].candidates[place->location], 0);
	*rank = bko__place_rank(place);
	at = bko__order_at(s->eye, order, line, p);
	assert_int_equal(bko__fetch(s->eye), BKO_OK);
	at = bko__order_at(s->eye, order, line, p);
	units->allocated += bko__at_allocated(&at);
	units->picked += bko__at_picked(&at);
	units->waiting += bko__at_waiting(&at);
	units->outside += at.part ? at.part->rec.outside : 0;
	units->shipped += place->shipped;
	units->waited |= place->flags & BKO__PL_WAITED;
}

static struct bko__ord *stage_order(struct stage *s, const struct bko_span *id)
{
	struct bko__ord *order;

	bko__tx_clear(s->eye);
	order = bko__order_want(s->eye, id);
	assert_int_equal(bko__order_load(s->eye, order), BKO_OK);
	return order;
}

struct stage_units stage_line(struct stage *s, const char *id)
{
	struct bko_span span = stage_span(id);
	struct bko__ord *order = stage_order(s, &span);
	struct stage_units units;
	struct bko__rank rank;
	uint32_t p;

	memset(&units, 0, sizeof units);
	for (p = 0; p < order->lines[0].rec.place_count; p++)
		stage_place_units(s, order, 0, p, &units, &rank);
	return units;
}

static void stage_text(const struct bko_span *from, char *to)
{
	if (from->size)
		memcpy(to, from->data, from->size);
	to[from->size] = 0;
}

void stage_read_events(struct stage *s)
{
	struct bko__range *range;
	struct bko__key key;
	uint32_t i;

	bko__key_begin(&key, 'E');
	bko__key_byte(&key, 0);
	range = stage_rows(s, &key);
	s->event_count = 0;
	for (i = 0; i < range->count; i++) {
		struct bko__reader r = {range->rows[i]->value, range->rows[i]->value_size, 1, 0};

		while (r.at < r.size) {
			struct stage_event *to = &s->events[s->event_count++];
			struct bko__event event;

			assert_in_range(s->event_count, 1, STAGE_EVENTS);
			bko__event_read(&r, &event);
			assert_int_equal(r.bad, 0);
			to->kind = event.kind;
			to->detail = event.detail;
			to->line = event.line;
			to->amount = event.amount;
			to->other = event.other;
			to->at = event.at;
			stage_text(&event.order, to->order);
			stage_text(&event.item, to->item);
			stage_text(&event.location, to->location);
			stage_text(&event.cause, to->cause);
		}
	}
}

size_t stage_told(struct stage *s, uint32_t kind, int64_t *sum)
{
	size_t i, count = 0;
	int64_t total = 0;

	stage_read_events(s);
	for (i = 0; i < s->event_count; i++) {
		count += s->events[i].kind == kind;
		total += s->events[i].kind == kind ? s->events[i].amount : 0;
	}
	if (sum)
		*sum = total;
	return count;
}

const struct stage_event *stage_last(struct stage *s, uint32_t kind)
{
	size_t i;

	stage_read_events(s);
	for (i = s->event_count; i-- > 0;) {
		if (s->events[i].kind == kind)
			return &s->events[i];
	}
	fail_msg("no event of kind %u", (unsigned)kind);
	return NULL;
}

uint64_t stage_reads(struct stage *s)
{
	struct bko_stats stats = {.struct_size = sizeof stats};

	assert_int_equal(bko_engine_stats(s->engine, &stats), BKO_OK);
	return stats.reads;
}

void stage_chain(struct stage *s, const char *item, const char *location)
{
	struct bko_span i = stage_span(item), l = stage_span(location);
	uint32_t passes;

	for (passes = 0; stage_head(s, item, location).missing; passes++) {
		int32_t status;

		assert_in_range(passes, 0, 99);
		assert_int_equal(bko__enter(s->engine, BKO__VERB_TICK, NULL), BKO_OK);
		do
			status = bko__shortage_step(s->engine, &i, &l, s->now);
		while (status == BKO_WANT && stage_answer(s) &&
		       bko__enter(s->engine, BKO__VERB_TICK, NULL) == BKO_OK);
		assert_int_equal(status, BKO_OK);
	}
}

/* ---- Checking --------------------------------------------------------------------- */

struct stage_sums {
	int64_t allocated, waiting, outside, held_allocated, held_waiting, eligible;
	int64_t claims;
};

static int stage_same(const struct bko_span *a, const char *b)
{
	return a->size == strlen(b) && !memcmp(a->data, b, a->size);
}

static void stage_add_order(struct stage *s, const struct bko_span *id, const char *item,
                            const char *location, int64_t settled, struct stage_sums *sums)
{
	struct bko__ord *order = stage_order(s, id);
	int held = order->rec.state == BKO__O_HELD;
	uint32_t i, p;

	if (order->rec.state > BKO__O_HELD || (held && order->rec.hold_until <= settled))
		return;
	for (i = 0; i < order->rec.line_count; i++) {
		struct bko__ol *line = &order->lines[i];

		for (p = 0; p < line->rec.place_count; p++) {
			struct stage_units units;
			struct bko__rank rank;

			if (!stage_same(&line->rec.item, item) ||
			    !stage_same(&line->candidates[line->places[p].location], location) ||
			    (line->places[p].flags & BKO__PL_UNTRACKED))
				continue;
			memset(&units, 0, sizeof units);
			stage_place_units(s, order, i, p, &units, &rank);
			assert_in_range(units.picked, 0, units.allocated);
			assert_in_range(units.outside, 0, units.waiting);
			sums->allocated += units.allocated;
			sums->waiting += units.waiting;
			sums->outside += units.outside;
			sums->held_allocated += held ? units.allocated : 0;
			sums->held_waiting += held ? units.waiting : 0;
			sums->eligible += held || line->rec.stops ? 0 : units.waiting;
			sums->claims += line->rec.stops & BKO_STOP_UNALLOCATED ? 0 : units.waiting;
		}
	}
}

static void stage_check_sums(struct stage *s, const struct bko__head *head, const char *item,
                             const char *location)
{
	struct bko_span *ids = calloc(4096, sizeof *ids);
	uint8_t(*bytes)[BKO_ID_MAX] = calloc(4096, sizeof *bytes);
	int64_t claims = head->prior;
	struct stage_sums sums;
	struct bko__range *range;
	struct bko__key key;
	uint32_t i, count = 0;

	assert_non_null(ids);
	assert_non_null(bytes);
	bko__key_begin(&key, 'O');
	range = stage_rows(s, &key);
	for (i = 0; i < range->count; i++) {
		const struct bko__row *row = range->rows[i];

		if (row->key_size != row->key[1] + 2u)
			continue;
		memcpy(bytes[count], row->key + 2, row->key[1]);
		ids[count].data = bytes[count];
		ids[count++].size = row->key[1];
	}
	memset(&sums, 0, sizeof sums);
	for (i = 0; i < count; i++)
		stage_add_order(s, &ids[i], item, location, head->settled, &sums);
	for (i = 0; i < BKO_CLASSES; i++)
		claims += head->band[i];
	assert_int_equal(head->allocated, sums.allocated);
	assert_int_equal(head->backordered, sums.waiting);
	assert_int_equal(head->outside, sums.outside);
	assert_int_equal(head->held_allocated, sums.held_allocated);
	assert_int_equal(head->held_backordered, sums.held_waiting);
	assert_int_equal(head->eligible, sums.eligible);
	assert_int_equal(claims, sums.claims);
	free(ids);
	free(bytes);
}

/* What the events say of a position. */
struct stage_fold {
	int64_t on_hand, allocated, backordered, unavailable, missing, incoming;
};

static void stage_fold_one(const struct stage_event *e, struct stage_fold *f)
{
	switch (e->kind) {
	case BKO_EVENT_RECEIVED:
	case BKO_EVENT_ADJUSTED:
	case BKO_EVENT_TRANSFERRED:
		f->on_hand += e->amount;
		f->incoming -= e->other;
		break;
	case BKO_EVENT_SUPPLY_SET:
	case BKO_EVENT_SUPPLY_CLOSED: f->incoming += e->amount; break;
	case BKO_EVENT_BUCKET: f->unavailable += e->amount; break;
	case BKO_EVENT_SHORTAGE: f->missing += e->amount; break;
	case BKO_EVENT_ALLOCATED:
		f->allocated += e->amount;
		f->backordered -= e->detail == BKO_BY_SERVING ? e->amount : 0;
		break;
	case BKO_EVENT_UNALLOCATED:
		f->allocated += e->amount;
		f->missing += e->detail == BKO_BY_SHORTAGE ? e->amount : 0;
		break;
	case BKO_EVENT_BACKORDERED: f->backordered += e->amount; break;
	case BKO_EVENT_SHIPPED:
		f->on_hand -= e->amount;
		f->allocated -= e->order[0] ? e->amount : 0;
		break;
	case BKO_EVENT_HOLD_EXPIRED:
		f->allocated -= e->amount;
		f->backordered -= e->other;
		break;
	default: break;
	}
}

static void stage_check_events(struct stage *s, const struct bko__head *head, const char *item,
                               const char *location)
{
	struct stage_fold fold;
	size_t i;

	memset(&fold, 0, sizeof fold);
	stage_read_events(s);
	for (i = 0; i < s->event_count; i++) {
		const struct stage_event *e = &s->events[i];

		if (!strcmp(e->item, item) && !strcmp(e->location, location))
			stage_fold_one(e, &fold);
	}
	assert_int_equal(fold.on_hand, head->on_hand);
	assert_int_equal(fold.allocated, head->allocated);
	assert_int_equal(fold.backordered, head->backordered);
	assert_int_equal(fold.unavailable, head->unavailable);
	assert_int_equal(fold.missing, head->missing);
	assert_int_equal(fold.incoming, head->incoming);
}

void stage_check(struct stage *s, const char *item, const char *location)
{
	struct bko__head head = stage_head(s, item, location);

	assert_int_equal(head.on_hand, head.open + head.buffer + head.kept + head.allocated -
	                                       head.missing + head.unavailable);
	assert_int_equal(head.on_hand, head.received + head.returned + head.adjusted +
	                                       head.transferred_in - head.transferred_out -
	                                       head.shipped);
	stage_check_sums(s, &head, item, location);
	stage_check_events(s, &head, item, location);
}
