/*
 * store/memory_page.h - one page of the memory store's tree.
 *
 * A page is a sorted set of cells. From the front grow slots, one word a cell,
 * in key order; from the back grow the cells, in any order, with holes where
 * cells were removed. A slot is the cell's place in its low 16 bits below the
 * key's head in the other 48: the first six bytes after the prefix that all
 * keys of the page share. So a search runs over words that lie side by side,
 * and looks at a cell only where heads are equal. Most of the prefix lies in
 * front of them, so that other cells need not be looked at for it.
 *
 * A cell is addressed by its key, what describes it lies in front:
 *
 *	leaf:	revision(8) value_size(2) key_size(1) | key value
 *	inner:	child(4) key_size(1) | key
 *
 * Keys are kept whole although the prefix is known: rows are lent to readers
 * as they lie here. Words are in the machine's byte order, as pages never
 * leave it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BKO_STORE_MEMORY_PAGE_H
#define BKO_STORE_MEMORY_PAGE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "backorder/store.h"

enum {
	BKO__PAGE_FREE = 0, /* levels of a page: unused, */
	BKO__PAGE_LEAF = 1, /* rows; above it inner pages */

	BKO__PAGE_SHARED = 24,    /* bytes of the prefix that lie in the page's head */
	BKO__PAGE_SLOT = 8,       /* bytes of a slot */
	BKO__PAGE_LEAF_LEAD = 11, /* bytes in front of a key */
	BKO__PAGE_INNER_LEAD = 5,
	BKO__PAGE_INNER_MAX = BKO__PAGE_SLOT + BKO__PAGE_INNER_LEAD + BKO_KEY_MAX
};

struct bko__page {
	uint32_t next, prev; /* leaf: its neighbours; free page: next of the list */
	uint32_t first;      /* inner: child left of all keys */
	uint16_t count;      /* cells */
	uint16_t top;        /* where the cells begin */
	uint16_t holes;      /* bytes above top that no cell uses */
	uint16_t last;       /* slot after the latest insertion: ascending keys come here */
	uint16_t size;       /* of the page */
	uint8_t level;
	uint8_t prefix; /* bytes that all keys share; the first of them: */
	unsigned char shared[BKO__PAGE_SHARED];
	uint64_t slots[];
};

/* The bytes as a number of the same order. */
static inline uint64_t bko__page_word(const unsigned char *bytes)
{
	return (uint64_t)bytes[0] << 56 | (uint64_t)bytes[1] << 48 | (uint64_t)bytes[2] << 40 |
	       (uint64_t)bytes[3] << 32 | (uint64_t)bytes[4] << 24 | (uint64_t)bytes[5] << 16 |
	       (uint64_t)bytes[6] << 8 | (uint64_t)bytes[7];
}

/* Order of two words of a key; they differ. */
static inline int bko__page_word_order(const unsigned char *a, const unsigned char *b)
{
	return bko__page_word(a) < bko__page_word(b) ? -1 : 1;
}

/* Order of two keys: negative, 0 or positive. By words, since keys are too
 * short for a call of memcmp to pay; the last word may overlap the one before. */
