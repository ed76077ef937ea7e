/*
 * durable.c - what was acknowledged is there after an end and after a loss of
 * power; what is gone went from the end backwards.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kit.h"

#include <string.h>

enum { BATCHES = 6, KEY_ROOM = 24 };

void kit_other_open(struct kit *kit)
{
	struct bko_store store;

	memset(&store, 0, sizeof store);
	store.struct_size = sizeof store;
	if (kit->subject->open_other == NULL || kit->has_other)
		return;
	if (kit->subject->open_other(kit->subject->host, &store) != 0) {
		kit_found(kit, KIT_HOOK_FAILED, "open_other", NULL);
		kit->broken = 1;
		return;
	}
	kit_asker_open(&kit->other, &store, kit->report);
	kit->other.during = kit->asker.during;
	kit->has_other = 1;
}

void kit_other_close(struct kit *kit)
{
	if (!kit->has_other)
		return;
	if (kit->subject->close_other != NULL)
		kit->subject->close_other(kit->subject->host, &kit->other.store);
	kit_asker_close(&kit->other);
	kit->has_other = 0;
}

int kit_reopen(struct kit *kit, int power)
{
	int (*hook)(void *, struct bko_store *) =
		power ? kit->subject->power_loss : kit->subject->reopen;
	int had_other = kit->has_other;
	struct bko_store store = kit->asker.store;

	kit_other_close(kit);
	if (hook(kit->subject->host, &store) != 0) {
		kit_found(kit, KIT_HOOK_FAILED, power ? "power_loss" : "reopen", NULL);
		kit->broken = 1;
		return 1;
	}
	kit->asker.store = store;
	*(power ? &kit->report->powered : &kit->report->reopened) += 1;
	if (had_other)
		kit_other_open(kit);
	return (int)kit->broken;
}

/* A batch puts a row of its own and one that all of them share, and takes out the own
 * row of an earlier round. */
static void put_batch(struct kit *kit, uint32_t round, uint32_t number)
{
	char names[2][KEY_ROOM], value[KEY_ROOM];
	struct bko_span last = kit_span("durable-last"), its_value = {value, 0}, key;
	struct bko_entry entries[3];
	uint32_t i, own = round % 2;

	its_value.size =
		(size_t)snprintf(value, sizeof value, "%u-%u", (unsigned)round, (unsigned)number);
	for (i = 0; i < 2; i++) {
		snprintf(names[i], KEY_ROOM, "durable-%u-%u", (unsigned)i, (unsigned)number);
		key = kit_span(names[i]);
		entries[i] = kit_entry(&key, &its_value, BKO_GUARD_NONE, 0,
		                       i == own ? BKO_ACTION_PUT : BKO_ACTION_DELETE);
	}
	entries[2] = kit_entry(&last, &its_value, BKO_GUARD_NONE, 0, BKO_ACTION_PUT);
	kit_commit(kit, &kit->asker, entries, 3);
}

/* Whether all batches of the round were there before; what was not cannot survive. */
static int were_there(const struct kit *kit, uint32_t round)
{
	uint32_t i;

	for (i = 0; i < BATCHES; i++) {
		char name[KEY_ROOM];
		struct bko_span key = {name, 0};

		key.size = (size_t)snprintf(name, KEY_ROOM, "durable-%u-%u", (unsigned)(round % 2),
		                            (unsigned)i);
		if (kit_model_get(&kit->model, &key) == NULL)
			return 0;
	}
	return 1;
}

static int holds(const struct kit_asker *asker, uint32_t index, uint32_t round, uint32_t number)
{
	const struct kit_given *given = kit_ask_row(asker, index);
	char value[KEY_ROOM];
	struct bko_span span = {value, 0};

	span.size =
		(size_t)snprintf(value, sizeof value, "%u-%u", (unsigned)round, (unsigned)number);
	return given != NULL && kit_row_same(given->row, &span);
}

/* Which batches of the round are there; at least the first `certain` must be. */
static void count_survivors(struct kit *kit, uint32_t round, uint32_t certain, int power)
{
	char names[BATCHES][KEY_ROOM];
	struct bko_read reads[BATCHES + 1];
	struct bko_span key = kit_span("durable-last");
	uint32_t i, first = BATCHES, last = 0;

	for (i = 0; i < BATCHES; i++) {
		struct bko_span name = {names[i], 0};

		name.size = (size_t)snprintf(names[i], KEY_ROOM, "durable-%u-%u",
		                             (unsigned)(round % 2), (unsigned)i);
		reads[i] = kit_one(&name);
	}
	reads[BATCHES] = kit_one(&key);
	if (kit_ask_patiently(&kit->asker, reads, BATCHES + 1) != BKO_REPLY_DONE)
		return;
	for (i = 0; i < BATCHES; i++) {
		if (holds(&kit->asker, i, round, i))
			last = i + 1;
		else if (first == BATCHES)
			first = i;
	}
	if (last > first)
		kit_found(kit, KIT_REORDERED_COMMITS, "a later batch is there", &reads[first].key);
	else if (first < certain)
		kit_found(kit, power && first + 1 < certain ? KIT_SKIPPED_SYNC : KIT_LOST_COMMIT,
		          "acknowledged, and gone", &reads[first].key);
	if (last > 0 && !holds(&kit->asker, BATCHES, round, last - 1))
		kit_found(kit, KIT_HALF_BATCH, "a part of a batch is there", &key);
	if (first < BATCHES)
		kit_adopt(kit);
}

static int sync_now(struct kit *kit)
{
	struct kit_asker *asker = &kit->asker;
	struct bko_read none = {{"\0", 1}, {NULL, 0}, 1, 0};

	if (asker->store.sync == NULL)
		return 0;
	kit_ask_patiently(asker, &none, 1); /* clears what was heard */
	asker->ended = 0;
	asker->waiting = 1;
	asker->store.sync(asker->store.host, asker->reply);
	asker->waiting = 0;
	if (!asker->ended)
		kit_found(kit, KIT_SILENT, "sync", NULL);
	else if (asker->status != BKO_REPLY_DONE)
		kit_found(kit, KIT_REFUSED, "sync", NULL);
	return 1;
}

static void round_of(struct kit *kit, uint32_t round, int power)
{
	int grouped = power && (kit->subject->flags & KIT_GROUPED);
	uint32_t i, synced = round % (BATCHES + 1), certain = grouped ? 0 : BATCHES;
	int known;

	for (i = 0; i < BATCHES && !kit->broken; i++) {
		if (grouped && i == synced && sync_now(kit))
			certain = i;
		put_batch(kit, round, i);
	}
	if (grouped && synced == BATCHES && sync_now(kit))
		certain = BATCHES;
	known = were_there(kit, round);
	if (kit->broken || kit_reopen(kit, power))
		return;
	if (known)
		count_survivors(kit, round, certain, power);
	if (grouped) /* the rows deleted may be back too */
		kit_adopt(kit);
	kit_check_all(kit, &kit->asker, 64);
	kit_put(kit, "durable-after", "one");
	kit_put(kit, "durable-after", "two");
}

void kit_durable(struct kit *kit)
{
	uint32_t round;

	for (round = 0; round < 16 && !kit->broken; round++) {
		int power = round % 2 == 1;

		if (power ? kit->subject->power_loss == NULL : kit->subject->reopen == NULL)
			continue;
		kit->asker.during = kit->other.during =
			power ? "a loss of power" : "an end and a new beginning";
		round_of(kit, round, power);
	}
}
