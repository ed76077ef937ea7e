/*
 * stack.h - memory of one call: taken piece by piece, given back all at once. With
 * a heap it grows by blocks that are kept for later calls; in an arena it is one
 * block of fixed size.
 */
#ifndef BKO_ENGINE_STACK_H
#define BKO_ENGINE_STACK_H

#include "backorder/store.h"

struct bko__block {
	struct bko__block *next;
	size_t size, used;
	uint64_t align; /* data follows */
};

struct bko__stack {
	bko_alloc_fn alloc; /* NULL: fixed */
	void *host;
	struct bko__block *first, *current;
	size_t held;  /* bytes of all blocks */
	size_t taken; /* about: of all pieces since the last reset */
};

void bko__stack_open(struct bko__stack *stack, bko_alloc_fn alloc, void *host);

/* Makes a fixed stack of the memory. */
void bko__stack_fix(struct bko__stack *stack, void *memory, size_t size);

/* NULL when there is no room. Memory is aligned for any type, not cleared. */
void *bko__stack_take(struct bko__stack *stack, size_t size);

/* All that was taken is free again. */
void bko__stack_reset(struct bko__stack *stack);

void bko__stack_close(struct bko__stack *stack);

#endif
