/*
 * conformance.h - proves a store of a host: whether it keeps the contract that
 * <backorder/store.h> words, told as a list of named findings.
 *
 * Compile the .c files of this folder but bad_disk.c, sqlite_faults.c, prove.c and prove_*.c, with
 * the headers and the library of an installation; fill a kit_subject; call kit_run. The store is to
 * be empty, and used by nobody else meanwhile. What hooks are missing is not proved, so give those
 * that the store can have.
 *
 * A run asks, applies and compares with a plain array of rows. It is the same
 * from the same seed, but for what the host runs in parallel.
 *
 * The kit proves itself too: each kit_liars[] is a store that lies in one way,
 * and says which finding names that lie.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BACKORDER_CONFORMANCE_H
#define BACKORDER_CONFORMANCE_H

#include <backorder/store.h>

#include <stdio.h>

enum { KIT_TEXT = 320, KIT_OTHERS = 4 };

/* What may be found. */
enum {
	KIT_SKIPPED_SYNC,      /* acknowledged batches are gone after a loss of power */
	KIT_LOST_COMMIT,       /* .. the last one, or any after an orderly end */
	KIT_REORDERED_COMMITS, /* a batch survived one that was acknowledged before it */
	KIT_REPEATED_BATCH,    /* a batch took effect once more */
	KIT_STALE_READ,        /* a read tells what was before the last batch */
	KIT_TORN_READ,         /* rows of one read are of two moments */
	KIT_IGNORED_GUARD,     /* applied though a guard did not hold */
	KIT_HALF_BATCH,        /* a part of a batch took effect */
	KIT_TRUNCATED_VALUE,
	KIT_MISSORTED_KEYS,
	KIT_REPEATED_REVISION, /* a revision was given to two batches */
	KIT_LATE_APPLY,        /* DONE, and applied later */
	KIT_SWALLOWED_ERROR,   /* DONE, and never applied */
	KIT_WRONG_VALUE,
	KIT_WRONG_REVISION, /* a row does not carry the revision of its batch */
	KIT_MISSING_ROW,
	KIT_EXTRA_ROW, /* a row that is not there, was not asked for, or is given twice */
	KIT_WRONG_LIMIT,
	KIT_WRONG_MORE,
	KIT_FALSE_CONFLICT,  /* again and again, though all guards hold */
	KIT_STALE_GIVEN_ROW, /* a row given with CONFLICT or DONE is not the current one */
	KIT_TRUSTED_HINT,    /* an outdated hint changed what happened */
	KIT_MOVED_ROW,       /* a lent value changed before the next apply */
	KIT_ZERO_REVISION,
	KIT_REFUSED,      /* what is within the limits was not done */
	KIT_APPLIED_BUSY, /* certainly nothing applied, it said, and something was */
	KIT_SILENT,       /* returned without bko_reply_end */
	KIT_ENDED_TWICE,  /* spoke on after bko_reply_end, or after it returned */
	KIT_WRONG_STATUS, /* none of BKO_REPLY_, or none for this call */
	KIT_WRONG_MEASURE,
	KIT_LOST_UPDATE,  /* of handles in parallel, one overwrote another */
	KIT_SMALL_LIMITS, /* its limits are below what the library needs */
	KIT_HOOK_FAILED,
	KIT_FAULTS
};

/* "stale-read" and so on. */
const char *kit_name(uint32_t fault);

enum {
	/* DONE is durable only after the store's `sync`; a loss of power may take
	 * the last batches, in order, till then. */
	KIT_GROUPED = 1,
	/* Another handle may be used while a row of a read is being given. */
	KIT_INSIDE = 2
};

struct kit_subject {
	struct bko_store store;
	uint64_t seed;  /* of random histories; 0: 1 */
	uint32_t steps; /* of random histories; 0: 2,000 */
	uint32_t flags;
	void *host; /* handed to the hooks */

	/* Hooks; NULL: there is none. Those with a result return 0 if they went well. */

	/* Ends as a program does, and opens again: fills *store. Other handles were
	 * closed before. */
	int (*reopen)(void *host, struct bko_store *store);
	/* The same after a loss of power, as far as the host can simulate one: only
	 * what was made durable is there. */
	int (*power_loss)(void *host, struct bko_store *store);
	/* Another handle on the same data, as another process has; and its end. */
	int (*open_other)(void *host, struct bko_store *store);
	void (*close_other)(void *host, struct bko_store *store);
	/* Runs work(arguments[i]) for every i at the same time; returns when all have. */
	void (*together)(void *host, void (*work)(void *argument), void *const *arguments,
	                 size_t count);
};

struct kit_finding {
	uint32_t times; /* 0: not found */
	uint32_t reserved;
	char text[KIT_TEXT]; /* of the first time */
};

struct kit_report {
	struct kit_finding findings[KIT_FAULTS];
	uint32_t count; /* faults found */
	uint32_t first; /* the one found first: others may follow from it; KIT_FAULTS: none */
	uint64_t seed, steps, reads, applies, conflicts, rows, reopened, powered, parallel;
};

/* Proves a store. Returns the number of faults found; 0: it keeps the contract
 * as far as could be seen. */
uint32_t kit_run(const struct kit_subject *subject, struct kit_report *report);

/* One line for each finding, and one of what was looked at. */
void kit_print(const struct kit_report *report, FILE *file);

/* A true store in memory with all hooks, and true ones that make it hard to the
 * kit: by random delays and refusals, and by durability in groups. Each fills
 * the subject; returns 0, or 1 without memory. Closed by kit_close. */
int kit_true(struct kit_subject *subject);
int kit_true_delays(struct kit_subject *subject);
int kit_true_grouped(struct kit_subject *subject);
void kit_close(struct kit_subject *subject);

/* Stores that lie, each around a true one. */
int liar_skips_sync(struct kit_subject *subject);
int liar_loses_last_commit(struct kit_subject *subject);
int liar_reorders_commits(struct kit_subject *subject);
int liar_repeats_batch(struct kit_subject *subject);
int liar_reads_stale(struct kit_subject *subject);
int liar_reads_torn(struct kit_subject *subject);
int liar_reads_torn_inside(struct kit_subject *subject);
int liar_ignores_guard(struct kit_subject *subject);
int liar_ignores_last_guard(struct kit_subject *subject);
int liar_applies_half(struct kit_subject *subject);
int liar_applies_till_conflict(struct kit_subject *subject);
int liar_truncates_value(struct kit_subject *subject);
int liar_missorts_keys(struct kit_subject *subject);
int liar_repeats_revision(struct kit_subject *subject);
int liar_forgets_revisions(struct kit_subject *subject);
int liar_applies_later(struct kit_subject *subject);
int liar_swallows_error(struct kit_subject *subject);
int liar_forgets_more(struct kit_subject *subject);
int liar_counts_beyond_limit(struct kit_subject *subject);
int liar_trusts_hints(struct kit_subject *subject);
int liar_keeps_old_conflicts(struct kit_subject *subject);
int liar_gives_what_was(struct kit_subject *subject);
int liar_says_nothing(struct kit_subject *subject);
int liar_says_twice(struct kit_subject *subject);
int liar_applies_busy(struct kit_subject *subject);
int liar_numbers_rows(struct kit_subject *subject);
int liar_moves_rows(struct kit_subject *subject);
int liar_measures_wrong(struct kit_subject *subject);

struct kit_liar {
	const char *name;
	int (*open)(struct kit_subject *subject);
	uint32_t fault; /* that names the lie */
	uint32_t reserved;
};
extern const struct kit_liar kit_liars[];
extern const size_t kit_liar_count;

#endif
