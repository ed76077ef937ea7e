/*
 * backorder/read.h - copies and lists of what is stored, the queue, events,
 * verification. Included by backorder/backorder.h, whose words it uses.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BACKORDER_READ_H
#define BACKORDER_READ_H

#ifndef BKO_FFI_CDEF
#include "backorder/stock.h"
#ifdef __cplusplus
extern "C" {
#endif
#endif

/* ---- Ids and cursors ------------------------------------------------------ */

/* An id by value, so that arrays of results hold no pointers. */
struct bko_id {
	uint32_t size; /* 0: none, or the default location */
	uint8_t bytes[64];
};

/* Where a list stands. Zero it (but struct_size) to begin; `done` says that the
 * end was reached. */
struct bko_cursor {
	uint32_t struct_size;
	uint32_t done;
	uint32_t key_size;
	uint32_t reserved;
	uint8_t key[208];
};

/* ---- Orders --------------------------------------------------------------- */

/* A copy of an order as it is at one moment.
 * Ownership: the caller's until bko_order_close, also after the engine closed.
 * Returns: BKO_E_NOT_FOUND. Since: 0.1. */
typedef struct bko_order bko_order;
struct bko_order_info {
	uint32_t struct_size;
	uint32_t status; /* BKO_STATUS_, at the settled time of its positions */
	uint32_t flags;  /* BKO_ORDER_ */
	uint32_t order_class;
	uint32_t line_count;
	uint32_t place_count; /* over all lines, see bko_order_places */
	int64_t placed_ms, confirmed_ms, need_by_ms, hold_until_ms;
	struct bko_id id, customer, channel;
	uint32_t reserved2;
};
struct bko_line_info {
	uint32_t struct_size;
	uint32_t stops;
	int64_t ordered; /* units accepted and not amended away */
	int64_t allocated, scheduled, backordered, picked, shipped, cancelled, returned;
	uint32_t promise_kind;             /* computed now, over what is still to be allocated */
	uint32_t first_place, place_count; /* its elements of bko_order_places */
	uint32_t reserved;
	int64_t promise_ms;
	struct bko_id item;
	uint32_t reserved2;
};
/* Units of a line at a location, by part. */
struct bko_place_info {
	uint32_t struct_size;
	uint32_t line, part, untracked;
	int64_t allocated, backordered, picked, shipped;
	uint32_t promise_kind;
	uint32_t reserved;
	int64_t promise_ms;
	struct bko_id location;
	uint32_t reserved2;
};
BKO_API int32_t bko_order_open(bko_engine *engine, int64_t now_ms, const struct bko_span *order,
                               bko_order **handle);
/* Since: 0.1. */
BKO_API int32_t bko_order_read(const bko_order *handle, struct bko_order_info *info);
/* Fill `array` from element `first`; *count is how many. Since: 0.1. */
BKO_API int32_t bko_order_lines(const bko_order *handle, uint32_t first,
                                struct bko_line_info *array, size_t capacity, uint32_t stride,
                                size_t *count);
BKO_API int32_t bko_order_places(const bko_order *handle, uint32_t first,
                                 struct bko_place_info *array, size_t capacity, uint32_t stride,
                                 size_t *count);
BKO_API void bko_order_close(bko_order *handle);

/* Lists the ids of orders, by length, then bytes.
 * Returns: BKO_E_ARGUMENT (cursor). Since: 0.1. */
BKO_API int32_t bko_order_list(bko_engine *engine, struct bko_cursor *cursor, struct bko_id *ids,
                               size_t capacity, size_t *count);

/* ---- Items ------------------------------------------------------------------ */

