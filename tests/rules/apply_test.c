/*
 * A policy written into a head, and read from it.
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

static void library_policy(void **state)
{
	struct bko__head head;
	struct bko_policy policy, back;

	(void)state;
	bko__head_new(&head);
	bko__policy_library(&policy);
	bko__policy_apply(&head, &policy);
	assert_int_equal(head.epoch, 0);
	assert_int_equal(head.policy_flags, BKO__P_SELLS);
	memset(&back, 0xff, sizeof back);
	back.struct_size = sizeof back;
	bko__policy_of(&head, &back);
	policy.switch_back_at = 1; /* as it works out */
	assert_memory_equal(&back, &policy, sizeof policy);
}

/* Every member comes back as it was given, each flag by itself. */
static void round_trip(void **state)
{
	static const struct bko_policy values = {.struct_size = sizeof values,
	                                         .set = BKO__SET_ALL,
	                                         .selling = BKO_SELL_UNTRACKED,
	                                         .life = BKO_LIFE_PHASE_OUT,
	                                         .discipline = BKO_QUEUE_HOST,
	                                         .limit = 1,
	                                         .order_limit = 2,
	                                         .switch_at = 3,
	                                         .switch_back_at = 44,
	                                         .low_at = 5,
	                                         .safety_stock = 6,
	                                         .handling_days = 366,
	                                         .sell_from_ms = 7,
	                                         .release_at_ms = 8,
	                                         .restock_at_ms = 9,
	                                         .horizon_ms = 10,
	                                         .lead_time_ms = 11,
	                                         .quantum = 12,
	                                         .hold_place_ms = 13,
	                                         .head_start_ms = 14,
	                                         .max_passes = 255};
	uint32_t bits;

	(void)state;
	for (bits = 0; bits < 64; bits++) {
		struct bko_policy policy = values, back = {.struct_size = sizeof back};
		struct bko__head head;

		policy.sells = bits & 1;
		policy.limit_kind = bits >> 1 & 1;
		policy.order_limit_kind = bits >> 2 & 1;
		policy.limit_to_incoming = bits >> 3 & 1;
		policy.switch_on = bits >> 4 & 1;
		policy.safety_guards_queue = bits >> 5 & 1;
		bko__head_new(&head);
		bko__policy_apply(&head, &policy);
		bko__policy_of(&head, &back);
		assert_memory_equal(&back, &policy, sizeof policy);
	}
}

static void new_discipline(void **state)
{
	struct bko__head head;
	struct bko_policy policy;

	(void)state;
	bko__head_new(&head);
	head.band[2] = 7;
	bko__policy_library(&policy);
	bko__policy_apply(&head, &policy);
	assert_int_equal(head.epoch, 0);
	assert_int_equal(head.band[2], 7);
	policy.discipline = BKO_QUEUE_FIFO;
	bko__policy_apply(&head, &policy);
	assert_int_equal(head.epoch, 1);
	assert_int_equal(head.band[2], 0);
	assert_int_equal(head.prior, 7);
	bko__policy_apply(&head, &policy);
	assert_int_equal(head.epoch, 1);
}

/* Only a change of its own setting starts the switch anew: between the two marks
 * that shows, because there it would start clear. */
static void new_switch(void **state)
{
	struct bko__head head;
	struct bko_policy policy;

	(void)state;
	bko__head_new(&head);
	head.open = 7;
	bko__policy_library(&policy);
	policy.switch_on = 1;
	policy.switch_at = 5;
	policy.switch_back_at = 9;
	bko__policy_apply(&head, &policy);
	assert_int_equal(head.flags & BKO__H_SWITCHED, 0);
	head.flags |= BKO__H_SWITCHED;
	policy.low_at = 3;
	policy.discipline = BKO_QUEUE_DUE;
	bko__policy_apply(&head, &policy);
	assert_int_equal(head.flags & BKO__H_SWITCHED, BKO__H_SWITCHED);
	policy.switch_back_at = 10;
	bko__policy_apply(&head, &policy);
	assert_int_equal(head.flags & BKO__H_SWITCHED, 0);
	head.flags |= BKO__H_SWITCHED;
	policy.switch_at = 6;
	bko__policy_apply(&head, &policy);
	assert_int_equal(head.flags & BKO__H_SWITCHED, 0);
	policy.switch_on = 0;
	bko__policy_apply(&head, &policy);
	assert_int_equal(head.flags & BKO__H_SWITCHED, BKO__H_SWITCHED);
	policy.switch_on = 1;
	policy.switch_back_at = 0;
	bko__policy_apply(&head, &policy);
	assert_int_equal(head.switch_back_at, 7);
	assert_int_equal(head.flags & BKO__H_SWITCHED, 0);
	policy.switch_back_at = 7; /* the same, said aloud */
	head.flags |= BKO__H_SWITCHED;
	bko__policy_apply(&head, &policy);
	assert_int_equal(head.flags & BKO__H_SWITCHED, BKO__H_SWITCHED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(library_policy),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(new_discipline),
		cmocka_unit_test(new_switch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
