/*
 * key.c - building keys. All parts are bounded by the public id length, so a key
 * never exceeds BKO_KEY_MAX: 1 + 3 * 65 bytes at most.
 */
#include "base/key.h"
#include "base/bytes.h"

void bko__key_begin(struct bko__key *key, uint8_t kind)
{
	key->bytes[0] = kind;
	key->size = 1;
}

void bko__key_byte(struct bko__key *key, uint8_t byte)
{
	key->bytes[key->size++] = byte;
}

void bko__key_id(struct bko__key *key, const void *data, size_t size)
{
	key->bytes[key->size++] = (uint8_t)size;
	if (size)
		memcpy(key->bytes + key->size, data, size);
	key->size += (uint32_t)size;
}

void bko__key_number(struct bko__key *key, uint64_t value, unsigned bytes)
{
	bko__put_be(key->bytes + key->size, value, bytes);
	key->size += bytes;
}

void bko__key_rank(struct bko__key *key, const struct bko__rank *rank)
{
	bko__key_number(key, rank->epoch, 4);
	bko__key_number(key, rank->band, 1);
	bko__key_number(key, (uint64_t)rank->time, 6);
	bko__key_number(key, rank->sequence, 6);
	if (rank->sub)
		bko__key_number(key, rank->sub, 6);
}

void bko__key_after(const struct bko__key *key, struct bko__key *end)
{
	uint32_t i = key->size;

	*end = *key;
	while (i-- > 0) {
		if (end->bytes[i] != 0xff) {
			end->bytes[i]++;
			break;
		}
	}
	end->size = i + 1; /* keys begin with a letter: i never runs out */
}

int bko__key_get_rank(const uint8_t *key, size_t size, size_t at, struct bko__rank *rank)
{
	if (size != at + 17 && size != at + 23)
		return 0;
	rank->epoch = (uint32_t)bko__get_be(key + at, 4);
	rank->band = key[at + 4];
	rank->time = (int64_t)bko__get_be(key + at + 5, 6);
	rank->sequence = bko__get_be(key + at + 11, 6);
	rank->sub = size == at + 23 ? bko__get_be(key + at + 17, 6) : 0;
	return rank->band < 8;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

int bko__rank_compare(const struct bko__rank *a, const struct bko__rank *b)
{
	if (a->epoch != b->epoch)
		return compare_numbers(a->epoch, b->epoch);
	if (a->band != b->band)
		return compare_numbers(a->band, b->band);
	if (a->time != b->time)
		return compare_numbers((uint64_t)a->time, (uint64_t)b->time);
	if (a->sequence != b->sequence)
		return compare_numbers(a->sequence, b->sequence);
	return compare_numbers(a->sub, b->sub);
}

int bko__key_compare(const void *a, size_t a_size, const void *b, size_t b_size)
{
	size_t shorter = a_size < b_size ? a_size : b_size;
	int order = shorter ? memcmp(a, b, shorter) : 0;

	return order ? order : compare_numbers(a_size, b_size);
}
