/*
 * policy.c - see policy.h.
 */
#include "rules/policy.h"

#include "base/number.h"
#include "rules/position.h"
#include "rules/rank.h"

enum { HOLD_PLACE_MS = 3600000, HEAD_START_MS = 86400000 };

void bko__policy_library(struct bko_policy *policy)
{
	memset(policy, 0, sizeof *policy);
	policy->struct_size = sizeof *policy;
	policy->set = BKO__SET_ALL;
	policy->sells = 1;
	policy->limit_kind = BKO_LIMIT_NONE;
	policy->order_limit_kind = BKO_LIMIT_NONE;
	policy->quantum = 1;
	policy->hold_place_ms = HOLD_PLACE_MS;
	policy->head_start_ms = HEAD_START_MS;
	policy->max_passes = 8;
}

/* One member group for each bit: copies it where `given`, else from the empty
 * policy, so that both taking over and clearing read from one list. */
static void take(struct bko_policy *to, const struct bko_policy *from, uint32_t bits)
{
	if (bits & BKO_SET_SELLING)
		to->selling = from->selling;
	if (bits & BKO_SET_LIFE)
		to->life = from->life;
	if (bits & BKO_SET_SELLS)
		to->sells = from->sells;
	if (bits & BKO_SET_DISCIPLINE)
		to->discipline = from->discipline;
	if (bits & BKO_SET_LIMIT) {
		to->limit_kind = from->limit_kind;
		to->limit = from->limit;
	}
	if (bits & BKO_SET_ORDER_LIMIT) {
		to->order_limit_kind = from->order_limit_kind;
		to->order_limit = from->order_limit;
	}
	if (bits & BKO_SET_LIMIT_TO_INCOMING)
		to->limit_to_incoming = from->limit_to_incoming;
	if (bits & BKO_SET_SWITCH) {
		to->switch_on = from->switch_on;
		to->switch_at = from->switch_at;
		to->switch_back_at = from->switch_back_at;
	}
	if (bits & BKO_SET_LOW_AT)
		to->low_at = from->low_at;
	if (bits & BKO_SET_SAFETY_STOCK) {
		to->safety_stock = from->safety_stock;
		to->safety_guards_queue = from->safety_guards_queue;
	}
	if (bits & BKO_SET_SELL_FROM)
		to->sell_from_ms = from->sell_from_ms;
	if (bits & BKO_SET_RELEASE_AT)
		to->release_at_ms = from->release_at_ms;
	if (bits & BKO_SET_RESTOCK_AT)
		to->restock_at_ms = from->restock_at_ms;
	if (bits & BKO_SET_HORIZON)
		to->horizon_ms = from->horizon_ms;
	if (bits & BKO_SET_LEAD_TIME)
		to->lead_time_ms = from->lead_time_ms;
	if (bits & BKO_SET_HANDLING)
		to->handling_days = from->handling_days;
	if (bits & BKO_SET_QUANTUM)
		to->quantum = from->quantum;
	if (bits & BKO_SET_MAX_PASSES)
		to->max_passes = from->max_passes;
	if (bits & BKO_SET_HOLD_PLACE)
		to->hold_place_ms = from->hold_place_ms;
	if (bits & BKO_SET_HEAD_START)
		to->head_start_ms = from->head_start_ms;
}

void bko__policy_over(struct bko_policy *policy, const struct bko_policy *from)
{
	take(policy, from, from->set);
}

static int amount_ok(int64_t value)
{
	return value >= 0 && value <= BKO__QUANTITY_MAX;
}

static const char *check_choices(const struct bko_policy *p)
{
	if (p->selling > BKO_SELL_UNTRACKED)
		return "policy.selling";
	if (p->life > BKO_LIFE_DISCONTINUED)
		return "policy.life";
	if (p->sells > 1)
		return "policy.sells";
	if (p->discipline > BKO_QUEUE_HOST)
		return "policy.discipline";
	if (p->limit_kind > BKO_LIMIT_NONE || !amount_ok(p->limit))
		return "policy.limit";
	if (p->order_limit_kind > BKO_LIMIT_NONE || !amount_ok(p->order_limit))
		return "policy.order_limit";
	if (p->limit_to_incoming > 1)
		return "policy.limit_to_incoming";
	if (p->switch_on > 1 || !amount_ok(p->switch_at))
		return "policy.switch_at";
	return NULL;
}

