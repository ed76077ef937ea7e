/*
 * tests/store/log_stage.h - a log on an image in memory, and a memory store
 * beside it that says what the log should hold.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_STORE_LOG_STAGE_H
#define TESTS_STORE_LOG_STAGE_H

#include "backorder/log.h"
#include "reply.h"
#include "shadow.h"

enum { STAGE_ENTRIES = 20, STAGE_IMAGE = 1 << 20 };

/* Shapes of media. */
struct stage_shape {
	const char *name;
	uint32_t program_unit, erase_unit, flash;
	uint32_t segment_size;
	uint64_t size;
};
extern const struct stage_shape stage_shapes[];
extern const size_t stage_shape_count;

/* How a unit of a flash is bad. */
enum {
	STAGE_GOOD,
	STAGE_PROGRAM_FAILS,
	STAGE_ERASE_FAILS,
	STAGE_READ_FAILS,     /* as damaged */
	STAGE_PROGRAM_SILENT, /* nothing happens */
	STAGE_ERASE_SILENT,
	STAGE_BADS
};
enum { STAGE_UNITS = 256 };

/* What the medium does wrong: from the call that is counted down to 0 on, once
 * or ever; 0 for never. */
struct stage_faults {
	uint32_t program_in, sync_in, erase_in, read_in, size_in;
	uint32_t forever;
	int32_t status;
	uint32_t partly; /* of a program that fails, so many bytes are programmed */
	uint8_t bad[STAGE_UNITS];
};

struct stage {
	struct bko_medium_ram ram;
	struct bko_medium inner;  /* that of `ram` */
	struct bko_medium medium; /* as the log sees it: with faults, and a sync */
	struct stage_faults faults;
	uint64_t limit; /* up to which the medium grows */
	uint32_t syncs, programs, erases;
	struct bko_log_options options;
	bko_log *log;
	struct bko_store store;
	bko_memory *twin; /* every batch that was done, too */
	struct shadow_keys keys;
	uint64_t random;
	uint32_t largest; /* value */
	uint32_t rows;    /* from here on mostly deletes */
	struct bko_reply reply;
	struct shadow_row source[STAGE_ENTRIES];
	struct bko_entry entries[STAGE_ENTRIES];
	size_t count;
	unsigned char image[STAGE_IMAGE];
};

/* An empty image of a shape, with options to make a log on it. */
void stage_set(struct stage *stage, const struct stage_shape *shape, uint64_t seed);
void stage_clear(struct stage *stage);

/* Opens; the status. */
int32_t stage_open(struct stage *stage);

/* Frees the log as if the process had ended: nothing more is written. */
void stage_crash(struct stage *stage);

/* A random batch without guards, in `entries`. */
void stage_choose(struct stage *stage);

/* Applies it to the log, and to the twin if it was done. The reply's status. */
int32_t stage_apply(struct stage *stage);

/* One put or delete of short strings. */
int32_t stage_put(struct stage *stage, const char *key, const char *value);

/* Whether log and twin hold the same rows. */
int stage_same(struct stage *stage);

struct bko_log_stats stage_stats(struct stage *stage);

#endif
