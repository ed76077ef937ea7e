/*
 * backorder/propose.h - what to order, of whom and when, and what the engine is to
 * be told of it; items most at risk. Pure functions over figures that the caller
 * has, as in plan.h, whose rules hold; counted demand comes from bko_demand_read.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BACKORDER_PROPOSE_H
#define BACKORDER_PROPOSE_H

#ifndef BKO_FFI_CDEF
#include "backorder/plan.h"
#ifdef __cplusplus
extern "C" {
#endif
#endif

/* ---- Learning from what the engine counted --------------------------------- */

/* Gives periods (of bko_demand_read, in their order) to a state: the units asked for,
 * accepted or refused, less those undone, at least 0. Where nothing could be sold for some of the
 * period and no refusal was counted in it, demand was at least that (BKO_PLAN_CENSORED); with
 * BKO_PLAN_ALL_COUNTED, for hosts that count every refusal, it was just that. Passed
 * over are periods that are not over (BKO_DEMAND_OPEN) and those before *next_ms,
 * which becomes the end of the last one taken: there the next read begins. Periods
 * before the first demand are as if they had not been. band: judged by each value
 * before the state takes it; NULL: none.
 * Returns: BKO_E_ARGUMENT for an unknown flag, figures below 0 or a stride that is too
 * small; those before the bad one were taken, and *next_ms says so. Since: 0.1. */
enum { BKO_PLAN_ALL_COUNTED = 1 };
struct bko_demand_period;
BKO_API int32_t bko_plan_learn(bko_plan_state *state, struct bko_plan_band *band,
                               const struct bko_demand_period *periods, size_t count,
                               uint32_t stride, uint32_t flags, int64_t *next_ms);

/* ---- A proposal ------------------------------------------------------------- */

enum { BKO_PLAN_SOURCES_MAX = 64 };

/* Somebody to buy from. Times are in periods. */
struct bko_plan_source {
	uint32_t struct_size;
	uint32_t reserved;
	double lead;     /* mean lead time, not negative */
	double lead_sd;  /* its standard deviation, not negative */
	double price;    /* of a unit; positive */
	double fixed;    /* cost of an order, not negative */
	double minimum;  /* units of an order at least, not negative */
	double maximum;  /* at most; 0: no bound, else not below the minimum */
	double multiple; /* orders are multiples of so many units; 0: 1 */
};

/* What is known of an item. */
struct bko_plan_need {
	uint32_t struct_size;
	uint32_t source_count;                 /* 1 to BKO_PLAN_SOURCES_MAX */
	uint32_t source_stride;                /* sizeof(struct bko_plan_source) */
	uint32_t reserved;                     /* 0 */
	const struct bko_plan_source *sources; /* lent */
	const bko_plan_state *state;           /* forecasts the demand; NULL: the next two do */
	double demand;                         /* a period, not negative */
	double demand_sd;                      /* not negative */
	double spread;      /* the state's variances are multiplied by it; 0: 1.3, as bands begin */
	double review;      /* periods until one looks again, not negative */
	double on_hand;     /* sellable units; not negative, as the next two */
	double incoming;    /* on order, whenever they come */
	double backordered; /* units owed to lines that wait */
	double service;     /* probability that nothing runs out before the next order comes; 0: the
	                     * costs decide */
	double holding;     /* cost of a unit in stock for a period, as a share of its price;
	                     * positive */
	double backorder;   /* cost of a unit short for a period; with service 0 positive, else not
	                     * looked at */
};

enum {
	BKO_PLAN_ORDER_NONE = 0,  /* no demand is expected */
	BKO_PLAN_ORDER_LATER = 1, /* in `by` periods */
	BKO_PLAN_ORDER_NOW = 2
};

