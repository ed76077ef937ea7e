/*
 * tests/store/shadow.c - the plainest store, to compare with.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shadow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reply.h"

int shadow_compare(const void *a, size_t a_size, const void *b, size_t b_size)
{
	int order = memcmp(a, b, a_size < b_size ? a_size : b_size);

	if (order != 0)
		return order;
	return (a_size > b_size) - (a_size < b_size);
}

size_t shadow_lower(const struct shadow *shadow, const void *key, size_t size)
{
	size_t low = 0, high = shadow->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct shadow_row *row = shadow->rows[middle];

		if (shadow_compare(row->key, row->key_size, key, size) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct shadow_row *shadow_get(const struct shadow *shadow, const void *key, size_t size)
{
	size_t at = shadow_lower(shadow, key, size);
	struct shadow_row *row = at < shadow->count ? shadow->rows[at] : NULL;

	return row != NULL && shadow_compare(row->key, row->key_size, key, size) == 0 ? row : NULL;
}

int shadow_guards(const struct shadow *shadow, const struct bko_entry *entries, size_t count)
{
	const struct shadow_row *row;
	size_t i;

	for (i = 0; i < count; i++) {
		row = shadow_get(shadow, entries[i].key.data, entries[i].key.size);
		if (entries[i].guard == BKO_GUARD_ABSENT && row != NULL)
			return 0;
		if (entries[i].guard == BKO_GUARD_REVISION &&
		    (row == NULL || row->revision != entries[i].revision))
			return 0;
	}
	return 1;
}

static void shadow_put(struct shadow *shadow, const struct bko_entry *entry, uint64_t revision)
{
	size_t at = shadow_lower(shadow, entry->key.data, entry->key.size);
	struct shadow_row *row = shadow_get(shadow, entry->key.data, entry->key.size);

	if (row == NULL) {
		if (shadow->count == SHADOW_ROWS)
			abort();
		row = calloc(1, sizeof *row);
		if (row == NULL)
			abort();
		memmove(shadow->rows + at + 1, shadow->rows + at,
		        (shadow->count - at) * sizeof *shadow->rows);
		shadow->rows[at] = row;
		shadow->count++;
	}
	row->key_size = entry->key.size;
	memcpy(row->key, entry->key.data, entry->key.size);
	row->value_size = entry->value.size;
	if (row->value_size > 0)
		memcpy(row->value, entry->value.data, row->value_size);
	row->revision = revision;
}

void shadow_apply(struct shadow *shadow, const struct bko_entry *entries, size_t count,
                  uint64_t revision)
{
	size_t i, at;

	for (i = 0; i < count; i++) {
		if (entries[i].action == BKO_ACTION_PUT)
			shadow_put(shadow, &entries[i], revision);
		if (entries[i].action != BKO_ACTION_DELETE ||
		    shadow_get(shadow, entries[i].key.data, entries[i].key.size) == NULL)
			continue;
		at = shadow_lower(shadow, entries[i].key.data, entries[i].key.size);
		free(shadow->rows[at]);
		shadow->count--;
		memmove(shadow->rows + at, shadow->rows + at + 1,
		        (shadow->count - at) * sizeof *shadow->rows);
	}
}

void shadow_clear(struct shadow *shadow)
{
	while (shadow->count > 0)
		free(shadow->rows[--shadow->count]);
}

static const char *shadow_row_differs(const struct shadow_row *row, const struct reply_row *given)
{
	if (shadow_compare(row->key, row->key_size, given->key, given->key_size) != 0)
		return "key";
	if (shadow_compare(row->value, row->value_size, given->value, given->value_size) != 0)
		return "value";
	return row->revision == given->revision ? NULL : "revision";
}

const char *shadow_differs(const struct shadow *shadow, bko_memory *memory, uint32_t limit)
{
	static struct bko_reply reply;
	static const unsigned char first[1] = {0};
	unsigned char last[BKO_KEY_MAX], from[BKO_KEY_MAX];
	struct bko_read read = {{first, 1}, {last, sizeof last}, limit, 0};
	const char *differs;
	size_t seen = 0;
	size_t i;

	/* Above every key that is made here. */
	memset(last, 255, sizeof last);
	do {
		if (reply_read(memory, &read, 1, &reply) != BKO_REPLY_DONE)
			return "status";
		for (i = 0; i < reply.count; i++) {
			if (seen == shadow->count)
				return "a row too much";
			differs = shadow_row_differs(shadow->rows[seen++], &reply.rows[i]);
			if (differs != NULL)
				return differs;
		}
		if (reply.more[0] != (seen < shadow->count) || (reply.more[0] && i != limit))
			return "more";
		if (seen < shadow->count) {
			memcpy(from, shadow->rows[seen]->key, shadow->rows[seen]->key_size);
			read.key.data = from;
			read.key.size = shadow->rows[seen]->key_size;
		}
	} while (reply.more[0]);
	return seen == shadow->count ? NULL : "a row is missing";
}

uint64_t shadow_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint32_t shadow_below(uint64_t *state, uint32_t bound)
{
	return (uint32_t)((shadow_random(state) >> 32) * bound >> 32);
}

static void shadow_big_endian(unsigned char *bytes, uint64_t number)
{
	size_t i;

	for (i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(number >> (56 - 8 * i));
}

size_t shadow_key(struct shadow_keys *keys, unsigned char *key)
{
	static const char letters[] = "abc";
	uint64_t *random = keys->random;
	size_t size, i;

	switch (keys->kind) {
	case KEYS_ITEMS:
		size = (size_t)snprintf((char *)key, BKO_KEY_MAX, "I%cSKU-%06u", 10,
		                        shadow_below(random, 300));
		key[size++] = 0;
		key[size++] = (unsigned char)"hwaz"[shadow_below(random, 4)];
		shadow_big_endian(key + size, shadow_below(random, 20));
		return size + shadow_below(random, 2) * 8;
	case KEYS_ASCENDING:
	case KEYS_DESCENDING:
		keys->counter += 1 + shadow_below(random, 3);
		key[0] = 'E';
		shadow_big_endian(key + 1,
		                  keys->kind == KEYS_ASCENDING ? keys->counter : ~keys->counter);
		return 9;
	case KEYS_SHORT:
		size = 1 + shadow_below(random, 3);
		key[0] = (unsigned char)shadow_below(random, 256);
		for (i = 1; i < size; i++)
			key[i] = (unsigned char)letters[shadow_below(random, 3)];
		key[0] = key[0] == 255 ? 0 : key[0];
		return size;
	case KEYS_LONG:
		memset(key, 'L', BKO_KEY_MAX);
		size = BKO_KEY_MAX - shadow_below(random, 3);
		for (i = 1; i <= 3; i++)
			key[size - i] = (unsigned char)shadow_below(random, 12);
		return size;
	case KEYS_LANES:
		key[0] = 'E';
		key[1] = (unsigned char)shadow_below(random, 5);
		shadow_big_endian(key + 2, ++keys->counter);
		return 10;
	case KEYS_EXTREME:
		size = 1 + shadow_below(random, 20);
		for (i = 0; i < size; i++)
			key[i] = shadow_below(random, 4) && i > 0 ? 255 : 0;
		return size;
	default:
		size = 1 + shadow_below(random, BKO_KEY_MAX);
		for (i = 0; i < size; i++)
			key[i] = (unsigned char)shadow_random(random);
		key[0] = key[0] == 255 ? 0 : key[0];
		return size;
	}
}
