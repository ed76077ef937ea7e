/*
 * store/memory_apply.c - guarded batches.
 *
 * Three passes. The first looks every entry up and checks its guard, and adds
 * up the pages that the batch may take; then these are reserved; the last
 * writes, and cannot fail. What the first pass found holds in the last: a leaf
 * is changed by entries that belong into it alone, and those ascend, so the
 * slots ahead move by one with each insertion or removal. Only after a split
 * are the entries of that leaf looked up again.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/memory_tree.h"

/* Pages that a batch may take, as far as it was looked at. */
struct demand {
	uint64_t pages, splits;
	size_t room;                /* left in the leaf of the entry before */
	uint32_t page;              /* that leaf; 0 if it is new */
	uint32_t tree;              /* first byte of its keys, + 1 */
	uint32_t overrun;           /* it was split */
	uint32_t count;             /* keys in it */
	size_t prefix;              /* which they all share .. */
	const unsigned char *front; /* .. the first bytes here */
};

/* Progress of the last pass. */
struct writer {
	uint64_t revision;
	uint32_t page;   /* leaf that the places are in */
	uint32_t split;  /* it was split, or is new */
	uint32_t shift;  /* slots that its later places moved by */
	uint32_t shrunk; /* leaf that lost rows */
	const struct bko_entry *shrunk_by;
};

static const struct bko_entry *apply_entry(const struct bko_batch *batch, size_t i)
{
	return &batch->entries[i];
}

/* Entries lie near the ones before them, where those are in `place`. */
static void apply_find(struct bko_memory *memory, const struct bko_entry *entry,
                       struct bko__cell_at *place)
{
	uint64_t hint = entry->hint != 0 ? entry->hint : bko__memory_hint(place);

	bko__tree_find(memory, entry->key.data, entry->key.size, hint, place);
}

static int32_t apply_check_entry(const struct bko_entry *entry)
{
	int put = entry->action == BKO_ACTION_PUT;

	if (entry->guard > BKO_GUARD_REVISION || entry->action > BKO_ACTION_DELETE)
		return BKO_REPLY_UNSUPPORTED;
	if (entry->key.size > BKO_KEY_MAX || (put && entry->value.size > BKO_VALUE_MAX))
		return BKO_REPLY_TOO_LARGE;
	if (entry->key.size == 0 || entry->key.data == NULL ||
	    (put && entry->value.size > 0 && entry->value.data == NULL))
		return BKO_REPLY_UNSUPPORTED;
	return BKO_REPLY_DONE;
}

static int32_t apply_check(const struct bko_batch *batch)
{
	const struct bko_entry *entry, *before = NULL;
	int32_t status;
	size_t i;

	if (bko__memory_sized(batch, sizeof *batch) < 0 || batch->flags != 0)
		return BKO_REPLY_UNSUPPORTED;
	if (batch->count > BKO__MEMORY_COUNT)
		return BKO_REPLY_TOO_LARGE;
	if (batch->count > 0 && batch->entries == NULL)
		return BKO_REPLY_UNSUPPORTED;
	for (i = 0; i < batch->count; i++) {
		entry = apply_entry(batch, i);
		status = apply_check_entry(entry);
		if (status != BKO_REPLY_DONE)
			return status;
		if (before != NULL && bko__page_compare(before->key.data, before->key.size,
		                                        entry->key.data, entry->key.size) >= 0)
			return BKO_REPLY_UNSUPPORTED;
		before = entry;
	}
	return BKO_REPLY_DONE;
}

static const unsigned char *apply_cell(const struct bko_memory *memory,
                                       const struct bko__cell_at *place)
{
	return bko__page_look(bko__pool_page(memory, place->page), place->slot);
}

static int apply_guard(const struct bko_memory *memory, const struct bko_entry *entry,
                       const struct bko__cell_at *place)
{
	if (entry->guard == BKO_GUARD_ABSENT)
		return !place->exact;
	if (entry->guard == BKO_GUARD_REVISION)
		return place->exact &&
		       bko__page_revision(apply_cell(memory, place)) == entry->revision;
	return 1;
}

static void demand_leaf(struct demand *demand, const struct bko_memory *memory,
                        const struct bko__cell_at *place, unsigned tree)
{
	const struct bko__page *page;

	if (place->page == demand->page && tree + 1u == demand->tree)
		return;
	demand->page = place->page;
	demand->tree = tree + 1u;
	demand->overrun = 0;
	if (place->page == 0) {
		demand->pages++;
		demand->room = bko__page_capacity(memory->page_size);
		demand->count = 0;
		return;
	}
	page = bko__pool_page(memory, place->page);
	demand->room = bko__page_room(page);
	/* if it is emptied on the way its prefix may become a worse one */
	demand->room -= demand->room < BKO__PAGE_SLACK ? demand->room : BKO__PAGE_SLACK;
	demand->count = page->count;
	demand->prefix = page->prefix;
	demand->front = bko__page_prefix(page);
}

