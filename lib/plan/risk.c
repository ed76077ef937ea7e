/*
 * Items at risk, worst first: a heap in the caller's array.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include "backorder/propose.h"

#include <string.h>

static const double risk_stock_max = 1e9;

struct risk_list {
	unsigned char *bytes;
	size_t stride;
};

static struct bko_plan_risk *risk_at(const struct risk_list *list, size_t i)
{
	return (struct bko_plan_risk *)(void *)(list->bytes + i * list->stride);
}

static int32_t risk_check(const struct bko_plan_risk *theirs, uint32_t stride)
{
	struct bko_plan_risk risk;
	int32_t status;

	/* Behind an element may be what is the caller's: its struct_size tells, if any. */
	if (theirs->struct_size)
		status = bko__plan_take(&risk, sizeof risk, sizeof risk, theirs);
	else
		status = bko__plan_take_element(&risk, sizeof risk, theirs, sizeof risk);
	if (status != BKO_OK)
		return status;
	if (risk.struct_size > stride)
		return BKO_E_STRUCT_SIZE;
	if (!bko__plan_finite(risk.stock) || risk.stock > risk_stock_max ||
	    risk.stock < -risk_stock_max || !bko__plan_not_negative(risk.mean) ||
	    !bko__plan_not_negative(risk.variance) || !bko__plan_not_negative(risk.price))
		return BKO_E_ARGUMENT;
	return BKO_OK;
}

static void risk_judge(struct bko_plan_risk *risk)
{
	struct bko_plan_demand demand;
	struct bko_plan_level level;

	bko__plan_counted(risk->mean, risk->variance, &demand);
	bko__plan_level_of(&demand, risk->stock, &level);
	risk->probability = level.covered < 1 ? 1 - level.covered : 0;
	risk->shortage = level.shortage;
}

/* Whether a is to stand before b. */
static int risk_before(const struct bko_plan_risk *a, const struct bko_plan_risk *b)
{
	double of_a = a->shortage * a->price, of_b = b->shortage * b->price;

	if (a->probability != b->probability)
		return a->probability > b->probability;
	if (of_a != of_b)
		return of_a > of_b;
	return a->item < b->item;
}

static void risk_swap(const struct risk_list *list, size_t a, size_t b)
{
	unsigned char *left = list->bytes + a * list->stride;
	unsigned char *right = list->bytes + b * list->stride;
	unsigned char part[32];
	size_t at, size;

	for (at = 0; at < list->stride; at += size) {
		size = list->stride - at < sizeof part ? list->stride - at : sizeof part;
		memcpy(part, left + at, size);
		memcpy(left + at, right + at, size);
		memcpy(right + at, part, size);
	}
}

/* The one that stands last is at the top of the heap. */
static void risk_sink(const struct risk_list *list, size_t top, size_t count)
{
	for (;;) {
		size_t child = 2 * top + 1;

		if (child >= count)
			return;
		if (child + 1 < count &&
		    risk_before(risk_at(list, child), risk_at(list, child + 1)))
			child++;
		if (!risk_before(risk_at(list, top), risk_at(list, child)))
			return;
		risk_swap(list, top, child);
		top = child;
	}
}

int32_t bko_plan_risks(struct bko_plan_risk *array, size_t count, uint32_t stride)
{
	struct risk_list list = {(unsigned char *)array, stride};
	size_t i;

	if (!array && count > 0)
		return BKO_E_MISUSE;
	if (stride < sizeof *array || stride > BKO_STRUCT_SIZE_MAX || stride % 8 != 0)
		return BKO_E_STRUCT_SIZE;
	for (i = 0; i < count; i++) {
		int32_t status = risk_check(risk_at(&list, i), stride);

		if (status != BKO_OK)
			return status;
	}
	for (i = 0; i < count; i++)
		risk_judge(risk_at(&list, i));
	for (i = count / 2; i-- > 0;)
		risk_sink(&list, i, count);
	for (i = count; i > 1; i--) {
		risk_swap(&list, 0, i - 1);
		risk_sink(&list, 0, i - 1);
	}
	return BKO_OK;
}
