/*
 * tests/engine/sink_test.c - replies of a host's own: what a store says arrives
 * as it was said, what is answered goes back, and a store may stand before
 * another one.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "backorder/backorder.h"

struct heard {
	uint32_t rows, mores, measures, ends, index;
	char key[8], value[8];
	size_t key_size, value_size;
	uint64_t revision, hint, count;
	int64_t sum, native;
	int32_t status, answer;
};

union room {
	uint64_t align;
	unsigned char bytes[BKO_REPLY_BYTES + 8];
};

static int32_t hear_row(void *host, uint32_t index, const void *key, size_t key_size,
                        const void *value, size_t value_size, uint64_t revision, uint64_t hint)
{
	struct heard *heard = host;

	heard->rows++;
	heard->index = index;
	heard->key_size = key_size;
	heard->value_size = value_size;
	memcpy(heard->key, key, key_size < 8 ? key_size : 8);
	if (value_size)
		memcpy(heard->value, value, value_size < 8 ? value_size : 8);
	heard->revision = revision;
	heard->hint = hint;
	return heard->answer;
}

static int32_t hear_more(void *host, uint32_t index)
{
	struct heard *heard = host;

	heard->mores++;
	heard->index = index;
	return heard->answer;
}

static int32_t hear_measure(void *host, uint64_t count, int64_t sum)
{
	struct heard *heard = host;

	heard->measures++;
	heard->count = count;
	heard->sum = sum;
	return heard->answer;
}

static void hear_end(void *host, int32_t status, uint64_t revision, int64_t native)
{
	struct heard *heard = host;

	heard->ends++;
	heard->status = status;
	heard->revision = revision;
	heard->native = native;
}

static struct bko_sink sink_of(struct heard *heard)
{
	struct bko_sink sink = {sizeof sink, 0, heard, hear_row, hear_more, hear_measure, hear_end};

	memset(heard, 0, sizeof *heard);
	return sink;
}

static void opening_is_checked(void **state)
{
	static const struct {
		uint32_t struct_size, reserved;
		size_t shift, size;
		int32_t status;
	} rows[] = {
		{sizeof(struct bko_sink), 0, 0, BKO_REPLY_BYTES, BKO_OK},
		{sizeof(struct bko_sink), 0, 8, BKO_REPLY_BYTES, BKO_OK},
		{sizeof(struct bko_sink), 1, 0, BKO_REPLY_BYTES, BKO_E_ARGUMENT},
		{sizeof(struct bko_sink), 0, 4, BKO_REPLY_BYTES, BKO_E_ARGUMENT},
		{sizeof(struct bko_sink), 0, 0, BKO_REPLY_BYTES - 1, BKO_E_BUFFER},
		{sizeof(struct bko_sink), 0, 0, 0, BKO_E_BUFFER},
		{sizeof(struct bko_sink) - 1, 0, 0, BKO_REPLY_BYTES, BKO_E_STRUCT_SIZE},
		{0, 0, 0, BKO_REPLY_BYTES, BKO_E_STRUCT_SIZE},
		{BKO_STRUCT_SIZE_MAX + 1, 0, 0, BKO_REPLY_BYTES, BKO_E_STRUCT_SIZE},
	};
	struct heard heard;
	union room room;
	bko_reply *reply;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bko_sink sink = sink_of(&heard);

		sink.struct_size = rows[i].struct_size;
		sink.reserved = rows[i].reserved;
		reply = NULL;
		assert_int_equal(
			bko_reply_open(&sink, room.bytes + rows[i].shift, rows[i].size, &reply),
			rows[i].status);
		assert_int_equal(reply != NULL, rows[i].status == BKO_OK);
	}
}

static void opening_needs_all(void **state)
{
	struct {
		struct bko_sink sink;
		uint64_t newer;
	} grown;
	struct heard heard;
	union room room;
	bko_reply *reply;

	(void)state;
	memset(&grown, 0, sizeof grown);
	grown.sink = sink_of(&heard);
	grown.sink.struct_size = sizeof grown;
	assert_int_equal(bko_reply_open(NULL, &room, sizeof room, &reply), BKO_E_MISUSE);
	assert_int_equal(bko_reply_open(&grown.sink, NULL, sizeof room, &reply), BKO_E_MISUSE);
	assert_int_equal(bko_reply_open(&grown.sink, &room, sizeof room, NULL), BKO_E_MISUSE);
	assert_int_equal(bko_reply_open(&grown.sink, &room, sizeof room, &reply), BKO_OK);
	grown.newer = 1;
	assert_int_equal(bko_reply_open(&grown.sink, &room, sizeof room, &reply),
	                 BKO_E_STRUCT_NEWER);
}

static void all_arrives_as_it_was_said(void **state)
{
	struct heard heard;
	struct bko_sink sink = sink_of(&heard);
	union room room;
	bko_reply *reply;

	(void)state;
	assert_int_equal(bko_reply_open(&sink, &room, sizeof room, &reply), BKO_OK);
	memset(&sink, 0, sizeof sink); /* it was copied */
	heard.answer = BKO_E_NO_MEMORY;
	assert_int_equal(bko_reply_row(reply, 7, "key", 3, "value", 5, 11, 13), BKO_E_NO_MEMORY);
	assert_int_equal(heard.index, 7);
	assert_memory_equal(heard.key, "key", 3);
	assert_memory_equal(heard.value, "value", 5);
	assert_true(heard.key_size == 3 && heard.value_size == 5);
	assert_true(heard.revision == 11 && heard.hint == 13);
	assert_int_equal(bko_reply_row(reply, 8, "", 0, NULL, 0, 0, 0), BKO_E_NO_MEMORY);
	assert_true(heard.key_size == 0 && heard.value_size == 0);
	assert_int_equal(bko_reply_more(reply, UINT32_MAX), BKO_E_NO_MEMORY);
	assert_true(heard.index == UINT32_MAX);
	heard.answer = 5;
	assert_int_equal(bko_reply_measure(reply, UINT64_MAX, INT64_MIN), 5);
	assert_true(heard.count == UINT64_MAX && heard.sum == INT64_MIN);
	bko_reply_end(reply, -9, 17, 19);
	assert_true(heard.status == -9 && heard.revision == 17 && heard.native == 19);
	/* Whether there may be more is not for the library to say. */
	bko_reply_end(reply, BKO_REPLY_DONE, 0, 0);
	heard.answer = BKO_OK;
	assert_int_equal(bko_reply_row(reply, 0, "key", 3, NULL, 0, 0, 0), BKO_OK);
	assert_true(heard.rows == 3 && heard.mores == 1 && heard.measures == 1 && heard.ends == 2);
	assert_int_equal(bko_reply_row(reply, 0, NULL, 0, NULL, 0, 0, 0), BKO_E_MISUSE);
	assert_int_equal(bko_reply_row(reply, 0, "key", 3, NULL, 1, 0, 0), BKO_E_MISUSE);
	assert_int_equal(heard.rows, 3);
}

