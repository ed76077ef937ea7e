/*
 * verify_position.c - positions: copying heads, summing what lies below them and in
 * orders, comparing.
 */
#include "base/number.h"
#include "engine/demand.h"
#include "engine/verify.h"
#include "rules/position.h"
#include "rules/rank.h"

enum { HEADS = 16, BELOW_ROWS = 48 };

static void row_key(const uint8_t *bytes, uint32_t size, struct bko__key *key)
{
	key->size = size;
	memcpy(key->bytes, bytes, size);
}

/* Ids in the key of a position. */
static void ids_of(const struct bko__audited *p, struct bko_span *item, struct bko_span *location)
{
	item->data = p->key + 2;
	item->size = p->key[1];
	location->data = p->key + 3 + p->key[1];
	location->size = p->key[2 + p->key[1]];
}

static struct bko__row *due_row(struct bko_engine *engine, const uint8_t *position, uint32_t size,
                                int64_t due)
{
	struct bko__key key;

	bko__key_begin(&key, 'T');
	bko__key_number(&key, (uint64_t)due, 6);
	memcpy(key.bytes + key.size, position + 1, size - 1); /* the ids, as in the key */
	key.size += size - 1;
	return bko__want(engine, &key, BKO__WANT_FREE);
}

/* Copies up to so many heads, from where the audit stands. */
int32_t bko__audit_group(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__audit *audit = a->audit;
	struct bko__row *heads[HEADS], *dues[HEADS];
	struct bko__head *copies = bko__take(engine, HEADS * sizeof *copies);
	uint32_t count = 0, i, steps, end = 0;
	struct bko__key from = audit->from, all, stop;
	struct bko_span item, location;
	int32_t status = copies ? BKO_OK : engine->tx.status;

	bko__key_begin(&all, 'I');
	bko__key_after(&all, &stop);
	for (steps = 0; !status && steps < 2 * HEADS && count < HEADS &&
	                audit->count + count < audit->capacity;
	     steps++) {
		struct bko__range *range = bko__want_range(engine, &from, &stop, 1);
		const struct bko__row *row;
		uint32_t at;

		status = bko__fetch(engine);
		if (status || !range->count) {
			end = !status;
			break;
		}
		row = range->rows[0];
		at = row->key_size > 1 ? 2u + row->key[1] : 0;
		if (!bko__key_id_at(row, 1, &item) || !item.size ||
		    (row->key_size > at && !bko__key_id_at(row, at, &location)))
			return bko__fail(engine, BKO_E_CORRUPT, "a key");
		row_key(row->key, row->key_size, &from);
		if (row->key_size == at) { /* an item */
			bko__key_byte(&from, 0);
			continue;
		}
		from.size = at + 1 + row->key[at];
		if (row->key_size == from.size)
			heads[count++] = range->rows[0];
		bko__key_after(&from, &from);
	}
	for (i = 0; !status && i < count; i++) {
		dues[i] = NULL;
		if (bko__head_get(bko__value(heads[i]), &copies[i]))
			continue;
		if (copies[i].due != BKO__NEVER)
			dues[i] = due_row(engine, heads[i]->key, heads[i]->key_size, copies[i].due);
	}
	if (!status)
		status = bko__fetch(engine);
	for (i = 0; !status && i < count; i++) {
		struct bko__audited *p = &audit->positions[audit->count++];

		memset(p, 0, sizeof *p);
		p->key_size = heads[i]->key_size;
		memcpy(p->key, heads[i]->key, p->key_size);
		if (bko__head_get(bko__value(heads[i]), &p->head))
			p->bad_rows = 1;
		p->no_due = dues[i] && !dues[i]->present;
	}
	audit->next = from;
	a->done = end || audit->count == audit->capacity;
	if (!status)
		audit->end = end;
	return status;
}

/* A part's figures go into the sums; its order must know of it. */
static void sum_part(struct bko__audited *p, const struct bko__row *row, const struct bko__pt *part,
                     const struct bko__ord *order)
{
	const struct bko__part *rec = &part->rec;
	const struct bko__place *place = NULL;
	struct bko__head *sums = &p->sums;
	struct bko__rank rank;

	if (rec->held_until && rec->held_until <= p->head.settled) {
		p->strays += !(p->head.flags & BKO__H_SWEEP);
		return;
	}
	if (order && rec->line < order->rec.line_count &&
	    rec->place < order->lines[rec->line].rec.place_count)
		place = &order->lines[rec->line].places[rec->place];
	if (place)
		rank = bko__place_rank(place);
	if (!place || !(place->flags & BKO__PL_WAITED) || bko__rank_compare(&rank, &part->rank) ||
	    bko__part_kind(rec) != part->kind) {
		p->strays++;
		bko__id_out(rec->order, &p->stray);
	}
	p->bad_ranks += part->rank.sequence > p->head.sequence ||
	                part->rank.sub > p->head.sequence || part->rank.epoch > p->head.epoch;
	(void)row;
	sums->allocated += rec->allocated;
	sums->backordered += rec->backordered;
	sums->outside += rec->outside;
	if (rec->held_until) {
		sums->held_allocated += rec->allocated;
		sums->held_backordered += rec->backordered;
	} else if (!rec->stops) {
		sums->eligible += rec->backordered;
		p->takers += rec->backordered >= p->head.quantum;
	}
	sums->epoch = p->head.epoch;
	if (bko__part_claims(rec))
		bko__claims_add(sums, &part->rank, rec->backordered);
}

