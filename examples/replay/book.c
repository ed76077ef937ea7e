/*
 * The shop's own book: figures, months, waiting times, and the log.
 *
 * SPDX-License-Identifier: MIT
 */
#include "book.h"
#include "log.h"

#include <stdlib.h>
#include <string.h>

static int64_t month_of(int64_t ms)
{
	char date[DATE_TEXT];

	text_of_time(date, ms);
	return ((date[0] - '0') * 1000 + (date[1] - '0') * 100 + (date[2] - '0') * 10 + date[3] -
	        '0') * 12 +
	       (date[5] - '0') * 10 + date[6] - '0' - 1;
}

void book_open(struct book *book, const struct history *history, FILE *log)
{
	memset(book, 0, sizeof *book);
	book->history = history;
	book->log = log;
	book->sales = text_zeroed(history->row_count, sizeof *book->sales);
	book->goods = text_zeroed(history->items.count, sizeof *book->goods);
	book->first_month = month_of(history->first_day * DAY_MS);
	book->month_count =
		(uint32_t)(month_of(history->last_day * DAY_MS) - book->first_month) + 1;
	book->months = text_zeroed(book->month_count, sizeof *book->months);
}

void book_close(struct book *book)
{
	free(book->sales);
	free(book->goods);
	free(book->months);
	free(book->waits);
}

/* When a row of the history happened. */
static int64_t time_of(const struct book *book, uint32_t row)
{
	return book->history->invoices[book->history->rows[row].invoice].time_ms;
}

/* What the log says of a sale. */
static struct log_entry entry_of(const struct book *book, const char *event, uint32_t row,
                                 int64_t units, int64_t now_ms)
{
	const struct history *history = book->history;
	const struct row *sale = &history->rows[row];
	struct log_entry entry = {0};

	entry.time_ms = now_ms;
	entry.event = event;
	entry.order = history->invoices[sale->invoice].id;
	entry.item = history->items.list[sale->item];
	if (sale->customer != HISTORY_NONE)
		entry.customer = history->customers.list[sale->customer];
	entry.row = sale->source;
	entry.units = units;
	return entry;
}

static void note(struct book *book, const char *event, uint32_t row, int64_t units, int64_t now_ms,
                 uint32_t cause)
{
	struct log_entry entry;

	if (!book->log || units == 0)
		return;
	entry = entry_of(book, event, row, units, now_ms);
	if (cause != HISTORY_NONE)
		entry.cause = book->history->rows[cause].source;
	log_write(book->log, &entry);
}

/* Writes down what was decided for a sale. */
static void note_decision(struct book *book, uint32_t row, const struct decision *decision)
{
	int64_t accepted = decision->allocated + decision->backordered;
	struct log_entry entry = entry_of(book, "accepted", row, accepted, time_of(book, row));

	entry.promise_ms = decision->promise_ms;
	if (accepted > 0)
		log_write(book->log, &entry);
	entry.promise_ms = LOG_NO_PROMISE;
	entry.event = "backordered";
	entry.units = decision->backordered;
	if (entry.units > 0)
		log_write(book->log, &entry);
	entry.event = "refused";
	entry.units = decision->refused;
	entry.reason = decision->reason;
	if (entry.units > 0)
		log_write(book->log, &entry);
}

static void note_goods(struct book *book, const char *event, uint32_t item, int64_t units,
                       int64_t now_ms, uint32_t cause)
{
	struct log_entry entry = {0};

	if (!book->log || units == 0)
		return;
	entry.time_ms = now_ms;
	entry.event = event;
	entry.item = book->history->items.list[item];
	entry.units = units;
	if (cause != HISTORY_NONE)
		entry.cause = book->history->rows[cause].source;
	log_write(book->log, &entry);
}

static void wait_more(struct book *book, uint32_t row, int64_t units, int64_t now_ms)
{
	book->sales[row].waiting += units;
	book->goods[book->history->rows[row].item].waiting += units;
	book->waiting += units;
	if (book->waiting > book->figures[PEAK]) {
		book->figures[PEAK] = book->waiting;
		book->figures[PEAK_MS] = now_ms;
	}
}

