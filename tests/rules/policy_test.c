/*
 * Policies: what inherits, what no rule admits, what a head carries.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/number.h"
#include "rules/policy.h"
#include "rules/position.h"

#define MAX          BKO__QUANTITY_MAX
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Each member and the bit that gives it. */
static const struct member {
	const char *name;
	size_t offset, size;
	uint32_t bit;
} members[] = {
#define MEMBER(name, bit)                                                                         \
	{                                                                                         \
#name, offsetof(struct bko_policy, name), sizeof(((struct bko_policy *)0)->name), \
			BKO_SET_##bit                                                             \
	}
	MEMBER(selling, SELLING),
	MEMBER(life, LIFE),
	MEMBER(sells, SELLS),
	MEMBER(discipline, DISCIPLINE),
	MEMBER(limit_kind, LIMIT),
	MEMBER(limit, LIMIT),
	MEMBER(order_limit_kind, ORDER_LIMIT),
	MEMBER(order_limit, ORDER_LIMIT),
	MEMBER(limit_to_incoming, LIMIT_TO_INCOMING),
	MEMBER(switch_on, SWITCH),
	MEMBER(switch_at, SWITCH),
	MEMBER(switch_back_at, SWITCH),
	MEMBER(low_at, LOW_AT),
	MEMBER(safety_stock, SAFETY_STOCK),
	MEMBER(safety_guards_queue, SAFETY_STOCK),
	MEMBER(sell_from_ms, SELL_FROM),
	MEMBER(release_at_ms, RELEASE_AT),
	MEMBER(restock_at_ms, RESTOCK_AT),
	MEMBER(horizon_ms, HORIZON),
	MEMBER(lead_time_ms, LEAD_TIME),
	MEMBER(handling_days, HANDLING),
	MEMBER(quantum, QUANTUM),
	MEMBER(max_passes, MAX_PASSES),
	MEMBER(hold_place_ms, HOLD_PLACE),
	MEMBER(head_start_ms, HEAD_START),
};

static int64_t get(const struct bko_policy *policy, const struct member *member)
{
	const char *at = (const char *)policy + member->offset;
	uint32_t narrow;
	int64_t wide;

	if (member->size == sizeof narrow) {
		memcpy(&narrow, at, sizeof narrow);
		return narrow;
	}
	memcpy(&wide, at, sizeof wide);
	return wide;
}

static void set(struct bko_policy *policy, const struct member *member, int64_t value)
{
	char *at = (char *)policy + member->offset;
	uint32_t narrow = (uint32_t)value;

	if (member->size == sizeof narrow)
		memcpy(at, &narrow, sizeof narrow);
	else
		memcpy(at, &value, sizeof value);
}

static const struct member *find(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(members); i++) {
		if (!strcmp(members[i].name, name))
			return &members[i];
	}
	fail_msg("%s", name);
	return NULL;
}

static void defaults(void **state)
{
	struct bko_policy policy;
	size_t i;

	(void)state;
	bko__policy_library(&policy);
	assert_int_equal(policy.struct_size, sizeof policy);
	assert_int_equal(policy.set, BKO__SET_ALL);
	assert_null(bko__policy_check(&policy));
	for (i = 0; i < COUNT(members); i++) {
		const char *name = members[i].name;
		int64_t value = 0;

		if (!strcmp(name, "sells") || !strcmp(name, "quantum"))
			value = 1;
		else if (strstr(name, "limit_kind"))
			value = BKO_LIMIT_NONE;
		else if (!strcmp(name, "hold_place_ms"))
			value = 3600000;
		else if (!strcmp(name, "head_start_ms"))
			value = 86400000;
		else if (!strcmp(name, "max_passes"))
			value = 8;
		assert_int_equal(get(&policy, &members[i]), value);
	}
}

/* Each bit takes over its own members and no other. */
static void inherits(void **state)
{
	struct bko_policy base, over, policy;
	uint32_t bit, seen = 0;
	size_t i;

	(void)state;
	memset(&base, 0, sizeof base);
	memset(&over, 0, sizeof over);
	for (i = 0; i < COUNT(members); i++) {
		set(&base, &members[i], 100 + (int64_t)i);
		set(&over, &members[i], 200 + (int64_t)i);
		seen |= members[i].bit;
	}
	assert_int_equal(seen, BKO__SET_ALL);
	for (bit = 1; bit & BKO__SET_ALL; bit <<= 1) {
		policy = base;
		over.set = bit;
		bko__policy_over(&policy, &over);
		for (i = 0; i < COUNT(members); i++)
			assert_int_equal(get(&policy, &members[i]),
			                 (members[i].bit == bit ? 200 : 100) + (int64_t)i);
	}
	policy = base;
	over.set = 0;
	bko__policy_over(&policy, &over);
	assert_memory_equal(&policy, &base, sizeof base);
}