/* What to do, and the figures it comes from. */
struct bko_plan_proposal {
	uint32_t struct_size;
	uint32_t order;       /* BKO_PLAN_ORDER_ */
	uint32_t source;      /* which of the need's sources */
	uint32_t kind;        /* distribution of demand that was taken, BKO_PLAN_POISSON ... */
	double quantity;      /* to order, now or then; 0 of ORDER_NONE */
	double by;            /* periods from now; 0 of ORDER_NOW and ORDER_NONE */
	double arrives;       /* periods from now, by + lead */
	double position;      /* on hand + incoming - backordered */
	double periods;       /* that an order must last: lead + review */
	double mean;          /* of the demand in these periods .. */
	double variance;      /* .. and its variance, that of the lead time included */
	double fractile;      /* probability aimed at: service, or b / (b + holding * price) */
	double reorder_point; /* order when the position is below it, or at it with a lot above 0 */
	double order_up_to;   /* the position after an order: reorder point + lot */
	double safety_stock;  /* reorder point - mean; below 0 where shortage is cheap */
	double lot;           /* economic order quantity; 0 where an order costs nothing */
	double covered;       /* P(demand in these periods <= position): if nothing were ordered */
	double shortage;      /* units short then, expected */
	double cost;          /* a period, by which the source was chosen */
};

/* Proposes an order. Demand over lead + review of each source is the state's total
 * (bko_plan_total, variance times spread) or demand and demand_sd for so many
 * independent periods, plus (mean / periods)^2 lead_sd^2; taken as negative binomial
 * where the variance exceeds the mean, else as Poisson, above a mean of 1e5 as normal.
 * Levels and quantities are whole. A quantity is what lifts the position to
 * order_up_to; of a later order, what is expected to do so then, at least a review's
 * demand; rounded up to the multiple, lifted to the minimum, cut to the maximum.
 * The source is the one of least cost, the first of equals:
 *   price d + fixed / c + h E[surplus] + b E[shortage] + b E[short until it comes] / c
 * with d = mean / periods, h = holding price, b = backorder (or h s / (1 - s)), surplus
 * and shortage at the reorder point over lead + review, short until it comes = what the
 * demand over the lead time alone exceeds the position by, c = periods between orders:
 * the quantity over d, at least the review, at least 1.
 * need->struct_size and proposal->struct_size must be set.
 * Source: Silver, Pyke & Peterson, chapter 7 (R, s, S); Snyder & Shen, chapters 3
 * and 4. Limits: items apart, no price breaks (bko_plan_eoq_discount), demand that does
 * not depend on the order. lead + review: above 0, at most BKO_PLAN_HORIZON_MAX.
 * Returns: BKO_E_STATE for a state that saw no period; BKO_E_ARGUMENT, BKO_E_RANGE.
 * Since: 0.1. */
BKO_API int32_t bko_plan_propose(const struct bko_plan_need *need,
                                 struct bko_plan_proposal *proposal);

/* What the engine is to be told: sets low_at to the reorder point (LOW_STOCK then says
 * that it is time to look) and lead_time_ms to lead + review (what is not ordered yet
 * comes that late), with their bits; other members stay. With BKO_PLAN_KEEP_SAFETY also
 * safety_stock (not below 0): units that the engine keeps back from sale, which guards
 * against losses and lowers the fill rate. policy->struct_size must be set. period_ms:
 * above 0. Returns: BKO_E_RANGE for figures beyond what a policy takes. Since: 0.1. */
enum { BKO_PLAN_KEEP_SAFETY = 1 };
struct bko_policy;
BKO_API int32_t bko_plan_policy(const struct bko_plan_proposal *proposal, int64_t period_ms,
                                uint32_t flags, struct bko_policy *policy);

/* ---- Items at risk ----------------------------------------------------------- */

/* An item, filled by the caller; probability and shortage are filled in. */
struct bko_plan_risk {
	uint32_t struct_size;
	uint32_t item;      /* the caller's; not looked at but where all else is equal */
	double stock;       /* there or due within the lead time, less what waits */
	double mean;        /* of the demand over the lead time, not negative .. */
	double variance;    /* .. and its variance, not negative */
	double price;       /* of a unit, not negative: what a shortage weighs */
	double probability; /* of running out: P(demand > stock) */
	double shortage;    /* units short, expected */
};

/* Judges `count` items and sorts them in place, the most likely to run out within
 * their lead time first; of equals the more expensive shortage (units times price),
 * then the lower item. Demand is taken as in bko_plan_propose. stride: bytes from one
 * item to the next, a multiple of 8; what lies behind an item is the caller's and moves
 * with it. struct_size of an item: 0, or sizeof the struct. Returns: after an error nothing was
 * moved. Since: 0.1. */
BKO_API int32_t bko_plan_risks(struct bko_plan_risk *array, size_t count, uint32_t stride);

#if !defined(BKO_FFI_CDEF) && defined(__cplusplus)
}
#endif
#endif
