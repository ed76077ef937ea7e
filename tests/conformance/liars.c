/*
 * liars.c - the list of liars, each with the finding that names its lie.
 *
 * SPDX-License-Identifier: MIT
 */
#include "conformance.h"

const struct kit_liar kit_liars[] = {
	{"skips sync", liar_skips_sync, KIT_SKIPPED_SYNC, 0},
	{"loses the last commit", liar_loses_last_commit, KIT_LOST_COMMIT, 0},
	{"reorders commits", liar_reorders_commits, KIT_REORDERED_COMMITS, 0},
	{"repeats a batch", liar_repeats_batch, KIT_REPEATED_BATCH, 0},
	{"returns stale rows after apply", liar_reads_stale, KIT_STALE_READ, 0},
	{"rows of one read from two moments", liar_reads_torn, KIT_TORN_READ, 0},
	{"reads without a transaction", liar_reads_torn_inside, KIT_TORN_READ, 0},
	{"ignores a guard", liar_ignores_guard, KIT_IGNORED_GUARD, 0},
	{"ignores guards of rows it does not write", liar_ignores_last_guard, KIT_IGNORED_GUARD, 0},
	{"applies half a batch", liar_applies_half, KIT_HALF_BATCH, 0},
	{"applies what comes before a conflict", liar_applies_till_conflict, KIT_HALF_BATCH, 0},
	{"truncates a value", liar_truncates_value, KIT_TRUNCATED_VALUE, 0},
	{"mis-sorts keys", liar_missorts_keys, KIT_MISSORTED_KEYS, 0},
	{"repeats a revision", liar_repeats_revision, KIT_REPEATED_REVISION, 0},
	{"counts revisions anew", liar_forgets_revisions, KIT_REPEATED_REVISION, 0},
	{"answers done and applies later", liar_applies_later, KIT_LATE_APPLY, 0},
	{"swallows an error", liar_swallows_error, KIT_SWALLOWED_ERROR, 0},
	{"forgets to say more", liar_forgets_more, KIT_WRONG_MORE, 0},
	{"counts beyond the limit", liar_counts_beyond_limit, KIT_WRONG_LIMIT, 0},
	{"trusts hints", liar_trusts_hints, KIT_TRUSTED_HINT, 0},
	{"gives old rows with a conflict", liar_keeps_old_conflicts, KIT_STALE_GIVEN_ROW, 0},
	{"gives rows as they were before", liar_gives_what_was, KIT_STALE_GIVEN_ROW, 0},
	{"says nothing", liar_says_nothing, KIT_SILENT, 0},
	{"says it twice", liar_says_twice, KIT_ENDED_TWICE, 0},
	{"says busy and applies", liar_applies_busy, KIT_APPLIED_BUSY, 0},
	{"numbers rows, not batches", liar_numbers_rows, KIT_WRONG_REVISION, 0},
	{"moves lent rows", liar_moves_rows, KIT_MOVED_ROW, 0},
	{"measures wrong", liar_measures_wrong, KIT_WRONG_MEASURE, 0},
};
const size_t kit_liar_count = sizeof kit_liars / sizeof *kit_liars;
