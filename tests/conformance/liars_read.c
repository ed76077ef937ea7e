/*
 * liars_read.c - stores that keep rows well and tell them wrongly.
 *
 * SPDX-License-Identifier: MIT
 */
#include "truth.h"

#include <stdlib.h>
#include <string.h>

/* What stands between a true store and the one who asks. */
struct between {
	struct truth *truth;
	bko_reply *to, *reply;
	uint64_t room[BKO_REPLY_BYTES / 8];
};

static int32_t pass_more(void *host, uint32_t index)
{
	return bko_reply_more(((struct between *)host)->to, index);
}

static void pass_end(void *host, int32_t status, uint64_t revision, int64_t native)
{
	bko_reply_end(((struct between *)host)->to, status, revision, native);
}

static bko_reply *stand_between(struct between *between, void *host, bko_reply *to,
                                struct bko_sink sink)
{
	between->truth = host;
	between->to = to;
	sink.struct_size = sizeof sink;
	sink.host = between;
	bko_reply_open(&sink, between->room, sizeof between->room, &between->reply);
	return between->reply;
}

/* ---- Moments ------------------------------------------------------------------------------ */

static void give_element(const struct kit_model *model, const struct bko_read *read, uint32_t index,
                         bko_reply *reply)
{
	size_t low, high, at;

	truth_bounds(model, read, &low, &high);
	for (at = low; at < high && at - low < read->limit; at++)
		truth_give(model, at, index, reply);
	if (at < high)
		bko_reply_more(reply, index);
}

static void stale_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct truth *truth = host;
	uint32_t i;

	for (i = 0; i < query->count; i++)
		give_element(&truth->earlier, &query->reads[i], i, reply);
	bko_reply_end(reply, BKO_REPLY_DONE, 0, 0);
}

static int lie_by_read(struct kit_subject *subject,
                       void (*read)(void *, const struct bko_query *, bko_reply *))
{
	if (truth_open(subject) != 0)
		return 1;
	subject->store.read = read;
	subject->flags = 0; /* while it reads, nothing else is done */
	return 0;
}

/* Reads from a replica that is one batch behind. */
int liar_reads_stale(struct kit_subject *subject)
{
	if (lie_by_read(subject, stale_read) != 0)
		return 1;
	truth_of(subject)->keep_earlier = 1;
	return 0;
}

static void torn_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct truth *truth = host;
	uint32_t i;

	for (i = 0; i < query->count; i++)
		give_element(i % 3 == 1 ? &truth->earlier : &truth->live, &query->reads[i], i,
		             reply);
	bko_reply_end(reply, BKO_REPLY_DONE, 0, 0);
}

/* Asks several servers, of which one is a batch behind. */
int liar_reads_torn(struct kit_subject *subject)
{
	if (lie_by_read(subject, torn_read) != 0)
		return 1;
	truth_of(subject)->keep_earlier = 1;
	return 0;
}

/* As it goes: what others apply meanwhile is seen by the later elements. */
static void torn_inside_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct truth *truth = host;
	uint32_t i;

	truth_hold(truth);
	for (i = 0; i < query->count; i++)
		give_element(&truth->live, &query->reads[i], i, reply);
	truth_release(truth);
	bko_reply_end(reply, BKO_REPLY_DONE, 0, 0);
}

/* Reads without a transaction. */
int liar_reads_torn_inside(struct kit_subject *subject)
{
	if (lie_by_read(subject, torn_inside_read) != 0)
		return 1;
	subject->flags = KIT_INSIDE;
	return 0;
}

/* ---- Values and keys --------------------------------------------------------------------- */

static int32_t cut_row(void *host, uint32_t index, const void *key, size_t key_size,
                       const void *value, size_t value_size, uint64_t revision, uint64_t hint)
{
	struct between *between = host;

	return bko_reply_row(between->to, index, key, key_size, value,
	                     value_size > 255 ? 255 : value_size, revision, hint);
}

static void cut_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	static const struct bko_sink sink = {0, 0, NULL, cut_row, pass_more, NULL, pass_end};
	struct between between;

	truth_read(host, query, stand_between(&between, host, reply, sink));
}

/* Has a column of 255 bytes. */
int liar_truncates_value(struct kit_subject *subject)
{
	return lie_by_read(subject, cut_read);
}

