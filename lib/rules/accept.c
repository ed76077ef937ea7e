/*
 * accept.c - see accept.h. Room for later is the least of all rooms; the reason
 * names the one that binds.
 */
#include "rules/accept.h"

#include "base/number.h"
#include "rules/calendar.h"
#include "rules/position.h"

int64_t bko__ahead_of_new(const struct bko__head *head, uint32_t order_class)
{
	struct bko__rank rank = {0, 0, 0, 0, 0};

	if (head->discipline == BKO_QUEUE_CLASS)
		rank.band = order_class;
	return bko__claims_before(head, &rank);
}

static int64_t promised(const struct bko__view *view, int64_t ready)
{
	return bko__calendar_promise(view->calendar, ready, view->head->handling);
}

void bko__promise_later(const struct bko__view *view, int64_t taken, int64_t quantity,
                        struct bko__decision *decision)
{
	const struct bko__head *head = view->head;
	struct bko__cover cover;

	bko__merge_cover(view->timeline, head->open - taken, view->ahead, quantity, view->now,
	                 &cover);
	decision->first = cover.first;
	decision->first_kind = cover.first_kind;
	decision->rest_kind = cover.rest_kind;
	decision->first_due = decision->rest_due = 0;
	if (cover.first_kind == BKO_DATE_KNOWN)
		decision->first_due = promised(view, cover.first_due);
	if (cover.rest_kind == BKO_DATE_KNOWN)
		decision->rest_due = promised(view, cover.rest_due);
	if (!head->lead_time)
		return;
	if (cover.first_kind == BKO_DATE_UNKNOWN) {
		decision->first_kind = BKO_DATE_KNOWN;
		decision->first = quantity;
		decision->first_due = promised(view, bko__time_add(view->now, head->lead_time));
		decision->rest_kind = BKO_DATE_NONE;
	} else if (cover.rest_kind == BKO_DATE_UNKNOWN) {
		decision->rest_kind = BKO_DATE_KNOWN;
		decision->rest_due = promised(view, bko__time_add(view->now, head->lead_time));
	}
}

/* Units for later whose promise lies within the horizon; -1: no bound. What no
 * supply covers has the date of the lead time; it comes behind all that one does. */
static int64_t horizon_room(const struct bko__view *view)
{
	const struct bko__head *head = view->head;
	int64_t deadline, units = head->open - bko__available_now(head), beyond = 0;
	uint32_t i;

	if (!head->horizon)
		return -1;
	deadline = bko__time_add(bko__max(view->now, view->need_by), head->horizon);
	for (i = 0; i < view->timeline->count; i++) {
		if (promised(view, view->timeline->due[i].date) <= deadline)
			units += view->timeline->due[i].units;
		else
			beyond += view->timeline->due[i].units;
	}
	/* later supplies all claimed already are nobody's promise */
	if (units + beyond - view->ahead <= bko__max(0, units - view->ahead) && head->lead_time &&
	    promised(view, bko__time_add(view->now, head->lead_time)) <= deadline)
		return -1;
	return bko__max(0, units - view->ahead);
}

/* What may still be accepted against supplies that are dated within the horizon. */
static int64_t incoming_room(const struct bko__view *view)
{
	const struct bko__head *head = view->head;
	int64_t until = BKO__NEVER;

	if (head->horizon)
		until = bko__time_add(bko__max(view->now, view->need_by), head->horizon);
	return bko__merge_units_by(view->timeline, until) - bko__limit_use(head);
}

static void narrow(int64_t room, uint32_t reason, struct bko__decision *decision)
{
	room = bko__max(room, 0);
	if (decision->later_kind == BKO_LIMIT_NUMBER && room >= decision->available_later)
		return;
	decision->later_kind = BKO_LIMIT_NUMBER;
	decision->available_later = room;
	decision->reason = reason;
}

