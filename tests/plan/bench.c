/*
 * Updates a second of every forecasting method, and calls a second of the policy
 * formulas that a shop makes for each item. A measurement, not a test.
 *
 * SPDX-License-Identifier: MIT
 */
#include <backorder/plan.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { UPDATES = 2000000, CALLS = 200000 };

static const char *const names[] = {"",
                                    "naive",
                                    "seasonal naive",
                                    "moving average",
                                    "SES",
                                    "Holt",
                                    "damped",
                                    "Winters additive",
                                    "Winters multiplicative",
                                    "Theta",
                                    "Croston",
                                    "SBA",
                                    "SBJ",
                                    "TSB",
                                    "SKU default",
                                    "automatic"};

static double seconds_since(clock_t start)
{
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

static void fail_if(int32_t status)
{
	if (status == BKO_OK)
		return;
	fprintf(stderr, "status %d\n", (int)status);
	exit(1);
}

static void bench_method(uint32_t kind, uint32_t season)
{
	static double memory[BKO_PLAN_STATE_MAX / sizeof(double)];
	bko_plan_state *state = (bko_plan_state *)(void *)memory;
	struct bko_plan_method method;
	uint32_t noise = 1;
	size_t size;
	clock_t start;
	int i;

	memset(&method, 0, sizeof method);
	method.struct_size = sizeof method;
	method.kind = kind;
	method.season = season;
	method.window = season;
	fail_if(bko_plan_state_size(&method, &size));
	fail_if(bko_plan_state_init(state, sizeof memory, &method));
	start = clock();
	for (i = 0; i < UPDATES; i++) {
		noise = noise * 1664525u + 1013904223u;
		fail_if(bko_plan_observe(state, (double)(noise >> 28), 0));
	}
	printf("%-22s season %2u  %5zu bytes  %7.2f M updates/s\n", names[kind], (unsigned)season,
	       size, UPDATES / seconds_since(start) / 1e6);
}

static void bench_policy(void)
{
	struct bko_plan_lead lead = {sizeof lead, 0, 10, 3, 4, 1, 0};
	struct bko_plan_demand demand;
	struct bko_plan_cost costs = {sizeof costs, 0, 8, .225, 7.5, 1300};
	double level = 0, other, cost, sum = 0;
	clock_t start = clock();
	int i;

	for (i = 0; i < CALLS; i++) {
		lead.demand = 1 + i % 100;
		fail_if(bko_plan_reorder_point(&lead, .95, &level));
		sum += level;
	}
	printf("%-22s %28.2f M calls/s\n", "reorder point", CALLS / seconds_since(start) / 1e6);
	memset(&demand, 0, sizeof demand);
	demand.struct_size = sizeof demand;
	start = clock();
	for (i = 0; i < CALLS / 10; i++) {
		fail_if(bko_plan_demand_fit(.1 + i % 9, 20, &demand));
		fail_if(bko_plan_demand_quantile(&demand, .95, &level));
		sum += level;
	}
	printf("%-22s %28.2f M calls/s\n", "count quantile",
	       CALLS / 10 / seconds_since(start) / 1e6);
	demand.kind = BKO_PLAN_NORMAL;
	demand.mean = 108;
	demand.variance = 1875;
	start = clock();
	for (i = 0; i < CALLS / 1000; i++) {
		fail_if(bko_plan_rq_best(&costs, &demand, &level, &other, &cost));
		sum += level;
	}
	printf("%-22s %28.4f M calls/s\n", "best (r, Q)",
	       CALLS / 1000 / seconds_since(start) / 1e6);
	/* So that nothing is computed for nothing. */
	if (sum == 0)
		puts("");
}

int main(void)
{
	uint32_t kind;

	for (kind = BKO_PLAN_NAIVE; kind <= BKO_PLAN_AUTO; kind++)
		bench_method(kind, 12);
	bench_method(BKO_PLAN_AUTO, 1);
	bench_method(BKO_PLAN_AUTO, BKO_PLAN_SEASON_MAX);
	bench_policy();
	return 0;
}
