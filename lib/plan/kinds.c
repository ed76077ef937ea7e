/*
 * Which code serves which kind of state: the only file that names them all. With
 * BKO_PLAN_SKU_ONLY it names one, for firmware that forecasts its items by the
 * default and wants nothing else linked; other kinds are BKO_E_UNSUPPORTED then.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/state.h"

#include <string.h>

int bko__plan_is_slow(uint32_t kind)
{
	return kind >= BKO_PLAN_CROSTON && kind <= BKO_PLAN_SKU;
}

int bko__plan_is_winters(uint32_t kind)
{
	return kind == BKO_PLAN_WINTERS_ADDITIVE || kind == BKO_PLAN_WINTERS_MULTIPLICATIVE;
}

size_t bko__plan_cells(const bko_plan_state *state)
{
	if (state->kind == BKO_PLAN_SKU)
		return 6;
	if (state->kind == BKO_PLAN_AUTO)
		return 7 + 2 * (size_t)BANK_CELLS + state->season;
	if (bko__plan_is_slow(state->kind))
		return 7;
	return 8 + (bko__plan_is_winters(state->kind) ? 2 : 1) * (size_t)state->season;
}

static void clear_views(const bko_plan_state *state, struct plan_view *views)
{
	size_t i;

	memset(views, 0, VIEWS_MAX * sizeof *views);
	for (i = 0; i < VIEWS_MAX; i++) {
		views[i].kind = state->kind;
		views[i].share = 1;
		views[i].phi = 1;
	}
}

#ifdef BKO_PLAN_SKU_ONLY

int bko__plan_has(uint32_t kind)
{
	return kind == BKO_PLAN_SKU;
}

const double *bko__plan_sizes(const bko_plan_state *state)
{
	return &((const struct plan_sku *)state)->mean;
}

void bko__plan_start(bko_plan_state *state, const struct bko_plan_method *in)
{
	(void)state;
	(void)in;
}

void bko__plan_step(bko_plan_state *state, double value, int learn)
{
	bko__plan_sku_step((struct plan_sku *)state, value, learn);
}

size_t bko__plan_views(const bko_plan_state *state, struct plan_view *views)
{
	clear_views(state, views);
	bko__plan_sku_view((const struct plan_sku *)state, views);
	return 1;
}

#else

int bko__plan_has(uint32_t kind)
{
	return kind >= BKO_PLAN_NAIVE && kind <= BKO_PLAN_AUTO;
}

const double *bko__plan_sizes(const bko_plan_state *state)
{
	if (state->kind == BKO_PLAN_AUTO)
		return &((const struct plan_auto *)state)->mean;
	if (state->kind == BKO_PLAN_SKU)
		return &((const struct plan_sku *)state)->mean;
	return bko__plan_is_slow(state->kind) ? &((const struct plan_slow *)state)->mean : NULL;
}

static void start_smooth(struct plan_smooth *state, const struct bko_plan_method *in)
{
	int naive = in->kind == BKO_PLAN_NAIVE;

	state->alpha = naive ? 1 : in->alpha;
	state->beta = in->kind == BKO_PLAN_SES || naive ? 0 : in->beta;
	state->gamma = in->gamma;
	state->phi = in->kind == BKO_PLAN_DAMPED ? in->phi : 1;
	if (in->flags & BKO_PLAN_START) {
		state->level = in->start_level;
		if (in->kind == BKO_PLAN_HOLT || in->kind == BKO_PLAN_DAMPED)
			state->trend = in->start_trend;
	}
	/* An error of these lives on in the season, or for a window. */
	if (in->kind == BKO_PLAN_SEASONAL_NAIVE) {
		state->alpha = 0;
		state->beta = 0;
		state->gamma = 1;
	}
	if (in->kind == BKO_PLAN_MOVING_AVERAGE) {
		state->alpha = 1.0 / in->window;
		state->beta = 0;
	}
}

void bko__plan_start(bko_plan_state *state, const struct bko_plan_method *in)
{
	if (state->kind < BKO_PLAN_CROSTON) {
		start_smooth((struct plan_smooth *)state, in);
	} else if (state->kind < BKO_PLAN_SKU) {
		((struct plan_slow *)state)->alpha = in->alpha;
		((struct plan_slow *)state)->beta = in->beta;
	}
}

void bko__plan_step(bko_plan_state *state, double value, int learn)
{
	if (state->kind == BKO_PLAN_AUTO)
		bko__plan_auto_step((struct plan_auto *)state, value, learn);
	else if (state->kind == BKO_PLAN_SKU)
		bko__plan_sku_step((struct plan_sku *)state, value, learn);
	else if (bko__plan_is_slow(state->kind))
		bko__plan_slow_step((struct plan_slow *)state, value, learn);
	else if (bko__plan_is_winters(state->kind))
		bko__plan_winters_step((struct plan_smooth *)state, value, learn);
	else
		bko__plan_smooth_step((struct plan_smooth *)state, value, learn);
}

size_t bko__plan_views(const bko_plan_state *state, struct plan_view *views)
{
	clear_views(state, views);
	if (state->kind == BKO_PLAN_AUTO)
		return bko__plan_auto_views((const struct plan_auto *)state, views);
	if (state->kind == BKO_PLAN_SKU)
		bko__plan_sku_view((const struct plan_sku *)state, views);
	else if (bko__plan_is_slow(state->kind))
		bko__plan_slow_view((const struct plan_slow *)state, views);
	else
		bko__plan_smooth_view((const struct plan_smooth *)state, views);
	return 1;
}

#endif
