/* The scheduler, the network and what is asserted of every answer and commit. */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sim_fail(struct sim *s, const char *format, ...)
{
	size_t at = strlen(s->why);
	va_list list;
	va_start(list, format);
	vsnprintf(s->why + at, sizeof s->why - at, format, list);
	va_end(list);
	return 1;
}

static int fail_job(struct sim *s, uint32_t job, const char *what, int32_t status)
{
	char text[700];
	print_op(text, sizeof text, &s->jobs[job].op);
	return sim_fail(s, "job %u (%s): %s (%s)", job, text, what, bko_status_name(status));
}

static uint32_t below(struct sim *s, uint32_t bound)
{
	return random_below(&s->random, bound);
}

static int chance(struct sim *s, uint32_t in_1000)
{
	return in_1000 && below(s, 1000) < in_1000;
}

static int without_id(uint32_t kind)
{
	return kind == OP_TICK || kind == OP_POLICY || kind == OP_LIMIT;
}

static void trace(struct sim *s, uint32_t peer, uint32_t job, const char *what, int64_t figure)
{
	char text[700];
	if (!s->trace)
		return;
	print_op(text, sizeof text, &s->jobs[job].op);
	printf("  %llu: peer %u job %u %s: %s %lld\n", (unsigned long long)s->past.moment, peer,
	       job, text, what, (long long)figure);
}

/* ---- Commits --------------------------------------------------------------- */

/* Tries a batch of this job; the reply's status in *status. 1: a rule is broken. */
static int commit(struct sim *s, uint32_t index, const struct op *op, const struct bko_batch *batch,
                  int32_t *status, uint64_t *revision)
{
	struct job *job = &s->jobs[index];
	struct op_result result;
	*status = past_apply(&s->past, batch, revision);
	if (*status != BKO_REPLY_DONE || !batch_changes(batch))
		return 0;
	s->counts.commits++;
	trace(s, 9, index, "committed", (int64_t)s->past.moment);
	if (twin_follow(&s->twin, op, batch, &result))
		return fail_job(s, index, s->twin.why, result.status);
	if (without_id(job->op.kind))
		return 0;
	if (job->commits++)
		return fail_job(s, index, "happened twice", result.status);
	if (job->state == JOB_FAILED)
		return fail_job(s, index, "happened though the caller was told it failed",
		                result.status);
	if (job->state == JOB_VOID)
		return fail_job(s, index, "happened though it is void", result.status);
	job->first = result;
	if (job->op.kind == OP_RESOLVE) {
		job = &s->jobs[job->op.line_count]; /* the one that is void by now */
		if (job->commits)
			return fail_job(s, index, "void though it happened", result.status);
		job->state = JOB_VOID;
	}
	return 0;
}

static int apply_late(struct sim *s, uint32_t at)
{
	struct late late = s->late[at];
	uint64_t revision;
	int32_t status = BKO_REPLY_CONFLICT;
	int broken = 0;
	s->late[at] = s->late[--s->late_count];
	if (late.until >= s->now)
		broken = commit(s, late.job, &late.op, late.batch, &status, &revision);
	s->counts.late_applied += status == BKO_REPLY_DONE;
	s->counts.late_refused += status != BKO_REPLY_DONE;
	free(late.batch);
	return broken;
}

static void keep_late(struct sim *s, const struct peer *p)
{
	struct late *late = &s->late[s->late_count];
	if (s->late_count == SIM_LATE)
		return;
	late->batch = batch_copy(p->wanted.batch);
	late->job = p->job;
	late->op = p->op;
	late->until = s->now + 3600000;
	if (late->batch)
		s->late_count++;
}

/* ---- The network ----------------------------------------------------------- */

static void answer_read(struct sim *s, struct peer *p)
{
	uint64_t low = p->asked, high = s->past.moment;
	const struct bko_query *q = p->wanted.query;
	s->counts.reads++;
	if (chance(s, s->faults.busy)) {
		s->counts.busy++;
		bko_reply_end(p->wanted.reply, below(s, 2) ? BKO_REPLY_BUSY : BKO_REPLY_SILENT, 0,
		              0);
		return;
	}
	if (chance(s, s->faults.stale))
		low -= low < 4 ? low : below(s, 4);
	if (low < p->floor)
		low = p->floor;
	if (!chance(s, s->faults.torn))
		low = high = low + below(s, (uint32_t)(high - low) + 1);
	s->counts.torn += low < high;
	trace(s, (uint32_t)(p - s->peers), p->job, low < high ? "torn read from" : "read at",
	      (int64_t)low);
	for (uint32_t i = 0; i < q->count; i++)
		past_answer(&s->past, q, i, low, high, &s->random, p->wanted.reply);
	p->floor = high;
	bko_reply_end(p->wanted.reply, BKO_REPLY_DONE, 0, 0);
}

