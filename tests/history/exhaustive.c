/*
 * Every history of twelve operations on one item and two orders, up to a length:
 * walked as a tree, each node a copy of its parent's store and model.
 *
 *   exhaustive [LENGTH]
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEMPLATES = 12, LENGTH = 6, MINUTE = 60000 };
static const int64_t BEGIN = 1700000040000;

static struct world worlds[LENGTH + 1];
static struct op path[LENGTH];
static uint64_t nodes;

static void place(struct op *op, uint32_t order, int64_t quantity, uint32_t order_class)
{
	op->kind = OP_PLACE;
	op->id = order;
	op->order_class = order_class;
	op->line_count = 1;
	op->lines[0].quantity = quantity;
	op->lines[0].candidate_count = 1;
}

static void on_line(struct op *op, uint32_t kind, uint32_t order, int64_t quantity)
{
	op->kind = kind;
	op->order = order;
	op->pick_count = 1;
	op->picks[0].line = quantity ? 0 : OP_ANY;
	op->picks[0].quantity = quantity;
	op->picks[0].location = OP_ANY;
}

static void on_stock(struct op *op, uint32_t kind, uint32_t option, int64_t quantity)
{
	op->kind = kind;
	op->option = option;
	op->quantity = quantity;
}

/* The templates: two orders that compete, one of them a hold placed in part. */
static void build(struct op *op, int which, uint32_t depth, int64_t now)
{
	memset(op, 0, sizeof *op);
	op->id = 10 + depth;
	op->now = now;
	switch (which) {
	case 0: place(op, 1, 2, 4); break;
	case 1:
		place(op, 2, 3, 0);
		op->option = BKO_ORDER_ACCEPT_PART;
		op->until = now + 3 * MINUTE;
		break;
	case 2: on_stock(op, OP_RECEIVE, 0, 2); break;
	case 3: on_stock(op, OP_ADJUST, BKO_ADJUST_CHANGE, -1); break;
	case 4: on_stock(op, OP_FORCE, 0, 1); break;
	case 5:
		on_line(op, OP_CANCEL, 1, 1);
		op->option = BKO_UNITS_UP_TO;
		break;
	case 6: on_line(op, OP_SHIP, 1, 1); break;
	case 7:
		on_line(op, OP_MARK, 1, 0);
		op->option = BKO_MARK_UNALLOCATE;
		break;
	case 8:
		on_line(op, OP_MARK, 1, 0);
		op->option = BKO_MARK_GO;
		op->stops = BKO_STOP_UNALLOCATED;
		break;
	case 9:
		op->kind = OP_AMEND;
		op->order = 1;
		op->option = BKO_AMEND_QUANTITY;
		op->quantity = 3;
		break;
	case 10:
		op->kind = OP_CONFIRM;
		op->order = 2;
		break;
	default:
		op->kind = OP_TICK;
		op->now += 4 * MINUTE;
		break;
	}
}

static int walk_down(uint32_t depth, uint32_t length, int64_t now)
{
	for (int which = 0; which < TEMPLATES; which++) {
		struct world *from = &worlds[depth], *to = &worlds[depth + 1];
		struct op *op = &path[depth];
		build(op, which, depth, now + MINUTE);
		if (bko_memory_copy(from->memory, to->memory) != BKO_OK)
			return 1;
		model_copy(to->model, from->model);
		to->ledger = from->ledger;
		to->latest = from->latest;
		memcpy(to->settled, from->settled, sizeof to->settled);
		nodes++;
		if (world_step(to, op)) {
			char text[1024];
			for (uint32_t i = 0; i <= depth; i++) {
				print_op(text, sizeof text, &path[i]);
				printf("%u %s\n", i + 1, text);
			}
			printf("  %s\n", to->why);
			return 1;
		}
		if (depth + 1 < length && walk_down(depth + 1, length, op->now))
			return 1;
	}
	return 0;
}

static int prepare(struct world *w)
{
	struct op op;
	memset(&op, 0, sizeof op);
	op.kind = OP_POLICY;
	op.option = BKO_SCOPE_ITEM;
	op.now = BEGIN;
	op.policy.set = BKO_SET_SELLING | BKO_SET_LIMIT | BKO_SET_SAFETY_STOCK;
	op.policy.selling = BKO_SELL_BACKORDER;
	op.policy.limit = 3;
	op.policy.safety_stock = 1;
	if (world_step(w, &op))
		return 1;
	memset(&op, 0, sizeof op);
	on_stock(&op, OP_RECEIVE, 0, 2);
	op.id = 9;
	op.now = BEGIN;
	return world_step(w, &op);
}

int main(int argc, char **argv)
{
	const char *tier = getenv("BKO_TIER");
	uint32_t length = tier && strcmp(tier, "quick") == 0 ? 4 : LENGTH;
	struct setup setup = {.granule = MINUTE, .lanes = 1, .shared = 1};
	int failed = 0;
	if (argc > 1)
		length = (uint32_t)strtoul(argv[1], NULL, 10);
	if (length > LENGTH)
		length = LENGTH;
	for (uint32_t i = 0; i <= LENGTH; i++) {
		failed |= world_open(&worlds[i], &setup);
		if (i > 0) { /* one array of records for all, as they are only added */
			free(worlds[i].records);
			worlds[i].records = NULL;
			worlds[i].model->records = worlds[0].records;
		}
	}
	if (failed || prepare(&worlds[0]) || walk_down(0, length, BEGIN)) {
		printf("after %llu steps: %s\n", (unsigned long long)nodes, worlds[0].why);
		failed = 1;
	} else {
		printf("every history of length %u, no difference\n", length);
		printf("evidence: steps of all short histories %llu\n", (unsigned long long)nodes);
	}
	for (uint32_t i = 0; i <= LENGTH; i++)
		world_close(&worlds[i]);
	return failed;
}
