/*
 * The report. One table says which figures there are, in which order and how
 * they are written; people, programs and the comparison all read it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum kind { HEADING, COUNT, SHARE, DAYS, DATE };

struct entry {
	const char *key, *label;
	enum kind kind;
	enum figure figure, of; /* of: of a share */
};

static const struct entry entries[] = {
	{NULL, "Asked", HEADING, FIGURES, FIGURES},
	{"orders", "orders", COUNT, ORDERS, FIGURES},
	{"lines", "lines", COUNT, LINES, FIGURES},
	{"units", "units", COUNT, UNITS, FIGURES},
	{NULL, "When the order came", HEADING, FIGURES, FIGURES},
	{"lines_allocated", "lines allocated in full", COUNT, LINES_ALLOCATED, FIGURES},
	{"lines_backordered", "lines with units backordered", COUNT, LINES_BACKORDERED, FIGURES},
	{"lines_refused", "lines with units refused", COUNT, LINES_REFUSED, FIGURES},
	{"units_allocated", "units allocated", COUNT, UNITS_ALLOCATED, FIGURES},
	{"units_backordered", "units backordered", COUNT, UNITS_BACKORDERED, FIGURES},
	{"units_refused", "units refused", COUNT, UNITS_REFUSED, FIGURES},
	{"fill_rate_units", "fill rate by units, %", SHARE, UNITS_ALLOCATED, UNITS},
	{"fill_rate_orders", "fill rate by orders, %", SHARE, ORDERS_ALLOCATED, ORDERS},
	{"lost_without_backorders", "units lost if backorders had been off", COUNT,
         UNITS_BACKORDERED, FIGURES},
	{NULL, "What was backordered", HEADING, FIGURES, FIGURES},
	{"units_served", "units allocated after waiting", COUNT, UNITS_SERVED, FIGURES},
	{"units_dropped", "units cancelled while waiting", COUNT, UNITS_DROPPED, FIGURES},
	{"units_lost", "units written off under an order", COUNT, UNITS_LOST, FIGURES},
	{"units_waiting", "units waiting at the end", COUNT, UNITS_WAITING, FIGURES},
	{"days_median", "days waited, median", DAYS, WAIT_MEDIAN, FIGURES},
	{"days_ninety", "days waited, 90 % of units within", DAYS, WAIT_NINETY, FIGURES},
	{"days_longest", "days waited, longest", DAYS, WAIT_LONGEST, FIGURES},
	{"peak", "peak of units waiting", COUNT, PEAK, FIGURES},
	{"peak_date", "peak reached on", DATE, PEAK_MS, FIGURES},
	{NULL, "Computed promises", HEADING, FIGURES, FIGURES},
	{"promises", "backordered lines given a date *", COUNT, PROMISES, FIGURES},
	{"promises_kept", "of them in full by that date", COUNT, PROMISES_KEPT, FIGURES},
	{"promises_rate", "promises kept, %", SHARE, PROMISES_KEPT, PROMISES},
	{"promises_all", "all lines given a date *", COUNT, PROMISES_ALL, FIGURES},
	{"promises_all_kept", "of them in full by that date", COUNT, PROMISES_ALL_KEPT, FIGURES},
	{"promises_all_rate", "promises kept over all lines, %", SHARE, PROMISES_ALL_KEPT,
         PROMISES_ALL},
	{NULL, "The shelf", HEADING, FIGURES, FIGURES},
	{"units_opening", "units at opening", COUNT, UNITS_OPENING, FIGURES},
	{"units_received", "units received from suppliers", COUNT, UNITS_RECEIVED, FIGURES},
	{"units_returned", "units returned by customers", COUNT, UNITS_RETURNED, FIGURES},
	{"units_archived", "of them after the order was archived", COUNT, UNITS_ARCHIVED, FIGURES},
	{"units_shipped", "units shipped", COUNT, UNITS_SHIPPED, FIGURES},
	{"units_written_off", "units written off", COUNT, UNITS_WRITTEN_OFF, FIGURES},
	{"units_on_hand", "units on hand at the end", COUNT, UNITS_ON_HAND, FIGURES},
	{"units_cancelled", "units cancelled before they left", COUNT, UNITS_CANCELLED, FIGURES},
	{"units_forgone", "units taken back that were refused here", COUNT, UNITS_FORGONE, FIGURES},
	{"units_absent", "units to write off, not on this shelf", COUNT, UNITS_ABSENT, FIGURES},
	{"books_differ", "items whose book and library differ", COUNT, BOOKS_DIFFER, FIGURES},
};
enum { ENTRIES = sizeof entries / sizeof *entries, BAR = 40, LABEL = 40, COLUMN = 14 };

