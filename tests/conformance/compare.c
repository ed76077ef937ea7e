/*
 * compare.c - reads, and compares with what must be there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kit.h"

#include <stdlib.h>
#include <string.h>

struct bko_span kit_span(const char *text)
{
	struct bko_span span = {text, strlen(text)};

	return span;
}

struct bko_read kit_range(const struct bko_span *key, const struct bko_span *end, uint32_t limit)
{
	struct bko_read read = {*key, *end, limit, 0};

	return read;
}

struct bko_read kit_one(const struct bko_span *key)
{
	const struct bko_span none = {NULL, 0};

	return kit_range(key, &none, 1);
}

struct bko_entry kit_entry(const struct bko_span *key, const struct bko_span *value, uint32_t guard,
                           uint64_t revision, uint32_t action)
{
	struct bko_entry entry;

	memset(&entry, 0, sizeof entry);
	entry.key = *key;
	if (value != NULL)
		entry.value = *value;
	entry.guard = guard;
	entry.revision = revision;
	entry.action = action;
	return entry;
}

/* What is counted over all elements of one read. */
struct tally {
	size_t wrong, fresh, old;
	struct bko_span old_key;
};

static void wrong(struct kit *kit, struct tally *tally, uint32_t fault, const struct bko_span *key)
{
	kit_found(kit, fault, "read", key);
	tally->wrong++;
}

static void found_old(struct tally *tally, const struct bko_span *key)
{
	if (tally->old++ == 0)
		tally->old_key = *key;
}

static void missing(struct kit *kit, struct tally *tally, const struct kit_row *expected)
{
	struct bko_span key = kit_row_key(expected);

	if (expected->revision == kit->last)
		found_old(tally, &key);
	else
		wrong(kit, tally, KIT_MISSING_ROW, &key);
}

static void surplus(struct kit *kit, struct tally *tally, const struct kit_row *given)
{
	struct bko_span key = kit_row_key(given), value = kit_row_value(given);

	if (kit_model_get(&kit->model, &key) != NULL)
		wrong(kit, tally, KIT_EXTRA_ROW, &key); /* it is there, but not asked for */
	else if (kit_version(kit, &key, &value, given->revision, 1) != NULL)
		found_old(tally, &key);
	else if (kit_version(kit, &key, &value, 0, 0) != NULL)
		wrong(kit, tally, KIT_REPEATED_BATCH, &key);
	else
		wrong(kit, tally, KIT_EXTRA_ROW, &key);
}

static void both(struct kit *kit, struct tally *tally, const struct kit_row *expected,
                 const struct kit_row *given)
{
	struct bko_span key = kit_row_key(expected), value = kit_row_value(given);

	if (given->revision == expected->revision && kit_row_same(expected, &value))
		tally->fresh += given->revision == kit->last;
	else if (kit_version(kit, &key, &value, given->revision, 1) != NULL)
		found_old(tally, &key);
	else if (given->revision == expected->revision && value.size < expected->value_size &&
	         (value.size == 0 ||
	          memcmp(value.data, expected->bytes + expected->key_size, value.size) == 0))
		wrong(kit, tally, KIT_TRUNCATED_VALUE, &key);
	else if (!kit_set_has(&kit->revisions, given->revision) &&
	         (kit_row_same(expected, &value) || kit_version(kit, &key, &value, 0, 0) != NULL))
		wrong(kit, tally, KIT_REPEATED_BATCH, &key); /* it was right when it was put */
	else if (kit_row_same(expected, &value))
		wrong(kit, tally, KIT_WRONG_REVISION, &key);
	else
		wrong(kit, tally, KIT_WRONG_VALUE, &key);
}

/* The rows given for one element, in the order given. Sets what is wrong with that. */
static size_t gather(struct kit *kit, const struct kit_asker *asker, uint32_t index,
                     const struct kit_row **list, struct tally *tally)
{
	size_t i, count = 0;

	for (i = 0; i < asker->count; i++) {
		const struct kit_row *row = asker->given[i].row;
		struct bko_span key = kit_row_key(row), before;

		if (asker->given[i].index != index)
			continue;
		if (count > 0) {
			int order;

			before = kit_row_key(list[count - 1]);
			order = kit_compare_spans(&before, &key);
			if (order >= 0) {
				wrong(kit, tally, order ? KIT_MISSORTED_KEYS : KIT_EXTRA_ROW, &key);
				return SIZE_MAX;
			}
		}
		list[count++] = row;
	}
	return count;
}

