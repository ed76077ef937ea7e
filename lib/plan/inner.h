/*
 * What the files of lib/plan share: checks of figures, sized structs, and the
 * sums over counted demand. No state lives here.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef PLAN_INNER_H
#define PLAN_INNER_H

#include <backorder/plan.h>

/* Bounds of every loop over counts. */
enum {
	PLAN_COUNT_MEAN_MAX = 100000,
	PLAN_COUNT_RATIO_MAX = 10000, /* variance over mean */
	PLAN_SEARCH_MEAN_MAX = 10000, /* where a search sums many times */
	PLAN_SEARCH_RATIO_MAX = 100,
	PLAN_SAMPLES_MAX = 1 << 24,
	PLAN_SEARCH_MAX = 200 /* steps of a bisection or fixed point */
};

/* Sums over a demand of whole numbers on both sides of x. */
struct plan_sums {
	double at;        /* P(D = x) */
	double below;     /* P(D < x) */
	double above;     /* P(D > x) */
	double surplus;   /* E[(x - D)+] */
	double shortage;  /* E[(D - x)+] */
	double shortage2; /* E[(D - x)+ (D - x - 1)+] / 2 */
};

int bko__plan_finite(double x);
int bko__plan_positive(double x);     /* finite and > 0 */
int bko__plan_not_negative(double x); /* finite and >= 0 */
int bko__plan_probability(double x);  /* > 0 and < 1 */
int bko__plan_are_positive(double a, double b, double c);

/* Copies a transparent struct of `own` bytes by the rule of struct_size; the
 * first release had `first` bytes. */
int32_t bko__plan_take(void *copy, size_t own, size_t first, const void *theirs);
/* The same of an element of an array: the stride counts, at least `own`. */
int32_t bko__plan_take_element(void *copy, size_t own, const void *theirs, uint32_t stride);
/* Checks that a result struct can be filled, and fills it. */
int32_t bko__plan_can_give(const void *theirs, size_t first);
/* Gives a quantity and its cost, if both are figures. */
int32_t bko__plan_give_pair(double first, double second, double *quantity, double *cost);
void bko__plan_give(void *theirs, const void *own, size_t size);

double bko__plan_normal_pdf(double z);
double bko__plan_normal_tail(double z); /* P(Z > z) */
double bko__plan_normal_z(double probability);
double bko__plan_normal_loss_at(double z);
double bko__plan_normal_loss2_at(double z);

int bko__plan_is_count(uint32_t kind);
/* Demand of whole units of this mean and variance, both not negative and finite: what
 * propose.h says. */
void bko__plan_counted(double mean, double variance, struct bko_plan_demand *demand);
/* Whether sums over it are short enough to be made hundreds of times. */
int bko__plan_can_search(const struct bko_plan_demand *demand);
/* `demand` has been taken and checked and is of counts; x is whole. */
void bko__plan_count_sums(const struct bko_plan_demand *demand, double x, struct plan_sums *sums);
/* The same but for the second orders: fast, in that it ends at x, and rounded to what a
 * double shows of the mean and x. */
void bko__plan_count_roughly(const struct bko_plan_demand *demand, double x,
                             struct plan_sums *sums);
double bko__plan_count_quantile(const struct bko_plan_demand *demand, double probability);

/* Costs of an (s, S) policy, taken already. */
int32_t bko__plan_check_ss_costs(const struct bko_plan_cost *costs);

int32_t bko__plan_demand_take(struct bko_plan_demand *demand, const struct bko_plan_demand *theirs);
/* The same figures as bko_plan_demand_at and _quantile, for a taken demand. */
void bko__plan_level_of(const struct bko_plan_demand *demand, double x,
                        struct bko_plan_level *level);
/* Service of (r, Q); shared with its cost. */
void bko__plan_service_at(const struct bko_plan_demand *demand, double reorder, double quantity,
                          struct bko_plan_service *service);
double bko__plan_quantile_of(const struct bko_plan_demand *demand, double probability);

#endif
