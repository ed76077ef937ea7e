/*
 * commit.c - applies batches and proves each at once: what was said, what is
 * then there, and what lies in between by which name.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kit.h"

#include <stdlib.h>
#include <string.h>

void kit_found(struct kit *kit, uint32_t fault, const char *what, const struct bko_span *key)
{
	char text[64] = "";

	if (key != NULL)
		kit_show(text, sizeof text, key);
	if (kit->renamed && fault != KIT_MISSORTED_KEYS && fault != KIT_WRONG_LIMIT &&
	    fault != KIT_WRONG_MORE)
		fault = kit->renamed - 1;
	kit_fault(kit->report, fault, "%s: %s%s%s (seed %llu)", kit->asker.during, what,
	          key != NULL ? ", key " : "", text, (unsigned long long)kit->report->seed);
}

static void keep_version(struct kit *kit, struct kit_row *row)
{
	size_t at = kit->version_count++ % KIT_VERSIONS;

	if (kit->version_count > KIT_VERSIONS)
		free(kit->versions[at]);
	kit->versions[at] = row;
}

const struct kit_row *kit_version(const struct kit *kit, const struct bko_span *key,
                                  const struct bko_span *value, uint64_t revision, int exact)
{
	size_t i, count = kit->version_count < KIT_VERSIONS ? kit->version_count : KIT_VERSIONS;

	for (i = 0; i < count; i++) {
		const struct kit_row *row = kit->versions[i];
		struct bko_span its = kit_row_key(row);

		if (kit_compare_spans(&its, key) == 0 && kit_row_same(row, value) &&
		    (!exact || row->revision == revision))
			return row;
	}
	return NULL;
}

/* Brings the model up and keeps what was; the rows before go to `old`. */
static void learn(struct kit *kit, const struct bko_entry *entries, size_t count, uint64_t revision,
                  struct kit_row **old)
{
	size_t i;

	kit_model_apply(&kit->model, entries, count, revision, old);
	for (i = 0; i < count; i++)
		if (old[i] != NULL)
			keep_version(kit, old[i]);
	kit->last = revision;
}

static void learn_revision(struct kit *kit, uint64_t revision)
{
	if (revision == 0)
		kit_found(kit, KIT_ZERO_REVISION, "a batch was given revision 0", NULL);
	else if (!kit_set_add(&kit->revisions, revision))
		kit_found(kit, KIT_REPEATED_REVISION, "a revision was given before", NULL);
}

/* Reads the keys of a batch, one element each. */
static int32_t read_keys(struct kit_asker *asker, const struct bko_entry *entries, size_t count)
{
	struct bko_read *reads = kit_alloc(NULL, count * sizeof *reads);
	int32_t status;
	size_t i;

	for (i = 0; i < count; i++)
		reads[i] = kit_one(&entries[i].key);
	status = kit_ask_patiently(asker, reads, count);
	free(reads);
	return status;
}

/* ---- After DONE ------------------------------------------------------------------ */

enum { SEEN_NEUTRAL, SEEN_NEW, SEEN_OLD, SEEN_OTHER };

/* What a row that is neither new nor old is. */
static uint32_t name_of(const struct kit *kit, const struct kit_row *expected,
                        const struct kit_row *given)
{
	struct bko_span key = kit_row_key(given), value = kit_row_value(given);

	if (expected != NULL && given->revision == expected->revision &&
	    given->value_size < expected->value_size &&
	    (given->value_size == 0 ||
	     memcmp(value.data, expected->bytes + expected->key_size, given->value_size) == 0))
		return KIT_TRUNCATED_VALUE;
	if (expected != NULL && kit_row_same(expected, &value))
		return KIT_WRONG_REVISION;
	if (!kit_set_has(&kit->revisions, given->revision) &&
	    kit_version(kit, &key, &value, 0, 0) != NULL)
		return KIT_REPEATED_BATCH;
	return expected != NULL ? KIT_WRONG_VALUE : KIT_EXTRA_ROW;
}