static const char *value_of(char text[COUNT_TEXT], const struct entry *entry,
                            const struct book *book, int plain)
{
	int64_t value = book->figures[entry->figure];
	char date[DATE_TEXT];

	switch (entry->kind) {
	case HEADING: return "";
	case SHARE: return text_of_share(text, value, book->figures[entry->of]);
	case DAYS: return text_of_days(text, value);
	case DATE:
		snprintf(text, COUNT_TEXT, "%.10s", value > 0 ? text_of_time(date, value) : "-");
		return text;
	case COUNT:
	default:
		if (!plain)
			return text_of_count(text, value);
		snprintf(text, COUNT_TEXT, "%" PRId64, value);
		return text;
	}
}

/* Writes "2010-12". */
static const char *month_name(char text[DATE_TEXT], const struct book *book, uint32_t month)
{
	int64_t number = book->first_month + month;

	snprintf(text, DATE_TEXT, "%04u-%02u", (unsigned)(number / 12) % 10000,
	         (unsigned)(number % 12 + 1));
	return text;
}

/* ---- For programs ------------------------------------------------------------ */

static void print_month_csv(const struct run *runs, int count, uint32_t month)
{
	static const char *const keys[] = {"asked", "allocated", "backordered", "refused"};
	char name[DATE_TEXT];

	for (int k = 0; k < 4; k++) {
		printf("%s_%s", keys[k], month_name(name, &runs[0].book, month));
		for (int i = 0; i < count; i++) {
			const struct month *m = &runs[i].book.months[month];
			int64_t values[] = {m->asked, m->allocated, m->backordered, m->refused};

			printf(",%" PRId64, values[k]);
		}
		printf("\n");
	}
}

static void print_csv(const struct history *history, const struct run *runs, int count)
{
	char text[COUNT_TEXT];

	printf("figure");
	for (int i = 0; i < count; i++)
		printf(",%s", policy_names[runs[i].policy]);
	printf("\n");
	for (int k = 0; k < 3; k++) {
		static const char *const keys[] = {"rows", "rows_skipped", "rows_malformed"};
		int64_t values[] = {history->data_rows, history->skipped, history->malformed};

		printf("%s", keys[k]);
		for (int i = 0; i < count; i++)
			printf(",%" PRId64, values[k]);
		printf("\n");
	}
	for (size_t k = 0; k < ENTRIES; k++) {
		if (entries[k].kind == HEADING)
			continue;
		printf("%s", entries[k].key);
		for (int i = 0; i < count; i++)
			printf(",%s", value_of(text, &entries[k], &runs[i].book, 1));
		printf("\n");
	}
	for (uint32_t m = 0; m < runs[0].book.month_count; m++)
		print_month_csv(runs, count, m);
	for (int k = 0; k < 2; k++) {
		printf("%s", k ? "verify_violations" : "oversold_units");
		for (int i = 0; i < count; i++)
			printf(",%" PRId64, runs[i].book.figures[k ? VIOLATIONS : OVERSOLD]);
		printf("\n");
	}
}

/* ---- For people -------------------------------------------------------------- */

static const char *base_name(const char *file)
{
	const char *slash = strrchr(file, '/');

	if (strcmp(file, "-") == 0)
		return "standard input";
	return slash ? slash + 1 : file;
}