/* A batch that nobody learns the fate of: it happened, or will, or never does. */
static int lose(struct sim *s, struct peer *p)
{
	uint32_t fate = below(s, 3);
	uint64_t revision;
	int32_t status;
	s->counts.unknown++;
	if (fate == 0)
		return commit(s, p->job, &p->op, p->wanted.batch, &status, &revision);
	if (fate == 1 && s->faults.late)
		keep_late(s, p);
	return 0;
}

/* With a conflict come rows as they are now: all that were guarded, some, or none. Its own
 * randomness leaves the rest of a seed's history as it is. */
static void answer_conflict(struct sim *s, struct peer *p)
{
	const struct bko_batch *batch = p->wanted.batch;
	uint64_t random = s->random ^ 0x5deece66d;
	uint32_t share = random_below(&random, 3) * 50;
	struct bko_read *reads = calloc(batch->count, sizeof *reads);
	struct bko_query query = {
		.struct_size = sizeof query, .reads = reads, .count = batch->count};
	for (uint32_t i = 0; i < batch->count && reads; i++) {
		reads[i].key = batch->entries[i].key;
		reads[i].limit = 1;
		if (batch->entries[i].guard && random_below(&random, 100) < share) {
			past_answer(&s->past, &query, i, s->past.moment, s->past.moment, &random,
			            p->wanted.reply);
			p->floor = s->past.moment;
			s->counts.given++;
		}
	}
	free(reads);
	bko_reply_end(p->wanted.reply, BKO_REPLY_CONFLICT, 0, 0);
}

static int answer_apply(struct sim *s, struct peer *p)
{
	bko_reply *reply = p->wanted.reply;
	uint64_t revision = 0;
	int32_t status;
	s->counts.applies++;
	if (chance(s, s->faults.conflict)) {
		s->counts.conflicts++;
		answer_conflict(s, p);
		return 0;
	}
	if (chance(s, s->faults.busy)) {
		s->counts.busy++;
		bko_reply_end(reply, BKO_REPLY_BUSY, 0, 0);
		return 0;
	}
	if (chance(s, s->faults.unknown)) {
		int broken = lose(s, p);
		bko_reply_end(reply, below(s, 2) ? BKO_REPLY_UNKNOWN : BKO_REPLY_SILENT, 0, 0);
		return broken;
	}
	if (commit(s, p->job, &p->op, p->wanted.batch, &status, &revision))
		return 1;
	s->counts.conflicts += status == BKO_REPLY_CONFLICT;
	if (status == BKO_REPLY_CONFLICT)
		answer_conflict(s, p);
	else
		bko_reply_end(reply, status, revision, 0);
	return 0;
}

/* ---- Clients --------------------------------------------------------------- */

static int same_outcome(const struct op_result *a, const struct op_result *b, uint32_t kind)
{
	uint32_t mask = ~(uint32_t)(BKO_OUTCOME_PROVISIONAL | BKO_OUTCOME_REPLAYED);
	const struct bko_outcome *x = &a->outcome, *y = &b->outcome;
	for (uint32_t i = 0; kind == OP_PLACE && i < x->line_count && i < y->line_count; i++) {
		const struct bko_line_outcome *l = &a->lines[i], *m = &b->lines[i];
		if (l->asked != m->asked || l->allocated != m->allocated ||
		    l->backordered != m->backordered || l->refused != m->refused ||
		    l->promise_ms != m->promise_ms || l->available_now != m->available_now)
			return 0;
	}
	return (x->flags & mask) == (y->flags & mask) && x->status == y->status &&
	       x->reason == y->reason && x->asked == y->asked && x->allocated == y->allocated &&
	       x->backordered == y->backordered && x->refused == y->refused &&
	       x->quantity == y->quantity && x->served == y->served && x->missing == y->missing &&
	       x->revision == y->revision && x->first_event == y->first_event &&
	       x->event_count == y->event_count && x->lane == y->lane;
}

static int finish_resolve(struct sim *s, struct peer *p, const struct op_result *r)
{
	uint32_t index = p->op.line_count; /* the job that is settled */
	struct job *job = &s->jobs[index];
	int happened = job->commits && job->first.status == BKO_OK;
	s->counts.resolved++;
	if ((r->happened != 0) != happened)
		return fail_job(s, index, "resolved otherwise than it went", (int32_t)r->happened);
	job->uncertain = 0;
	job->state = happened ? JOB_ANSWERED : JOB_VOID;
	return 0;
}

