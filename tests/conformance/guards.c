/*
 * guards.c - each guard with each action, alone and in batches; revisions;
 * hints that are outdated.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kit.h"

#include <stdlib.h>
#include <string.h>

static void begin_guards(struct kit *kit, const char *during)
{
	kit->asker.during = kit->other.during = during;
}

/* Revisions that an entry may name. */
enum { NOW, BEFORE, OTHERS, ZERO, NEVER, REVISIONS };

static uint64_t revision_of(const struct kit *kit, uint32_t which, uint64_t before)
{
	const struct bko_span key = {"guards-b", 8}, beside = {"guards-c", 8};
	const struct kit_row *row = kit_model_get(&kit->model, &key);

	switch (which) {
	case NOW: return row != NULL ? row->revision : before;
	case BEFORE: return before;
	case OTHERS: return kit_model_get(&kit->model, &beside)->revision;
	case ZERO: return 0;
	default: return UINT64_MAX;
	}
}

/* One entry in question among two whose guards hold. `at`: before, between or behind them. */
static void try_guard(struct kit *kit, uint32_t there, uint32_t guard, uint32_t which,
                      uint32_t action, uint32_t at)
{
	static const char *const names[3][3] = {
		{"guards-b", "guards-x", "guards-y"},
		{"guards-a", "guards-b", "guards-x"},
		{"guards-A", "guards-a", "guards-b"},
	};
	struct bko_span value = kit_span("in question"), beside = kit_span("beside"), key;
	struct bko_entry entries[3];
	uint64_t before;
	uint32_t i;

	kit_put(kit, "guards-b", "first");
	before = kit->last;
	kit_put(kit, "guards-b", "second");
	kit_put(kit, "guards-c", "beside");
	if (!there) {
		key = kit_span("guards-b");
		entries[0] = kit_entry(&key, NULL, BKO_GUARD_NONE, 0, BKO_ACTION_DELETE);
		kit_commit(kit, &kit->asker, entries, 1);
	}
	if (kit_model_get(&kit->model, &(struct bko_span){"guards-c", 8}) == NULL)
		return; /* found and told already */
	for (i = 0; i < 3; i++) {
		key = kit_span(names[at][i]);
		if (i == at)
			entries[i] = kit_entry(&key, &value, guard, revision_of(kit, which, before),
			                       action);
		else
			entries[i] = kit_entry(&key, &beside, BKO_GUARD_NONE, 0, BKO_ACTION_PUT);
	}
	kit_commit(kit, &kit->asker, entries, 3);
	kit_commit(kit, &kit->asker, &entries[at], 1);
}

static void every_guard(struct kit *kit)
{
	uint32_t there, guard, which, action, at;

	begin_guards(kit, "guards");
	for (there = 0; there < 2; there++)
		for (guard = BKO_GUARD_NONE; guard <= BKO_GUARD_REVISION; guard++)
			for (which = 0; which < (guard == BKO_GUARD_REVISION ? REVISIONS : 1);
			     which++)
				for (action = BKO_ACTION_NONE; action <= BKO_ACTION_DELETE;
				     action++)
					for (at = 0; at < 3; at++)
						try_guard(kit, there, guard, which, action, at);
}

/* Many entries, one of which does not hold: nothing happens. */
static void long_batches(struct kit *kit)
{
	enum { LONG = 24 };
	struct bko_entry entries[LONG];
	char names[LONG][12];
	struct bko_span value = kit_span("batch");
	uint32_t i, failing;

	begin_guards(kit, "batches");
	for (i = 0; i < LONG; i++) {
		struct bko_span key = {names[i], 0};

		key.size = (size_t)snprintf(names[i], sizeof names[i], "batch-%03u", (unsigned)i);
		entries[i] = kit_entry(&key, &value, BKO_GUARD_NONE, 0,
		                       i % 4 == 3 ? BKO_ACTION_DELETE : BKO_ACTION_PUT);
	}
	if (kit->asker.store.max_entries != 0 && kit->asker.store.max_entries < LONG)
		return;
	kit_commit(kit, &kit->asker, entries, LONG);
	for (failing = 0; failing < LONG; failing++) {
		entries[failing].guard = BKO_GUARD_REVISION;
		entries[failing].revision = UINT64_MAX;
		kit_commit(kit, &kit->asker, entries, LONG);
		entries[failing].guard = BKO_GUARD_NONE;
	}
	kit_commit(kit, &kit->asker, entries, LONG);
	for (i = 0; i < LONG; i++)
		entries[i].action = BKO_ACTION_DELETE;
	kit_commit(kit, &kit->asker, entries, LONG);
	kit_commit(kit, &kit->asker, entries, LONG); /* nothing, and no error */
}

