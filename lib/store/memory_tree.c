/*
 * store/memory_tree.c - descent, insertion, splits and removal of pages.
 *
 * A separator is the shortest key that parts two neighbours: what is below it
 * lies left. Leaves split where the insertions come from: after an ascending
 * one the new row goes alone to the right, so rows that come in order fill
 * their pages; the like for rows that ascend, or descend, in the middle of
 * others. Leaves that become empty, or nearly so, leave the tree.
 *
 * Nothing here can fail: who changes something has reserved the pages.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/memory_tree.h"

/* Leaf where a key belongs, NULL if its tree is empty; the way there in `path`. A key
 * that is known to belong into the last leaf needs no search. */
static struct bko__page *tree_descend(struct bko_memory *memory, const struct bko_span *key,
                                      int last)
{
	const unsigned char *bytes = key->data;
	uint32_t number = memory->roots[bytes[0]];
	uint32_t depth = 0;
	struct bko__page *page;
	uint32_t index;

	memory->path_size = 0;
	if (number == 0)
		return NULL;
	page = bko__pool_page(memory, number);
	while (page->level > BKO__PAGE_LEAF) {
		index = page->count;
		if (!last && bko__page_find(page, bytes, key->size, &index))
			index++;
		memory->path[depth].page = number;
		memory->path[depth++].index = index;
		number = bko__page_child(page, index);
		page = bko__pool_page(memory, number);
	}
	memory->path_size = depth;
	return page;
}

/* Whether no leaf of its tree is right of this one. */
static int tree_is_last(const struct bko__page *leaf)
{
	return leaf != NULL && leaf->next == 0;
}

/* Tries a page, and the leaf after it: a leaf is the right one if the key lies between two
 * of its keys, or beyond its last or first where the tree ends. */
static int tree_try(const struct bko_memory *memory, struct bko__page *page,
                    const struct bko_span *key, struct bko__cell_at *place)
{
	const unsigned char *bytes = key->data;
	uint32_t tries, slot;

	if (page->level != BKO__PAGE_LEAF || page->count == 0 ||
	    *bko__page_prefix(page) != bytes[0])
		return 0;
	for (tries = 0; tries < 2; tries++) {
		place->exact = (uint16_t)bko__page_find(page, bytes, key->size, &slot);
		place->leaf = page;
		place->slot = (uint16_t)slot;
		if (place->exact || slot < page->count)
			return place->exact || slot > 0 || page->prev == 0;
		if (page->next == 0)
			return 1;
		page = bko__pool_page(memory, page->next);
	}
	return 0;
}

void bko__tree_find(struct bko_memory *memory, const struct bko_span *key, uint64_t hint,
                    struct bko__page *near, struct bko__cell_at *place)
{
	const unsigned char *bytes = key->data;
	struct bko__page **finger = &memory->fingers[bytes[0] % BKO__MEMORY_FINGERS];
	struct bko__page *leaf = hint != 0 ? bko__pool_leaf(memory, hint >> 16) : NULL;
	uint32_t slot = (uint32_t)(hint & 0xffff);

	if (leaf != NULL) {
		near = leaf;
		place->leaf = leaf;
		place->slot = (uint16_t)slot;
		place->exact = 1;
		if (slot < leaf->count && bko__page_holds(leaf, slot, bytes, key->size))
			return;
	}
	if (near != NULL && tree_try(memory, near, key, place))
		return;
	if (*finger != NULL && *finger != near && tree_try(memory, *finger, key, place))
		return;
	leaf = tree_descend(memory, key, 0);
	memset(place, 0, sizeof *place);
	if (leaf == NULL)
		return;
	*finger = leaf;
	place->leaf = leaf;
	place->exact = (uint16_t)bko__page_find(leaf, bytes, key->size, &slot);
	place->slot = (uint16_t)slot;
}

