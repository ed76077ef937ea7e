/*
 * backorder/backorder.h - availability and orders, and the rules of the engine.
 * It includes all of it: backorder/engine.h (opening and driving it),
 * backorder/stock.h (policies, stock, supply) and backorder/read.h (copies, lists,
 * the queue, events, verification). Read backorder/types.h first: its global rules
 * hold.
 *
 * The engine decides; a store (backorder/store.h) keeps the records.
 *
 * WORDS. An *item* is the smallest thing sold. A *position* is one item at one
 * location; it has stock, supplies and a queue. A *line* of an order asks for a
 * quantity of an item. Units of a line are *allocated* (on the shelf, set
 * aside), *backordered* (accepted for later), shipped or cancelled.
 *
 * QUANTITIES of a position. on_hand = free + allocated + unavailable (buckets);
 * free = open + buffer + kept. None is ever negative. Units that come in serve
 * the queue, then fill the buffer up to safety_stock, then are open. Only open
 * units are sold. What can be sold now is open less the claims of accepted
 * lines that wait, never below 0.
 *
 * CHANGES carry an operation id chosen by the caller; a document's own id is
 * its operation id: the order's for placing, the receipt's for receiving and so
 * on. Ids are unique per subject (an order, or a position). The same id with
 * the same request gives the first outcome again and changes nothing, across
 * crashes; with another request BKO_E_MISMATCH. A refusal writes nothing, so
 * that the same id may succeed later; see BKO_OP_ flags for the exceptions.
 *
 * TIME. Each position remembers the latest time it was settled to; an earlier
 * `now_ms` counts as that time. The host's clock is trusted: what a time far ahead settles
 * (holds end, supplies are overdue, restock dates pass) happened and stays, and until the
 * clock comes to that time it stands still for the positions that were touched. So look at a
 * clock that may be wrong before it is handed over: bko_position.settled_ms tells the time
 * a position has come to. There is no way back but a copy of the store from before.
 *
 * TRIPS. With a remote store a call that names its positions costs two trips (one read,
 * one apply), one that starts from an order id or from the candidate "any" three; one more
 * each if time-driven rows are due, if a served part names limits, or if the supplies must
 * be looked at; a first call one more. After a conflict placing takes what the store gave
 * with it and applies again; all else, and a second conflict, begins anew.
 *
 * LATER CAPABILITIES (groups, windows, told promises, kits, alternatives,
 * suppliers, rationing) have their members and flags here already; asking for one
 * is BKO_E_UNSUPPORTED and changes nothing.
 * SPDX-License-Identifier: MIT
 */
#ifndef BACKORDER_BACKORDER_H
#define BACKORDER_BACKORDER_H

