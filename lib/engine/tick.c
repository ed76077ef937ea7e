/*
 * tick.c - what time does to positions that nobody touches. The T rows name them,
 * earliest first; each is settled in a batch of its own, until none is due.
 */
#include "base/number.h"
#include "engine/agenda.h"
#include "engine/news.h"
#include "engine/op.h"
#include "engine/shortage.h"

enum { PEEK, WORK, SWEEP, SHORTAGE, LAST };
enum { SWEEP_ROWS = 64 };

struct ticking {
	int64_t now;
	struct bko_span item, location; /* of the position in hand, from progress */
	uint32_t next;                  /* phase, once this step is applied */
	struct bko__key from, end;      /* of the run: what is swept yet */
	struct bko_next out;
};

/* The first T row, and what it names, into the engine's progress. at: its time, or
 * BKO__NEVER. */
static int32_t run_peek(struct bko_engine *engine, void *arguments)
{
	struct bko__progress *progress = &engine->progress;
	struct bko__range *range;
	struct bko__key *key = &engine->room.key;
	int32_t status;

	(void)arguments;
	bko__key_begin(key, 'T');
	range = bko__want_below(engine, key, 1);
	status = bko__fetch(engine);
	if (status)
		return status;
	progress->at = BKO__NEVER;
	progress->size = 0;
	if (!range->count)
		return BKO_OK;
	if (range->rows[0]->key_size < 9)
		return bko__fail(engine, BKO_E_CORRUPT, "a due row");
	progress->size = range->rows[0]->key_size;
	memcpy(progress->key, range->rows[0]->key, progress->size);
	progress->at = (int64_t)bko__get_be(progress->key + 1, 6);
	return BKO_OK;
}

/* The ids in a T row's key. */
static int32_t parse(struct bko_engine *engine, struct ticking *t)
{
	const struct bko__progress *progress = &engine->progress;
	struct bko__reader r = {progress->key, progress->size, 7, 0};
	uint8_t size;

	t->item.data = bko__read_id(&r, &size, BKO_ID_MAX);
	t->item.size = size;
	t->location.data = bko__read_id(&r, &size, BKO_ID_MAX);
	t->location.size = size;
	if (r.bad || r.at != r.size || !t->item.size)
		return bko__fail(engine, BKO_E_CORRUPT, "a due row");
	return BKO_OK;
}

static int32_t load_due(struct bko_engine *engine, struct ticking *t, struct bko__pos **pos)
{
	int32_t status = bko__base_want(engine);

	if (status)
		return status;
	*pos = bko__pos_want(engine, &t->item, &t->location, BKO__POS_SERVES);
	if (!*pos)
		return engine->tx.status;
	bko__lane_want(engine, bko__lane_of(engine, &t->item));
	return bko__positions_load(engine, t->now);
}

/* Whether settling left the position as it is stored, but for the clock: a chain that
 * waits for its next step. Putting it again would make a repeated tick a change. */
static int unchanged(struct bko_engine *engine, const struct bko__pos *pos)
{
	struct bko__head *stored = bko__take(engine, 2 * sizeof *stored), *now = stored + 1;
	struct bko__writer a = bko__scratch(engine, BKO__ROOM(struct bko__head)),
			   b = bko__scratch(engine, BKO__ROOM(struct bko__head));

	if (!stored || a.full || b.full || engine->tx.changes ||
	    bko__head_load(engine, pos->row, stored))
		return 0;
	*now = pos->head;
	now->settled = stored->settled;
	if (now->missing || (now->flags & (BKO__H_SERVING | BKO__H_SWEEP)))
		now->due = 0;
	bko__head_put(&a, stored);
	bko__head_put(&b, now);
	return a.size == b.size && !memcmp(a.data, b.data, a.size);
}

/* Loading settles; what is left to do is told by the phase. A T row that its head
 * does not know of goes. */
static int32_t run_settle(struct bko_engine *engine, void *arguments)
{
	struct bko__progress *progress = &engine->progress;
	struct ticking *t = arguments;
	struct bko__pos *pos;
	struct bko__key *key = &engine->room.key;
	uint64_t first, count;
	int32_t status = load_due(engine, t, &pos);

	if (status)
		return status;
	if (!pos->exists || pos->due_before != progress->at) {
		memcpy(key->bytes, progress->key, progress->size);
		key->size = progress->size;
		bko__delete(engine, bko__blind_row(engine, key));
	}
	if (!pos->exists || !unchanged(engine, pos))
		status = bko__finish(engine, pos->lane, &first, &count);
	t->next = PEEK;
	if (pos->head.missing)
		t->next = SHORTAGE;
	else if (pos->head.flags & BKO__H_SWEEP)
		t->next = SWEEP;
	return status;
}

