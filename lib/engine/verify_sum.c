/*
 * verify_sum.c - summing up what lies below positions: their rows, the parts of lines
 * among them, and the places of all orders that have no row there.
 */
#include "base/number.h"
#include "engine/demand.h"
#include "engine/verify.h"
#include "rules/rank.h"

enum { ORDERS = 16 };

/* Each line has whole quanta, unless the head says that some were broken. */
static void sum_quanta(struct bko__audited *p, int64_t allocated, int64_t waiting)
{
	int64_t quantum = p->head.quantum;

	if (quantum > 1 && !(p->head.flags & BKO__H_BROKEN))
		p->bad_quanta += allocated % quantum || waiting % quantum;
}

/* A part's figures go into the sums; its order must know of it. */
static void sum_part(struct bko__audited *p, const struct bko__row *row, const struct bko__pt *part,
                     const struct bko__ord *order)
{
	const struct bko__part *rec = &part->rec;
	const struct bko__place *place = NULL;
	struct bko__head *sums = &p->sums;
	struct bko__rank rank;

	if (rec->held_until && rec->held_until <= p->head.settled) {
		p->strays += !(p->head.flags & BKO__H_SWEEP);
		return;
	}
	if (order && rec->line < order->rec.line_count &&
	    rec->place < order->lines[rec->line].rec.place_count)
		place = &order->lines[rec->line].places[rec->place];
	if (place)
		rank = bko__place_rank(place);
	if (!place || !(place->flags & BKO__PL_WAITED) || bko__rank_compare(&rank, &part->rank) ||
	    bko__part_kind(rec) != part->kind) {
		p->strays++;
		bko__id_out(rec->order, &p->stray);
	}
	p->bad_ranks += part->rank.sequence > p->head.sequence ||
	                part->rank.sub > p->head.sequence || part->rank.epoch > p->head.epoch;
	(void)row;
	sum_quanta(p, rec->allocated, rec->backordered);
	sums->allocated += rec->allocated;
	sums->backordered += rec->backordered;
	sums->outside += rec->outside;
	if (rec->held_until) {
		sums->held_allocated += rec->allocated;
		sums->held_backordered += rec->backordered;
	} else if (!rec->stops) {
		sums->eligible += rec->backordered;
		p->takers += rec->backordered >= p->head.quantum;
	}
	sums->epoch = p->head.epoch;
	if (bko__part_claims(rec))
		bko__claims_add(sums, &part->rank, rec->backordered);
}

/* Whether the key goes on with a letter and an id, and no further. */
static int named(const struct bko__row *row, uint32_t above)
{
	struct bko_span id;

	return bko__key_id_at(row, above + 1u, &id) && row->key_size == above + 2 + id.size;
}

static void sum_supply(struct bko__audited *p, const struct bko__supply *supply)
{
	p->sums.incoming += supply->expected;
	p->sums.supplies++;
	p->bad_dates += supply->overdue && !bko__supply_overdue(supply, p->head.settled);
	if (supply->due && !supply->overdue)
		p->due = bko__min(p->due, bko__time_add(supply->due, supply->grace) + 1);
}

/* Any other row below a position. */
static void sum_row(struct bko_engine *engine, struct bko__audited *p, const struct bko__row *row)
{
	union {
		struct bko__supply supply;
		struct bko__agenda agenda;
		struct bko__counted counted;
		struct bko__buckets buckets;
		struct bko_policy policy;
		struct bko__opcome outcome;
		int64_t number;
	} *u = bko__take(engine, sizeof *u);
	struct bko__reader reader;
	int64_t start;
	uint32_t i;

	if (!u)
		return;
	switch (row->key[p->key_size]) {
	case 'b':
		if (bko__buckets_get(bko__value(row), &u->buckets))
			break;
		for (i = 0; i < u->buckets.count; i++)
			p->sums.unavailable += u->buckets.quantity[i];
		return;
	case 'd':
		if (!bko__demand_get(row, p->key_size, &start, &u->counted) ||
		    start > p->head.settled)
			break;
		return;
	case 'f':
		if (!named(row, p->key_size) || bko__number_get(bko__value(row), &u->number))
			break;
		return;
	case 'o':
		if (!named(row, p->key_size) || bko__op_read(engine, row, &reader, &u->outcome))
			break;
		return;
	case 'p':
		if (bko__policy_get(bko__value(row), &u->policy))
			break;
		return;
	case 's':
		if (!named(row, p->key_size) || bko__supply_get(bko__value(row), &u->supply))
			break;
		sum_supply(p, &u->supply);
		return;
	case 't':
		if (bko__agenda_get(bko__value(row), &u->agenda) ||
		    row->key_size != p->key_size + 7)
			break;
		start = (int64_t)bko__get_be(row->key + p->key_size + 1, 6);
		p->late_holds += start <= p->head.settled;
		p->due = bko__min(p->due, start);
		p->agenda[0] += u->agenda.allocated;
		p->agenda[1] += u->agenda.backordered;
		return;
	default: break;
	}
	p->bad_rows++;
}

static int is_part(const struct bko__audited *p, const struct bko__row *row)
{
	uint8_t kind = row->key[p->key_size];

	return kind == 'w' || kind == 'z' || kind == 'a';
}

