/*
 * What refusals are told by, and values that have no meaning.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_PLAN_REFUSALS_H
#define TEST_PLAN_REFUSALS_H

#include "series.h"

#define REFUSED(code, call) assert_int_equal((call), (code))
#define ARGUMENT(call)      REFUSED(BKO_E_ARGUMENT, call)
#define MISUSE(call)        REFUSED(BKO_E_MISUSE, call)

static const double untouched = 4711;

/* For parameters that must be positive: what they must not be. */
static const double not_positive[] = {0, -1, NAN, INFINITY, -INFINITY};
/* For those that may be 0. */
static const double not_amount[] = {-1e-9, NAN, INFINITY, -INFINITY};
static const double not_probability[] = {0, 1, -.1, 1.1, NAN, INFINITY};

#endif
