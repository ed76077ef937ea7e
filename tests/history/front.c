/*
 * front.c - hashes what passes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "front.h"

#include <stdlib.h>
#include <string.h>

union room {
	uint64_t align;
	unsigned char bytes[BKO_REPLY_BYTES];
};

/* What a reading of rows adds up to. */
struct sum {
	uint64_t hash;
	int32_t status;
	uint32_t rows, more;
	unsigned char last[BKO_KEY_MAX]; /* key of the last row */
	size_t last_size;
};

static uint64_t mix(uint64_t number)
{
	number = (number ^ number >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	number = (number ^ number >> 27) * UINT64_C(0x94d049bb133111eb);
	return number ^ number >> 31;
}

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
	const unsigned char *bytes = data;
	uint64_t word = 0;

	hash = mix(hash + size + UINT64_C(0x9e3779b97f4a7c15));
	for (; size >= 8; size -= 8, bytes += 8) {
		memcpy(&word, bytes, 8);
		hash = mix(hash + word);
	}
	word = 0;
	if (size > 0)
		memcpy(&word, bytes, size);
	return mix(hash + word);
}

static int32_t sum_row(void *host, uint32_t index, const void *key, size_t key_size,
                       const void *value, size_t value_size, uint64_t revision, uint64_t hint)
{
	struct sum *sum = host;

	(void)index;
	(void)revision;
	(void)hint;
	sum->hash += hash_bytes(hash_bytes(1, key, key_size), value, value_size);
	sum->rows++;
	sum->last_size = key_size;
	memcpy(sum->last, key, key_size);
	return BKO_OK;
}

static int32_t sum_more(void *host, uint32_t index)
{
	(void)index;
	((struct sum *)host)->more = 1;
	return BKO_OK;
}

static void sum_end(void *host, int32_t status, uint64_t revision, int64_t native)
{
	(void)revision;
	(void)native;
	((struct sum *)host)->status = status;
}

/* Reads and adds up. */
static struct sum add_up(struct front *front, const struct bko_read *reads, size_t count)
{
	struct sum sum = {0, BKO_REPLY_SILENT, 0, 0, {0}, 0};
	struct bko_sink sink = {sizeof sink, 0, &sum, sum_row, sum_more, NULL, sum_end};
	struct bko_query query = {sizeof query, 0, reads, count};
	union room room;
	bko_reply *reply = NULL;

	bko_reply_open(&sink, &room, sizeof room, &reply);
	front->behind.read(front->behind.host, &query, reply);
	front->failed |= sum.status != BKO_REPLY_DONE;
	return sum;
}

/* ---- What an engine calls -------------------------------------------------------------- */

struct pass {
	bko_reply *to;
	int32_t status;
};

static int32_t pass_row(void *host, uint32_t index, const void *key, size_t key_size,
                        const void *value, size_t value_size, uint64_t revision, uint64_t hint)
{
	struct pass *pass = host;

	return bko_reply_row(pass->to, index, key, key_size, value, value_size, revision, hint);
}

static void pass_end(void *host, int32_t status, uint64_t revision, int64_t native)
{
	struct pass *pass = host;

	pass->status = status;
	bko_reply_end(pass->to, status, revision, native);
}

static void front_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct front *front = host;

	front->read++;
	front->behind.read(front->behind.host, query, reply);
}

static void front_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct front *front = host;
	struct pass pass = {reply, BKO_REPLY_SILENT};
	struct bko_sink sink = {sizeof sink, 0, &pass, pass_row, NULL, NULL, pass_end};
	struct bko_read *reads = calloc(batch->count + 1, sizeof *reads);
	union room room;
	bko_reply *between = NULL;
	uint64_t before;
	size_t i;

	if (reads == NULL)
		exit(2);
	for (i = 0; i < batch->count; i++) {
		reads[i].key = batch->entries[i].key;
		reads[i].limit = 1;
	}
	before = add_up(front, reads, batch->count).hash;
	bko_reply_open(&sink, &room, sizeof room, &between);
	front->behind.apply(front->behind.host, batch, between);
	if (pass.status == BKO_REPLY_DONE) {
		front->applied++;
		front->hash += add_up(front, reads, batch->count).hash - before;
	}
	free(reads);
}

static void front_wait(void *host, uint32_t wait_ms, uint32_t attempt)
{
	struct front *front = host;

	if (front->behind.wait != NULL)
		front->behind.wait(front->behind.host, wait_ms, attempt);
}

void front_table(struct front *front, struct bko_store *table)
{
	*table = front->behind;
	table->host = front;
	table->read = front_read;
	table->apply = front_apply;
	table->wait = front_wait;
	table->sync = NULL;
	table->measure = NULL;
}

uint64_t front_count(struct front *front, uint32_t limit)
{
	unsigned char from[BKO_KEY_MAX + 1] = {0}, to[BKO_KEY_MAX];
	struct bko_read range = {{from, 1}, {to, sizeof to}, limit, 0};
	uint64_t hash = 0;
	struct sum sum;

	memset(to, 0xff, sizeof to);
	do {
		sum = add_up(front, &range, 1);
		hash += sum.hash;
		memcpy(from, sum.last, sum.last_size);
		from[sum.last_size] = 0; /* the next key; none of the library is that long */
		range.key.size = sum.last_size + 1;
	} while (sum.more && sum.last_size < BKO_KEY_MAX);
	return hash;
}
