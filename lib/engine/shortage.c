/*
 * shortage.c - see shortage.h.
 */
#include "engine/shortage.h"

#include "base/number.h"

void bko__shortage_add(struct bko_engine *engine, struct bko__pos *pos, int64_t units,
                       const struct bko_span *cause)
{
	if (!units)
		return;
	pos->head.missing += units;
	pos->dirty = 1;
	bko__pos_tell(engine, pos, BKO_EVENT_SHORTAGE, units, 0, cause);
}

int64_t bko__shortage_take(struct bko_engine *engine, struct bko__pos *pos, int64_t units,
                           const struct bko_span *cause)
{
	struct bko__head *head = &pos->head;
	int64_t *shelf[3] = {&head->open, &head->kept, &head->buffer};
	uint32_t i;

	for (i = 0; i < 3; i++) {
		int64_t part = bko__min(units, *shelf[i]);

		*shelf[i] -= part;
		units -= part;
	}
	pos->dirty = 1;
	bko__shortage_add(engine, pos, units, cause);
	return units;
}

void bko__shortage_absorb(struct bko_engine *engine, struct bko__pos *pos)
{
	int64_t units = bko__min(pos->head.missing, pos->head.open);

	pos->head.open -= units;
	bko__shortage_add(engine, pos, -units, NULL);
}
