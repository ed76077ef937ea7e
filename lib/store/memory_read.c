/*
 * store/memory_read.c - reads: single rows and ranges, lent as they lie.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/memory_tree.h"

void bko__memory_row(struct bko_memory *memory, const struct bko__cell_at *place,
                     struct bko_entry *row)
{
	const unsigned char *cell = bko__page_look(place->leaf, place->slot);

	row->key.data = memory->key;
	row->key.size = bko__page_key(place->leaf, place->slot, memory->key);
	row->value.data = cell + bko__page_value_at(place->leaf, cell);
	row->value.size = bko__page_value_size(cell);
	row->revision = bko__page_revision(cell);
}

int32_t bko__memory_give(const struct bko__cell_at *place, const struct bko_span *key,
                         uint32_t index, bko_reply *reply)
{
	const unsigned char *cell;

	if (!place->exact)
		return BKO_OK;
	cell = bko__page_look(place->leaf, place->slot);
	return bko_reply_row(
		reply, index, key->data, key->size, cell + bko__page_value_at(place->leaf, cell),
		bko__page_value_size(cell), bko__page_revision(cell), bko__memory_hint(place));
}

/* First slot of a leaf that is not below the end of a range. */
static uint32_t read_stop(const struct bko__page *page, const struct bko_span *end)
{
	uint32_t slot;

	bko__page_find(page, end->data, end->size, &slot);
	return slot;
}

/* The leaf after this one, across trees up to that of the end. */
static uint32_t read_next(const struct bko_memory *memory, const struct bko__page *page,
                          uint32_t tree, const struct bko_span *end)
{
	uint32_t last = *(const unsigned char *)end->data;

	if (page != NULL && page->next != 0)
		return page->next;
	return tree < last ? bko__tree_first(memory, tree + 1, last) : 0;
}

/* The first row of a leaf; 0: there is none. */
static void read_begin(const struct bko_memory *memory, struct bko__cell_at *place, uint32_t number)
{
	place->leaf = number != 0 ? bko__pool_page(memory, number) : NULL;
	place->slot = 0;
	place->exact = 1;
}

/* A place behind the last row of its leaf becomes the first of the next. */
static int read_settle(const struct bko_memory *memory, struct bko__cell_at *place, uint32_t tree)
{
	uint32_t number = 0;

	if (place->leaf != NULL) {
		if (place->slot < place->leaf->count)
			return 1;
		number = place->leaf->next;
	}
	if (number == 0 && tree < BKO__MEMORY_TREES - 1)
		number = bko__tree_first(memory, tree + 1, BKO__MEMORY_TREES - 1);
	read_begin(memory, place, number);
	return number != 0;
}

int bko__memory_above(struct bko_memory *memory, const unsigned char *key, size_t size,
                      struct bko__cell_at *place)
{
	const struct bko_span span = {key, size};

	if (size == 0) {
		read_begin(memory, place, bko__tree_first(memory, 0, BKO__MEMORY_TREES - 1));
		return place->leaf != NULL;
	}
	bko__tree_find(memory, &span, 0, NULL, place);
	place->slot = (uint16_t)(place->slot + place->exact);
	return read_settle(memory, place, key[0]);
}

int bko__memory_next(const struct bko_memory *memory, struct bko__cell_at *place)
{
	place->slot++;
	return read_settle(memory, place, *bko__page_prefix(place->leaf));
}

static int32_t read_range(struct bko_memory *memory, const struct bko_read *range, uint32_t index,
                          bko_reply *reply)
{
	const unsigned char *key = range->key.data;
	uint32_t left = range->limit;
	uint32_t tree = key[0];
	struct bko__cell_at place;
	struct bko_span own = {memory->key, 0};
	uint32_t stop;
	int32_t status;

	if (bko__page_compare(key, range->key.size, range->end.data, range->end.size) >= 0)
		return BKO_OK;
	bko__tree_find(memory, &range->key, 0, NULL, &place);
	if (place.leaf == NULL)
		read_begin(memory, &place, read_next(memory, NULL, tree, &range->end));
	place.exact = 1;
	while (place.leaf != NULL) {
		tree = *bko__page_prefix(place.leaf);
		stop = read_stop(place.leaf, &range->end);
		for (; place.slot < stop; place.slot++) {
			if (left-- == 0)
				return bko_reply_more(reply, index);
			own.size = bko__page_key(place.leaf, place.slot, memory->key);
			status = bko__memory_give(&place, &own, index, reply);
			if (status != BKO_OK)
				return status;
		}
		if (stop < place.leaf->count)
			return BKO_OK;
		read_begin(memory, &place, read_next(memory, place.leaf, tree, &range->end));
	}
	return BKO_OK;
}

static int read_bounds_key(const struct bko_span *key)
{
	return key->data != NULL && key->size >= 1 && key->size <= BKO_KEY_MAX;
}

static int32_t read_check(const struct bko_query *query)
{
	const struct bko_read *read;
	size_t i;

	if (bko__memory_sized(query, sizeof *query) < 0 ||
	    (query->flags & ~(uint32_t)BKO_QUERY_STALE) != 0)
		return BKO_REPLY_UNSUPPORTED;
	if (query->count > BKO__MEMORY_COUNT)
		return BKO_REPLY_TOO_LARGE;
	if (query->count > 0 && query->reads == NULL)
		return BKO_REPLY_UNSUPPORTED;
	for (i = 0; i < query->count; i++) {
		read = &query->reads[i];
		if (read->key.size > BKO_KEY_MAX || read->end.size > BKO_KEY_MAX)
			return BKO_REPLY_TOO_LARGE;
		if (!read_bounds_key(&read->key) || read->limit == 0 || read->flags != 0 ||
		    (read->end.size > 0 && !read_bounds_key(&read->end)))
			return BKO_REPLY_UNSUPPORTED;
	}
	return BKO_REPLY_DONE;
}

void bko__memory_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct bko_memory *memory = host;
	int32_t status = BKO_REPLY_UNSUPPORTED;
	const struct bko_read *read;
	struct bko__cell_at place = {NULL, 0, 0};
	int32_t given = BKO_OK;
	size_t i;

	if (memory != NULL && memory->magic == BKO__MEMORY_MAGIC && query != NULL)
		status = read_check(query);
	if (status != BKO_REPLY_DONE) {
		bko_reply_end(reply, status, 0, 0);
		return;
	}
	for (i = 0; i < query->count && given == BKO_OK; i++) {
		read = &query->reads[i];
		if (read->end.size > 0) {
			given = read_range(memory, read, (uint32_t)i, reply);
			continue;
		}
		bko__tree_find(memory, &read->key, 0, place.leaf, &place);
		given = bko__memory_give(&place, &read->key, (uint32_t)i, reply);
	}
	/* What the reply refused to take was not answered. */
	bko_reply_end(reply, given == BKO_OK ? BKO_REPLY_DONE : BKO_REPLY_BUSY, 0, 0);
}
