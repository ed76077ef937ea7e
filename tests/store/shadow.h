/*
 * tests/store/shadow.h - the plainest store: a sorted array of rows, and a
 * source of numbers and keys for random histories.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_STORE_SHADOW_H
#define TESTS_STORE_SHADOW_H

#include "backorder/store.h"

enum { SHADOW_ROWS = 4000 };

struct shadow_row {
	unsigned char key[BKO_KEY_MAX];
	unsigned char value[BKO_VALUE_MAX];
	size_t key_size, value_size;
	uint64_t revision;
	uint64_t hint; /* the latest seen, perhaps outdated */
};

struct shadow {
	struct shadow_row *rows[SHADOW_ROWS];
	size_t count;
};

/* Order of keys as the contract words it. */
int shadow_compare(const void *a, size_t a_size, const void *b, size_t b_size);

/* First row not below the key. */
size_t shadow_lower(const struct shadow *shadow, const void *key, size_t size);
struct shadow_row *shadow_get(const struct shadow *shadow, const void *key, size_t size);

/* Whether all guards hold. */
int shadow_guards(const struct shadow *shadow, const struct bko_entry *entries, size_t count);
void shadow_apply(struct shadow *shadow, const struct bko_entry *entries, size_t count,
                  uint64_t revision);
void shadow_clear(struct shadow *shadow);

/* Reads all rows of the store by ranges of `limit` and compares. NULL, or what
 * differs. */
const char *shadow_differs(const struct shadow *shadow, bko_memory *memory, uint32_t limit);

/* Random numbers: the same from the same seed everywhere. */
uint64_t shadow_random(uint64_t *state);
uint32_t shadow_below(uint64_t *state, uint32_t bound);

/* Kinds of keys. Each makes trees go wrong in another way. */
enum {
	KEYS_ITEMS,      /* rows of items: long common prefixes, some numbers at the end */
	KEYS_ASCENDING,  /* every key above all before */
	KEYS_DESCENDING, /* below */
	KEYS_RANDOM,     /* any bytes, any size */
	KEYS_SHORT,      /* of 1 to 3 of few letters: prefixes of each other, all trees */
	KEYS_LONG,       /* longest ones that differ in the last bytes only */
	KEYS_LANES,      /* several ascending series beside each other */
	KEYS_EXTREME,    /* of lowest and highest bytes */
	KEYS_KINDS
};
struct shadow_keys {
	uint32_t kind;
	uint64_t counter;
	uint64_t *random;
};

/* Writes a key, returns its size. */
size_t shadow_key(struct shadow_keys *keys, unsigned char *key);

#endif