/* What a row takes, with what the others take more if they share less by it. */
static size_t demand_cost(struct demand *demand, const struct bko_entry *entry)
{
	const unsigned char *key = entry->key.data;
	size_t share, cost = 0;

	if (demand->count == 0) {
		share = bko__page_front(entry->key.size);
		demand->front = key;
		cost = share;
	} else {
		share = bko__page_common(key, entry->key.size, demand->front, demand->prefix);
		cost = demand->count * (demand->prefix - share);
	}
	demand->prefix = share;
	return cost + bko__page_cost(entry->key.size, entry->value.size, share);
}

/* Adds what one entry may take. A leaf is split into two, or into three by a
 * row that is large; an entry that follows a split in the same leaf counts as if
 * it split again. */
static void demand_add(struct demand *demand, struct bko_memory *memory,
                       const struct bko_entry *entry, const struct bko__cell_at *place)
{
	const unsigned char *key = entry->key.data;
	size_t size = entry->key.size, old = 0, cost;
	uint64_t added, above;

	if (entry->action == BKO_ACTION_DELETE && !place->exact)
		return;
	demand_leaf(demand, memory, place, key[0]);
	if (place->exact)
		old = bko__page_cost(size, bko__page_value_size(apply_cell(memory, place)),
		                     bko__pool_page(memory, place->page)->prefix);
	demand->room += old;
	if (entry->action == BKO_ACTION_DELETE)
		return;
	cost = demand_cost(demand, entry);
	demand->count += !place->exact;
	if (cost <= old || (!demand->overrun && cost <= demand->room)) {
		demand->room -= cost;
		return;
	}
	demand->overrun = 1;
	added = size + entry->value.size > memory->page_size / 4 ? 2 : 1;
	demand->splits += added;
	above = bko__tree_need(memory, place->page, &entry->key, added, demand->splits);
	demand->pages += added + above;
}

/* Only when no later entry lies in that leaf: it might need the room. Those
 * ahead are right of it, and the leaf on its left is done with too. */
static void write_shrink(struct writer *writer, struct bko_memory *memory)
{
	const struct bko_entry *entry = writer->shrunk_by;

	bko__tree_shrink(memory, writer->shrunk, entry->key.data, entry->key.size);
	writer->shrunk = 0;
}

static void write_put(struct writer *writer, struct bko_memory *memory,
                      const struct bko_entry *entry, const struct bko__cell_at *place)
{
	size_t value_size = entry->value.size;
	struct bko__page *page;
	unsigned char *cell;

	if (!place->exact) {
		memory->rows++;
		memory->row_bytes += entry->key.size + value_size;
		writer->split |= (uint32_t)bko__tree_insert(memory, place, entry, writer->revision);
		writer->shift++;
		return;
	}
	page = bko__pool_page(memory, place->page);
	cell = bko__page_cell(page, place->slot);
	if (bko__page_value_size(cell) == value_size) {
		memcpy(cell - BKO__PAGE_LEAF_LEAD, &writer->revision, sizeof writer->revision);
		if (value_size > 0)
			memcpy(cell + bko__page_value_at(page, cell), entry->value.data,
			       value_size);
		return;
	}
	memory->row_bytes += value_size;
	memory->row_bytes -= bko__page_value_size(cell);
	bko__page_remove(page, place->slot);
	writer->split |= (uint32_t)bko__tree_insert(memory, place, entry, writer->revision);
}

static void write_entry(struct writer *writer, struct bko_memory *memory,
                        const struct bko_entry *entry, const struct bko__cell_at *place)
{
	struct bko__page *page;

	if (writer->shrunk != 0 && writer->shrunk != place->page)
		write_shrink(writer, memory);
	if (entry->action == BKO_ACTION_PUT) {
		write_put(writer, memory, entry, place);
		return;
	}
	if (!place->exact)
		return;
	page = bko__pool_page(memory, place->page);
	memory->rows--;
	memory->row_bytes -= entry->key.size;
	memory->row_bytes -= bko__page_value_size(bko__page_look(page, place->slot));
	bko__page_remove(page, place->slot);
	writer->shift--;
	writer->shrunk = place->page;
	writer->shrunk_by = entry;
}

static void write_all(struct bko_memory *memory, const struct bko_batch *batch, uint64_t revision)
{
	struct writer writer = {revision, 0, 0, 0, 0, NULL};
	const struct bko_entry *entry;
	struct bko__cell_at place = {0, 0, 0};
	size_t i;

	for (i = 0; i < batch->count; i++) {
		entry = apply_entry(batch, i);
		if (entry->action == BKO_ACTION_NONE)
			continue;
		if (i < BKO__MEMORY_PLACES) {
			place = memory->places[i];
			if (place.page != writer.page) {
				writer.page = place.page;
				writer.split = 0;
				writer.shift = 0;
			}
			place.slot = (uint16_t)(place.slot + writer.shift);
		}
		if (i >= BKO__MEMORY_PLACES || writer.split)
			apply_find(memory, entry, &place);
		write_entry(&writer, memory, entry, &place);
	}
	if (writer.shrunk != 0)
		write_shrink(&writer, memory);
}

