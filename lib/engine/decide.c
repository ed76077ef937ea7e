/*
 * decide.c - see decide.h.
 */
#include "engine/decide.h"

#include "base/number.h"
#include "engine/agenda.h"
#include "engine/limit.h"
#include "engine/news.h"
#include "rules/position.h"

static const struct bko__timeline no_supplies;

void bko__decide_want(struct bko_engine *engine, struct bko__plan *plan, uint32_t flags)
{
	struct bko__key *key = &engine->room.key;
	uint32_t c;

	if (!plan->count) {
		plan->any = 1;
		bko__key_begin(key, 'I');
		bko__key_id(key, plan->item.data, plan->item.size);
		plan->item_row = bko__want(engine, key, 0);
		return;
	}
	for (c = 0; c < plan->count; c++)
		plan->pos[c] = bko__pos_want(engine, &plan->item, &plan->candidates[c], flags);
}

/* "any": the item's first positions, or the default location if it has none. */
static int32_t resolve(struct bko_engine *engine, struct bko__plan *plan, uint32_t flags)
{
	struct bko__item *item;

	if (!plan->any)
		return BKO_OK;
	item = bko__take(engine, sizeof *item);
	if (!item)
		return engine->tx.status;
	item->location_count = 0;
	if (plan->item_row->present && bko__item_get(bko__value(plan->item_row), item))
		return bko__fail(engine, BKO_E_CORRUPT, "an item");
	plan->count = item->location_count;
	memcpy(plan->candidates, item->locations, plan->count * sizeof *plan->candidates);
	if (!plan->count) {
		plan->count = 1;
		plan->candidates[0].data = NULL;
		plan->candidates[0].size = 0;
	}
	bko__decide_want(engine, plan, flags);
	return engine->tx.status;
}

static void want_limits(struct bko_engine *engine, const struct bko__buyer *buyer)
{
	uint32_t i;

	if (!bko__limits_any(engine))
		return;
	bko__limit_want(engine, BKO_LIMIT_CUSTOMER, &buyer->customer);
	bko__limit_want(engine, BKO_LIMIT_CHANNEL, &buyer->channel);
	for (i = 0; i < buyer->count; i++)
		bko__limit_want(engine, BKO_LIMIT_ITEM, &buyer->plans[i].item);
}

/* A location that the host names must be one of the item's positions; the default
 * location becomes one when it is first used. pos[0] stays, for counting refusals. */
static void drop_unknown(struct bko__plan *plan)
{
	uint32_t c, kept = 0;

	for (c = 0; c < plan->count; c++) {
		struct bko__pos *pos = plan->pos[c];

		if (!pos->exists && !(pos->known && (plan->any || !pos->location.size)))
			continue;
		if (kept < c) {
			plan->pos[kept] = pos;
			plan->candidates[kept] = plan->candidates[c];
			plan->location[kept] = plan->location[c];
		}
		kept++;
	}
	plan->count = kept;
}

int32_t bko__decide_load(struct bko_engine *engine, struct bko__buyer *buyer, uint32_t flags)
{
	int32_t status = bko__fetch(engine);
	uint32_t i, c;

	for (i = 0; !status && i < buyer->count; i++)
		status = resolve(engine, &buyer->plans[i], flags);
	if (!status)
		status = bko__base_load(engine);
	if (status)
		return status;
	want_limits(engine, buyer);
	for (i = 0; buyer->hold_until && i < buyer->count; i++) {
		for (c = 0; c < buyer->plans[i].count; c++)
			bko__agenda_row(engine, buyer->plans[i].pos[c],
			                bko__granule(engine, buyer->hold_until));
	}
	status = bko__positions_load(engine, buyer->now);
	for (i = 0; !status && i < buyer->count; i++)
		drop_unknown(&buyer->plans[i]);
	return status;
}

/* Whether a decision can do without the supplies: everything is there now, and no
 * policy asks what comes. */
static int needs_supplies(const struct bko_engine *engine, const struct bko__pos *pos,
                          int64_t quantity)
{
	const struct bko__head *head = &pos->head;

	return engine->tx.defaults->calendars || head->horizon ||
	       head->life == BKO_LIFE_PHASE_OUT || (head->policy_flags & BKO__P_TO_INCOMING) ||
	       bko__available_now(head) < quantity;
}

int32_t bko__decide_view(struct bko_engine *engine, const struct bko__buyer *buyer,
                         const struct bko__plan *plan, struct bko__pos *pos, int64_t quantity,
                         struct bko__view *view)
{
	int32_t status = BKO_OK;
	struct bko__row *limits[3];
	uint32_t i;

