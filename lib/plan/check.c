/*
 * Checks that every entry of the planning part makes first. Comparisons are
 * written so that NaN fails them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include <float.h>
#include <string.h>

int bko__plan_finite(double x)
{
	return x >= -DBL_MAX && x <= DBL_MAX;
}

int bko__plan_positive(double x)
{
	return x > 0 && x <= DBL_MAX;
}

int bko__plan_not_negative(double x)
{
	return x >= 0 && x <= DBL_MAX;
}

int bko__plan_probability(double x)
{
	return x > 0 && x < 1;
}

int32_t bko__plan_can_give(const void *theirs, size_t first)
{
	uint32_t size;

	if (!theirs)
		return BKO_E_MISUSE;
	memcpy(&size, theirs, sizeof size);
	if (size < first || size > BKO_STRUCT_SIZE_MAX)
		return BKO_E_STRUCT_SIZE;
	return BKO_OK;
}

/* What is not zero beyond what this library knows is for a newer one. */
static int32_t take_known(void *copy, size_t own, const void *theirs, uint32_t size)
{
	const unsigned char *bytes = theirs;
	size_t i;

	for (i = own; i < size; i++)
		if (bytes[i] != 0)
			return BKO_E_STRUCT_NEWER;
	memset(copy, 0, own);
	memcpy(copy, theirs, size < own ? size : own);
	return BKO_OK;
}

int32_t bko__plan_take(void *copy, size_t own, size_t first, const void *theirs)
{
	int32_t status = bko__plan_can_give(theirs, first);
	uint32_t size;

	if (status != BKO_OK)
		return status;
	memcpy(&size, theirs, sizeof size);
	return take_known(copy, own, theirs, size);
}

int32_t bko__plan_take_element(void *copy, size_t own, const void *theirs, uint32_t stride)
{
	return take_known(copy, own, theirs, stride);
}

void bko__plan_give(void *theirs, const void *own, size_t size)
{
	uint32_t room;

	/* Their struct_size stays; what a newer caller has beyond ours is zeroed,
	 * which means "default" to it. */
	memcpy(&room, theirs, sizeof room);
	memcpy((unsigned char *)theirs + sizeof room, (const unsigned char *)own + sizeof room,
	       (room < size ? room : size) - sizeof room);
	if (room > size)
		memset((unsigned char *)theirs + size, 0, room - size);
}

/* Two results are given only if both are finite. */
int32_t bko__plan_give_pair(double first, double second, double *quantity, double *cost)
{
	if (!bko__plan_positive(first) || !bko__plan_finite(second))
		return BKO_E_RANGE;
	*quantity = first;
	*cost = second;
	return BKO_OK;
}

int bko__plan_are_positive(double a, double b, double c)
{
	return bko__plan_positive(a) && bko__plan_positive(b) && bko__plan_positive(c);
}