/* One page of rows below the position in hand. */
int32_t bko__audit_rows(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__audit *audit = a->audit;
	struct bko__audited *p = &audit->positions[audit->at];
	struct bko__pt **parts = a->read.below.parts;
	struct bko__ord **orders = a->read.below.orders;
	struct bko__key *from = &engine->room.key, *end = &engine->room.end;
	struct bko__range *range;
	uint32_t i, found;
	int32_t status = bko__base_want(engine);

	from->size = p->key_size;
	memcpy(from->bytes, p->key, p->key_size);
	bko__key_after(from, end);
	bko__key_byte(from, 0);
	if (audit->from.size)
		*from = audit->from;
	range = bko__want_range(engine, from, end, BKO__AUDIT_BELOW);
	if (!status)
		status = bko__fetch(engine);
	if (!status)
		status = bko__audit_base(engine);
	for (i = 0; !status && i < range->count; i++) {
		parts[i] = NULL;
		orders[i] = NULL;
		if (!is_part(p, range->rows[i]))
			continue;
		parts[i] = bko__part_of(engine, range->rows[i], p->key_size + 1u);
		if (!parts[i])
			engine->tx.status = BKO_OK; /* counted below */
		else
			orders[i] = bko__order_want(engine, &parts[i]->rec.order);
	}
	if (!status)
		status = bko__fetch(engine);
	for (i = 0; !status && i < range->count; i++) {
		if (!orders[i])
			continue;
		if (bko__order_decode(engine, orders[i], &found) == BKO_WANT)
			return BKO_WANT;
		engine->tx.status = BKO_OK;
		if (!found || !orders[i]->lines)
			orders[i] = NULL;
	}
	if (status)
		return status;
	for (i = 0; i < range->count; i++) {
		if (parts[i])
			sum_part(p, range->rows[i], parts[i], orders[i]);
		else if (is_part(p, range->rows[i]))
			p->bad_rows++;
		else
			sum_row(engine, p, range->rows[i]);
	}
	engine->tx.status = BKO_OK;
	audit->next.size = 0;
	if (range->more)
		bko__row_past(range->rows[range->count - 1], &audit->next);
	a->done = !range->more;
	return BKO_OK;
}

/* The audited position of a place; NULL if it is none of the group's. */
static struct bko__audited *audited(struct bko_engine *engine, const struct bko_span *item,
                                    const struct bko_span *location)
{
	struct bko__key *key = &engine->room.key;
	struct bko__audit *audit = engine->audit;
	uint32_t low = 0, high = audit->count;

	bko__pos_key(item, location, key);
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		struct bko__audited *p = &audit->positions[middle];
		int order = bko__key_compare(key->bytes, key->size, p->key, p->key_size);

		if (!order)
			return p;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static void sum_place(struct bko_engine *engine, const struct bko__ord *order,
                      const struct bko__ol *line, const struct bko__place *place)
{
	struct bko__audited *p;

	if (place->flags & (BKO__PL_WAITED | BKO__PL_UNTRACKED))
		return;
	p = audited(engine, &line->rec.item, &line->candidates[place->location]);
	if (!p)
		return;
	p->bad_ranks += place->sequence > p->head.sequence || place->epoch > p->head.epoch;
	if (order->rec.state == BKO__O_HELD) {
		if (order->rec.hold_until <= p->head.settled)
			return;
		p->sums.held_allocated += place->allocated;
	}
	sum_quanta(p, place->allocated, 0);
	p->sums.allocated += place->allocated;
}

/* The next order at or behind a key; jumps over what lies below it. */
int32_t bko__audit_next(struct bko_engine *engine, struct bko__key *from, struct bko_span *id,
                        uint32_t *end)
{
	struct bko__key *stop = &engine->room.end;
	struct bko__range *range;
	int32_t status;

	bko__key_begin(stop, 'O');
	bko__key_after(stop, stop);
	range = bko__want_range(engine, from, stop, 1);
	status = bko__fetch(engine);
	id->size = 0;
	*end = !status && !range->count;
	if (status || *end)
		return status;
	if (!bko__key_id_at(range->rows[0], 1, id) || !id->size) {
		bko__row_past(range->rows[0], from); /* told with the outcomes */
		id->size = 0;
		return BKO_OK;
	}
	bko__order_key(id, from);
	bko__key_after(from, from);
	return BKO_OK;
}

int32_t bko__audit_places(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__key *from = &a->from;
	struct bko__ord **orders = a->read.below.orders;
	uint32_t count = 0, i, line, place, found, steps, end = 0;
	int32_t status = bko__base_want(engine);

	*from = a->audit->from;
	for (steps = 0; !status && !end && steps < ORDERS; steps++) {
		struct bko_span id;

		status = bko__audit_next(engine, from, &id, &end);
		if (status || !id.size)
			continue;
		orders[count] = bko__order_want(engine, &id);
		if (!orders[count++])
			return engine->tx.status;
	}
	if (!status)
		status = bko__fetch(engine);
	if (!status)
		status = bko__audit_base(engine);
	for (i = 0; !status && i < count; i++) {
		if (bko__order_decode(engine, orders[i], &found) == BKO_WANT)
			return BKO_WANT;
		engine->tx.status = BKO_OK; /* damaged orders are found in their own pass */
	}
	if (status)
		return status;
	for (i = 0; i < count; i++) {
		for (line = 0; orders[i]->lines && line < orders[i]->rec.line_count; line++) {
			const struct bko__ol *ol = &orders[i]->lines[line];

			for (place = 0; ol->places && place < ol->rec.place_count; place++)
				sum_place(engine, orders[i], ol, &ol->places[place]);
		}
	}
	a->audit->next = *from;
	a->done = end;
	return BKO_OK;
}
