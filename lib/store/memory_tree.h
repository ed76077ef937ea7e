/*
 * store/memory_tree.h - the memory store: its pages and its trees.
 *
 * There is one tree for each first byte of a key, so that kinds of rows do not
 * spoil each other's common prefixes. The leaves of a tree form a chain. Pages
 * have numbers, which hints and parents use; page 0 is scratch, so 0 is no
 * page.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BKO_STORE_MEMORY_TREE_H
#define BKO_STORE_MEMORY_TREE_H

#include "store/memory_page.h"

enum {
	BKO__MEMORY_MAGIC = 0x626b6f6d,
	BKO__MEMORY_TREES = 256,
	BKO__MEMORY_FINGERS = 32,       /* one for each letter, in either case */
	BKO__MEMORY_PLACES = 32,        /* entries of a batch that are looked up once only */
	BKO__MEMORY_DEPTH = 24,         /* inner levels; each takes four times the rows at least */
	BKO__MEMORY_COUNT = 0x7fffffff, /* entries, or reads, of a call: indexes have 32 bits */
	BKO__MEMORY_LINE = 64,
	BKO__MEMORY_BLOCK = 8 /* pages that are allocated at a time */
};

/* Where a key is, or where it would be. */
struct bko__cell_at {
	struct bko__page *leaf; /* NULL: its tree is empty */
	uint16_t slot;
	uint16_t exact; /* 1: the row is there */
};

static inline uint64_t bko__memory_hint(const struct bko__cell_at *place)
{
	return (uint64_t)place->leaf->first << 16 | place->slot;
}

struct bko_memory {
	uint32_t magic;
	uint32_t page_size;
	uint32_t shared;
	uint32_t in_arena;
	bko_alloc_fn alloc;
	void *alloc_host;

	/* Page n is in blocks[n >> block_shift]. An arena is one block. */
	unsigned char **blocks;
	unsigned char *first_block;
	uint32_t block_shift, page_shift, block_mask;
	uint32_t block_count, block_limit; /* blocks there are; for which `blocks` has room */
	uint32_t page_count;               /* pages there are, page 0 included */
	uint32_t page_fresh;               /* from here on none was ever used */
	uint32_t page_free, page_frees;    /* those that were: a list, its length */

	uint32_t path_size;
	struct {
		uint32_t page, index;
	} path[BKO__MEMORY_DEPTH]; /* inner pages above a leaf, root first */
	uint32_t roots[BKO__MEMORY_TREES];
	struct bko__page *fingers[BKO__MEMORY_FINGERS]; /* tried before a descent: used last */

	uint64_t revision;
	uint64_t applied;
	uint64_t rows, row_bytes;

	struct bko__cell_at places[BKO__MEMORY_PLACES];
	unsigned char separators[2][BKO_KEY_MAX];
	unsigned char key[BKO_KEY_MAX]; /* of a row that is given out */
};

/* memory_pool.c: pages. */

/* Takes an arena, or the first block. BKO_E_NO_MEMORY. */
int32_t bko__pool_open(struct bko_memory *memory, unsigned char *arena, size_t arena_size);
void bko__pool_close(struct bko_memory *memory);

/* Makes sure that so many pages can be taken; returns 0 if they cannot. */
int bko__pool_reserve(struct bko_memory *memory, uint64_t pages);

/* Takes a page, which must have been reserved. */
uint32_t bko__pool_take(struct bko_memory *memory, uint32_t level);
void bko__pool_free(struct bko_memory *memory, uint32_t page);

/* Takes all pages back at once. */
void bko__pool_clear(struct bko_memory *memory);

static inline struct bko__page *bko__pool_page(const struct bko_memory *memory, uint32_t number)
{
	unsigned char *block = memory->blocks[number >> memory->block_shift];
	size_t within = number & memory->block_mask;

	return (struct bko__page *)(void *)(block + (within << memory->page_shift));
}

/* Any number may be asked for. NULL if it is no leaf in use. */
static inline struct bko__page *bko__pool_leaf(const struct bko_memory *memory, uint64_t number)
{
	struct bko__page *page;

	if (number == 0 || number >= memory->page_fresh)
		return NULL;
	page = bko__pool_page(memory, (uint32_t)number);
	return page->level == BKO__PAGE_LEAF ? page : NULL;
}

