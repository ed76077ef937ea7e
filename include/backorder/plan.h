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

#ifdef BKO_FFI_CDEF
#ifndef BKO_API
#define BKO_API
#endif
#else
#include "backorder/types.h"
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
	double shortage2; /* second order: E[max(D - x, 0)^2] / 2; of counts
	                   * E[max(D - x, 0) max(D - x - 1, 0)] / 2, between whole levels
	                   * on a straight line */
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
 * reorder. Limits: the order is placed exactly at the reorder level; empirical
 * demand is taken as continuous. Since: 0.1. */
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
 * r, so demand comes one by one; counts of a mean above 1e4 or a variance above
 * 100 times the mean are BKO_E_RANGE (use the normal). Since: 0.1. */
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
 * costs->rate is not looked at. work: 4 count doubles, lent; count is the widest
 * S - s that is looked at (1 to 4096). Returns: BKO_E_RANGE also if a better
 * policy may lie beyond that, for a mean above 1e4, and for a variance above 100
 * times the mean. Source: Veinott & Wagner 1965, Zheng & Federgruen 1991.
 * Since: 0.1. */
BKO_API int32_t bko_plan_ss_cost(const struct bko_plan_cost *costs,
                                 const struct bko_plan_demand *demand, double s, double S,
                                 double *work, size_t count, double *cost);
BKO_API int32_t bko_plan_ss_best(const struct bko_plan_cost *costs,
                                 const struct bko_plan_demand *demand, double *work, size_t count,
                                 double *s, double *S, double *cost);

/* ---- Forecasting --------------------------------------------------------- *
 *
 * A state is a few dozen to a few hundred bytes that the caller owns. It takes
 * one observation a period, keeps no history, and an update costs the same at
 * the millionth observation as at the first. Observations are within +-1e100;
 * of the kinds from BKO_PLAN_CROSTON to BKO_PLAN_SKU not negative. */

enum {
	BKO_PLAN_NAIVE = 1,                  /* the last value */
	BKO_PLAN_SEASONAL_NAIVE = 2,         /* the value one season ago */
	BKO_PLAN_MOVING_AVERAGE = 3,         /* the mean of the last `window` values */
	BKO_PLAN_SES = 4,                    /* simple exponential smoothing: alpha */
	BKO_PLAN_HOLT = 5,                   /* with a trend: alpha, beta */
	BKO_PLAN_DAMPED = 6,                 /* with a trend that dies out: alpha, beta, phi */
	BKO_PLAN_WINTERS_ADDITIVE = 7,       /* trend and seasonal sums: alpha, beta, gamma */
	BKO_PLAN_WINTERS_MULTIPLICATIVE = 8, /* trend and seasonal factors */
	BKO_PLAN_THETA = 9,                  /* SES with half the slope of a line: alpha */
	BKO_PLAN_CROSTON = 10,               /* size over interval: alpha, beta (intervals) */
	BKO_PLAN_SBA = 11,                   /* the same times 1 - beta / 2 */
	BKO_PLAN_SBJ = 12,                   /* the same times 1 - beta / (2 - beta) */
	BKO_PLAN_TSB = 13,                   /* size times chance: alpha, beta (chance) */
	BKO_PLAN_SKU = 14, /* default for many items: gated TSB or SES, 64 bytes */
	BKO_PLAN_AUTO = 15 /* bank of smoothers, season learnt as it goes */
};

enum {
	BKO_PLAN_SKU_SIZE = 64,    /* bytes of a state of BKO_PLAN_SKU */
	BKO_PLAN_STATE_MAX = 3008, /* bytes of the largest state there is */
	BKO_PLAN_SEASON_MAX = 53,  /* slots of a season, Winters and automatic */
	BKO_PLAN_WINDOW_MAX = 366, /* slots of a seasonal naive or moving average */
	BKO_PLAN_HORIZON_MAX = 1024
};

/* Flags of a method. */
enum { BKO_PLAN_START = 1 /* start_level and start_trend are given */ };

/* Choice of a method. Zero means the default. */
struct bko_plan_method {
	uint32_t struct_size;
	uint32_t kind;   /* BKO_PLAN_NAIVE ... */
	uint32_t season; /* periods of a season: 2 to BKO_PLAN_SEASON_MAX for the Winters
	                  * kinds, 1 (none) to that for the automatic one, 1 to
	                  * BKO_PLAN_WINDOW_MAX for the seasonal naive; must be given for
	                  * these, is not looked at for others */
	uint32_t window; /* moving average: 1 to BKO_PLAN_WINDOW_MAX; must be given */
	uint32_t flags;  /* BKO_PLAN_START: SES, Holt, damped and Theta only */
	uint32_t reserved;
	double alpha;       /* 0 to 1; 0: .2, Croston, SBA and SBJ .1, Holt to Winters .3 */
	double beta;        /* 0 to 1; 0: .1, TSB .2 */
	double gamma;       /* 0 to 1; 0: .2 */
	double phi;         /* 0 to 1; 0: .9 */
	double start_level; /* level and trend before the first observation */
	double start_trend;
};

typedef struct bko_plan_state bko_plan_state;

