/*
 * backorder/plan.h - forecasts, safety stock, replenishment.
 *
 * Pure functions and small states that the caller owns: no engine, no
 * allocation, no clock, nothing global. Usable alone, with libm.
 *
 * RULES OF THIS HEADER, beside those of types.h.
 *
 * - Figures are double. Demand is in units per period; the period is the
 *   caller's (a day, a week, a month), one and the same for every argument of
 *   a call. Money is in the caller's currency.
 * - BKO_E_MISUSE: a required pointer is NULL. BKO_E_ARGUMENT: a figure is NaN
 *   or infinite, lies outside the range stated at the argument, or a kind or
 *   flag is unknown. BKO_E_RANGE: the arguments are good but the result is not
 *   finite, or a bounded search would be too long. BKO_E_STRUCT_SIZE and
 *   BKO_E_STRUCT_NEWER as in types.h. A function names only what it adds to
 *   these. After an error the outputs are as they were.
 * - "Probability" means greater than 0 and less than 1. "Positive" excludes 0.
 * - Closed forms are good to 1e-12 relative, searches to 1e-9, distributions
 *   of counts to 1e-10.
 * - Threads: any for functions without a state; a state is used by one thread
 *   at a time.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BACKORDER_PLAN_H
#define BACKORDER_PLAN_H

#ifndef BKO_FFI_CDEF
#include <backorder/types.h>
#ifdef __cplusplus
extern "C" {
#endif
#endif

/* ---- The standard normal distribution ----------------------------------- */

/* P(Z <= z). Source: the complementary error function of libm, tail by tail,
 * so that small probabilities keep their digits. Since: 0.1. */
BKO_API int32_t bko_plan_normal_cdf(double z, double *probability);

/* The z with P(Z <= z) = probability, exact to some 1e-15 from 1e-300 up.
 * probability: a probability. Source: Abramowitz & Stegun 26.2.23 as the
 * start, then Halley steps on the function above. Since: 0.1. */
BKO_API int32_t bko_plan_normal_quantile(double probability, double *z);

/* Loss E[max(Z - z, 0)], and second-order loss E[max(Z - z, 0)^2] / 2.
 * Source: Snyder & Shen, Fundamentals of Supply Chain Theory, appendix C.
 * Since: 0.1. */
BKO_API int32_t bko_plan_normal_loss(double z, double *loss);
BKO_API int32_t bko_plan_normal_loss2(double z, double *loss);

/* The z at which the loss has this value. loss: positive. Source: Newton
 * steps, the loss being convex; exact to 1e-12. Since: 0.1. */
BKO_API int32_t bko_plan_normal_loss_inverse(double loss, double *z);

/* ---- Demand as a distribution ------------------------------------------- */

enum {
	BKO_PLAN_NORMAL = 1,            /* mean and variance */
	BKO_PLAN_POISSON = 2,           /* mean; variance is ignored */
	BKO_PLAN_NEGATIVE_BINOMIAL = 3, /* mean and a variance above it */
	BKO_PLAN_EMPIRICAL = 4,         /* values, with weights or all alike */
	BKO_PLAN_LOGNORMAL = 5          /* mean and variance of the logarithm */
};

/* Demand during some stretch of time: a period, a lead time, a lead time plus
 * a review. */
struct bko_plan_demand {
	uint32_t struct_size;
	uint32_t kind;         /* BKO_PLAN_NORMAL ... */
	double mean;           /* not negative; of counts at most 1e5 */
	double variance;       /* not negative; of counts at most 1e4 times the mean */
	const double *values;  /* empirical: ascending, lent */
	const double *weights; /* empirical: not negative, sum positive; NULL: all alike */
	size_t count;          /* empirical: 1 to 2^24 */
	size_t reserved;
};

/* What a stock level x is worth against a demand D. */
struct bko_plan_level {
	uint32_t struct_size;
	uint32_t reserved;
	double below;     /* P(D < x) */
	double covered;   /* P(D <= x) */
	double shortage;  /* E[max(D - x, 0)] */
	double surplus;   /* E[max(x - D, 0)] */
	double shortage2; /* second order: E[max(D - x, 0)^2] / 2; of counts, x whole:
	                   * E[max(D - x, 0) max(D - x - 1, 0)] / 2 */
};

