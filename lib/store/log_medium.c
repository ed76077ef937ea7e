/*
 * store/log_medium.c - calls of the medium: counted, and not believed.
 *
 * What is programmed or erased on a flash is read back, since units go bad
 * without a word. A file is believed: reading back would only show the cache of
 * the system, and what counts is the sync.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/log_state.h"

enum { MEDIUM_PIECE = 64 };

/* Of what a callback answers only what its contract knows is told apart: the store
 * means other things by other codes. */
static int32_t medium_status(int32_t status, int32_t known)
{
	return status == BKO_OK || status == known ? status : BKO_E_IO;
}

static int medium_power_of_2(uint32_t value)
{
	return value != 0 && (value & (value - 1)) == 0;
}

int32_t bko__log_check_medium(const struct bko_medium *medium)
{
	int32_t status = bko__memory_sized(medium, sizeof *medium);
	int overwrites = (medium->flags & BKO_MEDIUM_OVERWRITES) != 0;

	if (status != BKO_OK)
		return status;
	if (medium->reserved != 0)
		return BKO_E_STRUCT_NEWER;
	if ((medium->flags & ~(uint32_t)BKO_MEDIUM_OVERWRITES) != 0 ||
	    !medium_power_of_2(medium->program_unit) || medium->program_unit > 4096 ||
	    !medium_power_of_2(medium->erase_unit) || medium->erase_unit < 256 ||
	    medium->erase_unit > (uint32_t)1 << BKO__LOG_SEGMENT_MAX ||
	    medium->erase_unit / 4 < medium->program_unit)
		return BKO_E_ARGUMENT;
	if (!overwrites && medium->erased != 0xff && medium->erased != 0)
		return BKO_E_ARGUMENT;
	if (medium->read == NULL || medium->program == NULL || medium->size == NULL ||
	    (!overwrites && medium->erase == NULL))
		return BKO_E_ARGUMENT;
	return BKO_OK;
}

static int medium_overwrites(const struct bko_log *log)
{
	return (log->medium.flags & BKO_MEDIUM_OVERWRITES) != 0;
}

int32_t bko__log_read(struct bko_log *log, uint32_t index, uint32_t at, void *data, uint32_t size)
{
	log->told.reads++;
	return medium_status(
		log->medium.read(log->medium.host, bko__log_place(log, index, at), data, size),
		BKO_E_CORRUPT);
}

/* Whether the medium holds these bytes (NULL: erased ones). */
static int32_t medium_verify(struct bko_log *log, uint32_t index, uint32_t at, const uint8_t *data,
                             uint32_t size)
{
	uint8_t piece[MEDIUM_PIECE];
	uint32_t done, part, i;
	int32_t status;

	for (done = 0; done < size; done += part) {
		part = size - done < MEDIUM_PIECE ? size - done : MEDIUM_PIECE;
		status = bko__log_read(log, index, at + done, piece, part);
		if (status != BKO_OK)
			return status;
		for (i = 0; i < part; i++)
			if (piece[i] != (data != NULL ? data[done + i] : log->medium.erased))
				return BKO_E_IO;
	}
	return BKO_OK;
}

int32_t bko__log_program(struct bko_log *log, uint32_t index, uint32_t at, const void *data,
                         uint32_t size)
{
	int32_t status;

	log->told.programs++;
	log->told.program_bytes += size;
	status = medium_status(
		log->medium.program(log->medium.host, bko__log_place(log, index, at), data, size),
		BKO_E_IO);
	return status == BKO_OK && !medium_overwrites(log)
	               ? medium_verify(log, index, at, data, size)
	               : status;
}

int32_t bko__log_erase(struct bko_log *log, uint32_t index)
{
	uint32_t at;
	int32_t status;

	if (medium_overwrites(log))
		return BKO_OK;
	for (at = 0; at < bko__log_segment_size(log); at += log->medium.erase_unit) {
		log->told.erases++;
		status = medium_status(
			log->medium.erase(log->medium.host, bko__log_place(log, index, at)),
			BKO_E_IO);
		if (status != BKO_OK)
			return status;
	}
	status = medium_verify(log, index, 0, NULL, bko__log_segment_size(log));
	/* What is programmed there must not come to lie over what was. */
	return status == BKO_OK && log->medium.sync != NULL ? bko__log_sync(log) : status;
}

int32_t bko__log_sync(struct bko_log *log)
{
	int32_t status = BKO_OK;

	if (log->failed)
		return BKO_E_IO;
	if (log->medium.sync != NULL) {
		log->told.syncs++;
		status = medium_status(log->medium.sync(log->medium.host), BKO_E_IO);
	}
	if (status != BKO_OK) {
		log->failed = 1;
		return status;
	}
	log->durable = log->number;
	log->aging = 0;
	return BKO_OK;
}

int32_t bko__log_medium_size(struct bko_log *log, uint64_t want, uint64_t *size)
{
	*size = 0;
	return medium_status(log->medium.size(log->medium.host, want, size), BKO_E_FULL);
}