/* Any other row below a position. */
static void sum_row(struct bko_engine *engine, struct bko__audited *p, const struct bko__row *row)
{
	union {
		struct bko__supply supply;
		struct bko__agenda agenda;
		struct bko__counted counted;
		struct bko__buckets buckets;
		struct bko_policy policy;
		struct bko__opcome outcome;
		int64_t number;
	} *u = bko__take(engine, sizeof *u);
	struct bko__reader reader;
	int64_t start;
	uint32_t i;

	if (!u)
		return;
	switch (row->key[p->key_size]) {
	case 'b':
		if (bko__buckets_get(bko__value(row), &u->buckets))
			break;
		for (i = 0; i < u->buckets.count; i++)
			p->sums.unavailable += u->buckets.quantity[i];
		return;
	case 'd':
		if (!bko__demand_get(row, p->key_size, &start, &u->counted) ||
		    start > p->head.settled)
			break;
		return;
	case 'f':
		if (bko__number_get(bko__value(row), &u->number))
			break;
		return;
	case 'o':
		if (bko__op_read(engine, row, &reader, &u->outcome))
			break;
		return;
	case 'p':
		if (bko__policy_get(bko__value(row), &u->policy))
			break;
		return;
	case 's':
		if (bko__supply_get(bko__value(row), &u->supply))
			break;
		p->sums.incoming += u->supply.expected;
		p->sums.supplies++;
		return;
	case 't':
		if (bko__agenda_get(bko__value(row), &u->agenda) ||
		    row->key_size != p->key_size + 7)
			break;
		p->late_holds +=
			(int64_t)bko__get_be(row->key + p->key_size + 1, 6) <= p->head.settled;
		return;
	default: break;
	}
	p->bad_rows++;
}

static int is_part(const struct bko__audited *p, const struct bko__row *row)
{
	uint8_t kind = row->key[p->key_size];

	return kind == 'w' || kind == 'z' || kind == 'a';
}

/* One page of rows below the position in hand. */
int32_t bko__audit_rows(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__audit *audit = a->audit;
	struct bko__audited *p = &audit->positions[audit->at];
	struct bko__pt *parts[BELOW_ROWS];
	struct bko__ord *orders[BELOW_ROWS];
	struct bko__key from, end;
	struct bko__range *range;
	uint32_t i, found;
	int32_t status = bko__base_want(engine);

	row_key(p->key, p->key_size, &from);
	bko__key_after(&from, &end);
	bko__key_byte(&from, 0);
	if (audit->from.size)
		from = audit->from;
	range = bko__want_range(engine, &from, &end, BELOW_ROWS);
	if (!status)
		status = bko__fetch(engine);
	if (!status)
		status = bko__base_load(engine);
	for (i = 0; !status && i < range->count; i++) {
		parts[i] = NULL;
		orders[i] = NULL;
		if (!is_part(p, range->rows[i]))
			continue;
		parts[i] = bko__part_of(engine, range->rows[i], p->key_size + 1u);
		if (!parts[i])
			engine->tx.status = BKO_OK; /* counted below */
		else
			orders[i] = bko__order_want(engine, &parts[i]->rec.order);
	}
	if (!status)
		status = bko__fetch(engine);
	for (i = 0; !status && i < range->count; i++) {
		if (!orders[i])
			continue;
		if (bko__order_decode(engine, orders[i], &found) == BKO_WANT)
			return BKO_WANT;
		engine->tx.status = BKO_OK;
		if (!found || !orders[i]->lines)
			orders[i] = NULL;
	}
	if (status)
		return status;
	for (i = 0; i < range->count; i++) {
		if (parts[i])
			sum_part(p, range->rows[i], parts[i], orders[i]);
		else if (is_part(p, range->rows[i]))
			p->bad_rows++;
		else
			sum_row(engine, p, range->rows[i]);
	}
	engine->tx.status = BKO_OK;
	audit->next.size = 0;
	if (range->more) {
		row_key(range->rows[range->count - 1]->key, range->rows[range->count - 1]->key_size,
		        &audit->next);
		bko__key_byte(&audit->next, 0);
	}
	a->done = !range->more;
	return BKO_OK;
}

