/*
 * backorder/types.h - what every other header of libbackorder stands on:
 * version, export macro, byte spans, status codes.
 *
 * GLOBAL RULES. They hold for every declaration of include/backorder and are
 * not repeated there.
 *
 * - Names not declared in include/backorder are not part of the library.
 * - Status. Functions return int32_t: BKO_OK or one of the negative codes
 *   below. A code, once published, keeps its number and its meaning; new codes
 *   may come, so treat an unknown one as a failure of the class that
 *   bko_status_class() tells. An error leaves the stored state untouched.
 *   Business outcomes (granted, backordered, refused ...) are data in a result
 *   struct beside BKO_OK, never an error.
 * - Transparent structs begin with `uint32_t struct_size`, which the caller
 *   sets to sizeof of the struct it was compiled with. They grow only at the
 *   end. A size below that of the first release is BKO_E_STRUCT_SIZE; a member
 *   this library does not know must be zero, else BKO_E_STRUCT_NEWER. Zero in
 *   any member means its default. Result structs are filled up to struct_size.
 *   Reserved members must be zero.
 * - Arrays of transparent structs carry the element size (`stride`) beside
 *   their count; the struct_size of each element is then ignored.
 * - Ids (items, locations, orders, operations ...) are byte strings of 1 to
 *   BKO_ID_MAX bytes, never interpreted, compared byte by byte. An empty
 *   location id is the default location of a one-location shop.
 * - Quantities are int64_t counts of the item's smallest unit, within
 *   plus or minus BKO_QUANTITY_MAX; outside it BKO_E_RANGE, never a wrap.
 * - Times are int64_t milliseconds since 1970-01-01 UTC, within 0 and
 *   2^BKO_TIME_BITS - 2, and always arguments: the library reads no clock.
 * - Spans given to a call are lent until it returns. A span that a call gives
 *   out says in its documentation until when it stays.
 * - NULL for a required pointer or handle is BKO_E_MISUSE. Closing NULL is
 *   nothing.
 * - Threads: an object is used by one thread at a time. Objects share nothing
 *   but what their host shares between them (a store, an allocator).
 *
 * `cc -E -P -DBKO_FFI_CDEF` over a header gives the declarations that foreign
 * function interfaces load.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BACKORDER_TYPES_H
#define BACKORDER_TYPES_H

#ifdef BKO_FFI_CDEF
#define BKO_API
#else
#include <stddef.h>
#include <stdint.h>
#if defined(_WIN32) && defined(BKO_SHARED_BUILD)
#define BKO_API __declspec(dllexport)
#elif defined(_WIN32) && defined(BKO_SHARED)
#define BKO_API __declspec(dllimport)
#elif defined(__GNUC__) && defined(BKO_SHARED_BUILD)
#define BKO_API __attribute__((visibility("default")))
#else
#define BKO_API
#endif
#ifdef __cplusplus
extern "C" {
#endif
#endif

/* Version of this header. The ABI number changes only when a program built
 * against an older header could break; from 1.0 on it never does. */
enum { BKO_VERSION_MAJOR = 0, BKO_VERSION_MINOR = 1, BKO_VERSION_PATCH = 0, BKO_ABI = 0 };

/* Limits that hold everywhere. */
enum {
	BKO_ID_MAX = 64,           /* bytes of an id */
	BKO_QUANTITY_BITS = 53,    /* a quantity is within +-(2^53 - 1) */
	BKO_TIME_BITS = 48,        /* a time is within 0 .. 2^48 - 2 (year 10889) */
	BKO_STRUCT_SIZE_MAX = 4096 /* largest accepted struct_size */
};

/* Bytes with a size, lent: see "Spans" above. size 0 means none, and data is
 * then not looked at. */
struct bko_span {
	const void *data;
	size_t size;
};

/* The allocator hook: block == NULL allocates, size == 0 frees (and returns
 * NULL), else resizes; old_size is what was asked for before. Memory is aligned
 * for any type. Returns NULL when there is no room: the block stays as it was. */
typedef void *(*bko_alloc_fn)(void *alloc_host, void *block, size_t old_size, size_t size);

