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

void bko__hash_uint(struct bko__hash *hash, uint64_t value)
{
	hash->a = (hash->a ^ value) * 0x9fb21c651e98df25u;
	hash->a ^= hash->a >> 32;
	hash->b = (hash->b + value) * 0xc2b2ae3d27d4eb4fu;
	hash->b ^= hash->b >> 29;
	hash->count++;
}

void bko__hash_bytes(struct bko__hash *hash, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	size_t left = size;

	bko__hash_uint(hash, size);
	for (; left >= 8; left -= 8, bytes += 8)
		bko__hash_uint(hash, bko__load_8(bytes));
	if (left)
		bko__hash_uint(hash, bko__get_le(bytes, (unsigned)left));
}

void bko__hash_end(struct bko__hash *hash, uint8_t digest[16])
{
	uint64_t a = bko__mix(hash->a ^ hash->count), b = bko__mix(hash->b + hash->count);

	bko__put_le(digest, bko__mix(a + b), 8);
	bko__put_le(digest + 8, bko__mix(a ^ (b << 1 | b >> 63)), 8);
}
