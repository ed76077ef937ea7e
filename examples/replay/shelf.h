/*
 * The shop in small: what lies on the shelf, what is on order, what is sold or
 * refused. It plays a history many times faster than the library's shop does, so
 * that many ways to buy can be tried; it knows nothing of the library.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef REPLAY_SHELF_H
#define REPLAY_SHELF_H

#include "history.h"
#include "settings.h"

struct shelf {
	const struct history *history;
	const struct settings *settings;
	uint32_t days, periods; /* of the history; periods last from one review to the next */
	uint32_t counted;       /* the day from which on figures are counted: the second half */
	int64_t *prices;        /* of each item when it first was sold at one, in thousandths */
	uint32_t *priced;       /* the first review after that */

	/* Units asked less undone, of all periods before one: [period x items + item]. */
	int64_t *asked;

	/* Of a run. */
	int64_t *there, *incoming, *arriving, *sold, *refused;
};

/* Units on the shelf and on order to buy up to, at the review that begins period
 * `period` (0: the first day). */
typedef int64_t (*shelf_level)(const void *how, uint32_t item, uint32_t period);

/* What is counted of a run. */
struct shelf_result {
	int64_t asked, given; /* units */
	double value;         /* of the stock in the evenings, mean, in thousandths */
};

/* Returns 0, and says why on stderr, if the history is too long for that. */
int shelf_open(struct shelf *shelf, const struct settings *settings, const struct history *history);
void shelf_close(struct shelf *shelf);

/* Items of the history. */
uint32_t shelf_items(const struct shelf *shelf);

/* What is known of a price at a review, in whole units of money; 1 where nothing is. */
double shelf_price(const struct shelf *shelf, uint32_t item, uint32_t period);

/* The shop begins with nothing, on the first day, and buys like this ever after.
 * What is not there is refused. Days from `from` to before `until` are counted. */
void shelf_run(struct shelf *shelf, shelf_level level, const void *how, uint32_t from,
               uint32_t until, struct shelf_result *result);

#endif
