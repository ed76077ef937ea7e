/*
 * warm.c - rows that stay known between the calls of the only engine of a store.
 */
#include "engine/engine.h"

enum { KEPT_MAX = 1 << 21 /* bytes of rows before all are forgotten */ };

int bko__warm(const struct bko_engine *engine)
{
	return (engine->store.caps & BKO_STORE_EXCLUSIVE) && !bko__lends(engine) &&
	       !engine->batching && !engine->options.arena;
}

/* A blindly written row is known from now on, whatever it was. */
int32_t bko__tx_keep(struct bko_engine *engine, uint64_t revision)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t i;

	for (i = 0; i < tx->count; i++) {
		struct bko__row *row = tx->rows[i];
		uint8_t *copy = NULL;

		if (row->action == BKO_ACTION_NONE)
			continue;
		row->present = row->stored = row->action == BKO_ACTION_PUT;
		if (row->present) {
			copy = bko__stack_take(&tx->kept, row->next_size);
			if (!copy)
				return BKO_E_NO_MEMORY;
			memcpy(copy, row->next, row->next_size);
		}
		row->value = copy;
		row->value_size = row->present ? row->next_size : 0;
		row->revision = revision;
		row->hint = 0;
		row->fresh = 0;
		row->action = BKO_ACTION_NONE;
	}
	tx->changes = 0;
	return BKO_OK;
}

/* Ranges are asked for anew: what they hold is known, but not what joined them. */
void bko__tx_next(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;

	if (!bko__warm(engine) || !engine->kept_warm || tx->pending ||
	    tx->count > tx->max_rows / 2 || tx->kept.held > KEPT_MAX) {
		bko__tx_clear(engine);
		return;
	}
	tx->ranges = NULL;
	tx->ranges_end = &tx->ranges;
	tx->reads = 0;
	bko__tx_rerun(engine);
}

void bko__tx_unassume(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t i;

	for (i = 0; i < tx->count; i++) {
		if (!tx->rows[i]->fresh)
			continue;
		tx->rows[i]->fresh = 0;
		tx->rows[i]->loaded = 0;
		tx->pending++;
	}
	tx->assumed = 0;
}