/* Status codes. Blocks of 100: 1xx the caller, 2xx room, 3xx the store,
 * 4xx contention, 5xx what is recorded. BKO_WANT is no error: a call of the
 * pull drive waits for its host (see bko_engine_wanted). */
enum {
	BKO_OK = 0,
	BKO_WANT = -1, /* the host must answer what bko_engine_wanted tells, then repeat */

	BKO_E_MISUSE = -101,   /* NULL, closed or foreign handle, call in the wrong state */
	BKO_E_ARGUMENT = -102, /* a value that no rule admits; bko_engine_error's text names it */
	BKO_E_STRUCT_SIZE = -103,  /* struct_size or stride is none that this library knows */
	BKO_E_STRUCT_NEWER = -104, /* a member that this library does not know is not zero */
	BKO_E_RANGE = -105,       /* a quantity or time outside its range, or a sum that would be */
	BKO_E_UNSUPPORTED = -106, /* a capability that this build, store or release does not have */
	BKO_E_REENTRY = -107,     /* called from inside a callback of the same object */

	BKO_E_NO_MEMORY = -201, /* the allocator or the arena has no room */
	BKO_E_TOO_LARGE =
		-202,      /* more lines, rows or bytes than a named limit or the store admits */
	BKO_E_FULL = -203, /* the store has no room left */
	BKO_E_BATCH_FULL =
		-204,        /* the call does not fit into the open batch; the batch is as it was */
	BKO_E_BUSY = -205,   /* open children forbid this (arena mode) */
	BKO_E_BUFFER = -206, /* the caller's buffer is too small */

	BKO_E_IO = -301,        /* the store reported an I/O error; nothing was applied */
	BKO_E_READ_ONLY = -302, /* the store takes no changes */
	BKO_E_CORRUPT = -303,   /* a record or file is damaged */
	BKO_E_FORMAT = -304,    /* written by a newer release, or not ours */
	BKO_E_CONTRACT = -305,  /* the store broke its contract */

	BKO_E_CONTENDED = -401, /* retries used up; certainly nothing was applied */
	BKO_E_UNCERTAIN = -402, /* outcome unknown; repeat the call with the same operation id */
	BKO_E_CONFLICT = -403,  /* the open batch lost a race; nothing of it was applied */
	BKO_E_CHANGED = -404,   /* what a consistent cursor stands on has changed */

	BKO_E_NOT_FOUND = -501,    /* no such item, position, order, line, supply ... */
	BKO_E_MISMATCH = -502,     /* this id was used before for another request */
	BKO_E_STATE = -503,        /* not possible in the present status (transition table) */
	BKO_E_STALE = -504,        /* counted against an older physical revision */
	BKO_E_INSUFFICIENT = -505, /* more than there is was named, without `up_to` */
	BKO_E_EXPIRED = -506,      /* the hold has run out */
	BKO_E_VOID = -507,         /* the operation was resolved as void and never happens */
	BKO_E_EXISTS = -508        /* already there, and not the same */
};

/* What a status means for a caller, as bits. */
enum {
	BKO_CLASS_RETRYABLE = 1, /* the same call may succeed later, unchanged */
	BKO_CLASS_UNCERTAIN = 2, /* it may have happened: repeat it with the same id */
	BKO_CLASS_MISUSE = 4,    /* a fault in the calling program */
	BKO_CLASS_DAMAGE = 8     /* the store needs attention */
};

/* Version of the library that runs, as major << 16 | minor << 8 | patch.
 * Since: 0.1. */
BKO_API uint32_t bko_version(void);

/* BKO_ABI of the library that runs. Since: 0.1. */
BKO_API uint32_t bko_abi_version(void);

/* Name ("BKO_E_RANGE") and one-line text of a status code, NUL-terminated,
 * valid for ever; for a code not known here a fixed text saying so.
 * Threads: any. Since: 0.1. */
BKO_API const char *bko_status_name(int32_t status);
BKO_API const char *bko_status_text(int32_t status);

/* Bits of BKO_CLASS_ for a status; 0 for BKO_OK, BKO_WANT and refusals that
 * are neither. Threads: any. Since: 0.1. */
BKO_API uint32_t bko_status_class(int32_t status);

#if !defined(BKO_FFI_CDEF) && defined(__cplusplus)
}
#endif
#endif