/* One position. All figures are of its settled time. */
struct bko_position {
	uint32_t struct_size;
	uint32_t state; /* BKO_STATE_ at the time of reading */
	int64_t on_hand, open, buffer, kept, allocated, unavailable, missing;
	int64_t scheduled;
	int64_t backordered; /* waiting units, held and stopped ones included */
	int64_t outside;     /* of them outside the limit */
	int64_t held_allocated, held_backordered; /* of live holds */
	int64_t eligible;                         /* waiting units that are served next */
	int64_t ready;    /* units that a chain of serving has still to give; 0 unless serving */
	int64_t incoming; /* open part of supplies */
	int64_t available_now;
	int64_t received, returned, adjusted, transferred_in, transferred_out, shipped; /* ever */
	int64_t refused; /* units of counted refusals (BKO_OP_COUNT_REFUSED), ever */
	int64_t settled_ms;
	uint64_t revision;          /* of the physical quantity: for counts */
	uint64_t version;           /* counts every change of the position */
	uint32_t serving, switched; /* switched: may accept for later, see bko_policy.switch_on */
	uint32_t supplies;          /* open */
	uint32_t reserved;
	struct bko_id location;
	uint32_t reserved2;
};

/* A copy of an item and its positions as they are at one moment.
 * Ownership: the caller's until bko_item_close.
 * Returns: BKO_E_NOT_FOUND. Since: 0.1. */
typedef struct bko_item bko_item;
BKO_API int32_t bko_item_open(bko_engine *engine, int64_t now_ms, const struct bko_span *item,
                              bko_item **handle);
BKO_API int32_t bko_item_read(const bko_item *handle, uint32_t first, struct bko_position *array,
                              size_t capacity, uint32_t stride, size_t *count);
/* The policy as it applies at position `index`, every bit set. Since: 0.1. */
struct bko_policy;
BKO_API int32_t bko_item_policy(const bko_item *handle, uint32_t index, struct bko_policy *policy);
BKO_API void bko_item_close(bko_item *handle);

/* Lists the ids of items, by length, then bytes. Since: 0.1. */
BKO_API int32_t bko_item_list(bko_engine *engine, struct bko_cursor *cursor, struct bko_id *ids,
                              size_t capacity, size_t *count);

/* Units in the named buckets of a position. Since: 0.1. */
struct bko_bucket {
	uint32_t struct_size;
	uint32_t reserved;
	int64_t quantity;
	struct bko_id name;
	uint32_t reserved2;
};
BKO_API int32_t bko_bucket_list(bko_engine *engine, const struct bko_span *item,
                                const struct bko_span *location, struct bko_bucket *array,
                                size_t capacity, uint32_t stride, size_t *count);

/* Open supplies of a position, by date, undated last; from element `first` on.
 * Since: 0.1. */
struct bko_supply_info {
	uint32_t struct_size;
	uint32_t state;
	uint32_t origin; /* BKO_ORIGIN_ */
	uint32_t overdue;
	int64_t expected, received, due_ms, grace_ms;
	struct bko_id supply;
	uint32_t reserved;
};
BKO_API int32_t bko_supply_list(bko_engine *engine, int64_t now_ms, const struct bko_span *item,
                                const struct bko_span *location, uint32_t first,
                                struct bko_supply_info *array, size_t capacity, uint32_t stride,
                                size_t *count);

/* Demand of a period, as counted (bko_demand_set). */
enum {
	BKO_DEMAND_OPEN = 1,      /* the period is not over */
	BKO_DEMAND_SOLD_OUT = 2,  /* at some time in it nothing was available now */
	BKO_DEMAND_UNSELLABLE = 4 /* .. nor could anything be accepted for later */
};
struct bko_demand_period {
	uint32_t struct_size;
	uint32_t flags; /* BKO_DEMAND_ */
	int64_t start_ms;
	int64_t length_ms;
	int64_t accepted;
	int64_t refused;
	int64_t undone; /* of the demand of this or earlier periods */
};

/* Fills `array` with consecutive periods of a position, those without demand included,
 * from the one that `from_ms` lies in on: at the earliest the oldest that is kept in
 * which units were counted, stock ran out or came, or the position was made; at the
 * latest the present one. location: NULL for all positions of the item together:
 * figures are added up, and what was so at every position then known is flagged.
 * *count 0: there is no such period yet.
 * Returns: BKO_E_NOT_FOUND (item, location), BKO_E_STATE (demand is not counted, or a
 * batch is open), BKO_E_TOO_LARGE (ask for fewer periods at a time). Since: 0.1. */
