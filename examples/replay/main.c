/*
 * replay: plays an order history through the library and reports what a
 * merchant wants to know. This file reads the options and runs the days.
 *
 * The report goes to standard output and is the same on every machine;
 * progress, complaints and the time it took go to standard error.
 *
 * SPDX-License-Identifier: MIT
 */
#if !defined(_WIN32) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200112L
#endif

#include "keep.h"
#include "log.h"
#include "plan.h"
#include "play.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef _WIN32
#include <io.h>
#define isatty _isatty
#else
#include <unistd.h>
#endif

const char *const policy_names[POLICIES] = {"stock", "backorder", "safety", "incoming"};

static const char help[] =
	"Usage: replay [OPTION]... [FILE]\n"
	"\n"
	"Plays an order history and reports how many orders could be filled at once,\n"
	"what was backordered and for how long, and whether promises were kept.\n"
	"\n"
	"FILE is CSV with a header line and the columns InvoiceNo, StockCode, Quantity,\n"
	"InvoiceDate (2010-12-01 08:26:00) and CustomerID, in any order, others beside\n"
	"them. Without FILE, or with -, standard input is read: zcat FILE.gz | replay -\n"
	"sample.csv beside the source of this program is a made-up history to begin with.\n"
	"\n"
	"  An invoice is an order, each of its rows a line. Rows with a negative\n"
	"  Quantity, and invoices that begin with C, undo the customer's latest sales of\n"
	"  that item: what waits is cancelled, what was shipped is returned. Where no\n"
	"  sale matches they are a write-off of stock. Codes that are no product (POST,\n"
	"  DOT, C2, M, D, S, BANK CHARGES, gift vouchers ...) are skipped and counted.\n"
	"  Malformed rows are named and left out. Small letters in codes count as large.\n"
	"\n"
	"How the shop buys\n"
	"  --cover DAYS    stock to open with and to order up to, in days of demand [30]\n"
	"  --review DAYS   days from one order to the suppliers to the next [7]\n"
	"  --lead DAYS     days from such an order to its delivery [14]\n"
	"  --late N        every N-th delivery comes one review period late, without a\n"
	"                  word; 0: none [0]\n"
	"  Demand is what was asked, refused or not, in the last four weeks before the\n"
	"  day, never later. Until the shop has been open four weeks, and for the opening\n"
	"  stock, the merchant's estimate stands for it: the average of the first four\n"
	"  weeks. An item that is not asked for in them has no stock until it is.\n"
	"\n"
	"How the shop sells\n"
	"  --policy NAME   stock      only what is on the shelf\n"
	"                  backorder  accepts more for later [the default]\n"
	"                  safety     the same, with a safety stock kept back from sale\n"
	"                             against losses, bought in addition\n"
	"                  incoming   accepts for later no more than is on order\n"
	"  --limit UNITS   most units backordered at an item, or none [none]\n"
	"  --safety DAYS   safety stock in days of demand [7]\n"
	"  --whole         take an order wholly or not at all; default: what can be had\n"
	"  --ship WHEN     now (as soon as allocated) or evening [evening]\n"
	"\n"
	"What is reported\n"
	"  --compare       the same history under stock, backorder and safety, side by\n"
	"                  side\n"
	"  --plan          forecasts, orders and policies by the library, learnt as the history\n"
	"                  goes, against the best fixed days of cover at five values of stock.\n"
	"                  The shop opens empty, sells what is on the shelf and buys by --review\n"
	"                  and --lead. Prices are those of the column UnitPrice, or all 1\n"
	"  --csv           figures for programs: one a row\n"
	"  --log FILE      writes each accepted, backordered, refused, allocated, shipped,\n"
	"                  cancelled, returned, received and written-off unit as CSV\n"
	"  --skip CODES    more codes that are no product: A,B,C* (* ends like anything)\n"
	"\n"
	"How it runs\n"
	"  --keep DAYS     days that closed orders are kept for returns [90]\n"
	"  --arena[=MB]    engine and store in one block of memory, no heap [256]\n"
	"  --store FILE    keep the shop in FILE, to look at with examples/inspect; it must\n"
	"                  not hold one yet. sqlite:FILE: in an SQLite database\n"
	"  --help          this text\n"
	"\n"
	"Exit status: 0 if nothing was oversold and the library found itself in order,\n"
	"1 if not or if the run failed, 2 for a wrong option.\n";

