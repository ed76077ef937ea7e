/*
 * From demand as the engine counted it to a state.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include "backorder/propose.h"
#include "backorder/read.h"

/* What an observation of the period is to be told besides its value. */
static int32_t learn_flags(const bko_plan_state *state, const struct bko_demand_period *period,
                           uint32_t flags, uint32_t *told)
{
	struct bko_plan_reading reading = {0};
	int32_t status;

	*told = 0;
	if ((period->flags & BKO_DEMAND_UNSELLABLE) && period->refused == 0 &&
	    !(flags & BKO_PLAN_ALL_COUNTED))
		*told = BKO_PLAN_CENSORED;
	if (period->accepted > 0 || period->refused > 0)
		return BKO_OK;
	reading.struct_size = sizeof reading;
	status = bko_plan_state_read(state, &reading);
	if (status == BKO_OK && reading.periods == 0)
		*told |= BKO_PLAN_MASKED; /* nobody has asked for it yet */
	return status;
}

int32_t bko_plan_learn(bko_plan_state *state, struct bko_plan_band *band,
                       const struct bko_demand_period *periods, size_t count, uint32_t stride,
                       uint32_t flags, int64_t *next_ms)
{
	const unsigned char *at = (const unsigned char *)periods;
	int32_t status = BKO_OK;
	uint32_t told;
	size_t i;

	if (!state || (!periods && count > 0) || !next_ms)
		return BKO_E_MISUSE;
	if (flags & ~(uint32_t)BKO_PLAN_ALL_COUNTED || stride < sizeof *periods ||
	    stride > BKO_STRUCT_SIZE_MAX)
		return BKO_E_ARGUMENT;
	for (i = 0; status == BKO_OK && i < count; i++, at += stride) {
		struct bko_demand_period period;
		double value;

		status = bko__plan_take_element(&period, sizeof period, at, stride);
		if (status != BKO_OK)
			return status;
		if (period.accepted < 0 || period.refused < 0 || period.undone < 0 ||
		    period.length_ms < 1)
			return BKO_E_ARGUMENT;
		if (period.start_ms < *next_ms || (period.flags & BKO_DEMAND_OPEN))
			continue;
		value = (double)period.accepted + (double)period.refused - (double)period.undone;
		value = value > 0 ? value : 0;
		status = learn_flags(state, &period, flags, &told);
		if (status == BKO_OK && band)
			status = bko_plan_band_observe(band, state, value, told);
		if (status == BKO_OK)
			status = bko_plan_observe(state, value, told);
		if (status == BKO_OK)
			*next_ms = period.start_ms + period.length_ms;
	}
	return status;
}
