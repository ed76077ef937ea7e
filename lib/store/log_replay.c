/*
 * store/log_replay.c - rows from records: the checkpoint's, then every batch of
 * the log.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/log_state.h"

int32_t bko__log_replay_record(struct bko_log *log, const struct bko__log_lead *lead,
                               const uint8_t *payload, int rows, uint32_t epoch)
{
	struct bko__log_row *row = &log->row;
	struct bko_entry entry;
	size_t at = 0;
	int32_t status = BKO_OK;

	memset(&entry, 0, sizeof entry);
	row->key_size = 0;
	if (lead->revision >> BKO__LOG_EPOCH_SHIFT > epoch)
		return BKO_E_CORRUPT;
	while (at < lead->size && status == BKO_OK) {
		if (!bko__log_get_row(payload, lead->size, &at, rows, row) ||
		    row->age > lead->revision)
			return BKO_E_CORRUPT;
		entry.key.data = row->key;
		entry.key.size = row->key_size;
		entry.value.data = row->value;
		entry.value.size = row->value_size;
		if (row->value == NULL) {
			bko__memory_delete(log->memory, &entry);
			continue;
		}
		if (row->key_size + row->value_size > log->row_max)
			log->row_max = row->key_size + row->value_size;
		status = bko__memory_put(log->memory, &entry, lead->revision - row->age);
	}
	if (!rows && log->memory->revision < lead->revision)
		log->memory->revision = lead->revision;
	return status;
}

/* Replays a segment up to batch `until`, which must be there. */
static int32_t replay_segment(struct bko_log *log, const struct bko__log_header *header,
                              uint64_t until)
{
	uint64_t restated = header->after + header->restated;
	struct bko__log_reader reader;
	struct bko__log_lead lead;
	struct bko__log_ending end;
	uint8_t *bytes;
	int32_t status = BKO_OK;

	memset(&end, 0, sizeof end);
	end.number = header->after;
	bko__log_reader_open(log, &reader, header);
	while (end.number < until) {
		status = bko__log_reader_next(log, &reader, &lead, &bytes, &end, restated);
		if (status == BKO_E_NOT_FOUND)
			return bko__log_note(log, BKO_LOG_DAMAGE_BATCH, header->index, reader.at,
			                     1u << log->unit_shift, end.number + 1);
		if (status != BKO_OK)
			return status;
		log->told.log_bytes += bko__log_record_size(lead.size, log->unit_shift);
		if (lead.kind != BKO__LOG_BATCH || lead.number <= log->covers)
			continue;
		status =
			bko__log_replay_record(log, &lead, bytes + BKO__LOG_LEAD, 0, header->epoch);
		if (status == BKO_E_CORRUPT)
			return bko__log_note(log, BKO_LOG_DAMAGE_CONTENT, header->index, reader.at,
			                     1, lead.number);
		if (status != BKO_OK)
			return status;
		log->told.replayed++;
	}
	return BKO_OK;
}

/* A header that was there a moment ago. */
static int32_t replay_first(struct bko_log *log, uint32_t index, uint32_t kind, uint64_t serial,
                            struct bko__log_header *header)
{
	int32_t status = bko__log_find_header(log, index, kind, serial, header);

	return status != BKO_E_NOT_FOUND ? status
	                                 : bko__log_note(log, BKO_LOG_DAMAGE_SEGMENT, index, 0,
	                                                 bko__log_segment_size(log), 0);
}

/* The header of the next segment of a chain, which must name this one. */
static int32_t replay_next(struct bko_log *log, const struct bko__log_header *header,
                           struct bko__log_header *next)
{
	uint32_t index = log->table[header->index].next;
	int32_t status = bko__log_find_header(log, index, 0, 0, next);

	if (status == BKO_OK && (next->kind != header->kind || next->prev_serial != header->serial))
		status = BKO_E_NOT_FOUND;
	return status != BKO_E_NOT_FOUND ? status
	                                 : bko__log_note(log, BKO_LOG_DAMAGE_SEGMENT, index, 0,
	                                                 bko__log_segment_size(log), 0);
}

static int32_t replay_log(struct bko_log *log)
{
	struct bko__log_header *header = &log->found, *next = &log->source;
	int32_t status;

	status = replay_first(log, log->first, BKO__LOG_KIND_LOG, log->first_serial, header);
	if (status == BKO_OK && header->after > log->covers)
		status = bko__log_note(log, BKO_LOG_DAMAGE_SEGMENT, header->index, 0,
		                       bko__log_segment_size(log), log->covers + 1);
	while (status == BKO_OK && header->index != log->current) {
		status = replay_next(log, header, next);
		if (status == BKO_OK && next->after < header->after)
			status = bko__log_note(log, BKO_LOG_DAMAGE_SEGMENT, next->index, 0,
			                       bko__log_segment_size(log), 0);
		if (status == BKO_OK)
			status = replay_segment(log, header, next->after);
		*header = *next;
	}
	return status == BKO_OK ? replay_segment(log, header, log->number) : status;
}

/* Reads the records of one segment of the checkpoint, up to number `until`. */
static int32_t replay_rows(struct bko_log *log, const struct bko__log_header *header,
                           uint64_t until)
{
	uint64_t number = header->after;
	struct bko__log_reader reader;
	struct bko__log_lead lead;
	uint32_t size;
	uint8_t *bytes;
	int32_t status;

	bko__log_reader_open(log, &reader, header);
	while (number < until) {
		status = bko__log_reader_get(log, &reader, &lead, &bytes);
		if (status == BKO_OK && (lead.kind != BKO__LOG_ROWS || lead.number != number + 1))
			status = BKO_E_NOT_FOUND;
		if (status == BKO_E_NOT_FOUND)
			return bko__log_note(log, BKO_LOG_DAMAGE_CHECKPOINT, header->index,
			                     reader.at, 1u << log->unit_shift, number + 1);
		if (status == BKO_OK)
			status = bko__log_replay_record(log, &lead, bytes + BKO__LOG_LEAD, 1,
			                                header->epoch);
		if (status == BKO_E_CORRUPT)
			return bko__log_note(log, BKO_LOG_DAMAGE_CONTENT, header->index, reader.at,
			                     1, lead.number);
		if (status != BKO_OK)
			return status;
		size = (uint32_t)bko__log_record_size(lead.size, log->unit_shift);
		reader.at += size;
		log->told.checkpoint_bytes += size;
		number++;
	}
	return BKO_OK;
}

static int32_t replay_checkpoint(struct bko_log *log)
{
	struct bko__log_header *header = &log->found, *next = &log->source;
	int32_t status;

	status = replay_first(log, log->checkpoint_first, 0, 0, header);
	while (status == BKO_OK && header->index != log->checkpoint_last) {
		status = replay_next(log, header, next);
		if (status == BKO_OK && next->after < header->after)
			status = bko__log_note(log, BKO_LOG_DAMAGE_SEGMENT, next->index, 0,
			                       bko__log_segment_size(log), 0);
		if (status == BKO_OK)
			status = replay_rows(log, header, next->after);
		*header = *next;
	}
	return status == BKO_OK ? replay_rows(log, header, log->records) : status;
}

int32_t bko__log_replay(struct bko_log *log)
{
	int32_t status = log->checkpoint_first != 0 ? replay_checkpoint(log) : BKO_OK;

	return status == BKO_OK && log->first != 0 ? replay_log(log) : status;
}
