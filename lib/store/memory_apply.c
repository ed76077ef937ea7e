/*
 * store/memory_apply.c - guarded batches.
 *
 * Three passes. The first looks every entry up and checks its guard, and adds
 * up the pages that the batch may take; then these are reserved; the last
 * writes, and cannot fail. What the first pass found holds in the last: a leaf
 * is changed by entries that belong into it alone, and those ascend, so the
 * slots ahead move by one with each insertion or removal, and after a split those
 * of its right part lie in a leaf of their own. What may belong to either part, or
 * is split again, is looked up anew.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/memory_tree.h"

/* Pages that a batch may take, as far as it was looked at. */
struct demand {
	uint64_t pages, splits;
	size_t room;                /* left in the leaf of the entry before */
	struct bko__page *leaf;     /* that leaf; NULL if it is new */
	uint32_t tree;              /* first byte of its keys, + 1 */
	uint32_t overrun;           /* it was split */
	uint32_t count;             /* keys in it */
	size_t prefix;              /* which they all share .. */
	const unsigned char *front; /* .. the first bytes here */
};

/* Progress of the last pass. A place was found in `leaf`; by now it is in `here`, its slot
 * moved by `shift`, or else from slot `from` of that leaf on it is in `next`, at its front. */
struct writer {
	uint64_t revision;
	struct bko__page *leaf, *here, *next;
	uint32_t shift, from;
	uint32_t lost;            /* places of this leaf are void */
	struct bko__page *shrunk; /* leaf that lost rows */
	const struct bko_span *shrunk_by;
};

static const struct bko_entry *apply_entry(const struct bko_batch *batch, size_t i)
{
	return &batch->entries[i];
}

static void apply_find(struct bko_memory *memory, const struct bko_entry *entry,
                       struct bko__page *near, struct bko__cell_at *place)
{
	bko__tree_find(memory, &entry->key, entry->hint, near, place);
}

