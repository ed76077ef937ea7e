/*
 * decide.h - deciding lines over their candidate locations: the step that
 * availability, quote, place, confirm and amend share.
 */
#ifndef BKO_ENGINE_DECIDE_H
#define BKO_ENGINE_DECIDE_H

#include "engine/order.h"
#include "rules/accept.h"

/* One line to be decided, and what became of it. */
struct bko__plan {
	struct bko_span item;
	struct bko_span candidates[BKO_CANDIDATES_MAX];
	struct bko__pos *pos[BKO_CANDIDATES_MAX];
	struct bko__row *item_row; /* of "any" */
	uint32_t count, any;
	int64_t quantity;

	int64_t now[BKO_CANDIDATES_MAX];       /* units taken at each */
	uint32_t location[BKO_CANDIDATES_MAX]; /* the line's own number of each */
	int64_t keep_placed;                   /* and their placing time */
	const struct bko__place *keep;         /* whose rank the units keep, or NULL */
	int64_t taken, later, refused;
	uint32_t home;             /* candidate where the later units wait */
	struct bko__decision said; /* for the outcome */
};

/* What all lines of one order have in common. */
struct bko__buyer {
	struct bko_span customer, channel, without;
	uint32_t order_class, in_order;
	int64_t need_by, now;
	int64_t hold_until; /* of a hold, else 0 */
	struct bko__plan *plans;
	uint32_t count;
};

/* Wants the positions of a line (or its item, for "any"). */
void bko__decide_want(struct bko_engine *engine, struct bko__plan *plan, uint32_t flags);

/* After the fetch: resolves "any"; loads all positions and limits. */
int32_t bko__decide_load(struct bko_engine *engine, struct bko__buyer *buyer, uint32_t flags);

/* Decides all lines together and in order; takes what each gets now from the heads,
 * so that the next line sees what is left. Later units are the caller's to place:
 * `placed` does that for a line before the next one is decided. */
typedef int32_t (*bko__placed)(struct bko_engine *engine, struct bko__buyer *buyer, uint32_t line,
                               void *context);
int32_t bko__decide_all(struct bko_engine *engine, struct bko__buyer *buyer, bko__placed placed,
                        void *context);

/* Of one line already loaded: its decision at all candidates. */
int32_t bko__decide_line(struct bko_engine *engine, struct bko__buyer *buyer, uint32_t line,
                         uint32_t mask, int64_t order_use);

/* What a decision about `quantity` units of a line at one position looks at; loads what
 * it needs. */
int32_t bko__decide_view(struct bko_engine *engine, const struct bko__buyer *buyer,
                         const struct bko__plan *plan, struct bko__pos *pos, int64_t quantity,
                         struct bko__view *view);

/* Mask of the limits across positions that exist for this line. */
uint32_t bko__limits_present(struct bko_engine *engine, const struct bko__buyer *buyer,
                             const struct bko__plan *plan);

/* Fills the parts of a public line outcome that a decision tells. */
void bko__said_out(const struct bko__plan *plan, struct bko_line_outcome *out);

#endif
