/*
 * Forecasts from a CSV file: for each series the next periods with intervals and
 * a small chart, then a table that tells how well every method would have done
 * on the last periods, which it did not see. It uses the public header alone.
 *
 * SPDX-License-Identifier: MIT
 */
#include "backorder/plan.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	VALUES_MAX = 4096,
	ID_SIZE = 65,
	HORIZON_MAX = 60,
	CHART_WIDTH = 44,
	CHART_PAST = 8,
	METHODS = 6
};

struct options {
	int horizon;
	double coverage;
	int quiet;
	const char *path;
};

struct series {
	char id[ID_SIZE];
	uint32_t season;
	int count;
	double values[VALUES_MAX];
	uint32_t flags[VALUES_MAX];
};

struct tally {
	const char *name;
	uint32_t kind;
	long series, points, inside;
	double smape, mase; /* sums over series */
};

static const char help[] =
	"usage: forecast [--horizon N] [--coverage P] [--quiet] [FILE]\n"
	"\n"
	"Reads FILE, or standard input without one or for -, a series a line:\n"
	"\n"
	"    id,season,value,value,...\n"
	"\n"
	"season is the number of periods of a season, 1 for none (at most 53). A value is\n"
	"demand of a period; empty: not known; 12*: a promotion or an outlier, not to\n"
	"be learnt from; 0!: out of stock, demand was at least that much. Empty lines,\n"
	"lines that begin with # and a first line that begins with \"id,\" are passed\n"
	"over. A line that is not understood is named, and the run goes on.\n"
	"\n"
	"    --horizon N   periods to forecast, and to hold back for the table (6)\n"
	"    --coverage P  share of periods that the intervals shall hold (0.9)\n"
	"    --quiet       the table only\n"
	"\n"
	"Exit status: 0, or 1 if a line was not understood or the report\n"
	"could not be written, 2 if nothing could be done.\n";

static struct tally tallies[METHODS] = {
	{"naive", BKO_PLAN_NAIVE, 0, 0, 0, 0, 0},
	{"seasonal naive", BKO_PLAN_SEASONAL_NAIVE, 0, 0, 0, 0, 0},
	{"SES", BKO_PLAN_SES, 0, 0, 0, 0, 0},
	{"theta", BKO_PLAN_THETA, 0, 0, 0, 0, 0},
	{"SKU default", BKO_PLAN_SKU, 0, 0, 0, 0, 0},
	{"automatic", BKO_PLAN_AUTO, 0, 0, 0, 0, 0},
};

/* ---- Reading --------------------------------------------------------------- */

/* One line of any length, without its end; 0 at the end of the file. */
static int read_line(FILE *file, char **line, size_t *room)
{
	size_t size = 0;
	int c;

	while ((c = getc(file)) != EOF && c != '\n') {
		if (size + 2 > *room) {
			char *grown = realloc(*line, *room * 2 + 256);

			if (!grown)
				return 0;
			*line = grown;
			*room = *room * 2 + 256;
		}
		(*line)[size++] = (char)c;
	}
	if (c == EOF && size == 0)
		return 0;
	if (!*line && !(*line = malloc(*room = 256)))
		return 0;
	if (size > 0 && (*line)[size - 1] == '\r')
		size--;
	(*line)[size] = 0;
	return 1;
}

/* One value with its mark; NULL, or what is wrong with it. */
static const char *read_value(const char *field, struct series *out)
{
	char *end;
	double value = strtod(field, &end);
	uint32_t flags = 0;

	if (out->count == VALUES_MAX)
		return "has too many values";
	if (*field == 0) {
		flags = BKO_PLAN_MASKED;
		value = 0;
	} else if (end == field) {
		return "is no number";
	} else if (*end == '*') {
		flags = BKO_PLAN_MASKED;
		end++;
	} else if (*end == '!') {
		flags = BKO_PLAN_CENSORED;
		end++;
	}
	if (*field && *end)
		return "is no number";
	if (!(fabs(value) <= 1e100))
		return "is out of range";
	out->values[out->count] = value;
	out->flags[out->count] = flags;
	out->count++;
	return NULL;
}

/* Takes a line apart in place. Returns 0 and says why if it is no series. */
static int parse(char *line, long number, struct series *out)
{
	char *field = strchr(line, ','), *next, *end;
	const char *wrong = NULL;
	long season;

	out->count = 0;
	if (!field || field == line || field - line >= ID_SIZE) {
		fprintf(stderr, "line %ld: no id of 1 to %d bytes before a comma\n", number,
		        ID_SIZE - 1);
		return 0;
	}
	*field++ = 0;
	strcpy(out->id, line);
	season = strtol(field, &end, 10);
	if (end == field || *end != ',' || season < 1 || season > BKO_PLAN_SEASON_MAX) {
		fprintf(stderr, "line %ld: season is no number from 1 to %d, or no values follow\n",
		        number, BKO_PLAN_SEASON_MAX);
		return 0;
	}
	out->season = (uint32_t)season;
	for (field = end + 1; field && !wrong; field = next) {
		next = strchr(field, ',');
		if (next)
			*next++ = 0;
		wrong = read_value(field, out);
		if (wrong)
			fprintf(stderr, "line %ld: value %d (%.20s) %s\n", number, out->count + 1,
			        field, wrong);
	}
	return !wrong;
}

