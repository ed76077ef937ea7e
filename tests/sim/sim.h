/*
 * A simulated shop: three engines in the pull drive on one store, driven by
 * clients whose calls a seeded scheduler interleaves at will and a faulty
 * network loses, delays and tears.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "past.h"
#include "twin.h"

enum {
	SIM_PEERS = 3,
	SIM_JOBS = 1200,
	SIM_LATE = 16,
	SIM_ITEMS = 2,
	SIM_LOCATIONS = 2,
	SIM_TEXT = 1024
};

/* What is known of an operation. */
enum { JOB_OPEN, JOB_ANSWERED, JOB_FAILED, JOB_VOID };
struct job {
	struct op op;
	uint32_t state;
	uint32_t running;   /* peers that carry it out at the moment */
	uint32_t uncertain; /* an attempt may have happened, or may still */
	uint32_t commits;
	struct op_result first; /* of its commit, as the twin says */
};

struct peer {
	bko_engine *engine;
	uint32_t busy, job;
	struct op op; /* as called */
	struct bko_wanted wanted;
	uint64_t asked, floor; /* moments: when it was handed out; that no later read goes behind */
	uint32_t handed;       /* this call handed a batch out */
	int64_t skew;
};

struct late {
	struct bko_batch *batch;
	struct op op; /* as called */
	uint32_t job;
	int64_t until;
};

/* What may go wrong, in 1000 answers. */
struct faults {
	uint32_t conflict, busy, unknown, crash, late, stale, torn, snapshot;
};

struct counts {
	uint64_t operations, reads, applies, commits, conflicts, busy, unknown, late_applied,
		late_refused, crashes, replays, resolved, torn, compared, raw, given;
};

struct sim {
	uint64_t seed, random;
	uint32_t wanted_jobs;
	struct past past;
	struct twin twin;
	struct bko_options options;
	struct faults faults;
	struct peer peers[SIM_PEERS];
	struct job jobs[SIM_JOBS];
	uint32_t job_count;
	struct late late[SIM_LATE];
	uint32_t late_count, lazy_twin;
	int64_t now;
	struct counts counts;
	uint32_t trace;
	char why[SIM_TEXT];
};

int sim_run(struct sim *sim, uint64_t seed, uint32_t operations, uint32_t trace);
int sim_fail(struct sim *sim, const char *format, ...);

/* make.c: policies and first stock; then one operation after the other. */
uint32_t make_setup(struct sim *sim, struct op *ops);
void make_op(struct sim *sim, struct op *op, uint32_t id);

/* sums.c: what must hold once all is quiet. */
int sums_check(struct sim *sim);

#endif