	if (!pos->timeline && needs_supplies(engine, pos, quantity))
		status = bko__supplies_load(engine, pos);
	if (status)
		return status;
	bko__pos_view(pos, buyer->order_class, view);
	if (!view->timeline)
		view->timeline = &no_supplies;
	view->need_by = buyer->need_by;
	if (!bko__limits_any(engine))
		return BKO_OK;
	/* they are there already, unless a verb decides without the loading of placing */
	limits[0] = bko__limit_want(engine, BKO_LIMIT_ITEM, &plan->item);
	limits[1] = bko__limit_want(engine, BKO_LIMIT_CUSTOMER, &buyer->customer);
	limits[2] = bko__limit_want(engine, BKO_LIMIT_CHANNEL, &buyer->channel);
	status = bko__fetch(engine);
	for (i = 0; !status && i < 3; i++)
		status = bko__limit_room(engine, limits[i], pos->now,
		                         &view->room[BKO_LIMIT_ITEM + i]);
	return status;
}

/* Of several locations: DISCONTINUED only if each is; before stock the states that
 * hold anywhere; stock by the sum. */
static uint32_t combine_states(const struct bko__plan *plan, const uint32_t *states, int64_t sum,
                               int later)
{
	uint32_t c, discontinued = 0;

	for (c = 0; c < plan->count; c++) {
		if (states[c] == BKO_STATE_PREORDER || states[c] == BKO_STATE_UNTRACKED)
			return states[c];
		discontinued += states[c] == BKO_STATE_DISCONTINUED;
	}
	if (discontinued == plan->count)
		return BKO_STATE_DISCONTINUED;
	if (sum > 0)
		return sum <= plan->pos[0]->head.low_at ? BKO_STATE_LOW_STOCK : BKO_STATE_IN_STOCK;
	return later ? BKO_STATE_BACKORDER : BKO_STATE_OUT_OF_STOCK;
}

/* The better home: takes more of the rest, then has the earlier promise. */
static int better(const struct bko__decision *a, const struct bko__decision *b)
{
	int64_t a_date = a->rest_kind ? a->rest_due : a->first_due;
	int64_t b_date = b->rest_kind ? b->rest_due : b->first_due;
	uint32_t a_kind = a->rest_kind ? a->rest_kind : a->first_kind;
	uint32_t b_kind = b->rest_kind ? b->rest_kind : b->first_kind;

	if (a->later != b->later)
		return a->later > b->later;
	if (!a->later)
		return 0;
	if (a_kind != b_kind)
		return a_kind == BKO_DATE_KNOWN;
	return a_kind == BKO_DATE_KNOWN && a_date < b_date;
}

/* Takes units that are there now off the shelf; units that nobody keeps count of stay. */
static void take_open(struct bko__pos *pos, int64_t units)
{
	if (pos->head.selling == BKO_SELL_UNTRACKED && pos->head.release_at <= pos->now)
		return;
	pos->head.open -= units;
	pos->head.allocated += units;
}

/* Takes what is there now at the candidates of the mask, in order. */
static int32_t take_now(struct bko_engine *engine, struct bko__buyer *buyer, struct bko__plan *plan,
                        uint32_t mask, int64_t order_use)
{
	struct bko__view *view = &engine->room.view;
	struct bko__decision *decision = &engine->room.decision;
	uint32_t states[BKO_CANDIDATES_MAX], c;
	int64_t left = plan->quantity;
	int later = 0;

	memset(&plan->said, 0, sizeof plan->said);
	for (c = 0; c < plan->count; c++) {
		struct bko__pos *pos = plan->pos[c];
		int32_t status;

		status = bko__decide_view(engine, buyer, plan, pos, plan->quantity, view);
		if (status)
			return status;
		view->order_use = order_use;
		bko__decide(view, left, decision);
		states[c] = decision->state;
		later |= decision->later_kind == BKO_LIMIT_NONE || decision->available_later > 0;
		plan->said.available_now = bko__min(
			plan->said.available_now + decision->available_now, BKO__QUANTITY_MAX);
		if (c == 0 && decision->reason == BKO_REASON_QUANTUM)
			plan->said.reason = BKO_REASON_QUANTUM;
		if (!(mask >> c & 1) || !decision->now || plan->said.reason)
			continue;
		plan->now[c] = decision->now;
		plan->taken += decision->now;
		left -= decision->now;
		plan->said.promise_kind = BKO_DATE_KNOWN;
		plan->said.promise = bko__max(plan->said.promise, decision->promise);
		take_open(pos, decision->now);
	}
	plan->said.state = combine_states(plan, states, plan->said.available_now, later);
	return BKO_OK;
}

/* Finds the home of what is left. */
static int32_t find_home(struct bko_engine *engine, struct bko__buyer *buyer,
                         struct bko__plan *plan, int64_t order_use)
{
	int64_t left = plan->quantity - plan->taken;
	struct bko__view *view = &engine->room.view;
	struct bko__decision *decision = &engine->room.decision, *best = &engine->room.best;
	uint32_t c;

