/*
 * Comparison of figures for the planning tests: relative where the expected
 * value is not small, with the place of the failure in the message.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_PLAN_NEAR_H
#define TEST_PLAN_NEAR_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The quick tier is that of valgrind. */
static inline int is_quick(void)
{
	const char *tier = getenv("BKO_TIER");

	return tier && !strcmp(tier, "quick");
}

/* Rounds of a test of chance. */
static inline int rounds_of(int all)
{
	return is_quick() ? all / 10 : all;
}

static inline int near_enough(double got, double want, double tolerance)
{
	double scale = fabs(want) > 1e-300 ? fabs(want) : 1;

	return fabs(got - want) <= tolerance * scale;
}

#define assert_near(got, want, tolerance)                                                     \
	do {                                                                                  \
		double near_got = (got), near_want = (want);                                  \
		if (!near_enough(near_got, near_want, (tolerance))) {                         \
			fprintf(stderr, "%s:%d: %s is %.17g, expected %.17g (off by %.3g)\n", \
			        __FILE__, __LINE__, #got, near_got, near_want,                \
			        near_got - near_want);                                        \
			fail();                                                               \
		}                                                                             \
	} while (0)

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#endif
