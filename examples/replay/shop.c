/*
 * Opens and closes the shop, begins and ends its days, and keeps the store of
 * the library small: events are acknowledged and trimmed, old orders pruned.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char consumer_name[] = "shop";
static const struct bko_span here = {"", 0}; /* the default location */

int shop_check(struct shop *shop, int32_t status, const char *call, struct bko_span about)
{
	struct bko_error error = {0};

	if (status == BKO_OK || shop->failed)
		return status == BKO_OK && !shop->failed;
	shop->failed = 1;
	error.struct_size = sizeof error;
	if (!shop->engine || bko_engine_error(shop->engine, &error) != BKO_OK || !error.text)
		error.text = "";
	fprintf(stderr, "replay: %s of %.*s: %s (%s) %s\n", call, (int)about.size,
	        (const char *)about.data, bko_status_name(status), bko_status_text(status),
	        error.text);
	return 0;
}

struct bko_op shop_op(char text[SHOP_ID], char kind, uint32_t a, uint32_t b, int64_t now_ms)
{
	struct bko_op op = {0};

	op.struct_size = sizeof op;
	op.id.data = text;
	op.id.size = (size_t)snprintf(text, SHOP_ID, "%c%" PRIu32 ".%" PRIu32, kind, a, b);
	op.now_ms = now_ms;
	return op;
}

/* ---- Opening ----------------------------------------------------------------- */

/* A history is played on nothing: a file that holds a shop already is left alone. */
static int is_empty(struct shop *shop, struct bko_span name)
{
	struct bko_cursor cursor = {0};
	struct bko_id id;
	size_t count = 0;

	cursor.struct_size = sizeof cursor;
	if (!shop_check(shop, bko_item_list(shop->engine, &cursor, &id, 1, &count), "reading",
	                name))
		return 0;
	if (count == 0)
		return 1;
	fprintf(stderr, "replay: %.*s holds a shop already\n", (int)name.size,
	        (const char *)name.data);
	shop->failed = 1;
	return 0;
}

/* With an arena, the engine's part of it comes first and the store has the
 * rest: neither ever asks for memory again. */
static int open_library(struct shop *shop)
{
	struct bko_memory_options memory = {0};
	struct bko_options options = {0};
	struct bko_store store = {0};
	size_t arena_size = (size_t)shop->settings->arena_mb << 20, engine_size = 0;
	struct bko_span name;

	memory.struct_size = sizeof memory;
	options.struct_size = sizeof options;
	store.struct_size = sizeof store;
	options.max_lines = shop->history->largest < 64 ? 64 : shop->history->largest;
	if (arena_size > 0) {
		if (!shop_check(shop, bko_engine_size(&options, &engine_size), "sizing", here))
			return 0;
		engine_size = (engine_size + BKO_CHILD_BYTES + 63) / 64 * 64;
		if (engine_size >= arena_size) {
			fprintf(stderr, "replay: an arena of %zu bytes is too small\n", arena_size);
			shop->failed = 1;
			return 0;
		}
		shop->arena = text_room(NULL, arena_size, 1);
		options.arena = shop->arena;
		options.arena_size = engine_size;
		memory.arena = (char *)shop->arena + engine_size;
		memory.arena_size = arena_size - engine_size;
	}
	name = text_span(shop->settings->store ? shop->settings->store : "memory");
	return shop_check(shop,
	                  keep_open(&shop->keep, shop->settings->store, options.max_lines, &memory,
	                            &store),
	                  "opening", name) &&
	       shop_check(shop, bko_engine_open(&options, &store, &shop->engine), "opening",
	                  name) &&
	       is_empty(shop, name);
}

/* The policy of all items; safety stock is each item's own. */
static struct bko_policy policy_of(const struct settings *settings)
{
	struct bko_policy policy = {0};

