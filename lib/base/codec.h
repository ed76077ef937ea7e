/*
 * codec.h - one table-driven codec for all records. A table lists runs of members
 * of one kind; encoding and decoding walk it. Decoding is total: a value out of its
 * range, or bytes that end early, make the record unreadable, never the program
 * wrong.
 *
 * Members of fixed kinds come first, each at its place. Before the others stands a
 * mask, a number with one bit for each of them in the order of the table: only those
 * that are not 0 are there. So a record takes what it says, and a
 * later release adds members at the end of a table without changing a byte of older
 * records; one that has a member this release does not know is unreadable to it.
 */
#ifndef BKO_BASE_CODEC_H
#define BKO_BASE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* How a member is stored, one letter each in the tables. Fixed kinds keep their width,
 * so that a record keeps its length at every write; the others are there if they are
 * not 0, and short if they are small. */
enum bko__kind {
	BKO__F_QUANTITY = 'Q', /* int64_t, 7 bytes */
	BKO__F_TIME = 'T',     /* int64_t 0 .. 2^48-1, 6 bytes */
	BKO__F_COUNT = 'C',    /* uint64_t below 2^48, 6 bytes */
	BKO__F_U32 = '4',      /* uint32_t, 4 bytes */
	BKO__F_U16 = '2',      /* uint32_t below 2^16, 2 bytes */
	BKO__F_U8 = '1',       /* uint32_t below 2^8, 1 byte */
	BKO__V_QUANTITY = 'q', /* int64_t */
	BKO__V_SIGNED = 's',   /* int64_t of any size: a difference; the caller checks its sum */
	BKO__V_COUNT = 'c',    /* uint64_t */
	BKO__V_TIME = 't',     /* int64_t 0 .. 2^48-1, 6 bytes: times are never small */
	BKO__V_WORD = 'w',     /* 8 bytes as they are */
	BKO__V_U32 = 'u',      /* uint32_t */
	BKO__V_ID = 'i'        /* struct bko_span into the record's bytes, 0 to 64 bytes */
};

/* Members of one width that stand side by side, and the kind of each; in a fixed group
 * all are of the first kind. There are at most 31 members of other groups in a table. */
enum bko__width { BKO__FIXED, BKO__WIDE, BKO__NARROW, BKO__IDS };
struct bko__group {
	const char *kinds;
	uint16_t width, offset, count;
};
#define BKO__GROUP(width, record, member, kinds)                                \
	{                                                                       \
		kinds, width, offsetof(struct record, member), sizeof kinds - 1 \
	}
#define BKO__ALIKE(kind, record, member, count)                          \
	{                                                                \
		kind, BKO__FIXED, offsetof(struct record, member), count \
	}

struct bko__table {
	const struct bko__group *groups;
	uint32_t count;
};
#define BKO__TABLE(groups)                                 \
	{                                                  \
		groups, sizeof(groups) / sizeof(groups)[0] \
	}

void bko__encode(const struct bko__table *table, const void *record, struct bko__writer *w);

/* Members of kinds V that are 0 are left as they are: the caller clears them. */
void bko__decode(const struct bko__table *table, void *record, struct bko__reader *r);

#endif