/* The audited position of a place; NULL if it is none of the group's. */
static struct bko__audited *audited(struct bko__audit *audit, const struct bko_span *item,
                                    const struct bko_span *location)
{
	uint32_t low = 0, high = audit->count;
	struct bko__key key;

	bko__pos_key(item, location, &key);
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		struct bko__audited *p = &audit->positions[middle];
		int order = bko__key_compare(key.bytes, key.size, p->key, p->key_size);

		if (!order)
			return p;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static void sum_place(struct bko__audit *audit, const struct bko__ord *order,
                      const struct bko__ol *line, const struct bko__place *place)
{
	struct bko__audited *p;

	if (place->flags & (BKO__PL_WAITED | BKO__PL_UNTRACKED))
		return;
	p = audited(audit, &line->rec.item, &line->candidates[place->location]);
	if (!p)
		return;
	p->bad_ranks += place->sequence > p->head.sequence || place->epoch > p->head.epoch;
	if (order->rec.state == BKO__O_HELD) {
		if (order->rec.hold_until <= p->head.settled)
			return;
		p->sums.held_allocated += place->allocated;
	}
	p->sums.allocated += place->allocated;
}

/* The next order at or behind a key; jumps over what lies below it. */
int32_t bko__audit_next(struct bko_engine *engine, struct bko__key *from, struct bko_span *id)
{
	struct bko__key all, end;
	struct bko__range *range;
	int32_t status;

	bko__key_begin(&all, 'O');
	bko__key_after(&all, &end);
	range = bko__want_range(engine, from, &end, 1);
	status = bko__fetch(engine);
	id->size = 0;
	if (status || !range->count)
		return status;
	if (!bko__key_id_at(range->rows[0], 1, id) || !id->size)
		return bko__fail(engine, BKO_E_CORRUPT, "a key");
	bko__order_key(id, from);
	bko__key_after(from, from);
	return BKO_OK;
}

int32_t bko__audit_places(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__key from = a->audit->from;
	struct bko__ord *orders[HEADS];
	uint32_t count = 0, i, line, place, found;
	int32_t status = bko__base_want(engine);

	while (!status && count < HEADS) {
		struct bko_span id;

		status = bko__audit_next(engine, &from, &id);
		if (status || !id.size)
			break;
		orders[count] = bko__order_want(engine, &id);
		if (!orders[count++])
			return engine->tx.status;
	}
	if (!status)
		status = bko__fetch(engine);
	if (!status)
		status = bko__base_load(engine);
	for (i = 0; !status && i < count; i++) {
		if (bko__order_decode(engine, orders[i], &found) == BKO_WANT)
			return BKO_WANT;
		engine->tx.status = BKO_OK; /* damaged orders are found in their own pass */
	}
	if (status)
		return status;
	for (i = 0; i < count; i++) {
		for (line = 0; orders[i]->lines && line < orders[i]->rec.line_count; line++) {
			const struct bko__ol *ol = &orders[i]->lines[line];

			for (place = 0; ol->places && place < ol->rec.place_count; place++)
				sum_place(a->audit, orders[i], ol, &ol->places[place]);
		}
	}
	a->audit->next = from;
	a->done = count < HEADS;
	return BKO_OK;
}

/* A figure of the head against what it should be. */
struct judged {
	uint32_t check;
	int64_t expected, found;
};

static void judge(struct bko__auditing *a, const struct bko__audited *p)
{
	const struct bko__head *h = &p->head, *s = &p->sums;
	struct bko_span item, location, order = {p->stray.bytes, p->stray.size}, none = {NULL, 0};
	const struct judged figures[] = {
		{BKO_CHECK_RECORD, 0, p->bad_rows},
		{BKO_CHECK_Q1,
	         h->received + h->returned + h->adjusted + h->transferred_in - h->transferred_out -
	                 h->shipped,
	         h->on_hand},
		{BKO_CHECK_Q4,
	         h->open + h->buffer + h->kept + h->allocated - h->missing + h->unavailable,
	         h->on_hand},
		{BKO_CHECK_Q3, s->allocated, h->allocated},
		{BKO_CHECK_Q3, s->backordered, h->backordered},
		{BKO_CHECK_Q3, s->outside, h->outside},
		{BKO_CHECK_Q3, s->held_allocated, h->held_allocated},
		{BKO_CHECK_Q3, s->held_backordered, h->held_backordered},
		{BKO_CHECK_Q3, s->eligible, h->eligible},
		{BKO_CHECK_Q3, bko__claims(s), bko__claims(h)},
		{BKO_CHECK_Q3, s->incoming, h->incoming},
		{BKO_CHECK_Q3, s->supplies, h->supplies},
		{BKO_CHECK_Q3, s->unavailable, h->unavailable},
		{BKO_CHECK_Q6, 0, /* a head that is none has no quantum */
	         p->takers && h->quantum > 0 && bko__can_serve(h) && !(h->flags & BKO__H_SERVING)},
		{BKO_CHECK_Q4, 1, bko__head_in_range(h)},
		{BKO_CHECK_F1, 0, p->bad_ranks},
		{BKO_CHECK_R2, 0, p->late_holds},
		{BKO_CHECK_S1, 0, p->strays},
		{BKO_CHECK_S1, 0, p->no_due},
	};
	uint32_t i;

	ids_of(p, &item, &location);
	for (i = 0; i < sizeof figures / sizeof figures[0]; i++) {
		if (figures[i].expected != figures[i].found)
			bko__found(a->audit, figures[i].check, i, figures[i].expected,
			           figures[i].found, &item, &location,
			           figures[i].check == BKO_CHECK_S1 ? &order : &none, 0);
	}
	for (i = 0; i < BKO_CLASSES; i++) {
		if (s->band[i] != h->band[i])
			bko__found(a->audit, BKO_CHECK_F2, i, s->band[i], h->band[i], &item,
			           &location, &none, 0);
	}
}

/* Only heads that are still as they were copied are judged. */
int32_t bko__audit_judge(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__audit *audit = a->audit;
	struct bko__audited *p = &audit->positions[audit->at];
	struct bko__head now;
	struct bko__row *row;
	struct bko__key key;
	int32_t status;

	row_key(p->key, p->key_size, &key);
	row = bko__want(engine, &key, BKO__WANT_FREE);
	status = bko__fetch(engine);
	if (status)
		return status;
	p->moved = !row->present ||
	           (!bko__head_get(bko__value(row), &now) && now.version != p->head.version);
	if (!p->moved)
		judge(a, p);
	return BKO_OK;
}

/* A position that moved while it was summed up is copied anew. */
int32_t bko__audit_again(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__audited *p = &a->audit->positions[a->audit->at];
	struct bko__row *row, *due = NULL;
	struct bko__head head;
	struct bko__key key;
	int32_t status;

	row_key(p->key, p->key_size, &key);
	row = bko__want(engine, &key, BKO__WANT_FREE);
	status = bko__fetch(engine);
	if (status)
		return status;
	memset(&head, 0, sizeof head);
	if (row->present && !bko__head_get(bko__value(row), &head) && head.due != BKO__NEVER)
		due = due_row(engine, p->key, p->key_size, head.due);
	status = bko__fetch(engine);
	if (status)
		return status;
	key.size = p->key_size;
	memset(p, 0, sizeof *p);
	p->key_size = key.size;
	memcpy(p->key, key.bytes, key.size);
	p->head = head;
	p->no_due = due && !due->present;
	p->bad_rows = row->present && head.quantum < 1;
	return BKO_OK;
}

/* Derived totals as summed, if the head is still as it was copied. */
int32_t bko__audit_repair(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__audited *p = &a->audit->positions[a->audit->at];
	const struct bko__head *s = &p->sums;
	struct bko__head head;
	struct bko__writer w;
	struct bko__row *row;
	struct bko__key key;
	int32_t status;

	row_key(p->key, p->key_size, &key);
	row = bko__want(engine, &key, 0);
	status = bko__fetch(engine);
	memset(&head, 0, sizeof head);
	if (status || !row->present || bko__head_get(bko__value(row), &head) ||
	    head.version != p->head.version || p->bad_rows || p->strays)
		return status;
	head.allocated = s->allocated;
	head.backordered = s->backordered;
	head.outside = s->outside;
	head.held_allocated = s->held_allocated;
	head.held_backordered = s->held_backordered;
	head.eligible = s->eligible;
	head.prior = s->prior;
	memcpy(head.band, s->band, sizeof head.band);
	head.incoming = s->incoming;
	head.supplies = s->supplies;
	head.unavailable = s->unavailable;
	if (!memcmp(&head, &p->head, sizeof head))
		return BKO_OK;
	head.version++;
	w = bko__scratch(engine, 384);
	bko__head_put(&w, &head);
	bko__put(engine, row, w.data, w.size);
	return engine->tx.status;
}