uint32_t bko__tree_first(const struct bko_memory *memory, uint32_t from, uint32_t to)
{
	const struct bko__page *page;
	uint32_t number;

	while (from < to && memory->roots[from] == 0)
		from++;
	number = memory->roots[from];
	if (number == 0)
		return 0;
	page = bko__pool_page(memory, number);
	while (page->level > BKO__PAGE_LEAF) {
		number = page->first;
		page = bko__pool_page(memory, number);
	}
	return number;
}

uint64_t bko__tree_need(struct bko_memory *memory, const struct bko__page *leaf,
                        const struct bko_span *key, uint64_t added, uint64_t splits)
{
	const struct bko__page *page;
	uint64_t need = 0;
	uint32_t depth;

	tree_descend(memory, key, tree_is_last(leaf));
	for (depth = memory->path_size; depth > 0; depth--) {
		page = bko__pool_page(memory, memory->path[depth - 1].page);
		/* keys that share nothing cost all others their prefix */
		if (bko__page_room(page) >=
		    splits * BKO__PAGE_INNER_MAX + (size_t)page->count * page->prefix)
			return need;
		need += added;
	}
	/* A new root, and pages above it: the splits of one batch ascend, so a
	 * page that was split takes several before it is again. */
	if (memory->path_size >= BKO__MEMORY_DEPTH - 4)
		return UINT32_MAX;
	return need + 1 + splits / 2;
}

/* Where to split a leaf, and where its new row goes. */
enum {
	SPLIT_LEFT,
	SPLIT_RIGHT,
	SPLIT_ALONE /* into a page between both */
};
struct split {
	uint32_t at;
	uint32_t side;
};

/* A row that shares less than the others goes alone, at either end: they keep what
 * they share. */
static struct split split_choose(const struct bko__page *page, uint32_t slot,
                                 const struct bko_entry *row)
{
	size_t capacity = bko__page_capacity(page->size) - page->prefix - BKO__PAGE_SLACK;
	size_t total = bko__page_capacity(page->size) - bko__page_room(page) - page->prefix;
	size_t share = bko__page_share(page, row->key.data, row->key.size);
	size_t cost = bko__page_cost(row->key.size, row->value.size, share);
	struct split split = {slot, SPLIT_ALONE};
	size_t best = capacity + 1;
	size_t left = 0;
	size_t larger;
	uint32_t at;

	if (slot == page->count) {
		split.side = SPLIT_RIGHT;
		return split;
	}
	if (slot == 0 && (page->last == 1 || share < page->prefix)) {
		split.side = SPLIT_LEFT;
		return split;
	}
	for (at = 0; at <= page->count; at++) {
		if (at == slot && at == page->last && left + cost <= capacity) {
			split.side = SPLIT_LEFT;
			split.at = at;
			return split;
		}
		if (at <= slot) {
			larger = left > total - left + cost ? left : total - left + cost;
			if (larger < best) {
				best = larger;
				split.side = SPLIT_RIGHT;
				split.at = at;
			}
		}
		if (at >= slot) {
			larger = left + cost > total - left ? left + cost : total - left;
			if (larger < best) {
				best = larger;
				split.side = SPLIT_LEFT;
				split.at = at;
			}
		}
		if (at > slot && left + cost >= total - left)
			break;
		left += at < page->count ? bko__page_taken(page, at) : 0;
	}
	/* nothing would be left of it */
	if (split.side == SPLIT_ALONE && slot == 0)
		split.side = SPLIT_LEFT;
	return split;
}

/* Splits an inner page whose child `index` has a new right neighbour, parted
 * by `key`, and puts both into the halves. The separator of the halves goes to
 * `up`; returns its size. */
