/*
 * warm.c - rows that stay known between the calls of the only engine of a store.
 * Positions stay as they were decoded, the rest as bytes.
 */
#include "engine/position.h"

enum { WARM_MAX = 1 << 24 /* bytes of rows before all are forgotten */ };

int bko__warm(const struct bko_engine *engine)
{
	return (engine->store.caps & BKO_STORE_EXCLUSIVE) && !engine->options.arena &&
	       !engine->unsure && !engine->cold && bko__stack_taken(&engine->tx.warm) <= WARM_MAX;
}

/* Below an item: its own row, a position, and the policy of a position last. Where values
 * are copied the rest does too, but for queues, which ranges bring, and used ids. */
static uint32_t of_item(const uint8_t *key, uint32_t size, int lends)
{
	uint32_t at = size > 1 ? 2u + key[1] : size, end;

	if (at >= size)
		return at == size ? BKO__LASTS : 0;
	end = at + 1 + key[at];
	if (end >= size)
		return end == size ? BKO__LASTS | BKO__IS_HEAD : 0;
	if (lends)
		return end + 1 == size && key[end] == 'p' ? BKO__LASTS : 0;
	return key[end] == 'w' || key[end] == 'a' || key[end] == 'o' ? 0 : BKO__LASTS;
}

uint32_t bko__lasts(const struct bko_engine *engine, const uint8_t *key, uint32_t size)
{
	if (!bko__warm(engine))
		return 0;
	switch (key[0]) {
	case 'S':
	case 'D':
	case 'H':
	case 'L':
	case 'X': return BKO__LASTS;
	case 'E':
	case 'T': return 0;
	case 'I': return of_item(key, size, bko__lends(engine));
	default: return bko__lends(engine) ? 0 : BKO__LASTS;
	}
}

int bko__row_lasts(struct bko__row *row)
{
	if (!row->lasting || !row->loaded || row->fresh || row->blind)
		return 0;
	if (!row->head)
		return !row->lent;
	row->value = row->own = NULL;
	row->value_size = row->room = 0;
	row->lent = 0;
	return !row->present || row->known;
}

int bko__row_room(struct bko_engine *engine, struct bko__row *row)
{
	struct bko__tx *tx = &engine->tx;

	if (row->room >= row->next_size)
		return 1;
	row->own =
		bko__stack_take(row->lasting && !row->head ? &tx->warm : &tx->kept, row->next_size);
	row->room = row->own ? row->next_size : 0;
	return row->own != NULL;
}

static struct bko__known *known_of(struct bko_engine *engine, struct bko__row *row)
{
	if (!row->known && row->lasting) {
		row->known = bko__stack_take(&engine->tx.warm, sizeof *row->known);
		if (row->known)
			memset(row->known, 0, sizeof *row->known);
	}
	return row->known;
}

/* What a position was put as; if it was put as bytes, nothing is known of it. */
static void known_becomes(struct bko_engine *engine, struct bko__row *row)
{
	const struct bko__pos *pos = row->object;
	struct bko__known *known;

	if (row->action != BKO_ACTION_PUT || !pos || !pos->put) {
		row->known = NULL;
		return;
	}
	known = known_of(engine, row);
	if (!known)
		return;
	known->head = *pos->put;
	if (pos->supplies_moved)
		known->dues_known = 0;
}

void bko__row_becomes(struct bko_engine *engine, struct bko__row *row)
{
	row->loaded = 1;
	row->fresh = row->lent = row->blind = 0;
	row->present = row->action == BKO_ACTION_PUT;
	row->value = NULL;
	row->value_size = 0;
	if (row->head)
		known_becomes(engine, row);
	if (!row->present || row->room < row->next_size)
		return;
	if (row->next_size)
		memcpy(row->own, row->next, row->next_size);
	row->value = row->own;
	row->value_size = row->next_size;
}

int bko__head_load(struct bko_engine *engine, struct bko__row *row, struct bko__head *head)
{
	if (row->known) {
		*head = row->known->head;
		return 0;
	}
	if (bko__head_get(bko__value(row), head))
		return -1;
	if (known_of(engine, row))
		row->known->head = *head;
	return 0;
}

/* A blindly written row is known from now on, whatever it was. */
void bko__tx_keep(struct bko_engine *engine, uint64_t revision)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t i;

	for (i = 0; i < tx->count; i++) {
		struct bko__row *row = tx->rows[i];
		int whole = 1;

		if (row->action == BKO_ACTION_NONE || !row->lasting)
			continue;
		if (row->action == BKO_ACTION_PUT && !row->head)
			whole = bko__row_room(engine, row);
		bko__row_becomes(engine, row);
		row->stored = row->present;
		row->revision = revision;
		row->loaded = (uint8_t)whole;
		row->action = BKO_ACTION_NONE;
	}
	tx->changes = 0;
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
