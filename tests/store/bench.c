/*
 * tests/store/bench.c - what the memory store costs, in nanoseconds.
 *
 *	bench [items [orders [parts]]]
 *
 * Keys and sizes are like those of the engine: heads of items, orders and
 * events in ascending order, parts that wait in queues. `parts` says what to
 * measure: h heads, a appends, o orders, r inserts at random. It judges nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "inspect.h"
#include "reply.h"
#include "shadow.h"

enum { HEAD_SIZE = 320, ORDER_SIZE = 150, EVENT_SIZE = 110, LANE_SIZE = 40, PART_SIZE = 60 };

struct key {
	unsigned char bytes[64];
	size_t size;
};

static struct bko_reply reply;
static struct bko_store store;
static bko_memory *memory;
static uint64_t state = 42;
static const unsigned char bytes[BKO_VALUE_MAX];

static void put_number(unsigned char *to, uint64_t number)
{
	size_t i;

	for (i = 0; i < 8; i++)
		to[i] = (unsigned char)(number >> (56 - 8 * i));
}

/* Tree, length of the id, id, and the kind of row. Written by hand, for it is
 * part of what is measured. */
static struct key make_key(char tree, const char *prefix, uint32_t number, const char *kind)
{
	struct key key;
	size_t size = strlen(prefix);
	size_t kind_size = strlen(kind);
	size_t i;

	key.bytes[0] = (unsigned char)tree;
	key.bytes[1] = (unsigned char)(size + 9);
	memcpy(key.bytes + 2, prefix, size);
	for (i = 9; i > 0; i--, number /= 10)
		key.bytes[1 + size + i] = (unsigned char)('0' + number % 10);
	key.size = 2 + size + 9 + kind_size;
	memcpy(key.bytes + 2 + size + 9, kind, kind_size);
	return key;
}

static struct key item_key(uint32_t item, const char *kind)
{
	return make_key('I', "SKU-", item * 7u, kind);
}

static struct key event_key(uint32_t lane, uint64_t number)
{
	struct key key = {{'E', (unsigned char)lane}, 10};

	put_number(key.bytes + 2, number);
	return key;
}

static struct bko_entry put(const struct key *key, size_t size, uint32_t guard, uint64_t revision,
                            uint64_t hint)
{
	struct bko_entry entry = {{key->bytes, key->size}, {bytes, size}, revision, hint, guard,
	                          BKO_ACTION_PUT};

	return entry;
}

static void apply(const struct bko_entry *entries, size_t count)
{
	struct bko_batch batch = {sizeof batch, 0, entries, count};

	reply.count = 0;
	store.apply(store.host, &batch, &reply);
	if (reply.status != BKO_REPLY_DONE)
		abort();
}

static void read(const struct bko_read *reads, size_t count)
{
	struct bko_query query = {sizeof query, 0, reads, count};

	reply.count = 0;
	store.read(store.host, &query, &reply);
}

static void get(const struct key *key)
{
	struct bko_read one = {{key->bytes, key->size}, {NULL, 0}, 1, 0};

	read(&one, 1);
}

static clock_t began;

static void begin(void)
{
	began = clock();
}

static void end(const char *what, double count)
{
	printf("%-44s %8.1f ns\n", what, (double)(clock() - began) / CLOCKS_PER_SEC * 1e9 / count);
}

static void open_store(void)
{
	if (bko_memory_open(NULL, &memory) != BKO_OK)
		abort();
	store.struct_size = sizeof store;
	bko_memory_store(memory, &store);
}

static void tell_size(void)
{
	struct bko_memory_stats stats;

	stats.struct_size = sizeof stats;
	bko_memory_stats(memory, &stats);
	printf("%-44s %8.1f %%, %.1f bytes a row beyond key and value\n", "leaves full",
	       (double)inspect_fill(memory),
	       (double)(stats.bytes - stats.row_bytes) / (double)stats.rows);
}

static void load_items(uint32_t items)
{
	uint32_t i;
	struct key key;
	struct bko_entry entry;

	for (i = 0; i < items; i++) {
		key = item_key(i, "h");
		entry = put(&key, HEAD_SIZE, 0, 0, 0);
		apply(&entry, 1);
	}
}