static void what_is_not_heard_is_well(void **state)
{
	struct bko_sink sink;
	union room room;
	bko_reply *reply;

	(void)state;
	memset(&sink, 0, sizeof sink);
	sink.struct_size = sizeof sink;
	assert_int_equal(bko_reply_open(&sink, &room, sizeof room, &reply), BKO_OK);
	assert_int_equal(bko_reply_row(reply, 0, "key", 3, NULL, 0, 0, 0), BKO_OK);
	assert_int_equal(bko_reply_more(reply, 0), BKO_OK);
	assert_int_equal(bko_reply_measure(reply, 0, 0), BKO_OK);
	bko_reply_end(reply, BKO_REPLY_DONE, 0, 0);
}

/* ---- A store before a store: it counts what passes ------------------------------------ */

struct front {
	struct bko_store behind;
	bko_reply *to; /* the engine's */
	uint64_t rows, ends;
};

static int32_t pass_row(void *host, uint32_t index, const void *key, size_t key_size,
                        const void *value, size_t value_size, uint64_t revision, uint64_t hint)
{
	struct front *front = host;

	front->rows++;
	return bko_reply_row(front->to, index, key, key_size, value, value_size, revision, hint);
}

static int32_t pass_more(void *host, uint32_t index)
{
	return bko_reply_more(((struct front *)host)->to, index);
}

