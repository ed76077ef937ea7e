/*
 * drive.c - an operation, to its end. The same loop serves both drives: by
 * callbacks it never leaves before the end; by hand it leaves with BKO_WANT where
 * the host must act, and goes on where it left when the call is repeated.
 */
#include "base/hash.h"
#include "engine/engine.h"
#include "engine/op.h"

uint32_t bko__provisional(struct bko_engine *engine)
{
	if (engine->batching)
		return BKO_OUTCOME_PROVISIONAL;
	if (!engine->options.pull || engine->tx.final)
		return 0;
	engine->tx.provisional = 1;
	return BKO_OUTCOME_PROVISIONAL;
}

/* What tells a call from others, for a pull host that repeats it and for back-off. */
static uint64_t identity_of(uint32_t verb, const struct bko_span *first,
                            const struct bko_span *second, uint64_t number)
{
	const struct bko_span *spans[] = {first, second};
	struct bko__hash hash;
	uint8_t digest[16];
	uint32_t i;

	bko__hash_begin(&hash, verb);
	bko__hash_uint(&hash, number);
	for (i = 0; i < 2; i++)
		if (spans[i] && spans[i]->data && spans[i]->size <= BKO_ID_MAX)
			bko__hash_bytes(&hash, spans[i]->data, spans[i]->size);
	bko__hash_end(&hash, digest);
	return bko__get_le(digest, 8);
}

static int32_t enter(struct bko_engine *engine, uint32_t verb, uint64_t identity)
{
	if (engine->step != BKO__IDLE) {
		if (identity != engine->identity)
			return bko__fail(engine, BKO_E_MISUSE, "another call is pending");
		return BKO_OK;
	}
	engine->identity = identity;
	engine->op_id.data = NULL;
	engine->op_id.size = 0;
	engine->retried = 0;
	engine->cold = verb == BKO__VERB_VERIFY; /* it looks at what is stored */
	memset(&engine->progress, 0, sizeof engine->progress);
	memset(&engine->error, 0, sizeof engine->error);
	engine->error.line = UINT32_MAX;
	engine->outcome = NULL;
	engine->stats.calls++;
	return BKO_OK;
}

static int32_t may_enter(const struct bko_engine *engine)
{
	if (!engine || engine->magic != BKO__ENGINE_MAGIC)
		return BKO_E_MISUSE;
	return engine->inside ? BKO_E_REENTRY : BKO_OK;
}

int32_t bko__enter(struct bko_engine *engine, uint32_t verb, const struct bko_op *op)
{
	int32_t status = may_enter(engine);
	int idle;

	if (status)
		return status;
	idle = engine->step == BKO__IDLE;
	status = enter(engine, verb,
	               engine->options.pull && op ? identity_of(verb, &op->id, NULL, 0) : verb);
	if (!status && idle && op) {
		engine->op_id = op->id;
		engine->retried = !!(op->flags & BKO_OP_RETRIED);
	}
	return status;
}

int32_t bko__enter_about(struct bko_engine *engine, uint32_t verb, const struct bko_span *first,
                         const struct bko_span *second, uint64_t number)
{
	int32_t status = may_enter(engine);

	if (status)
		return status;
	return enter(engine, verb,
	             engine->options.pull ? identity_of(verb, first, second, number) : verb);
}

int32_t bko__again(struct bko_engine *engine)
{
	uint32_t wait_ms = 1u << (engine->attempt < 8 ? engine->attempt : 8);
	uint64_t identity = engine->identity, jitter;

	if (++engine->attempt > engine->options.retries ||
	    (engine->waited >= engine->options.wait_ms && engine->store.wait)) {
		if (engine->tx.uncertain)
			return bko__fail(engine, BKO_E_UNCERTAIN, "the store did not say");
		return bko__fail(engine, BKO_E_CONTENDED, "retries used up");
	}
	engine->error.attempts = engine->attempt;
	if (!engine->options.pull)
		identity = identity_of((uint32_t)identity, &engine->op_id, NULL, 0);
	jitter = bko__mix(identity + engine->attempt);
	wait_ms = wait_ms / 2 + (uint32_t)(jitter % (wait_ms / 2 + 1));
	engine->waited += wait_ms;
	engine->wait_ms = wait_ms;
	if (engine->options.pull) {
		bko__reply_begin(engine, BKO__WAIT);
		engine->step = BKO__WAIT;
		return BKO_WANT;
	}
	if (engine->store.wait && wait_ms) {
		engine->inside = 1;
		engine->store.wait(engine->store.host, wait_ms, engine->attempt);
		engine->inside = 0;
	}
	return BKO_OK;
}

