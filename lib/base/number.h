/*
 * number.h - quantities and times within their public ranges. A sum that would
 * leave its range is an error, never a wrap.
 */
#ifndef BKO_BASE_NUMBER_H
#define BKO_BASE_NUMBER_H

#include <stdint.h>

#include "backorder/types.h"

#define BKO__QUANTITY_MAX (((int64_t)1 << BKO_QUANTITY_BITS) - 1)
#define BKO__TIME_MAX     (((int64_t)1 << BKO_TIME_BITS) - 1)
#define BKO__NEVER        BKO__TIME_MAX /* as a stored time: no such moment */

static inline int bko__quantity_ok(int64_t q)
{
	return q >= -BKO__QUANTITY_MAX && q <= BKO__QUANTITY_MAX;
}

static inline int bko__time_ok(int64_t t)
{
	return t >= 0 && t < BKO__TIME_MAX;
}

static inline int64_t bko__min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static inline int64_t bko__max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Both operands within range: the sum cannot wrap, and sticks at the end of
 * time. */
static inline int64_t bko__time_add(int64_t t, int64_t span)
{
	return bko__min(t + span, BKO__TIME_MAX - 1);
}

/* Down to a whole multiple of `quantum` (>= 1); q >= 0. */
static inline int64_t bko__whole(int64_t q, int64_t quantum)
{
	return quantum == 1 ? q : q - q % quantum;
}

#endif