static size_t split_inner(struct bko_memory *memory, struct bko__page *page,
                          struct bko__page *right, uint32_t index, const unsigned char *key,
                          size_t size, uint32_t child, unsigned char *up)
{
	size_t half = (bko__page_capacity(page->size) - bko__page_room(page)) / 2;
	struct bko__page *spare = bko__pool_page(memory, 0);
	uint32_t at = page->count - 1u;
	size_t left = 0;
	size_t up_size;

	/* before or behind all that shares a prefix, a key goes alone, as rows do */
	if (index == 0 && bko__page_share(page, key, size) < page->prefix)
		at = 0;
	else if (index < page->count)
		for (at = 0; left + bko__page_taken(page, at) < half; at++)
			left += bko__page_taken(page, at);
	up_size = bko__page_key(page, at, up);
	right->first = bko__page_child(page, at + 1);
	bko__page_move(page, at + 1, right, spare);
	bko__page_remove(page, at);
	if (index <= at)
		bko__page_put_child(page, spare, index, key, size, child);
	else
		bko__page_put_child(right, spare, index - at - 1, key, size, child);
	return up_size;
}

/* Makes a leaf known that was split off `left`. */
static void tree_link(struct bko_memory *memory, const struct bko__page *left,
                      struct bko__page *leaf)
{
	struct bko__page *page = leaf;
	uint32_t child = leaf->first;
	struct bko__page *spare = bko__pool_page(memory, 0);
	unsigned char *key = memory->separators[0];
	unsigned char *up = memory->separators[1];
	unsigned char *swap = key;
	size_t high = bko__page_key(page, 0, key);
	size_t low = bko__page_key(left, left->count - 1u, up);
	size_t size = bko__page_common(up, low, key, high) + 1;
	const struct bko_span first = {key, high};
	uint32_t depth, number, index, root;

	tree_descend(memory, &first, page->next == 0);
	for (depth = memory->path_size; depth > 0; depth--) {
		page = bko__pool_page(memory, memory->path[depth - 1].page);
		index = memory->path[depth - 1].index;
		if (bko__page_room(page) >= bko__page_need(page, key, size, 0)) {
			bko__page_put_child(page, spare, index, key, size, child);
			return;
		}
		number = bko__pool_take(memory, page->level);
		size = split_inner(memory, page, bko__pool_page(memory, number), index, key, size,
		                   child, up);
		child = number;
		swap = key;
		key = up;
		up = swap;
	}
	root = bko__pool_take(memory, bko__pool_page(memory, child)->level + 1u);
	page = bko__pool_page(memory, root);
	page->first = memory->roots[key[0]];
	bko__page_put_child(page, spare, 0, key, size, child);
	memory->roots[key[0]] = root;
}

/* A new leaf in the chain, right of another. */
static struct bko__page *tree_new_leaf(struct bko_memory *memory, struct bko__page *left)
{
	struct bko__page *page = bko__pool_page(memory, bko__pool_take(memory, BKO__PAGE_LEAF));

	page->prev = left->first;
	page->next = left->next;
	left->next = page->first;
	if (page->next != 0)
		bko__pool_page(memory, page->next)->prev = page->first;
	return page;
}

static void tree_split(struct bko_memory *memory, const struct bko__cell_at *place,
                       const struct bko_entry *row, uint64_t revision, struct bko__cell_at *moved)
{
	const unsigned char *key = row->key.data;
	struct bko__page *page = place->leaf;
	struct bko__page *spare = bko__pool_page(memory, 0);
	struct split split = split_choose(page, place->slot, row);
	struct bko__page **finger = &memory->fingers[key[0] % BKO__MEMORY_FINGERS];
	struct bko__page *right = tree_new_leaf(memory, page);
	struct bko__page *alone;

	moved->leaf = right;
	moved->slot = (uint16_t)split.at;
	moved->exact = split.side == SPLIT_RIGHT;
	bko__page_move(page, split.at, right, spare);
	*finger = page;
	if (split.side == SPLIT_LEFT) {
		bko__page_put_row(page, spare, place->slot, row, revision);
	} else if (split.side == SPLIT_RIGHT) {
		bko__page_put_row(right, spare, place->slot - split.at, row, revision);
		*finger = right;
	} else {
		alone = tree_new_leaf(memory, page);
		bko__page_put_row(alone, spare, 0, row, revision);
		tree_link(memory, page, alone);
		page = alone;
	}
	tree_link(memory, page, right);
}