static void wait_less(struct book *book, uint32_t row, int64_t units, int64_t now_ms)
{
	struct sale *sale = &book->sales[row];

	sale->waiting -= units;
	book->goods[book->history->rows[row].item].waiting -= units;
	book->waiting -= units;
	if (sale->waiting == 0 && sale->ready_ms == 0)
		sale->ready_ms = now_ms;
}

static void allocate(struct book *book, uint32_t row, int64_t units)
{
	book->sales[row].allocated += units;
	book->goods[book->history->rows[row].item].allocated += units;
}

void book_order(struct book *book, const struct invoice *invoice)
{
	int whole = 1;

	for (uint32_t i = 0; i < invoice->sales; i++) {
		const struct sale *sale = &book->sales[invoice->first_row + i];

		whole &= sale->allocated == book->history->rows[invoice->first_row + i].quantity;
	}
	book->figures[ORDERS]++;
	book->figures[ORDERS_ALLOCATED] += whole;
}

void book_decided(struct book *book, uint32_t row, const struct decision *decision)
{
	struct sale *sale = &book->sales[row];
	int64_t *figures = book->figures, now_ms = time_of(book, row);
	int64_t asked = decision->allocated + decision->backordered + decision->refused;
	struct month *month = &book->months[month_of(now_ms) - book->first_month];

	figures[LINES]++;
	figures[LINES_ALLOCATED] += decision->allocated == asked;
	figures[LINES_BACKORDERED] += decision->backordered > 0;
	figures[LINES_REFUSED] += decision->refused > 0;
	figures[UNITS] += asked;
	figures[UNITS_ALLOCATED] += decision->allocated;
	figures[UNITS_BACKORDERED] += decision->backordered;
	figures[UNITS_REFUSED] += decision->refused;
	month->asked += asked;
	month->allocated += decision->allocated;
	month->backordered += decision->backordered;
	month->refused += decision->refused;

	sale->promise_ms = decision->promise_ms;
	sale->refused = decision->refused;
	sale->backordered = decision->backordered > 0;
	if (decision->allocated > 0 && decision->backordered == 0)
		sale->ready_ms = now_ms;
	allocate(book, row, decision->allocated);
	wait_more(book, row, decision->backordered, now_ms);
	if (book->log)
		note_decision(book, row, decision);
}

void book_served(struct book *book, uint32_t row, int64_t units, int64_t now_ms)
{
	if (book->wait_count == book->wait_room) {
		book->wait_room = book->wait_room ? book->wait_room * 2 : 4096;
		book->waits = text_room(book->waits, book->wait_room, sizeof *book->waits);
	}
	book->waits[book->wait_count].ms = now_ms - time_of(book, row);
	book->waits[book->wait_count++].units = units;
	book->figures[UNITS_SERVED] += units;
	allocate(book, row, units);
	wait_less(book, row, units, now_ms);
	note(book, "allocated", row, units, now_ms, HISTORY_NONE);
}

void book_lost(struct book *book, uint32_t row, int64_t units, int64_t now_ms)
{
	book->figures[UNITS_LOST] += units;
	allocate(book, row, -units);
	wait_more(book, row, units, now_ms);
	note(book, "lost", row, units, now_ms, HISTORY_NONE);
}

void book_shipped(struct book *book, uint32_t row, int64_t units, int64_t now_ms)
{
	struct goods *goods = &book->goods[book->history->rows[row].item];
	int64_t there = goods->on_hand > 0 ? goods->on_hand : 0;

	if (units > there)
		book->figures[OVERSOLD] += units - there;
	goods->on_hand -= units;
	allocate(book, row, -units);
	book->sales[row].shipped += units;
	book->figures[UNITS_SHIPPED] += units;
	note(book, "shipped", row, units, now_ms, HISTORY_NONE);
}

