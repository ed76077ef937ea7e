/*
 * backorder/stock.h - policies, stock and supply: what a merchant and a
 * warehouse change. Included by backorder/backorder.h, whose words it uses.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BACKORDER_STOCK_H
#define BACKORDER_STOCK_H

#ifndef BKO_FFI_CDEF
#include "backorder/backorder.h"
#ifdef __cplusplus
extern "C" {
#endif
#endif

/* ---- Policy --------------------------------------------------------------- */

enum { BKO_SELL_STOCK = 0, BKO_SELL_BACKORDER = 1, BKO_SELL_UNTRACKED = 2 };
enum { BKO_LIFE_ACTIVE = 0, BKO_LIFE_PHASE_OUT = 1, BKO_LIFE_DISCONTINUED = 2 };
enum { BKO_LIMIT_NUMBER = 0, BKO_LIMIT_NONE = 1 };
/* Who is served first, rank being (epoch, band, time, sequence):
 * CLASS band = class of the order (default); FIFO one band; DUE time = need-by,
 * none last; AGED time = placed less head_start_ms for each class below 7;
 * HOST time = rank_ms of the order. Changing it begins a new epoch: lines
 * already placed stay ahead. */
enum {
	BKO_QUEUE_CLASS = 0,
	BKO_QUEUE_FIFO = 1,
	BKO_QUEUE_DUE = 2,
	BKO_QUEUE_AGED = 3,
	BKO_QUEUE_HOST = 4
};

/* Bits of bko_policy.set: which members are given; the rest inherit. */
enum {
	BKO_SET_SELLING = 1 << 0,
	BKO_SET_LIFE = 1 << 1,
	BKO_SET_SELLS = 1 << 2,
	BKO_SET_DISCIPLINE = 1 << 3,
	BKO_SET_LIMIT = 1 << 4,
	BKO_SET_ORDER_LIMIT = 1 << 5,
	BKO_SET_LIMIT_TO_INCOMING = 1 << 6,
	BKO_SET_SWITCH = 1 << 7,
	BKO_SET_LOW_AT = 1 << 8,
	BKO_SET_SAFETY_STOCK = 1 << 9,
	BKO_SET_SELL_FROM = 1 << 10,
	BKO_SET_RELEASE_AT = 1 << 11,
	BKO_SET_RESTOCK_AT = 1 << 12,
	BKO_SET_HORIZON = 1 << 13,
	BKO_SET_LEAD_TIME = 1 << 14,
	BKO_SET_HANDLING = 1 << 15,
	BKO_SET_QUANTUM = 1 << 16,
	BKO_SET_MAX_PASSES = 1 << 17,
	BKO_SET_HOLD_PLACE = 1 << 18,
	BKO_SET_HEAD_START = 1 << 19
};

/* Library defaults in brackets. A member counts only if its bit is set. */
struct bko_policy {
	uint32_t struct_size;
	uint32_t set;        /* BKO_SET_ bits */
	uint32_t selling;    /* BKO_SELL_ [STOCK] */
	uint32_t life;       /* BKO_LIFE_ [ACTIVE]. PHASE_OUT sells what is open, buffered or
	                      * incoming, then counts as discontinued */
	uint32_t sells;      /* 0 or 1 [1]: 0 sells nothing here, still serves */
	uint32_t discipline; /* BKO_QUEUE_ [CLASS] */
	uint32_t limit_kind; /* BKO_LIMIT_ [NONE], bit LIMIT: units accepted for later and still
	                      * owed at the position, live holds included */
	uint32_t order_limit_kind; /* [NONE], bit ORDER_LIMIT: the same for one order and item */
	int64_t limit;
	int64_t order_limit;
	uint32_t limit_to_incoming; /* 0 or 1 [0]: no more for later than supplies not overdue,
	                             * dated within the horizon */
	uint32_t switch_on; /* 0 or 1 [0], bit SWITCH: units may be accepted for later only while
	                     * the position's switch is set: set by a step that leaves
	                     * available_now <= switch_at, cleared at >= switch_back_at */
	int64_t switch_at;
	int64_t switch_back_at;       /* > switch_at; 0: switch_at + 1 */
	int64_t low_at;               /* [0] LOW_STOCK at 0 < now <= low_at */
	int64_t safety_stock;         /* [0] raising it takes open units at once, lowering it opens
	                               * the buffer; none while phasing out */
	uint32_t safety_guards_queue; /* 0 or 1 [0], bit SAFETY_STOCK: fill the buffer before the
	                                 queue */
	uint32_t handling_days;       /* [0] working days, up to 366 */
	int64_t sell_from_ms;         /* [0 = none] refused before it */
	int64_t release_at_ms; /* [0 = none] PREORDER before it: accepted under the limits, may be
	                        * allocated, never ships */
	int64_t restock_at_ms; /* [0 = none] what the merchant says when nothing else tells */
	int64_t horizon_ms;    /* [0 = none] a promise further than this from max(now, need-by) is
	                        * refused, UNKNOWN counting as beyond */
	int64_t lead_time_ms;  /* [0 = none] */
	int64_t quantum;       /* [1] quantities are multiples of it */
	int64_t hold_place_ms; /* [1 hour] a hold confirmed within it keeps its place */
	int64_t head_start_ms; /* [1 day] of AGED, for each class */
	uint32_t max_passes;   /* [8] for groups, later */
	uint32_t reserved;
};