static inline int bko__page_compare(const unsigned char *a, size_t a_size, const unsigned char *b,
                                    size_t b_size)
{
	size_t common = a_size < b_size ? a_size : b_size;
	size_t i = 0;
	uint64_t x, y;

	for (; common >= 8 && i < common; i += 8) {
		if (i + 8 > common)
			i = common - 8;
		memcpy(&x, a + i, sizeof x);
		memcpy(&y, b + i, sizeof y);
		if (x != y)
			return bko__page_word_order(a + i, b + i);
	}
	for (; i < common; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return (a_size > b_size) - (a_size < b_size);
}

static inline uint32_t bko__page_place(const struct bko__page *page, uint32_t slot)
{
	return (uint32_t)(page->slots[slot] & 0xffff);
}

/* Key of a cell, and through it all of the cell. */
static inline unsigned char *bko__page_cell(struct bko__page *page, uint32_t slot)
{
	return (unsigned char *)page + bko__page_place(page, slot);
}

static inline const unsigned char *bko__page_key(const struct bko__page *page, uint32_t slot)
{
	return (const unsigned char *)page + bko__page_place(page, slot);
}

static inline size_t bko__page_key_size(const unsigned char *key)
{
	return key[-1];
}

static inline size_t bko__page_value_size(const unsigned char *key)
{
	uint16_t size;

	memcpy(&size, key - 3, sizeof size);
	return size;
}

static inline uint64_t bko__page_revision(const unsigned char *key)
{
	uint64_t revision;

	memcpy(&revision, key - BKO__PAGE_LEAF_LEAD, sizeof revision);
	return revision;
}

/* Child left of slot `index`; with index == count the rightmost. */
static inline uint32_t bko__page_child(const struct bko__page *page, uint32_t index)
{
	uint32_t child;

	if (index == 0)
		return page->first;
	memcpy(&child, bko__page_key(page, index - 1) - BKO__PAGE_INNER_LEAD, sizeof child);
	return child;
}

/* Bytes for slots and cells in an empty page. */
static inline size_t bko__page_capacity(size_t page_size)
{
	return page_size - sizeof(struct bko__page);
}

/* Bytes not used, holes included. */
static inline size_t bko__page_room(const struct bko__page *page)
{
	return page->top - sizeof *page - (size_t)page->count * BKO__PAGE_SLOT + page->holes;
}

/* Bytes that a row takes in a leaf. */
static inline size_t bko__page_cost(size_t key_size, size_t value_size)
{
	return BKO__PAGE_SLOT + BKO__PAGE_LEAF_LEAD + key_size + value_size;
}

static inline int bko__page_holds(const struct bko__page *page, uint32_t slot,
                                  const unsigned char *key, size_t size)
{
	const unsigned char *own = bko__page_key(page, slot);

	return bko__page_compare(own, bko__page_key_size(own), key, size) == 0;
}

/* Order of a key and those of the page as far as their prefix tells: 0 if the
 * key has it too. The page is not empty. */
static inline int bko__page_beside(const struct bko__page *page, const unsigned char *key,
                                   size_t size)
{
	const unsigned char *prefix = page->shared;

	if (page->prefix > BKO__PAGE_SHARED)
		prefix = bko__page_key(page, 0);
	return bko__page_compare(key, size < page->prefix ? size : page->prefix, prefix,
	                         page->prefix);
}

void bko__page_init(struct bko__page *page, size_t page_size, uint32_t level);

/* Finds the first slot whose key is not below `key`; returns whether it is
 * equal. */
int bko__page_find(const struct bko__page *page, const unsigned char *key, size_t size,
                   uint32_t *slot);

/* Length of what two keys share at their front. */
size_t bko__page_common(const unsigned char *a, size_t a_size, const unsigned char *b,
                        size_t b_size);

/* Opens a cell for a key that belongs at `slot`, with `tail` bytes after it,
 * and returns it; the caller fills what is in front of the key size and the
 * tail. There must be room. `spare` is a page of scratch. */
unsigned char *bko__page_open(struct bko__page *page, struct bko__page *spare, uint32_t slot,
                              const unsigned char *key, size_t size, size_t tail);

/* Puts a row or a child where it belongs. There must be room. */
void bko__page_put_row(struct bko__page *page, struct bko__page *spare, uint32_t slot,
                       const struct bko_entry *row, uint64_t revision);
void bko__page_put_child(struct bko__page *page, struct bko__page *spare, uint32_t slot,
                         const unsigned char *key, size_t size, uint32_t child);

void bko__page_remove(struct bko__page *page, uint32_t slot);

/* Bytes of a cell and its slot. */
size_t bko__page_taken(const struct bko__page *page, uint32_t slot);

/* Moves the cells from slot `at` on to an empty page of the same level. */
void bko__page_move(struct bko__page *from, uint32_t at, struct bko__page *to);

/* Copies the cells of a page behind those of its left neighbour. There must be
 * room. */
void bko__page_join(struct bko__page *left, struct bko__page *right, struct bko__page *spare);

#endif
