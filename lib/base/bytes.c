/*
 * bytes.c - writer and reader of variable-length values. Decoders built on the
 * reader are total: any bytes give values or `bad`, never a read beyond the end.
 */
#include "base/bytes.h"

void bko__write_bytes(struct bko__writer *w, const void *data, size_t size)
{
	if (size > w->capacity - w->size) {
		w->full = 1;
		return;
	}
	if (size)
		memcpy(w->data + w->size, data, size);
	w->size += size;
}

void bko__write_byte(struct bko__writer *w, uint32_t value)
{
	uint8_t byte = (uint8_t)value;

	bko__write_bytes(w, &byte, 1);
}

void bko__write_uint(struct bko__writer *w, uint64_t value)
{
	uint8_t bytes[10];
	size_t size = 0;

	while (value >= 0x80) {
		bytes[size++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	bytes[size++] = (uint8_t)value;
	bko__write_bytes(w, bytes, size);
}

void bko__write_int(struct bko__writer *w, int64_t value)
{
	bko__write_uint(w, bko__zigzag(value));
}

void bko__write_id(struct bko__writer *w, const void *data, size_t size)
{
	uint8_t *to = w->data + w->size;

	if (size >= w->capacity - w->size) {
		w->full = 1;
		return;
	}
	*to = (uint8_t)size;
	if (size)
		memcpy(to + 1, data, size);
	w->size += size + 1;
}

const uint8_t *bko__read_bytes(struct bko__reader *r, size_t size)
{
	size_t at = r->at;

	if (size > r->size - at) {
		r->at = r->size;
		r->bad = 1;
		return NULL;
	}
	r->at += size;
	return size ? r->data + at : r->data; /* of no bytes there may be no pointer */
}

uint32_t bko__read_byte(struct bko__reader *r)
{
	const uint8_t *byte = bko__read_bytes(r, 1);

	return byte ? *byte : 0;
}

uint64_t bko__read_uint(struct bko__reader *r)
{
	uint64_t value = 0;
	unsigned shift;

	for (shift = 0; shift < 64; shift += 7) {
		uint32_t byte = bko__read_byte(r);

		if (shift == 63 && byte > 1)
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
	r->bad = 1;
	return 0;
}

int64_t bko__read_int(struct bko__reader *r)
{
	return bko__unzigzag(bko__read_uint(r));
}

uint64_t bko__read_uint_below(struct bko__reader *r, uint64_t bound)
{
	uint64_t value = bko__read_uint(r);

	if (value >= bound) {
		r->bad = 1;
		return 0;
	}
	return value;
}

const uint8_t *bko__read_id(struct bko__reader *r, uint8_t *size, size_t max)
{
	uint32_t length = bko__read_byte(r);

	if (length > max) {
		r->bad = 1;
		length = 0;
	}
	*size = length > r->size - r->at ? 0 : (uint8_t)length;
	return bko__read_bytes(r, length);
}