/* Where a policy applies: position before item before defaults. A name that the scope
 * does not have is BKO_E_ARGUMENT. */
enum { BKO_SCOPE_DEFAULTS = 0, BKO_SCOPE_ITEM = 1, BKO_SCOPE_POSITION = 2 };
struct bko_policy_row {
	uint32_t struct_size;
	uint32_t scope;           /* BKO_SCOPE_ */
	struct bko_span item;     /* of ITEM and POSITION */
	struct bko_span location; /* of POSITION; empty: the default location */
	const struct bko_policy *policy;
	const void *reserved;
};

/* Sets policies, each row a change of its own: statuses[i] is its result, and
 * the call goes on after a row that fails. An ITEM row defines the item if it is
 * new, a POSITION row the position (of a defined item); members whose bit is
 * clear inherit, so a row replaces what was set at its scope before. DEFAULTS are one
 * row, however many items there are: a position follows, and moves its units, when it
 * is next touched, before anything else happens there. Setting
 * what is set already commits nothing. Idempotent, so it takes no id.
 * Returns: BKO_OK if every row was, else the first failing row's status
 * (BKO_E_ARGUMENT a member out of bounds, BKO_E_NOT_FOUND a position of an
 * undefined item); a store failure ends the call, later statuses are then
 * BKO_E_STATE. Since: 0.1. */
BKO_API int32_t bko_policy_set(bko_engine *engine, int64_t now_ms,
                               const struct bko_policy_row *rows, size_t count, uint32_t stride,
                               int32_t *statuses);

/* Limits across positions: units accepted for later and still owed, live holds
 * included, of an item, a customer or a channel. Counted from the setting on;
 * units accepted before stay outside. Lowering one breaks no accepted order.
 * limit_kind BKO_LIMIT_NONE keeps counting without a bound.
 * Returns: BKO_E_ARGUMENT, BKO_E_RANGE, as any change. Since: 0.1. */
enum { BKO_LIMIT_ITEM = 1, BKO_LIMIT_CUSTOMER = 2, BKO_LIMIT_CHANNEL = 3 };
struct bko_limit {
	uint32_t struct_size;
	uint32_t of; /* BKO_LIMIT_ITEM .. */
	struct bko_span id;
	uint32_t limit_kind; /* BKO_LIMIT_NUMBER or BKO_LIMIT_NONE */
	uint32_t reserved;
	int64_t limit;
	int64_t used; /* filled by bko_limit_read */
};
BKO_API int32_t bko_limit_set(bko_engine *engine, int64_t now_ms, const struct bko_limit *limit);
/* Fills kind, limit and used of the limit that `of` and `id` name, as of now_ms.
 * Returns: BKO_E_NOT_FOUND. Since: 0.1. */
BKO_API int32_t bko_limit_read(bko_engine *engine, int64_t now_ms, struct bko_limit *limit);

/* The calendar of a location, used in promises. Day numbers count from
 * 1970-01-01 local. Since: 0.1. */
struct bko_calendar {
	uint32_t struct_size;
	uint32_t working_days;      /* bit 0 Monday .. bit 6 Sunday; 0: no calendar (removes it) */
	int32_t utc_offset_minutes; /* -1440 .. 1440 */
	uint32_t cutoff_minutes;    /* local, after midnight; ready later counts as the next working
	                             * day;    0: 1440, no cut-off */
	const int32_t *holidays;    /* ascending day numbers */
	size_t holiday_count;       /* up to BKO_HOLIDAYS_MAX */
};
BKO_API int32_t bko_location_set(bko_engine *engine, int64_t now_ms,
                                 const struct bko_span *location,
                                 const struct bko_calendar *calendar);

/* ---- Counting demand ------------------------------------------------------- */