	for (c = 0; c < plan->count; c++) {
		int32_t status;

		status = bko__decide_view(engine, buyer, plan, plan->pos[c], left, view);
		if (status)
			return status;
		view->order_use = order_use;
		bko__decide(view, left, decision);
		if (c && !better(decision, best))
			continue;
		*best = *decision;
		plan->home = c;
	}
	plan->said.available_later = best->available_later;
	plan->said.later_kind = best->later_kind;
	if (plan->said.reason == BKO_REASON_QUANTUM || !left)
		return BKO_OK;
	plan->later = best->later;
	plan->said.first = best->first;
	plan->said.first_kind = best->first_kind;
	plan->said.first_due = best->first_due;
	plan->said.rest_kind = best->rest_kind;
	plan->said.rest_due = best->rest_due;
	plan->said.reason = best->reason;
	return BKO_OK;
}

/* Whether one decision says all of a line: a single candidate, and none that ends where
 * its units do, so that what is left is decided as all of it was. */
static int says_all(const struct bko__plan *plan, uint32_t mask)
{
	return plan->count == 1 && (mask & 1) && plan->pos[0]->head.life != BKO_LIFE_PHASE_OUT;
}

static int32_t decide_once(struct bko_engine *engine, struct bko__buyer *buyer,
                           struct bko__plan *plan, int64_t order_use)
{
	struct bko__view *view = &engine->room.view;
	int32_t status = bko__decide_view(engine, buyer, plan, plan->pos[0], plan->quantity, view);

	if (status)
		return status;
	view->order_use = order_use;
	bko__decide(view, plan->quantity, &plan->said);
	/* with what a look ahead sees arrive it may be more than a quantity can be */
	plan->said.available_now = bko__min(plan->said.available_now, BKO__QUANTITY_MAX);
	plan->now[0] = plan->taken = plan->said.now;
	plan->later = plan->said.later;
	take_open(plan->pos[0], plan->taken);
	return BKO_OK;
}

int32_t bko__decide_line(struct bko_engine *engine, struct bko__buyer *buyer, uint32_t line,
                         uint32_t mask, int64_t order_use)
{
	struct bko__plan *plan = &buyer->plans[line];
	int32_t status;
	uint32_t c;

	for (c = 0; c < plan->count; c++)
		plan->now[c] = 0;
	plan->taken = plan->later = plan->home = 0;
	plan->refused = plan->quantity;
	if (!plan->count) {
		memset(&plan->said, 0, sizeof plan->said);
		plan->said.reason =
			plan->pos[0]->known ? BKO_REASON_UNKNOWN_LOCATION : BKO_REASON_UNKNOWN_ITEM;
		plan->said.state = BKO_STATE_OUT_OF_STOCK;
		return BKO_OK;
	}
	if (says_all(plan, mask)) {
		status = decide_once(engine, buyer, plan, order_use);
	} else {
		status = take_now(engine, buyer, plan, mask, order_use);
		if (!status)
			status = find_home(engine, buyer, plan, order_use);
	}
	plan->refused = plan->quantity - plan->taken - plan->later;
	return status;
}

/* The locations of all lines, in order of first appearance; 0 if they are more
 * than may be tried. */
static uint32_t union_of(const struct bko__buyer *buyer, const struct bko_span **all)
{
	uint32_t count = 0, i, c, u;

	for (i = 0; i < buyer->count; i++) {
		const struct bko__plan *plan = &buyer->plans[i];

		for (c = 0; c < plan->count; c++) {
			for (u = 0; u < count; u++) {
				if (!bko__key_compare(all[u]->data, all[u]->size,
				                      plan->candidates[c].data,
				                      plan->candidates[c].size))
					break;
			}
			if (u < count)
				continue;
			if (count == BKO_CANDIDATES_MAX)
				return 0;
			all[count++] = &plan->candidates[c];
		}
	}
	return count;
}

/* Mask over a line's own candidates of a mask over the union. */
static uint32_t own_mask(const struct bko__plan *plan, const struct bko_span **all, uint32_t count,
                         uint32_t mask)
{
	uint32_t own = 0, c, u;

	for (c = 0; c < plan->count; c++) {
		for (u = 0; u < count; u++) {
			if ((mask >> u & 1) &&
			    !bko__key_compare(all[u]->data, all[u]->size, plan->candidates[c].data,
			                      plan->candidates[c].size))
				own |= 1u << c;
		}
	}
	return own;
}

