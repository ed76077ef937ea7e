/*
 * stack.c - see stack.h.
 */
#include "engine/stack.h"

enum { BLOCK_SIZE = 16384 };

void bko__stack_open(struct bko__stack *stack, bko_alloc_fn alloc, void *host)
{
	stack->alloc = alloc;
	stack->host = host;
	stack->first = stack->current = NULL;
	stack->held = stack->taken = 0;
}

void bko__stack_fix(struct bko__stack *stack, void *memory, size_t size)
{
	struct bko__block *block = memory;

	bko__stack_open(stack, NULL, NULL);
	block->next = NULL;
	block->size = size - sizeof *block;
	block->used = 0;
	stack->first = stack->current = block;
	stack->held = size;
}

static struct bko__block *grow(struct bko__stack *stack, size_t size)
{
	struct bko__block *block;
	size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;

	if (!stack->alloc)
		return NULL;
	block = stack->alloc(stack->host, NULL, 0, sizeof *block + room);
	if (!block)
		return NULL;
	block->next = NULL;
	block->size = room;
	block->used = 0;
	stack->held += sizeof *block + room;
	if (stack->current) {
		block->next = stack->current->next;
		stack->current->next = block;
	} else {
		stack->first = block;
	}
	return block;
}

void *bko__stack_take(struct bko__stack *stack, size_t size)
{
	struct bko__block *block = stack->current;
	void *piece;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + 7) & ~(size_t)7;
	while (block && size > block->size - block->used) {
		block = block->next;
		if (block)
			block->used = 0;
	}
	if (!block)
		block = grow(stack, size);
	if (!block)
		return NULL;
	stack->current = block;
	piece = (uint8_t *)(block + 1) + block->used;
	block->used += size;
	stack->taken += size;
	return piece;
}

void bko__stack_reset(struct bko__stack *stack)
{
	stack->current = stack->first;
	stack->taken = 0;
	if (stack->first)
		stack->first->used = 0;
}

void bko__stack_close(struct bko__stack *stack)
{
	struct bko__block *block = stack->first;

	while (stack->alloc && block) {
		struct bko__block *next = block->next;

		stack->alloc(stack->host, block, sizeof *block + block->size, 0);
		block = next;
	}
	stack->first = stack->current = NULL;
}