static uint32_t see(struct kit *kit, const struct bko_entry *entry, const struct kit_row *before,
                    const struct kit_given *found, int loud)
{
	const struct kit_row *expected = kit_model_get(&kit->model, &entry->key);
	const struct kit_row *given = found != NULL ? found->row : NULL;
	struct bko_span value;
	uint32_t name = KIT_MISSING_ROW;

	if (given == NULL && expected == NULL)
		return before != NULL && entry->action == BKO_ACTION_DELETE ? SEEN_NEW
		                                                            : SEEN_NEUTRAL;
	if (given == NULL && before == NULL && entry->action == BKO_ACTION_PUT)
		return SEEN_OLD;
	if (given != NULL) {
		struct bko_span key = kit_row_key(given);

		if (kit_compare_spans(&key, &entry->key) != 0) {
			if (loud)
				kit_found(kit, KIT_EXTRA_ROW, "a row of another key", &key);
			return SEEN_OTHER;
		}
		value = kit_row_value(given);
		if (expected != NULL && given->revision == expected->revision &&
		    kit_row_same(expected, &value))
			return entry->action == BKO_ACTION_PUT ? SEEN_NEW : SEEN_NEUTRAL;
		if (kit_version(kit, &entry->key, &value, given->revision, 1) != NULL)
			return SEEN_OLD;
		name = name_of(kit, expected, given);
	}
	if (loud)
		kit_found(kit, name, "after DONE", &entry->key);
	return SEEN_OTHER;
}

struct sight {
	size_t fresh, old, other;
	struct bko_entry guards[KIT_ENTRIES]; /* that say of old rows what must be there */
};

static void look(struct kit *kit, struct kit_asker *asker, const struct bko_entry *entries,
                 size_t count, struct kit_row *const *old, struct sight *sight, int loud)
{
	size_t i;

	sight->fresh = sight->old = sight->other = 0;
	if (read_keys(asker, entries, count) != BKO_REPLY_DONE)
		return;
	for (i = 0; i < count; i++) {
		const struct kit_row *expected = kit_model_get(&kit->model, &entries[i].key);

		switch (see(kit, &entries[i], old[i], kit_ask_row(asker, (uint32_t)i), loud)) {
		case SEEN_NEW: sight->fresh++; break;
		case SEEN_OLD:
			sight->guards[sight->old++] = kit_entry(
				&entries[i].key, NULL,
				expected != NULL ? BKO_GUARD_REVISION : BKO_GUARD_ABSENT,
				expected != NULL ? expected->revision : 0, BKO_ACTION_NONE);
			break;
		case SEEN_OTHER: sight->other++; break;
		default: break;
		}
	}
}

/* Applies what changes nothing that is looked at, or guards alone. */
static int32_t apply_aside(struct kit *kit, struct kit_asker *asker,
                           const struct bko_entry *entries, size_t count)
{
	int32_t status = BKO_REPLY_BUSY;
	uint32_t attempt;

	for (attempt = 1; attempt <= KIT_ATTEMPTS; attempt++) {
		status = kit_ask_apply(asker, entries, count);
		if (status != BKO_REPLY_BUSY && status != BKO_REPLY_UNKNOWN)
			break;
		kit_ask_wait(asker, attempt);
	}
	if (status == BKO_REPLY_DONE && asker->revision != 0)
		kit_set_add(&kit->revisions, asker->revision);
	return status;
}

/* DONE was said, and the rows are as before: do they come later? */
static uint32_t wait_for(struct kit *kit, struct kit_asker *asker, const struct bko_entry *entries,
                         size_t count, struct kit_row *const *old, struct sight *sight)
{
	const struct bko_span key = {"\x02nudge", 6};
	struct bko_entry nudge = kit_entry(&key, NULL, BKO_GUARD_NONE, 0, BKO_ACTION_PUT);
	struct kit_row *before = NULL;
	uint32_t round;

	for (round = 0; round < 12; round++) {
		look(kit, asker, entries, count, old, sight, 0);
		if (sight->old == 0 && sight->other == 0)
			return KIT_LATE_APPLY;
		if (apply_aside(kit, asker, &nudge, 1) == BKO_REPLY_DONE)
			learn(kit, &nudge, 1, asker->revision, &before);
		kit_ask_wait(asker, round);
	}
	return KIT_SWALLOWED_ERROR;
}

