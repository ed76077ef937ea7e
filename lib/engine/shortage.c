/*
 * shortage.c - see shortage.h.
 */
#include "engine/shortage.h"

#include "base/number.h"
#include "engine/agenda.h"
#include "engine/news.h"
#include "engine/order_op.h"

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

/* ---- The chain ---- */

/* Phases of a pass: the head is settled; orders are looked at, then parts; then the
 * losers found lose, one a step. */
enum { SHORTAGE_BEGIN, SHORTAGE_ORDERS, SHORTAGE_A, SHORTAGE_W, SHORTAGE_Z, SHORTAGE_LOSE };

enum { LOSES_HELD, LOSES_UNPICKED, LOSES_PICKED };

/* What a page shows, in scratch. */
struct shortage_page {
	struct bko__head head;
	struct bko__key all, end;
	struct bko__range *rows;
	struct bko__key from; /* where the next page begins */
	uint32_t count;
	struct bko__loser losers[BKO__LOSERS + 1]; /* the engine's, with those of this page */
};

/* One step of a pass; what it found is taken over once it is done. */
struct shortage_step {
	const struct bko_span *item, *location;
	int64_t now;
	uint32_t over; /* nothing is missing any more */
	struct shortage_page *page;
};

static int loses_before(const struct bko__loser *a, const struct bko__loser *b)
{
	if (a->class != b->class)
		return a->class < b->class;
	return bko__rank_compare(&a->rank, &b->rank) > 0;
}

/* Keeps a place if it is among the worst. Ranks of one position are each one place's. */
static void shortage_consider(struct shortage_page *page, const struct bko__loser *loser)
{
	uint32_t at = page->count, i;

	for (i = 0; i < page->count; i++) {
		if (page->losers[i].class == loser->class &&
		    !bko__rank_compare(&page->losers[i].rank, &loser->rank))
			return;
	}
	while (at && loses_before(loser, &page->losers[at - 1]))
		at--;
	if (at == BKO__LOSERS)
		return;
	if (page->count == BKO__LOSERS)
		page->count--;
	memmove(&page->losers[at + 1], &page->losers[at],
	        (page->count - at) * sizeof *page->losers);
	page->losers[at] = *loser;
	page->count++;
}

static void shortage_consider_units(struct shortage_page *page, struct bko__loser *loser, int held,
                                    int64_t allocated, int64_t picked)
{
	loser->class = held ? LOSES_HELD : LOSES_UNPICKED;
	if (held ? allocated > 0 : allocated > picked)
		shortage_consider(page, loser);
	loser->class = LOSES_PICKED;
	if (!held && picked > 0)
		shortage_consider(page, loser);
}

static int shortage_same(const struct bko_span *a, const struct bko_span *b)
{
	return !bko__key_compare(a->data, a->size, b->data, b->size);
}

/* The places of an order at this position that never waited. */
static int32_t shortage_look_order(struct bko_engine *engine, struct shortage_step *s,
                                   struct bko__row *row)
{
	struct bko__ord *order = bko__take(engine, sizeof *order);
	struct bko__loser loser;
	uint32_t found, i, p;
	int32_t status;
	int held;

	if (!order)
		return engine->tx.status;
	memset(order, 0, sizeof *order);
	order->row = row;
	order->id.data = row->key + 2;
	order->id.size = row->key[1];
	status = bko__order_decode(engine, order, &found);
	held = order->rec.state == BKO__O_HELD;
	if (status || (order->rec.state != BKO__O_OPEN && !held) ||
	    (held && order->rec.hold_until <= s->page->head.settled))
		return status;
	memset(&loser, 0, sizeof loser);
	loser.size = row->key[1];
	memcpy(loser.order, order->id.data, order->id.size);
	for (i = 0; i < order->rec.line_count; i++) {
		const struct bko__ol *line = &order->lines[i];

		if (!shortage_same(&line->rec.item, s->item))
			continue;
		for (p = 0; p < line->rec.place_count; p++) {
			const struct bko__place *place = &line->places[p];

			if ((place->flags & (BKO__PL_WAITED | BKO__PL_UNTRACKED)) ||
			    !shortage_same(&line->candidates[place->location], s->location))
				continue;
			loser.rank = bko__place_rank(place);
			loser.line = i;
			loser.place = p;
			shortage_consider_units(s->page, &loser, held, place->allocated,
			                        place->picked);
		}
	}
	return BKO_OK;
}

/* A part that waited. Parts of holds that ran out are dead, swept or not. */
static int32_t shortage_look_part(struct bko_engine *engine, struct shortage_step *s,
                                  const struct bko__row *row)
{
	struct bko__loser loser;
	struct bko__part part;

	memset(&loser, 0, sizeof loser);
	if (!bko__key_get_rank(row->key, row->key_size, s->page->all.size, &loser.rank) ||
	    bko__part_get(bko__value(row), &loser.rank, &part))
		return bko__fail(engine, BKO_E_CORRUPT, "a row of the queue");
	if (part.held_until && part.held_until <= s->page->head.settled)
		return BKO_OK;
	loser.size = (uint32_t)part.order.size;
	memcpy(loser.order, part.order.data, part.order.size);
	loser.line = part.line;
	loser.place = part.place;
	shortage_consider_units(s->page, &loser, part.held_until != 0, part.allocated, part.picked);
	return BKO_OK;
}