static int32_t apply_check_entry(const struct bko_entry *entry)
{
	size_t value_size = entry->action == BKO_ACTION_PUT ? entry->value.size : 0;

	if (entry->guard > BKO_GUARD_REVISION || entry->action > BKO_ACTION_DELETE)
		return BKO_REPLY_UNSUPPORTED;
	if (entry->key.size > BKO_KEY_MAX || value_size > BKO_VALUE_MAX)
		return BKO_REPLY_TOO_LARGE;
	if (entry->key.size == 0 || entry->key.data == NULL ||
	    (value_size > 0 && entry->value.data == NULL))
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

static unsigned char *apply_cell(const struct bko__cell_at *place)
{
	return bko__page_cell(place->leaf, place->slot);
}

static int apply_guard(const struct bko_entry *entry, const struct bko__cell_at *place)
{
	if (entry->guard == BKO_GUARD_ABSENT)
		return !place->exact;
	if (entry->guard == BKO_GUARD_REVISION)
		return place->exact && bko__page_revision(apply_cell(place)) == entry->revision;
	return 1;
}

/* Whether a row is there whose value is of the size of the new one, which takes its place. */
static int apply_fits(const struct bko_entry *entry, const struct bko__cell_at *place)
{
	return place->exact && bko__page_value_size(apply_cell(place)) == entry->value.size;
}

static void demand_leaf(struct demand *demand, const struct bko_memory *memory,
                        const struct bko__cell_at *place, unsigned tree)
{
	const struct bko__page *page = place->leaf;

	if (page == demand->leaf && tree + 1u == demand->tree)
		return;
	demand->leaf = place->leaf;
	demand->tree = tree + 1u;
	demand->overrun = 0;
	if (page == NULL) {
		demand->pages++;
		demand->room = bko__page_capacity(memory->page_size);
		demand->count = 0;
		return;
	}
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
		share = demand->prefix;
		if (entry->key.size < share || !bko__page_same(key, demand->front, share)) {
			share = bko__page_common(key, entry->key.size, demand->front, share);
			cost = demand->count * (demand->prefix - share);
		}
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

	if (entry->action == BKO_ACTION_DELETE ? !place->exact : apply_fits(entry, place))
		return;
	demand_leaf(demand, memory, place, key[0]);
	if (place->exact)
		old = bko__page_cost(size, bko__page_value_size(apply_cell(place)),
		                     place->leaf->prefix);
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
	above = bko__tree_need(memory, place->leaf, &entry->key, added, demand->splits);
	demand->pages += added + above;
}

/* Only when no later entry lies in that leaf: it might need the room. Those
 * ahead are right of it, and the leaf on its left is done with too. */
static void write_shrink(struct writer *writer, struct bko_memory *memory)
{
	bko__tree_shrink(memory, writer->shrunk, writer->shrunk_by);
	writer->shrunk = NULL;
}

/* Writes over a row that is there and whose value is of the same size. */
static void write_over(const struct bko_entry *entry, const struct bko__cell_at *place,
                       uint64_t revision)
{
	unsigned char *cell = apply_cell(place);

	memcpy(cell - BKO__PAGE_LEAF_LEAD, &revision, sizeof revision);
	if (entry->value.size > 0)
		memcpy(cell + bko__page_value_at(place->leaf, cell), entry->value.data,
		       entry->value.size);
}

/* Notes where places in the leaf are after it was split. */
static void write_moved(struct writer *writer, const struct bko__cell_at *moved)
{
	if (moved->leaf == NULL || writer->next != NULL) {
		writer->lost = 1;
	} else if (moved->exact) {
		writer->here = moved->leaf;
		writer->shift -= moved->slot;
	} else {
		writer->next = moved->leaf;
		writer->from = moved->slot - writer->shift;
	}
}

/* Puts a row that is new, or of another size than the one that is there. */
static void write_put(struct writer *writer, struct bko_memory *memory,
                      const struct bko_entry *entry, const struct bko__cell_at *place)
{
	struct bko__cell_at moved;

	memory->row_bytes += entry->value.size;
	if (place->exact) {
		memory->row_bytes -= bko__page_value_size(apply_cell(place));
		bko__page_remove(place->leaf, place->slot);
		writer->shift--;
	} else {
		memory->rows++;
		memory->row_bytes += entry->key.size;
	}
	if (bko__tree_insert(memory, place, entry, writer->revision, &moved))
		write_moved(writer, &moved);
	writer->shift++;
}

static void write_entry(struct writer *writer, struct bko_memory *memory,
                        const struct bko_entry *entry, const struct bko__cell_at *place)
{
	if (writer->shrunk != NULL && writer->shrunk != place->leaf)
		write_shrink(writer, memory);
	if (entry->action == BKO_ACTION_PUT) {
		if (apply_fits(entry, place))
			write_over(entry, place, writer->revision);
		else
			write_put(writer, memory, entry, place);
		return;
	}
	if (!place->exact)
		return;
	memory->rows--;
	memory->row_bytes -= entry->key.size;
	memory->row_bytes -= bko__page_value_size(apply_cell(place));
	bko__page_remove(place->leaf, place->slot);
	writer->shift--;
	writer->shrunk = place->leaf;
	writer->shrunk_by = &entry->key;
}

/* Moves a place to where it is by now. One between both parts of a leaf that was split may
 * belong to either. */
static void write_settle(struct writer *writer, struct bko_memory *memory,
                         const struct bko_entry *entry, struct bko__cell_at *place)
{
	if (place->leaf != writer->leaf) {
		writer->leaf = writer->here = place->leaf;
		writer->next = NULL;
		writer->shift = writer->lost = 0;
	}
	if (writer->next != NULL && place->slot >= writer->from) {
		writer->lost |= place->slot == writer->from && !place->exact;
		writer->here = writer->next;
		writer->next = NULL;
		writer->shift = 0 - writer->from;
	}
	if (writer->lost) {
		apply_find(memory, entry, writer->leaf, place);
		return;
	}
	place->leaf = writer->here;
	place->slot = (uint16_t)(place->slot + writer->shift);
}

static void write_all(struct bko_memory *memory, const struct bko_batch *batch, uint64_t revision)
{
	struct writer writer = {revision, NULL, NULL, NULL, 0, 0, 0, NULL, NULL};
	const struct bko_entry *entry;
	struct bko__cell_at *place, beyond;
	size_t i;

	for (i = 0; i < batch->count; i++) {
		entry = apply_entry(batch, i);
		if (entry->action == BKO_ACTION_NONE)
			continue;
		place = i < BKO__MEMORY_PLACES ? &memory->places[i] : &beyond;
		if (i < BKO__MEMORY_PLACES)
			write_settle(&writer, memory, entry, place);
		else
			apply_find(memory, entry, writer.leaf, place);
		write_entry(&writer, memory, entry, place);
	}
	if (writer.shrunk != NULL)
		write_shrink(&writer, memory);
}

/* Checks the guards and reserves pages: DONE, CONFLICT or FULL. */
static int32_t apply_prepare(struct bko_memory *memory, const struct bko_batch *batch,
                             bko_reply *reply)
{
	struct demand demand = {0, 0, 0, NULL, 0, 0, 0, 0, NULL};
	const struct bko_entry *entry;
	struct bko__cell_at *place, beyond;
	struct bko__page *near = NULL; /* entries lie near the ones before them */
	int32_t given = BKO_OK;
	int conflict = 0;
	size_t i;

	for (i = 0; i < batch->count; i++) {
		entry = apply_entry(batch, i);
		place = i < BKO__MEMORY_PLACES ? &memory->places[i] : &beyond;
		apply_find(memory, entry, near, place);
		near = place->leaf;
		if (!apply_guard(entry, place)) {
			conflict = 1;
			if (given == BKO_OK)
				given = bko__memory_give(place, &entry->key, (uint32_t)i, reply);
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
	struct bko__cell_at place;
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
			apply_find(memory, entry, NULL, &place);
		if (place.exact) {
			--*rows;
			*row_bytes -= entry->key.size;
			*row_bytes -= bko__page_value_size(apply_cell(&place));
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

/* A row that was only guarded is as it was; where it lay another may lie by now. */
static void tell_guarded(const struct bko__cell_at *place, const struct bko_span *key,
                         uint32_t index, bko_reply *reply)
{
	if (place->leaf->level == BKO__PAGE_LEAF && place->slot < place->leaf->count &&
	    bko__page_holds(place->leaf, place->slot, key->data, key->size))
		bko__memory_give(place, key, index, reply);
}

void bko__memory_tell(const struct bko_memory *memory, const struct bko_batch *batch,
                      bko_reply *reply)
{
	size_t count = batch->count < BKO__MEMORY_PLACES ? batch->count : BKO__MEMORY_PLACES, i;
	const struct bko__cell_at *place = memory->places;
	const struct bko_entry *entry = batch->entries;

	for (i = 0; i < count; i++, place++, entry++) {
		if (!place->exact || entry->hint == bko__memory_hint(place))
			continue;
		if (entry->action == BKO_ACTION_PUT)
			bko_reply_row(reply, (uint32_t)i, entry->key.data, entry->key.size,
			              entry->value.data, entry->value.size, memory->revision,
			              bko__memory_hint(place));
		else if (entry->action == BKO_ACTION_NONE)
			tell_guarded(place, &entry->key, (uint32_t)i, reply);
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
	struct writer writer = {revision, NULL, NULL, NULL, 0, 0, 0, NULL, NULL};
	struct demand demand = {0, 0, 0, NULL, 0, 0, 0, 0, NULL};
	struct bko__cell_at place;

	apply_find(memory, row, NULL, &place);
	demand_add(&demand, memory, row, &place);
	if (!bko__pool_reserve(memory, demand.pages))
		return BKO_E_NO_MEMORY;
	if (apply_fits(row, &place))
		write_over(row, &place, revision);
	else
		write_put(&writer, memory, row, &place);
	return BKO_OK;
}

void bko__memory_delete(struct bko_memory *memory, const struct bko_entry *row)
{
	struct writer writer = {0, NULL, NULL, NULL, 0, 0, 0, NULL, NULL};
	struct bko__cell_at place;

	apply_find(memory, row, NULL, &place);
	write_entry(&writer, memory, row, &place);
	if (writer.shrunk != NULL)
		write_shrink(&writer, memory);
}
