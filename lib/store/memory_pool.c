/*
 * store/memory_pool.c - pages, from the allocator or from the caller's arena.
 *
 * Pages come in blocks, which stay until the store is closed; a page that is
 * freed waits for its next use. A page that was never used is not touched, not
 * even to put it on a list.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/memory_tree.h"

enum {
	POOL_ARENA_SHIFT = 31, /* an arena is one block, however large */
	POOL_BLOCK_SHIFT = 3,
	POOL_FIRST_LIMIT = 16,
	POOL_PAGES = 0x40000000 /* more than any machine has memory for */
};

/* Pages begin where cache lines do, or a search would touch more of them. */
static size_t pool_skip(const void *block)
{
	return (BKO__MEMORY_LINE - (uintptr_t)block % BKO__MEMORY_LINE) % BKO__MEMORY_LINE;
}

/* The pages of a block, and a line more: what was skipped in front of them is
 * noted in the byte behind them. */
static size_t pool_block_size(const struct bko_memory *memory)
{
	return ((size_t)BKO__MEMORY_BLOCK << memory->page_shift) + BKO__MEMORY_LINE;
}

static unsigned char *pool_new_block(const struct bko_memory *memory)
{
	size_t size = pool_block_size(memory);
	unsigned char *block = memory->alloc(memory->alloc_host, NULL, 0, size);
	size_t skip;

	if (block == NULL)
		return NULL;
	skip = pool_skip(block);
	block[skip + size - BKO__MEMORY_LINE] = (unsigned char)skip;
	return block + skip;
}

static void pool_free_block(const struct bko_memory *memory, unsigned char *block)
{
	size_t size = pool_block_size(memory);

	block -= block[size - BKO__MEMORY_LINE];
	memory->alloc(memory->alloc_host, block, size, 0);
}

static int pool_grow_table(struct bko_memory *memory)
{
	uint32_t limit = memory->block_limit == 0 ? POOL_FIRST_LIMIT : memory->block_limit * 2;
	size_t old_size = memory->block_limit * sizeof *memory->blocks;
	void *blocks;

	if (limit > POOL_PAGES / BKO__MEMORY_BLOCK)
		return 0;
	blocks = memory->alloc(memory->alloc_host, memory->blocks, old_size,
	                       limit * sizeof *memory->blocks);
	if (blocks == NULL)
		return 0;
	memory->blocks = blocks;
	memory->block_limit = limit;
	return 1;
}

static int pool_grow(struct bko_memory *memory)
{
	unsigned char *block;

	if (memory->in_arena)
		return 0;
	if (memory->block_count == memory->block_limit && !pool_grow_table(memory))
		return 0;
	block = pool_new_block(memory);
	if (block == NULL)
		return 0;
	memory->blocks[memory->block_count++] = block;
	memory->page_count += BKO__MEMORY_BLOCK;
	return 1;
}

int32_t bko__pool_open(struct bko_memory *memory, unsigned char *arena, size_t arena_size)
{
	size_t skip = pool_skip(arena);
	size_t pages = arena_size < skip ? 0 : (arena_size - skip) >> memory->page_shift;

	memory->page_fresh = 1;
	if (!memory->in_arena) {
		memory->block_shift = POOL_BLOCK_SHIFT;
		memory->block_mask = BKO__MEMORY_BLOCK - 1;
		return pool_grow(memory) ? BKO_OK : BKO_E_NO_MEMORY;
	}
	if (pages == 0)
		return BKO_E_NO_MEMORY;
	memory->block_shift = POOL_ARENA_SHIFT;
	memory->block_mask = (1u << POOL_ARENA_SHIFT) - 1;
	memory->first_block = arena + skip;
	memory->blocks = &memory->first_block;
	memory->page_count = pages < POOL_PAGES ? (uint32_t)pages : POOL_PAGES;
	return BKO_OK;
}

void bko__pool_close(struct bko_memory *memory)
{
	uint32_t i;

	if (memory->in_arena)
		return;
	for (i = 0; i < memory->block_count; i++)
		pool_free_block(memory, memory->blocks[i]);
	if (memory->blocks != NULL)
		memory->alloc(memory->alloc_host, memory->blocks,
		              memory->block_limit * sizeof *memory->blocks, 0);
}

int bko__pool_reserve(struct bko_memory *memory, uint64_t pages)
{
	if (pages > POOL_PAGES)
		return 0;
	while (memory->page_frees + (memory->page_count - memory->page_fresh) < pages)
		if (!pool_grow(memory))
			return 0;
	return 1;
}

uint32_t bko__pool_take(struct bko_memory *memory, uint32_t level)
{
	uint32_t number = memory->page_free;
	struct bko__page *page;

	if (number != 0) {
		page = bko__pool_page(memory, number);
		memory->page_free = page->next;
		memory->page_frees--;
	} else {
		number = memory->page_fresh++;
		page = bko__pool_page(memory, number);
	}
	bko__page_init(page, memory->page_size, level);
	page->first = number;
	return number;
}

void bko__pool_free(struct bko_memory *memory, uint32_t number)
{
	struct bko__page *page = bko__pool_page(memory, number);

	page->level = BKO__PAGE_FREE;
	page->next = memory->page_free;
	memory->page_free = number;
	memory->page_frees++;
}

void bko__pool_clear(struct bko_memory *memory)
{
	memory->page_fresh = 1;
	memory->page_free = 0;
	memory->page_frees = 0;
}