/* Chooses a distribution for counted demand of this mean and variance, both
 * not negative: normal above a mean of 10; else negative binomial, moment
 * matched, where the variance exceeds the mean; else Poisson. Source: moment
 * matching; see Syntetos, Babai & Altay 2012 for slow movers. Limits: a
 * variance below the mean is raised to it (Poisson); one above 1e4 times the
 * mean is lowered to that. demand->struct_size must be set. Since: 0.1. */
BKO_API int32_t bko_plan_demand_fit(double mean, double variance, struct bko_plan_demand *demand);

/* Fills in what the stock level x is worth; level->struct_size must be set.
 * Source: definitions; counts are summed term by term in both tails, normal
 * and lognormal use closed forms (Snyder & Shen, appendix C). Limits: x within
 * +-1e9 for counts. Since: 0.1. */
BKO_API int32_t bko_plan_demand_at(const struct bko_plan_demand *demand, double x,
                                   struct bko_plan_level *level);

/* The smallest x with P(D <= x) >= probability. Since: 0.1. */
BKO_API int32_t bko_plan_demand_quantile(const struct bko_plan_demand *demand, double probability,
                                         double *x);

/* ---- Safety stock and service -------------------------------------------- */

/* Demand and the time it must be covered for, in periods. */
struct bko_plan_lead {
	uint32_t struct_size;
	uint32_t reserved;
	double demand;    /* mean per period, not negative */
	double demand_sd; /* standard deviation per period, not negative */
	double lead;      /* mean lead time, not negative */
	double lead_sd;   /* standard deviation of the lead time, not negative */
	double review;    /* time between two looks at the stock; 0: always watched */
};

/* Mean and standard deviation of the demand over lead time plus review T:
 * d T and sqrt(T sd_d^2 + d^2 sd_L^2). Source: Silver, Pyke & Peterson,
 * chapter 7; Snyder & Shen, chapter 4. Limits: demand of different periods and
 * the lead time are taken as independent. Since: 0.1. */
BKO_API int32_t bko_plan_lead_demand(const struct bko_plan_lead *lead, double *mean, double *sd);

/* Safety stock z sd for a cycle service (the probability of no stock-out in a
 * cycle), and the level at which to order, mean + z sd; with review > 0 that is
 * the order-up-to level of periodic review. Source: as above. Limits: demand
 * over the lead time is taken as normal; below a service of .5 the safety
 * stock is negative. service: a probability. Since: 0.1. */
BKO_API int32_t bko_plan_safety_stock(const struct bko_plan_lead *lead, double service,
                                      double *stock);
BKO_API int32_t bko_plan_reorder_point(const struct bko_plan_lead *lead, double service,
                                       double *level);

/* Service of "at the level `reorder` order `quantity`" against the demand over
 * the lead time. */
struct bko_plan_service {
	uint32_t struct_size;
	uint32_t reserved;
	double cycle;      /* probability of no stock-out in a cycle, P(D <= reorder) */
	double fill;       /* share of demand served from stock, exact for backorders */
	double fill_type2; /* the same by the usual short formula, 1 - shortage/quantity */
	double shortage;   /* units short in a cycle (short formula) */
	double backorders; /* units backordered, mean over time */
	double on_hand;    /* units on hand, mean over time */
};

/* Source: Zipkin, Foundations of Inventory Management, chapter 6; Silver,
 * Pyke & Peterson, chapter 7. quantity: positive, for counts whole as is
 * reorder. Limits: empirical and lognormal demand is BKO_E_UNSUPPORTED.
 * Since: 0.1. */
BKO_API int32_t bko_plan_service_of(const struct bko_plan_demand *lead, double reorder,
                                    double quantity, struct bko_plan_service *service);

enum {
	BKO_PLAN_FILL_TYPE2 = 0, /* the short formula, 1 - shortage/quantity */
	BKO_PLAN_FILL_EXACT = 1  /* less the shortage left over from the last cycle */
};

/* The lowest reorder level that reaches a fill rate with this quantity; a whole
 * number for counts. fill: a probability; quantity: positive. Source: as
 * bko_plan_service_of, solved by bisection. Limits: as there. Since: 0.1. */
BKO_API int32_t bko_plan_fill_level(const struct bko_plan_demand *lead, double quantity,
                                    double fill, uint32_t formula, double *reorder);