/* A row put again keeps its key and nothing else; what was put before does not return. */
static void again_and_again(struct kit *kit)
{
	struct bko_span from = {"again-", 6}, to = {"again.", 6};
	struct bko_read range = kit_range(&from, &to, 100);
	uint32_t i;

	begin_guards(kit, "rows put again");
	for (i = 0; i < 40; i++) {
		char name[16], value[16];
		struct bko_span key = {name, 0};
		struct bko_entry entry;

		key.size = (size_t)snprintf(name, sizeof name, "again-%u", (unsigned)(i * 7 % 5));
		snprintf(value, sizeof value, "value %u", (unsigned)i);
		if (i % 8 == 7) {
			entry = kit_entry(&key, NULL, BKO_GUARD_NONE, 0, BKO_ACTION_DELETE);
			kit_commit(kit, &kit->asker, &entry, 1);
		} else {
			kit_put(kit, name, value);
		}
		kit_check(kit, &kit->asker, &range, 1);
	}
}

static void odd_batches(struct kit *kit)
{
	struct bko_span key = kit_span("guards-only");
	struct bko_entry entry = kit_entry(&key, NULL, BKO_GUARD_ABSENT, 0, BKO_ACTION_NONE);

	begin_guards(kit, "batches of guards alone");
	kit_commit(kit, &kit->asker, &entry, 1);
	kit_put(kit, "guards-only", "");
	kit_commit(kit, &kit->asker, &entry, 1);
	entry.guard = BKO_GUARD_REVISION;
	entry.revision = kit->last;
	kit_commit(kit, &kit->asker, &entry, 1);
}

/* ---- Hints ------------------------------------------------------------------------------ */

static uint64_t hint_of(struct kit *kit, const char *name)
{
	struct bko_span key = kit_span(name);
	struct bko_read read = kit_one(&key);
	const struct kit_given *given;

	kit_check(kit, &kit->asker, &read, 1);
	given = kit_ask_row(&kit->asker, 0);
	return given != NULL ? given->row->hint : 0;
}

/* Whatever the hint, the key decides. */
static void hints(struct kit *kit)
{
	static const char *const names[] = {"hints-a", "hints-b", "hints-c", "hints-d"};
	struct bko_span value = kit_span("by hint");
	uint64_t list[8] = {0, 1, UINT64_MAX, UINT64_C(1) << 63};
	uint32_t i, j, round;

	begin_guards(kit, "hints");
	if (kit->report->count == 0) /* else it may be something else */
		kit->renamed = 1 + KIT_TRUSTED_HINT;
	for (round = 0; round < 6; round++) {
		for (i = 0; i < 4; i++)
			kit_put(kit, names[i], "there");
		for (i = 0; i < 4; i++)
			list[4 + i] = hint_of(kit, names[i]);
		for (i = 0; i < 4; i++)
			for (j = 0; j < 8; j++) {
				struct bko_span key = kit_span(names[i]);
				struct bko_entry entry = kit_entry(
					&key, &value, BKO_GUARD_NONE, 0,
					(i + j + round) % 3 ? BKO_ACTION_PUT : BKO_ACTION_DELETE);

				entry.hint = list[j];
				kit_commit(kit, &kit->asker, &entry, 1);
				if (kit_below(&kit->random, 3) == 0)
					kit_put(kit, names[kit_below(&kit->random, 4)],
					        "a longer value, that moves rows about");
			}
		kit_check_all(kit, &kit->asker, 100);
	}
	kit->renamed = 0;
}

void kit_guards(struct kit *kit)
{
	every_guard(kit);
	long_batches(kit);
	again_and_again(kit);
	odd_batches(kit);
	hints(kit);
	begin_guards(kit, "all rows");
	kit_check_all(kit, &kit->asker, 50);
}