/* ---- Forecasting ----------------------------------------------------------- */

/* Feeds the first `count` values to a new state. The memory is static: one state
 * is in use at a time. NULL if the method does not take this series. */
static bko_plan_state *learn(const struct series *series, uint32_t kind, int count)
{
	static double memory[BKO_PLAN_STATE_MAX / sizeof(double)];
	bko_plan_state *state = (bko_plan_state *)(void *)memory;
	struct bko_plan_method method;
	int t;

	memset(&method, 0, sizeof method);
	method.struct_size = sizeof method;
	method.kind = kind;
	method.season = series->season;
	if (bko_plan_state_init(state, sizeof memory, &method) != BKO_OK)
		return NULL;
	for (t = 0; t < count; t++)
		if (bko_plan_observe(state, series->values[t], series->flags[t]) != BKO_OK)
			return NULL;
	return state;
}

static const char *class_name(uint32_t demand_class)
{
	static const char *const names[] = {"of no class yet", "smooth", "intermittent", "erratic",
	                                    "lumpy"};

	return demand_class < sizeof names / sizeof *names ? names[demand_class] : "of a new class";
}

/* ---- Charts ---------------------------------------------------------------- */

static int column(double value, double low, double high)
{
	double at = high > low ? (value - low) / (high - low) * (CHART_WIDTH - 1) : 0;

	return at < 0 ? 0 : at > CHART_WIDTH - 1 ? CHART_WIDTH - 1 : (int)(at + 0.5);
}

static void bar(char *out, int from, int to, char mark)
{
	int i;

	memset(out, ' ', CHART_WIDTH);
	out[CHART_WIDTH] = 0;
	for (i = from; i <= to; i++)
		out[i] = mark;
}

static void chart(const struct series *series, const double *means, const double *low,
                  const double *high, int horizon)
{
	char line[CHART_WIDTH + 1];
	int first = series->count > CHART_PAST ? series->count - CHART_PAST : 0, t;
	double least = 0, most = 0;

	for (t = first; t < series->count; t++) {
		most = series->values[t] > most ? series->values[t] : most;
		least = series->values[t] < least ? series->values[t] : least;
	}
	for (t = 0; t < horizon; t++) {
		most = high[t] > most ? high[t] : most;
		least = low[t] < least ? low[t] : least;
	}
	for (t = first; t < series->count; t++) {
		bar(line, 0, column(series->values[t], least, most) - (series->values[t] == least),
		    '#');
		printf("  %5d |%s| %.6g%s\n", t + 1, line, series->values[t],
		       series->flags[t] == BKO_PLAN_MASKED     ? " (passed over)"
		       : series->flags[t] == BKO_PLAN_CENSORED ? " (out of stock)"
		                                               : "");
	}
	for (t = 0; t < horizon; t++) {
		bar(line, column(low[t], least, most), column(high[t], least, most), '-');
		line[column(means[t], least, most)] = '*';
		printf("  +%4d |%s| %.6g  (%.6g to %.6g)\n", t + 1, line, means[t], low[t],
		       high[t]);
	}
}

static void show(const struct series *series, const struct options *options)
{
	bko_plan_state *state = learn(series, BKO_PLAN_AUTO, series->count);
	double means[HORIZON_MAX], low[HORIZON_MAX], high[HORIZON_MAX], sum, variance;
	struct bko_plan_reading reading = {.struct_size = sizeof reading};
	uint32_t horizon = (uint32_t)options->horizon;

	if (!state || bko_plan_forecast(state, horizon, means) != BKO_OK ||
	    bko_plan_interval(state, NULL, options->coverage, horizon, low, high) != BKO_OK ||
	    bko_plan_total(state, horizon, &sum, &variance) != BKO_OK ||
	    bko_plan_state_read(state, &reading) != BKO_OK) {
		printf("%s: nothing to learn from\n\n", series->id);
		return;
	}
	printf("%s: %d periods, %s", series->id, series->count, class_name(reading.demand_class));
	if (series->season > 1)
		printf(", weight of the season %.0f %%", 100 * reading.seasonal);
	printf("\n");
	chart(series, means, low, high, options->horizon);
	printf("  all %d together: %.6g, standard deviation %.4g\n\n", options->horizon, sum,
	       sqrt(variance));
}

