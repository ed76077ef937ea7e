/*
 * bytes.h - numbers as bytes: little-endian in values, big-endian in keys, both
 * by shifts, so that no platform's order or alignment shows.
 */
#ifndef BKO_BASE_BYTES_H
#define BKO_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Stores the low `size` bytes (1 to 8) of a value, little-endian. */
static inline void bko__put_le(uint8_t *to, uint64_t value, unsigned size)
{
	unsigned i;

	for (i = 0; i < size; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

static inline uint32_t bko__load_4(const uint8_t *from)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint32_t value;

	memcpy(&value, from, sizeof value);
	return value;
#else
	return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
#endif
}

/* Four bytes or more are two loads, that may have bytes in common. */
static inline uint64_t bko__get_le(const uint8_t *from, unsigned size)
{
	uint64_t value = 0;
	unsigned i;

	if (size >= 4)
		return bko__load_4(from) | (uint64_t)bko__load_4(from + size - 4)
		                                   << (8 * (size - 4));
	for (i = 0; i < size; i++)
		value |= (uint64_t)from[i] << (8 * i);
	return value;
}

/* Eight bytes at once, little-endian: one load or store where the platform's order
 * is that, the same bytes everywhere. */
static inline uint64_t bko__load_8(const uint8_t *from)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t value;

	memcpy(&value, from, sizeof value);
	return value;
#else
	return bko__get_le(from, 8);
#endif
}

static inline void bko__store_8(uint8_t *to, uint64_t value)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	memcpy(to, &value, sizeof value);
#else
	bko__put_le(to, value, 8);
#endif
}

/* Copies bytes that mostly are few: an id of 8 to 16 by its two ends. */
static inline void bko__copy_short(uint8_t *to, const void *from, size_t size)
{
	const uint8_t *bytes = from;
	uint64_t head, tail;

	if (size < sizeof head || size > 2 * sizeof head) {
		memcpy(to, bytes, size);
		return;
	}
	memcpy(&head, bytes, sizeof head);
	memcpy(&tail, bytes + size - sizeof tail, sizeof tail);
	memcpy(to, &head, sizeof head);
	memcpy(to + size - sizeof tail, &tail, sizeof tail);
}

/* Like bko__put_le, big-endian: such bytes sort as the numbers do. */
static inline void bko__put_be(uint8_t *to, uint64_t value, unsigned size)
{
	unsigned i;

	for (i = 0; i < size; i++)
		to[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

static inline uint64_t bko__get_be(const uint8_t *from, unsigned size)
{
	uint64_t value = 0;
	unsigned i;

	for (i = 0; i < size; i++)
		value = value << 8 | from[i];
	return value;
}

/* Eight bytes at once, big-endian: where the platform's order is the other, a load and a
 * swap. */
static inline uint64_t bko__load_be_8(const uint8_t *from)
{
	return (uint64_t)from[0] << 56 | (uint64_t)from[1] << 48 | (uint64_t)from[2] << 40 |
	       (uint64_t)from[3] << 32 | (uint64_t)from[4] << 24 | (uint64_t)from[5] << 16 |
	       (uint64_t)from[6] << 8 | from[7];
}

/* Signed numbers as unsigned ones, small absolute values small. */
static inline uint64_t bko__zigzag(int64_t value)
{
	return (uint64_t)value << 1 ^ (value < 0 ? ~(uint64_t)0 : 0);
}

static inline int64_t bko__unzigzag(uint64_t value)
{
	return (int64_t)(value >> 1 ^ (~(value & 1) + 1));
}

/* A growing end of bytes with a hard limit: a write beyond it only sets `full`,
 * so that encoders are straight-line and checked once. */
struct bko__writer {
	uint8_t *data;
	size_t size, capacity;
	uint32_t full;
};

/* The reading twin: a read beyond the end gives zeros and sets `bad`. */
struct bko__reader {
	const uint8_t *data;
	size_t size, at;
	uint32_t bad;
};

void bko__write_bytes(struct bko__writer *w, const void *data, size_t size);
void bko__write_byte(struct bko__writer *w, uint32_t value);
void bko__write_uint(struct bko__writer *w, uint64_t value); /* varint, 1 to 10 bytes */
void bko__write_int(struct bko__writer *w, int64_t value);   /* zigzag varint */
void bko__write_id(struct bko__writer *w, const void *data, size_t size); /* length byte first */

const uint8_t *bko__read_bytes(struct bko__reader *r, size_t size); /* NULL beyond the end */
uint32_t bko__read_byte(struct bko__reader *r);
uint64_t bko__read_uint(struct bko__reader *r);
int64_t bko__read_int(struct bko__reader *r);
uint64_t bko__read_uint_below(struct bko__reader *r, uint64_t bound); /* bad if >= bound */
const uint8_t *bko__read_id(struct bko__reader *r, uint8_t *size, size_t max);

#endif
