/*
 * Layout of the structs of backorder/log.h; see layout.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "layout.h"
#include "backorder/log.h"

MEMBER(bko_log_damage, struct_size, 0, 4);
MEMBER(bko_log_damage, kind, 4, 4);
MEMBER(bko_log_damage, at, 8, 8);
MEMBER(bko_log_damage, size, 16, 8);
MEMBER(bko_log_damage, number, 24, 8);
MEMBER(bko_log_damage, segment, 32, 4);
MEMBER(bko_log_damage, reserved, 36, 4);
SIZE(bko_log_damage, 40);

MEMBER(bko_log_options, struct_size, 0, 4);
MEMBER(bko_log_options, flags, 4, 4);
MEMBER(bko_log_options, sync, 8, 4);
MEMBER(bko_log_options, group_commits, 12, 4);
MEMBER(bko_log_options, group_ms, 16, 4);
MEMBER(bko_log_options, segment_size, 20, 4);
MEMBER(bko_log_options, max_batch, 24, 4);
MEMBER(bko_log_options, page_size, 28, 4);
MEMBER(bko_log_options, max_size, 32, 8);
MEMBER(bko_log_options, alloc, 40, P);
MEMBER(bko_log_options, alloc_host, 40 + P, P);
MEMBER(bko_log_options, arena, 40 + 2 * P, P);
MEMBER(bko_log_options, arena_size, 40 + 3 * P, P);
MEMBER(bko_log_options, damage, 40 + 4 * P, P);
MEMBER(bko_log_options, reserved2, 40 + 5 * P, P);
MEMBER(bko_log_options, shared, 40 + 6 * P, 4);
MEMBER(bko_log_options, reserved, 44 + 6 * P, 4);
SIZE(bko_log_options, 48 + 6 * P);

MEMBER(bko_log_next, struct_size, 0, 4);
MEMBER(bko_log_next, kind, 4, 4);
MEMBER(bko_log_next, at_ms, 8, 8);
SIZE(bko_log_next, 16);

MEMBER(bko_log_stats, struct_size, 0, 4);
MEMBER(bko_log_stats, format, 4, 4);
MEMBER(bko_log_stats, epoch, 8, 4);
MEMBER(bko_log_stats, sealed, 12, 4);
MEMBER(bko_log_stats, failed, 16, 4);
MEMBER(bko_log_stats, compacting, 20, 4);
MEMBER(bko_log_stats, segment_size, 24, 4);
MEMBER(bko_log_stats, unit, 28, 4);
MEMBER(bko_log_stats, segments, 32, 4);
MEMBER(bko_log_stats, segments_log, 36, 4);
MEMBER(bko_log_stats, segments_checkpoint, 40, 4);
MEMBER(bko_log_stats, segments_free, 44, 4);
MEMBER(bko_log_stats, segments_bad, 48, 4);
MEMBER(bko_log_stats, damages, 52, 4);
MEMBER(bko_log_stats, rows, 56, 8);
MEMBER(bko_log_stats, row_bytes, 64, 8);
MEMBER(bko_log_stats, memory_bytes, 72, 8);
MEMBER(bko_log_stats, number, 80, 8);
MEMBER(bko_log_stats, durable, 88, 8);
MEMBER(bko_log_stats, log_bytes, 96, 8);
MEMBER(bko_log_stats, checkpoint_bytes, 104, 8);
MEMBER(bko_log_stats, dropped_bytes, 112, 8);
MEMBER(bko_log_stats, replayed, 120, 8);
MEMBER(bko_log_stats, reads, 128, 8);
MEMBER(bko_log_stats, programs, 136, 8);
MEMBER(bko_log_stats, program_bytes, 144, 8);
MEMBER(bko_log_stats, erases, 152, 8);
MEMBER(bko_log_stats, syncs, 160, 8);
MEMBER(bko_log_stats, compactions, 168, 8);
SIZE(bko_log_stats, 176);