/* memory_tree.c: rows. */

/* Finds a key; `hint` as given with a row, any number may be asked; `near` a leaf that may
 * be the right one, or the one before it, or NULL. */
void bko__tree_find(struct bko_memory *memory, const struct bko_span *key, uint64_t hint,
                    struct bko__page *near, struct bko__cell_at *place);

/* First leaf of the first tree from first byte `from` up to `to`; 0: none. */
uint32_t bko__tree_first(const struct bko_memory *memory, uint32_t from, uint32_t to);

/* The most pages that a batch takes above the leaves, beyond what was counted
 * for it before, when the leaf of this key brings `added` of all the `splits`
 * new leaves so far. More than there can be if the tree would become too high. */
uint64_t bko__tree_need(struct bko_memory *memory, const struct bko__page *leaf,
                        const struct bko_span *key, uint64_t added, uint64_t splits);

/* Inserts a row that is not there at its place. Pages must have been reserved. Returns 1
 * if other places in its leaf are void then: it was split, or is new. `moved` says where
 * they are: those from that slot on, as they stood before, are the first ones of that leaf,
 * where the row itself is in front of them or, if `exact` is 1, among them. leaf NULL: all
 * must be looked for. */
int bko__tree_insert(struct bko_memory *memory, const struct bko__cell_at *place,
                     const struct bko_entry *row, uint64_t revision, struct bko__cell_at *moved);

/* Looks after a leaf that lost rows, `key` the last of them: takes it out of
 * its tree if it is empty, or if the leaf left of it has room for what is in
 * it. Places in either are void then. If the key meanwhile leads to another
 * leaf, there was a split, and nothing is done. */
void bko__tree_shrink(struct bko_memory *memory, struct bko__page *leaf,
                      const struct bko_span *key);

/* memory_read.c, memory_apply.c: the callbacks, and what they share. */
void bko__memory_read(void *host, const struct bko_query *query, bko_reply *reply);
void bko__memory_apply(void *host, const struct bko_batch *batch, bko_reply *reply);

/* An apply in two: checks the batch and its guards and reserves pages, with the
 * status for the reply; then, if that was DONE and nothing was changed since,
 * writes, which cannot fail, and gives the next revision. */
int32_t bko__memory_prepare(struct bko_memory *memory, const struct bko_batch *batch,
                            bko_reply *reply);
void bko__memory_commit(struct bko_memory *memory, const struct bko_batch *batch);

/* How many rows of how many bytes there will be then. */
void bko__memory_foresee(struct bko_memory *memory, const struct bko_batch *batch, uint64_t *rows,
                         uint64_t *row_bytes);

/* After that: gives rows that were there, still are, and were not found by their hint. */
void bko__memory_tell(const struct bko_memory *memory, const struct bko_batch *batch,
                      bko_reply *reply);

/* Puts or deletes one row without looking at a guard. BKO_E_NO_MEMORY. */
int32_t bko__memory_put(struct bko_memory *memory, const struct bko_entry *row, uint64_t revision);
void bko__memory_delete(struct bko_memory *memory, const struct bko_entry *row);

/* All rows in order, without a callback: the first above a key (of no size: the
 * first of all), then the one after a place. Return 0 if there is none. */
int bko__memory_above(struct bko_memory *memory, const unsigned char *key, size_t size,
                      struct bko__cell_at *place);
int bko__memory_next(const struct bko_memory *memory, struct bko__cell_at *place);

/* The row at a place, with its revision; its key is good until the next is asked
 * for. */
void bko__memory_row(struct bko_memory *memory, const struct bko__cell_at *place,
                     struct bko_entry *row);

/* Gives the row at a place, if there is one, in answer to `index`. */
int32_t bko__memory_give(const struct bko__cell_at *place, const struct bko_span *key,
                         uint32_t index, bko_reply *reply);

/* The struct_size rule: how many bytes of `given` this library knows, or a
 * negative status. `own` is also the size in the first release. */
int32_t bko__memory_sized(const void *given, size_t own);

/* Fills a struct of the caller: what both know, zero beyond. */
int32_t bko__memory_fill(void *given, const void *own, size_t size);

/* The allocator to use: the one given, else that of libc, NULL if there is
 * none in this build. */
bko_alloc_fn bko__memory_heap(bko_alloc_fn alloc);

#endif
