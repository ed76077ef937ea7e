/*
 * store/memory_page.c - cells in a page: search, insertion, removal, packing.
 *
 * What a page keeps of its keys depends on the prefix they share. A key that
 * shares less shortens it, and all cells are laid anew; splitting a page gives
 * both halves the longest prefix that pays. Removal leaves it as it is: a prefix
 * shorter than possible merely takes more.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/memory_page.h"

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

/* What is left of a key behind the prefix of a page and a head. */
struct page_tail {
	const unsigned char *bytes;
	size_t size, key_size;
	uint64_t first;
};

/* Order of such a tail, and that of a slot which has the same head. */
static int page_compare_tail(const struct bko__page *page, uint32_t slot,
                             const struct page_tail *tail)
{
	const unsigned char *cell = bko__page_look(page, slot);
	size_t own = bko__page_key_size(cell), size = bko__page_tail(own, page->prefix);
	uint64_t first = bko__page_first(cell, size);
	int order = 0;

	if (tail->first != first)
		return tail->first < first ? -1 : 1;
	if (size > 8 && tail->size > 8)
		order = bko__page_compare(tail->bytes + 8, tail->size - 8, cell + 8, size - 8);
	return order != 0 ? order : (tail->key_size > own) - (tail->key_size < own);
}

int bko__page_find_equal(const struct bko__page *page, const unsigned char *key, size_t size,
                         uint32_t *low)
{
	uint64_t target = bko__page_head(page, *low);
	struct page_tail tail = {key, bko__page_tail(size, page->prefix), size, 0};
	uint32_t high, middle;
	int order;

	tail.bytes += size - tail.size;
	if (tail.size > 0)
		tail.first = bko__page_first(tail.bytes, tail.size);
	order = page_compare_tail(page, *low, &tail);
	if (order <= 0)
		return order == 0;
	high = ++*low;
	if (high < page->count && bko__page_head(page, high) == target)
		high += page_lower(page->slots + high, page->count - high, target | 0xffff);
	while (*low < high) {
		middle = *low + (high - *low) / 2;
		order = page_compare_tail(page, middle, &tail);
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
	uint64_t target;

	*slot = page->count;
	if (!bko__page_begins(page, key, size)) {
		if (bko__page_beside(page, key, size) < 0)
			*slot = 0;
		return 0;
	}
	target = bko__page_head_of(key, size, page->prefix);
	/* many keys come behind all others */
	if (page->count == 0 || page->slots[page->count - 1] < target)
		return 0;
	*slot = page_lower(page->slots, page->count, target);
	return bko__page_head(page, *slot) == target && bko__page_find_equal(page, key, size, slot);
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

static size_t page_value_size(const struct bko__page *page, const unsigned char *cell)
{
	return page->level == BKO__PAGE_LEAF ? bko__page_value_size(cell) : 0;
}

size_t bko__page_taken(const struct bko__page *page, uint32_t slot)
{
	const unsigned char *cell = bko__page_look(page, slot);

	return BKO__PAGE_SLOT + page_lead(page) + bko__page_value_at(page, cell) +
	       page_value_size(page, cell);
}

/* Writes the key of a slot from its byte `from` up to `until`. */
static void page_copy(const struct bko__page *page, uint32_t slot, size_t from, size_t until,
                      unsigned char *to)
{
	size_t prefix = page->prefix, part;
	uint64_t head = page->slots[slot];

	if (from < prefix) {
		part = (until < prefix ? until : prefix) - from;
		memcpy(to, bko__page_prefix(page) + from, part);
		to += part;
		from += part;
	}
	if (from == prefix && until - from >= BKO__PAGE_HEAD)
		for (from += BKO__PAGE_HEAD, part = 0; part < BKO__PAGE_HEAD; part++)
			*to++ = (unsigned char)(head >> (56 - 8 * part));
	else
		for (; from < until && from < prefix + BKO__PAGE_HEAD; from++)
			*to++ = (unsigned char)(head >> (56 - 8 * (from - prefix)));
	if (from < until)
		memcpy(to, bko__page_look(page, slot) + from - prefix - BKO__PAGE_HEAD,
		       until - from);
}

size_t bko__page_key(const struct bko__page *page, uint32_t slot, unsigned char *to)
{
	size_t size = bko__page_key_size(bko__page_look(page, slot));

	page_copy(page, slot, 0, size, to);
	return size;
}

/* The head of a key so many bytes further on, from that and its tail. */
static uint64_t page_further(uint64_t head, const unsigned char *tail, size_t size, size_t by)
{
	if (by == 0)
		return head;
	if (by >= BKO__PAGE_HEAD)
		head = bko__page_first(tail + by - BKO__PAGE_HEAD, size + BKO__PAGE_HEAD - by);
	else
		head = head << 8 * by | bko__page_first(tail, size) >> 8 * (BKO__PAGE_HEAD - by);
	return head & ~(uint64_t)0xffff;
}

/* Lays a cell of another page on top, as the prefix that this one has wants it. What
 * is before its tail then comes to lie where the lead will. */
static void page_lay(struct bko__page *page, uint32_t slot, const struct bko__page *from,
                     uint32_t at)
{
	const unsigned char *old = bko__page_look(from, at);
	size_t size = bko__page_key_size(old), tail = bko__page_tail(size, page->prefix);
	size_t old_tail = bko__page_tail(size, from->prefix);
	size_t lead = page_lead(from), value_size = page_value_size(from, old);
	size_t top = page->top - value_size - tail;
	unsigned char *cell = (unsigned char *)page + top;
	uint64_t head = bko__page_head(from, at);

	if (page->prefix >= from->prefix) {
		head = page_further(head, old, old_tail, (size_t)page->prefix - from->prefix);
		memcpy(cell, old + old_tail - tail, tail + value_size);
	} else {
		page_copy(from, at, page->prefix, size, cell - BKO__PAGE_HEAD);
		head = bko__page_head_of(cell - BKO__PAGE_HEAD, size - page->prefix, 0);
		memcpy(cell + tail, old + old_tail, value_size);
	}
	memcpy(cell - BKO__PAGE_INNER_LEAD, old - BKO__PAGE_INNER_LEAD, BKO__PAGE_INNER_LEAD);
	if (lead > BKO__PAGE_INNER_LEAD)
		memcpy(cell - BKO__PAGE_LEAF_LEAD, old - BKO__PAGE_LEAF_LEAD,
		       BKO__PAGE_LEAF_LEAD - BKO__PAGE_INNER_LEAD);
	page->top = (uint16_t)(top - lead);
	page->slots[slot] = head | top;
}

/* Makes of a page the cells of another from slot `at` up to `until`, the prefix being
 * the first bytes of their keys. */
static void page_fill(struct bko__page *page, const struct bko__page *from, uint32_t at,
                      uint32_t until, size_t prefix)
{
	uint32_t i;

	page->prefix = (uint8_t)prefix;
	page->top = (uint16_t)(page->size - prefix);
	page->holes = 0;
	page->count = (uint16_t)(until - at);
	page->last = UINT16_MAX;
	if (at == until)
		return;
	page_copy(from, at, 0, prefix, (unsigned char *)page + page->top);
	for (i = at; i < until; i++)
		page_lay(page, i - at, from, i);
}

/* Lays the cells of a page anew, so that all room is in one piece. */
static void page_relay(struct bko__page *page, struct bko__page *spare, size_t prefix)
{
	memcpy(spare, page, page->size);
	page_fill(page, spare, 0, page->count, prefix);
	page->last = spare->last;
}

size_t bko__page_share(const struct bko__page *page, const unsigned char *key, size_t size)
{
	if (page->count == 0)
		return bko__page_front(size);
	if (bko__page_begins(page, key, size))
		return page->prefix;
	return bko__page_common(key, size, bko__page_prefix(page), page->prefix);
}

/* Bytes of the tails that a part of a page has under a prefix, and of that. */
static size_t page_tails(const struct bko__page *page, uint32_t at, uint32_t until, size_t prefix)
{
	size_t bytes = prefix;

	for (; at < until; at++)
		bytes += bko__page_tail(bko__page_key_size(bko__page_look(page, at)), prefix);
	return bytes;
}

size_t bko__page_need(const struct bko__page *page, const unsigned char *key, size_t size,
                      size_t value_size)
{
	size_t share = bko__page_share(page, key, size);
	size_t need = BKO__PAGE_SLOT + page_lead(page) + bko__page_tail(size, share) + value_size;

	if (page->count == 0)
		return need + share;
	if (share < page->prefix)
		need += page_tails(page, 0, page->count, share) -
		        page_tails(page, 0, page->count, page->prefix);
	return need;
}

size_t bko__page_total(const struct bko__page *page, size_t prefix)
{
	return bko__page_capacity(page->size) - bko__page_room(page) +
	       page_tails(page, 0, page->count, prefix) -
	       page_tails(page, 0, page->count, page->prefix);
}

/* Opens a cell for a key that has the prefix, where there is room for it in one piece.
 * The caller fills what is in front of the key size, and the value. */
static unsigned char *page_open_cell(struct bko__page *page, uint32_t slot,
                                     const unsigned char *key, size_t size, size_t value_size)
{
	size_t lead = page_lead(page), tail = bko__page_tail(size, page->prefix);
	unsigned char *cell;

	page->top = (uint16_t)(page->top - lead - tail - value_size);
	cell = (unsigned char *)page + page->top + lead;
	cell[-1] = (unsigned char)size;
	memcpy(cell, key + size - tail, tail);
	if (slot < page->count)
		memmove(page->slots + slot + 1, page->slots + slot,
		        (page->count - slot) * sizeof(uint64_t));
	page->slots[slot] = bko__page_head_of(key, size, page->prefix) | (page->top + lead);
	page->count++;
	page->last = (uint16_t)(slot + 1);
	return cell;
}

/* The same with room made for it. */
static unsigned char *page_make(struct bko__page *page, struct bko__page *spare, uint32_t slot,
                                const unsigned char *key, size_t size, size_t value_size)
{
	size_t share = bko__page_share(page, key, size), bytes;

	if (page->count == 0) {
		page->prefix = (uint8_t)share;
		page->top = (uint16_t)(page->size - share);
		memcpy((unsigned char *)page + page->top, key, share);
	} else if (share < page->prefix) {
		page_relay(page, spare, share);
	}
	bytes = page_lead(page) + bko__page_tail(size, page->prefix) + value_size;
	if (bko__page_room(page) - page->holes < bytes + BKO__PAGE_SLOT)
		page_relay(page, spare, page->prefix);
	return page_open_cell(page, slot, key, size, value_size);
}

static void page_write_row(const struct bko__page *page, unsigned char *cell,
                           const struct bko_entry *row, uint64_t revision)
{
	uint16_t value_size = (uint16_t)row->value.size;

	memcpy(cell - BKO__PAGE_LEAF_LEAD, &revision, sizeof revision);
	memcpy(cell - 3, &value_size, sizeof value_size);
	if (value_size > 0)
		memcpy(cell + bko__page_value_at(page, cell), row->value.data, value_size);
}

void bko__page_put_row(struct bko__page *page, struct bko__page *spare, uint32_t slot,
                       const struct bko_entry *row, uint64_t revision)
{
	unsigned char *cell =
		page_make(page, spare, slot, row->key.data, row->key.size, row->value.size);

	page_write_row(page, cell, row, revision);
}

int bko__page_add_row(struct bko__page *page, uint32_t slot, const struct bko_entry *row,
                      uint64_t revision)
{
	const unsigned char *key = row->key.data;
	size_t size = row->key.size, value_size = row->value.size;

	if (page->count == 0 || !bko__page_begins(page, key, size) ||
	    bko__page_room(page) - page->holes < bko__page_cost(size, value_size, page->prefix))
		return 0;
	page_write_row(page, page_open_cell(page, slot, key, size, value_size), row, revision);
	return 1;
}

void bko__page_put_child(struct bko__page *page, struct bko__page *spare, uint32_t slot,
                         const unsigned char *key, size_t size, uint32_t child)
{
	unsigned char *cell = page_make(page, spare, slot, key, size, 0);

	memcpy(cell - BKO__PAGE_INNER_LEAD, &child, sizeof child);
	cell[-2] = 0;
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
		page->prefix = 0;
		page->top = page->size;
		page->holes = 0;
	}
}

/* What the keys of two slots share at their front. */
static size_t page_common(const struct bko__page *page, uint32_t low, uint32_t high)
{
	const unsigned char *a = bko__page_look(page, low), *b = bko__page_look(page, high);
	size_t a_size = bko__page_key_size(a), b_size = bko__page_key_size(b), common;
	uint64_t differ = bko__page_head(page, low) ^ bko__page_head(page, high);

	common = page->prefix;
	if (differ == 0)
		common += BKO__PAGE_HEAD + bko__page_common(a, bko__page_tail(a_size, common), b,
		                                            bko__page_tail(b_size, common));
	else
		for (; differ >> 56 == 0; differ <<= 8)
			common++;
	common = common < a_size ? common : a_size;
	return common < b_size ? common : b_size;
}

/* The prefix for the cells from slot `at` up to `until`: the longest, or a shorter one
 * that leaves the heads more if that costs nothing. */
static size_t page_fit(const struct bko__page *page, uint32_t at, uint32_t until)
{
	size_t longest, shorter = UINT8_MAX, size;
	uint32_t i;

	if (at == until)
		return 0;
	longest = page_common(page, at, until - 1);
	for (i = at; i < until; i++) {
		size = bko__page_front(bko__page_key_size(bko__page_look(page, i)));
		shorter = size < shorter ? size : shorter;
	}
	if (shorter < longest &&
	    page_tails(page, at, until, shorter) <= page_tails(page, at, until, longest))
		return shorter;
	return longest;
}

void bko__page_move(struct bko__page *from, uint32_t at, struct bko__page *to,
                    struct bko__page *spare)
{
	uint32_t count = from->count;

	if (at == count)
		return;
	memcpy(spare, from, from->size);
	page_fill(to, spare, at, count, page_fit(spare, at, count));
	page_fill(from, spare, 0, at, page_fit(spare, 0, at));
}

void bko__page_join(struct bko__page *left, const struct bko__page *right, size_t prefix,
                    struct bko__page *spare)
{
	uint32_t count = left->count, i;

	page_relay(left, spare, prefix);
	for (i = 0; i < right->count; i++)
		page_lay(left, count + i, right, i);
	left->count = (uint16_t)(count + right->count);
	left->last = UINT16_MAX;
}
