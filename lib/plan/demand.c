/*
 * Demand as a distribution: checks, and one set of figures for every kind.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include <math.h>
#include <string.h>

static const double count_level_max = 1e9; /* of a stock level against counts */

static int32_t demand_check_empirical(const struct bko_plan_demand *demand)
{
	double sum = 0;
	size_t i;

	if (!demand->values)
		return BKO_E_MISUSE;
	if (demand->count < 1 || demand->count > PLAN_SAMPLES_MAX)
		return BKO_E_ARGUMENT;
	for (i = 0; i < demand->count; i++) {
		if (!bko__plan_finite(demand->values[i]))
			return BKO_E_ARGUMENT;
		if (i > 0 && demand->values[i] < demand->values[i - 1])
			return BKO_E_ARGUMENT;
		if (demand->weights && !bko__plan_not_negative(demand->weights[i]))
			return BKO_E_ARGUMENT;
		sum += demand->weights ? demand->weights[i] : 1;
	}
	return bko__plan_positive(sum) ? BKO_OK : BKO_E_ARGUMENT;
}

int32_t bko__plan_demand_take(struct bko_plan_demand *demand, const struct bko_plan_demand *theirs)
{
	int32_t status = bko__plan_take(demand, sizeof *demand, sizeof *demand, theirs);

	if (status != BKO_OK)
		return status;
	if (demand->reserved != 0)
		return BKO_E_STRUCT_NEWER;
	switch (demand->kind) {
	case BKO_PLAN_NORMAL:
		if (!bko__plan_not_negative(demand->mean))
			return BKO_E_ARGUMENT;
		break;
	case BKO_PLAN_POISSON:
		demand->variance = demand->mean;
		/* fallthrough */
	case BKO_PLAN_NEGATIVE_BINOMIAL:
		if (!(demand->mean >= 0 && demand->mean <= PLAN_COUNT_MEAN_MAX))
			return BKO_E_ARGUMENT;
		if (!(demand->variance >= demand->mean &&
		      demand->variance <= PLAN_COUNT_RATIO_MAX * demand->mean))
			return BKO_E_ARGUMENT;
		break;
	case BKO_PLAN_EMPIRICAL: return demand_check_empirical(demand);
	case BKO_PLAN_LOGNORMAL:
		if (!bko__plan_finite(demand->mean))
			return BKO_E_ARGUMENT;
		break;
	default: return BKO_E_ARGUMENT;
	}
	return bko__plan_not_negative(demand->variance) ? BKO_OK : BKO_E_ARGUMENT;
}

/* Demand that is always the same. */
static void level_of_constant(double value, double x, struct bko_plan_level *level)
{
	level->below = value < x ? 1 : 0;
	level->covered = value <= x ? 1 : 0;
	level->shortage = value > x ? value - x : 0;
	level->surplus = value < x ? x - value : 0;
	level->shortage2 = 0.5 * level->shortage * level->shortage;
}

static void level_of_normal(const struct bko_plan_demand *demand, double x,
                            struct bko_plan_level *level)
{
	double sd = sqrt(demand->variance);
	double z;

	if (sd == 0) {
		level_of_constant(demand->mean, x, level);
		return;
	}
	z = (x - demand->mean) / sd;
	level->covered = bko__plan_normal_tail(-z);
	level->below = level->covered;
	level->shortage = sd * bko__plan_normal_loss_at(z);
	level->surplus = sd * bko__plan_normal_loss_at(-z);
	level->shortage2 = demand->variance * bko__plan_normal_loss2_at(z);
}

static void level_of_lognormal(const struct bko_plan_demand *demand, double x,
                               struct bko_plan_level *level)
{
	double sd = sqrt(demand->variance);
	double mean = exp(demand->mean + 0.5 * demand->variance);
	double square = exp(2 * demand->mean + 2 * demand->variance);
	double z;

	if (sd == 0) {
		level_of_constant(mean, x, level);
		return;
	}
	if (x <= 0) {
		level->shortage = mean - x;
		level->shortage2 = 0.5 * (square - 2 * x * mean + x * x);
		return;
	}
	z = (log(x) - demand->mean) / sd;
	level->covered = bko__plan_normal_tail(-z);
	level->below = level->covered;
	level->shortage = mean * bko__plan_normal_tail(z - sd) - x * bko__plan_normal_tail(z);
	level->surplus = level->shortage + x - mean;
	level->shortage2 = 0.5 * (square * bko__plan_normal_tail(z - 2 * sd) -
	                          2 * x * mean * bko__plan_normal_tail(z - sd) +
	                          x * x * bko__plan_normal_tail(z));
}

static void level_of_count(const struct bko_plan_demand *demand, double x,
                           struct bko_plan_level *level)
{
	double whole = floor(x);
	double part = x - whole;
	struct plan_sums sums;

	/* Between two whole levels the figures are straight lines. */
	bko__plan_count_sums(demand, whole, &sums);
	level->covered = sums.below + sums.at;
	level->below = part > 0 ? level->covered : sums.below;
	level->shortage = sums.shortage - part * sums.above;
	level->surplus = sums.surplus + part * level->covered;
	level->shortage2 = sums.shortage2 - part * (sums.shortage - sums.above);
}

