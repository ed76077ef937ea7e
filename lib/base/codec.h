/*
 * codec.h - one table-driven codec for all records. A table lists runs of
 * members of one kind; encoding and decoding walk it. Decoding is total: a value
 * out of its range, or bytes that end early, make the record unreadable, never
 * the program wrong.
 */
#ifndef BKO_BASE_CODEC_H
#define BKO_BASE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* How a member is stored. F: fixed width, so that a record keeps its length at
 * every write; V: variable, short for small values. */
enum bko__kind {
	BKO__F_QUANTITY, /* int64_t, 7 bytes */
	BKO__F_TIME,     /* int64_t 0 .. 2^48-1, 6 bytes */
	BKO__F_COUNT,    /* uint64_t below 2^48, 6 bytes */
	BKO__F_U32,      /* uint32_t, 4 bytes */
	BKO__F_U16,      /* uint32_t below 2^16, 2 bytes */
	BKO__F_U8,       /* uint32_t below 2^8, 1 byte */
	BKO__F_HASH,     /* uint8_t[16] */
	BKO__V_QUANTITY, /* int64_t */
	BKO__V_TIME,     /* int64_t 0 .. 2^48-1 */
	BKO__V_COUNT,    /* uint64_t */
	BKO__V_U32,      /* uint32_t */
	BKO__V_ID        /* struct bko_span into the record's bytes, 0 to 64 bytes */
};

struct bko__field {
	uint16_t kind, offset, count;
};

struct bko__table {
	const struct bko__field *fields;
	uint32_t count;
};

void bko__encode(const struct bko__table *table, const void *record, struct bko__writer *w);
void bko__decode(const struct bko__table *table, void *record, struct bko__reader *r);

#endif
