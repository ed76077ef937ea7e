/*
 * store/memory.c - the memory store's face: open, close, sizes, hash, copy.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/memory_tree.h"

#ifndef BKO_NO_MALLOC
#include <stdlib.h>

static void *memory_libc(void *alloc_host, void *block, size_t old_size, size_t size)
{
	(void)alloc_host;
	(void)old_size;
	if (size == 0) {
		free(block);
		return NULL;
	}
	return realloc(block, size);
}
#endif

enum { MEMORY_ALIGN = 16 };

int32_t bko__memory_sized(const void *given, size_t own)
{
	const unsigned char *bytes = given;
	uint32_t theirs;
	size_t i;

	memcpy(&theirs, given, sizeof theirs);
	if (theirs < own || theirs > BKO_STRUCT_SIZE_MAX)
		return BKO_E_STRUCT_SIZE;
	for (i = own; i < theirs; i++)
		if (bytes[i] != 0)
			return BKO_E_STRUCT_NEWER;
	return BKO_OK;
}

int32_t bko__memory_fill(void *given, const void *own, size_t size)
{
	uint32_t theirs;

	memcpy(&theirs, given, sizeof theirs);
	if (theirs < size || theirs > BKO_STRUCT_SIZE_MAX)
		return BKO_E_STRUCT_SIZE;
	memcpy(given, own, size);
	memset((unsigned char *)given + size, 0, theirs - size);
	memcpy(given, &theirs, sizeof theirs);
	return BKO_OK;
}

static int32_t memory_check_options(const struct bko_memory_options *options, uint32_t *shift)
{
	int32_t status = bko__memory_sized(options, sizeof *options);

	if (status != BKO_OK)
		return status;
	if (options->reserved != 0)
		return BKO_E_STRUCT_NEWER;
	if (options->shared > 1)
		return BKO_E_ARGUMENT;
	switch (options->page_size) {
	case 0:
	case 2048: *shift = 11; return BKO_OK;
	case 4096: *shift = 12; return BKO_OK;
	case 8192: *shift = 13; return BKO_OK;
	default: return BKO_E_ARGUMENT;
	}
}

/* The object lies at the front of the arena, where it is aligned. */
static int32_t memory_open_arena(const struct bko_memory_options *options, uint32_t shift,
                                 bko_memory **memory)
{
	unsigned char *arena = options->arena;
	size_t skip = (MEMORY_ALIGN - (uintptr_t)arena % MEMORY_ALIGN) % MEMORY_ALIGN;
	size_t size = (sizeof **memory + MEMORY_ALIGN - 1) / MEMORY_ALIGN * MEMORY_ALIGN;
	bko_memory *made;
	int32_t status;

	if (options->arena_size < skip + size)
		return BKO_E_NO_MEMORY;
	made = (void *)(arena + skip);
	memset(made, 0, sizeof *made);
	made->in_arena = 1;
	made->page_shift = shift;
	status = bko__pool_open(made, arena + skip + size, options->arena_size - skip - size);
	if (status == BKO_OK)
		*memory = made;
	return status;
}

bko_alloc_fn bko__memory_heap(bko_alloc_fn alloc)
{
#ifndef BKO_NO_MALLOC
	if (alloc == NULL)
		alloc = memory_libc;
#endif
	return alloc;
}

static int32_t memory_open_heap(const struct bko_memory_options *options, uint32_t shift,
                                bko_memory **memory)
{
	bko_alloc_fn alloc = bko__memory_heap(options->alloc);
	bko_memory *made;
	int32_t status;

	if (alloc == NULL)
		return BKO_E_UNSUPPORTED;
	made = alloc(options->alloc_host, NULL, 0, sizeof *made);
	if (made == NULL)
		return BKO_E_NO_MEMORY;
	memset(made, 0, sizeof *made);
	made->alloc = alloc;
	made->alloc_host = options->alloc_host;
	made->page_shift = shift;
	status = bko__pool_open(made, NULL, 0);
	if (status == BKO_OK) {
		*memory = made;
		return BKO_OK;
	}
	bko__pool_close(made);
	alloc(options->alloc_host, made, sizeof *made, 0);
	return status;
}

int32_t bko_memory_open(const struct bko_memory_options *options, bko_memory **memory)
{
	static const struct bko_memory_options defaults = {
		sizeof defaults, 0, NULL, NULL, NULL, 0, 0, 0};
	uint32_t shift = 0;
	int32_t status;

	if (memory == NULL)
		return BKO_E_MISUSE;
	*memory = NULL;
	if (options == NULL)
		options = &defaults;
	status = memory_check_options(options, &shift);
	if (status != BKO_OK)
		return status;
	status = options->arena != NULL ? memory_open_arena(options, shift, memory)
	                                : memory_open_heap(options, shift, memory);
	if (status != BKO_OK)
		return status;
	(*memory)->magic = BKO__MEMORY_MAGIC;
	(*memory)->page_size = 1u << shift;
	(*memory)->shared = options->shared;
	return BKO_OK;
}

