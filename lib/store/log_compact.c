/*
 * store/log_compact.c - checkpoints: all rows in key order, copied into free
 * segments in steps, while batches go on being written to the log.
 *
 * A row is copied as it is at its step. Batches since the first step are
 * replayed over the copy, so that each row ends with its last value whether the
 * copy has an older one, that one, or none. What the copy may know of is synced
 * before a segment of the log names it; and what only the copy before needed is
 * free when that is durable.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/log_state.h"

enum { COMPACT_ROWS = 1, COMPACT_FINISH = 2 }; /* values of `active` */

int bko__log_compact_due(const struct bko_log *log)
{
	uint64_t need = bko__log_need(log, log->memory->row_bytes, log->memory->rows);
	uint32_t segments = log->counts[BKO__SEGMENT_LOG];

	if (log->compaction.active || log->compaction.wanted)
		return 1;
	if (bko__log_free_count(log) <= need)
		return 0;
	if (segments > need + BKO__LOG_SPARE)
		return 1;
	return log->fixed && segments > BKO__LOG_SPARE &&
	       bko__log_free_count(log) < need + BKO__LOG_SPARE + 2;
}

static int32_t compact_start(struct bko_log *log)
{
	struct bko__log_compaction *compaction = &log->compaction;
	int32_t status = bko__log_begin(log);
	uint32_t wanted;

	if (status != BKO_OK)
		return status;
	wanted = compaction->wanted;
	memset(compaction, 0, sizeof *compaction);
	compaction->active = COMPACT_ROWS;
	compaction->wanted = wanted;
	compaction->covers = log->number;
	compaction->log_bytes = log->told.log_bytes;
	compaction->log_first = log->current;
	compaction->log_first_serial = log->current_serial;
	return BKO_OK;
}

/* Nothing refers to what was written so far. Of a flash, what failed is not
 * used again, so the next step begins anew; else nothing will change by that. */
static int32_t compact_abandon(struct bko_log *log, int32_t status)
{
	int again = (log->medium.flags & BKO_MEDIUM_OVERWRITES) == 0 && status != BKO_E_FULL;

	bko__log_release_chain(log, log->compaction.first, 0);
	log->compaction.active = 0;
	log->compaction.first = 0;
	if (again)
		return BKO_OK;
	log->compaction.wanted = 0;
	return status;
}

static int32_t compact_segment(struct bko_log *log)
{
	struct bko__log_compaction *compaction = &log->compaction;
	struct bko__log_header header;
	int32_t status;

	memset(&header, 0, sizeof header);
	status = bko__log_take(log, &header.index);
	if (status != BKO_OK)
		return status;
	header.kind = BKO__LOG_KIND_CHECKPOINT;
	header.epoch = log->epoch;
	header.serial = ++log->serial;
	header.prev_serial = compaction->serial;
	header.prev_index = compaction->index;
	header.after = compaction->records;
	status = bko__log_put_segment(log, &header);
	if (status != BKO_OK) {
		bko__log_retire(log, header.index);
		return status;
	}
	bko__log_set_state(log, header.index, BKO__SEGMENT_NEW);
	if (compaction->first == 0)
		compaction->first = header.index;
	else
		log->table[compaction->index].next = header.index;
	compaction->index = header.index;
	compaction->serial = header.serial;
	compaction->at = bko__log_header_size(log);
	compaction->segments++;
	return BKO_OK;
}

/* Puts rows from a place on into the buffer, as many as have room. */
static size_t compact_fill(struct bko_log *log, struct bko__cell_at *place, size_t capacity,
                           int *more)
{
	struct bko__log_compaction *compaction = &log->compaction;
	uint8_t *to = bko__log_payload(log);
	struct bko_entry row;
	size_t used = 0, size, front = 0;

	memset(&row, 0, sizeof row);
	row.action = BKO_ACTION_PUT;
	for (*more = 1; *more; *more = bko__memory_next(log->memory, place)) {
		bko__memory_row(log->memory, place, &row);
		if (used > 0)
			front = bko__page_common(row.key.data, row.key.size, compaction->key,
			                         compaction->key_size);
		size = bko__log_put_row(to + used, capacity - used, &row, front, 1,
		                        log->memory->revision - row.revision);
		if (size == 0)
			break;
		used += size;
		memcpy(compaction->key, row.key.data, row.key.size);
		compaction->key_size = (uint32_t)row.key.size;
	}
	return used;
}

