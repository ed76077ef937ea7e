/*
 * The workloads W1 to W4 on one peer, timed by a clock that the caller chooses.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

enum { W4_ORDERS_PER = 4 };

const char *const stretch_names[STRETCHES] = {"W1 reserve, orders", "W2 accept, orders",
                                              "W3 queries", "W2 restock, lines",
                                              "W4 mixed, operations"};

void peer_flush(const struct peer *peer, void *self)
{
	if (peer->flush)
		peer->flush(self);
}

static void fold_answer(struct ending *ending, const struct answer *answer)
{
	ending->answers = ending->answers * 31 + (uint64_t)answer->free;
	ending->answers = ending->answers * 31 + (uint64_t)answer->when_ms;
}

static void run_w1(const struct stretch_run *run, double *rates, struct ending *endings)
{
	const struct peer *peer = run->peer;
	size_t n = run->orders;
	struct world world;
	void *self;
	double begun;
	size_t i;

	world_open(&world, run->items, 1000000000, n, 0, BENCH_SEED);
	self = peer->open(&world);
	begun = run->clock();
	for (i = 0; i < n; i++)
		peer->order(self, &world.orders[i]);
	peer_flush(peer, self);
	rates[W1] = (double)n / (run->clock() - begun);
	peer->state(self, &endings[0].state);
	peer->close(self);
	world_close(&world);
}

static void run_w2(const struct stretch_run *run, double *rates, struct ending *endings)
{
	const struct peer *peer = run->peer;
	size_t n = run->orders;
	struct random random = {BENCH_SEED + 2};
	struct state after = {0};
	struct answer answer;
	struct world world;
	struct op *receipts;
	size_t i, lines = 0, count;
	double begun;
	void *self;

	world_open(&world, run->items, 0, n, 0, BENCH_SEED + 1);
	receipts = workload_restock(&world, 50, BENCH_SEED + 1, &count);
	self = peer->open(&world);
	begun = run->clock();
	for (i = 0; i < n; i++)
		peer->order(self, &world.orders[i]);
	peer_flush(peer, self);
	rates[W2_ACCEPT] = (double)n / (run->clock() - begun);

	begun = run->clock();
	for (i = 0; i < n; i++) {
		uint64_t dice = random_next(&random);

		peer->query(self, (uint32_t)((dice >> 32) * run->items >> 32), 1 + (dice & 3),
		            &answer);
		fold_answer(&endings[1], &answer);
	}
	rates[W3] = (double)n / (run->clock() - begun);
	peer->state(self, &endings[1].state);

	for (i = 0; i < n; i++)
		lines += world.orders[i].count;
	begun = run->clock();
	for (i = 0; i < count; i++)
		peer->receipt(self, &receipts[i]);
	peer_flush(peer, self);
	rates[W2_RESTOCK] = (double)lines / (run->clock() - begun);
	peer->state(self, &after);
	if (after.waiting != 0)
		die(peer->name, "queues are left after the restock");
	peer->close(self);
	free(receipts);
	world_close(&world);
}

static void run_w4(const struct stretch_run *run, double *rates, struct ending *endings)
{
	const struct peer *peer = run->peer;
	size_t n = run->orders;
	struct answer answer;
	struct world world;
	struct op *ops;
	double begun;
	void *self;
	size_t i;

	world_open(&world, run->items, 5, n / W4_ORDERS_PER + 1, 0, BENCH_SEED + 3);
	ops = workload_mixed(&world, n, 15, BENCH_SEED + 3);
	self = peer->open(&world);
	begun = run->clock();
	for (i = 0; i < n; i++) {
		const struct op *op = &ops[i];

		switch (op->kind) {
		case OP_ORDER: peer->order(self, &world.orders[op->target]); break;
		case OP_CANCEL: peer->cancel(self, &world.orders[op->target], op); break;
		case OP_RECEIPT: peer->receipt(self, op); break;
		default:
			peer->query(self, op->target, op->quantity, &answer);
			fold_answer(&endings[2], &answer);
		}
	}
	peer_flush(peer, self);
	rates[W4] = (double)n / (run->clock() - begun);
	peer->state(self, &endings[2].state);
	peer->close(self);
	free(ops);
	world_close(&world);
}

void stretches_run(const struct stretch_run *run, double *rates, struct ending *endings)
{
	memset(endings, 0, ENDINGS * sizeof *endings);
	run_w1(run, rates, endings);
	run_w2(run, rates, endings);
	run_w4(run, rates, endings);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof *values, ascending);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}
