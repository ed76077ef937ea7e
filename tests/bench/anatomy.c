/*
 * What the pages of a memory store hold, by kind of row: the letter its key begins
 * with, and the one that tells the rows below a position or an order apart.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench.h"
#include "store/memory_tree.h"

#include <stdio.h>
#include <stdlib.h>

enum { KINDS = 256 * 256 };

struct sums {
	uint64_t rows, key_bytes, value_bytes;
};

struct pages {
	uint64_t leaves, leaf_room, inner;
};

/* The letter behind the ids of a key: of two below I, of one below O. */
static unsigned second(const unsigned char *key, size_t size)
{
	size_t at = 1, ids = key[0] == 'I' ? 2 : key[0] == 'O' ? 1 : 0;

	for (; ids > 0 && at < size; ids--)
		at += 1u + key[at];
	return at < size && (key[0] == 'I' || key[0] == 'O') ? key[at] : 0;
}

static void add_row(struct sums *sums, const struct bko__page *page, uint32_t slot)
{
	unsigned char key[BKO_KEY_MAX];
	size_t size = bko__page_key(page, slot, key);
	struct sums *sum = &sums[(unsigned)key[0] << 8 | second(key, size)];

	sum->rows++;
	sum->key_bytes += size;
	sum->value_bytes += bko__page_value_size(bko__page_look(page, slot));
}

void bench_anatomy(struct bko_memory *memory)
{
	struct sums *sums = must_alloc(KINDS * sizeof *sums);
	struct pages *trees = must_alloc(256 * sizeof *trees);
	uint32_t number, slot, kind;

	for (number = 1; number < memory->page_fresh; number++) {
		const struct bko__page *page = bko__pool_page(memory, number);

		if (page->level == BKO__PAGE_FREE)
			continue;
		if (page->level > BKO__PAGE_LEAF) {
			trees[*bko__page_prefix(page)].inner++;
			continue;
		}
		trees[*bko__page_prefix(page)].leaves++;
		trees[*bko__page_prefix(page)].leaf_room += bko__page_room(page);
		for (slot = 0; slot < page->count; slot++)
			add_row(sums, page, slot);
	}
	printf("%-6s %10s %12s %12s\n", "rows", "count", "key bytes", "value bytes");
	for (kind = 0; kind < KINDS; kind++)
		if (sums[kind].rows > 0)
			printf("%c %-4c %10llu %12.1f %12.1f\n", (int)(kind >> 8),
			       (kind & 255) > 0 ? (int)(kind & 255) : ' ',
			       (unsigned long long)sums[kind].rows,
			       (double)sums[kind].key_bytes / (double)sums[kind].rows,
			       (double)sums[kind].value_bytes / (double)sums[kind].rows);
	printf("%-6s %10s %12s %12s\n", "pages", "leaves", "free in each", "inner");
	for (kind = 0; kind < 256; kind++)
		if (trees[kind].leaves > 0)
			printf("%-6c %10llu %12.1f %12llu\n", (int)kind,
			       (unsigned long long)trees[kind].leaves,
			       (double)trees[kind].leaf_room / (double)trees[kind].leaves,
			       (unsigned long long)trees[kind].inner);
	free(trees);
	free(sums);
}
