/*
 * The rules once more, as naively as they can be written: arrays, loops over all
 * of them, every sum taken anew, every refusal undone by putting a copy back.
 * It shares nothing with the library but the numbers of the public headers.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_MODEL_MODEL_H
#define TESTS_MODEL_MODEL_H

#include "op.h"

#ifndef MODEL_ORDERS
#define MODEL_ORDERS 32 /* of a history */
#endif
enum { MODEL_PLACES = 16, MODEL_SUPPLIES = 40, MODEL_RECORDS = 512 };

struct rank {
	int64_t epoch, band, time, sequence, sub; /* sub: of units split off */
};

/* Units of a line's part at a location. */
struct place {
	int32_t location, part, untracked, waited, gone; /* gone: the hold ran out here */
	int64_t allocated, backordered, outside, picked, shipped, returned;
	int64_t placed, lead; /* when it was placed; promised by lead time alone, 0: not */
	int64_t ended;        /* counted units of a hold that ran out */
	uint32_t counted;     /* bits 1 << BKO_LIMIT_ of limits that count it */
	struct rank rank;
};

struct line {
	int32_t item, place_count, fresh; /* fresh: the first place of this decision */
	uint32_t stops;
	int64_t ordered, cancelled;
	int32_t candidates[OP_LOCATIONS];
	int32_t candidate_count;
	struct place places[MODEL_PLACES];
};

struct order {
	uint32_t id, flags, order_class, line_count, refused, released, pruned; /* id, then 0 */
	int32_t customer, channel, held;
	int64_t placed, confirmed, need_by, rank, hold_until;
	int64_t closed; /* when nothing of it was open any more; 0: not yet */
	struct line lines[OP_LINES];
};

struct supply {
	uint32_t id, origin, state, noted; /* noted: told overdue */
	int64_t expected, received, due, grace;
};

struct position {
	int32_t there, made, switched, supply_count, fresh;
	int32_t bound; /* fresh: made by this step, if it stays; bound: by a policy or receipt */
	int64_t settled, epoch, sequence;
	int64_t open, buffer, bucket[OP_NAMES + 1], feed[OP_NAMES + 1], fed[OP_NAMES + 1];
	int64_t received, returned, adjusted, in, out, shipped, refused;
	uint64_t revision;
	struct bko_policy own, policy; /* as set here, and as it applies */
	struct supply supplies[MODEL_SUPPLIES];
};

struct limit {
	int32_t set;
	uint32_t kind;
	int64_t limit, settled; /* settled: holds that ended by then are forgotten */
};

/* Of a location; days 0: it has none. One day off after the other is a holiday. */
struct calendar {
	uint32_t days;
	int64_t offset, cutoff, holiday; /* in ms, but for the day number */
};

/* What an operation with an id did. Records are only ever added, so copies of a
 * model share one array. */
struct record {
	struct op request;
	struct op_result result;
	int64_t moved[OP_LINES][MODEL_PLACES]; /* shipped by a shipment; [0][0]: of its supply */
	struct supply supply;                  /* as a receipt found it */
};

struct model {
	int64_t granule;
	uint32_t order_count, record_count;
	struct record *records;
	struct bko_policy defaults, item_policy[OP_ITEMS];
	int32_t defined[OP_ITEMS], made;       /* made: positions so far */
	int64_t freed[OP_ITEMS][OP_LOCATIONS]; /* by this step, on their way in */
	struct limit limits[4][OP_ITEMS + OP_NAMES + 1];
	struct calendar calendars[OP_LOCATIONS];
	struct position positions[OP_ITEMS][OP_LOCATIONS];
	struct order orders[MODEL_ORDERS]; /* last, so that a copy ends with those in use */
};

/* ---- For the tests ---------------------------------------------------------- */

void model_begin(struct model *m, int64_t granule, struct record *records);
void model_copy(struct model *to, const struct model *from);
void model_play(struct model *m, const struct op *op, struct op_result *result);
void model_position(const struct model *m, int32_t item, int32_t location, struct bko_position *f);
uint32_t model_status(const struct model *m, const struct order *o, int64_t now);
struct order *model_order(struct model *m, uint32_t id);

struct waiting {
	const struct order *order;
	const struct line *line;
	const struct place *place;
};
enum { MODEL_WAITING = MODEL_ORDERS * OP_LINES * 2 };
int32_t model_queue(const struct model *m, int32_t item, int32_t location, struct waiting *queue);

/* ---- Among the files of the model ------------------------------------------- */