static int is_dead(const struct bko__pos *pos, const struct bko__pt *part)
{
	return part->rec.held_until && part->rec.held_until <= pos->head.settled;
}

/* Removes rows of parked parts whose holds ran out. */
static int32_t run_sweep(struct bko_engine *engine, void *arguments)
{
	struct ticking *t = arguments;
	struct bko__key *from = &t->from, *end = &t->end;
	uint32_t dead = 0, i;
	uint64_t first, count;
	struct bko__pos *pos;
	int32_t status = load_due(engine, t, &pos);

	if (status)
		return status;
	bko__pos_subkey(pos, 'z', from);
	bko__key_after(from, end);
	for (;;) {
		struct bko__range *range = bko__want_range(engine, from, end, SWEEP_ROWS);

		status = bko__fetch(engine);
		for (i = 0; !status && i < range->count && dead < SWEEP_ROWS; i++) {
			struct bko__pt *part =
				bko__part_of(engine, range->rows[i], pos->row->key_size + 1u);

			if (!part)
				return engine->tx.status;
			if (!is_dead(pos, part))
				continue;
			bko__delete(engine, range->rows[i]);
			dead++;
		}
		if (status || dead == SWEEP_ROWS)
			break;
		if (!range->more) {
			pos->head.flags &= ~(uint32_t)BKO__H_SWEEP;
			break;
		}
		bko__row_past(range->rows[range->count - 1], from);
	}
	if (status)
		return status;
	pos->dirty = 1;
	t->next = PEEK;
	return bko__finish(engine, pos->lane, &first, &count);
}

/* One step; *done 1: nothing is due any more. */
static int32_t tick_step(struct bko_engine *engine, struct ticking *t, uint32_t budget,
                         uint32_t *done)
{
	struct bko__progress *progress = &engine->progress;
	int32_t status;

	*done = 0;
	if (progress->phase == PEEK || progress->phase == LAST) {
		status = bko__drive(engine, run_peek, t);
		if (status)
			return status;
		if (progress->phase == LAST || progress->at > t->now || progress->count >= budget) {
			*done = 1;
			return BKO_OK;
		}
		progress->phase = WORK;
	}
	status = parse(engine, t);
	if (status)
		return status;
	switch (progress->phase) {
	case WORK: status = bko__drive(engine, run_settle, t); break;
	case SWEEP: status = bko__drive(engine, run_sweep, t); break;
	default:
		status = bko__shortage_step(engine, &t->item, &t->location, t->now);
		t->next = PEEK;
		break;
	}
	if (status)
		return status;
	progress->phase = ++progress->count >= budget ? LAST : t->next;
	return BKO_OK;
}

int32_t bko_engine_tick(bko_engine *engine, int64_t now_ms, uint32_t budget, struct bko_next *next)
{
	int32_t status = bko__enter(engine, BKO__VERB_TICK, NULL);
	struct bko_next *out;
	struct ticking *t;
	uint32_t done = 0;

	if (status)
		return status;
	t = BKO__CALL(engine, struct ticking);
	if (engine->batching)
		return bko__fail(engine, BKO_E_STATE, "a batch is open");
	if (!bko__time_ok(now_ms))
		return bko__fail(engine, BKO_E_RANGE, "now_ms");
	if (next && (next->struct_size < sizeof *next || next->struct_size > BKO_STRUCT_SIZE_MAX))
		return bko__fail(engine, BKO_E_STRUCT_SIZE, "next");
	memset(t, 0, sizeof *t);
	t->now = now_ms;
	while (!status && !done)
		status = tick_step(engine, t, budget, &done);
	if (status)
		return status;
	out = &t->out;
	out->batches = engine->progress.count;
	out->kind = engine->progress.at == BKO__NEVER ? BKO_DATE_NONE : BKO_DATE_KNOWN;
	if (out->kind)
		out->at_ms = bko__max(engine->progress.at, now_ms);
	if (next)
		bko__struct_out(next, next->struct_size, out, sizeof *out);
	return BKO_OK;
}
