/*
 * Layout of the structs of backorder/store.h; see layout.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "layout.h"
#include "backorder/store.h"

MEMBER(bko_read, key, 0, 2 * P);
MEMBER(bko_read, end, 2 * P, 2 * P);
MEMBER(bko_read, limit, 4 * P, 4);
MEMBER(bko_read, flags, 4 + 4 * P, 4);
SIZE(bko_read, 8 + 4 * P);

MEMBER(bko_query, struct_size, 0, 4);
MEMBER(bko_query, flags, 4, 4);
MEMBER(bko_query, reads, 8, P);
MEMBER(bko_query, count, 8 + P, P);
SIZE(bko_query, 8 + 2 * P);

MEMBER(bko_entry, key, 0, 2 * P);
MEMBER(bko_entry, value, 2 * P, 2 * P);
MEMBER(bko_entry, revision, 4 * P, 8);
MEMBER(bko_entry, hint, 8 + 4 * P, 8);
MEMBER(bko_entry, guard, 16 + 4 * P, 4);
MEMBER(bko_entry, action, 20 + 4 * P, 4);
SIZE(bko_entry, 24 + 4 * P);

MEMBER(bko_batch, struct_size, 0, 4);
MEMBER(bko_batch, flags, 4, 4);
MEMBER(bko_batch, entries, 8, P);
MEMBER(bko_batch, count, 8 + P, P);
SIZE(bko_batch, 8 + 2 * P);

MEMBER(bko_store, struct_size, 0, 4);
MEMBER(bko_store, caps, 4, 4);
MEMBER(bko_store, max_key, 8, 4);
MEMBER(bko_store, max_value, 12, 4);
MEMBER(bko_store, max_entries, 16, 4);
MEMBER(bko_store, max_batch, 20, 4);
MEMBER(bko_store, host, 24, P);
MEMBER(bko_store, read, 24 + P, P);
MEMBER(bko_store, apply, 24 + 2 * P, P);
MEMBER(bko_store, wait, 24 + 3 * P, P);
MEMBER(bko_store, sync, 24 + 4 * P, P);
MEMBER(bko_store, measure, 24 + 5 * P, P);
SIZE(bko_store, 24 + 6 * P);

MEMBER(bko_sink, struct_size, 0, 4);
MEMBER(bko_sink, reserved, 4, 4);
MEMBER(bko_sink, host, 8, P);
MEMBER(bko_sink, row, 8 + P, P);
MEMBER(bko_sink, more, 8 + 2 * P, P);
MEMBER(bko_sink, measure, 8 + 3 * P, P);
MEMBER(bko_sink, end, 8 + 4 * P, P);
SIZE(bko_sink, 8 + 5 * P);

MEMBER(bko_memory_options, struct_size, 0, 4);
MEMBER(bko_memory_options, page_size, 4, 4);
MEMBER(bko_memory_options, alloc, 8, P);
MEMBER(bko_memory_options, alloc_host, 8 + P, P);
MEMBER(bko_memory_options, arena, 8 + 2 * P, P);
MEMBER(bko_memory_options, arena_size, 8 + 3 * P, P);
MEMBER(bko_memory_options, shared, 8 + 4 * P, 4);
MEMBER(bko_memory_options, reserved, 12 + 4 * P, 4);
SIZE(bko_memory_options, 16 + 4 * P);

MEMBER(bko_memory_stats, struct_size, 0, 4);
MEMBER(bko_memory_stats, page_size, 4, 4);
MEMBER(bko_memory_stats, rows, 8, 8);
MEMBER(bko_memory_stats, row_bytes, 16, 8);
MEMBER(bko_memory_stats, pages, 24, 8);
MEMBER(bko_memory_stats, pages_free, 32, 8);
MEMBER(bko_memory_stats, bytes, 40, 8);
MEMBER(bko_memory_stats, applied, 48, 8);
SIZE(bko_memory_stats, 56);
