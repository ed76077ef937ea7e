/*
 * store/log_read.c - headers and records as they are found on the medium.
 *
 * Records are looked at in a window, as much as the buffer holds, so that
 * reading a log takes few calls. Where the medium says that bytes are damaged,
 * it is asked again for no more than what is needed: a unit that was cut short
 * must not hide its neighbours.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "store/log_state.h"

static int32_t read_header_at(struct bko_log *log, uint32_t index, uint32_t at,
                              struct bko__log_header *header)
{
	uint8_t bytes[BKO__LOG_HEADER];
	int32_t status = bko__log_read(log, index, at, bytes, sizeof bytes);

	if (status == BKO_OK)
		return bko__log_get_header(bytes, index, header) ? BKO_OK : BKO_E_NOT_FOUND;
	return status == BKO_E_CORRUPT ? BKO_E_NOT_FOUND : BKO_E_IO;
}

int32_t bko__log_find_header(struct bko_log *log, uint32_t index, uint32_t kind, uint64_t serial,
                             struct bko__log_header *header)
{
	struct bko__log_header other;
	int32_t status = read_header_at(log, index, 0, header);
	int32_t second;

	if (status != BKO_OK && status != BKO_E_NOT_FOUND)
		return status;
	if (status == BKO_OK && header->kind == kind && header->serial == serial)
		return BKO_OK;
	second = read_header_at(log, index, bko__log_end(log), &other);
	if (second == BKO_OK &&
	    (status != BKO_OK || (serial == 0 ? other.serial > header->serial
	                                      : other.serial == serial && other.kind == kind)))
		*header = other;
	else if (second != BKO_E_NOT_FOUND && second != BKO_OK)
		return second;
	else if (status != BKO_OK)
		return status;
	return serial == 0 || (header->kind == kind && header->serial == serial) ? BKO_OK
	                                                                         : BKO_E_NOT_FOUND;
}

void bko__log_reader_open(const struct bko_log *log, struct bko__log_reader *reader,
                          const struct bko__log_header *header)
{
	reader->index = header->index;
	reader->at = bko__log_header_size(log);
	reader->end = bko__log_end(log);
	reader->window = 0;
	reader->window_size = 0;
	reader->seed = bko__log_seed(header->serial, header->index, header->epoch);
}

/* Has `size` bytes at `at` in the buffer. They lie within the segment and are
 * no more than it holds. */
static int32_t reader_fetch(struct bko_log *log, struct bko__log_reader *reader, uint32_t size,
                            uint8_t **bytes)
{
	uint32_t want = reader->end - reader->at;
	int32_t status;

	if (reader->at >= reader->window &&
	    reader->at - reader->window + size <= reader->window_size) {
		*bytes = log->buffer + (reader->at - reader->window);
		return BKO_OK;
	}
	if (want > log->buffer_size)
		want = log->buffer_size;
	reader->window = reader->at;
	reader->window_size = want;
	status = bko__log_read(log, reader->index, reader->at, log->buffer, want);
	if (status == BKO_E_CORRUPT && want > size) {
		reader->window_size = size;
		status = bko__log_read(log, reader->index, reader->at, log->buffer, size);
	}
	*bytes = log->buffer;
	if (status == BKO_OK)
		return BKO_OK;
	reader->window_size = 0;
	return status == BKO_E_CORRUPT ? BKO_E_NOT_FOUND : BKO_E_IO;
}

int32_t bko__log_reader_get(struct bko_log *log, struct bko__log_reader *reader,
                            struct bko__log_lead *lead, uint8_t **bytes)
{
	size_t size;
	int32_t status;

	if (reader->at + bko__log_empty_size(log) > reader->end)
		return BKO_E_NOT_FOUND;
	status = reader_fetch(log, reader, BKO__LOG_LEAD, bytes);
	if (status != BKO_OK)
		return status;
	bko__log_get_lead(*bytes, lead);
	size = bko__log_record_size(lead->size, log->unit_shift);
	if (lead->kind < BKO__LOG_BATCH || lead->kind > BKO__LOG_ROWS ||
	    size > reader->end - reader->at || size > log->buffer_size)
		return BKO_E_NOT_FOUND;
	status = reader_fetch(log, reader, (uint32_t)size, bytes);
	if (status != BKO_OK)
		return status;
	size = bko__log_sum_at(lead->size, log->unit_shift);
	return bko__get_le(*bytes + size, BKO__LOG_SUM) ==
	                       bko__log_sum(reader->seed, *bytes, BKO__LOG_LEAD + lead->size)
	               ? BKO_OK
	               : BKO_E_NOT_FOUND;
}

int32_t bko__log_reader_seek(struct bko_log *log, struct bko__log_reader *reader,
                             struct bko__log_lead *lead, uint8_t **bytes)
{
	int32_t status = BKO_E_NOT_FOUND;

	while (reader->at + bko__log_empty_size(log) <= reader->end) {
		status = bko__log_reader_get(log, reader, lead, bytes);
		if (status != BKO_E_NOT_FOUND)
			return status;
		reader->at += (uint32_t)1 << log->unit_shift;
	}
	return BKO_E_NOT_FOUND;
}

int32_t bko__log_reader_next(struct bko_log *log, struct bko__log_reader *reader,
                             struct bko__log_lead *lead, uint8_t **bytes,
                             struct bko__log_ending *end, uint64_t restated)
{
	uint32_t at = reader->at;
	int32_t status = bko__log_reader_get(log, reader, lead, bytes);

	if (status == BKO_E_NOT_FOUND && !end->begun && end->number == restated) {
		reader->at += bko__log_empty_size(log);
		status = bko__log_reader_get(log, reader, lead, bytes);
	}
	if (status == BKO_OK &&
	    (lead->kind == BKO__LOG_BATCH
	             ? lead->number != end->number + 1
	             : lead->kind == BKO__LOG_ROWS || lead->number != end->number))
		status = BKO_E_NOT_FOUND;
	if (status != BKO_OK) {
		reader->at = at;
		return status;
	}
	reader->at += (uint32_t)bko__log_record_size(lead->size, log->unit_shift);
	if (lead->kind != BKO__LOG_BATCH || lead->number > restated)
		end->begun = 1;
	end->sealed = lead->kind == BKO__LOG_SEAL;
	end->number = lead->number;
	end->at = reader->at;
	return BKO_OK;
}
