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
 * 1. Callbacks return BKO_OK or a negative code; what they do not return was
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
 * 5. read: BKO_E_IO when the bytes can not be had, BKO_E_CORRUPT when the
 *    medium itself knows that they are damaged (a failed ECC). Bytes beyond
 *    what was ever programmed read as anything.
 * 6. size: says how many bytes there are, in whole erase units; with `want`
 *    above that a medium that can grow makes room for at least so many, and
 *    one that can not answers BKO_E_FULL with *size as it is. `want` 0 only
 *    asks. Growing is durable after the next sync.
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

#if !defined(BKO_FFI_CDEF) && defined(__cplusplus)
}
#endif
#endif
