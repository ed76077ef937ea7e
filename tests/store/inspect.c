/*
 * tests/store/inspect.c - what must hold of pages, trees and the pool.
 *
 * SPDX-License-Identifier: MIT
 */
#include "inspect.h"

#include <stdlib.h>

#include "store/memory_tree.h"

#define MUST(what)                    \
	do {                          \
		if (!(what))          \
			return #what; \
	} while (0)

struct walk {
	const bko_memory *memory;
	unsigned char *seen; /* by page */
	uint64_t rows, row_bytes, pages;
	uint32_t left; /* leaf before */
	uint64_t used, room;
};

struct text {
	unsigned char bytes[BKO_KEY_MAX];
	size_t size;
};

struct bounds {
	struct text low, high; /* low <= keys < high; of no size: open */
};

static int inspect_compare(const struct text *a, const struct text *b)
{
	size_t common = a->size < b->size ? a->size : b->size;
	int order = memcmp(a->bytes, b->bytes, common);

	return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

static const char *inspect_order(const struct bko__page *page, const struct bounds *bounds)
{
	struct text key, before;
	uint32_t i;

	for (i = 0; i < page->count; i++) {
		key.size = bko__page_key(page, i, key.bytes);
		MUST(key.size == bko__page_key_size(bko__page_look(page, i)));
		if (i > 0)
			MUST(inspect_compare(&before, &key) < 0);
		if (bounds->low.size > 0)
			MUST(inspect_compare(&bounds->low, &key) <= 0);
		if (bounds->high.size > 0)
			MUST(inspect_compare(&key, &bounds->high) < 0);
		before = key;
	}
	return NULL;
}

/* Head of a key as a plain loop over its bytes says. */
static uint64_t inspect_head(const struct text *key, size_t prefix)
{
	uint64_t head = 0;
	size_t i;

	for (i = prefix; i < prefix + 6; i++)
		head = head << 8 | (i < key->size ? key->bytes[i] : 0u);
	return head << 16;
}

static const char *inspect_page(const struct bko__page *page, size_t page_size)
{
	size_t lead = page->level == BKO__PAGE_LEAF ? BKO__PAGE_LEAF_LEAD : BKO__PAGE_INNER_LEAD;
	size_t used = page->prefix;
	unsigned char taken[8192] = {0};
	struct text key;
	size_t bytes, k;
	uint32_t i;

	MUST(page->size == page_size);
	MUST(page->top <= page_size - page->prefix);
	MUST(sizeof *page + page->count * sizeof(uint64_t) <= page->top);
	MUST((page->prefix > 0) == (page->count > 0));
	for (i = 0; i < page->count; i++) {
		key.size = bko__page_key(page, i, key.bytes);
		bytes = bko__page_taken(page, i) - BKO__PAGE_SLOT;
		used += bytes;
		MUST(key.size >= 1 && key.size <= BKO_KEY_MAX && key.size >= page->prefix);
		MUST(bko__page_place(page, i) >= page->top + lead);
		MUST(bko__page_place(page, i) - lead + bytes <= page_size - page->prefix);
		for (k = 0; k < bytes; k++) {
			MUST(!taken[bko__page_place(page, i) - lead + k]);
			taken[bko__page_place(page, i) - lead + k] = 1;
		}
		MUST(memcmp(key.bytes, bko__page_prefix(page), page->prefix) == 0);
		MUST(bko__page_head(page, i) == inspect_head(&key, page->prefix));
	}
	MUST(page_size - page->top == used + page->holes);
	return NULL;
}

static const char *inspect_leaf(struct walk *walk, uint32_t number)
{
	const struct bko__page *page = bko__pool_page(walk->memory, number);
	const unsigned char *cell;
	uint32_t i;

	MUST(page->count > 0);
	MUST(page->prev == walk->left);
	if (walk->left != 0)
		MUST(bko__pool_page(walk->memory, walk->left)->next == number);
	walk->left = number;
	walk->rows += page->count;
	walk->used += bko__page_capacity(page->size) - bko__page_room(page);
	walk->room += bko__page_capacity(page->size);
	for (i = 0; i < page->count; i++) {
		cell = bko__page_look(page, i);
		MUST(bko__page_value_size(cell) <= BKO_VALUE_MAX);
		MUST(bko__page_revision(cell) != 0);
		MUST(bko__page_revision(cell) <= walk->memory->revision);
		walk->row_bytes += bko__page_key_size(cell) + bko__page_value_size(cell);
	}
	return NULL;
}

/* Tests may recurse: trees are flat. */
static const char *inspect_tree(struct walk *walk, uint32_t number, struct bounds bounds,
                                uint32_t level)
{
	const struct bko__page *page;
	struct bounds below;
	const char *wrong;
	uint32_t i;

	MUST(number > 0 && number < walk->memory->page_fresh);
	MUST(!walk->seen[number]);
	walk->seen[number] = 1;
	walk->pages++;
	page = bko__pool_page(walk->memory, number);
	MUST(level == 0 || page->level == level);
	wrong = inspect_page(page, walk->memory->page_size);
	if (wrong == NULL)
		wrong = inspect_order(page, &bounds);
	if (wrong != NULL || page->level == BKO__PAGE_LEAF)
		return wrong != NULL ? wrong : inspect_leaf(walk, number);
	MUST(level != 0 || page->count > 0);
	for (i = 0; i <= page->count; i++) {
		below = bounds;
		if (i > 0)
			below.low.size = bko__page_key(page, i - 1, below.low.bytes);
		if (i < page->count)
			below.high.size = bko__page_key(page, i, below.high.bytes);
		wrong = inspect_tree(walk, bko__page_child(page, i), below, page->level - 1u);
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

static const char *inspect_pool(struct walk *walk)
{
	const bko_memory *memory = walk->memory;
	uint32_t number = memory->page_free;
	uint32_t frees = 0;

	MUST(memory->page_fresh >= 1 && memory->page_fresh <= memory->page_count);
	for (; number != 0; number = bko__pool_page(memory, number)->next) {
		MUST(number < memory->page_fresh);
		MUST(!walk->seen[number]);
		MUST(bko__pool_page(memory, number)->level == BKO__PAGE_FREE);
		walk->seen[number] = 1;
		frees++;
	}
	MUST(frees == memory->page_frees);
	MUST(walk->pages + frees + 1 == memory->page_fresh);
	return NULL;
}

static const char *inspect_walk(struct walk *walk)
{
	struct bounds bounds;
	const char *wrong;
	uint32_t i;

	for (i = 0; i < BKO__MEMORY_TREES; i++) {
		if (walk->memory->roots[i] == 0)
			continue;
		memset(&bounds, 0, sizeof bounds);
		bounds.low.bytes[0] = (unsigned char)i;
		bounds.low.size = 1;
		bounds.high.bytes[0] = (unsigned char)(i + 1);
		bounds.high.size = i + 1 < BKO__MEMORY_TREES ? 1 : 0;
		walk->left = 0;
		wrong = inspect_tree(walk, walk->memory->roots[i], bounds, 0);
		if (wrong != NULL)
			return wrong;
		MUST(bko__pool_page(walk->memory, walk->left)->next == 0);
	}
	MUST(walk->rows == walk->memory->rows);
	MUST(walk->row_bytes == walk->memory->row_bytes);
	return inspect_pool(walk);
}

static const char *inspect(bko_memory *memory, struct walk *walk)
{
	const char *wrong;

	memset(walk, 0, sizeof *walk);
	walk->memory = memory;
	walk->seen = calloc(memory->page_count, 1);
	if (walk->seen == NULL)
		return "no memory";
	wrong = inspect_walk(walk);
	free(walk->seen);
	return wrong;
}

const char *inspect_store(bko_memory *memory)
{
	struct walk walk;

	return inspect(memory, &walk);
}

unsigned inspect_fill(bko_memory *memory)
{
	struct walk walk;

	if (inspect(memory, &walk) != NULL || walk.room == 0)
		return 100;
	return (unsigned)(walk.used * 100 / walk.room);
}
