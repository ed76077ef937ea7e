/*
 * store/log_append.c - room for batches, and batches written to the end of the
 * log.
 *
 * A record that failed to be programmed may be found whole later on. So the
 * next segment is begun, which says where the one before ends, and the record
 * is written there; only when that fails too is the log given up.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/log_state.h"

/* Completes a record and programs it at the end. */
static int32_t append_program(struct bko_log *log, uint8_t *bytes, struct bko__log_lead *lead)
{
	uint32_t size = (uint32_t)bko__log_record_size(lead->size, log->unit_shift);
	uint64_t lag = lead->number - log->durable;
	int32_t status;

	lead->lag = lag < UINT32_MAX ? (uint32_t)lag : UINT32_MAX;
	bko__log_put_record(bytes, lead,
	                    bko__log_seed(log->current_serial, log->current, log->epoch),
	                    log->unit_shift, log->pad);
	status = bko__log_program(log, log->current, log->at, bytes, size);
	if (status == BKO_OK) {
		log->at += size;
		log->told.log_bytes += size;
	}
	return status;
}

/* Whether the segment at the end has room for so much, and for its seal. */
static int append_fits(const struct bko_log *log, size_t payload)
{
	uint64_t size = bko__log_record_size(payload, log->unit_shift);

	return log->current != 0 && log->at + size + bko__log_empty_size(log) <= bko__log_end(log);
}

int32_t bko__log_extend(struct bko_log *log)
{
	bko__log_plan(log);
	return bko__log_begin_segment(log, NULL);
}

/* Segments that must be free before a batch is taken: what the next checkpoint
 * takes, or one that is being written takes still, and what begins the log anew
 * behind it. */
static uint64_t append_reserve(const struct bko_log *log, uint64_t need)
{
	uint64_t have = log->compaction.active ? log->compaction.segments : 0;

	if (!log->compaction.active)
		return need + 1;
	return (need > have ? need - have : 0) + 2;
}

/* Whether so much may be added: a checkpoint of it and the next one must have
 * room beside each other, whatever else is free now. So a log that is full can
 * be changed, and emptied, for ever. */
static int append_may_add(const struct bko_log *log, uint64_t need)
{
	uint64_t usable = log->segments - 1 - log->counts[BKO__SEGMENT_BAD];

	return usable >= 2 * need + BKO__LOG_SPARE + 1;
}

/* Makes segments free, if that can be done. */
static int32_t append_compact(struct bko_log *log)
{
	uint64_t need = bko__log_need(log, log->memory->row_bytes, log->memory->rows);
	uint64_t free = bko__log_free_count(log);
	int32_t status;

	if (log->compaction.active) {
		status = bko__log_compact_all(log);
		/* Rows that were copied may have given way to others: begin again. */
		if (status != BKO_E_FULL)
			return status;
		free = bko__log_free_count(log);
	}
	return free > need ? bko__log_compact_all(log) : BKO_E_FULL;
}

int32_t bko__log_room(struct bko_log *log, size_t payload, uint64_t row_bytes, uint64_t rows)
{
	uint64_t need = bko__log_need(log, row_bytes, rows);
	int adds = row_bytes + rows * BKO__LOG_ROW_MAX > bko__log_cost(log);
	int compacted = 0, may;
	int32_t status = bko__log_begin(log);

	while (status == BKO_OK) {
		may = !adds || append_may_add(log, need);
		if (may && bko__log_free_count(log) >=
		                   append_reserve(log, need) + !append_fits(log, payload))
			break;
		if (bko__log_grow(log) == BKO_OK)
			continue;
		if (!may || compacted)
			return BKO_E_FULL;
		status = append_compact(log);
		compacted = 1;
	}
	if (status == BKO_OK && !append_fits(log, payload))
		status = bko__log_extend(log);
	return status;
}

static int append_sync_due(const struct bko_log *log)
{
	return log->sync == BKO_LOG_SYNC_EACH || (log->sync == BKO_LOG_SYNC_GROUPED &&
	                                          log->number - log->durable >= log->group_commits);
}

int32_t bko__log_append(struct bko_log *log, size_t payload, uint64_t revision)
{
	struct bko__log_lead lead = {log->number + 1, revision, BKO__LOG_BATCH, (uint32_t)payload,
	                             0};
	int32_t status = append_program(log, log->buffer, &lead);

	if (status != BKO_OK) {
		bko__log_retire(log, log->current);
		status = bko__log_extend(log);
		if (status == BKO_OK)
			status = append_program(log, log->buffer, &lead);
	}
	log->sealed = 0;
	if (status != BKO_OK) {
		log->failed = 1;
		return status;
	}
	log->number++;
	if (log->medium.sync == NULL)
		log->durable = log->number;
	return append_sync_due(log) ? bko__log_sync(log) : BKO_OK;
}

int32_t bko__log_seal(struct bko_log *log)
{
	struct bko__log_lead lead = {log->number, 0, BKO__LOG_SEAL, 0, 0};
	int32_t status = bko__log_sync(log);

	if (status != BKO_OK)
		return status;
	if (log->at + bko__log_empty_size(log) > bko__log_end(log))
		status = bko__log_extend(log);
	if (status == BKO_OK)
		status = append_program(log, log->scratch, &lead);
	if (status == BKO_OK)
		status = bko__log_sync(log);
	log->sealed = status == BKO_OK;
	if (status == BKO_OK)
		status = bko__log_write_mark(log);
	/* All is durable without it; the next open only has more to do. */
	return log->failed ? status : BKO_OK;
}
