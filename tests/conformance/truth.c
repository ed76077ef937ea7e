/*
 * truth.c - a true store in memory with simulated durability, and its hooks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "truth.h"

#include <stdlib.h>
#include <string.h>

void truth_keep(struct kept_batch *kept, const struct bko_entry *entries, size_t count,
                uint64_t revision)
{
	size_t size = count * sizeof *entries, i;
	unsigned char *bytes;

	for (i = 0; i < count; i++)
		size += entries[i].key.size + entries[i].value.size;
	kept->entries = kit_alloc(NULL, size);
	kept->count = count;
	kept->revision = revision;
	bytes = (unsigned char *)(kept->entries + count);
	for (i = 0; i < count; i++) {
		struct bko_entry *entry = &kept->entries[i];

		*entry = entries[i];
		entry->key.data = bytes;
		if (entry->key.size > 0)
			memcpy(bytes, entries[i].key.data, entry->key.size);
		bytes += entry->key.size;
		entry->value.data = bytes;
		if (entry->value.size > 0)
			memcpy(bytes, entries[i].value.data, entry->value.size);
		bytes += entry->value.size;
	}
}

void truth_drop(struct kept_batch *kept)
{
	free(kept->entries);
	memset(kept, 0, sizeof *kept);
}

/* Makes the first `count` pending batches durable, or forgets them. */
static void flush(struct truth *truth, size_t count, int drop)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct kept_batch *kept = &truth->pending[i];

		if (!drop)
			kit_model_apply(&truth->disk, kept->entries, kept->count, kept->revision,
			                NULL);
		truth_drop(kept);
	}
	truth->pending_count -= count;
	memmove(truth->pending, truth->pending + count,
	        truth->pending_count * sizeof *truth->pending);
}

/* ---- Reading ------------------------------------------------------------------------- */

void truth_bounds(const struct kit_model *model, const struct bko_read *read, size_t *low,
                  size_t *high)
{
	*low = *high = kit_model_lower(model, &read->key);
	if (read->end.size == 0)
		*high += kit_model_get(model, &read->key) != NULL;
	else if (kit_compare_spans(&read->key, &read->end) < 0)
		*high = kit_model_lower(model, &read->end);
}

int32_t truth_give(const struct kit_model *model, size_t at, uint32_t index, bko_reply *reply)
{
	const struct kit_row *row = model->rows[at];

	return bko_reply_row(reply, index, row->bytes, row->key_size, row->bytes + row->key_size,
	                     row->value_size, row->revision, at + 1);
}

/* Rows that go while somebody reads are freed when nobody does. */
static void bury(struct truth *truth, struct kit_row *row)
{
	if (row == NULL)
		return;
	if (truth->readers == 0) {
		free(row);
		return;
	}
	if (truth->grave_count == truth->grave_room) {
		truth->grave_room = 2 * truth->grave_room + 64;
		truth->graves = kit_alloc(truth->graves, truth->grave_room * sizeof *truth->graves);
	}
	truth->graves[truth->grave_count++] = row;
}

void truth_hold(struct truth *truth)
{
	truth->readers++;
}

void truth_release(struct truth *truth)
{
	if (--truth->readers == 0)
		while (truth->grave_count > 0)
			free(truth->graves[--truth->grave_count]);
}

void truth_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct truth *truth = host;
	struct kit_model moment = truth->live; /* its list of rows, as it is now */
	size_t i;

	truth_hold(truth);
	moment.rows = kit_alloc(NULL, moment.count * sizeof *moment.rows);
	if (moment.count > 0)
		memcpy(moment.rows, truth->live.rows, moment.count * sizeof *moment.rows);
	for (i = 0; i < query->count; i++) {
		const struct bko_read *read = &query->reads[i];
		size_t low, high, at;

		truth_bounds(&moment, read, &low, &high);
		for (at = low; at < high && at - low < read->limit; at++)
			truth_give(&moment, at, (uint32_t)i, reply);
		if (at < high)
			bko_reply_more(reply, (uint32_t)i);
	}
	free(moment.rows);
	truth_release(truth);
	bko_reply_end(reply, BKO_REPLY_DONE, 0, 0);
}

