/*
 * verify.h - checking a whole store in bounded memory. Positions are taken in groups:
 * their heads are copied, their rows and the places of all orders summed up, then
 * heads that have not moved meanwhile are compared with the sums. Items, orders, the
 * outcomes below them, due rows, rows that stand alone and events are checked in passes
 * of their own. A key that is none is one finding, and the walk goes on behind it.
 */
#ifndef BKO_ENGINE_VERIFY_H
#define BKO_ENGINE_VERIFY_H

#include "engine/copy.h"

enum { BKO__GROUP_MAX = 256, BKO__KEY_OF_POSITION = 2 * BKO_ID_MAX + 3 };

/* One position under audit. */
struct bko__audited {
	uint32_t key_size, moved;
	uint8_t key[BKO__KEY_OF_POSITION];
	struct bko__head head; /* as copied */
	struct bko__head sums; /* the figures of Q3, summed anew */
	uint32_t no_due;       /* the T row that the head speaks of is not there */
	uint32_t no_item;      /* nor is its item */
	uint32_t bad_quanta;   /* parts of lines that are no whole quanta */
	uint32_t takers;       /* eligible parts that wait for a quantum or more */
	uint32_t bad_rows, bad_ranks, late_holds, strays; /* rows that break RECORD, F1, R2, S1 */
	uint32_t bad_dates;  /* supplies that are overdue and not marked, or the reverse */
	int64_t due;         /* when time has something to do, by the rows */
	int64_t agenda[2];   /* allocated, backordered units of holds, by agenda rows */
	struct bko_id stray; /* an order of a stray row */
};

/* Phases of a cursor; its key holds the phase and where it stands. */
enum bko__phase {
	BKO__AUDIT_GROUP,    /* copies heads */
	BKO__AUDIT_ROWS,     /* sums rows below them */
	BKO__AUDIT_PLACES,   /* sums places of all orders */
	BKO__AUDIT_JUDGE,    /* compares */
	BKO__AUDIT_AGAIN,    /* copies the heads that moved once more */
	BKO__AUDIT_ITEMS,    /* what items name */
	BKO__AUDIT_ORDERS,   /* each order */
	BKO__AUDIT_OUTCOMES, /* rows below orders */
	BKO__AUDIT_DUE,      /* T rows */
	BKO__AUDIT_ALONE,    /* defaults, calendars, settings, limits */
	BKO__AUDIT_LANES,
	BKO__AUDIT_DONE
};

enum { BKO__FOUND_MAX = 32 /* findings of a step at most */ };
struct bko__audit {
	uint64_t ticket; /* of the cursor it belongs to */
	size_t size;     /* bytes of this */
	uint32_t count, capacity, at;
	uint32_t phase, end; /* end: the group is the last */
	uint32_t tries;      /* of the group, an order, a page of due rows */
	uint32_t rows[4];    /* found: calendars, limits of each kind */
	uint32_t lane;
	uint64_t number;      /* of events: the next one expected */
	struct bko__key from; /* where the phase stands */
	struct bko__key next; /* after this step */
	struct bko__key group_end;
	uint32_t found_count, found_out; /* findings made; of them given out */
	struct bko_finding found[BKO__FOUND_MAX];
	struct bko__audited positions[1];
};

void bko__found(struct bko__audit *audit, uint32_t check, uint32_t what, int64_t expected,
                int64_t found, const struct bko_span *item, const struct bko_span *location,
                const struct bko_span *order, uint32_t line);

/* What is wrong with an order: the first thing, or nothing (check 0). */
struct bko__fault {
	uint32_t check, what, line;
	int64_t expected, found;
};

/* One argument for all steps. A step writes to the audit after its last fetch only, so
 * that it may run again from its beginning. */
enum { BKO__AUDIT_HEADS = 16, BKO__AUDIT_BELOW = 48, BKO__AUDIT_DUES = 32 };
struct bko__auditing {
	struct bko__audit *audit;
	int64_t now;
	uint32_t flags;
	uint32_t done; /* the phase is through */
	/* of a step: where it stands, where its rows end, a head in hand, what it read */
	struct bko__key from, end;
	struct bko__head head;
	union {
		struct {
			struct bko__row *heads[BKO__AUDIT_HEADS], *dues[BKO__AUDIT_HEADS],
				*items[BKO__AUDIT_HEADS];
			struct bko__row *odd[2 * BKO__AUDIT_HEADS];
		} group;
		struct {
			struct bko__pt *parts[BKO__AUDIT_BELOW];
			struct bko__ord *orders[BKO__AUDIT_BELOW];
		} below;
		struct bko__row *heads[BKO__AUDIT_DUES];
	} read;
	uint32_t figure; /* judged last */
	struct bko__fault fault;
};

/* The defaults, whose damage does not end the walk: none then. */
int32_t bko__audit_base(struct bko_engine *engine);

/* Whether to look at the same place again, because others write to the store and its rows
 * may have been of several moments. */
int bko__audit_doubts(struct bko_engine *engine, struct bko__audit *audit, int wrong);

/* The next order at or behind a key, which then stands behind all of its rows. An empty id
 * short of the end: a key that is none was passed over. */
int32_t bko__audit_next(struct bko_engine *engine, struct bko__key *from, struct bko_span *id,
                        uint32_t *end);

int32_t bko__audit_group(struct bko_engine *engine, void *arguments);
int32_t bko__audit_rows(struct bko_engine *engine, void *arguments);
int32_t bko__audit_places(struct bko_engine *engine, void *arguments);
int32_t bko__audit_judge(struct bko_engine *engine, void *arguments);
int32_t bko__audit_again(struct bko_engine *engine, void *arguments);
int32_t bko__audit_repair(struct bko_engine *engine, void *arguments);
int32_t bko__audit_items(struct bko_engine *engine, void *arguments);
int32_t bko__audit_orders(struct bko_engine *engine, void *arguments);
int32_t bko__audit_outcomes(struct bko_engine *engine, void *arguments);
int32_t bko__audit_due(struct bko_engine *engine, void *arguments);
int32_t bko__audit_alone(struct bko_engine *engine, void *arguments);
int32_t bko__audit_lanes(struct bko_engine *engine, void *arguments);

#endif
