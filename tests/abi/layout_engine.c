/*
 * Layout of the structs of backorder/engine.h; see layout.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "layout.h"
#include "backorder/engine.h"

MEMBER(bko_options, struct_size, 0, 4);
MEMBER(bko_options, lanes, 4, 4);
MEMBER(bko_options, granule_ms, 8, 4);
MEMBER(bko_options, late_ms, 12, 4);
MEMBER(bko_options, max_lines, 16, 4);
MEMBER(bko_options, max_rows, 20, 4);
MEMBER(bko_options, serve_lines, 24, 4);
MEMBER(bko_options, retries, 28, 4);
MEMBER(bko_options, wait_ms, 32, 4);
MEMBER(bko_options, pull, 36, 4);
MEMBER(bko_options, alloc, 40, P);
MEMBER(bko_options, alloc_host, 40 + P, P);
MEMBER(bko_options, arena, 40 + 2 * P, P);
MEMBER(bko_options, arena_size, 40 + 3 * P, P);
SIZE(bko_options, 40 + 4 * P);

MEMBER(bko_error, struct_size, 0, 4);
MEMBER(bko_error, status, 4, 4);
MEMBER(bko_error, reply, 8, 4);
MEMBER(bko_error, attempts, 12, 4);
MEMBER(bko_error, line, 16, 4);
MEMBER(bko_error, reserved, 20, 4);
MEMBER(bko_error, native, 24, 8);
MEMBER(bko_error, text, 32, P);
MEMBER(bko_error, reserved2, 32 + P, P);
SIZE(bko_error, 32 + 2 * P);

MEMBER(bko_next, struct_size, 0, 4);
MEMBER(bko_next, kind, 4, 4);
MEMBER(bko_next, at_ms, 8, 8);
MEMBER(bko_next, batches, 16, 8);
SIZE(bko_next, 24);

MEMBER(bko_stats, struct_size, 0, 4);
MEMBER(bko_stats, children, 4, 4);
MEMBER(bko_stats, calls, 8, 8);
MEMBER(bko_stats, reads, 16, 8);
MEMBER(bko_stats, rows, 24, 8);
MEMBER(bko_stats, applies, 32, 8);
MEMBER(bko_stats, entries, 40, 8);
MEMBER(bko_stats, conflicts, 48, 8);
MEMBER(bko_stats, busy, 56, 8);
MEMBER(bko_stats, unknown, 64, 8);
MEMBER(bko_stats, memory, 72, 8);
SIZE(bko_stats, 80);

MEMBER(bko_wanted, struct_size, 0, 4);
MEMBER(bko_wanted, kind, 4, 4);
MEMBER(bko_wanted, wait_ms, 8, 4);
MEMBER(bko_wanted, attempt, 12, 4);
MEMBER(bko_wanted, query, 16, P);
MEMBER(bko_wanted, batch, 16 + P, P);
MEMBER(bko_wanted, reply, 16 + 2 * P, P);
MEMBER(bko_wanted, reserved, 16 + 3 * P, P);
SIZE(bko_wanted, 16 + 4 * P);

MEMBER(bko_op, struct_size, 0, 4);
MEMBER(bko_op, flags, 4, 4);
MEMBER(bko_op, id, 8, 2 * P);
MEMBER(bko_op, now_ms, 8 + 2 * P, 8);
SIZE(bko_op, 16 + 2 * P);

MEMBER(bko_operation, struct_size, 0, 4);
MEMBER(bko_operation, subject, 4, 4);
MEMBER(bko_operation, order, 8, 2 * P);
MEMBER(bko_operation, item, 8 + 2 * P, 2 * P);
MEMBER(bko_operation, location, 8 + 4 * P, 2 * P);
SIZE(bko_operation, 8 + 6 * P);