static void check_element(struct kit *kit, const struct kit_asker *asker,
                          const struct bko_read *read, uint32_t index, struct tally *tally)
{
	const struct kit_row **list = kit_alloc(NULL, (asker->count + 1) * sizeof *list);
	size_t given = gather(kit, asker, index, list, tally);
	size_t low = kit_model_lower(&kit->model, &read->key), high, want, i = 0, j = 0;
	size_t faults = tally->wrong + tally->old;

	if (read->end.size > 0)
		high = kit_model_lower(&kit->model, &read->end);
	else
		high = low + (kit_model_get(&kit->model, &read->key) != NULL);
	high = high < low ? low : high;
	want = high - low < read->limit ? high - low : read->limit;
	while (given != SIZE_MAX && (i < want || j < given)) {
		const struct kit_row *expected = i < want ? kit->model.rows[low + i] : NULL;
		int order = j == given ? -1 : 1;

		if (expected != NULL && j < given)
			order = kit_compare(expected->bytes, expected->key_size, list[j]->bytes,
			                    list[j]->key_size);
		if (order < 0) {
			missing(kit, tally, expected);
			i++;
		} else if (order > 0) {
			if (i == want && j >= read->limit) {
				wrong(kit, tally, KIT_WRONG_LIMIT, &read->key);
				break;
			}
			surplus(kit, tally, list[j++]);
		} else {
			both(kit, tally, expected, list[j++]);
			i++;
		}
	}
	if (given != SIZE_MAX && faults == tally->wrong + tally->old &&
	    (asker->more[index] != 0) != (high - low > want))
		kit_found(kit, KIT_WRONG_MORE,
		          asker->more[index] ? "more said, but there is none" : "more not said",
		          &read->key);
	free(list);
}

size_t kit_check(struct kit *kit, struct kit_asker *asker, const struct bko_read *reads,
                 size_t count)
{
	struct tally tally = {0, 0, 0, {NULL, 0}};
	size_t i;

	if (kit_ask_patiently(asker, reads, count) != BKO_REPLY_DONE)
		return 1;
	for (i = 0; i < asker->count; i++)
		if (asker->given[i].index >= count)
			wrong(kit, &tally, KIT_EXTRA_ROW, NULL);
	for (i = 0; i < count; i++)
		check_element(kit, asker, &reads[i], (uint32_t)i, &tally);
	if (tally.old > 0)
		kit_found(kit, tally.fresh > 0 ? KIT_TORN_READ : KIT_STALE_READ, "read",
		          &tally.old_key);
	if (tally.old + tally.wrong > 0)
		kit_adopt(kit);
	return tally.old + tally.wrong;
}

/* ---- All that there is -------------------------------------------------------------- */

/* The key behind `key`: nothing lies between. 0: there is none. */
static size_t next_key(unsigned char *key, size_t size)
{
	if (size < BKO_KEY_MAX) {
		key[size] = 0;
		return size + 1;
	}
	while (size > 0 && key[size - 1] == 0xff)
		size--;
	if (size > 0)
		key[size - 1]++;
	return size;
}

/* Where all keys end; the last possible one lies there itself. */
static struct bko_span last_key(unsigned char *bytes)
{
	struct bko_span span = {bytes, BKO_KEY_MAX};

	memset(bytes, 0xff, BKO_KEY_MAX);
	return span;
}

size_t kit_check_all(struct kit *kit, struct kit_asker *asker, uint32_t limit)
{
	unsigned char from[BKO_KEY_MAX] = {0}, bytes[BKO_KEY_MAX];
	struct bko_span end = last_key(bytes), start = {from, 1};
	size_t wrong_rows = 0;

	while (start.size > 0 && kit_compare_spans(&start, &end) < 0 && wrong_rows == 0) {
		struct bko_read reads[2];
		size_t low = kit_model_lower(&kit->model, &start);

		reads[0] = kit_range(&start, &end, limit);
		reads[1] = kit_one(&end);
		wrong_rows = kit_check(kit, asker, reads, 2);
		if (kit->model.count - low <= limit)
			break;
		start.size = kit->model.rows[low + limit - 1]->key_size;
		memcpy(from, kit->model.rows[low + limit - 1]->bytes, start.size);
		start.size = next_key(from, start.size);
	}
	return wrong_rows;
}

/* In one read, and whatever its order. */
void kit_adopt(struct kit *kit)
{
	struct kit_asker *asker = &kit->asker;
	unsigned char bytes[BKO_KEY_MAX];
	struct bko_span end = last_key(bytes), start = {"", 1};
	struct kit_model found = {NULL, 0, 0};
	struct bko_read reads[2];
	size_t i;

	reads[0] = kit_range(&start, &end, UINT32_MAX);
	reads[1] = kit_one(&end);
	kit_ask_patiently(asker, reads, 2);
	for (i = 0; i < asker->count; i++) {
		const struct kit_row *row = asker->given[i].row;
		struct bko_span key = kit_row_key(row), value = kit_row_value(row);

		free(kit_model_put(&found, kit_row_make(&key, &value, row->revision)));
	}
	kit_model_clear(&kit->model);
	kit->model = found;
}
