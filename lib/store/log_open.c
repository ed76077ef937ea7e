/*
 * store/log_open.c - recovery: which segment is the newest, what is the chain,
 * which rows come of it.
 *
 * First it is decided how far the log reaches, then that is written down (see
 * log_begin.c), and only then are rows read, from what was written.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/log_state.h"

int32_t bko__log_note(struct bko_log *log, uint32_t kind, uint32_t index, uint32_t at,
                      uint64_t size, uint64_t number)
{
	struct bko_log_damage damage;

	memset(&damage, 0, sizeof damage);
	damage.struct_size = sizeof damage;
	damage.kind = kind;
	damage.segment = index;
	damage.at = index == UINT32_MAX ? 0 : bko__log_place(log, index, at);
	damage.size = size;
	damage.number = number;
	if (log->told.damages == 0)
		log->damage = damage;
	if (log->damages != NULL && log->told.damages < BKO__LOG_DAMAGES)
		log->damages[log->told.damages] = damage;
	log->told.damages++;
	return BKO_E_CORRUPT;
}

static void ending_learn(struct bko__log_ending *end, const struct bko__log_lead *lead)
{
	if (bko__log_known(lead) > end->known)
		end->known = bko__log_known(lead);
}

/* Reads a segment to its end, and what lies behind that. */
static int32_t ending_read(struct bko_log *log, const struct bko__log_header *header,
                           struct bko__log_ending *end)
{
	uint64_t restated = header->after + header->restated;
	struct bko__log_reader reader;
	struct bko__log_lead lead;
	uint8_t *bytes;
	int32_t status;

	memset(end, 0, sizeof *end);
	end->number = header->after;
	end->known = header->after;
	bko__log_reader_open(log, &reader, header);
	end->at = reader.at;
	do {
		status = bko__log_reader_next(log, &reader, &lead, &bytes, end, restated);
		if (status == BKO_OK)
			ending_learn(end, &lead);
	} while (status == BKO_OK);
	while (status == BKO_E_NOT_FOUND) {
		status = bko__log_reader_seek(log, &reader, &lead, &bytes);
		if (status != BKO_OK)
			break;
		status = BKO_E_NOT_FOUND;
		reader.at += (uint32_t)bko__log_record_size(lead.size, log->unit_shift);
		if (lead.kind == BKO__LOG_ROWS)
			continue;
		ending_learn(end, &lead);
		if (lead.kind != BKO__LOG_BATCH || lead.number > restated)
			end->begun = 1;
		end->sealed = 0;
		end->dropped = reader.at - end->at;
	}
	return status == BKO_E_NOT_FOUND ? BKO_OK : status;
}

/* The header of kind log that comes next in the order of serials, the highest
 * first, then of segments. Notes the highest serial of all, and what only a log that
 * was begun before has. */
static int32_t newest_next(struct bko_log *log, struct bko__log_header *at)
{
	struct bko__log_header header, *best = &log->source;
	uint32_t index;
	int32_t status;

	memset(best, 0, sizeof *best);
	for (index = 1; index < log->segments; index++) {
		status = bko__log_find_header(log, index, 0, 0, &header);
		if (status == BKO_E_NOT_FOUND)
			continue;
		if (status != BKO_OK)
			return status;
		if (header.serial > log->serial)
			log->serial = header.serial;
		if (header.kind != BKO__LOG_KIND_LOG || header.prev_serial != 0 ||
		    header.after != 0 || header.restated != 0)
			log->lived = 1;
		if (header.kind == BKO__LOG_KIND_LOG && header.serial > best->serial &&
		    (header.serial < at->serial ||
		     (header.serial == at->serial && header.index > at->index)))
			*best = header;
	}
	*at = *best;
	return best->serial != 0 ? BKO_OK : BKO_E_NOT_FOUND;
}

static int32_t newest_find(struct bko_log *log, struct bko__log_header *header,
                           struct bko__log_ending *end)
{
	int32_t status;

	memset(header, 0, sizeof *header);
	header->serial = UINT64_MAX;
	do {
		status = newest_next(log, header);
		if (status == BKO_OK)
			status = ending_read(log, header, end);
	} while (status == BKO_OK && !end->begun);
	if (status == BKO_OK && log->mark > end->known)
		end->known = log->mark;
	return status;
}

/* No segment was begun: nothing was ever written, or what was is lost. */
static int32_t newest_none(struct bko_log *log)
{
	if (log->lived || log->mark > 0)
		return bko__log_note(log, BKO_LOG_DAMAGE_SEGMENT, UINT32_MAX, 0,
		                     bko__log_segment_size(log), 1);
	log->sealed = 1;
	return log->read_only || log->label_whole ? BKO_OK : bko__log_write_label(log);
}

/* A link to nowhere does not tell where the segment was. */
static int32_t chain_note(struct bko_log *log, uint32_t index, uint64_t number)
{
	return bko__log_note(log, BKO_LOG_DAMAGE_SEGMENT,
	                     index == 0 || index >= log->segments ? UINT32_MAX : index, 0,
	                     bko__log_segment_size(log), number);
}