#ifndef BKO_FFI_CDEF
#include "backorder/engine.h"
#ifdef __cplusplus
extern "C" {
#endif
#endif

/* ---- Availability --------------------------------------------------------- */

/* States, the first that fits. */
enum {
	BKO_STATE_DISCONTINUED = 1,
	BKO_STATE_PREORDER = 2,
	BKO_STATE_UNTRACKED = 3,
	BKO_STATE_LOW_STOCK = 4,
	BKO_STATE_IN_STOCK = 5,
	BKO_STATE_BACKORDER = 6,
	BKO_STATE_OUT_OF_STOCK = 7
};

/* Why units are refused (or not more of them could be had). */
enum {
	BKO_REASON_NONE = 0,
	BKO_REASON_OUT_OF_STOCK = 1,
	BKO_REASON_LIMIT = 2, /* backorder limit of the position */
	BKO_REASON_LIMIT_ITEM = 3,
	BKO_REASON_LIMIT_ORDER = 4,
	BKO_REASON_LIMIT_CUSTOMER = 5,
	BKO_REASON_LIMIT_CHANNEL = 6,
	BKO_REASON_LIMIT_INCOMING = 7,
	BKO_REASON_SWITCH = 8,
	BKO_REASON_HORIZON = 9,
	BKO_REASON_DISCONTINUED = 10,
	BKO_REASON_NOT_YET = 11,  /* before sell_from */
	BKO_REASON_NOT_HERE = 12, /* sells = 0 */
	BKO_REASON_QUANTUM = 13,  /* the quantity is no multiple of the quantum */
	BKO_REASON_UNKNOWN_ITEM = 14,
	BKO_REASON_UNKNOWN_LOCATION = 15,
	BKO_REASON_ALL_OR_NOTHING = 16 /* this line would do, another one was refused */
};

/* Kinds of dates. */
enum { BKO_DATE_NONE = 0, BKO_DATE_KNOWN = 1, BKO_DATE_UNKNOWN = 2 };

/* What can be said of an item over its candidates, for a quantity. */
struct bko_availability {
	uint32_t struct_size;
	uint32_t state;        /* BKO_STATE_, whatever the quantity */
	uint32_t reason;       /* BKO_REASON_ why not all of the quantity can be had */
	uint32_t later_kind;   /* BKO_LIMIT_: available_later is a number, or unlimited */
	int64_t available_now; /* over all candidates, each clamped at 0 */
	int64_t available_later;
	int64_t now, later;    /* of the quantity asked */
	uint32_t promise_kind; /* of the now part, BKO_DATE_: with handling and calendar */
	uint32_t first_kind;   /* of `first` units of the later part .. */
	uint32_t rest_kind;    /* .. and of the rest of it */
	uint32_t restock_kind; /* the first date at which something could be sold */
	int64_t promise_ms, first, first_ms, rest_ms, restock_ms;
};

struct bko_availability_query {
	uint32_t struct_size;
	uint32_t candidate_count; /* 0: any */
	struct bko_span item;
	const struct bko_span *candidates;
	struct bko_span without; /* own order or hold to leave out; empty: none */
	const void *reserved;
	int64_t quantity;
	int64_t now_ms;
	int64_t at_ms; /* 0: now; later: the projection at that date, supplies come, holds over */
	uint32_t order_class; /* in which the order would come: it waits behind that class */
	uint32_t reserved2;
};

/* Answers for one item. Writes nothing.
 * Returns: BKO_OK also for an unknown item (state OUT_OF_STOCK with the
 * reason); BKO_E_RANGE, BKO_E_ARGUMENT. Since: 0.1. */
BKO_API int32_t bko_item_availability(bko_engine *engine,
                                      const struct bko_availability_query *query,
                                      struct bko_availability *availability);

/* ---- Orders --------------------------------------------------------------- */

/* Flags of an order. */
enum {
	BKO_ORDER_ACCEPT_PART = 1,   /* take what can be had; default: all or nothing */
	BKO_ORDER_IN_ORDER = 2,      /* each line takes from each candidate in order; default: the
	                              * smallest set of locations that covers all lines now */
	BKO_ORDER_SHIP_TOGETHER = 4, /* later capability */
	BKO_ORDER_UNSPLITTABLE = 8   /* of a line; later capability */
};

/* Stops: bits of a line. A stopped line keeps its allocated units, its waiting
 * ones are passed over, nothing ships. */
enum {
	BKO_STOP_PAYMENT = 1,
	BKO_STOP_FRAUD = 2,
	BKO_STOP_ADDRESS = 4,
	BKO_STOP_UNALLOCATED = 8,  /* set by unallocate: the waiting units also claim nothing */
	BKO_STOP_HOST = 0x00ffff00 /* sixteen bits for the host to name */
};

struct bko_line {
	uint32_t struct_size;
	uint32_t flags; /* BKO_ORDER_UNSPLITTABLE or 0 */
	struct bko_span item;
	const struct bko_span *candidates;
	uint32_t candidate_count; /* up to BKO_CANDIDATES_MAX; 0: any, the item's first 8 */
	uint32_t reserved;
	const void *reserved2;
	int64_t quantity;  /* 1 or more */
	int64_t window_ms; /* later capability, 0 */
};

/* Statuses of an order, the first that fits.
 *
 *   held       -> open (confirm), released (cancel), expired (time)
 *   open       -> partly shipped, complete (ship), cancelled (cancel)
 *   partly sh. -> complete (ship, cancel), open (void)
 *   complete   -> partly shipped, open (void)
 *   refused, released, expired, cancelled: final (a cancelled order has
 *   nothing shipped: what is voided first returns to allocated)
 */
enum {
	BKO_STATUS_HELD = 1,
	BKO_STATUS_EXPIRED = 2,
	BKO_STATUS_RELEASED = 3,
	BKO_STATUS_CANCELLED = 4,
	BKO_STATUS_COMPLETE = 5,
	BKO_STATUS_PARTLY_SHIPPED = 6,
	BKO_STATUS_OPEN = 7,
	BKO_STATUS_REFUSED = 8 /* a recorded refusal: no order */
};

struct bko_order_request {
	uint32_t struct_size;
	uint32_t flags;           /* BKO_ORDER_ */
	struct bko_span customer; /* empty: none */
	struct bko_span channel;
	const struct bko_line *lines;
	size_t line_count;    /* 1 to the engine's max_lines */
	uint32_t stride;      /* sizeof(struct bko_line) */
	uint32_t order_class; /* 0 .. BKO_CLASSES - 1 */
	uint32_t stops;       /* BKO_STOP_ bits set from the beginning (a layaway: PAYMENT) */
	uint32_t reserved;
	int64_t need_by_ms;    /* 0: none */
	int64_t rank_ms;       /* of the discipline HOST */
	int64_t hold_until_ms; /* 0: a confirmed order; else a hold until then, rounded up to a
	                        * granule (what is past too) */
};

/* Flags of outcomes. */
enum {
	BKO_OUTCOME_REPLAYED = 1,    /* this id had been carried out before: its first outcome */
	BKO_OUTCOME_PROVISIONAL = 2, /* stands once the batch, or the host's commit, is done */
	BKO_OUTCOME_REFUSED = 4, /* nothing changed (but its record); lines: what could be had */
	BKO_OUTCOME_IN_PART = 8, /* some units were refused */
	BKO_OUTCOME_SERVING = 16 /* serving is left: tick or the next operation goes on */
};

/* What became of one line. */
struct bko_line_outcome {
	uint32_t struct_size;
	uint32_t reason; /* BKO_REASON_ of what was refused */
	int64_t asked, allocated, scheduled, backordered, refused, shipped, cancelled;
	int64_t available_now;   /* as decided on: before this line, after those before it */
	int64_t available_later; /* with later_kind */
	uint32_t later_kind;     /* BKO_LIMIT_ */
	uint32_t promise_kind;   /* BKO_DATE_ of the allocated part .. */
	uint32_t first_kind;     /* .. of `first` units of the backordered part .. */
	uint32_t rest_kind;      /* .. and of the rest of it */
	int64_t promise_ms, first, first_ms, rest_ms;
	uint32_t location_count; /* positions the line took units at or waits at */
	uint32_t state;          /* BKO_STATE_ before the operation */
};

/* What became of a change. Members that a verb does not speak of are 0. After an error
 * it says nothing: all is 0 but where lines go, or as the caller left it where the call
 * looked no further than its arguments. */
struct bko_outcome {
	uint32_t struct_size;
	uint32_t flags;  /* BKO_OUTCOME_ */
	uint32_t status; /* BKO_STATUS_ of the order after it */
	uint32_t reason; /* BKO_REASON_ of the first refused line */
	int64_t asked, allocated, scheduled, backordered, refused; /* units, over all lines */
	int64_t quantity;  /* units that this change moved: shipped, cancelled, received ... */
	int64_t served;    /* units it gave to waiting lines */
	int64_t missing;   /* units that lines lost, or lose by a chain (tick alone goes on) */
	uint64_t revision; /* physical revision of the position afterwards, see bko_stock_adjust */
	uint64_t first_event, event_count; /* events of its own lane */
	uint32_t lane;
	uint32_t line_count;            /* lines the order has, or that were filled */
	struct bko_line_outcome *lines; /* set by the caller: where to put lines, NULL for none */
	size_t line_capacity;           /* elements there; what does not fit is left out */
	uint32_t stride;                /* sizeof(struct bko_line_outcome) */
	uint32_t reserved;              /* 0, else BKO_E_ARGUMENT */
};

/* Decides as bko_order_place would, and writes nothing.
 * Returns: as bko_order_place. Since: 0.1. */
BKO_API int32_t bko_order_quote(bko_engine *engine, int64_t now_ms,
                                const struct bko_order_request *request,
                                struct bko_outcome *outcome);

/* Places an order (or a hold); op->id is its id. Lines are decided together, in
 * line order: what can be sold now is allocated, the rest is backordered if
 * policy and limits admit it, the rest of that is refused.
 * Of several candidates the smallest set is taken that covers all lines now (sets
 * of a size in order of first appearance), or, where none does, each in order.
 * What is backordered waits at one of them, its home: the one that admits most of
 * it, then the earliest promise, then the first. A named candidate must be a
 * position of the item, else BKO_REASON_UNKNOWN_LOCATION; the default location
 * becomes one when it is first used. After accepting, open units that the merge
 * leaves to eligible lines serve the queue (outcome.served): claims of stopped
 * lines and of holds keep new orders from promises, not waiting lines from units.
 * Units of an untracked item are allocated without stock and move no position.
 * Returns: BKO_OK with the outcome, refusals included; BKO_E_ARGUMENT naming
 * the line, BKO_E_RANGE, BKO_E_UNSUPPORTED, BKO_E_TOO_LARGE, BKO_E_MISMATCH,
 * BKO_E_VOID; BKO_E_CONTENDED, BKO_E_UNCERTAIN. Since: 0.1. */
BKO_API int32_t bko_order_place(bko_engine *engine, const struct bko_op *op,
                                const struct bko_order_request *request,
                                struct bko_outcome *outcome);

/* Confirms a hold, or with `extend_until_ms` keeps it a hold until then. A hold
 * that lost units decides the missing part anew: under all-or-nothing a refusal
 * leaves it as it is, else the refused units are cancelled. Confirmed later
 * than hold_place after placing, its waiting units take a new rank.
 * Returns: BKO_E_EXPIRED, BKO_E_STATE (no hold), BKO_E_NOT_FOUND. Since: 0.1. */
struct bko_confirm {
	uint32_t struct_size;
	uint32_t reserved;
	struct bko_span order;
	int64_t extend_until_ms; /* 0: confirm */
};
BKO_API int32_t bko_order_confirm(bko_engine *engine, const struct bko_op *op,
                                  const struct bko_confirm *confirm, struct bko_outcome *outcome);

/* Changes an order in one step; `set` tells what. Quantity: less keeps the place
 * and gives units back as cancelling does; more is decided like a new line and
 * waits as a second part with a rank of its own. Class, need-by and rank: the
 * waiting units of all lines take new ranks with their old placing time.
 * Location: re-sources the line's open units from `from` to `to` at the line's
 * rank: allocated if `to` has them to sell now, waiting there otherwise.
 * Returns: BKO_E_STATE, BKO_E_NOT_FOUND (order, line, position),
 * BKO_E_INSUFFICIENT (less than was shipped), BKO_E_TOO_LARGE (a third part),
 * BKO_E_RANGE (the order's units in sum). Since: 0.1. */
enum {
	BKO_AMEND_QUANTITY = 1,
	BKO_AMEND_CLASS = 2,
	BKO_AMEND_NEED_BY = 4,
	BKO_AMEND_RANK = 8,
	BKO_AMEND_LOCATION = 16
};
struct bko_amend {
	uint32_t struct_size;
	uint32_t set; /* BKO_AMEND_ bits; QUANTITY and LOCATION not both */
	struct bko_span order;
	uint32_t line; /* of QUANTITY and LOCATION */
	uint32_t order_class;
	int64_t quantity; /* QUANTITY: units ordered from now on; LOCATION: units to move, 0 all
	                     open */
	int64_t need_by_ms, rank_ms;
	struct bko_span from, to;
};
BKO_API int32_t bko_order_amend(bko_engine *engine, const struct bko_op *op,
                                const struct bko_amend *amend, struct bko_outcome *outcome);

/* Names units of a line. */
enum { BKO_LINE_ALL = -1 };
struct bko_pick {
	uint32_t struct_size;
	int32_t line;             /* index; BKO_LINE_ALL: every line, quantity 0 */
	int64_t quantity;         /* 0: all that the verb can take of the line */
	struct bko_span location; /* where at_location is 1: only units there */
	uint32_t at_location;     /* 0: any, in the order the line took them */
	uint32_t reserved;
};

/* Moves open units of lines into a new order, `op->id`, in one step; they keep
 * state and place. The new order has a line for each pick, in their order.
 * Returns: BKO_E_INSUFFICIENT, BKO_E_STATE, BKO_E_EXISTS (the id is an order's),
 * BKO_E_ARGUMENT (a pick with line ALL or quantity 0). Since: 0.1. */
struct bko_units {
	uint32_t struct_size;
	uint32_t flags; /* BKO_UNITS_ */
	struct bko_span order;
	const struct bko_pick *picks;
	size_t pick_count;
	uint32_t stride; /* sizeof(struct bko_pick) */
	uint32_t reserved;
};
enum { BKO_UNITS_UP_TO = 1 /* take what there is, instead of BKO_E_INSUFFICIENT */ };
BKO_API int32_t bko_order_split(bko_engine *engine, const struct bko_op *op,
                                const struct bko_units *units, struct bko_outcome *outcome);

/* Cancels units: the line's second part first; within a part backordered before
 * allocated and unpicked; shipped or picked ones never. Freed units serve the
 * queue. With every line and no quantity it cancels the order, or releases the
 * hold. Cancelling what is cancelled already changes nothing. outcome.quantity is all that
 * was cancelled, allocated and backordered what the order has left; which units they were
 * is told by events of BKO_BY_CANCELLING: BACKORDERED of waiting, UNALLOCATED of allocated
 * ones, both negative, by line and location.
 * Returns: BKO_E_INSUFFICIENT, BKO_E_NOT_FOUND, BKO_E_STATE. Since: 0.1. */
BKO_API int32_t bko_order_cancel(bko_engine *engine, const struct bko_op *op,
                                 const struct bko_units *units, struct bko_outcome *outcome);

/* Ships allocated units in whole quanta; op->id is the shipment's id. The
 * outcome is the packing slip: per line shipped so far, still to come and when.
 * Returns: BKO_E_INSUFFICIENT (not so many allocated), BKO_E_STATE (a hold, a
 * stopped line, before release_at, a position with units missing; with every line
 * such units stay, and only where nothing else ships it is an error).
 * Since: 0.1. */
BKO_API int32_t bko_order_ship(bko_engine *engine, const struct bko_op *op,
                               const struct bko_units *units, struct bko_outcome *outcome);

/* Voids a shipment, once: its units return to allocated.
 * Returns: BKO_E_NOT_FOUND, BKO_E_STATE (voided already, or units returned).
 * Since: 0.1. */
struct bko_void {
	uint32_t struct_size;
	uint32_t reserved;
	struct bko_span order, shipment;
};
BKO_API int32_t bko_order_void(bko_engine *engine, const struct bko_op *op,
                               const struct bko_void *request, struct bko_outcome *outcome);

/* Takes shipped units back; op->id is the return's id. At most what was shipped
 * and not yet returned.
 * SELLABLE: on hand, serves the queue. BUCKET: on hand, in `bucket`. NONE: only
 * recorded. ANNOUNCED: becomes a supply with the return's id, due expected_ms;
 * receiving that supply brings the units in.
 * Returns: BKO_E_INSUFFICIENT, BKO_E_NOT_FOUND, BKO_E_ARGUMENT. Since: 0.1. */
enum {
	BKO_RETURN_SELLABLE = 0,
	BKO_RETURN_BUCKET = 1,
	BKO_RETURN_NONE = 2,
	BKO_RETURN_ANNOUNCED = 3
};
struct bko_return {
	uint32_t struct_size;
	uint32_t disposition; /* BKO_RETURN_ */
	struct bko_span order;
	uint32_t line;
	uint32_t to_named;      /* 1: into `to`; 0: where the line was shipped from */
	int64_t quantity;       /* 1 or more */
	struct bko_span to;     /* location */
	struct bko_span bucket; /* of BUCKET */
	int64_t expected_ms;    /* of ANNOUNCED; 0: undated */
};
BKO_API int32_t bko_order_return(bko_engine *engine, const struct bko_op *op,
                                 const struct bko_return *request, struct bko_outcome *outcome);

/* Marks units or lines. STOP, GO set and clear `stops` of whole lines; PICK and
 * UNPICK mark allocated units; UNALLOCATE gives unpicked allocated units back to
 * the shelf, where they serve the queue, and sets BKO_STOP_UNALLOCATED: what the
 * line lost waits at its rank until GO clears that stop.
 * Returns: BKO_E_INSUFFICIENT, BKO_E_NOT_FOUND, BKO_E_STATE, BKO_E_ARGUMENT.
 * Since: 0.1. */
enum {
	BKO_MARK_STOP = 1,
	BKO_MARK_GO = 2,
	BKO_MARK_PICK = 3,
	BKO_MARK_UNPICK = 4,
	BKO_MARK_UNALLOCATE = 5
};
struct bko_mark {
	uint32_t struct_size;
	uint32_t action; /* BKO_MARK_ */
	struct bko_span order;
	const struct bko_pick *picks;
	size_t pick_count;
	uint32_t stride;
	uint32_t stops; /* of STOP and GO; their picks name lines only */
};
BKO_API int32_t bko_order_mark(bko_engine *engine, const struct bko_op *op,
                               const struct bko_mark *mark, struct bko_outcome *outcome);

#if !defined(BKO_FFI_CDEF) && defined(__cplusplus)
}
#endif

#ifndef BKO_FFI_CDEF
#include "backorder/stock.h"
#include "backorder/read.h"
#endif
#endif
