/*
 * store/log_begin.c - segments of the log are begun.
 *
 * The begin record comes last, after a sync of all before it; without it the
 * segment does not count, however much of it can be read. What was decided
 * while reading a log that ended in a crash is written down so before anybody
 * hears of it: which batches count, even if half-programmed units read
 * otherwise the next time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/log_state.h"

enum { BEGIN_LITTLE = 8 }; /* that part of a segment */

void bko__log_plan(struct bko_log *log)
{
	struct bko__log_header *plan = &log->plan;

	memset(plan, 0, sizeof *plan);
	plan->kind = BKO__LOG_KIND_LOG;
	plan->epoch = log->epoch;
	plan->prev_serial = log->current_serial;
	plan->prev_index = log->current;
	plan->after = log->number;
	plan->checkpoint_index = log->checkpoint_last;
	plan->checkpoint_serial = log->checkpoint_serial;
	plan->covers = log->covers;
	plan->records = log->records;
	plan->first_serial = log->first_serial;
}

/* Copies the batches of another segment that the plan wants restated. That one's
 * own begin may be lost. */
static int32_t begin_restate(struct bko_log *log, const struct bko__log_header *plan,
                             const struct bko__log_header *source, uint32_t *at)
{
	uint64_t seed = bko__log_seed(plan->serial, plan->index, plan->epoch);
	struct bko__log_reader reader;
	struct bko__log_lead lead;
	struct bko__log_ending end;
	uint32_t done = 0, size;
	int32_t status;
	uint8_t *bytes;

	memset(&end, 0, sizeof end);
	end.number = source->after;
	bko__log_reader_open(log, &reader, source);
	while (done < plan->restated) {
		status = bko__log_reader_next(log, &reader, &lead, &bytes, &end,
		                              source->after + source->restated);
		if (status != BKO_OK)
			return status;
		size = (uint32_t)bko__log_record_size(lead.size, log->unit_shift);
		if (lead.kind != BKO__LOG_BATCH || lead.number != plan->after + done + 1)
			continue;
		lead.lag = (uint32_t)(lead.number - plan->after);
		bko__log_put_record(bytes, &lead, seed, log->unit_shift, log->pad);
		status = bko__log_program(log, plan->index, *at, bytes, size);
		if (status != BKO_OK)
			return status;
		*at += size;
		done++;
	}
	return BKO_OK;
}

static int32_t begin_write(struct bko_log *log, const struct bko__log_header *plan,
                           const struct bko__log_header *source, uint32_t *at)
{
	struct bko__log_lead lead = {log->number, 0, BKO__LOG_BEGIN, 0, 0};
	uint32_t size = bko__log_empty_size(log);
	int32_t status = bko__log_put_segment(log, plan);

	*at = bko__log_header_size(log);
	if (status == BKO_OK && source != NULL)
		status = begin_restate(log, plan, source, at);
	/* A begin that outlives its header would count in the next segment of this
	 * serial. */
	if (status == BKO_OK)
		status = bko__log_sync(log);
	if (status != BKO_OK)
		return status;
	bko__log_put_record(log->scratch, &lead,
	                    bko__log_seed(plan->serial, plan->index, plan->epoch), log->unit_shift,
	                    log->pad);
	status = bko__log_program(log, plan->index, *at, log->scratch, size);
	*at += size;
	return status;
}

/* What did not succeed may be read later on as if it had: it says where the
 * segment before it ends, so nothing may be added there. */
static void begin_failed(struct bko_log *log, uint32_t index)
{
	if (log->current != 0)
		log->at = bko__log_end(log);
	if ((log->medium.flags & BKO_MEDIUM_OVERWRITES) == 0)
		bko__log_retire(log, index);
}

/* The segment is the end of the log from now on. */
static void begin_enter(struct bko_log *log, const struct bko__log_header *plan, uint32_t at)
{
	bko__log_set_state(log, plan->index, BKO__SEGMENT_LOG);
	if (plan->first_serial == plan->serial)
		log->first = plan->index;
	else
		log->table[plan->prev_index].next = plan->index;
	log->first_serial = plan->first_serial;
	log->current = plan->index;
	log->current_serial = plan->serial;
	log->current_prev = plan->prev_index;
	log->current_prev_serial = plan->prev_serial;
	log->current_after = plan->after;
	log->epoch = plan->epoch;
	log->at = at;
	log->told.log_bytes += at - bko__log_header_size(log);
}

int32_t bko__log_begin_segment(struct bko_log *log, const struct bko__log_header *source)
{
	struct bko__log_header *plan = &log->plan;
	int32_t status = BKO_OK;
	int alone = plan->first_serial == 0;
	uint32_t tries, at = 0;

	for (tries = 0; status == BKO_OK && tries < BKO__LOG_TRIES; tries++) {
		status = bko__log_take(log, &plan->index);
		if (status != BKO_OK)
			return status;
		plan->serial = ++log->serial;
		if (alone)
			plan->first_serial = plan->serial;
		status = begin_write(log, plan, source, &at);
		if (status == BKO_OK) {
			begin_enter(log, plan, at);
			return BKO_OK;
		}
		begin_failed(log, plan->index);
		if (!log->failed && status != BKO_E_NOT_FOUND && tries + 1 < BKO__LOG_TRIES)
			status = BKO_OK;
	}
	return status;
}

/* Whether the first segment of this open takes the place of the one before, and
 * restates all of that: then none is used up, however often an open follows a
 * crash. After a close only if there is little in it, or room is scarce. */
static int begin_replaces(const struct bko_log *log)
{
	uint32_t used = log->at - bko__log_header_size(log);

	return !log->sealed || used <= bko__log_segment_size(log) / BEGIN_LITTLE ||
	       bko__log_free_count(log) <=
	               bko__log_need(log, log->memory->row_bytes, log->memory->rows) +
	                       BKO__LOG_SPARE;
}

int32_t bko__log_begin(struct bko_log *log)
{
	struct bko__log_header *plan = &log->plan;
	uint32_t old = log->current;
	int replaces = 0;
	int32_t status = BKO_OK;

	if (log->begun)
		return BKO_OK;
	if (log->failed)
		return BKO_E_IO;
	if (log->epoch >= BKO__LOG_EPOCH_MAX)
		return BKO_E_FULL;
	bko__log_plan(log);
	plan->epoch++;
	if (old != 0) {
		status = bko__log_find_header(log, old, BKO__LOG_KIND_LOG, log->current_serial,
		                              &log->source);
		if (status != BKO_OK)
			return status;
		replaces = begin_replaces(log);
		plan->after = replaces ? log->current_after : log->durable;
		plan->restated = (uint32_t)(log->number - plan->after);
	}
	if (replaces) {
		plan->prev_index = log->current_prev;
		plan->prev_serial = log->current_prev_serial;
		if (log->first == old)
			plan->first_serial = 0;
	}
	status = bko__log_begin_segment(log, old != 0 ? &log->source : NULL);
	if (status != BKO_OK)
		return status;
	if (replaces)
		bko__log_release(log, old);
	log->begun = 1;
	log->sealed = 0;
	log->memory->revision = (uint64_t)log->epoch << BKO__LOG_EPOCH_SHIFT;
	return bko__log_sync(log);
}