/* What DONE said must be seen by every later call, of any handle. */
static void confirm(struct kit *kit, struct kit_asker *asker, const struct bko_entry *entries,
                    size_t count, struct kit_row *const *old)
{
	struct kit_asker *beside = asker == &kit->asker ? &kit->other : &kit->asker;
	struct sight *sight = kit_alloc(NULL, sizeof *sight);
	uint32_t name;

	look(kit, asker, entries, count, old, sight, 1);
	if (sight->old > 0) {
		struct bko_span key = sight->guards[0].key;
		int fresh = sight->fresh > 0;

		if (apply_aside(kit, asker, sight->guards, sight->old) == BKO_REPLY_DONE)
			name = fresh ? KIT_TORN_READ : KIT_STALE_READ;
		else if (fresh)
			name = KIT_HALF_BATCH;
		else
			name = wait_for(kit, asker, entries, count, old, sight);
		kit_found(kit, name, "after DONE", &key);
		kit_adopt(kit);
	} else if (sight->other > 0) {
		kit_adopt(kit);
	} else if (kit->has_other) {
		look(kit, beside, entries, count, old, sight, 1);
		if (sight->old > 0)
			kit_found(kit, sight->fresh > 0 ? KIT_TORN_READ : KIT_STALE_READ,
			          "another handle after DONE", &sight->guards[0].key);
	}
	free(sight);
}

/* Rows given with CONFLICT or DONE are those of now. */
static void prove_rows(struct kit *kit, const struct kit_asker *asker,
                       const struct bko_entry *entries, size_t count, const char *when)
{
	size_t i;

	for (i = 0; i < asker->count; i++) {
		const struct kit_given *given = &asker->given[i];
		struct bko_span key = kit_row_key(given->row), value = kit_row_value(given->row);
		const struct kit_row *row;

		if (given->index >= count ||
		    kit_compare_spans(&key, &entries[given->index].key) != 0) {
			kit_found(kit, KIT_EXTRA_ROW, when, &key);
			continue;
		}
		row = kit_model_get(&kit->model, &key);
		if (row == NULL || row->revision != given->row->revision ||
		    !kit_row_same(row, &value))
			kit_found(kit, KIT_STALE_GIVEN_ROW, when, &key);
	}
}

static void done(struct kit *kit, struct kit_asker *asker, const struct bko_entry *entries,
                 size_t count, size_t failing)
{
	uint64_t revision = asker->revision;
	struct kit_row **old;

	learn_revision(kit, revision);
	if (failing < count) {
		kit_found(kit, KIT_IGNORED_GUARD, "DONE", &entries[failing].key);
		kit_adopt(kit);
		return;
	}
	old = kit_alloc(NULL, count * sizeof *old);
	learn(kit, entries, count, revision, old);
	prove_rows(kit, asker, entries, count, "with DONE");
	confirm(kit, asker, entries, count, old);
	free(old);
}

/* ---- After anything else ---------------------------------------------------------- */

struct effect {
	size_t taken, untaken, other, first; /* first: index of one that took effect */
	uint64_t revision;                   /* of a row put; 0: none */
};

/* Compares what is there with what was before, and with what the batch would do. */
static void look_for_effect(struct kit *kit, struct kit_asker *asker,
                            const struct bko_entry *entries, size_t count, struct effect *effect)
{
	size_t i;

	memset(effect, 0, sizeof *effect);
	if (read_keys(asker, entries, count) != BKO_REPLY_DONE)
		return;
	for (i = 0; i < count; i++) {
		const struct bko_entry *entry = &entries[i];
		const struct kit_row *before = kit_model_get(&kit->model, &entry->key);
		const struct kit_given *found = kit_ask_row(asker, (uint32_t)i);
		struct kit_row *given = found != NULL ? found->row : NULL;
		struct bko_span value = {NULL, 0};

		if (given != NULL)
			value = kit_row_value(given);
		if (before == NULL ? given == NULL
		                   : given != NULL && given->revision == before->revision &&
		                             kit_row_same(before, &value)) {
			effect->untaken += entry->action == BKO_ACTION_PUT ||
			                   (entry->action == BKO_ACTION_DELETE && before != NULL);
		} else if (entry->action == BKO_ACTION_PUT && given != NULL &&
		           kit_row_same(given, &entry->value) &&
		           !kit_set_has(&kit->revisions, given->revision)) {
			effect->first = i;
			effect->taken++;
			effect->revision = given->revision;
		} else if (entry->action == BKO_ACTION_DELETE && given == NULL) {
			effect->first = i;
			effect->taken++;
		} else {
			effect->other++;
			kit_found(kit,
			          given == NULL ? KIT_MISSING_ROW
			          : kit_version(kit, &entry->key, &value, given->revision, 1) !=
			                          NULL
			                  ? KIT_STALE_READ
			                  : name_of(kit, before, given),
			          "after a batch that was not applied", &entry->key);
		}
	}
}

