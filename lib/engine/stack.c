/*
 * stack.c - see stack.h.
 */
#include "engine/stack.h"

#include <string.h>

enum { BLOCK_SIZE = 16384 };

void bko__stack_open(struct bko__stack *stack, bko_alloc_fn alloc, void *host)
{
	memset(stack, 0, sizeof *stack);
	stack->alloc = alloc;
	stack->host = host;
}

/* All of the block is free. */
static void enter_block(struct bko__stack *stack, struct bko__block *block)
{
	stack->current = block;
	stack->at = (uint8_t *)(block + 1);
	stack->left = (size_t)block->size;
}

void bko__stack_fix(struct bko__stack *stack, void *memory, size_t size)
{
	struct bko__block *block = memory;

	bko__stack_open(stack, NULL, NULL);
	block->next = NULL;
	block->size = (size - sizeof *block) & ~(size_t)7;
	stack->first = block;
	stack->held = size;
	enter_block(stack, block);
}

static struct bko__block *grow(struct bko__stack *stack, size_t size)
{
	struct bko__block *block;
	size_t room = size > BLOCK_SIZE ? (size + 7) & ~(size_t)7 : BLOCK_SIZE;

	if (!stack->alloc || size > SIZE_MAX / 2)
		return NULL;
	block = stack->alloc(stack->host, NULL, 0, sizeof *block + room);
	if (!block)
		return NULL;
	block->next = NULL;
	block->size = room;
	stack->held += sizeof *block + room;
	if (stack->current) {
		block->next = stack->current->next;
		stack->current->next = block;
	} else {
		stack->first = block;
	}
	return block;
}

void *bko__stack_take_next(struct bko__stack *stack, size_t size)
{
	struct bko__block *block = stack->current ? stack->current->next : NULL;

	while (block && size > block->size)
		block = block->next;
	if (!block)
		block = grow(stack, size);
	if (!block)
		return NULL;
	if (stack->current)
		stack->passed += (size_t)stack->current->size;
	enter_block(stack, block);
	return bko__stack_take_here(stack, size);
}

void bko__stack_reset(struct bko__stack *stack)
{
	stack->passed = 0;
	if (stack->first)
		enter_block(stack, stack->first);
}

void bko__stack_close(struct bko__stack *stack)
{
	struct bko__block *block = stack->first;

	while (stack->alloc && block) {
		struct bko__block *next = block->next;

		stack->alloc(stack->host, block, sizeof *block + (size_t)block->size, 0);
		block = next;
	}
	bko__stack_open(stack, stack->alloc, stack->host);
}
