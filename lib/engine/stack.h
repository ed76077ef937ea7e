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
	uint64_t size; /* of the data that follow, a multiple of 8 */
};

struct bko__stack {
	uint8_t *at;        /* in the current block: the next piece .. */
	size_t left;        /* .. and the bytes from there, a multiple of 8 */
	bko_alloc_fn alloc; /* NULL: fixed */
	void *host;
	struct bko__block *first, *current;
	size_t held;   /* bytes of all blocks */
	size_t passed; /* of those before the current one */
};

void bko__stack_open(struct bko__stack *stack, bko_alloc_fn alloc, void *host);

/* Makes a fixed stack of the memory. */
void bko__stack_fix(struct bko__stack *stack, void *memory, size_t size);

/* A piece of another block. */
void *bko__stack_take_next(struct bko__stack *stack, size_t size);

/* Of this one, which has room for it. */
static inline void *bko__stack_take_here(struct bko__stack *stack, size_t size)
{
	uint8_t *piece = stack->at;

	size = (size + 7) & ~(size_t)7;
	stack->at = piece + size;
	stack->left -= size;
	return piece;
}

/* NULL when there is no room. Memory is aligned for any type, not cleared. */
static inline void *bko__stack_take(struct bko__stack *stack, size_t size)
{
	return size <= stack->left ? bko__stack_take_here(stack, size)
	                           : bko__stack_take_next(stack, size);
}

/* The end of the piece taken last goes back: all behind its first `used` bytes. */
static inline void bko__stack_trim(struct bko__stack *stack, const void *piece, size_t used)
{
	size_t back = (size_t)(stack->at - (const uint8_t *)piece) - ((used + 7) & ~(size_t)7);

	stack->at -= back;
	stack->left += back;
}

/* About: the bytes of all pieces since the last reset. */
static inline size_t bko__stack_taken(const struct bko__stack *stack)
{
	return stack->current ? stack->passed + (size_t)stack->current->size - stack->left : 0;
}

/* All that was taken is free again. */
void bko__stack_reset(struct bko__stack *stack);

void bko__stack_close(struct bko__stack *stack);

#endif
