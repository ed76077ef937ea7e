/*
 * part.c - see part.h.
 */
#include "engine/part.h"

#include "rules/rank.h"

int bko__part_claims(const struct bko__part *part)
{
	return !(part->stops & BKO_STOP_UNALLOCATED);
}

uint8_t bko__part_kind(const struct bko__part *part)
{
	if (part->backordered > 0)
		return part->stops || part->held_until ? 'z' : 'w';
	return part->allocated > 0 ? 'a' : 0;
}

static void part_key(const struct bko__pos *pos, uint8_t kind, const struct bko__rank *rank,
                     struct bko__key *key)
{
	bko__pos_subkey(pos, kind, key);
	bko__key_rank(key, rank);
}

void bko__part_want(struct bko_engine *engine, const struct bko__pos *pos,
                    const struct bko__rank *rank)
{
	static const uint8_t kinds[3] = {'w', 'z', 'a'};
	struct bko__key *key = &engine->room.key;
	uint32_t i;

	for (i = 0; i < 3; i++) {
		part_key(pos, kinds[i], rank, key);
		bko__want(engine, key, BKO__WANT_FREE);
	}
}

struct bko__pt *bko__part_of(struct bko_engine *engine, struct bko__row *row, size_t rank_at)
{
	struct bko__pt *part = row->object;

	if (part)
		return part;
	part = bko__take(engine, sizeof *part);
	if (!part)
		return NULL;
	memset(part, 0, sizeof *part);
	if (!bko__key_get_rank(row->key, row->key_size, rank_at, &part->rank) ||
	    bko__part_get(bko__value(row), &part->rank, &part->rec)) {
		engine->tx.status = bko__fail(engine, BKO_E_CORRUPT, "a row of the queue");
		return NULL;
	}
	part->row = row;
	part->kind = row->key[rank_at - 1];
	row->object = part;
	return part;
}

struct bko__pt *bko__part_find(struct bko_engine *engine, const struct bko__pos *pos,
                               const struct bko__rank *rank)
{
	static const uint8_t kinds[3] = {'w', 'z', 'a'};
	struct bko__key *key = &engine->room.key;
	uint32_t i;

	for (i = 0; i < 3; i++) {
		struct bko__row *row;

		part_key(pos, kinds[i], rank, key);
		row = bko__want(engine, key, BKO__WANT_FREE);
		if (row->object && !((struct bko__pt *)row->object)->gone &&
		    ((struct bko__pt *)row->object)->row == row)
			return row->object;
		if (row->present && row->action != BKO_ACTION_DELETE)
			return bko__part_of(engine, row, pos->row->key_size + 1);
	}
	return NULL;
}

void bko__part_put(struct bko_engine *engine, struct bko__pos *pos, struct bko__pt *part)
{
	uint8_t kind = bko__part_kind(&part->rec);
	struct bko__writer w;
	struct bko__key *key = &engine->room.key;

	pos->dirty = 1;
	if (part->row && part->kind != kind) {
		bko__delete(engine, part->row);
		if (part->row->object == part)
			part->row->object = NULL;
		part->row = NULL;
	}
	part->kind = kind;
	part->gone = kind == 0;
	if (!kind)
		return;
	if (!part->row) {
		part_key(pos, kind, &part->rank, key);
		part->row = bko__blind_row(engine, key);
		part->row->object = part;
		if (kind == 'w')
			pos->new_parts++;
	}
	w = bko__scratch(engine, BKO__ROOM(struct bko__part) + 3 * BKO_ID_MAX);
	bko__part_write(&w, &part->rank, &part->rec);
	bko__put_scratch(engine, part->row, &w);
}

void bko__part_waits(struct bko__pos *pos, const struct bko__pt *part, int64_t units,
                     int64_t outside)
{
	struct bko__head *head = &pos->head;

	head->backordered += units;
	head->outside += outside;
	if (part->rec.held_until)
		head->held_backordered += units;
	else if (!part->rec.stops)
		head->eligible += units;
	if (bko__part_claims(&part->rec))
		bko__claims_add(head, &part->rank, units);
	pos->dirty = 1;
}
