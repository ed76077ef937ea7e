/*
 * copy.c - see copy.h.
 */
#include "engine/copy.h"

#include "base/number.h"
#include "rules/calendar.h"

void bko__id_out(struct bko_span span, struct bko_id *id)
{
	memset(id, 0, sizeof *id);
	id->size = (uint32_t)(span.size < BKO_ID_MAX ? span.size : BKO_ID_MAX);
	if (id->size)
		memcpy(id->bytes, span.data, id->size);
}

int bko__key_id_at(const struct bko__row *row, size_t at, struct bko_span *id)
{
	id->data = row->key;
	id->size = 0;
	if (at >= row->key_size || row->key[at] > BKO_ID_MAX ||
	    row->key_size - at - 1 < row->key[at])
		return 0;
	id->data = row->key + at + 1;
	id->size = row->key[at];
	return 1;
}

int32_t bko__check_array(struct bko_engine *engine, const void *array, size_t capacity,
                         uint32_t stride, size_t least, const size_t *count)
{
	if ((!array && capacity) || !count)
		return engine ? bko__fail(engine, BKO_E_MISUSE, "array or count") : BKO_E_MISUSE;
	if (capacity && (stride < least || stride > BKO_STRUCT_SIZE_MAX))
		return engine ? bko__fail(engine, BKO_E_STRUCT_SIZE, "stride") : BKO_E_STRUCT_SIZE;
	return BKO_OK;
}

void bko__array_out(void *array, size_t capacity, uint32_t stride, const void *elements,
                    size_t count, size_t own, size_t *filled)
{
	size_t i;

	for (i = 0; i < count && i < capacity; i++)
		bko__struct_out((uint8_t *)array + i * stride, stride,
		                (const uint8_t *)elements + i * own, own);
	*filled = i;
}

int bko__part_dead(const struct bko__pos *pos, const struct bko__part *part)
{
	return part->held_until && part->held_until <= bko__max(pos->now, pos->head.settled);
}

/* Sums of bands that rank wholly before a part of the present epoch. */
static int64_t lower_bands(const struct bko__head *head, uint32_t band)
{
	int64_t units = head->prior;
	uint32_t b;

	for (b = 0; b < band; b++)
		units += head->band[b];
	return units;
}

struct ahead {
	const struct bko__rank *rank;
	int64_t units, parts;
	uint32_t seen, cut; /* cut: rows before the part were left unread */
};

/* Counts rows of one kind between the beginning of the part's band and the part. */
static int32_t count_kind(struct bko_engine *engine, struct bko__pos *pos, uint8_t kind,
                          struct ahead *a)
{
	struct bko__key *from = &engine->room.key, *end = &engine->room.end;
	struct bko__range *range;
	int32_t status;
	uint32_t i;

	bko__pos_subkey(pos, kind, from);
	*end = *from;
	bko__key_rank(end, a->rank);
	if (a->rank->epoch == pos->head.epoch) {
		bko__key_number(from, a->rank->epoch, 4);
		bko__key_number(from, a->rank->band, 1);
	}
	range = bko__want_range(engine, from, end, BKO_AHEAD_ROWS - a->seen);
	status = bko__fetch(engine);
	for (i = 0; !status && i < range->count; i++) {
		struct bko__pt *part =
			bko__part_of(engine, range->rows[i], pos->row->key_size + 1u);

		if (!part)
			return engine->tx.status;
		a->seen++;
		if (bko__part_dead(pos, &part->rec))
			continue;
		a->parts++;
		if (bko__part_claims(&part->rec))
			a->units += part->rec.backordered;
	}
	a->cut |= range->more;
	return status;
}

int32_t bko__ahead_of(struct bko_engine *engine, struct bko__pos *pos, const struct bko__pt *part,
                      int64_t *ahead, int64_t *parts, uint32_t *at_least)
{
	const struct bko__head *head = &pos->head;
	int present = part->rank.epoch == head->epoch;
	struct ahead a = {&part->rank, 0, 0, 0, 0};
	int32_t status = count_kind(engine, pos, 'w', &a);

	if (!status && a.seen < BKO_AHEAD_ROWS)
		status = count_kind(engine, pos, 'z', &a);
	else
		a.cut |= pos->head.backordered > pos->head.eligible;
	*parts = a.parts;
	*at_least = a.cut;
	*ahead = a.units;
	if (present)
		*ahead += lower_bands(head, part->rank.band);
	if (a.cut) /* the whole band, less the part itself */
		*ahead = (present ? lower_bands(head, part->rank.band + 1) : head->prior) -
		         (bko__part_claims(&part->rec) ? part->rec.backordered : 0);
	return status;
}