/* Bytes of a state of this method; a multiple of 8. Automatic: 1064 + 8 season;
 * no other kind has more than 80 + 16 season or 80 + 8 window.
 * Returns: BKO_E_ARGUMENT also for a season or window outside its range;
 * BKO_E_UNSUPPORTED for all kinds but BKO_PLAN_SKU if the library was built with
 * BKO_PLAN_SKU_ONLY.
 * Since: 0.1. */
BKO_API int32_t bko_plan_state_size(const struct bko_plan_method *method, size_t *size);

/* Starts a state in `size` bytes at `state`, aligned to 8.
 * Ownership: the memory stays the caller's; there is nothing to close.
 * Returns: BKO_E_BUFFER if size is too small, BKO_E_MISUSE if it is not
 * aligned, else as bko_plan_state_size. Sources: Brown 1959; Holt 1957; Gardner
 * & McKenzie 1985; Winters 1960, started as R's HoltWinters does it, from two
 * seasons; Assimakopoulos & Nikolopoulos 2000 as reduced by Hyndman & Billah
 * 2003; Croston 1972; Syntetos & Boylan 2005; Shale, Boylan & Johnston 2006;
 * Teunter, Syntetos & Babai 2011; classes by Syntetos, Boylan & Croston 2005.
 * SKU is SES at .2 for smooth demand and TSB at .2, .2 else, sizes above four
 * times the smoothed size cut to that. Automatic takes the one of 23 smoothers
 * with the least discounted error, blends it with its like on seasonally
 * adjusted values, and passes to TSB for slow movers. Limits: trends of the
 * past go on; what depends on price or promotion must be told by masks.
 * Since: 0.1. */
BKO_API int32_t bko_plan_state_init(bko_plan_state *state, size_t size,
                                    const struct bko_plan_method *method);

/* Flags of an observation. */
enum {
	BKO_PLAN_MASKED = 1,  /* outlier or promotion: time passes, nothing is learnt */
	BKO_PLAN_CENSORED = 2 /* out of stock: demand was at least this */
};

/* Takes the demand of the next period: what was sold plus what was refused or
 * backordered. A masked period is passed over: value must be finite and is not
 * used. A censored one can only raise the forecast: below it, it is passed over,
 * so that a period without stock is not read as no demand. Periods passed over
 * before the first observation are as if they had not been.
 * Returns: BKO_E_ARGUMENT for an unknown flag or a value outside the range
 * stated above. Since: 0.1. */
BKO_API int32_t bko_plan_observe(bko_plan_state *state, double value, uint32_t flags);

/* Expected demand of the next `horizon` (1 to BKO_PLAN_HORIZON_MAX) periods.
 * means: horizon doubles. Until two seasons are known, the seasonal kinds
 * answer without season: the Winters kinds as naive, the automatic one by its
 * plain bank; the seasonal naive as naive until one is known.
 * Returns: BKO_E_STATE if nothing was observed yet. Since: 0.1. */
BKO_API int32_t bko_plan_forecast(const bko_plan_state *state, uint32_t horizon, double *means);

/* Variance of the error of these forecasts:
 * mse (1 + sum over j < h of c_j^2), c_j = alpha (1 + beta (phi + .. + phi^j)),
 * plus gamma (1 - alpha) at whole seasons. Source: Hyndman, Koehler, Ord &
 * Snyder 2008, chapter 6. Limits: mse is that of one step, measured as it went
 * with a memory of some 50 periods and not widened for what the fit hides;
 * bko_plan_interval does that. Intermittent kinds are taken as SES.
 * Returns: as bko_plan_forecast. Since: 0.1. */
BKO_API int32_t bko_plan_variance(const bko_plan_state *state, uint32_t horizon, double *variances);

/* Mean and variance of the demand of the next `periods` together: what a lead
 * time plus a review needs. periods: above 0 to BKO_PLAN_HORIZON_MAX, whole or
 * not; a part of a period has that part of its demand. Errors of different
 * periods move together, so the variance is more than the sum of those of the
 * periods. For a lead time that varies add (mean / periods)^2 times its variance.
 * Limits: seasonal factors at their mean over the stretch; else as
 * bko_plan_variance. Returns: as bko_plan_forecast. Since: 0.1. */
BKO_API int32_t bko_plan_total(const bko_plan_state *state, double periods, double *mean,
                               double *variance);

/* The width of intervals, learnt from their hits and misses. */
struct bko_plan_band {
	uint32_t struct_size;
	uint32_t misses;  /* of `periods`; both stop counting at 2^32 - 1 */
	uint32_t periods; /* judged so far */
	uint32_t reserved;
	double coverage; /* share of periods that shall lie within */
	double spread;   /* what variances are multiplied by; 1.3 at the start */
};

/* Starts a band for a coverage (a probability); band->struct_size must be set.
 * Since: 0.1. */
BKO_API int32_t bko_plan_band_init(struct bko_plan_band *band, double coverage);