/* ---- Applying ------------------------------------------------------------------------ */

size_t truth_guards(const struct truth *truth, const struct bko_batch *batch)
{
	return kit_model_guards(&truth->live, batch->entries, batch->count);
}

void truth_conflict(const struct truth *truth, const struct bko_batch *batch, size_t failing,
                    bko_reply *reply)
{
	const struct bko_span *key = &batch->entries[failing].key;

	if (kit_model_get(&truth->live, key) != NULL)
		truth_give(&truth->live, kit_model_lower(&truth->live, key), (uint32_t)failing,
		           reply);
	bko_reply_end(reply, BKO_REPLY_CONFLICT, 0, 0);
}

void truth_force_as(struct truth *truth, const struct bko_entry *entries, size_t count,
                    uint64_t revision)
{
	struct kit_row **old = kit_alloc(NULL, count * sizeof *old);
	size_t i;

	if (truth->keep_earlier)
		kit_model_copy(&truth->earlier, &truth->live);
	if (truth->pending_count == PENDING)
		flush(truth, PENDING / 2, 0);
	truth_keep(&truth->pending[truth->pending_count++], entries, count, revision);
	if (truth->pending_count > truth->held)
		flush(truth, truth->pending_count - truth->held, 0);
	kit_model_apply(&truth->live, entries, count, revision, old);
	for (i = 0; i < count; i++)
		bury(truth, old[i]);
	free(old);
}

uint64_t truth_force(struct truth *truth, const struct bko_entry *entries, size_t count)
{
	truth_force_as(truth, entries, count, ++truth->revision);
	return truth->revision;
}

void truth_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct truth *truth = host;
	size_t failing = truth_guards(truth, batch);

	if (failing < batch->count)
		truth_conflict(truth, batch, failing, reply);
	else
		bko_reply_end(reply, BKO_REPLY_DONE,
		              truth_force(truth, batch->entries, batch->count), 0);
}

/* The first 8 bytes of a value, little-endian. */
static uint64_t number_in_row(const struct kit_row *row)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < 8 && i < row->value_size; i++)
		number |= (uint64_t)row->bytes[row->key_size + i] << 8 * i;
	return number;
}

void truth_measure(void *host, const struct bko_read *range, bko_reply *reply)
{
	struct truth *truth = host;
	size_t low, high, at;
	uint64_t sum = 0;

	truth_bounds(&truth->live, range, &low, &high);
	for (at = low; at < high; at++)
		sum += number_in_row(truth->live.rows[at]);
	bko_reply_measure(reply, high - low, (int64_t)sum);
	bko_reply_end(reply, BKO_REPLY_DONE, 0, 0);
}

static void truth_sync(void *host, bko_reply *reply)
{
	struct truth *truth = host;

	flush(truth, truth->pending_count, 0);
	bko_reply_end(reply, BKO_REPLY_DONE, 0, 0);
}

/* ---- Hooks ------------------------------------------------------------------------------- */

static void begin_anew(struct truth *truth)
{
	kit_model_copy(&truth->live, &truth->disk);
	if (truth->keep_earlier)
		kit_model_copy(&truth->earlier, &truth->disk);
	if (truth->forgets_revisions)
		truth->revision = 0;
}

static int truth_end(void *host, struct bko_store *store)
{
	struct truth *truth = host;
	size_t drops = truth->end_drops;

	(void)store;
	if (drops > truth->pending_count)
		drops = truth->pending_count;
	flush(truth, truth->pending_count - drops, 0);
	flush(truth, drops, 1);
	begin_anew(truth);
	return 0;
}

