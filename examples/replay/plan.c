/*
 * See plan.h. Both ways to buy begin with an empty shelf on the first day, sell only what
 * is on it, and know no more than what was asked before the day on which they order.
 * The first half of the history is for learning; figures are of the second half.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan.h"
#include "play.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PLAN_BAR = 40, PLAN_REVIEW_MAX = 366 /* demand is counted by periods so long */ };

/* ---- Playing ------------------------------------------------------------------- */

static int64_t recorded_level(const void *how, uint32_t item, uint32_t period)
{
	const struct planner *planner = how;

	return planner->levels[(size_t)period * shelf_items(planner->shelf) + item];
}

/* The shop in small must come to the same with the same levels, or one of both is wrong. */
static int same_in_small(struct plan *plan, const struct planner *planner)
{
	const struct shelf_result *result = &planner->result;
	struct shelf_result small;

	shelf_run(&plan->shelf, recorded_level, planner, plan->shelf.counted, plan->shelf.days,
	          &small);
	if (small.asked == result->asked && small.given == result->given &&
	    fabs(small.value - result->value) <= 1e-6 * (1 + small.value))
		return 1;
	fprintf(stderr,
	        "replay: the shop in small gave %" PRId64 " of %" PRId64
	        " units, the library's %" PRId64 " of %" PRId64 "; stock worth %.0f and %.0f\n",
	        small.given, small.asked, result->given, result->asked, small.value, result->value);
	return 0;
}

/* Plays the library's shop at one rate. Returns 0 if that failed. */
static int play_level(struct plan *plan, struct plan_level *level)
{
	struct planner planner;
	struct run run;
	uint64_t bytes;
	int good = planner_open(&planner, &plan->shelf, level->rate);

	if (good) {
		good = play(plan->shelf.settings, plan->shelf.history, "plan", &planner, NULL, &run,
		            &bytes);
		plan->oversold += run.book.figures[OVERSOLD];
		plan->violations += run.book.figures[VIOLATIONS];
		level->result = planner.result;
		plan->good &= play_was_good(&run) && (!good || same_in_small(plan, &planner));
		book_close(&run.book);
	}
	planner_close(&planner);
	return good;
}

int plan_open(struct plan *plan, const struct settings *settings, const struct history *history)
{
	double rates[TUNE_LEVELS];

	memset(plan, 0, sizeof *plan);
	if (settings->review_days > PLAN_REVIEW_MAX ||
	    settings->lead_days / settings->review_days + 2 > BKO_PLAN_HORIZON_MAX) {
		fprintf(stderr,
		        "replay: --plan takes a --review of %d days and a --lead of %d reviews at "
		        "most\n",
		        PLAN_REVIEW_MAX, BKO_PLAN_HORIZON_MAX - 2);
		return 0;
	}
	if (!shelf_open(&plan->shelf, settings, history))
		return 0;
	if (!tune_rates(&plan->shelf, rates)) {
		fprintf(stderr, "replay: the library was built without forecasts of items\n");
		return 0;
	}
	plan->good = 1;
	for (int i = 0; i < TUNE_LEVELS; i++) {
		struct plan_level *level = &plan->levels[i];

		level->rate = rates[i];
		if (!play_level(plan, level))
			return plan->good = 0;
		tune_best_cover(&plan->shelf, level->result.value, &level->cover);
	}
	return 1;
}

void plan_close(struct plan *plan)
{
	shelf_close(&plan->shelf);
}

/* ---- The table --------------------------------------------------------------- */

/* Hundredths of a percent of the units asked that were there. */
static int64_t fill(int64_t given, int64_t asked)
{
	return asked > 0 ? (int64_t)((double)given * 10000 / (double)asked + .5) : 0;
}

static const char *hundredths(char text[COUNT_TEXT], int64_t n)
{
	int64_t plain = n < 0 ? -n : n;

	snprintf(text, COUNT_TEXT, "%s%" PRId64 ".%02" PRId64, n < 0 ? "-" : "", plain / 100,
	         plain % 100);
	return text;
}