static void bench_heads(uint32_t items, uint32_t rounds)
{
	struct key *keys = malloc(rounds * sizeof *keys);
	uint64_t *hints = malloc(rounds * sizeof *hints);
	struct bko_entry entry;
	uint32_t i;

	if (keys == NULL || hints == NULL)
		abort();
	for (i = 0; i < rounds; i++)
		keys[i] = item_key(shadow_below(&state, items), "h");
	begin();
	for (i = 0; i < rounds; i++) {
		get(&keys[i]);
		hints[i] = reply.rows[0].hint;
	}
	end("read one of all heads", rounds);
	begin();
	for (i = 0; i < rounds; i++)
		get(&keys[i % 100]);
	end("read one of 100 heads", rounds);
	begin();
	for (i = 0; i < rounds; i++) {
		entry = put(&keys[i], HEAD_SIZE, 0, 0, hints[i]);
		apply(&entry, 1);
	}
	end("overwrite one of all heads by hint", rounds);
	begin();
	for (i = 0; i < rounds; i++) {
		entry = put(&keys[i % 100], HEAD_SIZE, 0, 0, hints[i % 100]);
		apply(&entry, 1);
	}
	end("overwrite one of 100 heads by hint", rounds);
	begin();
	for (i = 0; i < rounds; i++) {
		entry = put(&keys[i], HEAD_SIZE, 0, 0, 0);
		apply(&entry, 1);
	}
	end("overwrite one of all heads without", rounds);
	free(keys);
	free(hints);
}

static void bench_appends(uint32_t rounds)
{
	struct bko_entry entry;
	struct key key;
	uint32_t i;

	begin();
	for (i = 0; i < rounds; i++) {
		key = event_key(0, i);
		entry = put(&key, EVENT_SIZE, BKO_GUARD_ABSENT, 0, 0);
		apply(&entry, 1);
	}
	end("append to one lane", rounds);
	begin();
	for (i = 0; i < rounds; i++) {
		key = event_key(1 + (i * 7u) % 16, i);
		entry = put(&key, EVENT_SIZE, BKO_GUARD_ABSENT, 0, 0);
		apply(&entry, 1);
	}
	end("append to one of 16 lanes", rounds);
}

/* The work of an order: reads three rows, changes them, adds three. */
static void bench_orders(uint32_t items, uint32_t rounds)
{
	struct key lane = {{'H', 0}, 2};
	struct key defaults = {{'D'}, 1};
	struct bko_entry entries[6], setup;
	struct bko_read reads[3];
	struct key head, part, order, event;
	uint32_t i;

	setup = put(&lane, LANE_SIZE, 0, 0, 0);
	apply(&setup, 1);
	setup = put(&defaults, LANE_SIZE, 0, 0, 0);
	apply(&setup, 1);
	memset(reads, 0, sizeof reads);
	begin();
	for (i = 0; i < rounds; i++) {
		uint32_t item = shadow_below(&state, items);
		const struct reply_row *rows = reply.rows;

		head = item_key(item, "h");
		part = item_key(item, "w........");
		put_number(part.bytes + part.size - 8, i);
		order = make_key('O', "ORD-", i, "");
		event = event_key(99, i);
		reads[0].key.data = defaults.bytes;
		reads[0].key.size = defaults.size;
		reads[1].key.data = head.bytes;
		reads[1].key.size = head.size;
		reads[2].key.data = lane.bytes;
		reads[2].key.size = lane.size;
		reads[0].limit = reads[1].limit = reads[2].limit = 1;
		read(reads, 3);
		entries[0] = put(&defaults, 0, BKO_GUARD_REVISION, rows[0].revision, rows[0].hint);
		entries[0].action = BKO_ACTION_NONE;
		entries[1] = put(&event, EVENT_SIZE, BKO_GUARD_ABSENT, 0, 0);
		entries[2] =
			put(&lane, LANE_SIZE, BKO_GUARD_REVISION, rows[2].revision, rows[2].hint);
		entries[3] =
			put(&head, HEAD_SIZE, BKO_GUARD_REVISION, rows[1].revision, rows[1].hint);
		entries[4] = put(&part, PART_SIZE, BKO_GUARD_ABSENT, 0, 0);
		entries[5] = put(&order, ORDER_SIZE, BKO_GUARD_ABSENT, 0, 0);
		apply(entries, 6);
	}
	end("order: read 3, put 2 and insert 3 guarded", rounds);
}

static void bench_random(uint32_t rounds)
{
	struct bko_entry entry;
	struct key key;
	uint32_t i;

	begin();
	for (i = 0; i < rounds; i++) {
		key = make_key('R', "", (uint32_t)shadow_random(&state), "");
		entry = put(&key, 100, 0, 0, 0);
		apply(&entry, 1);
	}
	end("insert at random", rounds);
}

int main(int argc, char **argv)
{
	uint32_t items = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000;
	uint32_t orders = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 500000;
	const char *parts = argc > 3 ? argv[3] : "haor";
	size_t i;

	for (i = 0; parts[i] != 0; i++) {
		open_store();
		if (parts[i] == 'h' || parts[i] == 'o')
			load_items(items);
		if (parts[i] == 'h')
			bench_heads(items, orders);
		else if (parts[i] == 'a')
			bench_appends(orders);
		else if (parts[i] == 'o')
			bench_orders(items, orders);
		else
			bench_random(orders);
		tell_size();
		bko_memory_close(memory);
	}
	return 0;
}