/* A call went well. */
static int finish_ok(struct sim *s, struct peer *p, const struct op_result *r)
{
	struct job *job = &s->jobs[p->job];
	int refused = (r->outcome.flags & BKO_OUTCOME_REFUSED) != 0;
	if (without_id(p->op.kind))
		return 0;
	if (p->op.kind == OP_RESOLVE)
		return finish_resolve(s, p, r);
	s->counts.replays += (r->outcome.flags & BKO_OUTCOME_REPLAYED) != 0;
	if (r->outcome.flags & BKO_OUTCOME_PROVISIONAL)
		return fail_job(s, p->job, "provisional at the end", BKO_OK);
	if (job->state == JOB_VOID)
		return fail_job(s, p->job, "succeeds though it is void", BKO_OK);
	if (job->commits) {
		if (job->first.status != BKO_OK || !same_outcome(&job->first, r, job->op.kind)) {
			const struct bko_outcome *x = &job->first.outcome, *y = &r->outcome;
			sim_fail(s, "(flags %x %x, asked %lld %lld, lines %u %u) ", x->flags,
			         y->flags, (long long)x->asked, (long long)y->asked, x->line_count,
			         y->line_count);
			return fail_job(s, p->job, "the outcome is not that of its commit",
			                job->first.status);
		}
		job->state = JOB_ANSWERED;
	} else {
		if (!refused)
			return fail_job(s, p->job, "went well, and nothing was committed", BKO_OK);
		if (job->uncertain)
			return fail_job(s, p->job, "refused unrecorded though it may yet land",
			                BKO_OK);
		job->state = JOB_FAILED;
	}
	job->uncertain = 0;
	return 0;
}

/* A call failed. */
static int finish_error(struct sim *s, struct peer *p, int32_t status)
{
	struct job *job = &s->jobs[p->job];
	if (without_id(p->op.kind) || p->op.kind == OP_RESOLVE) {
		if (status != BKO_E_UNCERTAIN && status != BKO_E_CONTENDED)
			return fail_job(s, p->job, "fails", status);
		job->uncertain = p->op.kind == OP_RESOLVE;
		return 0;
	}
	switch (status) {
	case BKO_E_UNCERTAIN: job->uncertain = 1; return 0;
	case BKO_E_CONTENDED:
		if (!job->uncertain && !job->commits)
			job->state = JOB_FAILED;
		return 0;
	case BKO_E_VOID:
		if (job->state != JOB_VOID)
			return fail_job(s, p->job, "void, and nobody resolved it", status);
		return 0;
	case BKO_E_CORRUPT:
	case BKO_E_FORMAT:
	case BKO_E_CONTRACT:
	case BKO_E_NO_MEMORY:
	case BKO_E_MISUSE:
	case BKO_E_REENTRY:
	case BKO_E_MISMATCH:
		return fail_job(s, p->job, "an error that nothing here leads to", status);
	default: break;
	}
	if (job->commits && job->first.status != status)
		return fail_job(s, p->job, "fails otherwise than recorded", status);
	if (!job->commits)
		job->state = JOB_FAILED; /* from now on it may not land */
	job->uncertain = 0;
	return 0;
}

static int call(struct sim *s, struct peer *p)
{
	struct op_result r;
	int broken;
	drive(p->engine, &p->op, &r);
	if (r.status == BKO_WANT) {
		p->wanted.struct_size = sizeof p->wanted;
		if (bko_engine_wanted(p->engine, &p->wanted) || !p->wanted.kind)
			return fail_job(s, p->job, "nothing is wanted", r.status);
		p->asked = s->past.moment;
		p->handed |= p->wanted.kind == BKO_WANTED_APPLY;
		return 0;
	}
	p->busy = 0;
	s->jobs[p->job].running--;
	if (p->op.kind == OP_RESOLVE)
		s->jobs[p->op.line_count].running--;
	trace(s, (uint32_t)(p - s->peers), p->job, bko_status_name(r.status), r.outcome.flags);
	broken = r.status == BKO_OK ? finish_ok(s, p, &r) : finish_error(s, p, r.status);
	return broken;
}

static int begin(struct sim *s, struct peer *p, uint32_t index, uint32_t flags)
{
	struct job *job = &s->jobs[index];
	p->busy = 1;
	p->job = index;
	p->op = job->op;
	p->op.flags |= flags;
	/* a repetition may carry the time of the first call, or its own */
	if (below(s, 2))
		p->op.now = s->now;
	p->op.now += p->skew;
	p->handed = 0;
	p->floor = s->past.moment < 4 ? 0 : s->past.moment - 4;
	job->running++;
	if (job->state == JOB_FAILED)
		job->state = JOB_OPEN;
	s->counts.operations++;
	return call(s, p);
}

