/*
 * store/log_step.c - what sales need not wait for.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/number.h"
#include "store/log_state.h"

enum { STEP_IDLE, STEP_WORKED };

/* Whether the medium should be asked for more before a sale has to. */
static int step_grows(const struct bko_log *log)
{
	return !log->fixed && log->begun &&
	       bko__log_free_count(log) <=
	               bko__log_need(log, log->memory->row_bytes, log->memory->rows) +
	                       BKO__LOG_SPARE;
}

static int step_erases(const struct bko_log *log)
{
	return log->counts[BKO__SEGMENT_ERASED] == 0 && log->counts[BKO__SEGMENT_FREE] > 0;
}

static int step_wanted(const struct bko_log *log)
{
	return step_erases(log) || step_grows(log) || bko__log_compact_due(log);
}

/* One piece of work. A medium that does not grow is no failure. */
static int32_t step_work(struct bko_log *log)
{
	int done;

	if (step_erases(log)) {
		bko__log_erase_ahead(log);
		return BKO_OK;
	}
	if (step_grows(log)) {
		bko__log_grow(log);
		return BKO_OK;
	}
	return bko__log_compact_step(log, &done);
}

/* Groups are as old as the first step that saw them. */
static int32_t step_sync(struct bko_log *log, int64_t now_ms)
{
	if (log->sync != BKO_LOG_SYNC_GROUPED || log->number == log->durable)
		return BKO_OK;
	if (!log->aging) {
		log->aging = 1;
		log->oldest_ms = now_ms;
	}
	return now_ms - log->oldest_ms >= (int64_t)log->group_ms ? bko__log_sync(log) : BKO_OK;
}

int32_t bko_log_step(bko_log *log, int64_t now_ms, uint32_t budget, struct bko_log_next *next)
{
	struct bko_log_next told;
	int32_t status;

	if (log == NULL || log->magic != BKO__LOG_MAGIC)
		return BKO_E_MISUSE;
	if (log->read_only)
		return BKO_E_READ_ONLY;
	if (log->failed)
		return BKO_E_IO;
	if (!bko__time_ok(now_ms))
		return BKO_E_RANGE;
	status = step_sync(log, now_ms);
	for (; status == BKO_OK && budget > 0 && step_wanted(log); budget--)
		status = step_work(log);
	if (status != BKO_OK || next == NULL)
		return status;
	memset(&told, 0, sizeof told);
	if (step_wanted(log)) {
		told.kind = BKO_LOG_NEXT_NOW;
		told.at_ms = now_ms;
	} else if (log->aging) {
		told.kind = BKO_LOG_NEXT_AT;
		told.at_ms = log->oldest_ms + (int64_t)log->group_ms;
	}
	return bko__memory_fill(next, &told, sizeof told);
}
