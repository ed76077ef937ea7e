/*
 * store/log_create.c - the label of a log: made and read.
 *
 * The first copy is durable before the second is programmed, so making a log
 * that was cut short is taken up again by the next open that may make one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/log_state.h"

enum {
	CREATE_PIECE = 64,
	CREATE_SHIFT = 14, /* logarithm of a segment's size where there is a choice, */
	CREATE_COUNT = 16, /* which is where so many are left */
	CREATE_UNITS = 8,  /* least units of a segment */
	CREATE_RECORD = 65536,
	CREATE_RECORD_MIN = 96 /* least payload of a record: BKO__LOG_ENTRIES_MIN small changes */
};

static int create_overwrites(const struct bko_log *log)
{
	return (log->medium.flags & BKO_MEDIUM_OVERWRITES) != 0;
}

/* Reads one copy of the label. */
static int32_t label_read(struct bko_log *log, uint64_t at, struct bko__log_label *label)
{
	uint8_t bytes[BKO__LOG_LABEL];
	int32_t status;

	log->told.reads++;
	status = log->medium.read(log->medium.host, at, bytes, sizeof bytes);
	if (status == BKO_OK)
		return bko__log_get_label(bytes, label);
	return status == BKO_E_CORRUPT ? BKO_E_CORRUPT : BKO_E_IO;
}

/* What the copies say together: a label wins, then a failure of the medium, a
 * label of another version, a damaged one, none. */
static int32_t label_judge(int32_t one, int32_t other)
{
	static const int32_t order[] = {BKO_OK, BKO_E_IO, BKO_E_UNSUPPORTED, BKO_E_CORRUPT};
	size_t i;

	for (i = 0; i < sizeof order / sizeof order[0]; i++)
		if (one == order[i] || other == order[i])
			return order[i];
	return BKO_E_FORMAT;
}

/* The copy in the middle of segment 0, wherever that is. */
static int32_t label_seek(struct bko_log *log, uint64_t size, struct bko__log_label *label)
{
	int32_t found = BKO_E_FORMAT;
	int32_t status;
	uint32_t shift;

	for (shift = BKO__LOG_SEGMENT_MIN;
	     shift <= BKO__LOG_SEGMENT_MAX && (uint64_t)1 << shift <= size; shift++) {
		status = label_read(log, (uint64_t)1 << (shift - 1), label);
		if (status == BKO_OK && label->segment_shift == shift)
			return BKO_OK;
		found = label_judge(found, status == BKO_OK ? BKO_E_FORMAT : status);
	}
	return found;
}

int32_t bko__log_load_label(struct bko_log *log, uint64_t size)
{
	struct bko__log_label label, second;
	int32_t status = BKO_E_FORMAT;

	if (size >= (uint64_t)1 << BKO__LOG_SEGMENT_MIN)
		status = label_read(log, 0, &label);
	log->label_whole =
		status == BKO_OK &&
		label_read(log, (uint64_t)1 << (label.segment_shift - 1), &second) == BKO_OK;
	if (status != BKO_OK)
		status = label_judge(status, label_seek(log, size, &label));
	if (status == BKO_E_UNSUPPORTED)
		return BKO_E_STRUCT_NEWER;
	if (status != BKO_OK)
		return status;
	if (log->medium.program_unit > (uint32_t)1 << label.unit_shift ||
	    (!create_overwrites(log) && log->medium.erase_unit > (uint32_t)1
	                                                                 << label.segment_shift))
		return BKO_E_UNSUPPORTED;
	log->segment_shift = label.segment_shift;
	log->unit_shift = label.unit_shift;
	log->buffer_size = label.record_size;
	return BKO_OK;
}

static uint32_t create_shift(uint64_t value)
{
	uint32_t shift = 0;

	while ((uint64_t)1 << shift < value)
		shift++;
	return shift;
}

int32_t bko__log_plan_label(struct bko_log *log, const struct bko_log_options *options,
                            uint64_t size)
{
	uint32_t unit = create_shift(log->medium.program_unit);
	uint32_t shift = create_shift(log->medium.erase_unit);
	uint64_t room, record = options->max_batch != 0 ? options->max_batch : CREATE_RECORD;

	if (unit < BKO__LOG_UNIT_MIN)
		unit = BKO__LOG_UNIT_MIN;
	if (shift < BKO__LOG_SEGMENT_MIN)
		shift = BKO__LOG_SEGMENT_MIN;
	while ((uint64_t)1 << shift < (uint64_t)CREATE_UNITS << unit)
		shift++;
	if (options->segment_size != 0) {
		if (options->segment_size < (uint32_t)1 << shift ||
		    (options->segment_size & (options->segment_size - 1)) != 0)
			return BKO_E_ARGUMENT;
		shift = create_shift(options->segment_size);
	} else {
		while (shift < CREATE_SHIFT && size >> (shift + 1) >= CREATE_COUNT)
			shift++;
	}
	if (shift > BKO__LOG_SEGMENT_MAX)
		return BKO_E_ARGUMENT;
	log->segment_shift = shift;
	log->unit_shift = unit;
	room = bko__log_end(log) - bko__log_header_size(log) - 2 * bko__log_empty_size(log);
	record = bko__log_round(record, unit);
	if (record > BKO__LOG_PAYLOAD_MAX)
		record = (uint64_t)BKO__LOG_PAYLOAD_MAX >> unit << unit;
	if (record > room)
		record = room;
	if (record < bko__log_record_size(CREATE_RECORD_MIN, unit))
		return BKO_E_ARGUMENT;
	log->buffer_size = (uint32_t)record;
	return BKO_OK;
}