/* ---- Order quantities ---------------------------------------------------- */

/* Economic order quantity and its cost a period, and the cost of another
 * quantity: fixed = cost of an order, holding = cost of a unit for a period,
 * rate = demand a period; all positive. Source: Harris 1913. Limits: steady,
 * known demand. Since: 0.1. */
BKO_API int32_t bko_plan_eoq(double fixed, double holding, double rate, double *quantity,
                             double *cost);
BKO_API int32_t bko_plan_eoq_cost(double fixed, double holding, double rate, double quantity,
                                  double *cost);

/* With planned backorders at `backorder` (positive) a unit and period: quantity,
 * share of demand backordered, cost. Source: Snyder & Shen, chapter 3.
 * Since: 0.1. */
BKO_API int32_t bko_plan_eoq_backorder(double fixed, double holding, double backorder, double rate,
                                       double *quantity, double *share, double *cost);

/* Economic production quantity: stock fills at `production` units a period,
 * which exceeds rate. Source: Snyder & Shen, chapter 3. Since: 0.1. */
BKO_API int32_t bko_plan_epq(double fixed, double holding, double rate, double production,
                             double *quantity, double *cost);
BKO_API int32_t bko_plan_epq_cost(double fixed, double holding, double rate, double production,
                                  double quantity, double *cost);

enum {
	BKO_PLAN_ALL_UNITS = 0,  /* the price of a bracket holds for the whole order */
	BKO_PLAN_INCREMENTAL = 1 /* ... for the units within the bracket */
};

/* Order quantity under price breaks, and its cost a period, price included.
 * from: `count` (1 to 64) ascending quantities, the first 0; price: one for
 * each, positive; holding_rate: holding cost as a share of the price. Source:
 * Snyder & Shen, chapter 3. Since: 0.1. */
BKO_API int32_t bko_plan_eoq_discount(double fixed, double holding_rate, double rate,
                                      const double *from, const double *price, size_t count,
                                      uint32_t kind, double *quantity, double *cost);

/* With a supplier that is out of service now and then: exponential times, `fail`
 * failures and `recover` recoveries a period (positive), backorder = cost of a
 * unit lost. Source: Berk & Arreola-Risa 1994 in Snyder & Shen, chapter 9,
 * minimised by bisection of the slope. Limits: what is not on hand is lost.
 * Since: 0.1. */
BKO_API int32_t bko_plan_eoq_disruption(double fixed, double holding, double backorder, double rate,
                                        double fail, double recover, double *quantity,
                                        double *cost);

/* Lot sizes for known, uneven demand of `count` (1 to 4096) periods, each not
 * negative: orders[t] is what to order for period t on. work: 2 (count + 1)
 * doubles, lent. Source: Wagner & Whitin 1958. Limits: no first stock, holding
 * is charged on stock at the end of a period. Since: 0.1. */
BKO_API int32_t bko_plan_lots(double fixed, double holding, const double *demand, size_t count,
                              double *work, double *orders, double *cost);

/* ---- Stock levels by cost ------------------------------------------------ */

/* Newsvendor: the level with the least expected cost of surplus (`holding` a
 * unit) and shortage (`backorder` a unit), both positive, and the cost of any
 * level. It is also the base-stock level, with the demand over lead time plus
 * one period. Source: Arrow, Harris & Marschak 1951; Snyder & Shen,
 * chapter 4. Since: 0.1. */
BKO_API int32_t bko_plan_newsvendor(double holding, double backorder,
                                    const struct bko_plan_demand *demand, double *level,
                                    double *cost);
BKO_API int32_t bko_plan_newsvendor_cost(double holding, double backorder,
                                         const struct bko_plan_demand *demand, double level,
                                         double *cost);

/* The same for steady demand (`rate` a period, positive) and a supplier that
 * fails in a period with probability `fail` and recovers with `recover`.
 * Source: Snyder & Shen, chapter 9. Limits: 1e4 periods out of service at
 * most. Since: 0.1. */
BKO_API int32_t bko_plan_newsvendor_disruption(double holding, double backorder, double rate,
                                               double fail, double recover, double *level,
                                               double *cost);
BKO_API int32_t bko_plan_newsvendor_disruption_cost(double holding, double backorder, double rate,
                                                    double fail, double recover, double level,
                                                    double *cost);