/* Has demand counted from now on, for forecasts (backorder/propose.h): in the same
 * step that accepts units, in one row a position and period. Off at first.
 * Counted as accepted: units of an order when it is placed, of a hold when it is
 * confirmed, what an amendment adds, a forced sale of no order; each at the position
 * that gives them or where they wait. As refused: of a placing with
 * BKO_OP_COUNT_REFUSED, at the line's first candidate: of a part what could not be
 * had, of an order that was refused the whole. As undone: units cancelled, amended
 * away or returned, in the period in which that happens. Only positions that exist
 * count; a figure stops at the largest quantity. A trip more is
 * needed where a period's row was not foreseen, and at the first row of a period.
 * period_ms 0 ends it; what was counted stays until pruned. After a change of
 * period_ms or begin_ms what was counted before is no longer read.
 * Returns: BKO_E_ARGUMENT (period, keep), BKO_E_RANGE, as any change. Since: 0.1. */
enum { BKO_DEMAND_KEEP_MAX = 1024 };
struct bko_demand_setting {
	uint32_t struct_size;
	uint32_t keep; /* periods kept, the present one included: 2 to BKO_DEMAND_KEEP_MAX; 0: 64.
	                * Older ones go as new ones come, and by bko_engine_prune */
	int64_t period_ms; /* 0: off; else a minute to 366 days */
	int64_t begin_ms;  /* periods begin then and at whole periods before and after */
};
BKO_API int32_t bko_demand_set(bko_engine *engine, int64_t now_ms,
                               const struct bko_demand_setting *setting);

/* ---- Stock ---------------------------------------------------------------- */

/* Takes units in; op->id is the receipt's id, the subject the position, which is
 * created if new (its item must be defined). They serve the queue in rank order,
 * then fill the buffer, then are open. A receipt that names a supply lowers
 * what is still expected of it (outcome.asked: by how much); receiving more than
 * expected is normal.
 * `lot` is kept for later, and must be empty.
 * Returns: BKO_E_NOT_FOUND (item, supply), BKO_E_ARGUMENT, BKO_E_RANGE.
 * Since: 0.1. */
struct bko_receipt {
	uint32_t struct_size;
	uint32_t last; /* 1: nothing more comes of this supply, the rest is closed short */
	struct bko_span item, location;
	struct bko_span supply; /* empty: none */
	struct bko_span lot;
	int64_t quantity; /* 1 or more; 0 only with `last` */
};
BKO_API int32_t bko_stock_receive(bko_engine *engine, const struct bko_op *op,
                                  const struct bko_receipt *receipt, struct bko_outcome *outcome);

/* Takes a receipt back, once, while so many units are open (or buffered). By as
 * much as its supply expected less for it, that is expected again: a supply that
 * was complete, or closed, is open anew, undated until bko_supply_set dates it.
 * What `last` closed short stays closed.
 * Returns: BKO_E_NOT_FOUND, BKO_E_STATE (reversed already), BKO_E_INSUFFICIENT
 * (its units are no longer open), BKO_E_TOO_LARGE (a supply more than
 * BKO_SUPPLIES_MAX), BKO_E_RANGE. Since: 0.1. */
struct bko_reversal {
	uint32_t struct_size;
	uint32_t reserved;
	struct bko_span item, location, receipt;
};
BKO_API int32_t bko_stock_reverse(bko_engine *engine, const struct bko_op *op,
                                  const struct bko_reversal *reversal, struct bko_outcome *outcome);

/* Changes what is physically there. An empty bucket name means sellable units
 * (free + allocated).
 * COUNT: `quantity` units were counted in the bucket. Carries the physical
 *   revision that the counter saw (outcome.revision, bko_position.revision):
 *   older than the position's is BKO_E_STALE. Sales do not change it; counts,
 *   adjustments, receipts, shipments, returns and transfers do.
 * CHANGE: `quantity` units more, or less if negative.
 * MOVE: `quantity` units from `bucket` to `to_bucket`.
 * FEED: an absolute figure of sellable units from `source` (an ERP, say), applied
 *   as the difference to that source's previous figure; its first figure counts
 *   as a difference to what is there.
 * Less than there is takes open, kept, buffer, live holds (worst rank first),
 * unpicked units by worst rank, then picked ones; what it takes from lines is
 * backordered outside the limit and keeps its rank. More serves the queue. If
 * lines lose units, the position ships and serves nothing until the chain that
 * finds them is through (outcome.flags SERVING; tick goes on).
 * Returns: BKO_E_STALE, BKO_E_INSUFFICIENT (a bucket would be negative),
 * BKO_E_ARGUMENT (no reason given), BKO_E_NOT_FOUND, BKO_E_TOO_LARGE (buckets).
 * Since: 0.1. */
