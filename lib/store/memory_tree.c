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

/* Leaf where a key belongs, 0 if its tree is empty; the way there in `path`. A key that is
 * known to belong into the last leaf needs no search. */
static uint32_t tree_descend(struct bko_memory *memory, const unsigned char *key, size_t size,
                             int last)
{
	uint32_t number = memory->roots[key[0]];
	uint32_t depth = 0;
	const struct bko__page *page;
	uint32_t index;

	memory->path_size = 0;
	if (number == 0)
		return 0;
	page = bko__pool_page(memory, number);
	while (page->level > BKO__PAGE_LEAF) {
		index = page->count;
		if (!last)
			index = bko__page_find(page, key, size, &index) ? index + 1 : index;
		memory->path[depth].page = number;
		memory->path[depth++].index = index;
		number = bko__page_child(page, index);
		page = bko__pool_page(memory, number);
	}
	memory->path_size = depth;
	return number;
}

/* Whether no leaf of its tree is right of this one. */
static int tree_is_last(const struct bko_memory *memory, uint32_t leaf)
{
	return leaf != 0 && bko__pool_page(memory, leaf)->next == 0;
}

/* Tries a leaf that may be the right one, and the one after it: it is if the key lies
 * between two of its keys, or beyond its last or first where the tree ends. */
static int tree_try(const struct bko_memory *memory, uint32_t number, const unsigned char *key,
                    size_t size, struct bko__cell_at *place)
{
	const struct bko__page *page = bko__pool_leaf(memory, number);
	uint32_t tries, slot;

	if (page == NULL || page->count == 0 || *bko__page_prefix(page) != key[0])
		return 0;
	for (tries = 0; tries < 2; tries++) {
		place->exact = (uint16_t)bko__page_find(page, key, size, &slot);
		place->page = number;
		place->slot = (uint16_t)slot;
		if (place->exact || slot < page->count)
			return place->exact || slot > 0 || page->prev == 0;
		number = page->next;
		if (number == 0)
			return 1;
		page = bko__pool_page(memory, number);
	}
	return 0;
}

void bko__tree_find(struct bko_memory *memory, const unsigned char *key, size_t size, uint64_t hint,
                    struct bko__cell_at *place)
{
	uint32_t slot = (uint32_t)(hint & 0xffff);
	uint32_t *finger = &memory->fingers[key[0] % BKO__MEMORY_FINGERS];
	const struct bko__page *page = bko__pool_leaf(memory, hint >> 16);