static void find_room(const struct bko__view *view, struct bko__decision *decision)
{
	static const uint16_t reasons[4] = {0, BKO_REASON_LIMIT_ITEM, BKO_REASON_LIMIT_CUSTOMER,
	                                    BKO_REASON_LIMIT_CHANNEL};
	const struct bko__head *head = view->head;
	int64_t room = horizon_room(view);
	uint32_t of;

	decision->later_kind = BKO_LIMIT_NONE;
	if (head->policy_flags & BKO__P_LIMITED)
		narrow(head->limit - bko__limit_use(head), BKO_REASON_LIMIT, decision);
	for (of = BKO_LIMIT_ITEM; of <= BKO_LIMIT_CHANNEL; of++) {
		if (view->room[of] >= 0)
			narrow(view->room[of], reasons[of], decision);
	}
	if (head->policy_flags & BKO__P_ORDER_LIMITED)
		narrow(head->order_limit - view->order_use, BKO_REASON_LIMIT_ORDER, decision);
	if ((head->policy_flags & BKO__P_TO_INCOMING) || head->life == BKO_LIFE_PHASE_OUT)
		narrow(incoming_room(view), BKO_REASON_LIMIT_INCOMING, decision);
	if (room >= 0)
		narrow(room, BKO_REASON_HORIZON, decision);
	if (decision->later_kind == BKO_LIMIT_NUMBER)
		decision->available_later = bko__whole(decision->available_later, head->quantum);
}

/* Why nothing may be accepted for later at all; NONE: something may. */
static uint32_t closed_later(const struct bko__view *view)
{
	const struct bko__head *head = view->head;

	if (head->release_at > view->now || head->life == BKO_LIFE_PHASE_OUT)
		return BKO_REASON_NONE;
	if (head->selling != BKO_SELL_BACKORDER)
		return BKO_REASON_OUT_OF_STOCK;
	return view->switched ? BKO_REASON_NONE : BKO_REASON_SWITCH;
}

static uint32_t closed_wholly(const struct bko__view *view)
{
	const struct bko__head *head = view->head;

	if (head->life == BKO_LIFE_DISCONTINUED)
		return BKO_REASON_DISCONTINUED;
	if (!(head->policy_flags & BKO__P_SELLS))
		return BKO_REASON_NOT_HERE;
	return head->sell_from > view->now ? BKO_REASON_NOT_YET : BKO_REASON_NONE;
}

static uint32_t state_of(const struct bko__view *view, const struct bko__decision *decision)
{
	const struct bko__head *head = view->head;
	int later = decision->later_kind == BKO_LIMIT_NONE || decision->available_later > 0;

	if (head->life == BKO_LIFE_PHASE_OUT && !decision->available_now && !later)
		return BKO_STATE_DISCONTINUED;
	if (head->release_at > view->now)
		return BKO_STATE_PREORDER;
	if (head->selling == BKO_SELL_UNTRACKED)
		return BKO_STATE_UNTRACKED;
	if (decision->available_now > 0)
		return decision->available_now <= head->low_at ? BKO_STATE_LOW_STOCK
		                                               : BKO_STATE_IN_STOCK;
	return later ? BKO_STATE_BACKORDER : BKO_STATE_OUT_OF_STOCK;
}

static void decide_units(const struct bko__view *view, int64_t quantity,
                         struct bko__decision *decision)
{
	const struct bko__head *head = view->head;
	int64_t rest;

	if (bko__whole(quantity, head->quantum) != quantity) {
		decision->reason = BKO_REASON_QUANTUM;
		return;
	}
	decision->now = bko__min(decision->available_now, quantity);
	rest = quantity - decision->now;
	decision->later = rest;
	if (decision->later_kind == BKO_LIMIT_NUMBER)
		decision->later = bko__min(rest, decision->available_later);
	if (decision->later == rest)
		decision->reason = BKO_REASON_NONE;
	else if (head->life == BKO_LIFE_PHASE_OUT && decision->state == BKO_STATE_DISCONTINUED)
		decision->reason = BKO_REASON_DISCONTINUED;
	if (decision->now) {
		decision->promise_kind = BKO_DATE_KNOWN;
		decision->promise = promised(view, view->now);
	}
	if (decision->later)
		bko__promise_later(view, decision->now, decision->later, decision);
}

void bko__decide(const struct bko__view *view, int64_t quantity, struct bko__decision *decision)
{
	const struct bko__head *head = view->head;
	uint32_t closed = closed_wholly(view);

	memset(decision, 0, sizeof *decision);
	if (closed) {
		decision->reason = closed;
		decision->state = closed == BKO_REASON_DISCONTINUED ? BKO_STATE_DISCONTINUED
		                                                    : BKO_STATE_OUT_OF_STOCK;
		return;
	}
	decision->available_now = bko__whole(bko__available_now(head), head->quantum);
	if (head->selling == BKO_SELL_UNTRACKED && head->release_at <= view->now) {
		decision->available_now = bko__whole(BKO__QUANTITY_MAX, head->quantum);
	} else {
		decision->reason = closed_later(view);
		if (!decision->reason)
			find_room(view, decision);
	}
	decision->state = state_of(view, decision);
	decide_units(view, quantity, decision);
}