/* Writes one record of rows. */
static int32_t compact_rows(struct bko_log *log)
{
	struct bko__log_compaction *compaction = &log->compaction;
	struct bko__log_lead lead = {compaction->records + 1, log->memory->revision, BKO__LOG_ROWS,
	                             0, 0};
	uint32_t left = compaction->index == 0 ? 0 : bko__log_end(log) - compaction->at;
	struct bko__cell_at place;
	uint32_t size;
	int32_t status;
	int more;

	if (!bko__memory_above(log->memory, compaction->key, compaction->key_size, &place)) {
		compaction->active = COMPACT_FINISH;
		return BKO_OK;
	}
	if (left > log->buffer_size)
		left = log->buffer_size;
	lead.size = (uint32_t)compact_fill(log, &place, bko__log_capacity(log, left), &more);
	if (lead.size == 0)
		return compact_segment(log);
	bko__log_put_record(log->buffer, &lead,
	                    bko__log_seed(compaction->serial, compaction->index, log->epoch),
	                    log->unit_shift, log->pad);
	size = (uint32_t)bko__log_record_size(lead.size, log->unit_shift);
	status = bko__log_program(log, compaction->index, compaction->at, log->buffer, size);
	if (status != BKO_OK) {
		bko__log_retire(log, compaction->index);
		return status;
	}
	compaction->at += size;
	compaction->bytes += size;
	compaction->records++;
	if (!more)
		compaction->active = COMPACT_FINISH;
	return BKO_OK;
}

/* What the log stands on from now on; what it stood on is free. */
static void compact_enter(struct bko_log *log, uint32_t old_first)
{
	struct bko__log_compaction *compaction = &log->compaction;
	uint32_t index, next;

	bko__log_release_chain(log, log->checkpoint_first, 0);
	if (log->first == old_first) {
		bko__log_release_chain(log, old_first, compaction->log_first);
		log->first = compaction->log_first;
	} else {
		bko__log_release_chain(log, old_first, 0);
	}
	for (index = compaction->first; index != 0; index = next) {
		next = log->table[index].next;
		bko__log_set_state(log, index, BKO__SEGMENT_ROWS);
	}
	log->checkpoint_first = compaction->first;
	log->told.checkpoint_bytes = compaction->bytes;
	log->told.log_bytes -= compaction->log_bytes;
	log->told.compactions++;
	compaction->active = 0;
	compaction->wanted = 0;
}

static int32_t compact_finish(struct bko_log *log)
{
	struct bko__log_compaction *compaction = &log->compaction;
	struct bko__log_header *plan = &log->plan;
	uint32_t old_first = log->first;
	int32_t status;

	bko__log_plan(log);
	plan->checkpoint_index = compaction->index;
	plan->checkpoint_serial = compaction->serial;
	plan->covers = compaction->covers;
	plan->records = compaction->records;
	plan->first_serial = log->number == compaction->covers ? 0 : compaction->log_first_serial;
	status = bko__log_begin_segment(log, NULL);
	if (status != BKO_OK)
		return status;
	log->checkpoint_last = plan->checkpoint_index;
	log->checkpoint_serial = plan->checkpoint_serial;
	log->covers = plan->covers;
	log->records = plan->records;
	status = bko__log_sync(log);
	if (status == BKO_OK)
		compact_enter(log, old_first);
	return status;
}

int32_t bko__log_compact_step(struct bko_log *log, int *done)
{
	int32_t status = BKO_OK;

	*done = 0;
	if (log->failed)
		return BKO_E_IO;
	if (!log->compaction.active)
		return compact_start(log);
	if (log->compaction.active == COMPACT_ROWS) {
		status = compact_rows(log);
		return status == BKO_OK ? status : compact_abandon(log, status);
	}
	status = compact_finish(log);
	*done = status == BKO_OK;
	return status;
}

int32_t bko__log_compact_all(struct bko_log *log)
{
	int32_t status = BKO_OK;
	int done = 0;

	while (status == BKO_OK && !done)
		status = bko__log_compact_step(log, &done);
	return status;
}
