/*
 * verify_position.c - positions: copying heads, comparing them with what was summed up,
 * mending derived totals.
 */
#include "base/number.h"
#include "engine/verify.h"
#include "rules/position.h"

enum { HEADS = 16 };

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
	struct bko__key *key = &engine->room.key;

	bko__key_begin(key, 'T');
	bko__key_number(key, (uint64_t)due, 6);
	memcpy(key->bytes + key->size, position + 1, size - 1); /* the ids, as in the key */
	key->size += size - 1;
	return bko__want(engine, key, BKO__WANT_FREE);
}

/* A key that is none, or rows below a position that is not there. */
static void tell_odd(struct bko__audit *audit, const struct bko__row *row)
{
	struct bko_span item = {NULL, 0}, location = {NULL, 0}, none = {NULL, 0};
	uint32_t known = bko__key_id_at(row, 1, &item) && item.size &&
	                 bko__key_id_at(row, 2 + item.size, &location);

	bko__found(audit, known ? BKO_CHECK_S1 : BKO_CHECK_RECORD, 10, 1, 0, &item, &location,
	           &none, 0);
}

/* Copies up to so many heads, from where the audit stands. */
int32_t bko__audit_group(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__audit *audit = a->audit;
	struct bko__row *heads[HEADS], *dues[HEADS], *odd[2 * HEADS];
	struct bko__head *copies = bko__take(engine, HEADS * sizeof *copies);
	uint32_t count = 0, odd_count = 0, i, steps, end = 0;
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
		    (row->key_size > at && !bko__key_id_at(row, at, &location))) {
			odd[odd_count++] = range->rows[0];
			bko__audit_past(row, &from);
			continue;
		}
		if (row->key_size == at) { /* an item */
			bko__audit_past(row, &from);
			continue;
		}
		row_key(row->key, at + 1u + row->key[at], &from);
		if (row->key_size == from.size)
			heads[count++] = range->rows[0];
		else
			odd[odd_count++] = range->rows[0];
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
		p->due = BKO__NEVER;
	}
	for (i = 0; !status && i < odd_count; i++)
		tell_odd(audit, odd[i]);
	audit->next = from;
	a->done = end || audit->count == audit->capacity;
	if (!status)
		audit->end = end;
	return status;
}

/* When time has something to do here, by the rows and the policy. */
static int64_t due_of(const struct bko__audited *p)
{
	const int64_t dates[3] = {p->head.sell_from, p->head.release_at, p->head.restock_at};
	int64_t due = p->due;
	uint32_t i;

	for (i = 0; i < 3; i++) {
		if (dates[i] > p->head.settled)
			due = bko__min(due, dates[i]);
	}
	return due;
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
		{BKO_CHECK_S1, s->held_allocated, p->agenda[0]},
		{BKO_CHECK_S1, s->held_backordered, p->agenda[1]},
		{BKO_CHECK_P4, bko__min(due_of(p), h->due), h->due},
		{BKO_CHECK_P4, 0, p->bad_dates},
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
	struct bko__key *key = &engine->room.key;
	int32_t status;

	row_key(p->key, p->key_size, key);
	row = bko__want(engine, key, BKO__WANT_FREE);
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
	p->due = BKO__NEVER;
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
	struct bko__key *key = &engine->room.key;
	int32_t status;

	row_key(p->key, p->key_size, key);
	row = bko__want(engine, key, 0);
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