BKO_API int32_t bko_demand_read(bko_engine *engine, int64_t now_ms, const struct bko_span *item,
                                const struct bko_span *location, int64_t from_ms,
                                struct bko_demand_period *array, size_t capacity, uint32_t stride,
                                size_t *count);

/* ---- Queue ---------------------------------------------------------------- */

/* A line that waits at a position. */
struct bko_waiting {
	uint32_t struct_size;
	uint32_t line, part;
	uint32_t stops;      /* with BKO_WAITING_HELD for an unconfirmed hold */
	int64_t backordered; /* units it waits for */
	int64_t allocated;   /* units it has here */
	int64_t placed_ms;
	uint32_t order_class, parked; /* parked: 1 if it is passed over (stopped or held) */
	struct bko_id order;
	uint32_t reserved2;
};
enum { BKO_WAITING_HELD = 1 << 30 };

/* Opens the queue of a position. CONSISTENT: one state; next is BKO_E_CHANGED
 * once the position moved. LIVE: each line at most once, in rank order.
 * Ownership: the caller's until bko_queue_close. Since: 0.1. */
typedef struct bko_queue bko_queue;
enum { BKO_QUEUE_CONSISTENT = 0, BKO_QUEUE_LIVE = 1 };
BKO_API int32_t bko_queue_open(bko_engine *engine, int64_t now_ms, const struct bko_span *item,
                               const struct bko_span *location, uint32_t mode, bko_queue **queue);
/* The next waiting lines, in rank order; *count 0 at the end. Since: 0.1. */
BKO_API int32_t bko_queue_next(bko_queue *queue, struct bko_waiting *array, size_t capacity,
                               uint32_t stride, size_t *count);
BKO_API void bko_queue_close(bko_queue *queue);

/* Why a line waits, and until when. */
struct bko_explanation {
	uint32_t struct_size;
	uint32_t waits_for; /* BKO_WAITS_ */
	uint32_t stops;
	uint32_t at_least;       /* 1: `ahead` counts its whole band, see BKO_AHEAD_ROWS */
	int64_t waiting;         /* its units, over its positions */
	int64_t ahead;           /* units that come before it at its home */
	int64_t place;           /* parts of lines that come before it there, plus 1 */
	uint32_t promise_kind;   /* when its last unit is expected */
	uint32_t place_at_least; /* 1: more parts come before it than were counted */
	int64_t promise_ms;
	struct bko_id location; /* its home */
	struct bko_id supply;   /* that brings its last unit; none if unknown */
};
enum {
	BKO_WAITS_NOTHING = 0, /* nothing is waiting */
	BKO_WAITS_SUPPLY = 1,
	BKO_WAITS_UNKNOWN = 2, /* no supply covers it */
	BKO_WAITS_STOP = 3,
	BKO_WAITS_CONFIRM = 4, /* a hold */
	BKO_WAITS_SERVING = 5  /* units are there: the chain comes to it */
};
/* Returns: BKO_E_NOT_FOUND. Since: 0.1. */
BKO_API int32_t bko_queue_explain(bko_engine *engine, int64_t now_ms, const struct bko_span *order,
                                  uint32_t line, struct bko_explanation *explanation);

/* Re-ranks: gives lines placed under an earlier discipline the rank that the
 * present one would have given them at their placing; a chain of batches, of
 * which this call does at most `budget`. *done when none is left. Idempotent.
 * Returns: BKO_E_NOT_FOUND, as any change. Since: 0.1. */
BKO_API int32_t bko_queue_rerank(bko_engine *engine, int64_t now_ms, const struct bko_span *item,
                                 const struct bko_span *location, uint32_t budget, uint32_t *done);

/* ---- Events --------------------------------------------------------------- */