static void pass_end(void *host, int32_t status, uint64_t revision, int64_t native)
{
	struct front *front = host;

	front->ends++;
	bko_reply_end(front->to, status, revision, native);
}

static bko_reply *front_reply(struct front *front, union room *room, bko_reply *to)
{
	struct bko_sink sink = {sizeof sink, 0, front, pass_row, pass_more, NULL, pass_end};
	bko_reply *reply = NULL;

	front->to = to;
	assert_int_equal(bko_reply_open(&sink, room, sizeof *room, &reply), BKO_OK);
	return reply;
}

static void front_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct front *front = host;
	union room room;

	front->behind.read(front->behind.host, query, front_reply(front, &room, reply));
}

static void front_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct front *front = host;
	union room room;

	front->behind.apply(front->behind.host, batch, front_reply(front, &room, reply));
}

/* Receives some stock and verifies, through the front or not; the store's hash. */
static uint64_t play(struct front *front)
{
	struct bko_op op = {sizeof op, 0, {"receipt", 7}, 1000};
	struct bko_policy policy = {.struct_size = sizeof policy};
	struct bko_policy_row lamp = {.struct_size = sizeof lamp, .scope = BKO_SCOPE_ITEM};
	struct bko_receipt receipt;
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_finding found[4];
	struct bko_store store = {.struct_size = sizeof store};
	bko_memory *memory;
	bko_engine *engine;
	size_t count = 0;
	uint64_t hash = 0;

	assert_int_equal(bko_memory_open(NULL, &memory), BKO_OK);
	assert_int_equal(bko_memory_store(memory, &store), BKO_OK);
	if (front) {
		front->behind = store;
		store.host = front;
		store.read = front_read;
		store.apply = front_apply;
	}
	assert_int_equal(bko_engine_open(NULL, &store, &engine), BKO_OK);
	lamp.policy = &policy;
	lamp.item.data = "lamp";
	lamp.item.size = 4;
	assert_int_equal(bko_policy_set(engine, 0, &lamp, 1, sizeof lamp, NULL), BKO_OK);
	memset(&receipt, 0, sizeof receipt);
	receipt.struct_size = sizeof receipt;
	receipt.item = lamp.item;
	receipt.quantity = 3;
	assert_int_equal(bko_stock_receive(engine, &op, &receipt, NULL), BKO_OK);
	while (!cursor.done) {
		assert_int_equal(bko_engine_verify(engine, 1000, 0, &cursor, 100, found, 4,
		                                   sizeof *found, &count),
		                 BKO_OK);
		assert_int_equal(count, 0);
	}
	assert_int_equal(bko_memory_hash(memory, &hash), BKO_OK);
	bko_engine_close(engine);
	bko_memory_close(memory);
	return hash;
}

static void a_store_before_a_store_changes_nothing(void **state)
{
	struct front front;

	(void)state;
	memset(&front, 0, sizeof front);
	assert_true(play(&front) == play(NULL));
	assert_true(front.rows > 0 && front.ends > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opening_is_checked),
		cmocka_unit_test(opening_needs_all),
		cmocka_unit_test(all_arrives_as_it_was_said),
		cmocka_unit_test(what_is_not_heard_is_well),
		cmocka_unit_test(a_store_before_a_store_changes_nothing),
	};

	return cmocka_run_group_tests_name("replies of one's own", tests, NULL, NULL);
}
