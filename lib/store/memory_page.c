/*
 * store/memory_page.c - cells in a page: search, insertion, removal, packing.
 *
 * The heads depend on the prefix that the keys of a page share. Inserting a
 * key that shares less shortens it and writes all heads anew; splitting a page
 * gives both halves the longest prefix they can have. Removal leaves it as it
 * is: a prefix shorter than possible is merely slower.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/memory_page.h"

/* Head of a key in the place where slots have it. size >= prefix. */
static uint64_t page_head(const unsigned char *key, size_t size, size_t prefix)
{
	size_t rest = size - prefix;
	uint64_t word = 0;
	size_t i;

	if (rest >= 8)
		word = bko__page_word(key + prefix);
	else if (size >= 8 && rest > 0)
		word = bko__page_word(key + size - 8) << (64 - 8 * rest);
	else
		for (i = 0; i < rest; i++)
			word |= (uint64_t)key[prefix + i] << (56 - 8 * i);
	return word & ~(uint64_t)0xffff;
}

/* First slot whose word is not below `target`. Without branches that depend
 * on the keys: they could not be predicted. */
static uint32_t page_lower(const uint64_t *slots, uint32_t count, uint64_t target)
{
	const uint64_t *base = slots;
	uint32_t half;

	while (count > 1) {
		half = count / 2;
		base += half & (0u - (uint32_t)(base[half - 1] < target));
		count -= half;
	}
	return (uint32_t)(base - slots) + (count == 1 && *base < target);
}

/* Goes on from slot `low`, the first of those with the head of the key. */
static int page_find_equal(const struct bko__page *page, const unsigned char *key, size_t size,
                           uint64_t target, uint32_t *low)
{
	uint32_t high, middle;
	const unsigned char *own = bko__page_key(page, *low);
	int order = bko__page_compare(key, size, own, bko__page_key_size(own));

	if (order <= 0)
		return order == 0;
	++*low;
	high = *low;
	if (high < page->count && (page->slots[high] & ~(uint64_t)0xffff) == target)
		high += page_lower(page->slots + high, page->count - high, target | 0xffff);
	while (*low < high) {
		middle = *low + (high - *low) / 2;
		own = bko__page_key(page, middle);
		order = bko__page_compare(key, size, own, bko__page_key_size(own));
		if (order == 0) {
			*low = middle;
			return 1;
		}
		if (order < 0)
			high = middle;
		else
			*low = middle + 1;
	}
	return 0;
}

int bko__page_find(const struct bko__page *page, const unsigned char *key, size_t size,
                   uint32_t *slot)
{
	uint32_t low = 0;
	uint64_t target;
	int order;

	*slot = 0;
	if (page->count == 0)
		return 0;
	if (size >= page->prefix) {
		target = page_head(key, size, page->prefix);
		low = page_lower(page->slots, page->count, target);
		if (low < page->count && (page->slots[low] & ~(uint64_t)0xffff) == target &&
		    page_find_equal(page, key, size, target, &low)) {
			*slot = low;
			return 1;
		}
	}
	/* Only a key that was not found must still show that it shares the
	 * prefix, without which its head says nothing. */
	order = bko__page_beside(page, key, size);
	if (order == 0)
		*slot = low;
	else if (order > 0)
		*slot = page->count;
	return 0;
}

size_t bko__page_common(const unsigned char *a, size_t a_size, const unsigned char *b,
                        size_t b_size)
{
	size_t size = a_size < b_size ? a_size : b_size;
	size_t i = 0;

	while (i + 8 <= size && bko__page_word(a + i) == bko__page_word(b + i))
		i += 8;
	while (i < size && a[i] == b[i])
		i++;
	return i;
}

void bko__page_init(struct bko__page *page, size_t page_size, uint32_t level)
{
	memset(page, 0, sizeof *page);
	page->size = (uint16_t)page_size;
	page->top = (uint16_t)page_size;
	page->last = UINT16_MAX;
	page->level = (uint8_t)level;
}

static size_t page_lead(const struct bko__page *page)
{
	return page->level == BKO__PAGE_LEAF ? BKO__PAGE_LEAF_LEAD : BKO__PAGE_INNER_LEAD;
}

size_t bko__page_taken(const struct bko__page *page, uint32_t slot)
{
	const unsigned char *key = bko__page_key(page, slot);
	size_t value_size = page->level == BKO__PAGE_LEAF ? bko__page_value_size(key) : 0;

	return BKO__PAGE_SLOT + page_lead(page) + bko__page_key_size(key) + value_size;
}

static void page_set_prefix(struct bko__page *page, const unsigned char *key, size_t prefix)
{
	uint32_t i;

	page->prefix = (uint8_t)prefix;
	memcpy(page->shared, key, prefix < BKO__PAGE_SHARED ? prefix : BKO__PAGE_SHARED);
	for (i = 0; i < page->count; i++) {
		key = bko__page_key(page, i);
		page->slots[i] =
			page_head(key, bko__page_key_size(key), prefix) | bko__page_place(page, i);
	}
}

