/*
 * overlay.c - rows that calls of an open batch put, where a range of a later call meets
 * them. Those below a position hang on its row, so that a range there walks no more than
 * what the batch put below that position.
 */
#include "engine/engine.h"

/* The row that all of a range, or a row, lies below; NULL: no position's, or one that is
 * not of the batch. */
static struct bko__row *position_over(const struct bko__tx *tx, const uint8_t *key, uint32_t size)
{
	struct bko__row *over = size ? bko__row_find(tx, key, size) : NULL;

	return over && (over->in_batch || over->listed) && over->loaded && !over->blind ? over
	                                                                                : NULL;
}

void bko__overlay_add(struct bko_engine *engine, struct bko__row *row)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t size = bko__below_position(row->key, row->key_size);
	struct bko__row *over;

	if (!size || row->laid)
		return;
	over = position_over(tx, row->key, size);
	if (!over) {
		tx->astray = 1;
		return;
	}
	row->laid = 1;
	row->below = over->below;
	over->below = row;
}

/* How many rows of the range come before this one, itself included. */
static uint32_t place_in(const struct bko__range *range, const struct bko__row *row)
{
	uint32_t at = range->count;

	while (at && bko__row_before(row, range->rows[at - 1]))
		at--;
	return at;
}

static void lay(struct bko_engine *engine, struct bko__range *range, struct bko__row *row)
{
	uint32_t at;

	if (row->staged != BKO_ACTION_PUT || row->stored ||
	    bko__key_compare(row->key, row->key_size, range->key->bytes, range->key->size) < 0 ||
	    bko__key_compare(row->key, row->key_size, range->end->bytes, range->end->size) >= 0)
		return;
	at = place_in(range, row);
	if ((at && range->rows[at - 1] == row) ||
	    (range->more && bko__row_before(range->last, row)))
		return; /* there already, or behind what was read */
	if (range->count == range->limit) {
		/* there is no room for all: the page ends before what fell out */
		range->more = 1;
		range->last = range->rows[range->count - 1];
		if (at == range->count)
			return;
		range->count--;
	}
	bko__row_of(engine, row->key, row->key_size); /* it is of this call now */
	memmove(range->rows + at + 1, range->rows + at,
	        (range->count - at) * sizeof(struct bko__row *));
	range->rows[at] = row;
	range->count++;
	if (range->count == range->limit)
		range->last = range->rows[range->count - 1];
}

void bko__overlay(struct bko_engine *engine, struct bko__range *range)
{
	struct bko__tx *tx = &engine->tx;
	const struct bko__key *from = range->key, *end = range->end;
	uint32_t i, kept = 0, size = bko__below_position(from->bytes, from->size);
	struct bko__row *row;

	for (i = 0; i < range->count; i++) {
		if (range->rows[i]->present)
			range->rows[kept++] = range->rows[i];
	}
	range->count = kept;
	if (!size || tx->astray || end->size <= size || memcmp(from->bytes, end->bytes, size)) {
		for (row = tx->batch; row; row = row->batch)
			lay(engine, range, row);
		return;
	}
	row = position_over(tx, from->bytes, size);
	for (row = row ? row->below : NULL; row; row = row->below)
		lay(engine, range, row);
}
