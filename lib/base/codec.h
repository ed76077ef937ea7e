/*
 * codec.h - one codec for all records. A record's members are told once, by a function
 * that names runs of them in the order of their bytes:
 *
 *     static BKO__STRAIGHT void unit_members(struct bko__coder *c)
 *     {
 *             bko__members(c, BKO__QUANTITY, BKO__AT(bko__unit, quantity), 1);
 *             bko__members(c, BKO__U32, BKO__AT(bko__unit, line), 2);
 *     }
 *     BKO__RECORD(unit, struct bko__unit, 1)
 *
 * The last makes unit_encode and unit_decode of it. Each is one straight line of code
 * where the compiler optimizes for speed, as it knows every place, kind and bit; where
 * it does for size, both share that function and the ones below.
 *
 * Before the members stands a mask, a number with one bit for each of them in their
 * order: only those that are not 0 are there. So a record takes what it says, and a
 * later release adds members at the end of a record without changing a byte of older
 * ones; one that has a member this release does not know is unreadable to it. A record
 * that keeps its length at every write is of fixed kinds, without a mask.
 *
 * Decoding is total: a value out of its range, or bytes that end early, make the record
 * unreadable, never the program wrong. Encoding asks once for the room of the longest
 * that the record can be, its ids as they are; with less, the writer is full.
 */
#ifndef BKO_BASE_CODEC_H
#define BKO_BASE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "backorder/types.h"
#include "base/bytes.h"
#include "base/number.h"

enum bko__kind {
	/* short if they are small */
	BKO__U32,      /* uint32_t */
	BKO__COUNT,    /* uint64_t */
	BKO__QUANTITY, /* int64_t within the range of quantities */
	BKO__TIME,     /* int64_t 0 .. 2^48-1, 6 bytes: times are never small */
	BKO__WORD,     /* 8 bytes as they are */
	BKO__ID,       /* struct bko_span into the record's bytes, 0 to 64 bytes */
	/* told by what the reader knows: encoding is given them apart from the record, in
	 * their order; decoding leaves in the record what the caller makes them of */
	BKO__DELTA,  /* int64_t of any size: a difference; the caller checks its sum */
	BKO__TURNED, /* uint32_t, some of its bits turned */
	/* fixed: always of one size */
	BKO__QUANTITY_7, /* int64_t within the range of quantities, 7 bytes */
	BKO__TIME_6,     /* int64_t as above */
	BKO__COUNT_6,    /* uint64_t below 2^48 */
	BKO__U32_4,      /* uint32_t */
	BKO__U32_2,      /* below 2^16 */
	BKO__U32_1       /* below 2^8 */
};

#if defined(__OPTIMIZE__) && !defined(__OPTIMIZE_SIZE__)
#define BKO__STRAIGHT inline __attribute__((always_inline))
#define BKO__OFTEN(x) __builtin_expect((x) != 0, 1) /* else loops with calls stay loops */
#else
#define BKO__STRAIGHT inline
#define BKO__OFTEN(x) (x)
#endif

enum { BKO__TIME_SIZE = BKO_TIME_BITS / 8 };

/* A record being written or read. */
struct bko__coder {
	const uint8_t *from; /* writing: the record .. */
	const int64_t *told; /* .. and those members that stand for others .. */
	uint8_t *to;         /* .. goes here .. */
	size_t spare;        /* .. where there are so many bytes for ids, numbers apart */
	const uint8_t *data; /* reading: from these bytes .. */
	size_t size, at;
	uint8_t *into;                    /* .. into the record */
	uint32_t writing, mask, bit, bad; /* bit: of the next member */
};

/* What is rare: numbers of any size, and where they end (0: nowhere); a mask of another
 * size than the members behind `start` left room for, and where they end then. */
uint8_t *bko__put_long(uint8_t *to, uint64_t value);
size_t bko__get_long(const uint8_t *data, size_t size, size_t at, uint64_t *value);
uint8_t *bko__put_mask(uint8_t *start, uint8_t *to, uint32_t mask, unsigned usual);