/* Checks the guards and reserves pages: DONE, CONFLICT or FULL. */
static int32_t apply_prepare(struct bko_memory *memory, const struct bko_batch *batch,
                             bko_reply *reply)
{
	struct demand demand = {0, 0, 0, 0, 0, 0, 0, 0, NULL};
	const struct bko_entry *entry;
	struct bko__cell_at *place, beyond, before = {0, 0, 0};
	int32_t given = BKO_OK;
	int conflict = 0;
	size_t i;

	for (i = 0; i < batch->count; i++) {
		entry = apply_entry(batch, i);
		place = i < BKO__MEMORY_PLACES ? &memory->places[i] : &beyond;
		*place = before;
		apply_find(memory, entry, place);
		before = *place;
		if (!apply_guard(memory, entry, place)) {
			conflict = 1;
			if (given == BKO_OK)
				given = bko__memory_give(memory, place, &entry->key, (uint32_t)i,
				                         reply);
		} else if (!conflict && entry->action != BKO_ACTION_NONE) {
			demand_add(&demand, memory, entry, place);
		}
	}
	if (conflict)
		return BKO_REPLY_CONFLICT;
	return bko__pool_reserve(memory, demand.pages) ? BKO_REPLY_DONE : BKO_REPLY_FULL;
}

int32_t bko__memory_prepare(struct bko_memory *memory, const struct bko_batch *batch,
                            bko_reply *reply)
{
	int32_t status = apply_check(batch);

	return status == BKO_REPLY_DONE ? apply_prepare(memory, batch, reply) : status;
}

void bko__memory_foresee(struct bko_memory *memory, const struct bko_batch *batch, uint64_t *rows,
                         uint64_t *row_bytes)
{
	const struct bko_entry *entry;
	struct bko__cell_at place = {0, 0, 0};
	size_t i;

	*rows = memory->rows;
	*row_bytes = memory->row_bytes;
	for (i = 0; i < batch->count; i++) {
		entry = apply_entry(batch, i);
		if (entry->action == BKO_ACTION_NONE)
			continue;
		if (i < BKO__MEMORY_PLACES)
			place = memory->places[i];
		else
			apply_find(memory, entry, &place);
		if (place.exact) {
			--*rows;
			*row_bytes -= entry->key.size;
			*row_bytes -= bko__page_value_size(apply_cell(memory, &place));
		}
		if (entry->action == BKO_ACTION_PUT) {
			++*rows;
			*row_bytes += entry->key.size + entry->value.size;
		}
	}
}

void bko__memory_commit(struct bko_memory *memory, const struct bko_batch *batch)
{
	memory->revision++;
	memory->applied++;
	write_all(memory, batch, memory->revision);
}

void bko__memory_tell(const struct bko_memory *memory, const struct bko_batch *batch,
                      bko_reply *reply)
{
	size_t i;

	for (i = 0; i < batch->count && i < BKO__MEMORY_PLACES; i++) {
		const struct bko_entry *entry = apply_entry(batch, i);
		uint64_t hint = bko__memory_hint(&memory->places[i]);

		if (entry->action == BKO_ACTION_PUT && memory->places[i].exact &&
		    entry->hint != hint)
			bko_reply_row(reply, (uint32_t)i, entry->key.data, entry->key.size,
			              entry->value.data, entry->value.size, memory->revision, hint);
	}
}

void bko__memory_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct bko_memory *memory = host;
	int32_t status = BKO_REPLY_UNSUPPORTED;

	if (memory != NULL && memory->magic == BKO__MEMORY_MAGIC && batch != NULL)
		status = bko__memory_prepare(memory, batch, reply);
	if (status != BKO_REPLY_DONE) {
		bko_reply_end(reply, status, 0, 0);
		return;
	}
	bko__memory_commit(memory, batch);
	bko__memory_tell(memory, batch, reply);
	bko_reply_end(reply, BKO_REPLY_DONE, memory->revision, 0);
}

int32_t bko__memory_put(struct bko_memory *memory, const struct bko_entry *row, uint64_t revision)
{
	struct writer writer = {revision, 0, 0, 0, 0, NULL};
	struct demand demand = {0, 0, 0, 0, 0, 0, 0, 0, NULL};
	struct bko__cell_at place = {0, 0, 0};

	apply_find(memory, row, &place);
	demand_add(&demand, memory, row, &place);
	if (!bko__pool_reserve(memory, demand.pages))
		return BKO_E_NO_MEMORY;
	write_put(&writer, memory, row, &place);
	return BKO_OK;
}

void bko__memory_delete(struct bko_memory *memory, const struct bko_entry *row)
{
	struct writer writer = {0, 0, 0, 0, 0, NULL};
	struct bko__cell_at place = {0, 0, 0};

	apply_find(memory, row, &place);
	write_entry(&writer, memory, row, &place);
	if (writer.shrunk != 0)
		write_shrink(&writer, memory);
}