void book_cancelled(struct book *book, uint32_t row, int64_t units, uint32_t cause)
{
	struct sale *sale = &book->sales[row];
	int64_t now_ms = time_of(book, cause);
	int64_t waiting = units < sale->waiting ? units : sale->waiting;

	if (waiting > 0) {
		sale->cancelled = 1;
		book->figures[UNITS_DROPPED] += waiting;
		wait_less(book, row, waiting, now_ms);
		note(book, "dropped", row, waiting, now_ms, cause);
	}
	allocate(book, row, waiting - units);
	book->figures[UNITS_CANCELLED] += units - waiting;
	note(book, "cancelled", row, units - waiting, now_ms, cause);
}

void book_returned(struct book *book, uint32_t row, int64_t units, uint32_t cause, int archived)
{
	book->sales[row].returned += units;
	book->goods[book->history->rows[row].item].on_hand += units;
	book->figures[UNITS_RETURNED] += units;
	if (archived)
		book->figures[UNITS_ARCHIVED] += units;
	note(book, archived ? "returned-late" : "returned", row, units, time_of(book, cause),
	     cause);
}

void book_forgone(struct book *book, uint32_t row, int64_t units, uint32_t cause)
{
	book->sales[row].forgone += units;
	book->figures[UNITS_FORGONE] += units;
	note(book, "forgone", row, units, time_of(book, cause), cause);
}

void book_opening(struct book *book, uint32_t item, int64_t units, int64_t now_ms)
{
	book->goods[item].on_hand += units;
	book->figures[UNITS_OPENING] += units;
	note_goods(book, "opening", item, units, now_ms, HISTORY_NONE);
}

void book_received(struct book *book, uint32_t item, int64_t units, int64_t now_ms)
{
	book->goods[item].on_hand += units;
	book->figures[UNITS_RECEIVED] += units;
	note_goods(book, "received", item, units, now_ms, HISTORY_NONE);
}

void book_written_off(struct book *book, uint32_t cause, int64_t units, int64_t absent)
{
	uint32_t item = book->history->rows[cause].item;
	int64_t now_ms = time_of(book, cause);

	book->goods[item].on_hand -= units;
	book->figures[UNITS_WRITTEN_OFF] += units;
	book->figures[UNITS_ABSENT] += absent;
	note_goods(book, "written-off", item, units, now_ms, cause);
	note_goods(book, "absent", item, absent, now_ms, cause);
}

static int by_wait(const void *left, const void *right)
{
	const struct wait *a = left, *b = right;

	return a->ms < b->ms ? -1 : a->ms > b->ms;
}

/* The shortest wait that `percent` of the units did not exceed. */
static int64_t wait_within(const struct book *book, int64_t percent)
{
	int64_t total = book->figures[UNITS_SERVED], sum = 0;

	for (size_t i = 0; i < book->wait_count; i++) {
		sum += book->waits[i].units;
		if (sum * 100 >= total * percent)
			return book->waits[i].ms;
	}
	return 0;
}

void book_finish(struct book *book)
{
	const struct history *history = book->history;
	int64_t *figures = book->figures, end_ms = (history->last_day + 1) * DAY_MS - 1;

	for (uint32_t i = 0; i < history->row_count; i++) {
		const struct sale *sale = &book->sales[i];
		int kept = sale->ready_ms > 0 && sale->ready_ms <= sale->promise_ms;

		/* What a customer cancels while it waits is no longer owed. */
		if (sale->promise_ms <= 0 || sale->promise_ms > end_ms || sale->cancelled)
			continue;
		figures[PROMISES_ALL]++;
		figures[PROMISES_ALL_KEPT] += kept;
		figures[PROMISES] += sale->backordered;
		figures[PROMISES_KEPT] += sale->backordered && kept;
	}
	for (uint32_t i = 0; i < history->items.count; i++)
		figures[UNITS_ON_HAND] += book->goods[i].on_hand;
	figures[UNITS_WAITING] = book->waiting;
	if (book->wait_count > 0)
		qsort(book->waits, book->wait_count, sizeof *book->waits, by_wait);
	figures[WAIT_MEDIAN] = wait_within(book, 50);
	figures[WAIT_NINETY] = wait_within(book, 90);
	figures[WAIT_LONGEST] = wait_within(book, 100);
}
