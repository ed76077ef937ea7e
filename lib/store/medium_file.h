/*
 * store/medium_file.h - a medium in a file: what all systems share, and what
 * each of them does.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BKO_STORE_MEDIUM_FILE_H
#define BKO_STORE_MEDIUM_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "backorder/medium.h"

#if defined(_WIN32)
#define BKO__MEDIUM_FILE_WINDOWS
#elif defined(__unix__) || defined(__APPLE__)
#define BKO__MEDIUM_FILE_POSIX
#endif

enum {
	BKO__FILE_MAGIC = 0x626b6f66,
	BKO__FILE_GRAIN = 65536,
	BKO__FILE_GRAIN_MIN = 512,
	BKO__FILE_PIECE = 4096
};

struct bko_medium_file {
	uint32_t magic;
	uint32_t flags;
	uint32_t grain;
	uint32_t open;   /* `handle` is one */
	intptr_t handle; /* of the system */
	int64_t native;  /* of the last failure */
	uint64_t size;   /* of what is written, in whole least grains */
	bko_alloc_fn alloc;
	void *alloc_host;
	uint32_t part, reserved;        /* bytes of a piece */
	uint8_t piece[BKO__FILE_PIECE]; /* zeros, what is looked at, a name; aligned for that */
};

/* Each system has these. They return BKO_OK or a status, with the system's own
 * code in `native`. */

/* Opens and locks; a new name is made durable. Spoils the name. */
int32_t bko__file_open(struct bko_medium_file *file, char *name);
void bko__file_close(struct bko_medium_file *file);
int32_t bko__file_read(struct bko_medium_file *file, uint64_t at, void *data, uint32_t size);
int32_t bko__file_write(struct bko_medium_file *file, uint64_t at, const void *data, uint32_t size);
int32_t bko__file_sync(struct bko_medium_file *file);
int32_t bko__file_length(struct bko_medium_file *file, uint64_t *length);

#endif