/* It was said that nothing was applied. */
static void prove_nothing(struct kit *kit, struct kit_asker *asker, const struct bko_entry *entries,
                          size_t count, int32_t status)
{
	struct effect effect;
	char what[48];

	look_for_effect(kit, asker, entries, count, &effect);
	snprintf(what, sizeof what, "after status %d", (int)status);
	if (effect.taken > 0)
		kit_found(kit, effect.untaken > 0 ? KIT_HALF_BATCH : KIT_APPLIED_BUSY, what,
		          &entries[effect.first].key);
	if (effect.taken > 0 || effect.other > 0)
		kit_adopt(kit);
}

/* Whether a batch of unknown outcome was applied, as one. */
static int settled(struct kit *kit, struct kit_asker *asker, const struct bko_entry *entries,
                   size_t count)
{
	struct kit_row **old;
	struct effect effect;

	look_for_effect(kit, asker, entries, count, &effect);
	if (effect.taken == 0 || effect.untaken > 0 || effect.other > 0) {
		if (effect.taken > 0 && effect.untaken > 0)
			kit_found(kit, KIT_HALF_BATCH, "after UNKNOWN", &entries[effect.first].key);
		if (effect.taken > 0 || effect.other > 0)
			kit_adopt(kit);
		return 0;
	}
	if (effect.revision != 0)
		learn_revision(kit, effect.revision);
	old = kit_alloc(NULL, count * sizeof *old);
	learn(kit, entries, count, effect.revision, old);
	confirm(kit, asker, entries, count, old);
	free(old);
	return 1;
}

int32_t kit_commit(struct kit *kit, struct kit_asker *asker, const struct bko_entry *entries,
                   size_t count)
{
	int32_t status = BKO_REPLY_BUSY;
	uint32_t attempt;

	for (attempt = 1; attempt <= KIT_ATTEMPTS; attempt++) {
		size_t failing = kit_model_guards(&kit->model, entries, count);

		status = kit_ask_apply(asker, entries, count);
		if (status == BKO_REPLY_DONE) {
			done(kit, asker, entries, count, failing);
			return BKO_REPLY_DONE;
		}
		if (asker->revision != 0 && status != BKO_REPLY_UNKNOWN)
			kit_found(kit, KIT_WRONG_REVISION, "a revision without DONE", NULL);
		if (status == BKO_REPLY_UNKNOWN) {
			if (settled(kit, asker, entries, count))
				return BKO_REPLY_DONE;
		} else {
			if (status == BKO_REPLY_CONFLICT) {
				kit->report->conflicts++;
				prove_rows(kit, asker, entries, count, "with CONFLICT");
			}
			prove_nothing(kit, asker, entries, count, status);
			if (status != BKO_REPLY_BUSY &&
			    (status != BKO_REPLY_CONFLICT || failing < count))
				break;
		}
		kit_ask_wait(asker, attempt);
	}
	if (status == BKO_REPLY_CONFLICT && attempt > KIT_ATTEMPTS)
		kit_found(kit, KIT_FALSE_CONFLICT, "CONFLICT", &entries[0].key);
	else if (status != BKO_REPLY_CONFLICT) {
		char what[64];

		snprintf(what, sizeof what, "a batch of %zu ends with status %d, native %lld",
		         count, (int)status, (long long)asker->native);
		kit_found(kit, KIT_REFUSED, what, count > 0 ? &entries[0].key : NULL);
	}
	return status;
}

int32_t kit_put(struct kit *kit, const char *key, const char *value)
{
	struct bko_span its_key = kit_span(key), its_value = kit_span(value);
	struct bko_entry entry = kit_entry(&its_key, &its_value, BKO_GUARD_NONE, 0, BKO_ACTION_PUT);

	return kit_commit(kit, &kit->asker, &entry, 1);
}