enum { BKO_ADJUST_COUNT = 1, BKO_ADJUST_CHANGE = 2, BKO_ADJUST_MOVE = 3, BKO_ADJUST_FEED = 4 };
struct bko_adjustment {
	uint32_t struct_size;
	uint32_t kind; /* BKO_ADJUST_ */
	struct bko_span item, location;
	struct bko_span bucket, to_bucket; /* up to BKO_REASON_TEXT_MAX bytes */
	struct bko_span source;            /* of FEED; up to BKO_REASON_TEXT_MAX bytes */
	struct bko_span reason;            /* required; up to BKO_REASON_TEXT_MAX bytes */
	int64_t quantity;
	uint64_t revision; /* of COUNT */
};
BKO_API int32_t bko_stock_adjust(bko_engine *engine, const struct bko_op *op,
                                 const struct bko_adjustment *adjustment,
                                 struct bko_outcome *outcome);

/* A forced sale at a till: the goods are in the customer's hand. One step that
 * serves nobody in between and ships at once: units from open, then buffer, then
 * (`taken`, with BKO_FORCE_TAKE) unpicked units of the worst-ranked lines, then
 * (`found`) an adjustment with the reason "forced". With `order` the units of
 * that order's line are the ones sold: its allocated units first, and what it
 * waits for leaves the queue.
 * outcome: quantity sold, missing = taken, asked - quantity = 0, backordered 0.
 * Returns: BKO_E_NOT_FOUND, BKO_E_INSUFFICIENT (the line has fewer open units),
 * BKO_E_STATE. Since: 0.1. */
enum { BKO_FORCE_TAKE = 1, BKO_FORCE_FIND = 2 /* neither: both, taking first */ };
struct bko_forced_sale {
	uint32_t struct_size;
	uint32_t flags; /* BKO_FORCE_ */
	struct bko_span item, location;
	struct bko_span order; /* empty: none */
	uint32_t line, reserved;
	int64_t quantity; /* 1 or more */
};
BKO_API int32_t bko_stock_force(bko_engine *engine, const struct bko_op *op,
                                const struct bko_forced_sale *sale, struct bko_outcome *outcome);

/* Moves open units out of a position; they become a supply of another, with the
 * transfer's id (op->id), confirmed, due expected_ms. The subject is the position
 * they leave. Receiving that supply brings them in; closing it short writes the
 * rest off.
 * Returns: BKO_E_INSUFFICIENT, BKO_E_NOT_FOUND, BKO_E_EXISTS (such a supply is
 * there), BKO_E_ARGUMENT (from = to). Since: 0.1. */
struct bko_transfer {
	uint32_t struct_size;
	uint32_t reserved;
	struct bko_span item, from, to;
	int64_t quantity;
	int64_t expected_ms; /* 0: undated */
};
BKO_API int32_t bko_stock_transfer(bko_engine *engine, const struct bko_op *op,
                                   const struct bko_transfer *transfer,
                                   struct bko_outcome *outcome);

/* ---- Supply --------------------------------------------------------------- */

enum { BKO_SUPPLY_EXPECTED = 0, BKO_SUPPLY_CONFIRMED = 1 };
enum { BKO_ORIGIN_PURCHASE = 0, BKO_ORIGIN_TRANSFER = 1, BKO_ORIGIN_RETURN = 2 };

/* Plans, re-dates, changes or closes a supply of a position. The position is
 * created if new. Quantity is what is still expected. An undated supply counts
 * as incoming and in no promise. Past its date a supply counts at 00:00
 * of the next working day (by the location's calendar, else the next day UTC)
 * until grace_ms after it; beyond that it is overdue and counts no more, until it
 * is dated anew or comes.
 * CLOSE: nothing more comes (short, or cancelled); of a transfer, the rest is
 * written off.
 * Returns: BKO_E_NOT_FOUND (item; supply to close), BKO_E_TOO_LARGE (more than
 * BKO_SUPPLIES_MAX), BKO_E_STATE (a transfer's or return's quantity cannot be
 * changed), BKO_E_ARGUMENT. Since: 0.1. */
enum { BKO_SUPPLY_PLAN = 1, BKO_SUPPLY_CLOSE = 2 };
struct bko_supply {
	uint32_t struct_size;
	uint32_t action; /* BKO_SUPPLY_PLAN or CLOSE */
	struct bko_span item, location, supply;
	struct bko_span supplier; /* later capability: empty */
	uint32_t state;           /* BKO_SUPPLY_EXPECTED or CONFIRMED */
	uint32_t reserved;
	int64_t quantity; /* PLAN: 1 or more */
	int64_t due_ms;   /* 0: undated */
	int64_t grace_ms;
};
BKO_API int32_t bko_supply_set(bko_engine *engine, const struct bko_op *op,
                               const struct bko_supply *supply, struct bko_outcome *outcome);

#if !defined(BKO_FFI_CDEF) && defined(__cplusplus)
}
#endif
#endif