/* MEMBERS IN THE STRUCT. Those of a run stand side by side. */
static BKO__STRAIGHT int bko__is_narrow(enum bko__kind kind)
{
	return kind == BKO__U32 || kind == BKO__TURNED || kind >= BKO__U32_4;
}

static BKO__STRAIGHT uint64_t bko__member(const uint8_t *member, enum bko__kind kind)
{
	uint64_t wide;
	uint32_t narrow;

	if (bko__is_narrow(kind)) {
		memcpy(&narrow, member, sizeof narrow);
		return narrow;
	}
	memcpy(&wide, member, sizeof wide);
	return wide;
}

static BKO__STRAIGHT void bko__set_member(uint8_t *member, enum bko__kind kind, uint64_t value)
{
	uint32_t narrow = (uint32_t)value;

	if (bko__is_narrow(kind))
		memcpy(member, &narrow, sizeof narrow);
	else
		memcpy(member, &value, sizeof value);
}

/* From one member to the next. */
static BKO__STRAIGHT size_t bko__step(enum bko__kind kind)
{
	if (kind == BKO__ID)
		return sizeof(struct bko_span);
	return bko__is_narrow(kind) ? sizeof(uint32_t) : sizeof(uint64_t);
}

/* MEMBERS IN THE MASK. */
static BKO__STRAIGHT void bko__put_number(struct bko__coder *c, uint64_t value)
{
	if (BKO__OFTEN(value < 0x80))
		*c->to++ = (uint8_t)value;
	else
		c->to = bko__put_long(c->to, value);
}

static BKO__STRAIGHT void bko__put_member(struct bko__coder *c, enum bko__kind kind,
                                          const uint8_t *member)
{
	int told = kind == BKO__DELTA || kind == BKO__TURNED;
	uint64_t value = told ? (uint64_t)*c->told++ : bko__member(member, kind);

	if (!value)
		return;
	c->mask |= c->bit;
	switch (kind) {
	case BKO__QUANTITY:
	case BKO__DELTA: bko__put_number(c, bko__zigzag((int64_t)value)); break;
	case BKO__TIME:
		bko__store_8(c->to, value);
		c->to += BKO__TIME_SIZE;
		break;
	case BKO__WORD:
		memcpy(c->to, &value, sizeof value);
		c->to += sizeof value;
		break;
	default: bko__put_number(c, value); break;
	}
}

static BKO__STRAIGHT void bko__put_id(struct bko__coder *c, const uint8_t *member)
{
	struct bko_span id;

	memcpy(&id, member, sizeof id);
	if (!id.size)
		return;
	if (id.size > c->spare) {
		c->bad = 1;
		return;
	}
	c->spare -= id.size;
	c->mask |= c->bit;
	*c->to = (uint8_t)id.size;
	bko__copy_short(c->to + 1, id.data, id.size);
	c->to += 1 + id.size;
}

static BKO__STRAIGHT uint64_t bko__get_number(struct bko__coder *c)
{
	uint64_t value;
	size_t end;

	if (BKO__OFTEN(c->at < c->size && c->data[c->at] < 0x80))
		return c->data[c->at++];
	end = bko__get_long(c->data, c->size, c->at, &value);
	c->bad |= !end;
	c->at = end ? end : c->size;
	return value;
}

static BKO__STRAIGHT uint64_t bko__get_within(struct bko__coder *c, uint64_t most)
{
	uint64_t value = bko__get_number(c);

	if (value <= most)
		return value;
	c->bad = 1;
	return 0;
}

/* Bytes that stand next; NULL beyond the end. */
static BKO__STRAIGHT const uint8_t *bko__get_bytes(struct bko__coder *c, size_t size)
{
	size_t at = c->at;

	if (size > c->size - at) {
		c->at = c->size;
		c->bad = 1;
		return NULL;
	}
	c->at += size;
	return c->data + at;
}