/* Gives a job up for good. */
static int begin_resolve(struct sim *s, struct peer *p, uint32_t index)
{
	struct job *job = &s->jobs[s->job_count];
	const struct op *of = &s->jobs[index].op;
	memset(job, 0, sizeof *job);
	job->op.kind = OP_RESOLVE;
	job->op.id = of->id;
	job->op.order = of->kind == OP_PLACE ? of->id : of->order;
	job->op.item = of->item;
	job->op.location = of->location;
	job->op.line_count = index;
	job->op.now = s->now;
	s->jobs[index].running++; /* nobody else begins it meanwhile */
	return begin(s, p, s->job_count++, 0);
}

static int open_peer(struct sim *s, struct peer *p)
{
	struct bko_store store = {.struct_size = sizeof store};
	store.caps = s->faults.snapshot ? BKO_STORE_SNAPSHOT : 0;
	memset(p, 0, sizeof *p);
	p->skew = (int64_t)below(s, 60000) - 30000;
	return bko_engine_open(&s->options, &store, &p->engine) != BKO_OK;
}

/* The engine is gone in the middle of a call, or the call is given up. */
static int crash(struct sim *s, struct peer *p)
{
	struct job *job = &s->jobs[p->job];
	int broken = 0;
	s->counts.crashes++;
	trace(s, (uint32_t)(p - s->peers), p->job, "crash", 0);
	if (p->wanted.kind == BKO_WANTED_APPLY)
		broken = lose(s, p);
	if (!without_id(job->op.kind) || p->handed)
		job->uncertain = 1;
	job->running--;
	if (p->op.kind == OP_RESOLVE)
		s->jobs[p->op.line_count].running--;
	p->busy = 0;
	if (below(s, 2))
		return broken | (bko_engine_abandon(p->engine) != BKO_OK);
	bko_engine_close(p->engine);
	return broken | open_peer(s, p);
}

/* An idle client takes up what was left uncertain, repeats what was done, or goes on. */
static int begin_some(struct sim *s, struct peer *p, int only_uncertain)
{
	uint32_t from = s->job_count ? below(s, s->job_count) : 0, i;
	for (i = 0; i < s->job_count && (only_uncertain || below(s, 3)); i++) {
		uint32_t at = (from + i) % s->job_count;
		struct job *job = &s->jobs[at];
		if (!job->uncertain || job->running)
			continue;
		if (job->op.kind == OP_RESOLVE || without_id(job->op.kind)) {
			job->uncertain = 0; /* whoever wants to know asks anew */
			if (job->op.kind == OP_RESOLVE)
				continue;
		}
		if (job->op.kind != OP_SPLIT && s->job_count < SIM_JOBS &&
		    !without_id(job->op.kind) && below(s, 4) == 0)
			return begin_resolve(s, p, at);
		return begin(s, p, at, without_id(job->op.kind) ? 0 : BKO_OP_RETRIED);
	}
	if (only_uncertain)
		return 0;
	if (s->job_count && chance(s, 60)) {
		struct job *job = &s->jobs[from];
		if (job->state == JOB_ANSWERED && !job->running && job->op.kind != OP_RESOLVE)
			return begin(s, p, from, 0);
	}
	if (!s->wanted_jobs || s->job_count >= SIM_JOBS)
		return 0;
	s->wanted_jobs--;
	memset(&s->jobs[s->job_count], 0, sizeof s->jobs[0]);
	make_op(s, &s->jobs[s->job_count].op, s->job_count + 1);
	return begin(s, p, s->job_count++, 0);
}

static int step_peer(struct sim *s, struct peer *p, int only_uncertain)
{
	int broken = 0;
	if (!p->busy)
		return begin_some(s, p, only_uncertain);
	if (chance(s, s->faults.crash))
		return crash(s, p);
	if (p->wanted.kind == BKO_WANTED_READ)
		answer_read(s, p);
	else if (p->wanted.kind == BKO_WANTED_APPLY)
		broken = answer_apply(s, p);
	else
		bko_reply_end(p->wanted.reply, BKO_REPLY_DONE, 0, 0);
	return broken || call(s, p);
}

static int all_quiet(const struct sim *s)
{
	for (uint32_t i = 0; i < SIM_PEERS; i++)
		if (s->peers[i].busy)
			return 0;
	for (uint32_t i = 0; i < s->job_count; i++)
		if (s->jobs[i].uncertain && s->jobs[i].op.kind != OP_RESOLVE &&
		    !without_id(s->jobs[i].op.kind))
			return 0;
	return 1;
}