	if (page != NULL && slot < page->count && bko__page_holds(page, slot, key, size)) {
		place->page = (uint32_t)(hint >> 16);
		place->slot = (uint16_t)slot;
		place->exact = 1;
		return;
	}
	if (page != NULL && tree_try(memory, (uint32_t)(hint >> 16), key, size, place))
		return;
	if (*finger != hint >> 16 && tree_try(memory, *finger, key, size, place))
		return;
	place->slot = 0;
	place->exact = 0;
	place->page = tree_descend(memory, key, size, 0);
	if (place->page == 0)
		return;
	*finger = place->page;
	page = bko__pool_page(memory, place->page);
	place->exact = (uint16_t)bko__page_find(page, key, size, &slot);
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

uint64_t bko__tree_need(struct bko_memory *memory, uint32_t leaf, const struct bko_span *key,
                        uint64_t added, uint64_t splits)
{
	const struct bko__page *page;
	uint64_t need = 0;
	uint32_t depth;

	tree_descend(memory, key->data, key->size, tree_is_last(memory, leaf));
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
static void tree_link(struct bko_memory *memory, const struct bko__page *left, uint32_t child)
{
	struct bko__page *page = bko__pool_page(memory, child);
	struct bko__page *spare = bko__pool_page(memory, 0);
	unsigned char *key = memory->separators[0];
	unsigned char *up = memory->separators[1];
	unsigned char *swap = key;
	size_t high = bko__page_key(page, 0, key);
	size_t low = bko__page_key(left, left->count - 1u, up);
	size_t size = bko__page_common(up, low, key, high) + 1;
	uint32_t depth, number, index, root;

	tree_descend(memory, key, high, page->next == 0);
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
static uint32_t tree_new_leaf(struct bko_memory *memory, uint32_t left)
{
	uint32_t number = bko__pool_take(memory, BKO__PAGE_LEAF);
	struct bko__page *page = bko__pool_page(memory, number);
	struct bko__page *other = bko__pool_page(memory, left);

	page->prev = left;
	page->next = other->next;
	other->next = number;
	if (page->next != 0)
		bko__pool_page(memory, page->next)->prev = number;
	return number;
}

static void tree_split(struct bko_memory *memory, const struct bko__cell_at *place,
                       const struct bko_entry *row, uint64_t revision)
{
	struct bko__page *page = bko__pool_page(memory, place->page);
	struct bko__page *spare = bko__pool_page(memory, 0);
	struct split split = split_choose(page, place->slot, row);
	uint32_t *finger =
		&memory->fingers[*(const unsigned char *)row->key.data % BKO__MEMORY_FINGERS];
	uint32_t right = tree_new_leaf(memory, place->page);
	uint32_t alone;

	bko__page_move(page, split.at, bko__pool_page(memory, right), spare);
	*finger = place->page;
	if (split.side == SPLIT_LEFT) {
		bko__page_put_row(page, spare, place->slot, row, revision);
	} else if (split.side == SPLIT_RIGHT) {
		bko__page_put_row(bko__pool_page(memory, right), spare, place->slot - split.at, row,
		                  revision);
		*finger = right;
	} else {
		alone = tree_new_leaf(memory, place->page);
		bko__page_put_row(bko__pool_page(memory, alone), spare, 0, row, revision);
		tree_link(memory, page, alone);
		page = bko__pool_page(memory, alone);
	}
	tree_link(memory, page, right);
}

int bko__tree_insert(struct bko_memory *memory, const struct bko__cell_at *place,
                     const struct bko_entry *row, uint64_t revision)
{
	const unsigned char *key = row->key.data;
	uint32_t number = place->page;
	struct bko__page *page;

	if (number == 0) {
		number = bko__pool_take(memory, BKO__PAGE_LEAF);
		memory->roots[key[0]] = number;
	}
	page = bko__pool_page(memory, number);
	if (bko__page_add_row(page, place->slot, row, revision))
		return 0;
	if (bko__page_need(page, key, row->key.size, row->value.size) > bko__page_room(page)) {
		tree_split(memory, place, row, revision);
		return 1;
	}
	bko__page_put_row(page, bko__pool_page(memory, 0), place->slot, row, revision);
	return place->page == 0;
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
static void tree_unlink(struct bko_memory *memory, uint32_t number, uint32_t *root)
{
	struct bko__page *page = bko__pool_page(memory, number);
	uint32_t depth = memory->path_size;
	uint32_t index = 0;

	if (page->prev != 0)
		bko__pool_page(memory, page->prev)->next = page->next;
	if (page->next != 0)
		bko__pool_page(memory, page->next)->prev = page->prev;
	bko__pool_free(memory, number);
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

/* Copies the rows of a leaf that has few to its left neighbour, if that has
 * room for them and for some more; returns whether it had. Both must have the
 * same parent: what parts two parents is not moved. */
static int tree_join(struct bko_memory *memory, struct bko__page *page)
{
	size_t capacity = bko__page_capacity(page->size);
	struct bko__page *left;
	uint32_t depth = memory->path_size;
	size_t low, high, share;

	if (bko__page_room(page) < capacity - capacity / 4 || depth == 0 ||
	    memory->path[depth - 1].index == 0)
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

void bko__tree_shrink(struct bko_memory *memory, uint32_t number, const unsigned char *key,
                      size_t size)
{
	struct bko__page *page = bko__pool_page(memory, number);

	if (tree_descend(memory, key, size, 0) != number)
		return;
	if (page->count == 0 || tree_join(memory, page))
		tree_unlink(memory, number, &memory->roots[key[0]]);
}