/* Whether there is nothing that somebody might miss: zeros and erased bytes
 * only, but for where the making of a log may have left something. */
static int32_t create_blank(struct bko_log *log, uint64_t size, int32_t none)
{
	uint8_t piece[CREATE_PIECE];
	uint8_t other = (uint8_t)(create_overwrites(log) ? 0 : log->medium.erased);
	uint64_t at = bko__log_round(CREATE_PIECE, log->unit_shift);
	int32_t status;
	uint32_t i;

	/* An erase that was cut short leaves anything. */
	if (!create_overwrites(log))
		at = bko__log_segment_size(log);
	for (; at < size; at += CREATE_PIECE) {
		log->told.reads++;
		status = log->medium.read(log->medium.host, at, piece, sizeof piece);
		/* Nobody can miss what can not be read. */
		if (status == BKO_E_CORRUPT && !create_overwrites(log))
			continue;
		if (status == BKO_E_CORRUPT)
			return none;
		if (status != BKO_OK)
			return BKO_E_IO;
		for (i = 0; i < CREATE_PIECE; i++)
			if (piece[i] != 0 && piece[i] != other)
				return none;
	}
	return BKO_OK;
}

/* Leaves nothing of what there is. Units of a flash that do not erase are met
 * again, and retired, when they are to be used. */
static int32_t create_wipe(struct bko_log *log)
{
	uint32_t index, at, part;
	int32_t status = BKO_OK;

	memset(log->buffer, 0, log->buffer_size);
	for (index = 0; index < log->segments && status == BKO_OK; index++) {
		if (!create_overwrites(log)) {
			if (bko__log_erase(log, index) == BKO_OK && index != 0)
				bko__log_set_state(log, index, BKO__SEGMENT_ERASED);
			continue;
		}
		for (at = 0; at < bko__log_segment_size(log) && status == BKO_OK; at += part) {
			part = bko__log_segment_size(log) - at;
			if (part > log->buffer_size)
				part = log->buffer_size;
			status = bko__log_program(log, index, at, log->buffer, part);
		}
	}
	return status == BKO_OK ? bko__log_sync(log) : status;
}

int32_t bko__log_write_label(struct bko_log *log)
{
	struct bko__log_label label;
	uint32_t size = (uint32_t)bko__log_round(BKO__LOG_LABEL, log->unit_shift);
	int32_t status = bko__log_erase(log, 0);

	label.version = BKO__LOG_VERSION;
	label.segment_shift = log->segment_shift;
	label.unit_shift = log->unit_shift;
	label.record_size = log->buffer_size;
	memset(log->scratch, (int)log->pad, size);
	bko__log_put_label(log->scratch, &label);
	if (status == BKO_OK)
		status = bko__log_program(log, 0, 0, log->scratch, size);
	if (status == BKO_OK)
		status = bko__log_sync(log);
	if (status == BKO_OK)
		status = bko__log_program(log, 0, bko__log_segment_size(log) / 2, log->scratch,
		                          size);
	return status == BKO_OK ? bko__log_sync(log) : status;
}

static uint32_t mark_at(const struct bko_log *log)
{
	return bko__log_segment_size(log) / 4 * 3;
}

int32_t bko__log_load_mark(struct bko_log *log)
{
	uint8_t bytes[BKO__LOG_MARK];
	int32_t status = BKO_OK;

	log->mark = 0;
	if (log->segments > 0)
		status = bko__log_read(log, 0, mark_at(log), bytes, sizeof bytes);
	if (status == BKO_OK && log->segments > 0)
		log->mark = bko__log_get_mark(bytes);
	/* Salvage does without. */
	return status == BKO_OK || status == BKO_E_CORRUPT || log->damages != NULL ? BKO_OK
	                                                                           : BKO_E_IO;
}

int32_t bko__log_write_mark(struct bko_log *log)
{
	uint32_t size = (uint32_t)bko__log_round(BKO__LOG_MARK, log->unit_shift);
	int32_t status;

	if (!create_overwrites(log) || log->mark == log->durable)
		return BKO_OK;
	memset(log->scratch, (int)log->pad, size);
	bko__log_put_mark(log->scratch, log->durable);
	status = bko__log_program(log, 0, mark_at(log), log->scratch, size);
	if (status == BKO_OK)
		status = bko__log_sync(log);
	if (status == BKO_OK)
		log->mark = log->durable;
	return status;
}

int32_t bko__log_make(struct bko_log *log, uint64_t size, int32_t none)
{
	int32_t status;

	status = (log->flags & BKO_LOG_FORMAT) != 0 ? create_wipe(log)
	                                            : create_blank(log, size, none);
	while (status == BKO_OK && log->segments < BKO__LOG_SEGMENTS_MIN)
		status = bko__log_grow(log);
	if (status == BKO_OK)
		status = bko__log_sync(log);
	return status == BKO_OK ? bko__log_write_label(log) : status;
}
