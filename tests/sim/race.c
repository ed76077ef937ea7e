/*
 * Two engines race for the last units over the pull drive: every interleaving of
 * their first eight store calls, alone and with each of these calls going wrong in
 * each way, a lost batch landing late after every later call. Never are more
 * granted than there is, never are both refused, and once each has come to an end
 * exactly what there was is granted. `race S I F` repeats scenario S with schedule I
 * and fault F.
 *
 * SPDX-License-Identifier: MIT
 */
#include "past.h"

#include "../history/drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS = 8, SCHEDULES = 1 << CALLS };

/* What goes wrong at one call. */
enum { NOTHING, BUSY, CONFLICT, LOST_DONE, LOST_NEVER, LOST_LATE, WAYS = LOST_LATE + CALLS };
enum { FAULTS = 1 + CALLS * (WAYS - 1) };

struct scenario {
	const char *name;
	int64_t stock, limit, quantity[2], granted;
	uint32_t flags, selling, same_id, hold;
	uint32_t retries;
};
static const struct scenario scenarios[] = {
	{"last unit", 1, 0, {1, 1}, 1, 0, BKO_SELL_STOCK, 0, 0, 0},
	{"last unit, few attempts", 1, 0, {1, 1}, 1, 0, BKO_SELL_STOCK, 0, 0, 1},
	{"three for two each, in part",
         3,
         0,
         {2, 2},
         3,
         BKO_ORDER_ACCEPT_PART,
         BKO_SELL_STOCK,
         0,
         0,
         0},
	{"a hold and an order", 1, 0, {1, 1}, 1, 0, BKO_SELL_STOCK, 0, 1, 0},
	{"last unit of a limit", 0, 1, {1, 1}, 1, 0, BKO_SELL_BACKORDER, 0, 0, 0},
	{"the same order twice", 4, 0, {1, 1}, 1, 0, BKO_SELL_STOCK, 1, 0, 0},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

struct racer {
	bko_engine *engine;
	struct op op;
	struct op_result result;
	struct bko_wanted wanted;
	uint32_t done;
};

struct race {
	const struct scenario *scenario;
	struct past past;
	struct racer racers[2];
	uint32_t calls, fault_at, way, caps;
	struct bko_batch *late;
	uint32_t late_at;
	char why[256];
};

static int fail(struct race *r, const char *what, int64_t figure)
{
	snprintf(r->why, sizeof r->why, "%s (%lld)", what, (long long)figure);
	return 1;
}

/* Policy and stock, by an engine that is alone. */
static int prepare(struct race *r)
{
	const struct scenario *s = r->scenario;
	struct bko_store store = {.struct_size = sizeof store};
	bko_engine *engine = NULL;
	struct op op;
	struct op_result result;
	int32_t status = bko_memory_store(r->past.memory, &store);
	if (!status)
		status = bko_engine_open(NULL, &store, &engine);
	memset(&op, 0, sizeof op);
	op.kind = OP_POLICY;
	op.option = BKO_SCOPE_ITEM;
	op.now = 1000;
	op.policy.set = BKO_SET_SELLING | BKO_SET_LIMIT;
	op.policy.selling = s->selling;
	op.policy.limit = s->limit;
	if (!status)
		drive(engine, &op, &result);
	memset(&op, 0, sizeof op);
	op.kind = OP_SUPPLY; /* makes the position, so that both find one */
	op.option = BKO_SUPPLY_PLAN;
	op.id = op.other = 90;
	op.quantity = 1;
	op.now = 1000;
	if (!status && !result.status)
		drive(engine, &op, &result);
	op.kind = OP_RECEIVE;
	op.option = op.other = 0;
	op.id = 91;
	op.quantity = s->stock;
	if (!status && !result.status && s->stock)
		drive(engine, &op, &result);
	bko_engine_close(engine);
	return status || result.status;
}

static int open_racer(struct race *r, uint32_t n)
{
	const struct scenario *s = r->scenario;
	struct bko_options options = {
		.struct_size = sizeof options, .pull = 1, .retries = s->retries, .max_lines = 4};
	struct bko_store store = {.struct_size = sizeof store, .caps = r->caps};
	struct racer *racer = &r->racers[n];
	memset(racer, 0, sizeof *racer);
	racer->op.kind = OP_PLACE;
	racer->op.id = s->same_id ? 1 : n + 1;
	racer->op.option = s->flags;
	racer->op.now = 2000;
	racer->op.until = s->hold && n == 0 ? 600000 : 0;
	racer->op.line_count = 1;
	racer->op.lines[0].quantity = s->quantity[n];
	racer->op.lines[0].candidate_count = 1;
	return bko_engine_open(&options, &store, &racer->engine) != BKO_OK;
}

/* Goes on until the engine wants something of the store, or is through. */
static int advance(struct racer *racer)
{
	drive(racer->engine, &racer->op, &racer->result);
	racer->done = racer->result.status != BKO_WANT;
	if (racer->done)
		return 0;
	racer->wanted.struct_size = sizeof racer->wanted;
	if (bko_engine_wanted(racer->engine, &racer->wanted) || !racer->wanted.kind)
		return 1;
	if (racer->wanted.kind != BKO_WANTED_WAIT)
		return 0;
	bko_reply_end(racer->wanted.reply, BKO_REPLY_DONE, 0, 0);
	return advance(racer);
}

/* Batches that go wrong. 1: the answer was given. */
static int go_wrong(struct race *r, const struct racer *racer)
{
	bko_reply *reply = racer->wanted.reply;
	uint64_t revision;
	switch (r->way) {
	case BUSY: bko_reply_end(reply, BKO_REPLY_BUSY, 0, 0); return 1;
	case CONFLICT: bko_reply_end(reply, BKO_REPLY_CONFLICT, 0, 0); return 1;
	case LOST_DONE: past_apply(&r->past, racer->wanted.batch, &revision); break;
	case LOST_NEVER: break;
	default:
		r->late = batch_copy(racer->wanted.batch);
		r->late_at = r->calls + (r->way - LOST_LATE);
		break;
	}
	bko_reply_end(reply, BKO_REPLY_UNKNOWN, 0, 0);
	return 1;
}

/* Answers one call of the store. */
static int answer(struct race *r, struct racer *racer)
{
	bko_reply *reply = racer->wanted.reply;
	int wrong = r->way != NOTHING && r->calls == r->fault_at;
	uint64_t revision = 0;
	int32_t status;
	r->calls++;
	if (racer->wanted.kind == BKO_WANTED_READ) {
		if (wrong && r->way == BUSY)
			bko_reply_end(reply, BKO_REPLY_BUSY, 0, 0);
		else
			r->past.table.read(r->past.table.host, racer->wanted.query, reply);
	} else if (!wrong || !go_wrong(r, racer)) {
		status = past_apply(&r->past, racer->wanted.batch, &revision);
		bko_reply_end(reply, status, revision, 0);
	}
	if (r->late && r->calls > r->late_at) {
		past_apply(&r->past, r->late, &revision);
		free(r->late);
		r->late = NULL;
	}
	return advance(racer);
}

static int64_t granted(const struct racer *racer)
{
	const struct bko_outcome *out = &racer->result.outcome;
	return racer->result.status == BKO_OK && !(out->flags & BKO_OUTCOME_REFUSED)
	               ? out->allocated + out->backordered
	               : 0;
}

static int refused(const struct racer *racer)
{
	return racer->result.status == BKO_OK && racer->result.outcome.flags & BKO_OUTCOME_REFUSED;
}

static int check_together(struct race *r)
{
	const struct racer *a = &r->racers[0], *b = &r->racers[1];
	int64_t sum = r->scenario->same_id ? granted(a) : granted(a) + granted(b);
	if (sum > r->scenario->granted)
		return fail(r, "more was granted than there is", sum);
	if (refused(a) && refused(b))
		return fail(r, "both were refused", 0);
	if (r->scenario->same_id && granted(a) && granted(b) && granted(a) != granted(b))
		return fail(r, "one id, two outcomes", granted(b));
	return 0;
}

/* Whoever does not know repeats the call, alone now, until it does. */
static int come_to_an_end(struct race *r)
{
	for (uint32_t n = 0; n < 2; n++) {
		struct racer *racer = &r->racers[n];
		for (uint32_t tries = 0; racer->result.status == BKO_E_UNCERTAIN ||
		                         racer->result.status == BKO_E_CONTENDED;
		     tries++) {
			if (tries > 8)
				return fail(r, "no end", racer->result.status);
			racer->op.flags |= racer->result.status == BKO_E_UNCERTAIN
			                           ? (uint32_t)BKO_OP_RETRIED
			                           : 0;
			if (advance(racer))
				return fail(r, "nothing is wanted", 0);
			while (!racer->done)
				if (answer(r, racer))
					return fail(r, "nothing is wanted", 0);
		}
		if (racer->result.status != BKO_OK)
			return fail(r, "an error that nothing leads to", racer->result.status);
	}
	return check_together(r);
}

/* The position says the same as what was told. */
static int check_stock(struct race *r)
{
	struct bko_store store = {.struct_size = sizeof store};
	struct bko_position p;
	bko_engine *engine = NULL;
	bko_item *item = NULL;
	struct name n;
	size_t count = 0;
	int64_t told = granted(&r->racers[0]);
	int32_t status = bko_memory_store(r->past.memory, &store);
	if (!r->scenario->same_id)
		told += granted(&r->racers[1]);
	if (!status)
		status = bko_engine_open(NULL, &store, &engine);
	if (!status)
		status = bko_item_open(engine, 3000, name_item(&n, 0), &item);
	if (!status)
		status = bko_item_read(item, 0, &p, 1, sizeof p, &count);
	bko_item_close(item);
	bko_engine_close(engine);
	if (status || count != 1)
		return fail(r, "reading the position", status);
	if (told != r->scenario->granted)
		return fail(r, "not all was granted that there is", told);
	if (p.allocated + p.backordered != told || p.allocated > p.on_hand || p.open < 0)
		return fail(r, "the position differs", p.allocated + p.backordered);
	return 0;
}

static int run(struct race *r, uint32_t schedule)
{
	uint32_t step;
	if (prepare(r) || open_racer(r, 0) || open_racer(r, 1))
		return fail(r, "no beginning", 0);
	if (advance(&r->racers[0]) || advance(&r->racers[1]))
		return fail(r, "nothing is wanted", 0);
	for (step = 0; !r->racers[0].done || !r->racers[1].done; step++) {
		uint32_t who = step < CALLS ? schedule >> step & 1 : step & 1;
		struct racer *racer = &r->racers[who];
		if (step > 1000)
			return fail(r, "no end", 0);
		if (!racer->done && answer(r, racer))
			return fail(r, "nothing is wanted", 0);
	}
	if (check_together(r) || come_to_an_end(r))
		return 1;
	if (r->late) {
		uint64_t revision;
		past_apply(&r->past, r->late, &revision);
	}
	return check_stock(r);
}

static int run_case(struct race *r, uint32_t s, uint32_t schedule, uint32_t fault)
{
	int failed;
	memset(r, 0, sizeof *r);
	r->scenario = &scenarios[s / 2];
	r->caps = s & 1 ? BKO_STORE_SNAPSHOT : 0;
	r->way = fault ? 1 + (fault - 1) / CALLS : NOTHING;
	r->fault_at = fault ? (fault - 1) % CALLS : 0;
	failed = past_open(&r->past) || run(r, schedule);
	free(r->late);
	bko_engine_close(r->racers[0].engine);
	bko_engine_close(r->racers[1].engine);
	past_close(&r->past);
	if (failed)
		printf("race %u %u %u (%s): %s\n", s, schedule, fault, r->scenario->name, r->why);
	return failed;
}

int main(int argc, char **argv)
{
	static struct race race;
	const char *tier = getenv("BKO_TIER");
	uint64_t runs = 0, calls = 0;
	uint32_t failed = 0, every = tier && !strcmp(tier, "quick") ? 7 : 1;
	if (argc == 4)
		return run_case(&race, (uint32_t)atoi(argv[1]), (uint32_t)atoi(argv[2]),
		                (uint32_t)atoi(argv[3]));
	for (uint32_t s = 0; s < 2 * SCENARIOS && failed < 10; s++)
		for (uint32_t schedule = 0; schedule < SCHEDULES && failed < 10; schedule++)
			for (uint32_t fault = 0; fault < FAULTS && failed < 10; fault++) {
				/* the undisturbed ones always */
				if (fault && (schedule + fault) % every)
					continue;
				failed += (uint32_t)run_case(&race, s, schedule, fault);
				calls += race.calls;
				runs++;
			}
	printf("%u schedules, %u faults, %llu store calls\n", SCHEDULES, FAULTS,
	       (unsigned long long)calls);
	printf("evidence: races for the last units %llu\n", (unsigned long long)runs);
	return failed != 0;
}