/* The longest prefix there is: that of the first and the last key. */
static void page_fit_prefix(struct bko__page *page)
{
	const unsigned char *low, *high;

	if (page->count == 0)
		return;
	low = bko__page_key(page, 0);
	high = bko__page_key(page, page->count - 1u);
	page_set_prefix(
		page, low,
		bko__page_common(low, bko__page_key_size(low), high, bko__page_key_size(high)));
}

/* Packs the cells together, so that all room lies in one piece. */
static void page_pack(struct bko__page *page, struct bko__page *spare)
{
	size_t lead = page_lead(page);
	size_t top = page->size;
	size_t size;
	uint32_t i;

	memcpy(spare, page, page->size);
	for (i = 0; i < page->count; i++) {
		size = bko__page_taken(spare, i) - BKO__PAGE_SLOT;
		top -= size;
		memcpy((unsigned char *)page + top, bko__page_key(spare, i) - lead, size);
		page->slots[i] = (spare->slots[i] & ~(uint64_t)0xffff) | (top + lead);
	}
	page->top = (uint16_t)top;
	page->holes = 0;
}

unsigned char *bko__page_open(struct bko__page *page, struct bko__page *spare, uint32_t slot,
                              const unsigned char *key, size_t size, size_t tail)
{
	size_t lead = page_lead(page);
	size_t bytes = lead + size + tail;
	const unsigned char *other;
	unsigned char *cell;
	size_t common;

	if (page->count == 0) {
		page_set_prefix(page, key, size);
	} else {
		other = bko__page_key(page, 0);
		common = bko__page_common(key, size, other, page->prefix);
		if (common < page->prefix)
			page_set_prefix(page, key, common);
	}
	if (bko__page_room(page) - page->holes < bytes + BKO__PAGE_SLOT)
		page_pack(page, spare);
	page->top = (uint16_t)(page->top - bytes);
	cell = (unsigned char *)page + page->top + lead;
	cell[-1] = (unsigned char)size;
	memcpy(cell, key, size);
	memmove(page->slots + slot + 1, page->slots + slot,
	        (page->count - slot) * sizeof(uint64_t));
	page->slots[slot] = page_head(key, size, page->prefix) | (page->top + lead);
	page->count++;
	page->last = (uint16_t)(slot + 1);
	return cell;
}

void bko__page_put_row(struct bko__page *page, struct bko__page *spare, uint32_t slot,
                       const struct bko_entry *row, uint64_t revision)
{
	uint16_t value_size = (uint16_t)row->value.size;
	unsigned char *cell =
		bko__page_open(page, spare, slot, row->key.data, row->key.size, value_size);

	memcpy(cell - BKO__PAGE_LEAF_LEAD, &revision, sizeof revision);
	memcpy(cell - 3, &value_size, sizeof value_size);
	if (value_size > 0)
		memcpy(cell + row->key.size, row->value.data, value_size);
}

void bko__page_put_child(struct bko__page *page, struct bko__page *spare, uint32_t slot,
                         const unsigned char *key, size_t size, uint32_t child)
{
	unsigned char *cell = bko__page_open(page, spare, slot, key, size, 0);

	memcpy(cell - BKO__PAGE_INNER_LEAD, &child, sizeof child);
}

void bko__page_remove(struct bko__page *page, uint32_t slot)
{
	size_t bytes = bko__page_taken(page, slot) - BKO__PAGE_SLOT;

	page->holes = (uint16_t)(page->holes + bytes);
	page->count--;
	memmove(page->slots + slot, page->slots + slot + 1,
	        (page->count - slot) * sizeof(uint64_t));
	if (page->last != UINT16_MAX && page->last > slot)
		page->last--;
	if (page->count == 0) {
		page->top = page->size;
		page->holes = 0;
	}
}

void bko__page_move(struct bko__page *from, uint32_t at, struct bko__page *to)
{
	size_t lead = page_lead(from);
	size_t top = to->top;
	size_t moved = 0;
	size_t size;
	uint32_t i;

	if (at == from->count)
		return;
	for (i = at; i < from->count; i++) {
		size = bko__page_taken(from, i) - BKO__PAGE_SLOT;
		top -= size;
		moved += size;
		memcpy((unsigned char *)to + top, bko__page_key(from, i) - lead, size);
		to->slots[i - at] = top + lead;
	}
	to->top = (uint16_t)top;
	to->count = (uint16_t)(from->count - at);
	from->count = (uint16_t)at;
	from->holes = (uint16_t)(from->holes + moved);
	from->last = UINT16_MAX;
	if (at == 0) {
		from->top = from->size;
		from->holes = 0;
	}
	page_fit_prefix(from);
	page_fit_prefix(to);
}

void bko__page_join(struct bko__page *left, struct bko__page *right, struct bko__page *spare)
{
	size_t lead = page_lead(left);
	uint32_t count = left->count;
	size_t size;
	uint32_t i;

	page_pack(left, spare);
	for (i = 0; i < right->count; i++) {
		size = bko__page_taken(right, i) - BKO__PAGE_SLOT;
		left->top = (uint16_t)(left->top - size);
		memcpy((unsigned char *)left + left->top, bko__page_key(right, i) - lead, size);
		left->slots[count + i] = left->top + lead;
	}
	left->count = (uint16_t)(count + right->count);
	left->last = UINT16_MAX;
	page_fit_prefix(left);
}
