/*
 * Callers that break every rule: spoiled structs, NULL, foreign and closed handles,
 * calls from inside callbacks, other calls while one is pending, answers of a store
 * that are none. Always a defined error, and the stored state as it was. Then random
 * bytes in every argument. `hostile N` repeats the random part from seed N.
 *
 * SPDX-License-Identifier: MIT
 */
#include "calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bko_memory *base, *memory;
static bko_engine *engine;
static uint64_t before;
static uint32_t call_count, failed;
static uint64_t tried;

static void complain(const char *where, const char *what, int32_t status)
{
	printf("%s: %s (%s)\n", where, what, bko_status_name(status));
	failed++;
}

static int open_engine(uint32_t pull)
{
	struct bko_options options = {.struct_size = sizeof options, .max_lines = 8, .pull = pull};
	struct bko_store store = {.struct_size = sizeof store};
	return bko_memory_store(memory, &store) || bko_engine_open(&options, &store, &engine);
}

static int renew(void)
{
	return bko_memory_copy(base, memory) || bko_memory_hash(memory, &before);
}

/* Runs a call whose arguments are spoiled as data[]. */
static int32_t run(struct call *c, void **args)
{
	const struct bko_op *op = args[0];
	uint64_t after = 0;
	int32_t status = c->run(engine, args);
	tried++;
	if (status > 0 || !strncmp(bko_status_name(status), "?", 1))
		complain(c->name, "a status that is none", status);
	bko_memory_hash(memory, &after);
	/* what may have happened before is recorded as failed */
	if (status < 0 && after != before &&
	    !(c->args[0].size == sizeof *op && op && op->flags & BKO_OP_RETRIED))
		complain(c->name, "an error, and the state changed", status);
	if (after != before && renew())
		complain(c->name, "no copy", 0);
	return status;
}

static void args_of(struct call *c, void **args)
{
	for (uint32_t i = 0; i < CALL_ARGS; i++)
		args[i] = c->args[i].kind ? c->data[i] : NULL;
}

static void expect(struct call *c, void **args, int32_t wanted, const char *what)
{
	int32_t status = run(c, args);
	if (status != wanted) {
		printf("%s, %s: %s instead of %s\n", c->name, what, bko_status_name(status),
		       bko_status_name(wanted));
		failed++;
	}
}

/* ---- Struct sizes and NULL -------------------------------------------------- */

static void spoil_size(struct call *c, uint32_t n)
{
	void *args[CALL_ARGS];
	const struct arg *arg = &c->args[n];
	const uint32_t small[] = {0, 1, 4, arg->size - 8, arg->size - 1, 4097, UINT32_MAX};
	uint32_t newer = arg->size + 16;
	int32_t good;
	args_of(c, args);
	good = run(c, args);
	if (good != BKO_OK)
		complain(c->name, "the good arguments are refused", good);
	if (arg->kind == ARG_ITEMS)
		return;
	for (uint32_t i = 0; i < sizeof small / sizeof *small; i++) {
		memcpy(c->data[n], &small[i], sizeof small[i]);
		expect(c, args, BKO_E_STRUCT_SIZE, "struct_size");
	}
	memcpy(c->data[n], &newer, sizeof newer);
	expect(c, args, BKO_OK, "a newer struct, zero behind");
	if (arg->kind == ARG_INPUT) {
		c->data[n][arg->size + 9] = 1;
		expect(c, args, BKO_E_STRUCT_NEWER, "a newer struct");
		c->data[n][arg->size + 9] = 0;
	}
	memcpy(c->data[n], &arg->size, sizeof arg->size);
}

static void spoil_sizes(void)
{
	for (uint32_t i = 0; i < call_count; i++) {
		struct call *c = &calls[i];
		void *args[CALL_ARGS];
		bko_engine *real = engine;
		static uint64_t foreign[2048];
		calls_fill();
		for (uint32_t n = 0; n < CALL_ARGS && c->args[n].kind; n++) {
			spoil_size(c, n);
			calls_fill();
			args_of(c, args);
			args[n] = NULL;
			if (!c->args[n].optional)
				expect(c, args, BKO_E_MISUSE, "NULL");
		}
		args_of(c, args);
		engine = NULL;
		expect(c, args, BKO_E_MISUSE, "no engine");
		engine = (bko_engine *)(void *)foreign;
		expect(c, args, BKO_E_MISUSE, "a foreign engine");
		engine = real;
	}
}

/* ---- Random bytes -------------------------------------------------------------- */