static BKO__STRAIGHT uint64_t bko__get_value(struct bko__coder *c, enum bko__kind kind)
{
	const uint8_t *bytes;
	uint64_t word = 0;

	switch (kind) {
	case BKO__U32:
	case BKO__TURNED: return bko__get_within(c, UINT32_MAX);
	case BKO__DELTA: return (uint64_t)bko__unzigzag(bko__get_number(c));
	case BKO__QUANTITY: /* zigzag numbers are in the order of their absolute values */
		return (uint64_t)bko__unzigzag(bko__get_within(c, 2 * (uint64_t)BKO__QUANTITY_MAX));
	case BKO__TIME:
		bytes = bko__get_bytes(c, BKO__TIME_SIZE);
		return bytes ? bko__get_le(bytes, BKO__TIME_SIZE) : 0;
	case BKO__WORD:
		bytes = bko__get_bytes(c, sizeof word);
		if (bytes)
			memcpy(&word, bytes, sizeof word);
		return word;
	default: return bko__get_number(c);
	}
}

static BKO__STRAIGHT struct bko_span bko__get_id(struct bko__coder *c)
{
	const uint8_t *bytes = bko__get_bytes(c, 1);
	struct bko_span id = {NULL, bytes ? *bytes : 0};

	if (id.size > BKO_ID_MAX || id.size > c->size - c->at) {
		c->bad = 1;
		id.size = 0;
	}
	id.data = c->data + c->at;
	c->at += id.size;
	return id;
}

static BKO__STRAIGHT void bko__put_run(struct bko__coder *c, enum bko__kind kind,
                                       const uint8_t *member, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++, c->bit <<= 1, member += bko__step(kind)) {
		if (kind == BKO__ID)
			bko__put_id(c, member);
		else
			bko__put_member(c, kind, member);
	}
}

static BKO__STRAIGHT void bko__get_run(struct bko__coder *c, enum bko__kind kind, uint8_t *member,
                                       unsigned count)
{
	const struct bko_span none = {NULL, 0};
	struct bko_span id;
	uint64_t value;
	unsigned i;

	for (i = 0; i < count; i++, c->bit <<= 1, member += bko__step(kind)) {
		if (kind == BKO__ID) {
			id = c->mask & c->bit ? bko__get_id(c) : none;
			memcpy(member, &id, sizeof id);
		} else {
			value = c->mask & c->bit ? bko__get_value(c, kind) : 0;
			bko__set_member(member, kind, value);
		}
	}
}

/* FIXED MEMBERS. */
static BKO__STRAIGHT unsigned bko__size(enum bko__kind kind)
{
	switch (kind) {
	case BKO__QUANTITY_7: return 7;
	case BKO__TIME_6:
	case BKO__COUNT_6: return 6;
	case BKO__U32_4: return 4;
	case BKO__U32_2: return 2;
	default: return 1;
	}
}

/* Each is stored whole, and the next one over its tail. */
static BKO__STRAIGHT void bko__put_fixed(struct bko__coder *c, enum bko__kind kind,
                                         const uint8_t *member, unsigned count)
{
	unsigned size = bko__size(kind), i;

	for (i = 0; i < count; i++, c->to += size, member += bko__step(kind))
		bko__store_8(c->to, bko__member(member, kind));
}

/* The highest quantity tells whether all are in range. */
static BKO__STRAIGHT void bko__get_fixed(struct bko__coder *c, enum bko__kind kind, uint8_t *member,
                                         unsigned count)
{
	const uint64_t sign = (uint64_t)1 << 55, low = sign - (uint64_t)BKO__QUANTITY_MAX;
	unsigned size = bko__size(kind), left = size * count;
	const uint8_t *bytes = bko__get_bytes(c, left);
	uint64_t value, mask = ~(uint64_t)0 >> (64 - 8 * size), most = 0;

	if (!bytes) {
		memset(member, 0, bko__step(kind) * count);
		return;
	}
	for (; left; left -= size, bytes += size, member += bko__step(kind)) {
		value = left >= 8 ? bko__load_8(bytes) & mask : bko__get_le(bytes, size);
		if (kind == BKO__QUANTITY_7) {
			value ^= sign;
			most = value - low > most ? value - low : most;
			value -= sign;
		}
		bko__set_member(member, kind, value);
	}
	c->bad |= most > 2 * (uint64_t)BKO__QUANTITY_MAX;
}

