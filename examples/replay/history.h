/*
 * An order history, as the invoices of a shop tell it: what was asked, when and
 * by whom, and what came back.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef REPLAY_HISTORY_H
#define REPLAY_HISTORY_H

#include "csv.h"

enum {
	HISTORY_UNITS_MAX = 1000000000, /* of one row */
	HISTORY_ROWS_MAX = 4096,        /* of one invoice: what an order may have */
	HISTORY_DAYS_MAX = 40000,
	HISTORY_FAULTS_KEPT = 10
};
#define HISTORY_NONE UINT32_MAX

/* A row of an invoice: asked units, or (negative) units that came back. */
struct row {
	uint32_t invoice, item, customer;
	uint32_t source;   /* line of the input on which it began */
	uint32_t previous; /* the latest earlier sale of that item to that customer */
	uint32_t price;    /* of a unit, in thousandths; 0: none was given */
	int64_t quantity;
};

/* Rows of an invoice lie together: sales first, in the order of the input, so
 * that the n-th sale is line n of the order, then what came back. */
struct invoice {
	struct bko_span id;
	uint32_t customer; /* HISTORY_NONE: none was given */
	uint32_t first_row, sales, returns;
	int64_t time_ms; /* of its first row */
};

struct history {
	struct csv csv; /* the input: names point into it */
	struct names items, customers, numbers;
	struct row *rows;
	struct invoice *invoices;
	uint32_t *by_time;           /* invoices in the order in which they are played */
	uint32_t row_count, largest; /* largest: sales of one invoice */
	int64_t first_day, last_day; /* since 1970 */
	struct bko_span note;        /* what the input says of itself; empty: nothing */

	int64_t data_rows, skipped, malformed;
	uint32_t faults[HISTORY_FAULTS_KEPT]; /* lines of the first malformed rows */
};

/* Reads an order history; rows that are malformed are named on stderr and left
 * out. `skip` names more codes that are no product, separated by commas.
 * Returns 0 and says why on stderr if there is nothing to play. */
int history_open(struct history *history, const char *file, const char *skip);

void history_close(struct history *history);

#endif
