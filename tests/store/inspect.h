/*
 * tests/store/inspect.h - walks the memory store's pages and compares them
 * with what memory_page.h and memory_tree.h say about them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_STORE_INSPECT_H
#define TESTS_STORE_INSPECT_H

#include "backorder/store.h"

/* NULL, or what is wrong. */
const char *inspect_store(bko_memory *memory);

/* Bytes used of the bytes in all leaves, in percent; 100 for an empty store. */
unsigned inspect_fill(bko_memory *memory);

#endif