/* Every committed change writes its events in the same step. `amount` is signed
 * and in units; `order`, `line` where it is about a line; `cause` is the id of
 * the operation, empty where time was the cause. Kinds marked (c) are crossings:
 * written once when the edge is passed, re-armed when it is passed back. */
enum {
	BKO_EVENT_ACCEPTED = 1,    /* an order, or a hold (detail 1) */
	BKO_EVENT_REFUSED = 2,     /* counted refused demand; detail: BKO_REASON_ */
	BKO_EVENT_ALLOCATED = 3,   /* to a line; detail: BKO_BY_ */
	BKO_EVENT_UNALLOCATED = 4, /* from a line (amount < 0); detail: BKO_BY_ */
	BKO_EVENT_BACKORDERED = 5, /* a line waits for amount more (or less); detail: BKO_BY_ */
	BKO_EVENT_READY = 6,       /* a line's last waiting unit at the position was allocated */
	BKO_EVENT_PICKED = 7,      /* amount < 0: unpicked */
	BKO_EVENT_SHIPPED = 8,     /* detail: BKO_BY_FORCE of a forced sale */
	BKO_EVENT_VOIDED = 9,
	BKO_EVENT_CANCELLED = 10,
	BKO_EVENT_RETURNED = 11,     /* detail: BKO_RETURN_ */
	BKO_EVENT_CONFIRMED = 12,    /* a hold became an order; detail 1: it was extended */
	BKO_EVENT_HOLD_EXPIRED = 13, /* of a position: amount allocated units came back; at: the
	                              * expiry; other: waiting units dropped; detail: holds */
	BKO_EVENT_RECEIVED = 14,     /* order: its supply; other: by how much that expects less;
	                              * detail 1: reversed (amount < 0) */
	BKO_EVENT_ADJUSTED = 15,     /* on hand; order: the reason; detail: BKO_ADJUST_, 16 of a
	                              * forced sale */
	BKO_EVENT_BUCKET = 16,       /* unavailable units changed by amount; order: its name */
	BKO_EVENT_TRANSFERRED = 17,  /* out (amount < 0) or in, then as RECEIVED */
	BKO_EVENT_SHORTAGE = 18,     /* accepted lines lose amount units of the shelf; < 0: so
	                              * many came before a line was found */
	BKO_EVENT_SUPPLY_SET = 19,   /* incoming changed by amount; at: due */
	BKO_EVENT_SUPPLY_CONFIRMED = 20,
	BKO_EVENT_SUPPLY_LATE = 21, /* re-dated later; at: the new date */
	BKO_EVENT_SUPPLY_OVERDUE = 22,
	BKO_EVENT_SUPPLY_CLOSED = 23,
	BKO_EVENT_LOW_STOCK = 24,     /* (c) */
	BKO_EVENT_SOLD_OUT = 25,      /* (c) nothing available now */
	BKO_EVENT_BACK_IN_STOCK = 26, /* (c) available now again */
	BKO_EVENT_UNSELLABLE = 27,    /* (c) neither now nor later, by the position's own figures:
	                               * supplies' dates, limits across positions apart; under a
	                               * horizon not while nothing at all is to come */
	BKO_EVENT_SELLABLE = 28,      /* (c) */
	BKO_EVENT_LIMIT_REACHED = 29, /* (c) no room for later; re-arms with room */
	BKO_EVENT_SWITCH_OPENED = 30, /* (c) backorder opened .. */
	BKO_EVENT_SWITCH_CLOSED = 31, /* (c) .. and closed by the switch */
	BKO_EVENT_POLICY = 32,        /* a policy, limit or calendar was set; detail: BKO_SCOPE_ */
	BKO_EVENT_RESTOCK_PASSED = 33,
	BKO_EVENT_MARKED = 34,  /* stops of a line; detail: its stops now */
	BKO_EVENT_AMENDED = 35, /* class, need-by, rank; a quantity (amount: more or less) */
	BKO_EVENT_MOVED = 36,   /* units left (amount < 0) or came to a line, order or position */
	BKO_EVENT_VOID_OPERATION = 37 /* an operation was resolved as void */
};
/* Why units were given to a line or taken from it. */
enum {
	BKO_BY_PLACING = 1,
	BKO_BY_SERVING = 2,
	BKO_BY_AMENDING = 3,
	BKO_BY_MOVING = 4, /* split, re-source */
	BKO_BY_MARKING = 5,
	BKO_BY_CANCELLING = 6,
	BKO_BY_SHORTAGE = 7,
	BKO_BY_SHIPPING = 8,
	BKO_BY_CONFIRMING = 9,
	BKO_BY_FORCE = 10,
	BKO_BY_EXPIRY = 11
};
struct bko_event {
	uint32_t struct_size;
	uint32_t kind;   /* BKO_EVENT_; treat an unknown one as news to pass over */
	uint64_t number; /* in its lane, from 1, dense */
	int64_t time_ms, amount, other, at_ms;
	uint32_t line, detail;
	struct bko_id order, item, location, cause;
};

