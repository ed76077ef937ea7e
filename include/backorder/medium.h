/*
 * backorder/medium.h - where the log store (log.h) keeps its bytes: the
 * contract of a medium, and the media that are built in.
 *
 * A medium is a row of bytes from 0 on, read anywhere, programmed in whole
 * units of `program_unit` bytes, and erased in whole units of `erase_unit`
 * bytes. A file, a part of a flash chip, an EEPROM or battery-backed RAM is
 * one in a page of code.
 *
 * CONTRACT
 *
 * 1. Callbacks return BKO_OK or a negative code, of which the store knows those
 *    named below and takes all others for BKO_E_IO; what they do not return was
 *    not done. A medium retries nothing itself and hides no failure.
 * 2. program: `at` and `size` are multiples of program_unit. Unless the medium
 *    overwrites (BKO_MEDIUM_OVERWRITES), the store programs a unit at most
 *    once after each erase of it, and erased bytes read as `erased`. A
 *    program that fails or is cut short by a loss of power leaves the bytes
 *    of its range undefined, each for itself, and others as they were.
 * 3. erase: one erase unit. One that fails or is cut short leaves the bytes of
 *    the unit undefined, and they may read differently each time until the
 *    next erase that succeeds. Never called on a medium that overwrites.
 * 4. sync: what was programmed, erased and grown before it survives any loss
 *    of power after it. Before that it may be lost, in any part and any
 *    order. A medium whose program is durable by itself has none (NULL).
 *    After a sync that failed the log store asks for no other: it acknowledges
 *    nothing until it is opened anew.
 * 5. read: BKO_E_IO when the bytes can not be had now, which fails whatever the
 *    log store is doing; BKO_E_CORRUPT when the medium itself knows that they
 *    are damaged (a failed ECC), which then count as damaged or never written,
 *    like any other bytes. Bytes never programmed read as anything.
 * 6. size: says how many bytes there are, in whole erase units (on a medium that
 *    overwrites it may be more, and what is beyond counts too); with `want`
 *    above that a medium that can grow makes room for at least so many, and
 *    one that can not answers BKO_E_FULL with *size as it is. `want` 0 only
 *    asks. Growing is durable after the next sync; before that a loss of power
 *    may undo it, but what it added reads as zeros or erased bytes until it is
 *    programmed.
 *
 * Callbacks run on the thread of the engine's caller, one at a time, and must
 * not call the log store or its engine.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BACKORDER_MEDIUM_H
#define BACKORDER_MEDIUM_H

#ifndef BKO_FFI_CDEF
#include "backorder/types.h"
#ifdef __cplusplus
extern "C" {
#endif
#endif

/* Bits of bko_medium.flags. */
enum {
	BKO_MEDIUM_OVERWRITES = 1 /* bytes are programmed anew without an erase (files, RAM) */
};

/* The table of a medium. Copied when a log opens on it; `host` is handed to
 * every callback and stays the host's. */
struct bko_medium {
	uint32_t struct_size;
	uint32_t flags;        /* BKO_MEDIUM_ bits */
	uint32_t program_unit; /* bytes, a power of two, 1 to 4096 */
	uint32_t erase_unit;   /* bytes, a power of two, at least 256 and at least 4 program
	                        * units; on a medium that overwrites: the grain in which
	                        * space is used and freed */
	uint32_t erased;       /* value of an erased byte: 0xff or 0; not for one that overwrites */
	uint32_t reserved;     /* 0 */
	void *host;
	int32_t (*read)(void *host, uint64_t at, void *data, uint32_t size);
	int32_t (*program)(void *host, uint64_t at, const void *data, uint32_t size);
	int32_t (*erase)(void *host, uint64_t at); /* NULL only if it overwrites */
	int32_t (*sync)(void *host);               /* NULL: each program is durable */
	int32_t (*size)(void *host, uint64_t want, uint64_t *size);
};

/*
 * RAM: bytes of the caller, for tests and for memory with a battery. With
 * `flash` it wants erases as one, and answers BKO_E_CONTRACT to a program that
 * a flash could not do.
 */
struct bko_medium_ram {
	uint32_t struct_size;
	uint32_t program_unit; /* as in bko_medium; 0: 1 */
	uint32_t erase_unit;   /* 0: 4096 */
	uint32_t flash;        /* 0: overwrites; 1: erased bytes are 0xff; 2: they are 0 */
	uint64_t size;         /* bytes; what is beyond whole erase units is not used */
	void *data;
	const void *reserved;
};

/* Fills the table of a medium on these bytes. `ram` is its host and stays
 * where it is as long as the medium is used.
 * Returns: BKO_E_ARGUMENT. Since: 0.1. */
BKO_API int32_t bko_medium_ram(struct bko_medium_ram *ram, struct bko_medium *medium);

/*
 * A file, locked while it is open, so that a second opener gets BKO_E_BUSY, in
 * this process or another. Space is written as zeros before it is used, since
 * overwriting it then is cheaper than appending. POSIX and Windows.
 */
typedef struct bko_medium_file bko_medium_file;

/* Flags of opening a file. */
enum {
	BKO_MEDIUM_FILE_CREATE = 1,    /* if it is not there */
	BKO_MEDIUM_FILE_READ_ONLY = 2, /* not locked against other readers; programs fail */
	BKO_MEDIUM_FILE_NO_SYNC = 4    /* syncs do nothing: for tests and files that may be lost */
};

struct bko_medium_file_options {
	uint32_t struct_size;
	uint32_t flags;      /* BKO_MEDIUM_FILE_ */
	uint32_t erase_unit; /* grain in which it grows; 0: 65536; at least 512. A log that is
	                      * there is read whole, whatever it was made with */
	uint32_t reserved;
	bko_alloc_fn alloc; /* NULL: realloc and free of libc */
	void *alloc_host;
};

/* Opens a file by its name: bytes that end with 0, on Windows UTF-8. `options`
 * may be NULL. A new file is durable, its name too, before this returns.
 * Returns: BKO_E_NOT_FOUND; BKO_E_BUSY: open elsewhere; BKO_E_READ_ONLY: no
 * permission, or a file system that is not written; BKO_E_FULL: no room to make
 * it; BKO_E_IO: the system says no; BKO_E_FORMAT: not a file of bytes (a
 * directory, a pipe, a device), or one too short to be a medium, and not empty;
 * BKO_E_ARGUMENT; BKO_E_NO_MEMORY; BKO_E_UNSUPPORTED: there are no files on
 * this platform. Since: 0.1. */
BKO_API int32_t bko_medium_file_open(const char *name,
                                     const struct bko_medium_file_options *options,
                                     bko_medium_file **file);

/* Fills the table of the medium, valid until the file is closed. Since: 0.1. */
BKO_API int32_t bko_medium_file_table(bko_medium_file *file, struct bko_medium *medium);

/* The system's own code of its last failure (errno, GetLastError), 0 if there
 * was none. Since: 0.1. */
BKO_API int64_t bko_medium_file_native(const bko_medium_file *file);

/* Closes and unlocks. Logs on it must be closed before. NULL is nothing.
 * Since: 0.1. */
BKO_API void bko_medium_file_close(bko_medium_file *file);

#if !defined(BKO_FFI_CDEF) && defined(__cplusplus)
}
#endif
#endif