/* Whether these locations cover all lines now. */
static int covers(struct bko_engine *engine, struct bko__buyer *buyer, const struct bko_span **all,
                  uint32_t count, uint32_t mask)
{
	struct bko__view *view = &engine->room.view;
	struct bko__decision *decision = &engine->room.decision;
	uint32_t i, c;

	for (i = 0; i < buyer->count; i++) {
		for (c = 0; c < buyer->plans[i].count; c++)
			buyer->plans[i].pos[c]->trial = 0;
	}
	for (i = 0; i < buyer->count; i++) {
		struct bko__plan *plan = &buyer->plans[i];
		uint32_t own = own_mask(plan, all, count, mask);
		int64_t left = plan->quantity;

		for (c = 0; c < plan->count && left; c++) {
			struct bko__pos *pos = plan->pos[c];
			int64_t part;

			if (!(own >> c & 1))
				continue;
			bko__pos_view(pos, 0, view);
			view->timeline = &no_supplies;
			bko__decide(view, left, decision);
			part = bko__min(decision->now, decision->available_now - pos->trial);
			part = bko__max(0, part);
			left -= part;
			pos->trial += part;
		}
		if (left)
			return 0;
	}
	return 1;
}

/* The smallest set that covers all lines now, sets of a size in order of first
 * appearance; 0 if none does. */
static uint32_t fewest(struct bko_engine *engine, struct bko__buyer *buyer,
                       const struct bko_span **all, uint32_t count)
{
	uint32_t size, at[BKO_CANDIDATES_MAX], i, mask;

	for (size = 1; size <= count; size++) {
		for (i = 0; i < size; i++)
			at[i] = i;
		for (;;) {
			for (mask = i = 0; i < size; i++)
				mask |= 1u << at[i];
			if (covers(engine, buyer, all, count, mask))
				return mask;
			for (i = size; i-- > 0;) {
				if (at[i] < count - size + i)
					break;
			}
			if (i == UINT32_MAX)
				break;
			at[i]++;
			for (i++; i < size; i++)
				at[i] = at[i - 1] + 1;
		}
	}
	return 0;
}

/* Whether any line could go to one location or to another. */
static int has_choice(const struct bko__buyer *buyer)
{
	uint32_t i;

	for (i = 0; !buyer->in_order && i < buyer->count; i++) {
		if (buyer->plans[i].count > 1)
			return 1;
	}
	return 0;
}

int32_t bko__decide_all(struct bko_engine *engine, struct bko__buyer *buyer, bko__placed placed,
                        void *context)
{
	const struct bko_span *all[BKO_CANDIDATES_MAX];
	uint32_t count = has_choice(buyer) ? union_of(buyer, all) : 0, mask = 0, i, k;
	int32_t status = BKO_OK;

	if (count > 1)
		mask = fewest(engine, buyer, all, count);
	for (i = 0; !status && i < buyer->count; i++) {
		struct bko__plan *plan = &buyer->plans[i];
		uint32_t own = mask ? own_mask(plan, all, count, mask) : UINT32_MAX;
		int64_t order_use = 0;

		for (k = 0; k < i; k++) {
			if (!buyer->plans[k].later ||
			    bko__key_compare(plan->item.data, plan->item.size,
			                     buyer->plans[k].item.data, buyer->plans[k].item.size))
				continue;
			order_use += buyer->plans[k].later;
		}
		status = bko__decide_line(engine, buyer, i, own, order_use);
		if (!status && placed)
			status = placed(engine, buyer, i, context);
	}
	return status;
}

void bko__said_out(const struct bko__plan *plan, struct bko_line_outcome *out)
{
	out->asked = plan->quantity;
	out->allocated = plan->taken;
	out->backordered = plan->later;
	out->refused = plan->refused;
	out->reason = plan->said.reason;
	out->state = plan->said.state;
	out->available_now = plan->said.available_now;
	out->available_later = plan->said.available_later;
	out->later_kind = plan->said.later_kind;
	out->promise_kind = plan->said.promise_kind;
	out->promise_ms = plan->said.promise;
	out->first_kind = plan->said.first_kind;
	out->first = plan->said.first;
	out->first_ms = plan->said.first_due;
	out->rest_kind = plan->said.rest_kind;
	out->rest_ms = plan->said.rest_due;
}

uint32_t bko__limits_present(struct bko_engine *engine, const struct bko__buyer *buyer,
                             const struct bko__plan *plan)
{
	const struct bko_span *ids[4] = {NULL, &plan->item, &buyer->customer, &buyer->channel};
	uint32_t of, mask = 0;

	if (!bko__limits_any(engine))
		return 0;
	for (of = BKO_LIMIT_ITEM; of <= BKO_LIMIT_CHANNEL; of++) {
		struct bko__row *row = bko__limit_want(engine, of, ids[of]);

		if (row && row->present)
			mask |= 1u << of;
	}
	return mask;
}
