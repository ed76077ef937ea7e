/*
 * liars_apply.c - stores that say one thing of a batch and do another.
 *
 * SPDX-License-Identifier: MIT
 */
#include "truth.h"

#include <stdlib.h>
#include <string.h>

static int lie_by_apply(struct kit_subject *subject,
                        void (*apply)(void *, const struct bko_batch *, bko_reply *))
{
	if (truth_open(subject) != 0)
		return 1;
	subject->store.apply = apply;
	return 0;
}

static void say_done(struct truth *truth, bko_reply *reply, const struct bko_entry *entries,
                     size_t count)
{
	bko_reply_end(reply, BKO_REPLY_DONE, truth_force(truth, entries, count), 0);
}

/* ---- Guards --------------------------------------------------------------------------------- */

/* Applies with the guards taken off that `drop` names. */
static void apply_without(struct truth *truth, const struct bko_batch *batch, bko_reply *reply,
                          int (*drop)(const struct bko_entry *))
{
	struct bko_entry *entries = kit_alloc(NULL, batch->count * sizeof *entries);
	struct bko_batch loose = *batch;
	size_t i;

	for (i = 0; i < batch->count; i++) {
		entries[i] = batch->entries[i];
		if (drop(&entries[i]))
			entries[i].guard = BKO_GUARD_NONE;
	}
	loose.entries = entries;
	truth_apply(truth, &loose, reply);
	free(entries);
}

static int of_a_revision(const struct bko_entry *entry)
{
	return entry->guard == BKO_GUARD_REVISION;
}

static void careless_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	apply_without(host, batch, reply, of_a_revision);
}

int liar_ignores_guard(struct kit_subject *subject)
{
	return lie_by_apply(subject, careless_apply);
}

static int without_action(const struct bko_entry *entry)
{
	return entry->action == BKO_ACTION_NONE;
}

static void lazy_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	apply_without(host, batch, reply, without_action);
}

/* Looks only at the rows that it writes. */
int liar_ignores_last_guard(struct kit_subject *subject)
{
	return lie_by_apply(subject, lazy_apply);
}

/* ---- Halves -----------------------------------------------------------------------------------
 */

static void half_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct truth *truth = host;
	size_t failing = truth_guards(truth, batch);

	if (failing < batch->count)
		truth_conflict(truth, batch, failing, reply);
	else
		say_done(truth, reply, batch->entries, (batch->count + 1) / 2);
}

/* Does what fits into one packet. */
int liar_applies_half(struct kit_subject *subject)
{
	return lie_by_apply(subject, half_apply);
}

static void unwound_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct truth *truth = host;
	size_t failing = truth_guards(truth, batch);

	if (failing == batch->count) {
		say_done(truth, reply, batch->entries, batch->count);
		return;
	}
	if (failing > 0)
		truth_force(truth, batch->entries, failing);
	truth_conflict(truth, batch, failing, reply);
}

/* Has no transaction to roll back. */
int liar_applies_till_conflict(struct kit_subject *subject)
{
	return lie_by_apply(subject, unwound_apply);
}

/* ---- Once, now, and truly
 * ------------------------------------------------------------------------- */

static void repeating_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct truth *truth = host;
	size_t failing = truth_guards(truth, batch);

	if (failing < batch->count) {
		truth_conflict(truth, batch, failing, reply);
		return;
	}
	say_done(truth, reply, batch->entries, batch->count);
	if (++truth->calls % 4 == 0 && truth->kept.entries != NULL)
		truth_force(truth, truth->kept.entries, truth->kept.count);
	truth_drop(&truth->kept);
	truth_keep(&truth->kept, batch->entries, batch->count, 0);
}

/* Sends a request again whose answer got lost, when another one was done already. */
int liar_repeats_batch(struct kit_subject *subject)
{
	return lie_by_apply(subject, repeating_apply);
}

static void catch_up(struct truth *truth)
{
	if (truth->kept.entries == NULL || --truth->kept.countdown > 0)
		return;
	truth_force_as(truth, truth->kept.entries, truth->kept.count, truth->kept.revision);
	truth_drop(&truth->kept);
}

static void later_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	catch_up(host);
	truth_read(host, query, reply);
}

static void later_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct truth *truth = host;
	size_t failing;

	catch_up(truth);
	failing = truth_guards(truth, batch);
	if (failing < batch->count || truth->kept.entries != NULL || ++truth->calls % 10 != 0) {
		truth_apply(truth, batch, reply);
		return;
	}
	truth_keep(&truth->kept, batch->entries, batch->count, ++truth->revision);
	truth->kept.countdown = 5;
	bko_reply_end(reply, BKO_REPLY_DONE, truth->revision, 0);
}

/* Answers when the batch is in its queue. */
int liar_applies_later(struct kit_subject *subject)
{
	if (lie_by_apply(subject, later_apply) != 0)
		return 1;
	subject->store.read = later_read;
	return 0;
}

static void swallowing_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct truth *truth = host;

	/* an error of the disk, say */
	if (truth_guards(truth, batch) == batch->count && ++truth->calls % 10 == 0)
		bko_reply_end(reply, BKO_REPLY_DONE, ++truth->revision, 0);
	else
		truth_apply(truth, batch, reply);
}

int liar_swallows_error(struct kit_subject *subject)
{
	return lie_by_apply(subject, swallowing_apply);
}

static void busy_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct truth *truth = host;

	if (truth_guards(truth, batch) == batch->count && ++truth->calls % 10 == 0) {
		truth_force(truth, batch->entries, batch->count);
		bko_reply_end(reply, BKO_REPLY_BUSY, 0, 5);
	} else {
		truth_apply(truth, batch, reply);
	}
}

