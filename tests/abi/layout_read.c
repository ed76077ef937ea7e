/*
 * Layout of the structs of backorder/read.h; see layout.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "layout.h"
#include "backorder/read.h"

MEMBER(bko_id, size, 0, 4);
MEMBER(bko_id, bytes, 4, 64);
SIZE(bko_id, 68);

MEMBER(bko_cursor, struct_size, 0, 4);
MEMBER(bko_cursor, done, 4, 4);
MEMBER(bko_cursor, key_size, 8, 4);
MEMBER(bko_cursor, reserved, 12, 4);
MEMBER(bko_cursor, key, 16, 208);
SIZE(bko_cursor, 224);

MEMBER(bko_order_info, struct_size, 0, 4);
MEMBER(bko_order_info, status, 4, 4);
MEMBER(bko_order_info, flags, 8, 4);
MEMBER(bko_order_info, order_class, 12, 4);
MEMBER(bko_order_info, line_count, 16, 4);
MEMBER(bko_order_info, place_count, 20, 4);
MEMBER(bko_order_info, placed_ms, 24, 8);
MEMBER(bko_order_info, confirmed_ms, 32, 8);
MEMBER(bko_order_info, need_by_ms, 40, 8);
MEMBER(bko_order_info, hold_until_ms, 48, 8);
MEMBER(bko_order_info, id, 56, 68);
MEMBER(bko_order_info, customer, 124, 68);
MEMBER(bko_order_info, channel, 192, 68);
MEMBER(bko_order_info, reserved2, 260, 4);
SIZE(bko_order_info, 264);

MEMBER(bko_line_info, struct_size, 0, 4);
MEMBER(bko_line_info, stops, 4, 4);
MEMBER(bko_line_info, ordered, 8, 8);
MEMBER(bko_line_info, allocated, 16, 8);
MEMBER(bko_line_info, scheduled, 24, 8);
MEMBER(bko_line_info, backordered, 32, 8);
MEMBER(bko_line_info, picked, 40, 8);
MEMBER(bko_line_info, shipped, 48, 8);
MEMBER(bko_line_info, cancelled, 56, 8);
MEMBER(bko_line_info, returned, 64, 8);
MEMBER(bko_line_info, promise_kind, 72, 4);
MEMBER(bko_line_info, first_place, 76, 4);
MEMBER(bko_line_info, place_count, 80, 4);
MEMBER(bko_line_info, reserved, 84, 4);
MEMBER(bko_line_info, promise_ms, 88, 8);
MEMBER(bko_line_info, item, 96, 68);
MEMBER(bko_line_info, reserved2, 164, 4);
SIZE(bko_line_info, 168);

MEMBER(bko_place_info, struct_size, 0, 4);
MEMBER(bko_place_info, line, 4, 4);
MEMBER(bko_place_info, part, 8, 4);
MEMBER(bko_place_info, untracked, 12, 4);
MEMBER(bko_place_info, allocated, 16, 8);
MEMBER(bko_place_info, backordered, 24, 8);
MEMBER(bko_place_info, picked, 32, 8);
MEMBER(bko_place_info, shipped, 40, 8);
MEMBER(bko_place_info, promise_kind, 48, 4);
MEMBER(bko_place_info, reserved, 52, 4);
MEMBER(bko_place_info, promise_ms, 56, 8);
MEMBER(bko_place_info, location, 64, 68);
MEMBER(bko_place_info, reserved2, 132, 4);
SIZE(bko_place_info, 136);

MEMBER(bko_position, struct_size, 0, 4);
MEMBER(bko_position, state, 4, 4);
MEMBER(bko_position, on_hand, 8, 8);
MEMBER(bko_position, open, 16, 8);
MEMBER(bko_position, buffer, 24, 8);
MEMBER(bko_position, kept, 32, 8);
MEMBER(bko_position, allocated, 40, 8);
MEMBER(bko_position, unavailable, 48, 8);
MEMBER(bko_position, missing, 56, 8);
MEMBER(bko_position, scheduled, 64, 8);
MEMBER(bko_position, backordered, 72, 8);
MEMBER(bko_position, outside, 80, 8);
MEMBER(bko_position, held_allocated, 88, 8);
MEMBER(bko_position, held_backordered, 96, 8);
MEMBER(bko_position, eligible, 104, 8);
MEMBER(bko_position, ready, 112, 8);
MEMBER(bko_position, incoming, 120, 8);
MEMBER(bko_position, available_now, 128, 8);
MEMBER(bko_position, received, 136, 8);
MEMBER(bko_position, returned, 144, 8);
MEMBER(bko_position, adjusted, 152, 8);
MEMBER(bko_position, transferred_in, 160, 8);
MEMBER(bko_position, transferred_out, 168, 8);
MEMBER(bko_position, shipped, 176, 8);
MEMBER(bko_position, refused, 184, 8);
MEMBER(bko_position, settled_ms, 192, 8);
MEMBER(bko_position, revision, 200, 8);
MEMBER(bko_position, version, 208, 8);
MEMBER(bko_position, serving, 216, 4);
MEMBER(bko_position, switched, 220, 4);
MEMBER(bko_position, supplies, 224, 4);
MEMBER(bko_position, reserved, 228, 4);
MEMBER(bko_position, location, 232, 68);
MEMBER(bko_position, reserved2, 300, 4);
SIZE(bko_position, 304);

MEMBER(bko_bucket, struct_size, 0, 4);
MEMBER(bko_bucket, reserved, 4, 4);
MEMBER(bko_bucket, quantity, 8, 8);
MEMBER(bko_bucket, name, 16, 68);
MEMBER(bko_bucket, reserved2, 84, 4);
SIZE(bko_bucket, 88);

MEMBER(bko_supply_info, struct_size, 0, 4);
MEMBER(bko_supply_info, state, 4, 4);
MEMBER(bko_supply_info, origin, 8, 4);
MEMBER(bko_supply_info, overdue, 12, 4);
MEMBER(bko_supply_info, expected, 16, 8);
MEMBER(bko_supply_info, received, 24, 8);
MEMBER(bko_supply_info, due_ms, 32, 8);
MEMBER(bko_supply_info, grace_ms, 40, 8);
MEMBER(bko_supply_info, supply, 48, 68);
MEMBER(bko_supply_info, reserved, 116, 4);
SIZE(bko_supply_info, 120);

MEMBER(bko_demand_period, struct_size, 0, 4);
MEMBER(bko_demand_period, flags, 4, 4);
MEMBER(bko_demand_period, start_ms, 8, 8);
MEMBER(bko_demand_period, length_ms, 16, 8);
MEMBER(bko_demand_period, accepted, 24, 8);
MEMBER(bko_demand_period, refused, 32, 8);
MEMBER(bko_demand_period, undone, 40, 8);
SIZE(bko_demand_period, 48);

MEMBER(bko_waiting, struct_size, 0, 4);
MEMBER(bko_waiting, line, 4, 4);
MEMBER(bko_waiting, part, 8, 4);
MEMBER(bko_waiting, stops, 12, 4);
MEMBER(bko_waiting, backordered, 16, 8);
MEMBER(bko_waiting, allocated, 24, 8);
MEMBER(bko_waiting, placed_ms, 32, 8);
MEMBER(bko_waiting, order_class, 40, 4);
MEMBER(bko_waiting, parked, 44, 4);
MEMBER(bko_waiting, order, 48, 68);
MEMBER(bko_waiting, reserved2, 116, 4);
SIZE(bko_waiting, 120);

MEMBER(bko_explanation, struct_size, 0, 4);
MEMBER(bko_explanation, waits_for, 4, 4);
MEMBER(bko_explanation, stops, 8, 4);
MEMBER(bko_explanation, at_least, 12, 4);
MEMBER(bko_explanation, waiting, 16, 8);
MEMBER(bko_explanation, ahead, 24, 8);
MEMBER(bko_explanation, place, 32, 8);
MEMBER(bko_explanation, promise_kind, 40, 4);
MEMBER(bko_explanation, place_at_least, 44, 4);
MEMBER(bko_explanation, promise_ms, 48, 8);
MEMBER(bko_explanation, location, 56, 68);
MEMBER(bko_explanation, supply, 124, 68);
SIZE(bko_explanation, 192);

MEMBER(bko_event, struct_size, 0, 4);
MEMBER(bko_event, kind, 4, 4);
MEMBER(bko_event, number, 8, 8);
MEMBER(bko_event, time_ms, 16, 8);
MEMBER(bko_event, amount, 24, 8);
MEMBER(bko_event, other, 32, 8);
MEMBER(bko_event, at_ms, 40, 8);
MEMBER(bko_event, line, 48, 4);
MEMBER(bko_event, detail, 52, 4);
MEMBER(bko_event, order, 56, 68);
MEMBER(bko_event, item, 124, 68);
MEMBER(bko_event, location, 192, 68);
MEMBER(bko_event, cause, 260, 68);
SIZE(bko_event, 328);

MEMBER(bko_lane, struct_size, 0, 4);
MEMBER(bko_lane, lanes, 4, 4);
MEMBER(bko_lane, first, 8, 8);
MEMBER(bko_lane, last, 16, 8);
MEMBER(bko_lane, acknowledged, 24, 8);
SIZE(bko_lane, 32);

MEMBER(bko_finding, struct_size, 0, 4);
MEMBER(bko_finding, check, 4, 4);
MEMBER(bko_finding, what, 8, 4);
MEMBER(bko_finding, line, 12, 4);
MEMBER(bko_finding, expected, 16, 8);
MEMBER(bko_finding, found, 24, 8);
MEMBER(bko_finding, item, 32, 68);
MEMBER(bko_finding, location, 100, 68);
MEMBER(bko_finding, order, 168, 68);
MEMBER(bko_finding, reserved, 236, 4);
SIZE(bko_finding, 240);
