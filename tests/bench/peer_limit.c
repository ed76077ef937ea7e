/*
 * What the machine can do: plain structs, a hash of item ids, linked lists. No
 * generality, no persistence, no operation ids, no events.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

struct line {
	uint32_t item, allocated, waiting;
	uint32_t before, after; /* in the queue of its item and class */
};

struct item {
	int64_t on_hand, allocated, waiting;
	uint32_t first[CLASSES], last[CLASSES];
	uint32_t lots_moved; /* lot k is due in period k + 1, moved ones LOTS later */
};

struct limit {
	const struct world *world;
	struct item *items;
	struct line *lines; /* LINES for each order, by its number */
	uint32_t *slots;    /* hash of item ids */
	uint32_t mask;
};

static uint64_t hash_text(const struct text *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325), word;
	uint32_t i;

	for (i = 0; i < text->size; i += 8) {
		memcpy(&word, text->bytes + i, sizeof word > text->size - i ? text->size - i : 8);
		if (text->size - i < 8)
			word &= (UINT64_C(1) << (8 * (text->size - i))) - 1;
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return hash;
}

static struct item *find(struct limit *self, const struct text *id)
{
	uint32_t at = (uint32_t)hash_text(id) & self->mask;

	for (; self->slots[at] != NONE; at = (at + 1) & self->mask) {
		const struct text *there = &self->world->items[self->slots[at]];

		if (there->size == id->size && memcmp(there->bytes, id->bytes, id->size) == 0)
			return &self->items[self->slots[at]];
	}
	die("limit", "no such item");
	return NULL;
}

static void *limit_open(const struct world *world)
{
	struct limit *self = must_alloc(sizeof *self);
	uint32_t i, at;

	self->world = world;
	self->items = must_alloc(world->item_count * sizeof *self->items);
	self->lines = must_alloc(world->order_count * LINES * sizeof *self->lines);
	for (self->mask = 1; self->mask < 2 * world->item_count; self->mask *= 2)
		continue;
	self->slots = must_alloc(self->mask * sizeof *self->slots);
	memset(self->slots, 0xff, self->mask * sizeof *self->slots);
	self->mask--;
	for (i = 0; i < world->item_count; i++) {
		self->items[i].on_hand = world->on_hand;
		memset(self->items[i].first, 0xff, sizeof self->items[i].first);
		memset(self->items[i].last, 0xff, sizeof self->items[i].last);
		at = (uint32_t)hash_text(&world->items[i]) & self->mask;
		while (self->slots[at] != NONE)
			at = (at + 1) & self->mask;
		self->slots[at] = i;
	}
	return self;
}

static void limit_order(void *host, const struct order *order)
{
	struct limit *self = host;
	uint32_t i;

	for (i = 0; i < order->count; i++) {
		uint32_t at = (order->number - 1) * LINES + i, c = order->order_class;
		struct line *line = &self->lines[at];
		struct item *item = find(self, &self->world->items[order->lines[i].item]);
		int64_t free = item->on_hand - item->allocated;

		line->item = (uint32_t)(item - self->items);
		line->allocated =
			free < order->lines[i].quantity ? (uint32_t)free : order->lines[i].quantity;
		line->waiting = order->lines[i].quantity - line->allocated;
		item->allocated += line->allocated;
		item->waiting += line->waiting;
		if (line->waiting == 0)
			continue;
		line->before = item->last[c];
		line->after = NONE;
		if (line->before == NONE)
			item->first[c] = at;
		else
			self->lines[line->before].after = at;
		item->last[c] = at;
	}
}

static void leave(struct limit *self, struct item *item, uint32_t at, uint32_t c)
{
	struct line *line = &self->lines[at];

	if (line->before == NONE)
		item->first[c] = line->after;
	else
		self->lines[line->before].after = line->after;
	if (line->after == NONE)
		item->last[c] = line->before;
	else
		self->lines[line->after].before = line->before;
}

static void serve(struct limit *self, struct item *item)
{
	int64_t free = item->on_hand - item->allocated;
	uint32_t c;

	for (c = 0; c < CLASSES && free > 0; c++) {
		while (item->first[c] != NONE && free > 0) {
			struct line *line = &self->lines[item->first[c]];
			uint32_t taken = free < line->waiting ? (uint32_t)free : line->waiting;

			free -= taken;
			line->allocated += taken;
			line->waiting -= taken;
			item->allocated += taken;
			item->waiting -= taken;
			if (line->waiting == 0)
				leave(self, item, item->first[c], c);
		}
	}
}

static void limit_cancel(void *host, const struct order *order, const struct op *op)
{
	struct limit *self = host;
	uint32_t i;

	(void)op;
	for (i = 0; i < order->count; i++) {
		uint32_t at = (order->number - 1) * LINES + i;
		struct line *line = &self->lines[at];
		struct item *item = &self->items[line->item];

		if (line->waiting > 0)
			leave(self, item, at, order->order_class);
		item->waiting -= line->waiting;
		item->allocated -= line->allocated;
		if (line->allocated > 0)
			serve(self, item);
		line->waiting = line->allocated = 0;
	}
}

static void limit_receipt(void *host, const struct op *op)
{
	struct limit *self = host;
	struct item *item = find(self, &self->world->items[op->target]);

	item->on_hand += op->quantity;
	item->lots_moved++;
	serve(self, item);
}

static void limit_query(void *host, uint32_t index, uint32_t want, struct answer *answer)
{
	struct limit *self = host;
	struct item *item = find(self, &self->world->items[index]);
	int64_t rest, lot;

	answer->free = item->on_hand - item->allocated;
	answer->when_ms = 0;
	rest = want - answer->free;
	if (rest <= 0)
		return;
	/* Lots are alike and in order, so no list of them is walked. */
	lot = (item->waiting + rest + LOT_UNITS - 1) / LOT_UNITS;
	if (lot <= LOTS)
		answer->when_ms = BEGIN_MS + (item->lots_moved + lot) * PERIOD_MS;
}

static void limit_state(void *host, struct state *state)
{
	struct limit *self = host;
	size_t i;

	for (i = 0; i < self->world->item_count; i++)
		state_item(state, (uint32_t)i, self->items[i].on_hand, self->items[i].allocated,
		           self->items[i].waiting);
	for (i = 0; i < self->world->order_count * LINES; i++)
		state_line(state, (uint32_t)(i / LINES) + 1, (uint32_t)(i % LINES),
		           self->lines[i].allocated, self->lines[i].waiting);
}

/* The lines that are used; all of them are there from the beginning. */
static uint64_t limit_bytes(void *host)
{
	struct limit *self = host;
	uint64_t used = 0;
	size_t i;

	for (i = 0; i < self->world->order_count * LINES; i++)
		used += self->lines[i].allocated + self->lines[i].waiting > 0;
	return used * sizeof *self->lines;
}

static void limit_close(void *host)
{
	struct limit *self = host;

	free(self->items);
	free(self->lines);
	free(self->slots);
	free(self);
}

const struct peer peer_limit = {
	.name = "limit",
	.open = limit_open,
	.order = limit_order,
	.cancel = limit_cancel,
	.receipt = limit_receipt,
	.query = limit_query,
	.state = limit_state,
	.bytes = limit_bytes,
	.close = limit_close,
};
