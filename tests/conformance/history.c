/*
 * history.c - batches and reads at random, on keys that are near each other.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kit.h"

#include <stdlib.h>
#include <string.h>

enum { POOL = 160, MOST = 14 };

struct history {
	struct kit *kit;
	unsigned char keys[POOL][BKO_KEY_MAX];
	size_t sizes[POOL];
	unsigned char values[MOST][BKO_VALUE_MAX];
	struct bko_entry entries[MOST];
};

static void make_keys(struct history *history)
{
	uint64_t *random = &history->kit->random;
	uint32_t i;
	size_t k;

	for (i = 0; i < POOL; i++) {
		unsigned char *key = history->keys[i];
		size_t size = 1 + kit_below(random, i % 8 == 0 ? BKO_KEY_MAX : 12);

		for (k = 0; k < size; k++)
			key[k] = i % 2 ? (unsigned char)("\0\1aA\x7f\x80\xfe\xff"[kit_below(random,
			                                                                    8)])
			               : (unsigned char)kit_below(random, 256);
		/* half of them begin as another one does */
		if (i > 0 && i % 2 == 0) {
			uint32_t like = kit_below(random, i);
			size_t same = history->sizes[like] < size ? history->sizes[like] : size;

			memcpy(key, history->keys[like], same);
		}
		history->sizes[i] = size;
	}
}

static struct bko_span key_of(const struct history *history, uint32_t number)
{
	struct bko_span key = {history->keys[number], history->sizes[number]};

	return key;
}

static int compare_entries(const void *a, const void *b)
{
	const struct bko_entry *x = a, *y = b;

	return kit_compare_spans(&x->key, &y->key);
}

static void make_entry(struct history *history, uint32_t at)
{
	struct kit *kit = history->kit;
	uint64_t *random = &kit->random;
	struct bko_span key = key_of(history, kit_below(random, POOL));
	const struct kit_row *row = kit_model_get(&kit->model, &key);
	struct bko_span value = {history->values[at], 0};
	struct bko_entry *entry = &history->entries[at];
	size_t k;

	value.size = kit_below(random, kit_below(random, 20) == 0 ? BKO_VALUE_MAX + 1 : 40);
	for (k = 0; k < value.size; k++)
		history->values[at][k] = (unsigned char)kit_below(random, 256);
	*entry = kit_entry(&key, &value, kit_below(random, 3), 1 + kit_below(random, 9),
	                   kit_below(random, 12) == 0  ? BKO_ACTION_NONE
	                   : kit_below(random, 3) == 0 ? BKO_ACTION_DELETE
	                                               : BKO_ACTION_PUT);
	if (kit_below(random, 60) != 0) { /* a guard that holds, else nothing would happen */
		if (entry->guard != BKO_GUARD_NONE)
			entry->guard = row != NULL ? BKO_GUARD_REVISION : BKO_GUARD_ABSENT;
		if (row != NULL)
			entry->revision = row->revision;
	}
	if (kit_below(random, 2))
		entry->hint =
			kit_below(random, 2) && row != NULL ? row->hint : kit_below(random, 400);
}

static void step(struct history *history)
{
	struct kit *kit = history->kit;
	struct kit_asker *asker =
		kit->has_other && kit_below(&kit->random, 2) ? &kit->other : &kit->asker;
	uint32_t most = kit->asker.store.max_entries, count, kept = 0, i;

	most = most != 0 && most < MOST ? most : MOST;
	count = 1 + kit_below(&kit->random, most);
	for (i = 0; i < count; i++)
		make_entry(history, i);
	qsort(history->entries, count, sizeof *history->entries, compare_entries);
	for (i = 0; i < count; i++)
		if (kept == 0 ||
		    compare_entries(&history->entries[kept - 1], &history->entries[i]) != 0)
			history->entries[kept++] = history->entries[i];
	kit_commit(kit, asker, history->entries, kept);
}

static void ask(struct history *history)
{
	struct kit *kit = history->kit;
	uint64_t *random = &kit->random;
	struct kit_asker *asker =
		kit->has_other && kit_below(random, 2) ? &kit->other : &kit->asker;
	struct bko_read reads[MOST];
	uint32_t count = 1 + kit_below(random, MOST), i;
	size_t k;

	for (i = 0; i < count; i++) {
		struct bko_span a = key_of(history, kit_below(random, POOL));
		struct bko_span b = key_of(history, kit_below(random, POOL));
		int turned = kit_compare_spans(&a, &b) > 0;

		reads[i] = kit_below(random, 3) ? kit_one(&a)
		                                : kit_range(turned ? &b : &a, turned ? &a : &b,
		                                            1 + kit_below(random, 30));
	}
	kit_check(kit, asker, reads, count);
	for (k = 0; k < asker->count; k++) {
		struct bko_span key = kit_row_key(asker->given[k].row);
		struct kit_row *row = kit_model_get(&kit->model, &key);

		if (row != NULL)
			row->hint = asker->given[k].row->hint;
	}
}

/* After an end or a loss of power all is as it was. */
static void go_on(struct kit *kit, int power)
{
	if (kit_reopen(kit, power) != 0)
		return;
	kit->renamed = 1 + (power ? KIT_SKIPPED_SYNC : KIT_LOST_COMMIT);
	kit_check_all(kit, &kit->asker, 64);
	kit->renamed = 0;
}

void kit_history(struct kit *kit)
{
	struct history *history = kit_alloc(NULL, sizeof *history);
	uint32_t steps = kit->subject->steps > 0 ? kit->subject->steps : 2000, i;

	kit->asker.during = kit->other.during = "a random history";
	history->kit = kit;
	make_keys(history);
	for (i = 1; i <= steps && !kit->broken; i++) {
		step(history);
		if (i % 2 == 0)
			ask(history);
		if (i % 64 == 0)
			kit_check_all(kit, &kit->asker, 1 + kit_below(&kit->random, 100));
		if (i % 200 == 0 && kit->subject->reopen != NULL)
			go_on(kit, 0);
		if (i % 300 == 0 && kit->subject->power_loss != NULL &&
		    !(kit->subject->flags & KIT_GROUPED))
			go_on(kit, 1);
		kit->report->steps++;
	}
	free(history);
}