/* The whole attempt anew, after a batch that was not applied. */
static int32_t anew(struct bko_engine *engine)
{
	if (engine->batching) { /* guards did not confirm an error: its rows stay as they are */
		engine->tx.uncertain = 0;
		if (engine->reply.status == BKO_REPLY_CONFLICT)
			return bko__fail(engine, BKO_E_CONFLICT, "a record of the batch changed");
		return bko__fail(engine, BKO_E_CONTENDED, "the store did not confirm an error");
	}
	if (engine->reply.status == BKO_REPLY_CONFLICT && bko__given_take(engine)) {
		engine->step = BKO__RUN;
		return bko__again(engine);
	}
	if (engine->tx.assumed && engine->reply.status == BKO_REPLY_CONFLICT) {
		/* most likely what was taken for new is there: look */
		bko__tx_begin(engine);
		engine->assuming_failed = 1;
	} else {
		bko__tx_clear(engine);
	}
	engine->step = BKO__RUN;
	return bko__again(engine);
}

/* What the store said to a batch. OK: applied. BKO__ANEW: run again. */
enum { BKO__ANEW = 2 };
static int32_t applied(struct bko_engine *engine)
{
	struct bko_reply *reply = &engine->reply;
	int32_t status;

	reply->waiting = 0;
	engine->error.reply = reply->status;
	engine->error.native = reply->native;
	switch (reply->status) {
	case BKO_REPLY_DONE: engine->landed = 1; return BKO_OK;
	case BKO_REPLY_CONFLICT: engine->stats.conflicts++; return BKO__ANEW;
	case BKO_REPLY_BUSY: engine->stats.busy++; return BKO__ANEW;
	case BKO_REPLY_SILENT:
	case BKO_REPLY_UNKNOWN:
		engine->stats.unknown++;
		engine->tx.uncertain = engine->unsure = 1;
		return BKO__ANEW;
	case BKO_REPLY_FULL: status = BKO_E_FULL; break;
	case BKO_REPLY_TOO_LARGE: status = BKO_E_TOO_LARGE; break;
	case BKO_REPLY_READ_ONLY: status = BKO_E_READ_ONLY; break;
	case BKO_REPLY_CORRUPT: status = BKO_E_CORRUPT; break;
	case BKO_REPLY_IO: status = BKO_E_IO; break;
	case BKO_REPLY_UNSUPPORTED: status = BKO_E_UNSUPPORTED; break;
	default: /* it may have done anything */
		engine->tx.uncertain = engine->unsure = 1;
		status = BKO_E_CONTRACT;
		break;
	}
	if (engine->tx.uncertain)
		return bko__fail(engine, BKO_E_UNCERTAIN, "an earlier attempt may have happened");
	return bko__fail(engine, status, "the store");
}

/* Hands the batch out. */
static int32_t hand_out(struct bko_engine *engine, uint32_t guards_only)
{
	int32_t status = bko__tx_entries(engine, &engine->batch, guards_only);

	if (status)
		return status;
	engine->stats.applies++;
	engine->stats.entries += engine->batch.count;
	engine->tx.given = NULL;
	bko__reply_begin(engine, BKO__APPLY);
	if (engine->options.pull) {
		engine->step = BKO__APPLY;
		return BKO_WANT;
	}
	engine->inside = 1;
	engine->store.apply(engine->store.host, &engine->batch, &engine->reply);
	engine->inside = 0;
	return applied(engine);
}

/* Whether the store failed to answer the last read, so that an error is its own. */
static int unanswered(const struct bko_engine *engine)
{
	const struct bko_reply *reply = &engine->reply;

	return reply->kind == BKO__READ && (reply->failed || reply->status != BKO_REPLY_DONE);
}

/* Errors that rows may lead to, whatever the request. */
static int of_rows(int32_t status)
{
	return status <= BKO_E_NOT_FOUND || status == BKO_E_ARGUMENT || status == BKO_E_RANGE;
}

/* A refusal or an error rests on what was read. Where that was of several moments
 * and others write too, guards confirm it. */
static int needs_confirming(const struct bko_engine *engine, int32_t status)
{
	const struct bko__tx *tx = &engine->tx;
	int error = status == BKO_E_CORRUPT || status == BKO_E_FORMAT || status == BKO_E_RANGE ||
	            (of_rows(status) && tx->op_row);

	if (tx->stands || (engine->store.caps & BKO_STORE_EXCLUSIVE))
		return 0;
	if (engine->batching) /* what it refused is guarded to its end; its rows came before */
		return error && !unanswered(engine);
	if (!tx->confirm && !(error && !unanswered(engine)))
		return 0;
	return tx->reads > 1 || !(engine->store.caps & BKO_STORE_SNAPSHOT);
}

