/*
 * rows.c - order, ranges and limits; sizes of keys, values and batches; rows
 * that are lent.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kit.h"

#include <stdlib.h>
#include <string.h>

/* Keys that stores are known to sort or compare wrongly. */
static const struct bko_span odd_keys[] = {
	{"\0", 1},       {"\0\0", 2},     {"\0\1", 2},
	{"\1", 1},       {"A", 1},        {"A\0", 2},
	{"A\0\0", 3},    {"A\0B", 3},     {"A ", 2},
	{"AB", 2},       {"Aa", 2},       {"a", 1},
	{"a\0", 2},      {"aa", 2},       {"aaa", 3},
	{"aab", 3},      {"ab", 2},       {"b", 1},
	{"item10", 6},   {"item2", 5},    {"item9", 5},
	{"\x7f", 1},     {"\x7f\xff", 2}, {"\x80", 1},
	{"\x80\0", 2},   {"\xc3\xa4", 2}, {"\xe2\x82\xac", 3},
	{"\xfe\xff", 2}, {"\xff", 1},     {"\xff\0", 2},
	{"\xff\xfe", 2}, {"\xff\xff", 2}, {"\xff\xff\xff", 3},
};
enum { ODD = sizeof odd_keys / sizeof *odd_keys };

static void begin(struct kit *kit, const char *during)
{
	kit->asker.during = kit->other.during = during;
}

static void put_odd_keys(struct kit *kit)
{
	struct bko_entry entries[ODD];
	uint32_t i;

	for (i = 0; i < ODD; i++)
		entries[i] =
			kit_entry(&odd_keys[i], &odd_keys[i], BKO_GUARD_ABSENT, 0, BKO_ACTION_PUT);
	kit_commit(kit, &kit->asker, entries, ODD);
}

static void order(struct kit *kit)
{
	struct bko_read reads[ODD];
	uint32_t i, j;

	begin(kit, "order of keys");
	put_odd_keys(kit);
	kit_check_all(kit, &kit->asker, 1000);
	kit_check_all(kit, &kit->asker, 1);
	kit_check_all(kit, &kit->asker, 7);
	for (i = 0; i < ODD; i++) {
		for (j = i; j < ODD; j++)
			reads[j - i] = kit_range(&odd_keys[i], &odd_keys[j], 1000);
		kit_check(kit, &kit->asker, reads, ODD - i);
	}
}

static void limits(struct kit *kit)
{
	struct bko_span from = {"A", 1}, to = {"b", 1};
	uint32_t limit;

	begin(kit, "limits of ranges");
	for (limit = 1; limit <= 14; limit++) {
		struct bko_read read = kit_range(&from, &to, limit);

		kit_check(kit, &kit->asker, &read, 1);
	}
	for (limit = 1; limit > 0; limit = limit << 1) {
		struct bko_read read = kit_range(&from, &to, limit - 1 + limit);

		kit_check(kit, &kit->asker, &read, 1);
	}
}

/* Single keys there and not there, ranges among them, an element twice. */
static void elements(struct kit *kit)
{
	struct bko_read *reads = kit_alloc(NULL, KIT_ENTRIES * sizeof *reads);
	const struct bko_span missing = {"aaaa", 4};
	uint32_t i, count;

	begin(kit, "elements of a query");
	for (count = 1; count <= KIT_ENTRIES; count = 2 * count + 1) {
		for (i = 0; i < count; i++) {
			uint32_t a = kit_below(&kit->random, ODD), b = kit_below(&kit->random, ODD);

			if (kit_below(&kit->random, 3) == 0)
				reads[i] = kit_range(&odd_keys[a < b ? a : b],
				                     &odd_keys[a < b ? b : a],
				                     1 + kit_below(&kit->random, 9));
			else
				reads[i] = kit_one(kit_below(&kit->random, 5) ? &odd_keys[a]
				                                              : &missing);
		}
		kit_check(kit, &kit->asker, reads, count);
	}
	free(reads);
}

/* ---- Sizes ---------------------------------------------------------------------------- */

static const size_t key_sizes[] = {1,  2,  3,   15,  16,  17,  31,  32,  63,
                                   64, 65, 127, 128, 129, 191, 192, 207, 208};
