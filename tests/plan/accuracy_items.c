/*
 * Accuracy on items of real shops, read from standard input.
 *
 * `shop`: invoice lines of a gift shop (InvoiceNo, StockCode, Description,
 * Quantity, InvoiceDate, ...). Sales by item and week from its first sale; mean
 * of the next 4 weeks, forecast at the last 8 origins, of every item with 16
 * weeks of history and 6 weeks with a sale. Squared errors are scaled by those
 * of the naive forecast before the first origin (RMSSE).
 *
 * `parts`: monthly sales of car parts (id, values...), many near the end of their
 * life. Total forecast of the last 6 months against what was sold.
 *
 * Exits with 1 if a bound of the project is missed.
 *
 * SPDX-License-Identifier: MIT
 */
#include <backorder/plan.h>

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	WEEKS = 39,        /* whole weeks of the file */
	FIRST_DAY = 14944, /* 2010-12-01, in days since 1970 */
	ITEMS_MAX = 8192,  /* a power of two: the table is open-addressed */
	LINE_SIZE = 4096,
	ORIGINS = 8,
	AHEAD = 4,
	HISTORY_MIN = 16,
	SALES_MIN = 6,
	METHODS = 8,
	PARTS_MONTHS = 51,
	PARTS_AHEAD = 6
};

struct item {
	char code[16];
	double sold[WEEKS];
};

struct entry {
	const char *name;
	uint32_t kind;
	double alpha, beta;
	double rmsse;       /* sum over items */
	double ahead, sold; /* units forecast and sold, for the bias */
};

static struct entry entries[METHODS] = {
	{"Naive", BKO_PLAN_NAIVE, 0, 0, 0, 0, 0},
	{"SES .2", BKO_PLAN_SES, .2, 0, 0, 0, 0},
	{"Croston .1", BKO_PLAN_CROSTON, .1, .1, 0, 0, 0},
	{"SBA .1", BKO_PLAN_SBA, .1, .1, 0, 0, 0},
	{"TSB .1", BKO_PLAN_TSB, .1, .1, 0, 0, 0},
	{"TSB .2", BKO_PLAN_TSB, .2, .2, 0, 0, 0},
	{"SKU default", BKO_PLAN_SKU, 0, 0, 0, 0, 0},
	{"Automatic", BKO_PLAN_AUTO, 0, 0, 0, 0, 0},
};

enum { NAIVE = 0, SBA = 3, TSB = 5, SKU = 6 };

static struct item items[ITEMS_MAX];

static void fail_if(int32_t status, const char *what)
{
	if (status == BKO_OK)
		return;
	fprintf(stderr, "%s: status %d\n", what, (int)status);
	exit(2);
}

static bko_plan_state *start(const struct entry *entry)
{
	static double memory[BKO_PLAN_STATE_MAX / sizeof(double)];
	bko_plan_state *state = (bko_plan_state *)(void *)memory;
	struct bko_plan_method method;

	memset(&method, 0, sizeof method);
	method.struct_size = sizeof method;
	method.kind = entry->kind;
	method.alpha = entry->alpha;
	method.beta = entry->beta;
	method.season = 1;
	fail_if(bko_plan_state_init(state, sizeof memory, &method), "init");
	return state;
}

/* ---- The shop -------------------------------------------------------------- */

static struct item *find_item(const char *code)
{
	uint32_t hash = 2166136261u;
	const char *c;