/* An error while an earlier attempt may still land is recorded, which ends that; what
 * cannot be recorded leaves it open. */
static int32_t conclude_error(struct bko_engine *engine, int32_t status)
{
	struct bko__tx *tx = &engine->tx;
	int32_t result;

	if (status == BKO_E_CONTENDED || status == BKO_E_UNCERTAIN || tx->stands)
		return status;
	if ((tx->uncertain || engine->retried) && tx->op_row && of_rows(status) &&
	    !unanswered(engine)) {
		bko__op_record_error(engine, status);
		if (tx->status)
			return tx->status;
		result = engine->batching ? bko__tx_settle(engine) : hand_out(engine, 0);
		return result ? result : status;
	}
	if (needs_confirming(engine, status)) {
		result = hand_out(engine, 1);
		if (result)
			return result;
	}
	if (tx->uncertain)
		return bko__fail(engine, BKO_E_UNCERTAIN, "an earlier attempt may have happened");
	return status;
}

/* After the run: what is to be applied. `status` is the run's. */
static int32_t conclude(struct bko_engine *engine, int32_t status)
{
	struct bko__tx *tx = &engine->tx;
	int32_t result;

	if (status == BKO__REPLAYED)
		return BKO_OK;
	if (status < 0)
		return conclude_error(engine, status);
	if (engine->batching) {
		result = bko__tx_settle(engine);
		return result ? result : status;
	}
	if (tx->changes)
		result = hand_out(engine, 0);
	else
		result = needs_confirming(engine, BKO_OK) ? hand_out(engine, 1) : BKO_OK;
	return result ? result : status;
}

static int32_t first_step(struct bko_engine *engine)
{
	bko__tx_begin(engine);
	engine->landed = engine->assuming_failed = 0;
	engine->attempt = engine->waited = 0;
	engine->tx.uncertain = engine->tx.confirm = engine->tx.final = 0;
	engine->tx.took = 0;
	engine->step = BKO__RUN;
	return BKO_OK;
}

/* A pull host came back: what its answer means for the step that was out. */
static int32_t resume(struct bko_engine *engine)
{
	enum bko__step step = engine->step;
	int32_t status;

	if (!engine->reply.ended)
		return BKO_WANT;
	engine->step = BKO__RUN;
	if (step == BKO__APPLY) {
		status = applied(engine);
		if (status == BKO_OK)
			engine->tx.final = 1;
		return status == BKO__ANEW ? anew(engine) : status;
	}
	if (step == BKO__READ) {
		status = bko__read_status(engine);
		return status == BKO_E_CONTENDED ? bko__again(engine) : status;
	}
	return BKO_OK;
}

/* What was applied is known from now on. A final run of the pull drive has put everything
 * once more, if it went well. */
static void know(struct bko_engine *engine, int32_t status)
{
	if (status < 0)
		bko__tx_clear(engine);
	else if (engine->tx.changes)
		bko__tx_keep(engine, engine->reply.revision);
}

int32_t bko__drive(struct bko_engine *engine, bko__run run, void *arguments)
{
	int32_t status = engine->step == BKO__IDLE ? first_step(engine) : resume(engine);

	while (status == BKO_OK) {
		uint32_t final = engine->tx.final;

		if (engine->tx.ran)
			bko__tx_rerun(engine);
		engine->tx.ran = 1;
		status = run(engine, arguments);
		if (status == BKO_OK && engine->tx.status)
			status = engine->tx.status;
		if (status == BKO_WANT || final) {
			break;
		}
		if (engine->tx.assumed && (status != BKO_OK || !engine->tx.changes)) {
			/* what was taken for new decided: look first after all */
			bko__tx_unassume(engine);
			engine->assuming_failed = 1;
			status = BKO_OK;
			continue;
		}
		status = conclude(engine, status);
		if (status == BKO__ANEW)
			status = anew(engine);
		else if (status == BKO_OK && !engine->tx.provisional)
			break;
		else if (status == BKO_OK) /* nothing was to be applied: it stands as it is */
			engine->tx.final = 1;
	}
	if (status == BKO_WANT)
		return status;
	/* whatever ends the call now, an earlier attempt of it may have landed */
	if (engine->tx.uncertain && status <= BKO_E_NO_MEMORY && status > BKO_E_NOT_FOUND)
		status = bko__fail(engine, BKO_E_UNCERTAIN, "an earlier attempt may have happened");
	if (engine->landed && !engine->batching)
		know(engine, status);
	if (status < 0)
		bko__outcome_none(engine->outcome);
	engine->step = BKO__IDLE;
	engine->error.status = status > 0 ? BKO_OK : status;
	return status > 0 ? BKO_OK : status;
}