struct walk {
	uint32_t order, line;
	int32_t place, all, gone; /* all: untracked places too; gone: those of ended holds */
	struct order *o;
	struct line *l;
	struct place *p;
};
int model_walk(struct model *m, struct walk *w, int32_t item, int32_t location);

enum sum {
	SUM_ALLOCATED,
	SUM_UNPICKED,
	SUM_BACKORDERED,
	SUM_OUTSIDE,
	SUM_HELD_ALLOCATED,
	SUM_HELD_BACKORDERED,
	SUM_UNPARKED,
	SUM_ELIGIBLE, /* of those, what has a quantum to take */
	SUM_CLAIMS
};
int64_t model_sum(const struct model *m, int32_t item, int32_t location, enum sum which);
int64_t model_limit_used(const struct model *m, uint32_t of, int32_t id, int64_t now);
int64_t model_available(const struct model *m, int32_t item, int32_t location);

int model_before(const struct rank *a, const struct rank *b);
struct rank model_rank(struct position *p, const struct order *o, int64_t placed);
struct supply *model_find_supply(struct position *p, uint32_t id);
struct record *model_record(const struct model *m, uint32_t order, int32_t item, int32_t location,
                            uint32_t id);
int64_t model_enter(struct model *m, int32_t item, int32_t location, int64_t n);
void model_demote(struct model *m, int32_t item, int32_t location, int64_t n);
void model_demote_place(const struct order *o, struct place *p, int64_t n);
void model_finish(struct model *m, int32_t item, int32_t location);
int model_due(const struct model *m, int32_t item, int32_t location, int64_t now);
void model_settle(struct model *m, int32_t item, int32_t location, int64_t now);
struct position *model_touch(struct model *m, int32_t item, int32_t location, int64_t now);

struct promise {
	uint32_t first_kind, rest_kind;
	int64_t first, first_ms, rest_ms;
	int by_supply; /* the last unit comes with one */
};
int64_t model_ready(const struct model *m, const struct position *p, int64_t at);
int64_t model_comes(const struct model *m, const struct position *p, const struct supply *s);
int model_overdue(const struct position *p, const struct supply *s);
/* The dates of n units that come after `ahead` claims. */
struct promise model_promise(const struct model *m, int32_t item, int32_t location, int64_t ahead,
                             int64_t n, int64_t lead);
int64_t model_claims(const struct model *m, int32_t item, int32_t location,
                     const struct rank *before);
int64_t model_ahead(const struct model *m, const struct order *o, int32_t item, int32_t location);
/* The date by which supplies leave n units to nobody; 0: never. */
int64_t model_covered(const struct model *m, int32_t item, int32_t location, int64_t n);
int model_untracked(const struct position *p);
uint32_t model_closed(const struct position *p);
int64_t model_room(const struct model *m, const struct order *o, int32_t item, int32_t location,
                   uint32_t *reason);
struct place *model_place(struct model *m, struct order *o, struct line *l, int32_t location,
                          int32_t part, int32_t is_untracked, int64_t placed);
uint32_t model_covering(struct model *m, struct order *o);

int64_t model_decide(struct model *m, struct order *o, struct line *l, int32_t part, int64_t n,
                     uint32_t mask, struct bko_line_outcome *out);
void model_candidates(const struct model *m, struct line *l, const struct op_line *from);
void model_look(struct model *m, const struct line *l, int64_t now);
int32_t model_ask(struct model *m, const struct op *op, struct op_result *r);
int32_t model_explain(struct model *m, const struct op *op, struct op_result *r);
int32_t model_resolve(struct model *m, const struct op *op, struct op_result *r);
int32_t model_calendar(struct model *m, const struct op *op);
int32_t model_prune(struct model *m, const struct op *op);
void model_note_closed(struct model *m, struct order *o, int64_t now);
int32_t model_may(const struct model *m, const struct order *o, const struct op *op);
int32_t model_sell(struct model *m, struct order *o, const struct op *op, int64_t *n);
int32_t model_supply(struct position *p, uint32_t id, uint32_t origin, int64_t quantity,
                     int64_t due, int64_t grace);
int32_t model_begin_verb(struct model *m, const struct op *op, struct order **order);
int32_t model_order_verb(struct model *m, const struct op *op, struct op_result *r);
int32_t model_verb(struct model *m, const struct op *op, struct op_result *r);
int32_t model_stock(struct model *m, const struct op *op, struct op_result *r);

#endif