int32_t bko__part_promise(struct bko_engine *engine, struct bko__pos *pos,
                          const struct bko__pt *part, uint32_t *kind, int64_t *date,
                          uint32_t *supply)
{
	int64_t ahead, parts;
	struct bko__cover cover;
	uint32_t at_least;
	int32_t status = bko__supplies_load(engine, pos);

	*kind = BKO_DATE_UNKNOWN;
	*date = 0;
	*supply = BKO_SUPPLIES_MAX;
	if (!status)
		status = bko__ahead_of(engine, pos, part, &ahead, &parts, &at_least);
	if (status)
		return status;
	if (bko__part_claims(&part->rec)) {
		bko__merge_cover(pos->timeline, pos->head.missing ? 0 : pos->head.open, ahead,
		                 part->rec.backordered, pos->now, &cover);
		if (cover.rest_kind == BKO_DATE_NONE) {
			*kind = cover.first_kind;
			*date = cover.first_due;
		} else {
			*kind = cover.rest_kind;
			*date = cover.rest_due;
		}
		*supply = *kind == BKO_DATE_KNOWN ? cover.last : (uint32_t)BKO_SUPPLIES_MAX;
	}
	if (*kind != BKO_DATE_KNOWN && part->rec.expected > pos->now) {
		*kind = BKO_DATE_KNOWN;
		*date = part->rec.expected;
	}
	if (*kind == BKO_DATE_KNOWN)
		*date = bko__calendar_promise(pos->calendar, *date, pos->head.handling);
	else
		*date = 0;
	return status;
}

struct listing {
	uint8_t kind;
	const struct bko_cursor *cursor;
	struct bko__key next, end; /* where the list stands, and where it ends */
	struct bko_id *ids;
	size_t capacity, count;
	uint32_t done;
};

/* From one id straight to the next: rows below an id are jumped over. */
static int32_t run_list(struct bko_engine *engine, void *arguments)
{
	struct listing *l = arguments;
	struct bko__key *from = &l->next;
	int32_t status = BKO_OK;

	bko__key_begin(from, l->kind);
	bko__key_after(from, &l->end);
	if (l->cursor->key_size) {
		memcpy(from->bytes, l->cursor->key, l->cursor->key_size);
		from->size = l->cursor->key_size;
	}
	l->count = 0;
	l->done = 0;
	while (l->count < l->capacity) {
		struct bko__range *range = bko__want_range(engine, from, &l->end, 1);
		struct bko_span id;

		status = bko__fetch(engine);
		if (status)
			return status;
		if (!range->count) {
			l->done = 1;
			break;
		}
		if (!bko__key_id_at(range->rows[0], 1, &id) || !id.size)
			return bko__fail(engine, BKO_E_CORRUPT, "a key");
		bko__id_out(id, &l->ids[l->count++]);
		bko__key_begin(from, l->kind);
		bko__key_id(from, id.data, id.size);
		bko__key_after(from, from);
	}
	return BKO_OK;
}

int32_t bko__list_ids(struct bko_engine *engine, uint32_t verb, uint8_t kind,
                      struct bko_cursor *cursor, struct bko_id *ids, size_t capacity, size_t *count)
{
	int32_t status = bko__enter(engine, verb, NULL);
	struct listing *l;

	if (status)
		return status;
	l = BKO__CALL(engine, struct listing);
	if (!cursor || !count || (!ids && capacity))
		return bko__fail(engine, BKO_E_MISUSE, "cursor, ids or count");
	if (cursor->struct_size < sizeof *cursor || cursor->struct_size > BKO_STRUCT_SIZE_MAX)
		return bko__fail(engine, BKO_E_STRUCT_SIZE, "cursor");
	if (cursor->key_size > BKO_KEY_MAX || (cursor->key_size && cursor->key[0] != kind))
		return bko__fail(engine, BKO_E_ARGUMENT, "cursor");
	if (engine->batching)
		return bko__fail(engine, BKO_E_STATE, "a batch is open");
	*count = 0;
	if (cursor->done)
		return BKO_OK;
	memset(l, 0, sizeof *l);
	l->kind = kind;
	l->cursor = cursor;
	l->ids = ids;
	/* a call holds so many rows at a time; the caller asks again */
	l->capacity = capacity < engine->tx.max_rows / 2 ? capacity : engine->tx.max_rows / 2;
	status = bko__drive(engine, run_list, l);
	if (status)
		return status;
	cursor->done = l->done;
	cursor->key_size = l->next.size;
	memcpy(cursor->key, l->next.bytes, l->next.size);
	*count = l->count;
	return BKO_OK;
}
