/*
 * codec.c - see codec.h: what is rare.
 */
#include "base/codec.h"

uint8_t *bko__put_long(uint8_t *to, uint64_t value)
{
	while (value >= 0x80) {
		*to++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*to++ = (uint8_t)value;
	return to;
}

size_t bko__get_long(const uint8_t *data, size_t size, size_t at, uint64_t *value)
{
	uint64_t number = 0;
	unsigned shift;

	*value = 0;
	for (shift = 0; shift < 64 && at < size; shift += 7) {
		uint8_t byte = data[at++];

		if (shift == 63 && byte > 1)
			break;
		number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*value = number;
			return at;
		}
	}
	return 0;
}

uint8_t *bko__put_mask(uint8_t *start, uint8_t *to, uint32_t mask, unsigned usual)
{
	uint8_t *members = start + usual, *behind = start + 1;
	uint32_t rest;

	for (rest = mask >> 7; rest; rest >>= 7)
		behind++;
	memmove(behind, members, (size_t)(to - members));
	bko__put_long(start, mask);
	return behind + (to - members);
}
