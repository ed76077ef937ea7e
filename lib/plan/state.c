/*
 * Life of a forecasting state: sizes, start, observations, end of life, readings.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/state.h"

#include <string.h>

static const double state_value_max = 1e100;

int32_t bko__plan_check_state(const bko_plan_state *state)
{
	if (!state || ((uintptr_t)state & 7) != 0)
		return BKO_E_MISUSE;
	return bko__plan_has(state->kind) ? BKO_OK : BKO_E_MISUSE;
}

int32_t bko__plan_check_seen(const bko_plan_state *state)
{
	int32_t status = bko__plan_check_state(state);

	if (status == BKO_OK && state->seen == 0)
		return BKO_E_STATE;
	return status;
}

static double parameter_or(double given, double usual)
{
	return given > 0 ? given : usual;
}

static int is_share(double x)
{
	return x >= 0 && x <= 1;
}

static int32_t take_method(struct bko_plan_method *in, const struct bko_plan_method *method)
{
	int32_t status = bko__plan_take(in, sizeof *in, sizeof *in, method);
	double usual_alpha = 0.2;

	if (status != BKO_OK)
		return status;
	if (in->reserved != 0)
		return BKO_E_STRUCT_NEWER;
	if (in->kind < BKO_PLAN_NAIVE || in->kind > BKO_PLAN_AUTO ||
	    (in->flags & ~(uint32_t)BKO_PLAN_START) != 0)
		return BKO_E_ARGUMENT;
	if (!bko__plan_has(in->kind))
		return BKO_E_UNSUPPORTED;
	if (!is_share(in->alpha) || !is_share(in->beta) || !is_share(in->gamma) ||
	    !is_share(in->phi) ||
	    !(in->start_level >= -state_value_max && in->start_level <= state_value_max) ||
	    !(in->start_trend >= -state_value_max && in->start_trend <= state_value_max))
		return BKO_E_ARGUMENT;
	if ((in->flags & BKO_PLAN_START) && in->kind != BKO_PLAN_SES && in->kind != BKO_PLAN_HOLT &&
	    in->kind != BKO_PLAN_DAMPED && in->kind != BKO_PLAN_THETA)
		return BKO_E_ARGUMENT;
	if (in->kind >= BKO_PLAN_HOLT && in->kind <= BKO_PLAN_WINTERS_MULTIPLICATIVE)
		usual_alpha = 0.3;
	if (in->kind >= BKO_PLAN_CROSTON && in->kind <= BKO_PLAN_SBJ)
		usual_alpha = 0.1;
	in->alpha = parameter_or(in->alpha, usual_alpha);
	in->beta = parameter_or(in->beta, in->kind == BKO_PLAN_TSB ? 0.2 : 0.1);
	in->gamma = parameter_or(in->gamma, 0.2);
	in->phi = parameter_or(in->phi, 0.9);
	return BKO_OK;
}

/* Slots that a method needs. */
static int32_t take_slots(const struct bko_plan_method *in, uint16_t *slots)
{
	uint32_t count = 0;
	uint32_t least = 0;
	uint32_t most = 0;

	if (in->kind == BKO_PLAN_SEASONAL_NAIVE || in->kind == BKO_PLAN_MOVING_AVERAGE) {
		count = in->kind == BKO_PLAN_MOVING_AVERAGE ? in->window : in->season;
		least = 1;
		most = BKO_PLAN_WINDOW_MAX;
	} else if (bko__plan_is_winters(in->kind) || in->kind == BKO_PLAN_AUTO) {
		count = in->season;
		least = in->kind == BKO_PLAN_AUTO ? 1 : 2;
		most = BKO_PLAN_SEASON_MAX;
	}
	if (count < least || count > most)
		return BKO_E_ARGUMENT;
	/* A season of one period is none. */
	*slots = (uint16_t)(in->kind == BKO_PLAN_AUTO && count == 1 ? 0 : count);
	return BKO_OK;
}

static int32_t state_head_of(const struct bko_plan_method *in, bko_plan_state *head)
{
	memset(head, 0, sizeof *head);
	head->kind = (uint8_t)in->kind;
	head->flags = in->flags & BKO_PLAN_START ? STATE_STARTED : 0;
	return take_slots(in, &head->season);
}

static size_t state_size_of(const bko_plan_state *head)
{
	return sizeof *head + bko__plan_cells(head) * sizeof(double);
}