	for (c = code; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	for (;; hash++) {
		struct item *item = &items[hash % ITEMS_MAX];

		if (item->code[0] == 0)
			strcpy(item->code, code);
		if (strcmp(item->code, code) == 0)
			return item;
	}
}

/* Next field of a CSV line, quotes taken off; NULL at the end. */
static char *next_field(char **at)
{
	char *out = *at, *from = *at, *to = *at;
	int quoted = 0;

	if (!out)
		return NULL;
	for (; *from && (quoted || *from != ','); from++) {
		if (*from == '"')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	*at = *from ? from + 1 : NULL;
	*to = 0;
	return out;
}

/* Days since 1970 of "YYYY-MM-DD". */
static long day_of(const char *date)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int year, month, day;

	if (sscanf(date, "%d-%d-%d", &year, &month, &day) != 3 || month < 1 || month > 12)
		return -1;
	return (year - 1970) * 365L + (year - 1969) / 4 + before[month - 1] + day - 1 +
	       (month > 2 && year % 4 == 0);
}

static void read_line(char *line)
{
	char *at = line, *fields[5];
	long week;
	int i;

	for (i = 0; i < 5; i++) {
		fields[i] = next_field(&at);
		if (!fields[i])
			return;
	}
	/* Cancellations, write-offs, and codes that are no goods. */
	if (fields[0][0] == 'C' || atoi(fields[3]) <= 0 || strlen(fields[1]) > 15)
		return;
	for (i = 0; i < 5; i++)
		if (!isdigit((unsigned char)fields[1][i]))
			return;
	week = (day_of(fields[4]) - FIRST_DAY) / 7;
	if (week >= 0 && week < WEEKS)
		find_item(fields[1])->sold[week] += atoi(fields[3]);
}

static int is_origin(const double *sold, int length, int t)
{
	int sales = 0, i;

	for (i = 0; i < t; i++)
		sales += sold[i] > 0;
	return t >= HISTORY_MIN && t > length - AHEAD - ORIGINS && t + AHEAD <= length &&
	       sales >= SALES_MIN;
}

static void judge_item(struct entry *entry, const double *sold, int length, double scale)
{
	bko_plan_state *state = start(entry);
	double squares = 0;
	int origins = 0, t, i;

	for (t = 0; t < length; t++) {
		if (is_origin(sold, length, t)) {
			double mean, variance, want = 0;

			fail_if(bko_plan_total(state, AHEAD, &mean, &variance), "total");
			mean /= AHEAD;
			for (i = 0; i < AHEAD; i++)
				want += sold[t + i] / AHEAD;
			squares += (mean - want) * (mean - want);
			entry->ahead += mean;
			entry->sold += want;
			origins++;
		}
		fail_if(bko_plan_observe(state, sold[t], 0), "observe");
	}
	entry->rmsse += sqrt(squares / origins / scale);
}

static int judge_shop(void)
{
	long count = 0;
	double naive;
	int i, k;

	for (i = 0; i < ITEMS_MAX; i++) {
		const double *sold = items[i].sold;
		double scale = 0;
		int length = WEEKS, first = 0, t;

		for (; length > 0 && *sold == 0; sold++)
			length--;
		while (first < length && !is_origin(sold, length, first))
			first++;
		if (first == length)
			continue;
		for (t = 1; t < first; t++)
			scale += (sold[t] - sold[t - 1]) * (sold[t] - sold[t - 1]) / (first - 1);
		if (!(scale > 0))
			continue;
		for (k = 0; k < METHODS; k++)
			judge_item(&entries[k], sold, length, scale);
		count++;
	}
	if (count == 0)
		return 2;
	naive = entries[NAIVE].rmsse / (double)count;
	printf("%ld items       RMSSE  of naive   bias\n", count);
	for (k = 0; k < METHODS; k++)
		printf("%-13s %7.4f %9.4f %+6.1f %%\n", entries[k].name,
		       entries[k].rmsse / (double)count, entries[k].rmsse / (double)count / naive,
		       100 * (entries[k].ahead / entries[k].sold - 1));
	printf("SKU default at most .68 of naive\n");
	return entries[SKU].rmsse > 0.68 * entries[NAIVE].rmsse;
}

/* ---- The parts ------------------------------------------------------------- */

/* Series on sale all the time, with sales in ten months, and in both the first
 * and the last 15 of the history: the selection usual for these data. */
static int read_part(char *line, double *sold)
{
	int sales = 0, early = 0, late = 0, i;
	char *end, *at = strchr(line, ',');

	for (i = 0; i < PARTS_MONTHS; i++) {
		if (!at || at[1] == ',' || !isdigit((unsigned char)at[1]))
			return 0;
		sold[i] = strtod(at + 1, &end);
		at = strchr(at + 1, ',');
		sales += sold[i] > 0;
		early += i < 15 && sold[i] > 0;
		late += i >= PARTS_MONTHS - 15 && sold[i] > 0;
	}
	return sales >= 10 && early > 0 && late > 0;
}

static void judge_part(struct entry *entry, const double *sold)
{
	bko_plan_state *state = start(entry);
	double mean, variance;
	int t;

	for (t = 0; t < PARTS_MONTHS - PARTS_AHEAD; t++)
		fail_if(bko_plan_observe(state, sold[t], 0), "observe");
	fail_if(bko_plan_total(state, PARTS_AHEAD, &mean, &variance), "total");
	entry->ahead += mean;
	for (; t < PARTS_MONTHS; t++)
		entry->sold += sold[t];
}

static int judge_parts(long count)
{
	int k;

	if (count == 0)
		return 2;
	printf("%ld parts      bias\n", count);
	for (k = 0; k < METHODS; k++)
		printf("%-13s %+6.1f %%\n", entries[k].name,
		       100 * (entries[k].ahead / entries[k].sold - 1));
	printf("TSB .2 below half of SBA\n");
	return fabs(entries[TSB].ahead / entries[TSB].sold - 1) >=
	       0.5 * fabs(entries[SBA].ahead / entries[SBA].sold - 1);
}

int main(int argc, char **argv)
{
	static char line[LINE_SIZE];
	double sold[PARTS_MONTHS];
	int parts = argc > 1 && strcmp(argv[1], "parts") == 0, k;
	long count = 0;

	if (argc != 2 || (!parts && strcmp(argv[1], "shop") != 0)) {
		fprintf(stderr, "usage: %s shop|parts < file\n", argv[0]);
		return 2;
	}
	while (fgets(line, sizeof line, stdin)) {
		if (!parts) {
			read_line(line);
		} else if (read_part(line, sold)) {
			for (k = 0; k < METHODS; k++)
				judge_part(&entries[k], sold);
			count++;
		}
	}
	return parts ? judge_parts(count) : judge_shop();
}
