/*
 * Fuzz target: whole images of a log. Whatever the bytes are, opening them ends, with
 * a log or with a status that says what is wrong; a log goes on and is the same at
 * its next open; and salvage ends, too, and tells damages that lie on the medium.
 *
 * The first byte of an input says what kind of medium it is, whether the image is
 * opened to write, and whether checksums are mended first, so that what lies behind
 * them is reached.
 *
 * SPDX-License-Identifier: MIT
 */
#include "target.h"

#include "../power/story.h"
#include "backorder/log.h"
#include "base/bytes.h"
#include "store/log_format.h"

#include <stdlib.h>
#include <string.h>

const uint32_t fuzz_executions = 100000;
const char fuzz_name[] = "images of a log";

enum { SEGMENT = 512, SEGMENTS = 7, SIZE = SEGMENT * SEGMENTS, ARENA = 1 << 17, IMAGES = 8 };

/* Bits of the first byte. */
enum { FLASH = 1, WORDS = 2, READ_ONLY = 4, MEND = 8 };

static uint8_t image[SIZE];

static void make_medium(uint32_t kind, struct bko_medium_ram *ram, struct bko_medium *medium)
{
	memset(ram, 0, sizeof *ram);
	ram->struct_size = sizeof *ram;
	ram->program_unit = kind & WORDS ? 16 : 1;
	ram->erase_unit = SEGMENT;
	ram->flash = kind & FLASH;
	ram->size = SIZE;
	ram->data = image;
	medium->struct_size = sizeof *medium;
	if (bko_medium_ram(ram, medium) != BKO_OK)
		abort();
}

static int32_t open_log(uint32_t kind, uint32_t flags, struct bko_log_damage *damage, bko_log **log)
{
	static uint64_t arena[ARENA / 8];
	static struct bko_medium_ram ram;
	struct bko_medium medium;
	struct bko_log_options options = {.struct_size = sizeof options,
	                                  .flags = flags,
	                                  .segment_size = flags & BKO_LOG_FORMAT ? SEGMENT : 0,
	                                  .arena = arena,
	                                  .arena_size = ARENA,
	                                  .damage = damage};
	memset(damage, 0, sizeof *damage);
	damage->struct_size = sizeof *damage;
	make_medium(kind, &ram, &medium);
	return bko_log_open(&options, &medium, log);
}

static uint64_t hash_of(bko_log *log)
{
	uint64_t hash;
	if (bko_log_hash(log, &hash) != BKO_OK)
		abort();
	return hash;
}

static void check_damage(const struct bko_log_damage *damage)
{
	if (damage->kind == BKO_LOG_DAMAGE_NONE || damage->kind > BKO_LOG_DAMAGE_READ ||
	    damage->size == 0 || (damage->segment != UINT32_MAX && damage->at >= SIZE))
		abort();
}

static void salvage(uint32_t kind)
{
	struct bko_log_damage damage;
	bko_log *log;
	uint32_t n = 0;
	int32_t status = open_log(kind, BKO_LOG_SALVAGE, &damage, &log);
	if (status != BKO_OK) {
		if (status != BKO_E_CORRUPT && status != BKO_E_FORMAT &&
		    status != BKO_E_NO_MEMORY && status != BKO_E_FULL &&
		    status != BKO_E_UNSUPPORTED)
			abort();
		return;
	}
	hash_of(log);
	while (bko_log_damage(log, n, &damage) == BKO_OK) {
		check_damage(&damage);
		n++;
	}
	bko_log_close(log);
}

/* A log that opened: goes on, and is the same at the next open. One in which no
 * segment was found is taken for a new one, which bytes that are left of another
 * may spoil. */
static void go_on(uint32_t kind, bko_log *log)
{
	struct bko_log_stats stats = {.struct_size = sizeof stats};
	struct bko_store store = {.struct_size = sizeof store};
	struct bko_log_damage damage;
	int32_t status;
	uint64_t hash;
	if (bko_log_store(log, &store) != BKO_OK || bko_log_stats(log, &stats) != BKO_OK)
		abort();
	answer_apply(&store, story_other(), NULL);
	for (uint32_t i = 0; i < 3; i++)
		bko_log_step(log, 0, 2, NULL);
	hash = hash_of(log);
	if (bko_log_close(log) != BKO_OK)
		return; /* a medium of flash that was not erased where it should be */
	status = open_log(kind, 0, &damage, &log);
	if (status != BKO_OK ? stats.epoch != 0 : hash_of(log) != hash)
		abort();
	bko_log_close(log);
}

/* ---- Checksums mended ---------------------------------------------------------------------- */

