/*
 * The shop's own book. It counts every unit a second time, from what the
 * library answered and what moved over the counter: what is physically on the
 * shelf is known here, so that overselling would be seen and not assumed away.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef REPLAY_BOOK_H
#define REPLAY_BOOK_H

#include "history.h"

#include <stdio.h>

/* What the report says. "At placing" is the moment at which an order came. */
enum figure {
	ORDERS,           /* asked */
	ORDERS_ALLOCATED, /* every line in full at placing */
	LINES,
	LINES_ALLOCATED,   /* in full at placing */
	LINES_BACKORDERED, /* with any unit of it */
	LINES_REFUSED,     /* with any unit of it */
	UNITS,
	UNITS_ALLOCATED,   /* at placing */
	UNITS_BACKORDERED, /* at placing: what would be lost without backorders */
	UNITS_REFUSED,
	UNITS_SERVED,  /* allocated after waiting */
	UNITS_DROPPED, /* cancelled while waiting */
	UNITS_LOST,    /* allocated, then gone: they wait again */
	UNITS_WAITING, /* at the end */
	PEAK,          /* most units waiting at a time */
	PEAK_MS,
	WAIT_MEDIAN, /* ms from placing to allocation, of units that waited */
	WAIT_NINETY,
	WAIT_LONGEST,
	PROMISES,          /* lines with units backordered, given a date within the history */
	PROMISES_KEPT,     /* of them in full by that date */
	PROMISES_ALL,      /* the same of all accepted lines */
	PROMISES_ALL_KEPT, /* allocated at placing is kept */
	UNITS_OPENING,
	UNITS_RECEIVED,
	UNITS_SHIPPED,
	UNITS_RETURNED,
	UNITS_ARCHIVED,  /* of them after their order was archived */
	UNITS_CANCELLED, /* of what was allocated and had not left */
	UNITS_FORGONE,   /* undone by the customer, but refused here before */
	UNITS_WRITTEN_OFF,
	UNITS_ABSENT, /* to be written off, but not on this shelf */
	UNITS_ON_HAND,
	BOOKS_DIFFER, /* items of which the library's stock is not the book's */
	OVERSOLD,     /* units that left the shelf without being there */
	VIOLATIONS,   /* found by the library's own verification */
	FIGURES
};

struct month {
	int64_t asked, allocated, backordered, refused;
};

/* Where the units of a sale are. */
struct sale {
	int64_t allocated, waiting, shipped, returned, refused, forgone;
	int64_t promise_ms;              /* as in a log entry */
	int64_t ready_ms;                /* when first nothing of it waited any more; 0: not yet */
	uint32_t backordered, cancelled; /* 1: ever */
};

/* An item. on_hand is what is physically there. */
struct goods {
	int64_t on_hand, allocated, waiting, incoming;
};

struct wait {
	int64_t ms, units;
};

struct book {
	const struct history *history;
	FILE *log; /* NULL: none */
	struct sale *sales;
	struct goods *goods;
	struct month *months;
	uint32_t month_count;
	int64_t first_month; /* year x 12 + month */
	struct wait *waits;
	size_t wait_count, wait_room;
	int64_t waiting;
	int64_t figures[FIGURES];
};

void book_open(struct book *book, const struct history *history, FILE *log);
void book_close(struct book *book);

/* What was decided for a sale; promise_ms as in a log entry. */
struct decision {
	int64_t allocated, backordered, refused, promise_ms;
	const char *reason;
};
void book_order(struct book *book, const struct invoice *invoice);
void book_decided(struct book *book, uint32_t row, const struct decision *decision);

/* Units of a sale: after waiting they are served; lost ones wait again. */
void book_served(struct book *book, uint32_t row, int64_t units, int64_t now_ms);
void book_lost(struct book *book, uint32_t row, int64_t units, int64_t now_ms);
void book_shipped(struct book *book, uint32_t row, int64_t units, int64_t now_ms);

/* What the row `cause` of the history undoes of a sale. */
void book_cancelled(struct book *book, uint32_t row, int64_t units, uint32_t cause);
void book_returned(struct book *book, uint32_t row, int64_t units, uint32_t cause, int archived);
void book_forgone(struct book *book, uint32_t row, int64_t units, uint32_t cause);

/* The shelf. `absent` units should be written off, but are not there. */
void book_opening(struct book *book, uint32_t item, int64_t units, int64_t now_ms);
void book_received(struct book *book, uint32_t item, int64_t units, int64_t now_ms);
void book_written_off(struct book *book, uint32_t cause, int64_t units, int64_t absent);

/* Computes the figures that are known only at the end. */
void book_finish(struct book *book);

#endif
