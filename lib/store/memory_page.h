/*
 * store/memory_page.h - one page of the memory store's tree.
 *
 * A page is a sorted set of cells. From the front grow slots, one word a cell,
 * in key order; from the back grow the cells, in any order, with holes where
 * cells were removed. The front that all keys of the page share, its prefix,
 * stands once, at the very end. Of the rest of a key, six bytes, its head, are
 * in the slot, above the place of its cell in the low 16 bits; the tail is in
 * the cell. So no byte is kept twice, a search runs over words that lie side by
 * side, and it looks at a cell only where heads are equal. A rest that is
 * shorter than a head has zeros behind it there: the size of the key tells.
 *
 * A cell is addressed by its tail, what describes it lies in front:
 *
 *	leaf:	revision(8) value_size(2) key_size(1) | tail value
 *	inner:	child(4) unused(1) key_size(1) | tail
 *
 * Words are in the machine's byte order, as pages never leave it.
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

	BKO__PAGE_SLOT = 8,       /* bytes of a slot */
	BKO__PAGE_HEAD = 6,       /* of them those of the key */
	BKO__PAGE_LEAF_LEAD = 11, /* bytes in front of a tail; no fewer than a head has */
	BKO__PAGE_INNER_LEAD = 6,
	BKO__PAGE_INNER_MAX = BKO__PAGE_SLOT + BKO__PAGE_INNER_LEAD + BKO_KEY_MAX,
	BKO__PAGE_SLACK = 8 /* more than the longest prefix can cost more than another */
};

struct bko__page {
	uint32_t next, prev; /* leaf: its neighbours; free page: next of the list */
	uint32_t first;      /* inner: child left of all keys; leaf: its own number */
	uint16_t count;      /* cells */
	uint16_t top;        /* where the cells begin */
	uint16_t holes;      /* bytes above top that no cell uses */
	uint16_t last;       /* slot after the latest insertion: ascending keys come here */
	uint16_t size;       /* of the page */
	uint8_t level;
	uint8_t prefix; /* bytes that all keys share; at least one, unless there is no key */
	uint64_t slots[];
};

/* The bytes as a number of the same order. */
static inline uint64_t bko__page_word(const unsigned char *bytes)
{
	return (uint64_t)bytes[0] << 56 | (uint64_t)bytes[1] << 48 | (uint64_t)bytes[2] << 40 |
	       (uint64_t)bytes[3] << 32 | (uint64_t)bytes[4] << 24 | (uint64_t)bytes[5] << 16 |
	       (uint64_t)bytes[6] << 8 | (uint64_t)bytes[7];
}

