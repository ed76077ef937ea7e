/*
 * given.c - rows that a store gives together with a conflict. What the guards held, and what
 * they did not hold as it is now, are of one moment: the next attempt decides on that
 * without asking again.
 */
#include "engine/engine.h"

void bko__given_add(struct bko_engine *engine, struct bko__row *row, const void *value, size_t size,
                    uint64_t revision)
{
	struct bko__tx *tx = &engine->tx;
	struct bko__given *given;

	if (bko__warm(engine) || engine->batching || tx->took || size > BKO_VALUE_MAX)
		return;
	given = bko__stack_take(&tx->kept, sizeof *given + size);
	if (!given)
		return;
	given->row = row;
	given->revision = revision;
	given->size = (uint32_t)size;
	if (size)
		memcpy(given + 1, value, size);
	given->next = tx->given;
	tx->given = given;
}

/* What lies under a guarded row may have changed with it, so it goes. Heads of lanes lie
 * under nothing: who uses one guards it. */
static void keep_guarded(struct bko__tx *tx)
{
	uint32_t i, kept = 0;
	struct bko__row *row, **bucket;

	memset(tx->buckets, 0, tx->bucket_count * sizeof(struct bko__row *));
	for (i = 0; i < tx->count; i++) {
		row = tx->rows[i];
		if (!row->loaded || row->blind || row->fresh || !(row->guard || row->key[0] == 'H'))
			continue;
		bucket = &tx->buckets[row->hash & (tx->bucket_count - 1)];
		row->chain = *bucket;
		*bucket = row;
		tx->rows[kept++] = row;
	}
	tx->count = tx->outside = tx->total = kept;
	tx->ranges = NULL;
	tx->ranges_end = &tx->ranges;
	tx->pending = tx->fresh = tx->assumed = 0;
	tx->defaults_row = NULL;
	memset(tx->lane_row, 0, sizeof tx->lane_row);
}

/* A store need not give all rows that changed, so the attempt after it reads again; and
 * what it leads to is confirmed as if it were read at two moments. */
int bko__given_take(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	struct bko__given *given = tx->given;

	tx->given = NULL;
	tx->took = given != NULL;
	if (!given)
		return 0;
	for (; given; given = given->next) {
		struct bko__row *row = given->row;

		row->value = row->own = (uint8_t *)(given + 1);
		row->value_size = row->room = given->size;
		row->revision = given->revision;
		row->present = row->stored = row->loaded = 1;
		row->lent = row->blind = 0;
		row->known = NULL;
	}
	keep_guarded(tx);
	tx->reads = 2;
	bko__tx_rerun(engine);
	return 1;
}