/* Faults end, and all that is open comes to an end: within a bound. */
static int settle(struct sim *s)
{
	struct faults honest = {.snapshot = s->faults.snapshot};
	uint32_t steps = 0;
	s->faults = honest;
	while (!all_quiet(s)) {
		if (++steps > 200000)
			return sim_fail(s, "no end though the store is well again");
		if (step_peer(s, &s->peers[below(s, SIM_PEERS)], 1))
			return 1;
	}
	while (s->late_count)
		if (apply_late(s, s->late_count - 1))
			return 1;
	memset(&s->jobs[s->job_count], 0, sizeof s->jobs[0]);
	s->jobs[s->job_count].op.kind = OP_TICK;
	s->jobs[s->job_count].op.now = s->now + 40000;
	if (begin(s, &s->peers[0], s->job_count++, 0))
		return 1;
	while (s->peers[0].busy)
		if (step_peer(s, &s->peers[0], 1))
			return 1;
	return 0;
}

static int compare_hashes(struct sim *s)
{
	uint64_t ours = 0, twins = 0;
	if (bko_memory_hash(s->past.memory, &ours) || bko_memory_hash(s->twin.memory, &twins))
		return sim_fail(s, "no hash");
	if (ours != twins)
		return sim_fail(s, "the state is not that of the serial replay");
	return 0;
}

static void draw(struct sim *s)
{
	struct faults *f = &s->faults;
	f->snapshot = below(s, 2);
	f->torn = f->snapshot ? 0 : 500;
	f->stale = f->snapshot ? 0 : below(s, 2) * 300;
	f->conflict = below(s, 3) * below(s, 150);
	f->busy = below(s, 3) * below(s, 60);
	f->unknown = below(s, 3) * below(s, 150);
	f->late = below(s, 3) != 0;
	f->crash = below(s, 3) * below(s, 15);
	s->options.struct_size = sizeof s->options;
	s->options.pull = 1;
	s->options.lanes = below(s, 2) ? 1 : 4;
	s->options.max_lines = 8;
	s->options.serve_lines = 1 + below(s, 6);
	s->options.retries = 2 + below(s, 12);
}

/* The first policies and stock, one after the other. */
static int prepare(struct sim *s)
{
	struct op ops[16];
	uint32_t count = make_setup(s, ops);
	struct faults faults = s->faults, honest = {.snapshot = faults.snapshot};
	s->faults = honest;
	for (uint32_t i = 0; i < count; i++) {
		struct job *job = &s->jobs[s->job_count];
		memset(job, 0, sizeof *job);
		job->op = ops[i];
		if (begin(s, &s->peers[0], s->job_count++, 0))
			return 1;
		while (s->peers[0].busy)
			if (step_peer(s, &s->peers[0], 1))
				return 1;
	}
	s->faults = faults;
	return 0;
}

static int play(struct sim *s)
{
	uint32_t i, steps = 0;
	for (i = 0; i < SIM_PEERS; i++)
		if (open_peer(s, &s->peers[i]))
			return sim_fail(s, "an engine does not open");
	if (prepare(s))
		return 1;
	while (s->wanted_jobs && ++steps < 1000000) {
		if (s->late_count && below(s, 12) == 0) {
			if (apply_late(s, below(s, s->late_count)))
				return 1;
			continue;
		}
		if (step_peer(s, &s->peers[below(s, SIM_PEERS)], 0))
			return 1;
	}
	return settle(s) || compare_hashes(s) || sums_check(s);
}

int sim_run(struct sim *s, uint64_t seed, uint32_t operations, uint32_t tracing)
{
	int broken;
	memset(s, 0, offsetof(struct sim, peers));
	memset(s->peers, 0, sizeof s->peers);
	s->job_count = s->late_count = 0;
	memset(&s->counts, 0, sizeof s->counts);
	s->why[0] = 0;
	s->seed = s->random = seed;
	s->trace = tracing;
	s->now = 1000000;
	s->wanted_jobs = operations;
	draw(s);
	if (past_open(&s->past) || twin_open(&s->twin, &s->options))
		broken = sim_fail(s, "no store");
	else
		broken = play(s);
	s->counts.compared = s->twin.checked;
	s->counts.raw = s->twin.raw;
	for (uint32_t i = 0; i < SIM_PEERS; i++)
		bko_engine_close(s->peers[i].engine);
	while (s->late_count)
		free(s->late[--s->late_count].batch);
	twin_close(&s->twin);
	past_close(&s->past);
	return broken;
}