static const size_t value_sizes[] = {0,   1,   2,   7,   8,   31,  32,  127, 128,  129,
                                     253, 254, 255, 256, 257, 511, 512, 513, 1023, 1024};

static void fill(struct kit *kit, unsigned char *bytes, size_t size, uint32_t kind)
{
	size_t i;

	for (i = 0; i < size; i++)
		switch (kind % 5) {
		case 0: bytes[i] = 0; break;
		case 1: bytes[i] = 0xff; break;
		case 2: bytes[i] = (unsigned char)i; break;
		case 3: bytes[i] = i + 3 < size ? 'x' : i % 2 ? 0 : ' '; break;
		default: bytes[i] = (unsigned char)kit_below(&kit->random, 256); break;
		}
}

static void put_value(struct kit *kit, const struct bko_span *key, size_t size, uint32_t kind)
{
	unsigned char bytes[BKO_VALUE_MAX];
	struct bko_span value = {bytes, size};
	struct bko_entry entry = kit_entry(key, &value, BKO_GUARD_NONE, 0, BKO_ACTION_PUT);

	fill(kit, bytes, size, kind);
	kit_commit(kit, &kit->asker, &entry, 1);
}

static void values(struct kit *kit)
{
	struct bko_span key = {"sizes", 5};
	uint32_t i, kind;

	begin(kit, "sizes of values");
	for (kind = 0; kind < 5; kind++) {
		for (i = 0; i < sizeof value_sizes / sizeof *value_sizes; i++)
			put_value(kit, &key, value_sizes[i], kind);
		for (; i-- > 0;)
			put_value(kit, &key, value_sizes[i], kind + 1);
	}
}

static void keys(struct kit *kit)
{
	unsigned char bytes[BKO_KEY_MAX];
	struct bko_span key = {bytes, 0};
	uint32_t i, kind;

	begin(kit, "sizes of keys");
	for (kind = 0; kind < 5; kind++)
		for (i = 0; i < sizeof key_sizes / sizeof *key_sizes; i++) {
			key.size = key_sizes[i];
			fill(kit, bytes, key.size, kind);
			put_value(kit, &key, i, kind);
			put_value(kit, &key, i == 0 ? BKO_VALUE_MAX : 0, kind);
		}
	kit_check_all(kit, &kit->asker, 11);
}

/* The largest batch that the store says it takes, or one larger than most have been. */
static void batches(struct kit *kit)
{
	const struct bko_store *store = &kit->asker.store;
	struct bko_entry *entries = kit_alloc(NULL, KIT_ENTRIES * sizeof *entries);
	unsigned char(*names)[4] = kit_alloc(NULL, KIT_ENTRIES * sizeof *names);
	unsigned char value[BKO_VALUE_MAX];
	uint32_t count = 300, i, each = 100;

	begin(kit, "size of a batch");
	if (store->max_entries != 0 && store->max_entries < count)
		count = store->max_entries;
	if (store->max_batch != 0 && store->max_batch / count < each + 4)
		each = store->max_batch / count > 4 ? store->max_batch / count - 4 : 0;
	if (each == 0 && store->max_batch < 4 * count)
		count = store->max_batch / 4;
	memset(value, 'v', sizeof value);
	for (i = 0; i < count; i++) {
		struct bko_span its_key = {names[i], 4}, its_value = {value, each};

		names[i][0] = 'n';
		names[i][1] = (unsigned char)(i >> 8);
		names[i][2] = (unsigned char)i;
		names[i][3] = 0;
		entries[i] = kit_entry(&its_key, &its_value, BKO_GUARD_ABSENT, 0, BKO_ACTION_PUT);
	}
	if (count > 0)
		kit_commit(kit, &kit->asker, entries, count);
	for (i = 0; i < count; i++) {
		entries[i].guard = BKO_GUARD_REVISION;
		entries[i].revision = kit->last;
		entries[i].action = i % 3 ? BKO_ACTION_DELETE : BKO_ACTION_NONE;
	}
	if (count > 0 && kit_model_guards(&kit->model, entries, count) == count)
		kit_commit(kit, &kit->asker, entries, count);
	free(entries);
	free(names);
}