static int memory_valid(const bko_memory *memory)
{
	return memory != NULL && memory->magic == BKO__MEMORY_MAGIC;
}

int32_t bko_memory_store(bko_memory *memory, struct bko_store *store)
{
	struct bko_store table;

	if (!memory_valid(memory) || store == NULL)
		return BKO_E_MISUSE;
	memset(&table, 0, sizeof table);
	table.caps = BKO_STORE_SNAPSHOT;
	if (!memory->shared)
		table.caps |= BKO_STORE_EXCLUSIVE | BKO_STORE_LENDS;
	table.host = memory;
	table.read = bko__memory_read;
	table.apply = bko__memory_apply;
	return bko__memory_fill(store, &table, sizeof table);
}

int32_t bko_memory_stats(bko_memory *memory, struct bko_memory_stats *stats)
{
	struct bko_memory_stats now;

	if (!memory_valid(memory) || stats == NULL)
		return BKO_E_MISUSE;
	memset(&now, 0, sizeof now);
	now.page_size = memory->page_size;
	now.rows = memory->rows;
	now.row_bytes = memory->row_bytes;
	now.pages = memory->page_fresh - memory->page_frees;
	now.pages_free = memory->page_count - now.pages;
	now.bytes = sizeof *memory + ((uint64_t)memory->page_count << memory->page_shift) +
	            (uint64_t)memory->block_limit * sizeof *memory->blocks +
	            (uint64_t)memory->block_count * BKO__MEMORY_LINE;
	now.applied = memory->applied;
	return bko__memory_fill(stats, &now, sizeof now);
}

static uint64_t memory_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 29;
}

/* Eight bytes at a time; the sizes are mixed in by the caller, so that rows
 * cannot run into each other. */
static uint64_t memory_mix_bytes(uint64_t hash, const unsigned char *bytes, size_t size)
{
	uint64_t word = 0;
	size_t i;

	for (i = 0; i + 8 <= size; i += 8)
		hash = memory_mix(hash, bko__page_word(bytes + i));
	for (; i < size; i++)
		word = word << 8 | bytes[i];
	return memory_mix(hash, word);
}

int32_t bko_memory_hash(bko_memory *memory, uint64_t *hash)
{
	struct bko__cell_at place;
	struct bko_entry row;
	uint64_t sum;
	int more;

	if (!memory_valid(memory) || hash == NULL)
		return BKO_E_MISUSE;
	sum = memory_mix(0, memory->rows);
	for (more = bko__memory_above(memory, NULL, 0, &place); more;
	     more = bko__memory_next(memory, &place)) {
		bko__memory_row(memory, &place, &row);
		sum = memory_mix(sum, (uint64_t)row.key.size << 32 | row.value.size);
		sum = memory_mix_bytes(sum, row.key.data, row.key.size);
		sum = memory_mix_bytes(sum, row.value.data, row.value.size);
	}
	*hash = memory_mix(sum, 0);
	return BKO_OK;
}

static void memory_clear(bko_memory *memory)
{
	bko__pool_clear(memory);
	memset(memory->roots, 0, sizeof memory->roots);
	memset(memory->fingers, 0, sizeof memory->fingers);
	memory->rows = 0;
	memory->row_bytes = 0;
}

int32_t bko_memory_copy(bko_memory *from, bko_memory *to)
{
	struct bko__cell_at place;
	struct bko_entry row;
	int more;

	if (!memory_valid(from) || !memory_valid(to))
		return BKO_E_MISUSE;
	if (from == to)
		return BKO_OK;
	memory_clear(to);
	if (to->revision < from->revision)
		to->revision = from->revision;
	memset(&row, 0, sizeof row);
	row.action = BKO_ACTION_PUT;
	for (more = bko__memory_above(from, NULL, 0, &place); more;
	     more = bko__memory_next(from, &place)) {
		bko__memory_row(from, &place, &row);
		if (bko__memory_put(to, &row, row.revision) != BKO_OK) {
			memory_clear(to);
			return BKO_E_NO_MEMORY;
		}
	}
	return BKO_OK;
}

void bko_memory_close(bko_memory *memory)
{
	bko_alloc_fn alloc;
	void *alloc_host;

	if (!memory_valid(memory))
		return;
	memory->magic = 0;
	if (memory->in_arena)
		return;
	alloc = memory->alloc;
	alloc_host = memory->alloc_host;
	bko__pool_close(memory);
	alloc(alloc_host, memory, sizeof *memory, 0);
}