	policy.struct_size = sizeof policy;
	policy.set = BKO_SET_SELLING | BKO_SET_DISCIPLINE | BKO_SET_LEAD_TIME;
	policy.selling = settings->policy == POLICY_STOCK ? BKO_SELL_STOCK : BKO_SELL_BACKORDER;
	policy.discipline = BKO_QUEUE_FIFO;
	/* What is on no order yet comes with the next review, after the lead time. */
	policy.lead_time_ms = (settings->review_days + settings->lead_days) * DAY_MS;
	if (settings->limit >= 0) {
		policy.set |= BKO_SET_LIMIT;
		policy.limit_kind = BKO_LIMIT_NUMBER;
		policy.limit = settings->limit;
	}
	if (settings->policy == POLICY_INCOMING) {
		policy.set |= BKO_SET_LIMIT_TO_INCOMING;
		policy.limit_to_incoming = 1;
	}
	return policy;
}

/* Defines all items and their positions in one call, with a result per row. */
static void define(struct shop *shop)
{
	const struct names *items = &shop->history->items;
	struct bko_policy policy = policy_of(shop->settings), inherit = {0};
	size_t count = 2 * (size_t)items->count + 1;
	struct bko_policy_row *rows = text_zeroed(count, sizeof *rows);
	int32_t *statuses = text_zeroed(count, sizeof *statuses);

	inherit.struct_size = sizeof inherit;
	rows[0].scope = BKO_SCOPE_DEFAULTS;
	rows[0].policy = &policy;
	for (uint32_t i = 0; i < items->count; i++) {
		rows[2 * i + 1].scope = BKO_SCOPE_ITEM;
		rows[2 * i + 2].scope = BKO_SCOPE_POSITION;
		rows[2 * i + 1].item = rows[2 * i + 2].item = items->list[i];
		rows[2 * i + 1].policy = rows[2 * i + 2].policy = &inherit;
	}
	for (size_t i = 0; i < count; i++)
		rows[i].struct_size = sizeof *rows;
	shop_check(shop,
	           bko_policy_set(shop->engine, shop->history->first_day * DAY_MS, rows, count,
	                          sizeof *rows, statuses),
	           "defining", text_span("the items"));
	free(rows);
	free(statuses);
}

static void make_room(struct shop *shop)
{
	uint32_t largest = shop->history->largest ? shop->history->largest : 1;

	shop->lines = text_zeroed(largest, sizeof *shop->lines);
	shop->outcomes = text_zeroed(largest, sizeof *shop->outcomes);
	shop->picks = text_zeroed(largest, sizeof *shop->picks);
	shop->events = text_zeroed(SHOP_EVENTS, sizeof *shop->events);
	shop->ready = text_zeroed(shop->history->numbers.count, sizeof *shop->ready);
	shop->is_ready = text_zeroed(shop->history->numbers.count, 1);
	for (uint32_t i = 0; i < largest; i++) {
		shop->lines[i].struct_size = sizeof *shop->lines;
		shop->lines[i].candidates = &here;
		shop->lines[i].candidate_count = 1;
		shop->outcomes[i].struct_size = sizeof *shop->outcomes;
		shop->picks[i].struct_size = sizeof *shop->picks;
	}
	for (uint32_t i = 0; i < SHOP_EVENTS; i++)
		shop->events[i].struct_size = sizeof *shop->events;
}

void shop_open(struct shop *shop, const struct settings *settings, const struct history *history,
               struct book *book, struct planner *planner)
{
	struct bko_span consumer = text_span(consumer_name);

	memset(shop, 0, sizeof *shop);
	shop->settings = settings;
	shop->history = history;
	shop->book = book;
	shop->planner = planner;
	make_room(shop);
	if (!open_library(shop) ||
	    !shop_check(shop, bko_event_consumer(shop->engine, &consumer, 0), "adding", consumer))
		return;
	define(shop);
	supply_open(shop);
}

/* ---- Days -------------------------------------------------------------------- */

void shop_morning(struct shop *shop, int64_t day)
{
	shop->today = day;
	supply_morning(shop, day);
	if (shop->settings->ship_at_once)
		shop_dispatch(shop, day * DAY_MS);
}

/* Keeps the store small: events are acknowledged and trimmed, and once a week
 * outcomes and closed orders go that nobody will ask for any more. */
