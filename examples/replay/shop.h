/*
 * The shop: a host of the library. It places the orders of a history, takes
 * back what came back, orders from suppliers, receives, ships, and keeps the
 * library's store small behind itself.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef REPLAY_SHOP_H
#define REPLAY_SHOP_H

#include "book.h"
#include "keep.h"
#include "planner.h"
#include "settings.h"

#include "backorder/backorder.h"

enum {
	SHOP_WINDOW = 28, /* days that demand is averaged over */
	SHOP_EVENTS = 256 /* read at a time */
};

/* A delivery under way, in the list of the day on which it comes. */
struct delivery {
	int64_t units;
	uint32_t item, number, next;
};

/* What the merchant knows of an item's demand. */
struct demand {
	int64_t days[SHOP_WINDOW + 1]; /* units asked less undone, by day, in turn */
	int64_t sum;                   /* of the window before today */
	int64_t estimate;              /* units of the window, before there was one */
	int64_t safety;                /* as last told to the library */
};

struct shop {
	const struct settings *settings;
	const struct history *history;
	struct book *book;
	struct planner *planner; /* NULL: the shop buys for days of cover */
	int failed;              /* a call went wrong: said on stderr, nothing more is done */

	void *arena;
	struct keep keep;
	bko_engine *engine;
	uint64_t last_event;

	/* Room for the largest order. */
	struct bko_line *lines;
	struct bko_line_outcome *outcomes;
	struct bko_pick *picks;
	struct bko_event *events;

	uint32_t *ready; /* invoices with units to ship */
	uint32_t ready_count;
	unsigned char *is_ready;
	uint32_t shipments;

	struct demand *demand;
	int64_t estimate_days;
	struct delivery *deliveries;
	uint32_t delivery_count, delivery_room;
	uint32_t *arriving; /* first delivery of each day, plus 1 */
	int64_t today;      /* since 1970 */
};

/* Opens store and engine, defines the items, puts the opening stock there; with a planner
 * (lent) there is none. */
void shop_open(struct shop *shop, const struct settings *settings, const struct history *history,
               struct book *book, struct planner *planner);

/* Begins and ends a day, counted from 1970-01-01. */
void shop_morning(struct shop *shop, int64_t day);
void shop_evening(struct shop *shop, int64_t day);

/* Plays an invoice: its sales are an order, the rest comes back (orders.c). */
void shop_invoice(struct shop *shop, uint32_t invoice);

/* Has the library verify itself, and compares the book with it. */
void shop_verify(struct shop *shop, int64_t now_ms);

/* Bytes that the store took. */
uint64_t shop_bytes(const struct shop *shop);

void shop_close(struct shop *shop);

/* ---- Between the files of the shop ---------------------------------------- */

/* Says on stderr what a call of the library told, unless that is BKO_OK. */
int shop_check(struct shop *shop, int32_t status, const char *call, struct bko_span about);

/* What precedes a change: an id made of a letter and numbers, kept in `text`. */
enum { SHOP_ID = 32 };
struct bko_op shop_op(char text[SHOP_ID], char kind, uint32_t a, uint32_t b, int64_t now_ms);

/* (orders.c) Carries on what the last call left to do, and reads what it brought to lines
 * that waited. */
void shop_settle(struct shop *shop, int64_t now_ms);

/* (orders.c) Ships all that is allocated. */
void shop_dispatch(struct shop *shop, int64_t now_ms);

/* Replenishment (supply.c). */
void supply_open(struct shop *shop);
void supply_morning(struct shop *shop, int64_t day);
void supply_order(struct shop *shop, uint32_t item, int64_t units, int64_t day);
void supply_asked(struct shop *shop, uint32_t row, int64_t units);
void supply_close(struct shop *shop);

/* What comes back (back.c). */
void back_take(struct shop *shop, uint32_t row);

#endif