/* For salvage: the segment of the log that comes before a lost one. */
static int32_t chain_skip(struct bko_log *log, uint64_t until, uint32_t *index, uint64_t *serial)
{
	struct bko__log_header *below = &log->plan;
	int32_t status;

	memset(below, 0, sizeof *below);
	below->serial = *serial;
	below->index = UINT32_MAX;
	status = newest_next(log, below);
	if (status == BKO_OK && below->serial < until)
		status = BKO_E_NOT_FOUND;
	*index = below->index;
	*serial = below->serial;
	return status;
}

/* Follows a chain back to its first segment (of the log: that of serial
 * `until`), and marks all of it as used. */
static int32_t chain_walk(struct bko_log *log, uint32_t kind, uint32_t index, uint64_t serial,
                          uint64_t until, uint32_t *first)
{
	struct bko__log_header header;
	uint32_t next = 0;
	int32_t status = BKO_OK;

	header.after = 0;
	while (status == BKO_OK) {
		if (index == 0 || index >= log->segments ||
		    log->table[index].state != BKO__SEGMENT_FREE)
			status = BKO_E_NOT_FOUND;
		else
			status = bko__log_find_header(log, index, kind, serial, &header);
		if (status == BKO_E_NOT_FOUND && kind == BKO__LOG_KIND_LOG &&
		    log->damages != NULL) {
			chain_note(log, index, header.after);
			status = chain_skip(log, until, &index, &serial);
			if (status == BKO_E_NOT_FOUND)
				return BKO_E_CORRUPT;
			continue;
		}
		if (status != BKO_OK)
			break;
		bko__log_set_state(log, index,
		                   kind == BKO__LOG_KIND_LOG ? BKO__SEGMENT_LOG
		                                             : BKO__SEGMENT_ROWS);
		log->table[index].next = next;
		*first = index;
		if (kind == BKO__LOG_KIND_LOG ? serial == until : header.prev_index == 0)
			return BKO_OK;
		next = index;
		index = header.prev_index;
		if (header.prev_serial >= serial)
			status = BKO_E_NOT_FOUND;
		serial = header.prev_serial;
	}
	return status == BKO_E_NOT_FOUND ? chain_note(log, index, header.after) : status;
}

static void recover_forget(struct bko_log *log)
{
	uint32_t index;

	for (index = 1; index < log->segments; index++)
		if (log->table[index].state == BKO__SEGMENT_LOG ||
		    log->table[index].state == BKO__SEGMENT_ROWS)
			bko__log_release(log, index);
}

/* The log is what this header says, up to this end. */
static int32_t recover_enter(struct bko_log *log, const struct bko__log_header *header,
                             const struct bko__log_ending *end)
{
	int32_t status, other = BKO_OK;

	log->epoch = header->epoch;
	log->current = header->index;
	log->current_serial = header->serial;
	log->current_prev = header->prev_index;
	log->current_prev_serial = header->prev_serial;
	log->current_after = header->after;
	log->first_serial = header->first_serial;
	log->at = end->at;
	log->number = end->number;
	log->durable = end->known;
	log->sealed = end->sealed;
	log->taken = header->index;
	log->checkpoint_last = header->checkpoint_index;
	log->checkpoint_serial = header->checkpoint_serial;
	log->covers = header->covers;
	log->records = header->records;
	log->told.dropped_bytes = end->dropped;
	if (end->known > end->number && log->damages == NULL)
		return bko__log_note(log, BKO_LOG_DAMAGE_BATCH, header->index, end->at,
		                     1u << log->unit_shift, end->number + 1);
	/* A checkpoint of no rows is none. */
	if (header->covers > header->after ||
	    (header->checkpoint_index == 0 && header->records > 0))
		return bko__log_note(log, BKO_LOG_DAMAGE_CONTENT, header->index, 0, BKO__LOG_HEADER,
		                     0);
	status = chain_walk(log, BKO__LOG_KIND_LOG, header->index, header->serial,
	                    header->first_serial, &log->first);
	if ((status == BKO_OK || log->damages != NULL) && header->checkpoint_index != 0)
		other = chain_walk(log, BKO__LOG_KIND_CHECKPOINT, header->checkpoint_index,
		                   header->checkpoint_serial, 0, &log->checkpoint_first);
	return status != BKO_OK ? status : other;
}

/* Finds the end of the log and, if it is not that of a log that was closed,
 * writes down what was found. Where the medium then reads something else than
 * before, it is looked at again. */
int32_t bko__log_recover(struct bko_log *log)
{
	struct bko__log_ending end;
	uint32_t tries;
	int32_t status = bko__log_load_mark(log);

	for (tries = 0; status == BKO_OK && tries < BKO__LOG_TRIES; tries++) {
		status = newest_find(log, &log->found, &end);
		if (status == BKO_E_NOT_FOUND)
			return newest_none(log);
		if (status == BKO_OK)
			status = recover_enter(log, &log->found, &end);
		if (status != BKO_OK || log->sealed || log->read_only)
			return status;
		status = bko__log_begin(log);
		if (status != BKO_E_NOT_FOUND)
			return status;
		status = BKO_OK;
		recover_forget(log);
	}
	return BKO_E_IO;
}