static void tidy(struct shop *shop, int64_t day, int64_t now_ms)
{
	struct bko_span consumer = text_span(consumer_name);
	uint32_t done = 0;

	if (shop->last_event > 0)
		shop_check(shop,
		           bko_event_acknowledge(shop->engine, &consumer, 0, shop->last_event),
		           "acknowledging", consumer);
	while (!shop->failed && !done)
		shop_check(shop, bko_event_trim(shop->engine, 0, 0, 1000, &done), "trimming",
		           text_span("events"));
	done = day % 7 != 0;
	while (!shop->failed && !done)
		shop_check(shop,
		           bko_engine_prune(shop->engine, now_ms,
		                            shop->settings->keep_days * DAY_MS, 1000, &done),
		           "pruning", here);
}

void shop_evening(struct shop *shop, int64_t day)
{
	int64_t now_ms = (day + 1) * DAY_MS - 1000;

	shop_settle(shop, now_ms);
	shop_dispatch(shop, now_ms);
	tidy(shop, day, now_ms);
	shop_check(shop, keep_evening(&shop->keep, now_ms), "tidying", text_span("the store"));
	if (shop->planner)
		planner_evening(shop->planner, shop, day);
}

/* ---- The end ----------------------------------------------------------------- */

static void compare_books(struct shop *shop, int64_t now_ms)
{
	const struct names *items = &shop->history->items;

	for (uint32_t i = 0; i < items->count && !shop->failed; i++) {
		const struct goods *goods = &shop->book->goods[i];
		struct bko_position position = {0};
		bko_item *item = NULL;
		size_t count = 0;

		position.struct_size = sizeof position;
		if (!shop_check(shop, bko_item_open(shop->engine, now_ms, &items->list[i], &item),
		                "opening", items->list[i]))
			return;
		shop_check(shop, bko_item_read(item, 0, &position, 1, sizeof position, &count),
		           "reading", items->list[i]);
		bko_item_close(item);
		if (count == 1 && position.on_hand == goods->on_hand &&
		    position.allocated == goods->allocated &&
		    position.backordered == goods->waiting && position.incoming == goods->incoming)
			continue;
		shop->book->figures[BOOKS_DIFFER]++;
		fprintf(stderr,
		        "replay: %.*s: library (book): on hand %" PRId64 " (%" PRId64
		        "), allocated %" PRId64 " (%" PRId64 "), waiting %" PRId64 " (%" PRId64
		        "), incoming %" PRId64 " (%" PRId64 ")\n",
		        (int)items->list[i].size, (const char *)items->list[i].data,
		        position.on_hand, goods->on_hand, position.allocated, goods->allocated,
		        position.backordered, goods->waiting, position.incoming, goods->incoming);
	}
}

void shop_verify(struct shop *shop, int64_t now_ms)
{
	struct bko_cursor cursor = {0};
	struct bko_finding findings[16];

	cursor.struct_size = sizeof cursor;
	while (!shop->failed && !cursor.done) {
		size_t count = 0;

		memset(findings, 0, sizeof findings);
		for (size_t i = 0; i < sizeof findings / sizeof *findings; i++)
			findings[i].struct_size = sizeof *findings;
		shop_check(shop,
		           bko_engine_verify(shop->engine, now_ms, 0, &cursor, 1000, findings,
		                             sizeof findings / sizeof *findings, sizeof *findings,
		                             &count),
		           "verifying", here);
		for (size_t i = 0; i < count; i++)
			fprintf(stderr,
			        "replay: verify: check %" PRIu32 "/%" PRIu32 ", item %.*s: expected"
			        " %" PRId64 ", found %" PRId64 "\n",
			        findings[i].check, findings[i].what, (int)findings[i].item.size,
			        (const char *)findings[i].item.bytes, findings[i].expected,
			        findings[i].found);
		shop->book->figures[VIOLATIONS] += (int64_t)count;
	}
	compare_books(shop, now_ms);
}

uint64_t shop_bytes(const struct shop *shop)
{
	return keep_bytes(&shop->keep);
}

void shop_close(struct shop *shop)
{
	supply_close(shop);
	bko_engine_close(shop->engine);
	shop->engine = NULL;
	shop_check(shop, keep_close(&shop->keep), "closing",
	           text_span(shop->settings->store ? shop->settings->store : "memory"));
	free(shop->arena);
	free(shop->lines);
	free(shop->outcomes);
	free(shop->picks);
	free(shop->events);
	free(shop->ready);
	free(shop->is_ready);
}