static uint64_t seed;
static uint64_t random64(void)
{
	uint64_t x = seed += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static int64_t nasty(void)
{
	static const int64_t values[] = {0,
	                                 1,
	                                 2,
	                                 3,
	                                 7,
	                                 8,
	                                 9,
	                                 64,
	                                 65,
	                                 -1,
	                                 4096,
	                                 4097,
	                                 INT64_MAX,
	                                 INT64_MIN,
	                                 INT32_MAX,
	                                 UINT32_MAX,
	                                 ((int64_t)1 << 53) - 1,
	                                 (int64_t)1 << 53,
	                                 -((int64_t)1 << 53) + 1,
	                                 -((int64_t)1 << 53),
	                                 ((int64_t)1 << 48) - 1,
	                                 (int64_t)1 << 48};
	uint32_t n = sizeof values / sizeof *values;
	return random64() % 8 ? values[random64() % n] : (int64_t)random64();
}

static int is_count(const struct arg *arg, uint32_t at, uint32_t size)
{
	for (uint32_t i = 0; i < arg->count_slots; i++)
		if (at < arg->counts[i] + 8 && arg->counts[i] < at + size)
			return 1;
	return 0;
}

static struct call good[CALLS_MAX]; /* as filled: tells what are pointers */

/* Puts a value that no rule foresees into a member; pointers only become NULL. */
static void spoil_member(struct call *c, uint32_t n)
{
	struct arg *arg = &c->args[n];
	const uint8_t *was = good[c - calls].data[n];
	uint32_t size = random64() & 1 ? 8 : 4;
	uint32_t slots = arg->size / size;
	uint32_t at = slots ? (uint32_t)(random64() % slots) * size : 0;
	int64_t value = nasty();
	if (!slots || (at == 0 && size == 8 && arg->kind != ARG_ITEMS))
		return;
	if (at % 8 == 0 && at + 8 <= arg->size && calls_is_lent(was + at)) {
		memset(c->data[n] + at, 0, 8);
		return;
	}
	if (at % 8 == 4 && calls_is_lent(was + at - 4))
		return;
	if (is_count(arg, at, size)) /* what is counted must be there */
		value = (int64_t)(random64() % 3);
	memcpy(c->data[n] + at, &value, size);
}

static void spoil_members(uint32_t rounds)
{
	calls_fill();
	memcpy(good, calls, sizeof good);
	for (uint32_t i = 0; i < rounds && failed < 20; i++) {
		struct call *c = &calls[random64() % call_count];
		void *args[CALL_ARGS];
		uint32_t times = 1 + (uint32_t)(random64() % 3);
		calls_fill();
		args_of(c, args);
		while (times--) {
			uint32_t n = (uint32_t)(random64() % CALL_ARGS);
			if (c->args[n].kind)
				spoil_member(c, n);
		}
		run(c, args);
	}
}

/* ---- Handles --------------------------------------------------------------------- */

static void must(const char *where, int32_t status, int32_t wanted)
{
	tried++;
	if (status == wanted)
		return;
	printf("%s: %s instead of %s\n", where, bko_status_name(status), bko_status_name(wanted));
	failed++;
}

static void handles(void)
{
	struct bko_options options = {.struct_size = sizeof options, .max_lines = 4};
	struct bko_store store = {.struct_size = sizeof store};
	struct bko_span id = {"item", 4};
	struct bko_error error = {.struct_size = sizeof error};
	struct bko_stats stats = {.struct_size = sizeof stats};
	struct bko_wanted wanted = {.struct_size = sizeof wanted};
	bko_engine *other = NULL;
	bko_item *item = NULL;
	size_t size = 0;
	bko_memory_store(memory, &store);
	must("size", bko_engine_size(&options, NULL), BKO_E_MISUSE);
	must("size", bko_engine_size(&options, &size), BKO_OK);
	must("open", bko_engine_open(&options, NULL, &other), BKO_E_MISUSE);
	must("open", bko_engine_open(&options, &store, NULL), BKO_E_MISUSE);
	must("close", bko_engine_close(NULL), BKO_OK);
	must("error", bko_engine_error(NULL, &error), BKO_E_MISUSE);
	must("error", bko_engine_error(engine, NULL), BKO_E_MISUSE);
	must("stats", bko_engine_stats(NULL, &stats), BKO_E_MISUSE);
	must("stats", bko_engine_stats(engine, NULL), BKO_E_MISUSE);
	must("wanted", bko_engine_wanted(NULL, &wanted), BKO_E_MISUSE);
	must("wanted", bko_engine_wanted(engine, NULL), BKO_E_MISUSE);
	must("abandon", bko_engine_abandon(NULL), BKO_E_MISUSE);
	must("batch begin", bko_batch_begin(NULL), BKO_E_MISUSE);
	must("batch end", bko_batch_end(NULL, 0), BKO_E_MISUSE);
	must("batch end", bko_batch_end(engine, 0), BKO_E_STATE);
	must("sync", bko_engine_sync(NULL), BKO_E_MISUSE);
	must("reply row", bko_reply_row(NULL, 0, "k", 1, "v", 1, 1, 0), BKO_E_MISUSE);
	must("reply more", bko_reply_more(NULL, 0), BKO_E_MISUSE);
	must("reply measure", bko_reply_measure(NULL, 0, 0), BKO_E_MISUSE);
	bko_reply_end(NULL, BKO_REPLY_DONE, 0, 0);
	bko_item_close(NULL);
	bko_order_close(NULL);
	bko_queue_close(NULL);
	/* closed, and kept by a child */
	must("open", bko_engine_open(&options, &store, &other), BKO_OK);
	must("item", bko_item_open(other, 5000, &id, &item), BKO_OK);
	must("close", bko_engine_close(other), BKO_OK);
	must("closed", bko_engine_tick(other, 5000, 1, NULL), BKO_E_MISUSE);
	must("closed", bko_engine_close(other), BKO_E_MISUSE);
	bko_item_close(item);
	/* closed, in an arena */
	options.arena = malloc(size);
	options.arena_size = size - 1;
	must("open", bko_engine_open(&options, &store, &other), BKO_E_NO_MEMORY);
	options.arena_size = size;
	must("open", bko_engine_open(&options, &store, &other), BKO_OK);
	must("close", bko_engine_close(other), BKO_OK);
	must("closed", bko_engine_tick(other, 5000, 1, NULL), BKO_E_MISUSE);
	free(options.arena);
}

static void strides(void)
{
	struct bko_span id = {"item", 4}, order = {"order", 5}, none = {NULL, 0};
	static const uint32_t wrong[] = {0, 1, 4, 8, 4097, UINT32_MAX};
	static uint64_t array[1024];
	bko_item *item = NULL;
	bko_order *copy = NULL;
	bko_queue *queue = NULL;
	size_t count;
	int32_t status;
	must("item", bko_item_open(engine, 5000, &id, &item), BKO_OK);
	must("order", bko_order_open(engine, 5000, &order, &copy), BKO_OK);
	must("queue", bko_queue_open(engine, 5000, &id, &none, 7, &queue), BKO_E_ARGUMENT);
	must("queue", bko_queue_open(engine, 5000, &id, &none, 1, &queue), BKO_OK);
	for (uint32_t i = 0; i < 6; i++) {
		uint32_t s = wrong[i];
		must("item stride", bko_item_read(item, 0, (void *)array, 1, s, &count),
		     BKO_E_STRUCT_SIZE);
		must("line stride", bko_order_lines(copy, 0, (void *)array, 1, s, &count),
		     BKO_E_STRUCT_SIZE);
		must("place stride", bko_order_places(copy, 0, (void *)array, 1, s, &count),
		     BKO_E_STRUCT_SIZE);
		must("queue stride", bko_queue_next(queue, (void *)array, 1, s, &count),
		     BKO_E_STRUCT_SIZE);
		must("bucket stride",
		     bko_bucket_list(engine, &id, &none, (void *)array, 1, s, &count),
		     BKO_E_STRUCT_SIZE);
		must("supply stride",
		     bko_supply_list(engine, 5000, &id, &none, 0, (void *)array, 1, s, &count),
		     BKO_E_STRUCT_SIZE);
		must("event stride", bko_event_read(engine, 0, 0, (void *)array, 1, s, &count),
		     BKO_E_STRUCT_SIZE);
		must("policy stride", bko_policy_set(engine, 5000, (void *)array, 1, s, &status),
		     BKO_E_STRUCT_SIZE);
	}
	must("lane",
	     bko_event_read(engine, 64, 0, (void *)array, 1, sizeof(struct bko_event), &count),
	     BKO_E_ARGUMENT);
	bko_item_close(item);
	bko_order_close(copy);
	bko_queue_close(queue);
}

int hostile_reply(bko_memory *memory); /* reply.c */

int main(int argc, char **argv)
{
	struct bko_memory_options shared = {.struct_size = sizeof shared, .shared = 1};
	const char *tier = getenv("BKO_TIER");
	uint32_t rounds = tier && !strcmp(tier, "quick") ? 20000 : 200000;
	if (tier && !strcmp(tier, "release"))
		rounds = 20000000;
	setvbuf(stdout, NULL, _IOLBF, 0);
	seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	if (bko_memory_open(&shared, &base) || bko_memory_open(&shared, &memory) ||
	    open_engine(0) || calls_prepare(engine) || bko_memory_copy(memory, base) || renew()) {
		printf("no beginning\n");
		return 1;
	}
	call_count = calls_fill();
	spoil_sizes();
	handles();
	strides();
	failed += (uint32_t)hostile_reply(memory);
	renew();
	spoil_members(rounds);
	bko_engine_close(engine);
	bko_memory_close(memory);
	bko_memory_close(base);
	printf("%u verbs, %u wrong\n", call_count, failed);
	printf("evidence: hostile calls %llu\n", (unsigned long long)tried);
	return failed != 0;
}