/* Where the rows of a phase begin. */
static void shortage_first(const struct shortage_step *s, uint32_t phase, struct bko__key *key)
{
	static const uint8_t kinds[3] = {'a', 'w', 'z'};

	if (phase == SHORTAGE_ORDERS) {
		bko__key_begin(key, 'O');
		return;
	}
	bko__pos_key(s->item, s->location, key);
	bko__key_byte(key, kinds[phase - SHORTAGE_A]);
}

/* A page of the phase with the head as it is stored, of zeros where there is none. */
static int32_t shortage_page_read(struct bko_engine *engine, struct shortage_step *s)
{
	const struct bko__shortage *pass = &engine->shortage;
	struct shortage_page *page = bko__take(engine, sizeof *page);
	struct bko__row *row;
	int32_t status;

	s->page = page;
	if (!page)
		return engine->tx.status;
	memset(page, 0, sizeof *page);
	if (pass->phase != SHORTAGE_BEGIN) {
		shortage_first(s, pass->phase, &page->all);
		bko__key_after(&page->all, &page->end);
		page->rows = bko__want_range(engine, &pass->from, &page->end,
		                             engine->options.serve_lines);
	}
	bko__pos_key(s->item, s->location, &page->from);
	row = bko__want(engine, &page->from, BKO__WANT_FREE);
	status = bko__fetch(engine);
	if (!status && row->present && bko__head_load(engine, row, &page->head))
		status = bko__fail(engine, BKO_E_CORRUPT, "a position");
	s->over = !page->head.missing;
	return status;
}

static int32_t shortage_run_begin(struct bko_engine *engine, void *arguments)
{
	struct shortage_step *s = arguments;
	int32_t status = bko__base_want(engine);
	uint64_t first, count;
	struct bko__pos *pos;

	if (!status)
		status = shortage_page_read(engine, s);
	if (status || s->over || s->page->head.settled >= s->now)
		return status;
	pos = bko__pos_want(engine, s->item, s->location, BKO__POS_SERVES);
	if (!pos)
		return engine->tx.status;
	status = bko__positions_load(engine, s->now);
	if (!status)
		status = bko__finish(engine, pos->lane, &first, &count);
	s->over = !pos->head.missing;
	return status;
}

/* Looks at one row; the next page begins behind it, or behind all rows of its order. */
static int32_t shortage_look(struct bko_engine *engine, struct shortage_step *s, uint32_t phase,
                             struct bko__row *row)
{
	struct bko__key *from = &s->page->from;
	int32_t status = BKO_OK;

	if (phase != SHORTAGE_ORDERS) {
		bko__row_past(row, from);
		return shortage_look_part(engine, s, row);
	}
	memcpy(from->bytes, row->key, row->key_size);
	from->size = row->key[1] + 2u;
	if (row->key_size == from->size)
		status = shortage_look_order(engine, s, row);
	bko__key_after(from, from);
	return status;
}

static int32_t shortage_run_page(struct bko_engine *engine, void *arguments)
{
	struct shortage_step *s = arguments;
	const struct bko__shortage *pass = &engine->shortage;
	int32_t status = bko__base_want(engine);
	struct shortage_page *page;
	uint32_t i;

	if (!status)
		status = shortage_page_read(engine, s);
	if (status || s->over)
		return status;
	page = s->page;
	page->count = pass->count;
	memcpy(page->losers, pass->losers, sizeof pass->losers);
	for (i = 0; !status && i < page->rows->count; i++)
		status = shortage_look(engine, s, pass->phase, page->rows->rows[i]);
	return status;
}

/* Units of the loser's class that its place still has. */
static int64_t shortage_units(const struct bko__loser *loser, const struct bko__ord *order,
                              const struct bko__at *at)
{
	int64_t picked = bko__at_picked(at), allocated = bko__at_allocated(at);
	int held = order->rec.state == BKO__O_HELD;

	if (held != (loser->class == LOSES_HELD) || (held && order->rec.hold_until <= at->pos->now))
		return 0;
	if (held)
		return allocated;
	return loser->class == LOSES_PICKED ? picked : allocated - picked;
}

