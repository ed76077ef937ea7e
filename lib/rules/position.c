/*
 * position.c - see position.h.
 */
#include "rules/position.h"

#include "rules/merge.h"

void bko__head_new(struct bko__head *head)
{
	memset(head, 0, sizeof *head);
	head->quantum = 1;
	head->due = BKO__NEVER;
	head->edges = BKO__E_SOLD_OUT | BKO__E_UNSELLABLE;
	head->policy_flags = BKO__P_SELLS;
	head->flags = BKO__H_SWITCHED;
}

void bko__buffer_settle(struct bko__head *head)
{
	int64_t want = head->life == BKO_LIFE_PHASE_OUT ? 0 : head->safety_stock, first = 0;
	int64_t move;

	if (head->buffer > want) {
		head->open += head->buffer - want;
		head->buffer = want;
	}
	if (!(head->policy_flags & BKO__P_GUARDS))
		first = bko__take_size(head, head->eligible);
	move = bko__min(want - head->buffer, head->open - first);
	head->buffer += move;
	head->open -= move;
}

int64_t bko__ready_units(const struct bko__head *head)
{
	return head->flags & BKO__H_SERVING ? bko__take_size(head, head->eligible) : 0;
}

void bko__switch_start(struct bko__head *head)
{
	head->flags |= BKO__H_SWITCHED;
	if ((head->policy_flags & BKO__P_SWITCH) && bko__available_now(head) > head->switch_at)
		head->flags &= ~(uint32_t)BKO__H_SWITCHED;
}

void bko__switch_follow(struct bko__head *head)
{
	int64_t now;

	if (!(head->policy_flags & BKO__P_SWITCH)) {
		head->flags |= BKO__H_SWITCHED;
		return;
	}
	now = bko__available_now(head);
	if (now <= head->switch_at)
		head->flags |= BKO__H_SWITCHED;
	else if (now >= head->switch_back_at)
		head->flags &= ~(uint32_t)BKO__H_SWITCHED;
}

/* Whether a quantum could be accepted for later, by the position's own figures: dates of
 * supplies and limits across positions are not looked at. Under a horizon nothing is
 * accepted that no unit and no lead time could ever cover. */
static int open_later(const struct bko__head *head)
{
	int preorder = head->release_at > head->settled, ends = head->life == BKO_LIFE_PHASE_OUT;
	int64_t room = head->quantum;

	if (!preorder && !ends &&
	    (head->selling == BKO_SELL_STOCK || !(head->flags & BKO__H_SWITCHED)))
		return 0;
	if (head->policy_flags & BKO__P_LIMITED)
		room = head->limit - bko__limit_use(head);
	if (ends || (head->policy_flags & BKO__P_TO_INCOMING))
		room = bko__min(room, head->incoming - bko__limit_use(head));
	if (head->horizon && !head->lead_time)
		room = bko__min(room, head->incoming + head->open - bko__available_now(head));
	return room >= head->quantum;
}

/* What the edges would be if none were remembered. */
static uint32_t edges_of(const struct bko__head *head)
{
	int64_t now = bko__available_now(head);
	int full = (head->policy_flags & BKO__P_LIMITED) && bko__limit_use(head) >= head->limit;
	int open = head->life != BKO_LIFE_DISCONTINUED && (head->policy_flags & BKO__P_SELLS) &&
	           head->sell_from <= head->settled;
	uint32_t edges = 0;

	if (head->selling == BKO_SELL_UNTRACKED)
		return open ? 0 : BKO__E_UNSELLABLE;
	if (now > 0 && now <= head->low_at)
		edges |= BKO__E_LOW;
	if (now < head->quantum)
		edges |= BKO__E_SOLD_OUT;
	if (!open || (now < head->quantum && !open_later(head)))
		edges |= BKO__E_UNSELLABLE;
	if (full)
		edges |= BKO__E_LIMIT;
	return edges;
}

void bko__edges_follow(struct bko__head *head, uint32_t *rose, uint32_t *fell)
{
	uint32_t edges = edges_of(head);

	*rose = edges & ~head->edges;
	*fell = head->edges & ~edges;
	head->edges = edges;
}

int bko__head_in_range(const struct bko__head *head)
{
	/* one that is negative or too large has a bit beyond those of a quantity */
	uint64_t bits =
		(uint64_t)(head->on_hand | head->open | head->buffer | head->kept |
	                   head->allocated | head->unavailable | head->missing | head->scheduled |
	                   head->backordered | head->outside | head->held_allocated |
	                   head->held_backordered | head->eligible | head->incoming |
	                   head->received | head->returned | head->transferred_in |
	                   head->transferred_out | head->shipped | head->refused);

	/* what is missing will wait: the chain that finds who loses it must fit, too */
	return !(bits >> BKO_QUANTITY_BITS) && bko__quantity_ok(head->adjusted) &&
	       head->backordered + head->missing <= BKO__QUANTITY_MAX;
}
