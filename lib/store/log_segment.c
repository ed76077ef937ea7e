/*
 * store/log_segment.c - segments: taken, freed, erased ahead, grown.
 *
 * On a flash they are taken in turn, so that all wear alike; on a medium that
 * overwrites the lowest free one is, so that a file stays as short as it can.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/log_state.h"

static int segment_overwrites(const struct bko_log *log)
{
	return (log->medium.flags & BKO_MEDIUM_OVERWRITES) != 0;
}

void bko__log_set_state(struct bko_log *log, uint32_t index, uint32_t state)
{
	log->counts[log->table[index].state]--;
	log->table[index].state = (uint16_t)state;
	log->counts[state]++;
}

/* Memory for so many segments; in an arena there is what there is. */
static int32_t segment_make_room(struct bko_log *log, uint64_t count)
{
	uint64_t limit = log->table_limit == 0 ? 16 : log->table_limit;
	void *table;

	if (count <= log->table_limit)
		return BKO_OK;
	if (log->in_arena)
		return BKO_E_FULL;
	while (limit < count)
		limit *= 2;
	if (limit > UINT32_MAX || limit > SIZE_MAX / sizeof *log->table)
		return BKO_E_FULL;
	table = log->alloc(log->alloc_host, log->table, log->table_limit * sizeof *log->table,
	                   (size_t)limit * sizeof *log->table);
	if (table == NULL)
		return BKO_E_NO_MEMORY;
	log->table = table;
	log->table_limit = (uint32_t)limit;
	return BKO_OK;
}

int32_t bko__log_count_segments(struct bko_log *log, uint64_t size)
{
	uint64_t count = size >> log->segment_shift;
	int32_t status;

	if (log->in_arena && count > log->table_limit)
		count = log->table_limit;
	if (count > UINT32_MAX / 2)
		count = UINT32_MAX / 2;
	status = segment_make_room(log, count);
	if (status != BKO_OK)
		return status;
	for (; log->segments < count; log->segments++) {
		memset(&log->table[log->segments], 0, sizeof *log->table);
		log->counts[BKO__SEGMENT_FREE]++;
	}
	if (log->segments > 0 && log->table[0].state == BKO__SEGMENT_FREE)
		bko__log_set_state(log, 0, BKO__SEGMENT_LABEL);
	return BKO_OK;
}

void bko__log_release(struct bko_log *log, uint32_t index)
{
	struct bko__log_segment *segment = &log->table[index];

	bko__log_set_state(log, index, segment->worn ? BKO__SEGMENT_BAD : BKO__SEGMENT_FREE);
	segment->next = 0;
}

void bko__log_release_chain(struct bko_log *log, uint32_t first, uint32_t until)
{
	uint32_t next;

	for (; first != 0 && first != until; first = next) {
		next = log->table[first].next;
		bko__log_release(log, first);
	}
}

void bko__log_retire(struct bko_log *log, uint32_t index)
{
	struct bko__log_segment *segment = &log->table[index];

	segment->worn = 1;
	if (segment->state == BKO__SEGMENT_FREE || segment->state == BKO__SEGMENT_ERASED)
		bko__log_set_state(log, index, BKO__SEGMENT_BAD);
}

int32_t bko__log_grow(struct bko_log *log)
{
	uint64_t want = ((uint64_t)log->segments + 1) << log->segment_shift;
	uint64_t size;
	int32_t status = BKO_E_FULL;

	if (log->max_size == 0 || want <= log->max_size)
		status = segment_make_room(log, (uint64_t)log->segments + 1);
	if (status == BKO_OK)
		status = bko__log_medium_size(log, want, &size);
	if (status == BKO_OK && size < want)
		status = BKO_E_IO;
	log->fixed = status != BKO_OK;
	return status == BKO_OK ? bko__log_count_segments(log, want) : status;
}

/* The segment to take next that is in this state, 0 for none. */
static uint32_t segment_choose(const struct bko_log *log, uint32_t state)
{
	uint32_t from = segment_overwrites(log) ? 0 : log->taken;
	uint32_t i, index;

	if (log->counts[state] == 0)
		return 0;
	for (i = 1; i <= log->segments; i++) {
		index = (uint32_t)(((uint64_t)from + i) % log->segments);
		if (log->table[index].state == state)
			return index;
	}
	return 0;
}

int32_t bko__log_erase_ahead(struct bko_log *log)
{
	uint32_t index;

	while ((index = segment_choose(log, BKO__SEGMENT_FREE)) != 0) {
		if (bko__log_erase(log, index) == BKO_OK) {
			bko__log_set_state(log, index, BKO__SEGMENT_ERASED);
			return BKO_OK;
		}
		bko__log_retire(log, index);
	}
	return BKO_E_FULL;
}

int32_t bko__log_take(struct bko_log *log, uint32_t *index)
{
	int32_t status;

	if (log->counts[BKO__SEGMENT_ERASED] == 0) {
		status = bko__log_erase_ahead(log);
		if (status != BKO_OK)
			return status;
	}
	*index = segment_choose(log, BKO__SEGMENT_ERASED);
	log->taken = *index;
	return BKO_OK;
}

int32_t bko__log_put_segment(struct bko_log *log, const struct bko__log_header *header)
{
	uint32_t size = bko__log_header_size(log);
	int32_t status;

	memset(log->scratch, (int)log->pad, size);
	bko__log_put_header(log->scratch, header);
	status = bko__log_program(log, header->index, 0, log->scratch, size);
	if (status == BKO_OK)
		status =
			bko__log_program(log, header->index, bko__log_end(log), log->scratch, size);
	return status;
}

uint64_t bko__log_need(const struct bko_log *log, uint64_t row_bytes, uint64_t rows)
{
	uint64_t whole = bko__log_end(log) - bko__log_header_size(log);
	uint64_t lost = bko__log_empty_size(log) + ((uint64_t)2 << log->unit_shift);
	uint64_t row = log->row_max + BKO__LOG_ROW_MAX;
	uint64_t cost = row_bytes + rows * BKO__LOG_ROW_MAX, used;

	/* What is left of a segment is less than the row that did not fit, and of
	 * two that follow each other less than of one. */
	used = lost + row < whole / 2 ? whole - lost - row : (whole - lost) / 2;
	return (cost + used - 1) / used;
}

size_t bko__log_capacity(const struct bko_log *log, size_t size)
{
	size_t unit = (size_t)1 << log->unit_shift;
	size_t end = unit <= BKO__LOG_MARK_UNIT ? unit : BKO__LOG_SUM;

	size = size / unit * unit;
	return size > BKO__LOG_LEAD + end ? size - BKO__LOG_LEAD - end : 0;
}
