/*
 * Demand that comes in whole units: Poisson and negative binomial. Both obey
 * P(k + 1) = P(k) (a + b / (k + 1)), so one walk over k from zero serves them.
 * The terms are carried with a separate power of e, because P(0) of a busy item
 * is far below what a double holds. Lower and upper sums are kept apart, so
 * that both tails keep their digits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include <math.h>
#include <string.h>

static const double huge_term = 1e250;

struct plan_walk {
	double a, b;
	double exponent; /* natural log that every term is still to be scaled by */
	double term;
	double k;
};

int bko__plan_is_count(uint32_t kind)
{
	return kind == BKO_PLAN_POISSON || kind == BKO_PLAN_NEGATIVE_BINOMIAL;
}

int bko__plan_can_search(const struct bko_plan_demand *demand)
{
	return demand->mean <= PLAN_SEARCH_MEAN_MAX &&
	       demand->variance <= PLAN_SEARCH_RATIO_MAX * demand->mean;
}

static void walk_start(struct plan_walk *walk, const struct bko_plan_demand *demand)
{
	walk->k = 0;
	walk->term = 1;
	if (demand->kind == BKO_PLAN_NEGATIVE_BINOMIAL && demand->variance > demand->mean) {
		double excess = demand->variance - demand->mean;
		double size = demand->mean * demand->mean / excess;

		walk->a = excess / demand->variance;
		walk->b = (size - 1) * walk->a;
		walk->exponent = size * log1p(-walk->a);
	} else {
		walk->a = 0;
		walk->b = demand->mean;
		walk->exponent = -demand->mean;
	}
}

static void walk_step(struct plan_walk *walk)
{
	walk->k += 1;
	walk->term *= walk->a + walk->b / walk->k;
}

/* When the terms outgrow a double, all that was summed shrinks with them. */
static double walk_rescale(struct plan_walk *walk)
{
	if (walk->term < huge_term)
		return 1;
	walk->term /= huge_term;
	walk->exponent += log(huge_term);
	return 1 / huge_term;
}

static void sums_scale(struct plan_sums *sums, double factor)
{
	if (factor == 1)
		return;
	sums->at *= factor;
	sums->below *= factor;
	sums->above *= factor;
	sums->surplus *= factor;
	sums->shortage *= factor;
	sums->shortage2 *= factor;
}

static void add_term(struct plan_sums *sums, double gap, double term)
{
	double part = gap * term;

	if (gap == 0) {
		sums->at = term;
	} else if (gap < 0) {
		sums->below += term;
		sums->surplus -= part;
	} else {
		sums->above += term;
		sums->shortage += part;
		sums->shortage2 += 0.5 * part * (gap - 1);
	}
}

/* Past the mean the terms fall at least geometrically: whether the rest of
 * them can still be seen in the sums. */
static int walk_is_over(const struct plan_walk *walk, const struct plan_sums *sums, double gap)
{
	if (walk->term == 0)
		return 1;
	if (gap < 0)
		return walk->term < 1e-40 * sums->below;
	return walk->term * (1 + gap * gap) < 1e-18 * sums->shortage2;
}

void bko__plan_count_sums(const struct bko_plan_demand *demand, double x, struct plan_sums *sums)
{
	struct plan_walk walk;

	memset(sums, 0, sizeof *sums);
	walk_start(&walk, demand);
	for (;;) {
		double gap = walk.k - x;

		add_term(sums, gap, walk.term);
		if (walk.k > demand->mean && walk_is_over(&walk, sums, gap))
			break;
		walk_step(&walk);
		sums_scale(sums, walk_rescale(&walk));
	}
	sums_scale(sums, exp(walk.exponent));
}

void bko__plan_count_roughly(const struct bko_plan_demand *demand, double x, struct plan_sums *sums)
{
	struct plan_walk walk;

	memset(sums, 0, sizeof *sums);
	walk_start(&walk, demand);
	while (walk.k <= x && !(walk.k > demand->mean && walk.term <= 1e-20 * sums->below)) {
		add_term(sums, walk.k - x, walk.term);
		walk_step(&walk);
		sums_scale(sums, walk_rescale(&walk));
	}
	sums_scale(sums, exp(walk.exponent));
	sums->above = fmax(1 - sums->below - sums->at, 0);
	sums->shortage = fmax(demand->mean - x + sums->surplus, 0);
}

double bko__plan_count_quantile(const struct bko_plan_demand *demand, double probability)
{
	struct plan_walk walk;
	double sum = 0, scale;

	walk_start(&walk, demand);
	scale = exp(walk.exponent);
	for (;;) {
		double shrunk;

		sum += walk.term;
		/* A sum that stops short of 1 by rounding must not walk for ever. */
		if (sum * scale >= probability ||
		    (walk.k > demand->mean && walk.term < 1e-18 * sum))
			return walk.k;
		walk_step(&walk);
		shrunk = walk_rescale(&walk);
		if (shrunk == 1)
			continue;
		sum *= shrunk;
		scale = exp(walk.exponent);
	}
}
