/*
 * order.h - orders at work: the record with its lines and places, loaded whole and
 * put whole, over as many rows as it needs.
 */
#ifndef BKO_ENGINE_ORDER_H
#define BKO_ENGINE_ORDER_H

#include "engine/op.h"
#include "engine/part.h"

/* Where a place is at work, as found before. */
struct bko__seat {
	struct bko__pos *pos;
	struct bko__pt *part; /* NULL: not looked for yet, or nothing of it is open */
};

struct bko__ol {
	struct bko__line rec;
	struct bko_span *candidates; /* rec.candidate_count */
	struct bko__place *places;   /* rec.place_count, room for place_capacity */
	struct bko__seat *seats;     /* of its first seat_count places */
	uint32_t place_capacity, seat_count;
};

struct bko__ord {
	struct bko__row *row;
	struct bko_span id;
	struct bko__order rec;
	struct bko__ol *lines;
	int64_t now; /* latest of the operation's and its positions' times, once loaded */
	uint32_t lane;
	struct bko__range *rest; /* further rows */
	int64_t extend;          /* its positions' agenda rows of this time are wanted as well .. */
	const struct bko_span *beside; /* .. and this position of the item of that line */
	uint32_t beside_line;
};

/* A place together with its position and, if it waited, its part. */
struct bko__at {
	struct bko__ol *line;
	struct bko__place *place;
	struct bko__pos *pos;
	struct bko__pt *part; /* NULL: it never waited, or nothing of it is open */
	uint32_t line_number;
};

void bko__order_key(const struct bko_span *order, struct bko__key *key);

/* Wants the order's row; on a remote store its further rows as well. One object an
 * order and run: what one step changes the next one sees. */
struct bko__ord *bko__order_want(struct bko_engine *engine, const struct bko_span *order);

/* Fetches and decodes it: BKO_E_NOT_FOUND, or BKO_E_STATE for a record of a refusal. */
int32_t bko__order_load(struct bko_engine *engine, struct bko__ord *order);

/* Decodes it from its row, whatever its state; *found 0: there is none. */
int32_t bko__order_decode(struct bko_engine *engine, struct bko__ord *order, uint32_t *found);

/* Wants the positions and parts of all places of a line (or all lines: UINT32_MAX)
 * and loads them. */
int32_t bko__order_positions(struct bko_engine *engine, struct bko__ord *order, uint32_t line,
                             uint32_t flags, int64_t now);
/* The agenda rows of a hold, wanted with them. */
struct bko__at bko__order_at(struct bko_engine *engine, struct bko__ord *order, uint32_t line,
                             uint32_t place);

struct bko__rank bko__place_rank(const struct bko__place *place);

/* Whether a held order's hold still lives, its positions being loaded. */
int bko__order_live(struct bko_engine *engine, const struct bko__ord *order);

/* Status from the record and the lines; waiting and allocated units come from
 * what was shipped and cancelled. */
uint32_t bko__order_status(const struct bko__ord *order, int64_t now);

int64_t bko__line_open(const struct bko__line *line); /* ordered - shipped - cancelled */

/* Room for one more place of a line; the caller fills it. NULL: no memory. */
struct bko__place *bko__line_place(struct bko_engine *engine, struct bko__ol *line);

/* Puts the order (a recorded refusal is one with lines and no units), or the record of a void
 * or an error. */
int32_t bko__order_put(struct bko_engine *engine, struct bko__ord *order);
void bko__order_record(struct bko_engine *engine, uint32_t state, int64_t error);

/* An event of the order's own lane. */
void bko__order_tell(struct bko_engine *engine, const struct bko__ord *order, uint32_t line,
                     const struct bko__pos *pos, uint32_t kind, int64_t amount, uint32_t detail,
                     const struct bko_span *cause);

/* Units allocated, waiting and picked at a place, wherever they are kept. */
int64_t bko__at_allocated(const struct bko__at *at);
int64_t bko__at_waiting(const struct bko__at *at);
int64_t bko__at_picked(const struct bko__at *at);

/* Moves allocated (and of them picked) units of a place: its own record or its
 * part's, and the head's sum; shelf units go from or to `open`. */
void bko__at_allocate(struct bko_engine *engine, const struct bko__at *at, int64_t units);

/* Notes that units are taken off a line that are no whole quanta. */
void bko__at_quanta(const struct bko__at *at, int64_t units);
void bko__at_pick(struct bko_engine *engine, const struct bko__at *at, int64_t units);

/* Drops waiting units of a part: outside ones first, sums and limits follow. */
int32_t bko__at_drop_waiting(struct bko_engine *engine, const struct bko__at *at, int64_t units,
                             int64_t until);

#endif
