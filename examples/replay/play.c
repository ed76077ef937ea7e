/*
 * See play.h.
 *
 * SPDX-License-Identifier: MIT
 */
#if !defined(_WIN32) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200112L
#endif

#include "play.h"
#include "shop.h"

#include <stdio.h>

#ifdef _WIN32
#include <io.h>
#define isatty _isatty
#else
#include <unistd.h>
#endif

static void show_progress(const char *name, uint32_t done, uint32_t all)
{
	static int last;
	int percent = (int)((uint64_t)done * 100 / all);

	if (percent != last && isatty(2))
		fprintf(stderr, "\r%-10s %3d %%%s", name, percent, done == all ? "\r\033[K" : "");
	last = percent;
}

int play(const struct settings *settings, const struct history *history, const char *name,
         struct planner *planner, FILE *log, struct run *run, uint64_t *bytes)
{
	struct shop shop;
	uint32_t at = 0, count = history->numbers.count;
	int64_t day = history->first_day;

	run->policy = settings->policy;
	book_open(&run->book, history, log);
	shop_open(&shop, settings, history, &run->book, planner);
	for (; day <= history->last_day && !shop.failed; day++) {
		shop_morning(&shop, day);
		while (at < count && !shop.failed) {
			uint32_t invoice = history->by_time[at];

			if (history->invoices[invoice].time_ms >= (day + 1) * DAY_MS)
				break;
			shop_invoice(&shop, invoice);
			show_progress(name, ++at, count);
		}
		shop_evening(&shop, day);
	}
	shop_verify(&shop, day * DAY_MS - 1000);
	book_finish(&run->book);
	*bytes = shop_bytes(&shop);
	shop_close(&shop);
	return !shop.failed;
}

int play_was_good(const struct run *run)
{
	const int64_t *figures = run->book.figures;

	return figures[OVERSOLD] == 0 && figures[VIOLATIONS] == 0 && figures[BOOKS_DIFFER] == 0;
}