/* Judges a value by the interval of the next period, before bko_plan_observe
 * takes it: after a miss the spread grows, after a hit it shrinks a little, so
 * that in the long run the coverage comes out. Masked and censored periods are
 * passed over, and so is a state without observations. Source: stochastic
 * approximation of a quantile (Robbins & Monro 1951). Limits: spread stays
 * within .05 to 50. Since: 0.1. */
BKO_API int32_t bko_plan_band_observe(struct bko_plan_band *band, const bko_plan_state *state,
                                      double value, uint32_t flags);

/* Interval that holds the value of each of the next `horizon` periods with
 * probability `coverage`. band: NULL for a spread of 1.3. low, high: horizon
 * doubles. Normal; for the kinds from CROSTON on (the automatic one while it
 * takes the item for a slow mover) and means up to 10 quantiles of the
 * distribution that bko_plan_demand_fit chooses, whole numbers then. Low ends
 * are not below 0 where no negative value is possible or, automatic, was seen.
 * Returns: as bko_plan_forecast. Since: 0.1. */
BKO_API int32_t bko_plan_interval(const bko_plan_state *state, const struct bko_plan_band *band,
                                  double coverage, uint32_t horizon, double *low, double *high);

/* Demand classes. */
enum {
	BKO_PLAN_UNKNOWN = 0,      /* fewer than two sales seen, or not counted by the kind */
	BKO_PLAN_SMOOTH = 1,       /* often, and alike */
	BKO_PLAN_INTERMITTENT = 2, /* seldom, and alike: mean interval at least 1.32 */
	BKO_PLAN_ERRATIC = 3,      /* often, of uneven size: cv2 at least .49 */
	BKO_PLAN_LUMPY = 4         /* seldom and uneven */
};

/* Class of a mean interval between sales (at least 1) and a squared coefficient
 * of variation of their sizes (not negative). Source: Syntetos, Boylan & Croston
 * 2005. Since: 0.1. */
BKO_API int32_t bko_plan_classify(double interval, double cv2, uint32_t *demand_class);

/* What a state knows, for explanations. */
struct bko_plan_reading {
	uint32_t struct_size;
	uint32_t kind;         /* of the state */
	uint32_t answers;      /* kind that answers now: automatic and SKU choose one */
	uint32_t demand_class; /* BKO_PLAN_SMOOTH ...; intermittent kinds, SKU, automatic */
	uint32_t periods;      /* seen since the first observation */
	uint32_t sales;        /* of these, with a value other than 0 */
	uint32_t season;       /* slots; 0: none */
	uint32_t ended;        /* 1: end of life */
	double level;          /* demand a period now, without season */
	double trend;          /* its change from period to period */
	double error;          /* mean squared error of one step */
	double interval;       /* mean periods between sales; 0: not known */
	double cv2;            /* of the sizes; 0: not known */
	double seasonal;       /* automatic: weight of the season, 0 to 1 */
};

/* Fills in a reading; reading->struct_size must be set. Since: 0.1. */
BKO_API int32_t bko_plan_state_read(const bko_plan_state *state, struct bko_plan_reading *reading);

/* Marks the end of life of an item (1), or takes the mark off (0): forecasts,
 * variances and intervals are 0 while it is on; observations go on. Since: 0.1. */
BKO_API int32_t bko_plan_state_end(bko_plan_state *state, uint32_t ended);

/* Starts a state from that of a like item: the same kind, season and figures,
 * demand times `scale` (positive, at most 1e6). `periods` (at least 1): as how
 * many periods of its own the borrowed experience counts; SKU and intermittent
 * kinds only, others take theirs over. `size` as bko_plan_state_init. The mark of
 * end of life is not taken over. Limits: the new item is taken to differ in
 * volume alone.
 * Returns: BKO_E_STATE if nothing was observed in `like` yet, BKO_E_BUFFER.
 * Since: 0.1. */
BKO_API int32_t bko_plan_state_like(bko_plan_state *state, size_t size, const bko_plan_state *like,
                                    double scale, uint32_t periods);

/* Saves a state as exactly as many bytes as it has in memory, the same on every
 * platform. *size: bytes written, or needed if BKO_E_BUFFER. Since: 0.1. */
BKO_API int32_t bko_plan_state_save(const bko_plan_state *state, void *bytes, size_t capacity,
                                    size_t *size);

/* Loads saved bytes into `room` bytes at `state`, aligned to 8; size bytes are
 * enough room. The bytes carry no checksum: the place they are kept in does.
 * Returns: BKO_E_CORRUPT for bytes that no state has, BKO_E_FORMAT for those of
 * a newer release, BKO_E_BUFFER if room is less than size. What loads without
 * error is safe to use. Since: 0.1. */
BKO_API int32_t bko_plan_state_load(bko_plan_state *state, size_t room, const void *bytes,
                                    size_t size);

/* The same for a band: 32 bytes. Since: 0.1. */
BKO_API int32_t bko_plan_band_save(const struct bko_plan_band *band, void *bytes, size_t capacity,
                                   size_t *size);
BKO_API int32_t bko_plan_band_load(struct bko_plan_band *band, const void *bytes, size_t size);

#if !defined(BKO_FFI_CDEF) && defined(__cplusplus)
}
#endif
#endif