/* Consumers read at their own pace; a lane is trimmed behind the slowest. A new
 * consumer starts behind what is trimmed already. `remove` forgets it.
 * Returns: BKO_E_ARGUMENT, BKO_E_NOT_FOUND (remove). Since: 0.1. */
BKO_API int32_t bko_event_consumer(bko_engine *engine, const struct bko_span *consumer,
                                   uint32_t remove);

/* Reads events of a lane after number `after` (0: from the oldest kept) in
 * order. Reading again gives the same bytes. *count 0: none are newer.
 * Returns: BKO_E_ARGUMENT (lane), BKO_E_NOT_FOUND (`after` was trimmed already:
 * events between would be missed). Since: 0.1. */
BKO_API int32_t bko_event_read(bko_engine *engine, uint32_t lane, uint64_t after,
                               struct bko_event *array, size_t capacity, uint32_t stride,
                               size_t *count);

/* Where a consumer (an empty id: none) stands in a lane, and what the lane holds.
 * Returns: BKO_E_ARGUMENT (lane), BKO_E_NOT_FOUND (consumer). Since: 0.1. */
struct bko_lane {
	uint32_t struct_size;
	uint32_t lanes;        /* of the store */
	uint64_t first, last;  /* numbers kept; last < first: none */
	uint64_t acknowledged; /* by the consumer */
};
BKO_API int32_t bko_event_lane(bko_engine *engine, const struct bko_span *consumer, uint32_t lane,
                               struct bko_lane *info);

/* Acknowledges events up to `number`; never goes back.
 * Returns: BKO_E_NOT_FOUND (consumer), BKO_E_RANGE (no such event yet).
 * Since: 0.1. */
BKO_API int32_t bko_event_acknowledge(bko_engine *engine, const struct bko_span *consumer,
                                      uint32_t lane, uint64_t number);

/* Removes up to `budget` rows of events that every consumer acknowledged, and
 * are not newer than `up_to` (0: any). Without a consumer every event may go.
 * *done when none is left. Since: 0.1. */
BKO_API int32_t bko_event_trim(bko_engine *engine, uint32_t lane, uint64_t up_to, uint32_t budget,
                               uint32_t *done);

/* ---- Verification --------------------------------------------------------- */

