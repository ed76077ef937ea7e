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

struct bounds {
	const unsigned char *low, *high; /* low <= keys < high; NULL: open */
	size_t low_size, high_size;
};

static const char *inspect_order(const struct bko__page *page, const struct bounds *bounds)
{
	const unsigned char *key, *before = NULL;
	uint32_t i;

	for (i = 0; i < page->count; i++) {
		key = bko__page_key(page, i);
		if (before != NULL)
			MUST(bko__page_compare(before, before[-1], key, key[-1]) < 0);
		if (bounds->low != NULL)
			MUST(bko__page_compare(bounds->low, bounds->low_size, key, key[-1]) <= 0);
		if (bounds->high != NULL)
			MUST(bko__page_compare(key, key[-1], bounds->high, bounds->high_size) < 0);
		before = key;
	}
	return NULL;
}

/* Head of a key as a plain loop over its bytes says. */
static uint64_t inspect_head(const unsigned char *key, size_t prefix)
{
	uint64_t head = 0;
	size_t i;

	for (i = prefix; i < prefix + 6; i++)
		head = head << 8 | (i < key[-1] ? key[i] : 0u);
	return head << 16;
}

static const char *inspect_page(const struct bko__page *page, size_t page_size)
{
	size_t lead = page->level == BKO__PAGE_LEAF ? BKO__PAGE_LEAF_LEAD : BKO__PAGE_INNER_LEAD;
	size_t used = 0;
	const unsigned char *key;
	unsigned char taken[8192] = {0};
	size_t bytes, k;
	uint32_t i;

	MUST(page->size == page_size);
	MUST(page->top <= page_size);
	MUST(sizeof *page + page->count * sizeof(uint64_t) <= page->top);
	for (i = 0; i < page->count; i++) {
		key = bko__page_key(page, i);
		bytes = bko__page_taken(page, i) - BKO__PAGE_SLOT;
		used += bytes;
		MUST(key[-1] >= 1 && key[-1] <= BKO_KEY_MAX);
		MUST(bko__page_place(page, i) >= page->top + lead);
		MUST(bko__page_place(page, i) - lead + bytes <= page_size);
		for (k = 0; k < bytes; k++) {
			MUST(!taken[bko__page_place(page, i) - lead + k]);
			taken[bko__page_place(page, i) - lead + k] = 1;
		}
		MUST(page->prefix <= key[-1]);
		MUST(memcmp(key, bko__page_key(page, 0), page->prefix) == 0);
		MUST(memcmp(key, page->shared,
		            page->prefix < BKO__PAGE_SHARED ? page->prefix : BKO__PAGE_SHARED) ==
		     0);
		MUST((page->slots[i] & ~(uint64_t)0xffff) == inspect_head(key, page->prefix));
	}
	MUST(page_size - page->top == used + page->holes);
	return NULL;
}

static const char *inspect_leaf(struct walk *walk, uint32_t number)
{
	const struct bko__page *page = bko__pool_page(walk->memory, number);
	const unsigned char *key;
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
		key = bko__page_key(page, i);
		MUST(bko__page_value_size(key) <= BKO_VALUE_MAX);
		MUST(bko__page_revision(key) != 0);
		MUST(bko__page_revision(key) <= walk->memory->revision);
		walk->row_bytes += bko__page_key_size(key) + bko__page_value_size(key);
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
		if (i > 0) {
			below.low = bko__page_key(page, i - 1);
			below.low_size = bko__page_key_size(below.low);
		}
		if (i < page->count) {
			below.high = bko__page_key(page, i);
			below.high_size = bko__page_key_size(below.high);
		}
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
	unsigned char first, last;
	uint32_t i;

	for (i = 0; i < BKO__MEMORY_TREES; i++) {
		if (walk->memory->roots[i] == 0)
			continue;
		first = (unsigned char)i;
		last = (unsigned char)(i + 1);
		bounds.low = &first;
		bounds.low_size = 1;
		bounds.high = i + 1 < BKO__MEMORY_TREES ? &last : NULL;
		bounds.high_size = 1;
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