static void print_head(const struct settings *settings, const struct history *history)
{
	char from[DATE_TEXT], to[DATE_TEXT], a[COUNT_TEXT], b[COUNT_TEXT], c[COUNT_TEXT];

	printf("Replay of %s\n", base_name(settings->file));
	if (history->note.size > 0)
		printf("Note:%.*s\n", (int)history->note.size, (const char *)history->note.data);
	printf("%.10s to %.10s, %s rows: %s of no product skipped, %s malformed\n",
	       text_of_time(from, history->first_day * DAY_MS),
	       text_of_time(to, history->last_day * DAY_MS), text_of_count(a, history->data_rows),
	       text_of_count(b, history->skipped), text_of_count(c, history->malformed));
	if (history->malformed > 0) {
		printf("Malformed rows begin on lines");
		for (int i = 0; i < history->malformed && i < HISTORY_FAULTS_KEPT; i++)
			printf("%s %" PRIu32, i ? "," : "", history->faults[i]);
		printf("%s\n", history->malformed > HISTORY_FAULTS_KEPT ? " ..." : "");
	}
	printf("Stock for %" PRId64 " days, review every %" PRId64 " days, lead time %" PRId64
	       " days, ",
	       settings->cover_days, settings->review_days, settings->lead_days);
	if (settings->limit < 0)
		printf("no backorder limit\n");
	else
		printf("at most %s units backordered at an item\n",
		       text_of_count(a, settings->limit));
}

/* Units of a month as a bar, to the scale of the largest month. */
static void print_bar(const struct month *month, int64_t largest)
{
	int64_t ends[3] = {month->allocated, month->allocated + month->backordered, month->asked};
	int64_t at = 0;

	for (int part = 0; part < 3; part++)
		for (; largest > 0 && at < (ends[part] * BAR + largest / 2) / largest; at++)
			putchar("#+."[part]);
}

static void print_chart(const struct book *book)
{
	char name[DATE_TEXT], asked[COUNT_TEXT], share[COUNT_TEXT];
	int64_t largest = 0;

	printf("\nUnits by month (# allocated when the order came, + backordered, . refused)\n");
	for (uint32_t m = 0; m < book->month_count; m++)
		if (book->months[m].asked > largest)
			largest = book->months[m].asked;
	for (uint32_t m = 0; m < book->month_count; m++) {
		const struct month *month = &book->months[m];

		printf("  %s %13s %7s %%  ", month_name(name, book, m),
		       text_of_count(asked, month->asked),
		       text_of_share(share, month->allocated, month->asked));
		print_bar(month, largest);
		printf("\n");
	}
}

/* The months of several runs: how much of each could be had at once. */
static void print_months(const struct run *runs, int count)
{
	char text[COUNT_TEXT], name[DATE_TEXT];

	printf("\nFill rate by units, %%, by month\n");
	for (uint32_t m = 0; m < runs[0].book.month_count; m++) {
		printf("  %-*s", LABEL, month_name(name, &runs[0].book, m));
		for (int i = 0; i < count; i++) {
			const struct month *month = &runs[i].book.months[m];

			printf("%*s", COLUMN, text_of_share(text, month->allocated, month->asked));
		}
		printf("\n");
	}
}

static void print_people(const struct settings *settings, const struct history *history,
                         const struct run *runs, int count)
{
	int64_t oversold = 0, violations = 0;
	char text[COUNT_TEXT];

	print_head(settings, history);
	printf("\n  %-*s", LABEL, "Policy");
	for (int i = 0; i < count; i++)
		printf("%*s", COLUMN, policy_names[runs[i].policy]);
	printf("\n");
	for (size_t k = 0; k < ENTRIES; k++) {
		if (entries[k].kind == HEADING) {
			printf("\n%s\n", entries[k].label);
			continue;
		}
		printf("  %-*s", LABEL, entries[k].label);
		for (int i = 0; i < count; i++)
			printf("%*s", COLUMN, value_of(text, &entries[k], &runs[i].book, 0));
		printf("\n");
	}
	printf("  * within the history, and not cancelled while it waited\n");
	if (count == 1)
		print_chart(&runs[0].book);
	else
		print_months(runs, count);
	for (int i = 0; i < count; i++) {
		oversold += runs[i].book.figures[OVERSOLD];
		violations += runs[i].book.figures[VIOLATIONS];
	}
	printf("\noversold units: %" PRId64 "\nverify: %" PRId64 " violations\n", oversold,
	       violations);
}

void report_print(const struct settings *settings, const struct history *history,
                  const struct run *runs, int count)
{
	if (settings->csv)
		print_csv(history, runs, count);
	else
		print_people(settings, history, runs, count);
}