/* ---- Accuracy -------------------------------------------------------------- */

/* Mean absolute error of the naive forecast one season back, the usual scale;
 * 0 if there is none. */
static double scale_of(const struct series *series, int count)
{
	int m = (int)series->season, n = 0, t;
	double sum = 0;

	for (t = m; t < count; t++)
		if (series->flags[t] == 0 && series->flags[t - m] == 0) {
			sum += fabs(series->values[t] - series->values[t - m]);
			n++;
		}
	return n > 0 ? sum / n : 0;
}

static void judge(struct tally *tally, const struct series *series, const struct options *options)
{
	int count = series->count - options->horizon, n = 0, t;
	double means[HORIZON_MAX], low[HORIZON_MAX], high[HORIZON_MAX];
	double smape = 0, off = 0, scale = scale_of(series, count);
	bko_plan_state *state = learn(series, tally->kind, count);
	uint32_t horizon = (uint32_t)options->horizon;

	if (!state || scale <= 0 || bko_plan_forecast(state, horizon, means) != BKO_OK ||
	    bko_plan_interval(state, NULL, options->coverage, horizon, low, high) != BKO_OK)
		return;
	for (t = 0; t < options->horizon; t++) {
		double value = series->values[count + t], size = fabs(value) + fabs(means[t]);

		if (series->flags[count + t] != 0)
			continue;
		smape += size > 0 ? 200 * fabs(value - means[t]) / size : 0;
		off += fabs(value - means[t]);
		tally->inside += value >= low[t] && value <= high[t];
		n++;
	}
	if (n == 0)
		return;
	tally->series++;
	tally->points += n;
	tally->smape += smape / n;
	tally->mase += off / n / scale;
}

static void print_table(const struct options *options)
{
	int i;

	printf("last %d periods of each series, forecast from those before\n", options->horizon);
	printf("method          series   sMAPE    MASE  in the %.0f %% interval\n",
	       100 * options->coverage);
	for (i = 0; i < METHODS; i++) {
		const struct tally *t = &tallies[i];

		if (t->series > 0)
			printf("%-15s %6ld %7.2f %7.3f %7.0f %%\n", t->name, t->series,
			       t->smape / (double)t->series, t->mase / (double)t->series,
			       100 * (double)t->inside / (double)t->points);
	}
}

/* ---- The run --------------------------------------------------------------- */

static int read_options(int argc, char **argv, struct options *out)
{
	int i;

	out->horizon = 6;
	out->coverage = 0.9;
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--quiet") == 0)
			out->quiet = 1;
		else if (strcmp(argv[i], "--horizon") == 0 && i + 1 < argc)
			out->horizon = atoi(argv[++i]);
		else if (strcmp(argv[i], "--coverage") == 0 && i + 1 < argc)
			out->coverage = atof(argv[++i]);
		else if (!out->path && (argv[i][0] != '-' || argv[i][1] == 0))
			out->path = argv[i];
		else
			return 0;
	}
	return out->horizon >= 1 && out->horizon <= HORIZON_MAX && out->coverage > 0 &&
	       out->coverage < 1;
}

/* Whether all that was printed came out. */
static int written(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 1;
	fputs("forecast: could not write\n", stderr);
	return 0;
}

int main(int argc, char **argv)
{
	static struct series series;
	struct options options = {0, 0, 0, NULL};
	char *line = NULL;
	size_t room = 0;
	long number = 0, good = 0, bad = 0;
	FILE *file = stdin;
	int i;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(help, stdout);
		return written() ? 0 : 1;
	}
	if (!read_options(argc, argv, &options)) {
		fputs(help, stderr);
		return 2;
	}
	if (!options.path)
		fputs("forecast: no FILE, so standard input is read\n", stderr);
	if (options.path && strcmp(options.path, "-") != 0)
		file = fopen(options.path, "r");
	if (!file) {
		fprintf(stderr, "%s: %s\n", options.path, strerror(errno));
		return 2;
	}
	while (read_line(file, &line, &room)) {
		number++;
		if (line[0] == 0 || line[0] == '#' || (number == 1 && strncmp(line, "id,", 3) == 0))
			continue;
		if (!parse(line, number, &series)) {
			bad++;
			continue;
		}
		good++;
		if (!options.quiet)
			show(&series, &options);
		for (i = 0; i < METHODS && series.count > options.horizon; i++)
			judge(&tallies[i], &series, &options);
	}
	free(line);
	if (file != stdin)
		fclose(file);
	if (good > 0)
		print_table(&options);
	if (bad > 0)
		fprintf(stderr, "%ld of %ld series not understood\n", bad, good + bad);
	if (!written())
		return 1;
	return good == 0 ? 2 : bad > 0;
}