static int truth_power(void *host, struct bko_store *store)
{
	struct truth *truth = host;
	size_t survive = 0;

	(void)store;
	if (truth->power == POWER_PREFIX)
		survive = kit_below(&truth->random, (uint32_t)truth->pending_count + 1);
	if (truth->power == POWER_REORDERS && truth->pending_count > 1) {
		flush(truth, truth->pending_count - 2, 0);
		flush(truth, 1, 1);
		survive = 1;
	}
	flush(truth, survive, 0);
	flush(truth, truth->pending_count, 1);
	begin_anew(truth);
	return 0;
}

static int truth_other(void *host, struct bko_store *store)
{
	*store = ((const struct truth *)host)->subject->store;
	return 0;
}

int truth_open(struct kit_subject *subject)
{
	struct truth *truth = calloc(1, sizeof *truth);

	if (truth == NULL)
		return 1;
	memset(subject, 0, sizeof *subject);
	truth->subject = subject;
	truth->random = 1;
	subject->store.struct_size = sizeof subject->store;
	subject->store.caps = BKO_STORE_SNAPSHOT;
	subject->store.host = truth;
	subject->store.read = truth_read;
	subject->store.apply = truth_apply;
	subject->store.sync = truth_sync;
	subject->store.measure = truth_measure;
	subject->flags = KIT_INSIDE;
	subject->host = truth;
	subject->reopen = truth_end;
	subject->power_loss = truth_power;
	subject->open_other = truth_other;
	return 0;
}

struct truth *truth_of(const struct kit_subject *subject)
{
	return subject->store.host;
}

void kit_close(struct kit_subject *subject)
{
	struct truth *truth = truth_of(subject);

	flush(truth, truth->pending_count, 1);
	truth_drop(&truth->kept);
	kit_model_clear(&truth->live);
	kit_model_clear(&truth->disk);
	kit_model_clear(&truth->earlier);
	free(truth->graves);
	free(truth);
	memset(subject, 0, sizeof *subject);
}

/* ---- True ones ------------------------------------------------------------------------- */

int kit_true(struct kit_subject *subject)
{
	return truth_open(subject);
}

int kit_true_grouped(struct kit_subject *subject)
{
	if (truth_open(subject) != 0)
		return 1;
	truth_of(subject)->held = PENDING;
	truth_of(subject)->power = POWER_PREFIX;
	subject->flags |= KIT_GROUPED;
	return 0;
}

static void linger(struct truth *truth)
{
	volatile uint32_t spins =
		kit_below(&truth->random, 8) ? 0 : kit_below(&truth->random, 3000);

	while (spins > 0)
		spins--;
}

static void delayed_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct truth *truth = host;

	linger(truth);
	if (kit_below(&truth->random, 9) == 0)
		bko_reply_end(reply, BKO_REPLY_BUSY, 0, 5);
	else
		truth_read(host, query, reply);
	linger(truth);
}

/* Conflicts of its own, busy, and unknown outcomes of both kinds are all in the contract. */
static void delayed_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct truth *truth = host;
	uint32_t chance = kit_below(&truth->random, 40);

	linger(truth);
	if (chance < 3) {
		bko_reply_end(reply, BKO_REPLY_BUSY, 0, 5);
	} else if (chance < 6) {
		bko_reply_end(reply, BKO_REPLY_CONFLICT, 0, 0);
	} else if (chance < 9) {
		if (chance < 8 && truth_guards(truth, batch) == batch->count)
			truth_force(truth, batch->entries, batch->count);
		bko_reply_end(reply, BKO_REPLY_UNKNOWN, 0, 10);
	} else {
		truth_apply(host, batch, reply);
	}
	linger(truth);
}

int kit_true_delays(struct kit_subject *subject)
{
	if (truth_open(subject) != 0)
		return 1;
	subject->store.read = delayed_read;
	subject->store.apply = delayed_apply;
	return 0;
}
