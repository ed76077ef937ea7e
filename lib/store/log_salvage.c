/*
 * store/log_salvage.c - rows from what is whole of a damaged log, and a list of
 * what is not. Where recovery stops, this notes the place, looks for the next
 * whole record, and goes on.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/log_state.h"

/* One segment while it is read. */
struct salvage {
	const struct bko__log_header *header;
	struct bko__log_reader reader;
	struct bko__log_lead lead;
	uint8_t *bytes;
	uint64_t number;       /* of the last record of its kind */
	uint64_t until;        /* the last there should be, as far as is known */
	uint64_t more;         /* the last that is read */
	uint32_t gap, gap_end; /* bytes that were passed over; 0: none */
};

/* Whether a payload holds rows and nothing else: a batch counts whole or not. */
static int salvage_sound(struct bko_log *log, const struct salvage *s)
{
	int rows = s->lead.kind == BKO__LOG_ROWS;
	size_t at = 0;

	log->row.key_size = 0;
	while (at < s->lead.size)
		if (!bko__log_get_row(s->bytes + BKO__LOG_LEAD, s->lead.size, &at, rows,
		                      &log->row) ||
		    log->row.age > s->lead.revision)
			return 0;
	return s->lead.revision >> BKO__LOG_EPOCH_SHIFT <= s->header->epoch;
}

static void salvage_note(struct bko_log *log, const struct salvage *s, uint32_t at, uint32_t end)
{
	uint32_t kind = s->header->kind == BKO__LOG_KIND_LOG ? BKO_LOG_DAMAGE_BATCH
	                                                     : BKO_LOG_DAMAGE_CHECKPOINT;

	bko__log_note(log, kind, s->header->index, at, end > at ? end - at : 1, s->number + 1);
}

/* Finds the next whole record from where the reader is. What was passed over is
 * noted once it is known that records are missing there, and not only a begin. */
static int32_t salvage_next(struct bko_log *log, struct salvage *s)
{
	uint32_t wanted = s->header->kind == BKO__LOG_KIND_LOG ? BKO__LOG_BATCH : BKO__LOG_ROWS;
	uint32_t at = s->reader.at;
	int32_t status = bko__log_reader_seek(log, &s->reader, &s->lead, &s->bytes);

	if (s->gap == 0 && (status != BKO_OK || s->reader.at > at)) {
		s->gap = at;
		s->gap_end = status == BKO_OK ? s->reader.at : s->reader.end;
	}
	if (status == BKO_E_NOT_FOUND && s->number < s->until)
		salvage_note(log, s, s->gap, s->gap_end);
	if (status == BKO_OK && s->lead.kind == wanted) {
		if (s->lead.number > s->number + 1)
			salvage_note(log, s, s->gap != 0 ? s->gap : s->reader.at,
			             s->gap != 0 ? s->gap_end : s->reader.at);
		s->gap = 0;
	}
	if (status != BKO_OK && status != BKO_E_NOT_FOUND)
		bko__log_note(log, BKO_LOG_DAMAGE_READ, s->header->index, at, s->reader.end - at,
		              s->number + 1);
	return status;
}

/* Reads what is whole in a segment. BKO_E_NO_MEMORY. */
static int32_t salvage_segment(struct bko_log *log, struct salvage *s)
{
	int rows = s->header->kind == BKO__LOG_KIND_CHECKPOINT;
	uint32_t at;
	int32_t status = BKO_OK;

	s->number = s->header->after;
	s->gap = 0;
	bko__log_reader_open(log, &s->reader, s->header);
	while (status == BKO_OK && s->number < s->more && salvage_next(log, s) == BKO_OK) {
		at = s->reader.at;
		s->reader.at += (uint32_t)bko__log_record_size(s->lead.size, log->unit_shift);
		if (s->lead.kind != (rows ? (uint32_t)BKO__LOG_ROWS : (uint32_t)BKO__LOG_BATCH) ||
		    s->lead.number <= s->number || s->lead.number > s->more)
			continue;
		s->number = s->lead.number;
		if (!rows && s->number <= log->covers)
			continue;
		if (!salvage_sound(log, s))
			bko__log_note(log, BKO_LOG_DAMAGE_CONTENT, s->header->index, at,
			              s->reader.at - at, s->number);
		else
			status = bko__log_replay_record(log, &s->lead, s->bytes + BKO__LOG_LEAD,
			                                rows, s->header->epoch);
		log->told.replayed += !rows;
	}
	return status;
}

/* Reads a chain as far as it was found; `last` is the number of its last record,
 * `more` how far the last segment is read. */
static int32_t salvage_chain(struct bko_log *log, uint32_t first, uint64_t last, uint64_t more)
{
	struct bko__log_header *header = &log->found, *next = &log->source;
	struct salvage s;
	int32_t status = BKO_OK;
	uint32_t index;

	s.header = header;
	for (index = first; index != 0 && status == BKO_OK; index = log->table[index].next) {
		s.until = last;
		s.more = more;
		if (bko__log_find_header(log, index, 0, 0, header) != BKO_OK)
			continue;
		if (log->table[index].next != 0 &&
		    bko__log_find_header(log, log->table[index].next, 0, 0, next) == BKO_OK) {
			/* Of what a lost segment says nothing is known. */
			s.more = next->after;
			s.until = next->prev_index == index ? next->after : header->after;
		}
		status = salvage_segment(log, &s);
	}
	return status;
}

int32_t bko__log_salvage(struct bko_log *log)
{
	int32_t status = bko__log_recover(log);

	if (status != BKO_OK && (status != BKO_E_CORRUPT || log->current == 0))
		return status;
	status = salvage_chain(log, log->checkpoint_first, log->records, log->records);
	if (status == BKO_OK)
		status = salvage_chain(log, log->first,
		                       log->durable > log->number ? log->durable : log->number,
		                       UINT64_MAX);
	return status;
}