/* A member whose bit is clear may be anything, and is nothing afterwards. */
static void clears(void **state)
{
	struct bko_policy policy;
	size_t i, given;

	(void)state;
	for (given = 0; given < COUNT(members); given++) {
		bko__policy_library(&policy);
		policy.set = members[given].bit;
		for (i = 0; i < COUNT(members); i++) {
			if (members[i].bit != policy.set)
				set(&policy, &members[i], -1);
		}
		assert_null(bko__policy_check(&policy));
		for (i = 0; i < COUNT(members); i++) {
			if (members[i].bit != policy.set)
				assert_int_equal(get(&policy, &members[i]), 0);
		}
	}
}

static void bounds(void **state)
{
	static const struct {
		const char *member;
		int64_t low, high;
		const char *fault; /* named, where it is not the member */
	} rows[] = {
		{"selling", 0, 2, NULL},
		{"life", 0, 2, NULL},
		{"sells", 0, 1, NULL},
		{"discipline", 0, 4, NULL},
		{"limit_kind", 0, 1, "limit"},
		{"limit", 0, MAX, NULL},
		{"order_limit_kind", 0, 1, "order_limit"},
		{"order_limit", 0, MAX, NULL},
		{"limit_to_incoming", 0, 1, NULL},
		{"switch_on", 0, 1, "switch_at"},
		{"switch_at", 0, MAX, NULL},
		{"switch_back_at", 0, MAX, NULL},
		{"low_at", 0, MAX, NULL},
		{"safety_stock", 0, MAX, NULL},
		{"safety_guards_queue", 0, 1, "safety_stock"},
		{"sell_from_ms", 0, BKO__TIME_MAX - 1, NULL},
		{"release_at_ms", 0, BKO__TIME_MAX - 1, NULL},
		{"restock_at_ms", 0, BKO__TIME_MAX - 1, NULL},
		{"horizon_ms", 0, BKO__TIME_MAX - 1, NULL},
		{"lead_time_ms", 0, BKO__TIME_MAX - 1, NULL},
		{"handling_days", 0, 366, NULL},
		{"quantum", 1, MAX, NULL},
		{"max_passes", 0, 255, NULL},
		{"hold_place_ms", 0, BKO__TIME_MAX - 1, NULL},
		{"head_start_ms", 0, BKO__TIME_MAX - 1, NULL},
	};
	size_t i, side;

	(void)state;
	assert_int_equal(COUNT(rows), COUNT(members));
	for (i = 0; i < COUNT(rows); i++) {
		const struct member *member = find(rows[i].member);
		const char *fault = rows[i].fault ? rows[i].fault : rows[i].member;

		for (side = 0; side < 4; side++) {
			const int64_t values[4] = {rows[i].low, rows[i].high, rows[i].low - 1,
			                           rows[i].high + 1};
			struct bko_policy policy;
			const char *name;

			bko__policy_library(&policy);
			set(&policy, member, values[side]);
			name = bko__policy_check(&policy);
			if (side < 2) {
				assert_null(name);
				continue;
			}
			assert_non_null(name);
			assert_memory_equal(name, "policy.", 7);
			assert_string_equal(name + 7, fault);
		}
	}
}

static void refuses(void **state)
{
	struct bko_policy policy;

	(void)state;
	bko__policy_library(&policy);
	policy.set |= BKO__SET_ALL + 1;
	assert_string_equal(bko__policy_check(&policy), "policy.set");
	bko__policy_library(&policy);
	policy.reserved = 1;
	assert_string_equal(bko__policy_check(&policy), "policy.reserved");
	/* the switch goes back above where it is set, if it is on */
	bko__policy_library(&policy);
	policy.switch_at = policy.switch_back_at = 5;
	assert_null(bko__policy_check(&policy));
	policy.switch_on = 1;
	assert_string_equal(bko__policy_check(&policy), "policy.switch_back_at");
	policy.switch_back_at = 6;
	assert_null(bko__policy_check(&policy));
	policy.switch_back_at = 0;
	assert_null(bko__policy_check(&policy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults), cmocka_unit_test(inherits), cmocka_unit_test(clears),
		cmocka_unit_test(bounds),   cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