/* Costs of a replenishment policy. backorder is the cost of a unit backordered
 * for a period, save where a function says otherwise. */
struct bko_plan_cost {
	uint32_t struct_size;
	uint32_t reserved;
	double fixed;     /* of an order; positive */
	double holding;   /* of a unit for a period; positive */
	double backorder; /* positive */
	double rate;      /* mean demand a period; positive */
};

/* (r, Q): whenever the stock position reaches r, order Q. `lead` is the demand
 * over the lead time: normal, Poisson or negative binomial, else
 * BKO_E_UNSUPPORTED; for counts r and Q are whole.
 *
 * _cost: mean cost a period. _level: the best r for a given Q. _best: the best
 * r and Q. Source: Hadley & Whitin 1963, Zheng 1992, Federgruen & Zheng 1992;
 * Snyder & Shen, chapter 5. Limits: the order is placed exactly at
 * r, so demand comes one by one. Since: 0.1. */
BKO_API int32_t bko_plan_rq_cost(const struct bko_plan_cost *costs,
                                 const struct bko_plan_demand *lead, double r, double q,
                                 double *cost);
BKO_API int32_t bko_plan_rq_level(const struct bko_plan_cost *costs,
                                  const struct bko_plan_demand *lead, double q, double *r);
BKO_API int32_t bko_plan_rq_best(const struct bko_plan_cost *costs,
                                 const struct bko_plan_demand *lead, double *r, double *q,
                                 double *cost);

/* Approximations of the above for normal demand (else BKO_E_UNSUPPORTED).
 * _shortage: backorder is paid once a unit short, whatever its wait; alternates
 * between Q and r until they stay; cost by the expected-inventory-level
 * formula; shortage = units short in a cycle. Limits: BKO_E_RANGE where
 * backordering everything would be cheaper (Q holding >= backorder rate).
 * _eoqb: Q as with planned backorders, then the best r. _eoqss: Q by EOQ, r by
 * the newsvendor fractile. Source: Hadley & Whitin 1963; Nahmias, Production
 * and Operations Analysis, chapter 5; Snyder & Shen, chapter 4.
 * Since: 0.1. */
BKO_API int32_t bko_plan_rq_shortage(const struct bko_plan_cost *costs,
                                     const struct bko_plan_demand *lead, double *r, double *q,
                                     double *shortage, double *cost);
BKO_API int32_t bko_plan_rq_eoqb(const struct bko_plan_cost *costs,
                                 const struct bko_plan_demand *lead, double *r, double *q);
BKO_API int32_t bko_plan_rq_eoqss(const struct bko_plan_cost *costs,
                                  const struct bko_plan_demand *lead, double *r, double *q);

/* (s, S): at each review, if the position is at or below s, order up to S.
 *
 * _power: the power approximation, for demand of mean costs->rate and standard
 * deviation demand_sd (positive) a period, and `lead` periods of lead time (not
 * negative). Source: Ehrhardt & Mosier 1984; Snyder & Shen, chapter 4. Limits:
 * fitted for S - s above 1.5 mean demands; below that it is rougher.
 * Since: 0.1. */
BKO_API int32_t bko_plan_ss_power(const struct bko_plan_cost *costs, double demand_sd, double lead,
                                  double *s, double *S);

/* _cost and _best: exact for counted demand of one period (Poisson or negative
 * binomial, else BKO_E_UNSUPPORTED), orders arriving at once. s < S, whole;
 * costs->rate is not looked at. work: 2 count doubles, lent; count is
 * the widest S - s that is looked at (1 to 4096), and a better policy beyond it
 * is BKO_E_RANGE. Source: Veinott & Wagner 1965, Zheng & Federgruen 1991.
 * Since: 0.1. */
BKO_API int32_t bko_plan_ss_cost(const struct bko_plan_cost *costs,
                                 const struct bko_plan_demand *demand, double s, double S,
                                 double *work, size_t count, double *cost);
BKO_API int32_t bko_plan_ss_best(const struct bko_plan_cost *costs,
                                 const struct bko_plan_demand *demand, double *work, size_t count,
                                 double *s, double *S, double *cost);
#if !defined(BKO_FFI_CDEF) && defined(__cplusplus)
}
#endif
#endif