/* The place loses units: they wait at its rank, outside the limit. */
static int32_t shortage_lose(struct bko_engine *engine, struct bko__ord *order, struct bko__at *at,
                             int64_t units)
{
	struct bko__held *held = &engine->room.held;
	uint32_t waited = at->place->flags & BKO__PL_WAITED;
	int32_t status = bko__at_demote(engine, order, at, units);

	if (!status && order->rec.state == BKO__O_HELD) {
		memset(held, 0, sizeof *held);
		held->allocated = -units;
		held->backordered = held->outside = units;
		held->rank = at->part->rank;
		status = bko__agenda_add(engine, at->pos, order->rec.hold_until, held);
	}
	if (status)
		return status;
	at->pos->head.missing -= units;
	bko__order_tell(engine, order, at->line_number, at->pos, BKO_EVENT_UNALLOCATED, -units,
	                BKO_BY_SHORTAGE, NULL);
	bko__order_tell(engine, order, at->line_number, at->pos, BKO_EVENT_BACKORDERED, units,
	                BKO_BY_SHORTAGE, NULL);
	return waited ? BKO_OK : bko__order_put(engine, order);
}

/* The loser's place as it is now; NULL if it is not there any more. */
static struct bko__place *shortage_place(const struct shortage_step *s,
                                         const struct bko__loser *loser, struct bko__ord *order)
{
	struct bko__place *place;
	struct bko__rank rank;
	struct bko__ol *line;

	if ((order->rec.state != BKO__O_OPEN && order->rec.state != BKO__O_HELD) ||
	    loser->line >= order->rec.line_count)
		return NULL;
	line = &order->lines[loser->line];
	if (loser->place >= line->rec.place_count)
		return NULL;
	place = &line->places[loser->place];
	rank = bko__place_rank(place);
	if ((place->flags & BKO__PL_UNTRACKED) || bko__rank_compare(&rank, &loser->rank) ||
	    !shortage_same(&line->rec.item, s->item) ||
	    !shortage_same(&line->candidates[place->location], s->location))
		return NULL;
	return place;
}

static int32_t shortage_run_lose(struct bko_engine *engine, void *arguments)
{
	struct shortage_step *s = arguments;
	const struct bko__loser *loser = &engine->shortage.losers[engine->shortage.next];
	const struct bko_span id = {loser->order, loser->size};
	int32_t status = bko__base_want(engine);
	struct bko__place *place = NULL;
	struct bko__ord *order;
	uint64_t first, count;
	struct bko__pos *pos;
	uint32_t found = 0;
	struct bko__at at;
	int64_t units;

	if (status)
		return status;
	order = bko__order_want(engine, &id);
	pos = bko__pos_want(engine, s->item, s->location, BKO__POS_SERVES);
	bko__lane_want(engine, bko__lane_of(engine, &id));
	status = bko__fetch(engine);
	if (!status)
		status = bko__order_decode(engine, order, &found);
	if (!status && found)
		place = shortage_place(s, loser, order);
	if (place) {
		bko__part_want(engine, pos, &loser->rank);
		if (order->rec.state == BKO__O_HELD)
			bko__agenda_row(engine, pos, order->rec.hold_until);
	}
	if (!status)
		status = bko__positions_load(engine, s->now);
	if (!status && place) {
		at = bko__order_at(engine, order, loser->line, loser->place);
		order->now = pos->now;
		units = bko__min(shortage_units(loser, order, &at), pos->head.missing);
		if (units > 0)
			status = shortage_lose(engine, order, &at, units);
	}
	if (!status)
		status = bko__finish(engine, pos->lane, &first, &count);
	s->over = !status && !pos->head.missing;
	return status;
}

/* Takes over what a step found; 0 after the last one of the pass. */
static int shortage_advance(struct bko__shortage *pass, const struct shortage_step *s)
{
	uint32_t phase = pass->phase;

	if (s->over)
		return 0;
	if (phase == SHORTAGE_LOSE)
		return ++pass->next < pass->count;
	if (phase != SHORTAGE_BEGIN) {
		pass->count = s->page->count;
		memcpy(pass->losers, s->page->losers, s->page->count * sizeof *s->page->losers);
		pass->from = s->page->from;
		if (s->page->rows->more)
			return 1;
	}
	pass->phase++;
	if (pass->phase == SHORTAGE_LOSE)
		return pass->count > 0;
	shortage_first(s, pass->phase, &pass->from);
	return 1;
}

int32_t bko__shortage_step(struct bko_engine *engine, const struct bko_span *item,
                           const struct bko_span *location, int64_t now)
{
	struct bko__shortage *pass = &engine->shortage;
	struct shortage_step s;
	int32_t status;

	if (pass->call != engine->stats.calls) {
		memset(pass, 0, sizeof *pass);
		pass->call = engine->stats.calls;
	}
	memset(&s, 0, sizeof s);
	s.item = item;
	s.location = location;
	s.now = now;
	do {
		bko__run run = pass->phase == SHORTAGE_BEGIN  ? shortage_run_begin
		               : pass->phase == SHORTAGE_LOSE ? shortage_run_lose
		                                              : shortage_run_page;

		s.over = 0;
		status = bko__drive(engine, run, &s);
	} while (!status && shortage_advance(pass, &s));
	if (status != BKO_WANT)
		pass->call = 0; /* the next pass begins anew */
	return status;
}