/* The rules a state can be checked against. */
enum {
	BKO_CHECK_Q1 = 1,  /* on hand is the sum of what came and went */
	BKO_CHECK_Q2 = 2,  /* ordered = allocated + scheduled + backordered + shipped + cancelled */
	BKO_CHECK_Q3 = 3,  /* totals of a position = the sums over its lines and holds */
	BKO_CHECK_Q4 = 4,  /* allocated - missing + unavailable <= on hand; nothing negative */
	BKO_CHECK_Q6 = 5,  /* nobody eligible waits beside open units, unless serving */
	BKO_CHECK_Q8 = 6,  /* whole quanta, but where units were taken off lines one by one or the
	                    * quantum was set anew meanwhile; what a line moved sums up */
	BKO_CHECK_F1 = 7,  /* rank order of the queue rows */
	BKO_CHECK_F2 = 8,  /* no lower band served before a higher one in the same queue */
	BKO_CHECK_R2 = 9,  /* no hold outlives its expiry at the settled time */
	BKO_CHECK_O2 = 10, /* an order's record is in a status the table lists */
	BKO_CHECK_P4 = 11, /* kept dates equal those recomputed: when time is next due here */
	BKO_CHECK_E2 = 12, /* event numbers dense, never reused */
	BKO_CHECK_E3 = 13, /* acknowledgements and trimming within bounds */
	BKO_CHECK_S1 = 14, /* rows that name each other are all there, and agree */
	BKO_CHECK_RECORD = 15 /* a record that cannot be read */
};
struct bko_finding {
	uint32_t struct_size;
	uint32_t check; /* BKO_CHECK_ */
	uint32_t what;  /* which of its figures, for the curious */
	uint32_t line;
	int64_t expected, found;
	struct bko_id item, location, order;
	uint32_t reserved;
};

/* Checks the whole store, position by position, in bounded memory, and goes on
 * where the last call ended (`cursor` zeroed at first). Positions that change
 * meanwhile are looked at again, never reported as broken. Returns when the
 * array is full, after `budget` reads, or at the end (cursor->done).
 * With BKO_VERIFY_REPAIR derived totals (Q3) that are wrong are rewritten; what
 * was found is reported all the same.
 * What it gathers stands in memory of its own until the walk ends: in an arena in
 * the room of one child (BKO_E_NO_MEMORY where there is none).
 * Returns: BKO_E_ARGUMENT (cursor), as any reading call. Since: 0.1. */
enum { BKO_VERIFY_REPAIR = 1 };
BKO_API int32_t bko_engine_verify(bko_engine *engine, int64_t now_ms, uint32_t flags,
                                  struct bko_cursor *cursor, uint32_t budget,
                                  struct bko_finding *array, size_t capacity, uint32_t stride,
                                  size_t *count);

/* ---- Names ---------------------------------------------------------------- */

/* Names of numbers, as they stand in these headers ("BKO_REASON_LIMIT"): why units are
 * refused, states of an item, statuses of an order, what a line waits for, events, why
 * units were given or taken, checks of a verification. NUL-terminated, valid for ever;
 * "BKO_UNKNOWN" for a number not known here. Threads: any. Since: 0.1. */
BKO_API const char *bko_reason_name(uint32_t value);
BKO_API const char *bko_state_name(uint32_t value);
BKO_API const char *bko_order_status_name(uint32_t value);
BKO_API const char *bko_waits_name(uint32_t value);
BKO_API const char *bko_event_name(uint32_t value);
BKO_API const char *bko_by_name(uint32_t value);
BKO_API const char *bko_check_name(uint32_t value);

/* sizeof of a transparent struct in the running library, by kind; 0 for an
 * unknown kind. For bindings that check themselves when they load. Since: 0.1. */
enum {
	BKO_KIND_OPTIONS = 1,
	BKO_KIND_STORE = 2,
	BKO_KIND_OP = 3,
	BKO_KIND_POLICY = 4,
	BKO_KIND_LINE = 5,
	BKO_KIND_ORDER_REQUEST = 6,
	BKO_KIND_OUTCOME = 7,
	BKO_KIND_LINE_OUTCOME = 8,
	BKO_KIND_AVAILABILITY = 9,
	BKO_KIND_POSITION = 10,
	BKO_KIND_EVENT = 11,
	BKO_KIND_FINDING = 12,
	BKO_KIND_WANTED = 13,
	BKO_KIND_CURSOR = 14
};
BKO_API uint32_t bko_struct_size(uint32_t kind);

#if !defined(BKO_FFI_CDEF) && defined(__cplusplus)
}
#endif
#endif