/* Says busy when it only did not hear. */
int liar_applies_busy(struct kit_subject *subject)
{
	return lie_by_apply(subject, busy_apply);
}

/* ---- What is said
 * ------------------------------------------------------------------------------------ */

static void silent_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct truth *truth = host;

	if (truth_guards(truth, batch) == batch->count && ++truth->calls % 10 == 0)
		truth_force(truth, batch->entries, batch->count);
	else
		truth_apply(truth, batch, reply);
}

int liar_says_nothing(struct kit_subject *subject)
{
	return lie_by_apply(subject, silent_apply);
}

static void twice_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	truth_apply(host, batch, reply);
	bko_reply_end(reply, BKO_REPLY_DONE, 0, 0);
}

int liar_says_twice(struct kit_subject *subject)
{
	return lie_by_apply(subject, twice_apply);
}

static void old_conflict_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct truth *truth = host;
	size_t failing = truth_guards(truth, batch);

	if (failing == batch->count) {
		say_done(truth, reply, batch->entries, batch->count);
		return;
	}
	if (kit_model_get(&truth->earlier, &batch->entries[failing].key) != NULL)
		truth_give(&truth->earlier,
		           kit_model_lower(&truth->earlier, &batch->entries[failing].key),
		           (uint32_t)failing, reply);
	bko_reply_end(reply, BKO_REPLY_CONFLICT, 0, 0);
}

/* Gives rows with a conflict as they were a batch ago. */
int liar_keeps_old_conflicts(struct kit_subject *subject)
{
	if (lie_by_apply(subject, old_conflict_apply) != 0)
		return 1;
	truth_of(subject)->keep_earlier = 1;
	return 0;
}

static void was_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct truth *truth = host;
	size_t failing = truth_guards(truth, batch);

	if (failing < batch->count) {
		truth_conflict(truth, batch, failing, reply);
		return;
	}
	if (batch->count > 0 && kit_model_get(&truth->live, &batch->entries[0].key) != NULL)
		truth_give(&truth->live, kit_model_lower(&truth->live, &batch->entries[0].key), 0,
		           reply);
	say_done(truth, reply, batch->entries, batch->count);
}

/* Gives a row with DONE before it has put it. */
int liar_gives_what_was(struct kit_subject *subject)
{
	return lie_by_apply(subject, was_apply);
}

static void hinted_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct truth *truth = host;
	struct bko_entry *entries = kit_alloc(NULL, batch->count * sizeof *entries);
	struct bko_batch moved = *batch;
	size_t i;

	for (i = 0; i < batch->count; i++) {
		entries[i] = batch->entries[i];
		if (entries[i].hint > 0 && entries[i].hint <= truth->live.count)
			entries[i].key = kit_row_key(truth->live.rows[entries[i].hint - 1]);
	}
	moved.entries = entries;
	truth_apply(truth, &moved, reply);
	free(entries);
}

/* Goes where the hint says, without a look at the key. */
int liar_trusts_hints(struct kit_subject *subject)
{
	return lie_by_apply(subject, hinted_apply);
}

/* ---- Revisions
 * --------------------------------------------------------------------------------------- */

static void pairwise_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct truth *truth = host;
	size_t failing = truth_guards(truth, batch);

	if (failing < batch->count) {
		truth_conflict(truth, batch, failing, reply);
		return;
	}
	truth->calls++;
	truth_force_as(truth, batch->entries, batch->count, truth->calls / 2 + 1);
	bko_reply_end(reply, BKO_REPLY_DONE, truth->calls / 2 + 1, 0);
}

/* Takes a clock for a number, and it did not go on. */
int liar_repeats_revision(struct kit_subject *subject)
{
	return lie_by_apply(subject, pairwise_apply);
}

/* Counts from one again after each beginning. */
int liar_forgets_revisions(struct kit_subject *subject)
{
	if (truth_open(subject) != 0)
		return 1;
	truth_of(subject)->forgets_revisions = 1;
	return 0;
}

static void numbering_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct truth *truth = host;
	size_t failing = truth_guards(truth, batch);
	size_t i;

	if (failing < batch->count) {
		truth_conflict(truth, batch, failing, reply);
		return;
	}
	for (i = 0; i < batch->count; i++)
		truth_force(truth, &batch->entries[i], 1);
	bko_reply_end(reply, BKO_REPLY_DONE, ++truth->revision, 0);
}

/* Gives each row a number of its own, and the batch another one. */
int liar_numbers_rows(struct kit_subject *subject)
{
	return lie_by_apply(subject, numbering_apply);
}

/* ---- Durability
 * -------------------------------------------------------------------------------------- */

/* Acknowledges what is only in memory; an orderly end writes it. */
int liar_skips_sync(struct kit_subject *subject)
{
	if (truth_open(subject) != 0)
		return 1;
	truth_of(subject)->held = PENDING;
	return 0;
}

/* Has the last batch in a buffer that nobody writes. */
int liar_loses_last_commit(struct kit_subject *subject)
{
	if (truth_open(subject) != 0)
		return 1;
	truth_of(subject)->held = 1;
	truth_of(subject)->end_drops = 1;
	return 0;
}

/* Its disk writes the later block first. */
int liar_reorders_commits(struct kit_subject *subject)
{
	if (truth_open(subject) != 0)
		return 1;
	truth_of(subject)->held = 2;
	truth_of(subject)->power = POWER_REORDERS;
	return 0;
}