/* As if bytes were signed, the way char often is. */
static int by_signed_bytes(const void *a, const void *b)
{
	const struct kit_row *x = *(const struct kit_row *const *)a;
	const struct kit_row *y = *(const struct kit_row *const *)b;
	size_t i;

	for (i = 0; i < x->key_size && i < y->key_size; i++)
		if (x->bytes[i] != y->bytes[i])
			return (signed char)x->bytes[i] < (signed char)y->bytes[i] ? -1 : 1;
	return x->key_size < y->key_size ? -1 : x->key_size > y->key_size;
}

static void missorted_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct truth *truth = host;
	struct kit_model sorted = {NULL, 0, 0};
	size_t low, high, at;
	uint32_t i;

	for (i = 0; i < query->count; i++) {
		const struct bko_read *read = &query->reads[i];

		truth_bounds(&truth->live, read, &low, &high);
		sorted.rows = kit_alloc(sorted.rows, (high - low) * sizeof *sorted.rows);
		for (at = low; at < high; at++)
			sorted.rows[at - low] = truth->live.rows[at];
		qsort(sorted.rows, high - low, sizeof *sorted.rows, by_signed_bytes);
		for (at = 0; at < high - low && at < read->limit; at++)
			truth_give(&sorted, at, i, reply);
		if (at < high - low)
			bko_reply_more(reply, i);
	}
	free(sorted.rows);
	bko_reply_end(reply, BKO_REPLY_DONE, 0, 0);
}

int liar_missorts_keys(struct kit_subject *subject)
{
	return lie_by_read(subject, missorted_read);
}

/* ---- Limits ---------------------------------------------------------------------------------- */

static int32_t forget_more(void *host, uint32_t index)
{
	(void)host;
	(void)index;
	return BKO_OK;
}

static int32_t pass_row(void *host, uint32_t index, const void *key, size_t key_size,
                        const void *value, size_t value_size, uint64_t revision, uint64_t hint)
{
	return bko_reply_row(((struct between *)host)->to, index, key, key_size, value, value_size,
	                     revision, hint);
}

static void no_more_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	static const struct bko_sink sink = {0, 0, NULL, pass_row, forget_more, NULL, pass_end};
	struct between between;

	truth_read(host, query, stand_between(&between, host, reply, sink));
}

int liar_forgets_more(struct kit_subject *subject)
{
	return lie_by_read(subject, no_more_read);
}

static void beyond_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct bko_read *reads = kit_alloc(NULL, query->count * sizeof *reads);
	struct bko_query wider = *query;
	size_t i;

	for (i = 0; i < query->count; i++) {
		reads[i] = query->reads[i];
		reads[i].limit += reads[i].limit < UINT32_MAX;
	}
	wider.reads = reads;
	truth_read(host, &wider, reply);
	free(reads);
}

int liar_counts_beyond_limit(struct kit_subject *subject)
{
	return lie_by_read(subject, beyond_read);
}

/* ---- Rows that are lent ------------------------------------------------------------------- */

static int32_t lend_row(void *host, uint32_t index, const void *key, size_t key_size,
                        const void *value, size_t value_size, uint64_t revision, uint64_t hint)
{
	struct between *between = host;
	unsigned char *room = between->truth->lent[between->truth->lent_next++ % LENT];

	memcpy(room, key, key_size);
	if (value_size > 0)
		memcpy(room + key_size, value, value_size);
	return bko_reply_row(between->to, index, room, key_size, room + key_size, value_size,
	                     revision, hint);
}

static void lending_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	static const struct bko_sink sink = {0, 0, NULL, lend_row, pass_more, NULL, pass_end};
	struct between between;

	truth_read(host, query, stand_between(&between, host, reply, sink));
}

/* Says that rows stay, and uses the room again for the next read. */
int liar_moves_rows(struct kit_subject *subject)
{
	if (lie_by_read(subject, lending_read) != 0)
		return 1;
	subject->store.caps |= BKO_STORE_LENDS;
	return 0;
}

static void clamped_measure(void *host, const struct bko_read *range, bko_reply *reply)
{
	struct bko_read narrow = *range;

	narrow.end = narrow.key; /* no more than the first row */
	narrow.end.size = 0;
	truth_measure(host, &narrow, reply);
}

int liar_measures_wrong(struct kit_subject *subject)
{
	if (truth_open(subject) != 0)
		return 1;
	subject->store.measure = clamped_measure;
	return 0;
}