static const char *check_amounts(const struct bko_policy *p)
{
	if (!amount_ok(p->switch_back_at) ||
	    (p->switch_on && p->switch_back_at && p->switch_back_at <= p->switch_at))
		return "policy.switch_back_at";
	if (!amount_ok(p->low_at))
		return "policy.low_at";
	if (!amount_ok(p->safety_stock) || p->safety_guards_queue > 1)
		return "policy.safety_stock";
	if (!bko__time_ok(p->sell_from_ms))
		return "policy.sell_from_ms";
	if (!bko__time_ok(p->release_at_ms))
		return "policy.release_at_ms";
	if (!bko__time_ok(p->restock_at_ms))
		return "policy.restock_at_ms";
	if (!bko__time_ok(p->horizon_ms))
		return "policy.horizon_ms";
	if (!bko__time_ok(p->lead_time_ms))
		return "policy.lead_time_ms";
	if (p->handling_days > 366)
		return "policy.handling_days";
	if ((p->set & BKO_SET_QUANTUM) && (!amount_ok(p->quantum) || p->quantum < 1))
		return "policy.quantum";
	if (p->max_passes > 255)
		return "policy.max_passes";
	if (!bko__time_ok(p->hold_place_ms))
		return "policy.hold_place_ms";
	if (!bko__time_ok(p->head_start_ms))
		return "policy.head_start_ms";
	return NULL;
}

const char *bko__policy_check(struct bko_policy *policy)
{
	struct bko_policy empty;
	const char *name;

	if (policy->set & ~(uint32_t)BKO__SET_ALL)
		return "policy.set";
	if (policy->reserved)
		return "policy.reserved";
	memset(&empty, 0, sizeof empty);
	take(policy, &empty, ~policy->set);
	name = check_choices(policy);
	return name ? name : check_amounts(policy);
}

static uint32_t flags_of(const struct bko_policy *p)
{
	return (p->sells ? BKO__P_SELLS : 0u) |
	       (p->limit_kind == BKO_LIMIT_NUMBER ? BKO__P_LIMITED : 0u) |
	       (p->order_limit_kind == BKO_LIMIT_NUMBER ? BKO__P_ORDER_LIMITED : 0u) |
	       (p->limit_to_incoming ? BKO__P_TO_INCOMING : 0u) |
	       (p->switch_on ? BKO__P_SWITCH : 0u) | (p->safety_guards_queue ? BKO__P_GUARDS : 0u);
}

void bko__policy_apply(struct bko__head *head, const struct bko_policy *p)
{
	uint32_t flags = flags_of(p);
	int64_t back_at = p->switch_back_at ? p->switch_back_at : p->switch_at + 1;
	int restart = ((flags ^ head->policy_flags) & BKO__P_SWITCH) ||
	              head->switch_at != p->switch_at || head->switch_back_at != back_at;

	if (p->discipline != head->discipline)
		bko__epoch_begin(head);
	head->selling = p->selling;
	head->life = p->life;
	head->discipline = p->discipline;
	head->policy_flags = flags;
	head->limit = p->limit;
	head->order_limit = p->order_limit;
	head->switch_at = p->switch_at;
	head->switch_back_at = back_at;
	head->low_at = p->low_at;
	head->safety_stock = p->safety_stock;
	head->sell_from = p->sell_from_ms;
	head->release_at = p->release_at_ms;
	head->restock_at = p->restock_at_ms;
	head->horizon = p->horizon_ms;
	head->lead_time = p->lead_time_ms;
	head->handling = p->handling_days;
	if (head->quantum % p->quantum && (head->allocated || head->backordered))
		head->flags |= BKO__H_BROKEN;
	head->quantum = p->quantum;
	head->max_passes = p->max_passes;
	head->hold_place = p->hold_place_ms;
	head->head_start = p->head_start_ms;
	if (restart)
		bko__switch_start(head);
}

void bko__policy_of(const struct bko__head *head, struct bko_policy *policy)
{
	uint32_t size = policy->struct_size;

	memset(policy, 0, sizeof *policy);
	policy->struct_size = size;
	policy->set = BKO__SET_ALL;
	policy->selling = head->selling;
	policy->life = head->life;
	policy->sells = head->policy_flags & BKO__P_SELLS ? 1 : 0;
	policy->discipline = head->discipline;
	policy->limit_kind =
		head->policy_flags & BKO__P_LIMITED ? BKO_LIMIT_NUMBER : BKO_LIMIT_NONE;
	policy->order_limit_kind =
		head->policy_flags & BKO__P_ORDER_LIMITED ? BKO_LIMIT_NUMBER : BKO_LIMIT_NONE;
	policy->limit = head->limit;
	policy->order_limit = head->order_limit;
	policy->limit_to_incoming = head->policy_flags & BKO__P_TO_INCOMING ? 1 : 0;
	policy->switch_on = head->policy_flags & BKO__P_SWITCH ? 1 : 0;
	policy->switch_at = head->switch_at;
	policy->switch_back_at = head->switch_back_at;
	policy->low_at = head->low_at;
	policy->safety_stock = head->safety_stock;
	policy->safety_guards_queue = head->policy_flags & BKO__P_GUARDS ? 1 : 0;
	policy->handling_days = head->handling;
	policy->sell_from_ms = head->sell_from;
	policy->release_at_ms = head->release_at;
	policy->restock_at_ms = head->restock_at;
	policy->horizon_ms = head->horizon;
	policy->lead_time_ms = head->lead_time;
	policy->quantum = head->quantum;
	policy->hold_place_ms = head->hold_place;
	policy->head_start_ms = head->head_start;
	policy->max_passes = head->max_passes;
}