int bko__tree_insert(struct bko_memory *memory, const struct bko__cell_at *place,
                     const struct bko_entry *row, uint64_t revision, struct bko__cell_at *moved)
{
	const unsigned char *key = row->key.data;
	struct bko__page *page = place->leaf;

	moved->leaf = NULL;
	if (page == NULL) {
		memory->roots[key[0]] = bko__pool_take(memory, BKO__PAGE_LEAF);
		page = bko__pool_page(memory, memory->roots[key[0]]);
	} else if (bko__page_add_row(page, place->slot, row, revision)) {
		return 0;
	}
	if (bko__page_need(page, key, row->key.size, row->value.size) > bko__page_room(page)) {
		tree_split(memory, place, row, revision, moved);
		return 1;
	}
	bko__page_put_row(page, bko__pool_page(memory, 0), place->slot, row, revision);
	return place->leaf == NULL;
}

/* Roots with one child only are none. */
static void tree_lower_root(struct bko_memory *memory, uint32_t *root)
{
	const struct bko__page *page = bko__pool_page(memory, *root);
	uint32_t child;

	while (page->level > BKO__PAGE_LEAF && page->count == 0) {
		child = page->first;
		bko__pool_free(memory, *root);
		*root = child;
		page = bko__pool_page(memory, child);
	}
}

/* Takes the leaf to which `path` leads out of its tree. */
static void tree_unlink(struct bko_memory *memory, struct bko__page *page, uint32_t *root)
{
	uint32_t depth = memory->path_size;
	uint32_t index = 0;
	uint32_t number;

	if (page->prev != 0)
		bko__pool_page(memory, page->prev)->next = page->next;
	if (page->next != 0)
		bko__pool_page(memory, page->next)->prev = page->prev;
	bko__pool_free(memory, page->first);
	for (; depth > 0; depth--) {
		number = memory->path[depth - 1].page;
		index = memory->path[depth - 1].index;
		page = bko__pool_page(memory, number);
		if (page->count > 0)
			break;
		bko__pool_free(memory, number);
	}
	if (depth == 0) {
		*root = 0;
		return;
	}
	if (index == 0)
		page->first = bko__page_child(page, 1);
	bko__page_remove(page, index == 0 ? 0 : index - 1);
	tree_lower_root(memory, root);
}

/* Whether a leaf has so few rows that others might take them. */
static int tree_is_low(const struct bko__page *leaf)
{
	size_t capacity = bko__page_capacity(leaf->size);

	return bko__page_room(leaf) >= capacity - capacity / 4;
}

/* Copies the rows of a leaf that has few to its left neighbour, if that has
 * room for them and for some more; returns whether it had. Both must have the
 * same parent: what parts two parents is not moved. */
static int tree_join(struct bko_memory *memory, struct bko__page *page)
{
	size_t capacity = bko__page_capacity(page->size);
	struct bko__page *left;
	uint32_t depth = memory->path_size;
	size_t low, high, share;

	if (depth == 0 || memory->path[depth - 1].index == 0)
		return 0;
	left = bko__pool_page(memory, page->prev);
	if (bko__page_room(left) < capacity / 8)
		return 0;
	low = bko__page_key(left, 0, memory->separators[0]);
	high = bko__page_key(page, page->count - 1u, memory->separators[1]);
	share = bko__page_common(memory->separators[0], low, memory->separators[1], high);
	if (bko__page_total(left, share) + bko__page_total(page, share) - share >
	    capacity - capacity / 8)
		return 0;
	bko__page_join(left, page, share, bko__pool_page(memory, 0));
	return 1;
}

void bko__tree_shrink(struct bko_memory *memory, struct bko__page *leaf, const struct bko_span *key)
{
	const unsigned char *bytes = key->data;

	if ((leaf->count > 0 && !tree_is_low(leaf)) || tree_descend(memory, key, 0) != leaf)
		return;
	if (leaf->count == 0 || tree_join(memory, leaf))
		tree_unlink(memory, leaf, &memory->roots[bytes[0]]);
}
