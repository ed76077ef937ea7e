/*
 * hash.h - a 128-bit fingerprint of a request, the same on every platform. It
 * tells an honest repetition from another request under the same id; it is no
 * defence against someone who builds collisions for his own ids.
 */
#ifndef BKO_BASE_HASH_H
#define BKO_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct bko__hash {
	uint64_t a, b;
	uint64_t count;
};

void bko__hash_begin(struct bko__hash *hash, uint64_t seed);

static inline void bko__hash_uint(struct bko__hash *hash, uint64_t value)
{
	hash->a = (hash->a ^ value) * 0x9fb21c651e98df25u;
	hash->a ^= hash->a >> 32;
	hash->b = (hash->b + value) * 0xc2b2ae3d27d4eb4fu;
	hash->b ^= hash->b >> 29;
	hash->count++;
}

void bko__hash_bytes(struct bko__hash *hash, const void *data, size_t size); /* size included */
void bko__hash_end(struct bko__hash *hash, uint8_t digest[16]);

/* Of a row's key, for tables whose buckets are told by its low bits. */
uint32_t bko__hash_key(const uint8_t *key, uint32_t size);

/* One round of mixing, for tables and jitter. */
uint64_t bko__mix(uint64_t value);

#endif