static void level_of_empirical(const struct bko_plan_demand *demand, double x,
                               struct bko_plan_level *level)
{
	double all = 0;
	size_t i;

	for (i = 0; i < demand->count; i++) {
		double weight = demand->weights ? demand->weights[i] : 1;
		double gap = demand->values[i] - x;

		all += weight;
		level->below += gap < 0 ? weight : 0;
		level->covered += gap <= 0 ? weight : 0;
		level->shortage += gap > 0 ? weight * gap : 0;
		level->surplus += gap < 0 ? -weight * gap : 0;
		level->shortage2 += gap > 0 ? 0.5 * weight * gap * gap : 0;
	}
	level->below /= all;
	level->covered /= all;
	level->shortage /= all;
	level->surplus /= all;
	level->shortage2 /= all;
}

void bko__plan_level_of(const struct bko_plan_demand *demand, double x,
                        struct bko_plan_level *level)
{
	memset(level, 0, sizeof *level);
	switch (demand->kind) {
	case BKO_PLAN_NORMAL: level_of_normal(demand, x, level); break;
	case BKO_PLAN_LOGNORMAL: level_of_lognormal(demand, x, level); break;
	case BKO_PLAN_EMPIRICAL: level_of_empirical(demand, x, level); break;
	default: level_of_count(demand, x, level);
	}
}

static double quantile_of_empirical(const struct bko_plan_demand *demand, double probability)
{
	double all = 0;
	double sum = 0;
	size_t i;

	for (i = 0; i < demand->count; i++)
		all += demand->weights ? demand->weights[i] : 1;
	for (i = 0; i + 1 < demand->count; i++) {
		sum += demand->weights ? demand->weights[i] : 1;
		if (sum >= probability * all)
			break;
	}
	return demand->values[i];
}

double bko__plan_quantile_of(const struct bko_plan_demand *demand, double probability)
{
	double sd = sqrt(demand->variance);

	switch (demand->kind) {
	case BKO_PLAN_NORMAL: return demand->mean + sd * bko__plan_normal_z(probability);
	case BKO_PLAN_LOGNORMAL: return exp(demand->mean + sd * bko__plan_normal_z(probability));
	case BKO_PLAN_EMPIRICAL: return quantile_of_empirical(demand, probability);
	default: return bko__plan_count_quantile(demand, probability);
	}
}

int32_t bko_plan_demand_fit(double mean, double variance, struct bko_plan_demand *demand)
{
	struct bko_plan_demand fit;
	int32_t status = bko__plan_can_give(demand, sizeof fit);

	if (status != BKO_OK)
		return status;
	if (!bko__plan_not_negative(mean) || !bko__plan_not_negative(variance))
		return BKO_E_ARGUMENT;
	memset(&fit, 0, sizeof fit);
	fit.mean = mean;
	fit.variance = variance;
	if (mean > 10) {
		fit.kind = BKO_PLAN_NORMAL;
	} else if (variance > mean) {
		fit.kind = BKO_PLAN_NEGATIVE_BINOMIAL;
		if (variance > PLAN_COUNT_RATIO_MAX * mean)
			fit.variance = PLAN_COUNT_RATIO_MAX * mean;
	} else {
		fit.kind = BKO_PLAN_POISSON;
		fit.variance = mean;
	}
	bko__plan_give(demand, &fit, sizeof fit);
	return BKO_OK;
}

int32_t bko_plan_demand_at(const struct bko_plan_demand *demand, double x,
                           struct bko_plan_level *level)
{
	struct bko_plan_demand taken;
	struct bko_plan_level figures;
	int32_t status = bko__plan_demand_take(&taken, demand);

	if (status == BKO_OK)
		status = bko__plan_can_give(level, sizeof figures);
	if (status != BKO_OK)
		return status;
	if (!bko__plan_finite(x))
		return BKO_E_ARGUMENT;
	if (bko__plan_is_count(taken.kind) && fabs(x) > count_level_max)
		return BKO_E_ARGUMENT;
	bko__plan_level_of(&taken, x, &figures);
	if (!bko__plan_finite(figures.shortage2) || !bko__plan_finite(figures.surplus) ||
	    !bko__plan_finite(figures.shortage))
		return BKO_E_RANGE;
	bko__plan_give(level, &figures, sizeof figures);
	return BKO_OK;
}

int32_t bko_plan_demand_quantile(const struct bko_plan_demand *demand, double probability,
                                 double *x)
{
	struct bko_plan_demand taken;
	int32_t status = bko__plan_demand_take(&taken, demand);
	double value;

	if (status != BKO_OK)
		return status;
	if (!x)
		return BKO_E_MISUSE;
	if (!bko__plan_probability(probability))
		return BKO_E_ARGUMENT;
	value = bko__plan_quantile_of(&taken, probability);
	if (!bko__plan_finite(value))
		return BKO_E_RANGE;
	*x = value;
	return BKO_OK;
}