static void print_csv(const struct plan *plan)
{
	static const char *const names[] = {
		"rate_billionths", "asked",          "plan_given",       "plan_value", "best_given",
		"tenths",          "reviews",        "low_given",        "low_value",  "high_given",
		"high_value",      "oversold_units", "verify_violations"};

	printf("figure");
	for (int i = 0; i < TUNE_LEVELS; i++)
		printf(",level %d", i + 1);
	for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
		printf("\n%s", names[k]);
		for (int i = 0; i < TUNE_LEVELS; i++) {
			const struct shelf_result *result = &plan->levels[i].result;
			const struct tune_cover *cover = &plan->levels[i].cover;
			int64_t values[] = {(int64_t)(plan->levels[i].rate * 1e9 + .5),
			                    result->asked,
			                    result->given,
			                    (int64_t)result->value,
			                    cover->given,
			                    cover->tenths,
			                    cover->memory,
			                    cover->low.given,
			                    (int64_t)cover->low.value,
			                    cover->high.given,
			                    (int64_t)cover->high.value,
			                    plan->oversold,
			                    plan->violations};

			printf(",%" PRId64, values[k]);
		}
	}
	printf("\n");
}

static void print_bars(const struct plan *plan)
{
	char text[COUNT_TEXT];

	printf("\nFill rate (# best days of cover, + what the library adds, - what it lacks)\n");
	for (int i = 0; i < TUNE_LEVELS; i++) {
		const struct plan_level *level = &plan->levels[i];
		int64_t asked = level->result.asked;
		int64_t cover = fill(level->cover.given, asked) * PLAN_BAR / 10000;
		int64_t planned = fill(level->result.given, asked) * PLAN_BAR / 10000;

		printf("  %13s  ", text_of_count(text, (int64_t)(level->result.value / 1000)));
		for (int64_t at = 0; at < cover || at < planned; at++)
			putchar(at >= cover ? '+' : at >= planned ? '-' : '#');
		printf("\n");
	}
}

static void print_level(const struct plan_level *level)
{
	char a[COUNT_TEXT], b[COUNT_TEXT], c[COUNT_TEXT], d[COUNT_TEXT];
	int64_t cover = fill(level->cover.given, level->result.asked);
	int64_t planned = fill(level->result.given, level->result.asked);

	printf("  %13s  %9.4f  %8s    %5" PRId64 ".%" PRId64 " days of %2" PRId64 " reviews' demand"
	       "  %8s  %8s\n",
	       text_of_count(a, (int64_t)(level->result.value / 1000)), level->rate,
	       hundredths(b, planned), level->cover.tenths / 10, level->cover.tenths % 10,
	       level->cover.memory, hundredths(c, cover), hundredths(d, planned - cover));
}

static void print_people(const struct plan *plan)
{
	const struct settings *settings = plan->shelf.settings;
	int64_t day = plan->shelf.history->first_day + plan->shelf.counted, all = 0;
	char text[COUNT_TEXT], date[DATE_TEXT];

	printf("Policies set by the library against the best fixed days of cover, at equal value\n"
	       "of stock. Review every %" PRId64 " days, lead time %" PRId64
	       " days; both begin with"
	       " an empty shelf\n"
	       "and know only what was asked before; counted from %.10s on. Days of cover are\n"
	       "the best in hindsight, between two a tenth of a day apart on a straight line.\n"
	       "\n"
	       "                 The library            Best days of cover\n"
	       "  Stock worth         rate   fill, %%                                      "
	       "fill, %%      gain\n",
	       settings->review_days, settings->lead_days, text_of_time(date, day * DAY_MS));
	for (int i = 0; i < TUNE_LEVELS; i++) {
		const struct plan_level *level = &plan->levels[i];

		print_level(level);
		all += fill(level->result.given, level->result.asked) -
		       fill(level->cover.given, level->result.asked);
	}
	printf("  mean gain of the five: %s points\n", hundredths(text, all / TUNE_LEVELS));
	print_bars(plan);
	printf("\noversold units: %" PRId64 "\nverify: %" PRId64 " violations\n", plan->oversold,
	       plan->violations);
}

void plan_print(const struct plan *plan)
{
	if (plan->shelf.settings->csv)
		print_csv(plan);
	else
		print_people(plan);
}