/* Whether bytes are the same, by words that may overlap. */
static inline int bko__page_same(const unsigned char *a, const unsigned char *b, size_t size)
{
	uint64_t x, y;
	uint32_t u, v;

	if (size >= sizeof x) {
		for (; size > sizeof x; size -= sizeof x, a += sizeof x, b += sizeof x) {
			memcpy(&x, a, sizeof x);
			memcpy(&y, b, sizeof y);
			if (x != y)
				return 0;
		}
		memcpy(&x, a + size - sizeof x, sizeof x);
		memcpy(&y, b + size - sizeof y, sizeof y);
		return x == y;
	}
	if (size >= sizeof u) {
		memcpy(&u, a, sizeof u);
		memcpy(&v, b, sizeof v);
		if (u != v)
			return 0;
		memcpy(&u, a + size - sizeof u, sizeof u);
		memcpy(&v, b + size - sizeof v, sizeof v);
		return u == v;
	}
	while (size > 0 && a[size - 1] == b[size - 1])
		size--;
	return size == 0;
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

/* Key of a slot as far as it is in it. */
static inline uint64_t bko__page_head(const struct bko__page *page, uint32_t slot)
{
	return page->slots[slot] & ~(uint64_t)0xffff;
}

static inline unsigned char *bko__page_cell(struct bko__page *page, uint32_t slot)
{
	return (unsigned char *)page + bko__page_place(page, slot);
}

static inline const unsigned char *bko__page_look(const struct bko__page *page, uint32_t slot)
{
	return (const unsigned char *)page + bko__page_place(page, slot);
}

static inline const unsigned char *bko__page_prefix(const struct bko__page *page)
{
	return (const unsigned char *)page + page->size - page->prefix;
}

static inline size_t bko__page_key_size(const unsigned char *cell)
{
	return cell[-1];
}

static inline size_t bko__page_value_size(const unsigned char *cell)
{
	uint16_t size;

	memcpy(&size, cell - 3, sizeof size);
	return size;
}

static inline uint64_t bko__page_revision(const unsigned char *cell)
{
	uint64_t revision;

	memcpy(&revision, cell - BKO__PAGE_LEAF_LEAD, sizeof revision);
	return revision;
}

/* Bytes of a key that are neither in the prefix nor in a slot. */
static inline size_t bko__page_tail(size_t key_size, size_t prefix)
{
	return key_size > prefix + BKO__PAGE_HEAD ? key_size - prefix - BKO__PAGE_HEAD : 0;
}

/* The prefix of one key: enough of it is left to fill a head, where the next ones may
 * differ. */
static inline size_t bko__page_front(size_t key_size)
{
	return key_size > BKO__PAGE_HEAD ? key_size - BKO__PAGE_HEAD : 1;
}

/* The value of a row follows its tail. */
static inline size_t bko__page_value_at(const struct bko__page *page, const unsigned char *cell)
{
	return bko__page_tail(bko__page_key_size(cell), page->prefix);
}

/* Child left of slot `index`; with index == count the rightmost. */
static inline uint32_t bko__page_child(const struct bko__page *page, uint32_t index)
{
	uint32_t child;

	if (index == 0)
		return page->first;
	memcpy(&child, bko__page_look(page, index - 1) - BKO__PAGE_INNER_LEAD, sizeof child);
	return child;
}

/* Bytes for prefix, slots and cells in an empty page. */
static inline size_t bko__page_capacity(size_t page_size)
{
	return page_size - sizeof(struct bko__page);
}

/* Bytes not used, holes included. */
static inline size_t bko__page_room(const struct bko__page *page)
{
	return page->top - sizeof *page - (size_t)page->count * BKO__PAGE_SLOT + page->holes;
}

/* Bytes that a row takes in a leaf whose keys share so many. */
static inline size_t bko__page_cost(size_t key_size, size_t value_size, size_t prefix)
{
	return BKO__PAGE_SLOT + BKO__PAGE_LEAF_LEAD + bko__page_tail(key_size, prefix) + value_size;
}

/* Whether a key has the page's prefix. */
static inline int bko__page_begins(const struct bko__page *page, const unsigned char *key,
                                   size_t size)
{
	return size >= page->prefix && bko__page_same(key, bko__page_prefix(page), page->prefix);
}

/* The first bytes of an end as a number, zeros behind it. No fewer than 8 bytes must lie in
 * front of where it ends. */
static inline uint64_t bko__page_first(const unsigned char *bytes, size_t size)
{
	return size >= 8 ? bko__page_word(bytes)
	                 : bko__page_word(bytes + size - 8) << 8 * (7 - size) << 8;
}

/* The head of a key behind a prefix. */
static inline uint64_t bko__page_head_of(const unsigned char *key, size_t size, size_t prefix)
{
	uint64_t word = 0;
	size_t i;

	if (size >= 8)
		word = bko__page_first(key + prefix, size - prefix);
	else
		for (i = prefix; i < size; i++)
			word |= (uint64_t)key[i] << (56 - 8 * (i - prefix));
	return word & ~(uint64_t)0xffff;
}

/* Whether a slot, which is there, has this key. */
static inline int bko__page_holds(const struct bko__page *page, uint32_t slot,
                                  const unsigned char *key, size_t size)
{
	const unsigned char *cell = bko__page_look(page, slot);
	size_t tail = bko__page_tail(size, page->prefix);

	return bko__page_key_size(cell) == size && bko__page_begins(page, key, size) &&
	       bko__page_head_of(key, size, page->prefix) == bko__page_head(page, slot) &&
	       bko__page_same(key + size - tail, cell, tail);
}

/* Order of a key and those of the page as far as their prefix tells: 0 if the
 * key has it too. */
static inline int bko__page_beside(const struct bko__page *page, const unsigned char *key,
                                   size_t size)
{
	return bko__page_compare(key, size < page->prefix ? size : page->prefix,
	                         bko__page_prefix(page), page->prefix);
}

void bko__page_init(struct bko__page *page, size_t page_size, uint32_t level);

/* Finds the first slot whose key is not below `key`; returns whether it is
 * equal. */
int bko__page_find(const struct bko__page *page, const unsigned char *key, size_t size,
                   uint32_t *slot);

/* Goes on with that from `slot`, the first with the head of the key, if there is one. It
 * stands apart as few searches come this far. */
int bko__page_find_equal(const struct bko__page *page, const unsigned char *key, size_t size,
                         uint32_t *slot);

/* Length of what two keys share at their front. */
size_t bko__page_common(const unsigned char *a, size_t a_size, const unsigned char *b,
                        size_t b_size);

/* Writes the key of a slot and returns its size. */
size_t bko__page_key(const struct bko__page *page, uint32_t slot, unsigned char *to);

/* How much of its front a key shares with all of the page; the front it would have
 * as the first one of an empty page. */
size_t bko__page_share(const struct bko__page *page, const unsigned char *key, size_t size);

/* Bytes of room that a key needs, with a value of so many: what it takes, and what
 * the others take more if they share less from then on. */
size_t bko__page_need(const struct bko__page *page, const unsigned char *key, size_t size,
                      size_t value_size);

/* Puts a row where it belongs if nothing needs to be moved for that; returns whether
 * it did. */
int bko__page_add_row(struct bko__page *page, uint32_t slot, const struct bko_entry *row,
                      uint64_t revision);

/* Puts a row or a child where it belongs. There must be room. `spare` is a page
 * of scratch. */
void bko__page_put_row(struct bko__page *page, struct bko__page *spare, uint32_t slot,
                       const struct bko_entry *row, uint64_t revision);
void bko__page_put_child(struct bko__page *page, struct bko__page *spare, uint32_t slot,
                         const unsigned char *key, size_t size, uint32_t child);

void bko__page_remove(struct bko__page *page, uint32_t slot);

/* Bytes of a cell and its slot. */
size_t bko__page_taken(const struct bko__page *page, uint32_t slot);

/* Moves the cells from slot `at` on to an empty page of the same level. */
void bko__page_move(struct bko__page *from, uint32_t at, struct bko__page *to,
                    struct bko__page *spare);

/* Bytes that the cells of a page take, with a prefix which all of their keys have. */
size_t bko__page_total(const struct bko__page *page, size_t prefix);

/* Copies the cells of a page behind those of its left neighbour, `prefix` being what
 * they all share. There must be room. */
void bko__page_join(struct bko__page *left, const struct bko__page *right, size_t prefix,
                    struct bko__page *spare);

#endif
