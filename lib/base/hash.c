/*
 * hash.c - two multiply-xor lanes over 64-bit words, finished by a full mix of
 * each with the other.
 */
#include "base/hash.h"
#include "base/bytes.h"

uint64_t bko__mix(uint64_t value)
{
	value ^= value >> 30;
	value *= 0xbf58476d1ce4e5b9u;
	value ^= value >> 27;
	value *= 0x94d049bb133111ebu;
	return value ^ value >> 31;
}

void bko__hash_begin(struct bko__hash *hash, uint64_t seed)
{
	hash->a = bko__mix(seed + 0x9e3779b97f4a7c15u);
	hash->b = bko__mix(seed ^ 0xd1b54a32d192ed03u);
	hash->count = 0;
}

/* The last bytes that are no whole word, as a number. Where a word lies before their end,
 * they are its upper part. */
static uint64_t last_bytes(const uint8_t *bytes, size_t size, unsigned left)
{
	return size >= 8 ? bko__load_8(bytes + size - 8) >> (64 - 8 * left)
	                 : bko__get_le(bytes, left);
}

void bko__hash_bytes(struct bko__hash *hash, const void *data, size_t size)
{
	struct bko__hash local = *hash; /* kept from what `data` may alias */
	const uint8_t *bytes = data;
	size_t at;

	bko__hash_uint(&local, size);
	for (at = 0; size - at >= 8; at += 8)
		bko__hash_uint(&local, bko__load_8(bytes + at));
	if (at < size)
		bko__hash_uint(&local, last_bytes(bytes, size, (unsigned)(size - at)));
	*hash = local;
}

void bko__hash_end(struct bko__hash *hash, uint8_t digest[16])
{
	uint64_t a = bko__mix(hash->a ^ hash->count), b = bko__mix(hash->b + hash->count);

	bko__store_8(digest, bko__mix(a + b));
	bko__store_8(digest + 8, bko__mix(a ^ (b << 1 | b >> 63)));
}

uint32_t bko__hash_key(const uint8_t *key, uint32_t size)
{
	uint64_t hash = size;
	uint32_t at;

	for (at = 8; at < size; at += 8) {
		hash = (hash ^ bko__load_8(key + at - 8)) * 0x9fb21c651e98df25u;
		hash ^= hash >> 32;
	}
	/* the last eight, some of them once more; what tells keys apart is the last of them,
	 * and multiplying carries upwards alone */
	hash ^= size < 8 ? bko__get_le(key, size) : bko__load_8(key + size - 8);
	hash = (hash ^ hash >> 32) * 0x9fb21c651e98df25u;
	return (uint32_t)(hash >> 32);
}