static void mend_records(uint32_t index, const struct bko__log_header *header, uint32_t shift)
{
	uint8_t *segment = image + (size_t)index * SEGMENT;
	uint64_t seed = bko__log_seed(header->serial, index, header->epoch);
	uint32_t at = (uint32_t)bko__log_round(BKO__LOG_HEADER, shift);
	while (at + BKO__LOG_LEAD + BKO__LOG_SUM <= SEGMENT) {
		struct bko__log_lead lead;
		size_t size;
		bko__log_get_lead(segment + at, &lead);
		size = bko__log_record_size(lead.size, shift);
		if (lead.kind < BKO__LOG_BATCH || lead.kind > BKO__LOG_ROWS || size > SEGMENT - at)
			return;
		bko__put_le(segment + at + bko__log_sum_at(lead.size, shift),
		            bko__log_sum(seed, segment + at, BKO__LOG_LEAD + lead.size),
		            BKO__LOG_SUM);
		at += (uint32_t)size;
	}
}

static void mend(uint32_t kind)
{
	uint32_t shift = kind & WORDS ? 4 : 3;
	uint32_t copy = SEGMENT - (uint32_t)bko__log_round(BKO__LOG_HEADER, shift);
	for (uint32_t i = 0; i < 2; i++) {
		uint8_t *label = image + i * SEGMENT / 2;
		bko__put_le(label + 24, bko__log_sum(0, label, 24), 8);
	}
	for (uint32_t index = 1; index < SEGMENTS; index++)
		for (uint32_t i = 0; i < 2; i++) {
			uint8_t *bytes = image + (size_t)index * SEGMENT + (i ? copy : 0);
			struct bko__log_header header;
			bko__put_le(bytes + 88, bko__log_sum(index, bytes, 88), 8);
			if (bko__log_get_header(bytes, index, &header))
				mend_records(index, &header, shift);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bko_log_damage damage;
	bko_log *log;
	int32_t status;
	uint32_t kind;
	if (!size)
		return 0;
	kind = data[0];
	size--;
	memset(image, kind & FLASH ? 0xff : 0, SIZE);
	memcpy(image, data + 1, size < SIZE ? size : SIZE);
	if (kind & MEND)
		mend(kind);
	status = open_log(kind, kind & READ_ONLY ? BKO_LOG_READ_ONLY : 0, &damage, &log);
	if (status == BKO_OK && kind & READ_ONLY) {
		hash_of(log);
		bko_log_close(log);
	} else if (status == BKO_OK) {
		go_on(kind, log);
	} else if (status == BKO_E_CORRUPT) {
		check_damage(&damage);
	} else if (status != BKO_E_FORMAT && status != BKO_E_NO_MEMORY && status != BKO_E_FULL &&
	           status != BKO_E_UNSUPPORTED && status != BKO_E_IO) {
		abort();
	}
	salvage(kind);
	return 0;
}

/* ---- First inputs ---------------------------------------------------------------------------- */

static uint8_t made[IMAGES][SIZE];

/* Logs of some batches, short and compacted, closed and not. */
static void make(uint32_t n)
{
	static struct story story;
	const struct story_kind kind = {4 + n * 2, 10, 2, 12, 30};
	struct bko_store store = {.struct_size = sizeof store};
	struct bko_log_damage damage;
	bko_log *log;
	memset(image, n & FLASH ? 0xff : 0, SIZE);
	if (story_open(&story) || open_log(n & 3, BKO_LOG_FORMAT, &damage, &log) != BKO_OK ||
	    bko_log_store(log, &store) != BKO_OK)
		abort();
	story_random(&story, &kind, n + 1);
	for (uint32_t i = 0; i < story.count; i++) {
		struct bko_batch batch = story_batch(&story, i);
		if (answer_apply(&store, &batch, NULL) == BKO_REPLY_FULL)
			break;
		if (i % 5 == 4)
			bko_log_compact(log);
		bko_log_step(log, 0, 1, NULL);
	}
	if (n & 4) /* ends without a word */
		memcpy(made[n], image, SIZE);
	bko_log_close(log);
	if (!(n & 4))
		memcpy(made[n], image, SIZE);
	story_close(&story);
}

uint32_t fuzz_corpus(uint32_t n, uint8_t *bytes, uint32_t room)
{
	static uint32_t ready;
	uint32_t of = n % IMAGES;
	if (n >= 4 * IMAGES || room < SIZE + 1)
		return 0;
	for (; ready <= of && ready < IMAGES; ready++)
		make(ready);
	bytes[0] = (uint8_t)((of & 3) | n / IMAGES * READ_ONLY);
	memcpy(bytes + 1, made[of], SIZE);
	return SIZE + 1;
}
