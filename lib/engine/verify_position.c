/*
 * verify_position.c - positions: copying heads, comparing them with what was summed up,
 * mending derived totals.
 */
#include "base/number.h"
#include "engine/verify.h"
#include "rules/position.h"

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

/* Takes a head into the group. */
static void copy_head(struct bko__audit *audit, const struct bko__row *row,
                      const struct bko__row *due, const struct bko__row *item)
{
	struct bko__audited *p = &audit->positions[audit->count++];

	memset(p, 0, sizeof *p);
	p->key_size = row->key_size;
	memcpy(p->key, row->key, p->key_size);
	if (bko__head_get(bko__value(row), &p->head))
		p->bad_rows = 1;
	p->no_due = due && !due->present;
	p->no_item = !item->present;
	p->due = BKO__NEVER;
}

static struct bko__row *item_row(struct bko_engine *engine, const struct bko__row *position)
{
	struct bko__key *key = &engine->room.key;

	row_key(position->key, 2u + position->key[1], key);
	return bko__want(engine, key, BKO__WANT_FREE);
}

/* Copies up to so many heads, from where the audit stands. */
int32_t bko__audit_group(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__audit *audit = a->audit;
	struct bko__row **heads = a->read.group.heads, **dues = a->read.group.dues;
	struct bko__row **items = a->read.group.items;
	struct bko__row **odd = a->read.group.odd;
	struct bko__head *copies = bko__take(engine, BKO__AUDIT_HEADS * sizeof *copies);
	uint32_t count = 0, odd_count = 0, i, steps, end = 0;
	struct bko__key *from = &a->from, *stop = &a->end;
	struct bko_span item, location;
	int32_t status = copies ? BKO_OK : engine->tx.status;

	*from = audit->from;
	bko__key_begin(stop, 'I');
	bko__key_after(stop, stop);
	for (steps = 0; !status && steps < 2 * BKO__AUDIT_HEADS && count < BKO__AUDIT_HEADS &&
	                audit->count + count < audit->capacity;
	     steps++) {
		struct bko__range *range = bko__want_range(engine, from, stop, 1);
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
			bko__row_past(row, from);
			continue;
		}
		if (row->key_size == at) { /* an item */
			bko__row_past(row, from);
			continue;
		}
		row_key(row->key, at + 1u + row->key[at], from);
		if (row->key_size == from->size) {
			heads[count++] = range->rows[0];
		} else if (row->key[from->size] == 'o') {
			/* errors and voids stand where no position came to be */
			bko__key_byte(from, 'o');
		} else {
			odd[odd_count++] = range->rows[0];
		}
		bko__key_after(from, from);
	}
	for (i = 0; !status && i < count; i++) {
		dues[i] = NULL;
		items[i] = item_row(engine, heads[i]);
		if (bko__head_get(bko__value(heads[i]), &copies[i]))
			continue;
		if (copies[i].due != BKO__NEVER)
			dues[i] = due_row(engine, heads[i]->key, heads[i]->key_size, copies[i].due);
	}
	if (!status)
		status = bko__fetch(engine);
	for (i = 0; !status && i < count; i++)
		copy_head(audit, heads[i], dues[i], items[i]);
	for (i = 0; !status && i < odd_count; i++)
		tell_odd(audit, odd[i]);
	audit->next = *from;
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

/* A figure of the head against what it should be; they are numbered. */
static void judge_figure(struct bko__auditing *a, const struct bko__audited *p, uint32_t check,
                         int64_t expected, int64_t found)
{
	struct bko_span item, location, order = {NULL, 0};
	uint32_t number = a->figure++;

	if (expected == found)
		return;
	ids_of(p, &item, &location);
	if (check == BKO_CHECK_S1) {
		order.data = p->stray.bytes;
		order.size = p->stray.size;
	}
	bko__found(a->audit, check, number, expected, found, &item, &location, &order, 0);
}

static void judge_sums(struct bko__auditing *a, const struct bko__audited *p)
{
	const struct bko__head *h = &p->head, *s = &p->sums;

	judge_figure(a, p, BKO_CHECK_Q3, s->allocated, h->allocated);
	judge_figure(a, p, BKO_CHECK_Q3, s->backordered, h->backordered);
	judge_figure(a, p, BKO_CHECK_Q3, s->outside, h->outside);
	judge_figure(a, p, BKO_CHECK_Q3, s->held_allocated, h->held_allocated);
	judge_figure(a, p, BKO_CHECK_Q3, s->held_backordered, h->held_backordered);
	judge_figure(a, p, BKO_CHECK_Q3, s->eligible, h->eligible);
	judge_figure(a, p, BKO_CHECK_Q3, bko__claims(s), bko__claims(h));
	judge_figure(a, p, BKO_CHECK_Q3, s->incoming, h->incoming);
	judge_figure(a, p, BKO_CHECK_Q3, s->supplies, h->supplies);
	judge_figure(a, p, BKO_CHECK_Q3, s->unavailable, h->unavailable);
}