/* An option that takes a number of days or units. */
struct number_option {
	const char *name;
	int64_t *value;
	int64_t least, most;
};

static int wrong(const char *what, const char *which, const char *why)
{
	fprintf(stderr, "replay: %s%s%s%s\nTry: replay --help\n", what, which, why[0] ? ": " : "",
	        why);
	return 0;
}

static int take_number(const struct number_option *option, const char *text)
{
	char why[80];

	if (text_to_number(text_span(text), option->most, option->value) &&
	    *option->value >= option->least)
		return 1;
	snprintf(why, sizeof why, "a whole number from %" PRId64 " to %" PRId64 " is needed",
	         option->least, option->most);
	return wrong(option->name, "", why);
}

/* Options with a value. Returns 1 if it was right, 0 (and says so) if not. */
static int take_value(struct settings *settings, const char *name, const char *text)
{
	const struct number_option numbers[] = {
		{"--cover", &settings->cover_days, 0, 3650},
		{"--review", &settings->review_days, 1, 3650},
		{"--lead", &settings->lead_days, 0, 3650},
		{"--late", &settings->late_every, 0, HISTORY_UNITS_MAX},
		{"--limit", &settings->limit, 0, HISTORY_UNITS_MAX},
		{"--safety", &settings->safety_days, 0, 3650},
		{"--keep", &settings->keep_days, 1, 36500},
		{"--arena", &settings->arena_mb, 1, 65536},
	};

	if (strcmp(name, "--limit") == 0 && strcmp(text, "none") == 0) {
		settings->limit = -1;
		return 1;
	}
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (strcmp(name, numbers[i].name) == 0)
			return take_number(&numbers[i], text);
	if (strcmp(name, "--log") == 0) {
		settings->log = text;
		return 1;
	}
	if (strcmp(name, "--store") == 0) {
		settings->store = text;
		if (text[0] != 0 && !keep_known(text))
			return wrong(name, "", "FILE or sqlite:FILE is needed");
		return text[0] != 0 || wrong(name, "", "a file is needed");
	}
	if (strcmp(name, "--skip") == 0) {
		settings->skip = text;
		return 1;
	}
	if (strcmp(name, "--ship") == 0) {
		settings->ship_at_once = strcmp(text, "now") == 0;
		return settings->ship_at_once || strcmp(text, "evening") == 0 ||
		       wrong(name, "", "now or evening is needed");
	}
	if (strcmp(name, "--policy") == 0) {
		for (int i = 0; i < POLICIES; i++) {
			settings->policy = (enum policy)i;
			if (strcmp(text, policy_names[i]) == 0)
				return 1;
		}
		return wrong(name, "", "stock, backorder, safety or incoming is needed");
	}
	return wrong("there is no option ", name, "");
}

/* Takes one option, and its value if it has one. Returns 0 if it is wrong. */
static int take_option(struct settings *settings, int *at, int argc, char **argv)
{
	const char *option = argv[*at], *equals = strchr(option, '=');
	char name[16];
	struct {
		const char *name;
		int *flag;
	} flags[] = {
		{"--csv", &settings->csv},
		{"--compare", &settings->compare},
		{"--whole", &settings->whole},
		{"--plan", &settings->plan},
	};

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (strcmp(option, flags[i].name) == 0) {
			*flags[i].flag = 1;
			return 1;
		}
	}
	if (strcmp(option, "--arena") == 0) {
		settings->arena_mb = 256;
		return 1;
	}
	if (equals && (size_t)(equals - option) < sizeof name) {
		snprintf(name, sizeof name, "%.*s", (int)(equals - option), option);
		return take_value(settings, name, equals + 1);
	}
	if (!equals && *at + 1 < argc)
		return take_value(settings, option, argv[++*at]);
	return take_value(settings, option, "");
}

