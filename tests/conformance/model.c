/*
 * model.c - rows in a sorted array: what a store must hold, the plain way.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kit.h"

#include <stdlib.h>
#include <string.h>

void *kit_alloc(void *old, size_t size)
{
	void *block = realloc(old, size > 0 ? size : 1);

	if (block == NULL) {
		fprintf(stderr, "conformance kit: no memory\n");
		exit(2);
	}
	return block;
}

int kit_compare(const void *a, size_t a_size, const void *b, size_t b_size)
{
	size_t shorter = a_size < b_size ? a_size : b_size;
	int order = shorter > 0 ? memcmp(a, b, shorter) : 0;

	if (order != 0)
		return order < 0 ? -1 : 1;
	return a_size < b_size ? -1 : a_size > b_size;
}

int kit_compare_spans(const struct bko_span *a, const struct bko_span *b)
{
	return kit_compare(a->data, a->size, b->data, b->size);
}

struct kit_row *kit_row_make(const struct bko_span *key, const struct bko_span *value,
                             uint64_t revision)
{
	struct kit_row *row = kit_alloc(NULL, sizeof *row + key->size + value->size);

	row->key_size = key->size;
	row->value_size = value->size;
	row->revision = revision;
	row->hint = 0;
	if (key->size > 0)
		memcpy(row->bytes, key->data, key->size);
	if (value->size > 0)
		memcpy(row->bytes + key->size, value->data, value->size);
	return row;
}

struct bko_span kit_row_key(const struct kit_row *row)
{
	struct bko_span span = {row->bytes, row->key_size};

	return span;
}

struct bko_span kit_row_value(const struct kit_row *row)
{
	struct bko_span span = {row->bytes + row->key_size, row->value_size};

	return span;
}

int kit_row_same(const struct kit_row *row, const struct bko_span *value)
{
	return row->value_size == value->size &&
	       (value->size == 0 ||
	        memcmp(row->bytes + row->key_size, value->data, value->size) == 0);
}

size_t kit_model_lower(const struct kit_model *model, const struct bko_span *key)
{
	size_t low = 0, high = model->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct bko_span its = kit_row_key(model->rows[middle]);

		if (kit_compare_spans(&its, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct kit_row *kit_model_get(const struct kit_model *model, const struct bko_span *key)
{
	size_t at = kit_model_lower(model, key);
	struct bko_span its;

	if (at == model->count)
		return NULL;
	its = kit_row_key(model->rows[at]);
	return kit_compare_spans(&its, key) == 0 ? model->rows[at] : NULL;
}

struct kit_row *kit_model_put(struct kit_model *model, struct kit_row *row)
{
	struct bko_span key = kit_row_key(row);
	size_t at = kit_model_lower(model, &key);
	struct kit_row *old = kit_model_get(model, &key);

	if (old != NULL) {
		model->rows[at] = row;
		return old;
	}
	if (model->count == model->room) {
		model->room = model->room > 0 ? 2 * model->room : 64;
		model->rows = kit_alloc(model->rows, model->room * sizeof *model->rows);
	}
	memmove(model->rows + at + 1, model->rows + at, (model->count - at) * sizeof *model->rows);
	model->rows[at] = row;
	model->count++;
	return NULL;
}

struct kit_row *kit_model_take(struct kit_model *model, const struct bko_span *key)
{
	size_t at = kit_model_lower(model, key);
	struct kit_row *old = kit_model_get(model, key);

	if (old != NULL) {
		model->count--;
		memmove(model->rows + at, model->rows + at + 1,
		        (model->count - at) * sizeof *model->rows);
	}
	return old;
}

void kit_model_clear(struct kit_model *model)
{
	size_t i;

	for (i = 0; i < model->count; i++)
		free(model->rows[i]);
	free(model->rows);
	memset(model, 0, sizeof *model);
}

void kit_model_copy(struct kit_model *to, const struct kit_model *from)
{
	size_t i;

	kit_model_clear(to);
	to->rows = kit_alloc(NULL, from->count * sizeof *to->rows);
	to->room = from->count;
	for (i = 0; i < from->count; i++) {
		struct bko_span key = kit_row_key(from->rows[i]);
		struct bko_span value = kit_row_value(from->rows[i]);

		to->rows[to->count++] = kit_row_make(&key, &value, from->rows[i]->revision);
	}
}

size_t kit_model_guards(const struct kit_model *model, const struct bko_entry *entries,
                        size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct kit_row *row = kit_model_get(model, &entries[i].key);

		if (entries[i].guard == BKO_GUARD_ABSENT && row != NULL)
			break;
		if (entries[i].guard == BKO_GUARD_REVISION &&
		    (row == NULL || row->revision != entries[i].revision))
			break;
	}
	return i;
}

void kit_model_apply(struct kit_model *model, const struct bko_entry *entries, size_t count,
                     uint64_t revision, struct kit_row **old)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct bko_entry *entry = &entries[i];
		struct kit_row *before = NULL;

		if (entry->action == BKO_ACTION_PUT)
			before = kit_model_put(model,
			                       kit_row_make(&entry->key, &entry->value, revision));
		else if (entry->action == BKO_ACTION_DELETE)
			before = kit_model_take(model, &entry->key);
		if (old != NULL)
			old[i] = before;
		else
			free(before);
	}
}

/* splitmix64 */
uint64_t kit_random(uint64_t *state)
{
	uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ mixed >> 31;
}

uint32_t kit_below(uint64_t *state, uint32_t bound)
{
	return (uint32_t)((kit_random(state) >> 32) * bound >> 32);
}

static uint64_t *set_slot(const struct kit_set *set, uint64_t number)
{
	uint64_t state = number;
	size_t at = (size_t)kit_random(&state) & (set->room - 1);

	while (set->slots[at] != 0 && set->slots[at] != number)
		at = (at + 1) & (set->room - 1);
	return &set->slots[at];
}

/* 0 stands for an empty slot and is never added. */
int kit_set_add(struct kit_set *set, uint64_t number)
{
	uint64_t *slot;

	if (2 * (set->count + 1) > set->room) {
		struct kit_set grown = {NULL, set->count, set->room > 0 ? 2 * set->room : 64};
		size_t i;

		grown.slots = kit_alloc(NULL, grown.room * sizeof *grown.slots);
		memset(grown.slots, 0, grown.room * sizeof *grown.slots);
		for (i = 0; i < set->room; i++)
			if (set->slots[i] != 0)
				*set_slot(&grown, set->slots[i]) = set->slots[i];
		free(set->slots);
		*set = grown;
	}
	slot = set_slot(set, number);
	if (*slot == number)
		return 0;
	*slot = number;
	set->count++;
	return 1;
}

int kit_set_has(const struct kit_set *set, uint64_t number)
{
	return set->room > 0 && *set_slot(set, number) == number;
}