/* A RECORD. */
static BKO__STRAIGHT void bko__members(struct bko__coder *c, enum bko__kind kind, size_t offset,
                                       unsigned count)
{
	if (kind >= BKO__QUANTITY_7 && c->writing)
		bko__put_fixed(c, kind, c->from + offset, count);
	else if (kind >= BKO__QUANTITY_7)
		bko__get_fixed(c, kind, c->into + offset, count);
	else if (c->writing)
		bko__put_run(c, kind, c->from + offset, count);
	else
		bko__get_run(c, kind, c->into + offset, count);
}

/* Members are written behind `usual` bytes of mask, that may become more. */
static BKO__STRAIGHT int bko__begin_put(struct bko__coder *c, struct bko__writer *w,
                                        const void *record, const int64_t *told, size_t most,
                                        unsigned usual)
{
	if (w->capacity - w->size < most) {
		w->full = 1;
		return 0;
	}
	c->writing = 1;
	c->from = record;
	c->told = told;
	c->to = w->data + w->size + usual;
	c->spare = w->capacity - w->size - most;
	c->mask = c->bad = 0;
	c->bit = 1;
	return 1;
}

static BKO__STRAIGHT void bko__end_put(const struct bko__coder *c, struct bko__writer *w,
                                       unsigned usual)
{
	uint8_t *start = w->data + w->size, *end = c->to;
	unsigned last = usual ? 7 * (usual - 1) : 0, i;

	w->full |= c->bad;
	if (c->bad)
		return;
	if (c->mask >> last >= 0x80 || (last && c->mask >> last == 0)) {
		end = bko__put_mask(start, end, c->mask, usual);
	} else if (usual) {
		for (i = 0; i < last; i += 7)
			*start++ = (uint8_t)(c->mask >> i | 0x80);
		*start = (uint8_t)(c->mask >> last);
	}
	w->size = (size_t)(end - w->data);
}

static BKO__STRAIGHT void bko__begin_get(struct bko__coder *c, const struct bko__reader *r,
                                         void *record, unsigned usual)
{
	c->writing = 0;
	c->into = record;
	c->data = r->data;
	c->size = r->size;
	c->at = r->at;
	c->bad = 0;
	c->mask = usual ? (uint32_t)bko__get_within(c, UINT32_MAX) : 0;
	c->bit = 1;
}

static BKO__STRAIGHT void bko__end_get(const struct bko__coder *c, struct bko__reader *r)
{
	r->at = c->at;
	r->bad |= c->bad | (c->mask >= c->bit);
}

/* Bytes that a record takes and may run over, ids apart: the mask, and of the widest
 * number seven bits in each. */
#define BKO__MOST(type)         (5 + sizeof(type) * 5 / 4)
#define BKO__AT(record, member) offsetof(struct record, member)

/* Decoding sets all members, also those of a record that is bad. The mask mostly takes
 * `usual` bytes; 0: the record is fixed, without one. `told` may be NULL if none are. */
#define BKO__RECORD(name, type, usual)                                                            \
	static void name##_encode(struct bko__writer *w, const type *record, const int64_t *told) \
	{                                                                                         \
		struct bko__coder c;                                                              \
                                                                                                  \
		if (!bko__begin_put(&c, w, record, told, BKO__MOST(type), usual))                 \
			return;                                                                   \
		name##_members(&c);                                                               \
		bko__end_put(&c, w, usual);                                                       \
	}                                                                                         \
                                                                                                  \
	static void name##_decode(struct bko__reader *r, type *record)                            \
	{                                                                                         \
		struct bko__coder c;                                                              \
                                                                                                  \
		bko__begin_get(&c, r, record, usual);                                             \
		name##_members(&c);                                                               \
		bko__end_get(&c, r);                                                              \
	}

#endif