static int take_options(struct settings *settings, int argc, char **argv)
{
	for (int at = 1; at < argc; at++) {
		if (argv[at][0] == '-' && argv[at][1] != 0) {
			if (!take_option(settings, &at, argc, argv))
				return 0;
		} else if (settings->file) {
			return wrong("one FILE at a time, and not ", argv[at], "");
		} else {
			settings->file = argv[at];
		}
	}
	if (settings->log && settings->compare)
		return wrong("--log", " and --compare do not go together", "");
	if (settings->plan && (settings->log || settings->compare))
		return wrong("--plan", " goes with neither --log nor --compare", "");
	if (settings->store && (settings->compare || settings->plan || settings->arena_mb))
		return wrong("--store", " goes with neither --compare, --plan nor --arena", "");
	if (!settings->file && isatty(0))
		return wrong("FILE is missing", "", "a history to begin with is sample.csv");
	if (!settings->file) {
		fputs("replay: no FILE, so standard input is read\n", stderr);
		settings->file = "-";
	}
	return 1;
}

/* Whether all of the report came out. */
static int report_written(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 1;
	fprintf(stderr, "replay: could not write the report\n");
	return 0;
}

/* Plays all that is wanted and prints the report. Returns the exit status. */
static int play_all(struct settings *settings, const struct history *history, FILE *log)
{
	static const enum policy compared[] = {POLICY_STOCK, POLICY_BACKORDER, POLICY_SAFETY};
	struct run runs[3];
	int count = settings->compare ? 3 : 1, done = 0, good = 1;
	uint64_t bytes = 0;

	while (done < count && good) {
		if (settings->compare)
			settings->policy = compared[done];
		good = play(settings, history, policy_names[settings->policy], NULL, log,
		            &runs[done++], &bytes);
	}
	if (good) {
		report_print(settings, history, runs, count);
		if (bytes > 0)
			fprintf(stderr, "store: %" PRIu64 " KiB\n", bytes / 1024);
	}
	for (int i = 0; i < done; i++) {
		good &= play_was_good(&runs[i]);
		book_close(&runs[i].book);
	}
	return report_written() && good ? 0 : 1;
}

/* The table of plans. Returns the exit status. */
static int plan_all(struct settings *settings, const struct history *history)
{
	struct plan plan;
	int good;

	/* Beside the table nothing is wanted of the shop but what is on its shelf. */
	settings->policy = POLICY_STOCK;
	settings->limit = -1;
	settings->late_every = 0;
	settings->whole = 0;
	settings->ship_at_once = 1;
	good = plan_open(&plan, settings, history);
	if (good)
		plan_print(&plan);
	good &= plan.good;
	plan_close(&plan);
	return report_written() && good ? 0 : 1;
}

static double seconds_now(void)
{
#ifdef _WIN32
	return (double)clock() / CLOCKS_PER_SEC;
#else
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
#endif
}

int main(int argc, char **argv)
{
	struct settings settings = {
		NULL, NULL, "", NULL, POLICY_BACKORDER, 30, 7, 14, 7, 90, -1, 0, 0, 0, 0, 0, 0, 0};
	struct history history;
	double begun = seconds_now();
	FILE *log = NULL;
	int status;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			fputs(help, stdout);
			return report_written() ? 0 : 1;
		}
	}
	if (!take_options(&settings, argc, argv))
		return 2;
	if (!history_open(&history, settings.file, settings.skip))
		return 1;
	if (settings.log && !(log = log_open(settings.log))) {
		history_close(&history);
		return 1;
	}
	status = settings.plan ? plan_all(&settings, &history) : play_all(&settings, &history, log);
	if (log && !log_close(log, settings.log))
		status = 1;
	fprintf(stderr, "elapsed: %.2f s\n", seconds_now() - begun);
	history_close(&history);
	return status;
}