int32_t bko_plan_state_size(const struct bko_plan_method *method, size_t *size)
{
	struct bko_plan_method in;
	bko_plan_state head;
	int32_t status = take_method(&in, method);

	if (status == BKO_OK)
		status = state_head_of(&in, &head);
	if (status != BKO_OK)
		return status;
	if (!size)
		return BKO_E_MISUSE;
	*size = state_size_of(&head);
	return BKO_OK;
}

int32_t bko_plan_state_init(bko_plan_state *state, size_t size,
                            const struct bko_plan_method *method)
{
	struct bko_plan_method in;
	bko_plan_state head;
	int32_t status = take_method(&in, method);

	if (status == BKO_OK)
		status = state_head_of(&in, &head);
	if (status != BKO_OK)
		return status;
	if (!state || ((uintptr_t)state & 7) != 0)
		return BKO_E_MISUSE;
	if (size < state_size_of(&head))
		return BKO_E_BUFFER;
	memset(state, 0, state_size_of(&head));
	*state = head;
	bko__plan_start(state, &in);
	return BKO_OK;
}

/* Periods are counted for ratios and for the place in the season, so a count
 * that would overflow is halved without losing either. */
static void halve_counts(bko_plan_state *state)
{
	uint32_t season = state->season > 0 ? state->season : 1;

	if (state->seen < UINT32_MAX && state->count < UINT32_MAX)
		return;
	state->seen -= state->seen / 2 / season * season;
	state->sales /= 2;
	state->count /= 2;
}

int32_t bko_plan_observe(bko_plan_state *state, double value, uint32_t flags)
{
	int32_t status = bko__plan_check_state(state);
	int learn = !(flags & BKO_PLAN_MASKED);

	if (status != BKO_OK)
		return status;
	if (!(value >= -state_value_max && value <= state_value_max) ||
	    (flags & ~(uint32_t)(BKO_PLAN_MASKED | BKO_PLAN_CENSORED)) != 0)
		return BKO_E_ARGUMENT;
	if (bko__plan_is_slow(state->kind) && value < 0)
		return BKO_E_ARGUMENT;
	if (flags & BKO_PLAN_CENSORED)
		learn = learn && state->seen > 0 && value > bko__plan_next(state);
	if (!learn && state->seen == 0)
		return BKO_OK;
	halve_counts(state);
	bko__plan_step(state, value, learn);
	return BKO_OK;
}

int32_t bko_plan_state_end(bko_plan_state *state, uint32_t ended)
{
	int32_t status = bko__plan_check_state(state);

	if (status != BKO_OK)
		return status;
	if (ended > 1)
		return BKO_E_ARGUMENT;
	state->flags = (uint8_t)(ended ? state->flags | STATE_ENDED : state->flags & ~STATE_ENDED);
	return BKO_OK;
}

static void read_sales(const bko_plan_state *state, struct bko_plan_reading *out)
{
	const double *sizes = bko__plan_sizes(state);
	double periods = state->kind == BKO_PLAN_AUTO ? state->count : state->seen;

	out->sales = state->sales;
	if (!sizes || state->sales == 0)
		return;
	out->interval = periods / state->sales;
	out->cv2 = bko__plan_cv2(sizes[0], sizes[1], state->sales);
	if (state->sales > 1)
		out->demand_class = bko__plan_class(out->interval, out->cv2);
}

int32_t bko_plan_state_read(const bko_plan_state *state, struct bko_plan_reading *reading)
{
	struct plan_view views[VIEWS_MAX];
	struct bko_plan_reading out;
	int32_t status = bko__plan_check_state(state);
	size_t count, i;

	if (status == BKO_OK)
		status = bko__plan_can_give(reading, sizeof out);
	if (status != BKO_OK)
		return status;
	memset(&out, 0, sizeof out);
	out.kind = state->kind;
	out.answers = state->kind;
	out.periods = state->seen;
	out.season = state->season;
	out.ended = state->flags & STATE_ENDED ? 1 : 0;
	if (state->seen > 0) {
		count = bko__plan_views(state, views);
		out.answers = views[count - 1].share > 0.5 ? views[count - 1].kind : views[0].kind;
		for (i = 0; i < count; i++) {
			out.level += views[i].share * views[i].level;
			out.trend += views[i].share * views[i].trend;
			out.error += views[i].share * views[i].error;
		}
		out.seasonal = count == 2 ? views[1].share : 0;
		read_sales(state, &out);
	}
	bko__plan_give(reading, &out, sizeof out);
	return BKO_OK;
}
