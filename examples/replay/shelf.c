/*
 * See shelf.h. Days, deliveries and what comes back go by the rules of the shop
 * (supply.c, back.c), units are the same, orders and events are left out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHELF_CELLS_MAX = 1 << 27 };

uint32_t shelf_items(const struct shelf *shelf)
{
	return shelf->history->items.count;
}

double shelf_price(const struct shelf *shelf, uint32_t item, uint32_t period)
{
	return period >= shelf->priced[item] ? (double)shelf->prices[item] / 1000 : 1;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The day of an invoice, from 0. */
static uint32_t day_of(const struct shelf *shelf, const struct invoice *invoice)
{
	return (uint32_t)(invoice->time_ms / DAY_MS - shelf->history->first_day);
}

/* Takes what a row brings back off the customer's sales, the latest first: of each
 * what was refused, then what was sold, which comes back to the shelf; the rest is
 * written off. Returns the units of sales that were undone. */
static int64_t undo(struct shelf *shelf, uint32_t row)
{
	const struct row *rows = shelf->history->rows;
	int64_t left = -rows[row].quantity, undone = 0, units;
	int64_t *there = &shelf->there[rows[row].item];

	for (uint32_t at = rows[row].previous; at != HISTORY_NONE && left > 0;
	     at = rows[at].previous) {
		units = least(left, shelf->refused[at]);
		shelf->refused[at] -= units;
		undone += units;
		left -= units;
		units = least(left, shelf->sold[at]);
		shelf->sold[at] -= units;
		*there += units;
		undone += units;
		left -= units;
	}
	*there -= least(left, *there);
	return undone;
}

/* What is asked in each period does not depend on what is there. */
static void sum_up(struct shelf *shelf)
{
	const struct history *history = shelf->history;
	size_t items = shelf_items(shelf);

	for (uint32_t i = 0; i < history->numbers.count; i++) {
		const struct invoice *invoice = &history->invoices[history->by_time[i]];
		uint32_t at = invoice->first_row, end = at + invoice->sales;
		uint32_t period = day_of(shelf, invoice) / (uint32_t)shelf->settings->review_days;
		int64_t *asked = shelf->asked + (period + 1) * items;

		for (; at < end; at++) {
			const struct row *row = &history->rows[at];

			shelf->refused[at] = row->quantity;
			asked[row->item] += row->quantity;
			if (shelf->prices[row->item] == 0) {
				shelf->prices[row->item] = row->price;
				shelf->priced[row->item] = period + 1;
			}
		}
		for (end += invoice->returns; at < end; at++)
			asked[history->rows[at].item] -= undo(shelf, at);
	}
	for (size_t i = items; i < (shelf->periods + 1) * items; i++)
		shelf->asked[i] += shelf->asked[i - items];
	for (size_t i = 0; i < items; i++)
		if (shelf->prices[i] == 0) /* never sold at one */
			shelf->prices[i] = 1000;
}

int shelf_open(struct shelf *shelf, const struct settings *settings, const struct history *history)
{
	size_t items = history->items.count;

	memset(shelf, 0, sizeof *shelf);
	shelf->history = history;
	shelf->settings = settings;
	shelf->days = (uint32_t)(history->last_day - history->first_day + 1);
	shelf->periods = (shelf->days - 1) / (uint32_t)settings->review_days + 1;
	shelf->counted = shelf->days / 2;
	if ((shelf->periods + 1) * items > SHELF_CELLS_MAX ||
	    (size_t)(settings->lead_days + 1) * items > SHELF_CELLS_MAX) {
		fprintf(stderr, "replay: too many items and reviews for --plan\n");
		return 0;
	}
	shelf->prices = text_zeroed(items, sizeof *shelf->prices);
	shelf->priced = text_zeroed(items, sizeof *shelf->priced);
	shelf->asked = text_zeroed((shelf->periods + 1) * items, sizeof *shelf->asked);
	shelf->there = text_zeroed(items, sizeof *shelf->there);
	shelf->incoming = text_zeroed(items, sizeof *shelf->incoming);
	shelf->arriving =
		text_zeroed((size_t)(settings->lead_days + 1) * items, sizeof *shelf->arriving);
	shelf->sold = text_zeroed(history->row_count, sizeof *shelf->sold);
	shelf->refused = text_zeroed(history->row_count, sizeof *shelf->refused);
	sum_up(shelf);
	return 1;
}

void shelf_close(struct shelf *shelf)
{
	free(shelf->prices);
	free(shelf->priced);
	free(shelf->asked);
	free(shelf->there);
	free(shelf->incoming);
	free(shelf->arriving);
	free(shelf->sold);
	free(shelf->refused);
}

/* Orders, then takes in what comes today: with a lead time of 0 both are one. */
static void morning(struct shelf *shelf, uint32_t day, shelf_level level, const void *how)
{
	uint32_t lead = (uint32_t)shelf->settings->lead_days, items = shelf_items(shelf);
	uint32_t review = (uint32_t)shelf->settings->review_days;
	int64_t *ordered = shelf->arriving + (size_t)((day + lead) % (lead + 1)) * items;
	int64_t *comes = shelf->arriving + (size_t)(day % (lead + 1)) * items;

	for (uint32_t i = 0; i < items && day % review == 0; i++) {
		int64_t wanted = level(how, i, day / review) - shelf->there[i] - shelf->incoming[i];

		if (wanted > 0) {
			ordered[i] += wanted;
			shelf->incoming[i] += wanted;
		}
	}
	for (uint32_t i = 0; i < items; i++) {
		shelf->there[i] += comes[i];
		shelf->incoming[i] -= comes[i];
		comes[i] = 0;
	}
}

static void serve(struct shelf *shelf, const struct invoice *invoice, int counts,
                  struct shelf_result *result)
{
	uint32_t at = invoice->first_row, end = at + invoice->sales;

	for (; at < end; at++) {
		const struct row *row = &shelf->history->rows[at];
		int64_t units = least(shelf->there[row->item], row->quantity);

		shelf->there[row->item] -= units;
		shelf->sold[at] = units;
		shelf->refused[at] = row->quantity - units;
		result->asked += counts ? row->quantity : 0;
		result->given += counts ? units : 0;
	}
	for (end += invoice->returns; at < end; at++)
		undo(shelf, at);
}

void shelf_run(struct shelf *shelf, shelf_level level, const void *how, uint32_t from,
               uint32_t until, struct shelf_result *result)
{
	const struct history *history = shelf->history;
	size_t items = shelf_items(shelf);
	uint32_t at = 0;

	memset(result, 0, sizeof *result);
	memset(shelf->there, 0, items * sizeof *shelf->there);
	memset(shelf->incoming, 0, items * sizeof *shelf->incoming);
	memset(shelf->arriving, 0,
	       (size_t)(shelf->settings->lead_days + 1) * items * sizeof *shelf->arriving);
	for (uint32_t day = 0; day < until; day++) {
		morning(shelf, day, level, how);
		for (; at < history->numbers.count; at++) {
			const struct invoice *invoice = &history->invoices[history->by_time[at]];

			if (day_of(shelf, invoice) != day)
				break;
			serve(shelf, invoice, day >= from, result);
		}
		for (size_t i = 0; i < items && day >= from; i++)
			result->value += (double)shelf->there[i] * (double)shelf->prices[i];
	}
	if (until > from)
		result->value /= until - from;
}