/* ---- What only some stores do ------------------------------------------------------------ */

/* Values lent by one read stay through further ones. */
static void lends(struct kit *kit)
{
	struct bko_span from = {"A", 1}, to = {"c", 1}, all = {"\0", 1}, end = {"\xff", 1};
	struct bko_read read = kit_range(&from, &to, 100), wide = kit_range(&all, &end, 1000);
	struct kit_given given[100];
	size_t count, i;

	if (!(kit->asker.store.caps & BKO_STORE_LENDS))
		return;
	begin(kit, "lent rows");
	if (kit_check(kit, &kit->asker, &read, 1) > 0)
		return;
	count = kit->asker.count < 100 ? kit->asker.count : 100;
	memcpy(given, kit->asker.given, count * sizeof *given);
	kit_check(kit, &kit->asker, &wide, 1);
	kit_check(kit, &kit->asker, &wide, 1);
	for (i = 0; i < count; i++) {
		size_t low = kit_model_lower(&kit->model, &from) + i;
		const struct kit_row *row = kit->model.rows[low];
		struct bko_span key = kit_row_key(row), value = kit_row_value(row);

		if (value.size > 0 && memcmp(given[i].value, value.data, value.size) != 0)
			kit_found(kit, KIT_MOVED_ROW, "after further reads", &key);
	}
}

/* The first 8 bytes of a value as a number, little-endian. */
static int64_t number_of(const struct kit_row *row)
{
	struct bko_span value = kit_row_value(row);
	const unsigned char *bytes = value.data;
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < 8 && i < value.size; i++)
		number |= (uint64_t)bytes[i] << 8 * i;
	return (int64_t)number;
}

static void measures(struct kit *kit)
{
	struct kit_asker *asker = &kit->asker;
	struct bko_span from = {"measured-", 9}, to = {"measured.", 9};
	struct bko_read range = kit_range(&from, &to, 1);
	uint64_t sum = 0, count = 0;
	uint32_t i;

	if (asker->store.measure == NULL)
		return;
	begin(kit, "measure");
	for (i = 0; i < 40; i++) {
		unsigned char bytes[8] = {(unsigned char)i, 1, 0, 0, 0, 0, 0, 0};
		char name[16];
		struct bko_span key = {name, 0}, value = {bytes, sizeof bytes};
		struct bko_entry entry;

		key.size = (size_t)snprintf(name, sizeof name, "measured-%u", (unsigned)i);
		if (i % 4 == 0)
			memset(bytes + 1, 0xff, 7);
		entry = kit_entry(&key, &value, BKO_GUARD_NONE, 0, BKO_ACTION_PUT);
		kit_commit(kit, asker, &entry, 1);
	}
	for (i = 0; i < kit->model.count; i++) {
		struct bko_span key = kit_row_key(kit->model.rows[i]);

		if (kit_compare_spans(&key, &from) >= 0 && kit_compare_spans(&key, &to) < 0) {
			count++;
			sum += (uint64_t)number_of(kit->model.rows[i]);
		}
	}
	kit_check(kit, asker, &range, 1); /* and clears what was heard */
	asker->ended = 0;
	asker->waiting = 1;
	asker->store.measure(asker->store.host, &range, asker->reply);
	asker->waiting = 0;
	if (!asker->ended || asker->status != BKO_REPLY_DONE || asker->measured != count ||
	    asker->sum != (int64_t)sum)
		kit_found(kit, KIT_WRONG_MEASURE, "measure", &from);
}

void kit_rows(struct kit *kit)
{
	const struct bko_store *store = &kit->asker.store;

	begin(kit, "limits of the store");
	if ((store->max_key != 0 && store->max_key < BKO_KEY_MAX) ||
	    (store->max_value != 0 && store->max_value < BKO_VALUE_MAX))
		kit_found(kit, KIT_SMALL_LIMITS, "an engine does not open on it", NULL);
	order(kit);
	limits(kit);
	elements(kit);
	values(kit);
	keys(kit);
	batches(kit);
	lends(kit);
	measures(kit);
	begin(kit, "all rows");
	kit_check_all(kit, &kit->asker, 1000);
}
