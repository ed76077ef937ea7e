/*
 * The orders and operations of the benchmark, made from a seed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

void die(const char *peer, const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", peer, what);
	exit(1);
}

void *must_alloc(size_t size)
{
	void *block = calloc(1, size ? size : 1);

	if (!block)
		die("memory", "none left");
	return block;
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

uint64_t random_next(struct random *random)
{
	random->at += UINT64_C(0x9e3779b97f4a7c15);
	return mix(random->at);
}

uint32_t random_below(struct random *random, uint32_t bound)
{
	return (uint32_t)((random_next(random) >> 32) * bound >> 32);
}

void zipf_open(struct zipf *zipf, uint32_t count)
{
	double sum = 0;
	uint32_t i;

	zipf->count = count;
	zipf->sums = must_alloc(count * sizeof *zipf->sums);
	for (i = 0; i < count; i++) {
		sum += 1.0 / (i + 1);
		zipf->sums[i] = sum;
	}
}

uint32_t zipf_next(const struct zipf *zipf, struct random *random)
{
	double unit = (double)(random_next(random) >> 11) / 9007199254740992.0;
	double point = unit * zipf->sums[zipf->count - 1];
	uint32_t low = 0, high = zipf->count - 1;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (zipf->sums[middle] > point)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

void zipf_close(struct zipf *zipf)
{
	free(zipf->sums);
}

/* Stock codes as shops write them, such as "mug-navy-L-004711". */
static void name_item(struct text *text, uint32_t index, struct random *random)
{
	static const char *const things[] = {"tshirt", "mug",    "lamp",    "hoodie",
	                                     "poster", "candle", "cushion", "bag"};
	static const char *const colours[] = {"navy", "white", "red", "sand", "black", "olive"};
	static const char *const sizes[] = {"S", "M", "L", "XL"};

	text->size = (uint32_t)snprintf(
		text->bytes, sizeof text->bytes, "%s-%s-%s-%06u", things[random_below(random, 8)],
		colours[random_below(random, 6)], sizes[random_below(random, 4)], (unsigned)index);
}

static void make_order(struct order *order, size_t index, uint32_t lines, const struct zipf *zipf,
                       struct random *random)
{
	uint32_t most = zipf->count < LINES ? zipf->count : LINES;
	uint32_t i, j;

	order->number = (uint32_t)index + 1;
	order->order_class = random_below(random, CLASSES);
	if (lines == 0)
		order->count = 1 + random_below(random, most);
	else
		order->count = lines < most ? lines : most;
	for (i = 0; i < order->count; i++) {
		do {
			order->lines[i].item = zipf_next(zipf, random);
			for (j = 0; order->lines[j].item != order->lines[i].item; j++)
				continue;
		} while (j < i);
		order->lines[i].quantity = 1 + random_below(random, 4);
	}
	order->id.size = (uint32_t)snprintf(order->id.bytes, sizeof order->id.bytes, "SO-%08u",
	                                    (unsigned)order->number);
}

void world_open(struct world *world, uint32_t items, uint32_t on_hand, size_t orders,
                uint32_t lines, uint64_t seed)
{
	struct random random = {seed};
	struct zipf zipf;
	size_t i;

	world->item_count = items;
	world->on_hand = on_hand;
	world->order_count = orders;
	world->items = must_alloc(items * sizeof *world->items);
	world->orders = must_alloc(orders * sizeof *world->orders);
	zipf_open(&zipf, items);
	for (i = 0; i < items; i++)
		name_item(&world->items[i], (uint32_t)i, &random);
	for (i = 0; i < orders; i++)
		make_order(&world->orders[i], i, lines, &zipf, &random);
	zipf_close(&zipf);
}

void world_close(struct world *world)
{
	free(world->items);
	free(world->orders);
}

static void name_op(struct op *op, const char *kind, size_t index)
{
	op->id.size = (uint32_t)snprintf(op->id.bytes, sizeof op->id.bytes, "%s-%08u", kind,
	                                 (unsigned)index);
}

struct op *workload_restock(const struct world *world, uint32_t units, uint64_t seed, size_t *count)
{
	struct random random = {seed};
	uint64_t *waiting = must_alloc(world->item_count * sizeof *waiting);
	struct op *ops;
	size_t i, j, at = 0;

	*count = 0;
	for (i = 0; i < world->order_count; i++)
		for (j = 0; j < world->orders[i].count; j++)
			waiting[world->orders[i].lines[j].item] +=
				world->orders[i].lines[j].quantity;
	for (i = 0; i < world->item_count; i++)
		*count += (size_t)((waiting[i] + units - 1) / units);
	ops = must_alloc(*count * sizeof *ops);
	for (i = 0; i < world->item_count; i++)
		for (j = 0; j < (waiting[i] + units - 1) / units; j++)
			ops[at++] = (struct op){
				.kind = OP_RECEIPT, .target = (uint32_t)i, .quantity = units};
	for (i = *count; i > 1; i--) {
		size_t other = random_below(&random, (uint32_t)i);
		struct op swap = ops[i - 1];

		ops[i - 1] = ops[other];
		ops[other] = swap;
	}
	for (i = 0; i < *count; i++)
		name_op(&ops[i], "GR", i + 1);
	free(waiting);
	return ops;
}

struct op *workload_mixed(const struct world *world, size_t count, uint32_t units, uint64_t seed)
{
	struct random random = {seed};
	struct op *ops = must_alloc(count * sizeof *ops);
	uint32_t *live = must_alloc(world->order_count * sizeof *live);
	uint32_t live_count = 0, placed = 0;
	struct zipf zipf;
	size_t i;

	zipf_open(&zipf, world->item_count);
	for (i = 0; i < count; i++) {
		struct op *op = &ops[i];
		uint32_t dice = random_below(&random, 100);

		op->quantity = 1 + random_below(&random, 4);
		op->target = zipf_next(&zipf, &random);
		if (dice < 25 && placed < world->order_count) {
			op->kind = OP_ORDER;
			op->target = placed;
			live[live_count++] = placed++;
		} else if (dice >= 25 && dice < 35 && live_count > 0) {
			uint32_t which = random_below(&random, live_count);

			op->kind = OP_CANCEL;
			op->target = live[which];
			live[which] = live[--live_count];
			name_op(op, "CX", i + 1);
		} else if (dice >= 35 && dice < 40) {
			op->kind = OP_RECEIPT;
			op->quantity = units;
			name_op(op, "GR", i + 1);
		} else {
			op->kind = OP_QUERY;
		}
	}
	zipf_close(&zipf);
	free(live);
	return ops;
}

static void fold(struct state *state, uint64_t a, uint64_t b, int64_t c, int64_t d)
{
	uint64_t hash = mix(a + 1);

	hash = mix(hash ^ b);
	hash = mix(hash ^ (uint64_t)c);
	hash = mix(hash ^ (uint64_t)d);
	/* A sum, so that a peer may list its parts in any order. */
	state->hash += hash;
}

void state_item(struct state *state, uint32_t item, int64_t on_hand, int64_t allocated,
                int64_t waiting)
{
	state->on_hand += on_hand;
	state->allocated += allocated;
	state->waiting += waiting;
	fold(state, (uint64_t)item << 32, (uint64_t)on_hand, allocated, waiting);
}

void state_line(struct state *state, uint32_t order, uint32_t line, int64_t allocated,
                int64_t waiting)
{
	if (allocated != 0 || waiting != 0)
		fold(state, order, line, allocated, waiting);
}