int32_t bko__drive_request(struct bko_engine *engine, bko__run run, void *arguments,
                           const struct bko__hash *request, const struct bko_span *first,
                           const struct bko_span *second)
{
	struct bko__hash hash;
	uint8_t digest[16];
	uint64_t number;

	if (!engine->options.pull)
		return bko__drive(engine, run, arguments);
	hash = *request;
	bko__hash_bytes(&hash, first->data, first->size);
	if (second)
		bko__hash_bytes(&hash, second->data, second->size);
	bko__hash_end(&hash, digest);
	number = bko__get_le(digest, 8);
	if (engine->step != BKO__IDLE && engine->request != number)
		return bko__fail(engine, BKO_E_MISUSE, "another call is pending");
	engine->request = number;
	return bko__drive(engine, run, arguments);
}

int32_t bko_engine_wanted(bko_engine *engine, struct bko_wanted *wanted)
{
	struct bko_wanted out;

	if (!engine || engine->magic != BKO__ENGINE_MAGIC || !wanted)
		return BKO_E_MISUSE;
	if (wanted->struct_size < sizeof(uint32_t) * 4 || wanted->struct_size > BKO_STRUCT_SIZE_MAX)
		return BKO_E_STRUCT_SIZE;
	memset(&out, 0, sizeof out);
	if (engine->step > BKO__RUN && engine->reply.waiting && !engine->reply.ended) {
		out.reply = &engine->reply;
		if (engine->step == BKO__READ) {
			out.kind = BKO_WANTED_READ;
			out.query = &engine->query;
		} else if (engine->step == BKO__APPLY) {
			out.kind = BKO_WANTED_APPLY;
			out.batch = &engine->batch;
		} else {
			out.kind = BKO_WANTED_WAIT;
			out.wait_ms = engine->wait_ms;
		}
		out.attempt = engine->attempt;
	}
	bko__struct_out(wanted, wanted->struct_size, &out, sizeof out);
	return BKO_OK;
}

int32_t bko_engine_abandon(bko_engine *engine)
{
	if (!engine || engine->magic != BKO__ENGINE_MAGIC)
		return BKO_E_MISUSE;
	if (engine->inside)
		return BKO_E_REENTRY;
	if (engine->step == BKO__APPLY)
		engine->unsure = 1; /* it may land yet */
	engine->reply.waiting = 0;
	engine->step = BKO__IDLE;
	return BKO_OK;
}

/* A batch is one guarded apply over what its calls staged. */
int32_t bko_batch_begin(bko_engine *engine)
{
	int32_t status = bko__enter(engine, BKO__VERB_BATCH_BEGIN, NULL);

	if (status)
		return status;
	if (engine->batching)
		return bko__fail(engine, BKO_E_STATE, "a batch is open");
	bko__tx_begin(engine);
	memset(engine->tx.lane_tail, 0, sizeof engine->tx.lane_tail);
	engine->batching = 1;
	return BKO_OK;
}

static int32_t batch_end(struct bko_engine *engine)
{
	int32_t status;

	if (engine->step == BKO__APPLY) {
		if (!engine->reply.ended)
			return BKO_WANT;
		status = applied(engine);
	} else if (!engine->tx.batch_entries) {
		return BKO_OK;
	} else {
		bko__tx_begin(engine);
		engine->tx.uncertain = 0;
		status = hand_out(engine, 0);
	}
	if (status == BKO__ANEW) {
		if (engine->reply.status == BKO_REPLY_CONFLICT)
			return bko__fail(engine, BKO_E_CONFLICT, "a record of the batch changed");
		if (engine->reply.status == BKO_REPLY_BUSY)
			return bko__fail(engine, BKO_E_CONTENDED, "the store is busy");
		return bko__fail(engine, BKO_E_UNCERTAIN, "the store did not say");
	}
	return status;
}

int32_t bko_batch_end(bko_engine *engine, uint32_t discard)
{
	int32_t status = bko__enter(engine, BKO__VERB_BATCH_END, NULL);

	if (status)
		return status;
	if (!engine->batching)
		return bko__fail(engine, BKO_E_STATE, "no batch is open");
	if (!discard) {
		status = batch_end(engine);
		if (status == BKO_WANT)
			return status;
	}
	if (discard || status)
		bko__tx_clear(engine);
	else
		bko__tx_keep_batch(engine, engine->reply.revision);
	engine->batching = 0;
	engine->step = BKO__IDLE;
	return status;
}