static void judge(struct bko__auditing *a, const struct bko__audited *p)
{
	const struct bko__head *h = &p->head, *s = &p->sums;
	uint32_t i;

	a->figure = 0;
	judge_figure(a, p, BKO_CHECK_RECORD, 0, p->bad_rows);
	judge_figure(a, p, BKO_CHECK_Q1,
	             h->received + h->returned + h->adjusted + h->transferred_in -
	                     h->transferred_out - h->shipped,
	             h->on_hand);
	judge_figure(a, p, BKO_CHECK_Q4,
	             h->open + h->buffer + h->kept + h->allocated - h->missing + h->unavailable,
	             h->on_hand);
	judge_sums(a, p);
	/* a head that is none has no quantum */
	judge_figure(a, p, BKO_CHECK_Q6, 0,
	             p->takers && h->quantum > 0 && bko__can_serve(h) &&
	                     !(h->flags & BKO__H_SERVING));
	judge_figure(a, p, BKO_CHECK_Q4, 1, bko__head_in_range(h));
	judge_figure(a, p, BKO_CHECK_F1, 0, p->bad_ranks);
	judge_figure(a, p, BKO_CHECK_R2, 0, p->late_holds);
	judge_figure(a, p, BKO_CHECK_S1, 0, p->strays);
	judge_figure(a, p, BKO_CHECK_S1, 0, p->no_due);
	judge_figure(a, p, BKO_CHECK_S1, 0, p->no_item);
	judge_figure(a, p, BKO_CHECK_S1, s->held_allocated, p->agenda[0]);
	judge_figure(a, p, BKO_CHECK_S1, s->held_backordered, p->agenda[1]);
	judge_figure(a, p, BKO_CHECK_P4, bko__min(due_of(p), h->due), h->due);
	judge_figure(a, p, BKO_CHECK_P4, 0, p->bad_dates);
	judge_figure(a, p, BKO_CHECK_Q8, 0, p->bad_quanta);
	a->figure = 0;
	for (i = 0; i < BKO_CLASSES; i++)
		judge_figure(a, p, BKO_CHECK_F2, s->band[i], h->band[i]);
}

/* Only heads that are still as they were copied are judged. */
int32_t bko__audit_judge(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__audit *audit = a->audit;
	struct bko__audited *p = &audit->positions[audit->at];
	struct bko__row *row;
	struct bko__key *key = &engine->room.key;
	int32_t status;

	row_key(p->key, p->key_size, key);
	row = bko__want(engine, key, BKO__WANT_FREE);
	status = bko__fetch(engine);
	if (status)
		return status;
	p->moved = !row->present || (!bko__head_get(bko__value(row), &a->head) &&
	                             a->head.version != p->head.version);
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
	struct bko__head *head = &a->head;
	struct bko__key *key = &engine->room.key;
	int32_t status;

	row_key(p->key, p->key_size, key);
	row = bko__want(engine, key, BKO__WANT_FREE);
	status = bko__fetch(engine);
	if (status)
		return status;
	memset(head, 0, sizeof *head);
	if (row->present && !bko__head_get(bko__value(row), head) && head->due != BKO__NEVER)
		due = due_row(engine, p->key, p->key_size, head->due);
	status = bko__fetch(engine);
	if (status)
		return status;
	memset((uint8_t *)p + offsetof(struct bko__audited, head), 0,
	       sizeof *p - offsetof(struct bko__audited, head));
	p->moved = 0;
	p->head = *head;
	p->no_due = due && !due->present;
	p->due = BKO__NEVER;
	p->bad_rows = row->present && head->quantum < 1;
	return BKO_OK;
}

/* Derived totals as summed, if the head is still as it was copied. */
int32_t bko__audit_repair(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__audited *p = &a->audit->positions[a->audit->at];
	const struct bko__head *s = &p->sums;
	struct bko__head *head = &a->head;
	struct bko__writer w;
	struct bko__row *row;
	struct bko__key *key = &engine->room.key;
	int32_t status;

	row_key(p->key, p->key_size, key);
	row = bko__want(engine, key, 0);
	status = bko__fetch(engine);
	memset(head, 0, sizeof *head);
	if (status || !row->present || bko__head_get(bko__value(row), head) ||
	    head->version != p->head.version || p->bad_rows || p->strays)
		return status;
	head->allocated = s->allocated;
	head->backordered = s->backordered;
	head->outside = s->outside;
	head->held_allocated = s->held_allocated;
	head->held_backordered = s->held_backordered;
	head->eligible = s->eligible;
	head->prior = s->prior;
	memcpy(head->band, s->band, sizeof head->band);
	head->incoming = s->incoming;
	head->supplies = s->supplies;
	head->unavailable = s->unavailable;
	if (!memcmp(head, &p->head, sizeof *head))
		return BKO_OK;
	head->version++;
	w = bko__scratch(engine, BKO__ROOM(struct bko__head));
	bko__head_put(&w, head);
	bko__put_scratch(engine, row, &w);
	return engine->tx.status;
}
