/*
 * Layout of the structs of backorder/backorder.h; see layout.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "layout.h"
#include "backorder/backorder.h"

MEMBER(bko_availability, struct_size, 0, 4);
MEMBER(bko_availability, state, 4, 4);
MEMBER(bko_availability, reason, 8, 4);
MEMBER(bko_availability, later_kind, 12, 4);
MEMBER(bko_availability, available_now, 16, 8);
MEMBER(bko_availability, available_later, 24, 8);
MEMBER(bko_availability, now, 32, 8);
MEMBER(bko_availability, later, 40, 8);
MEMBER(bko_availability, promise_kind, 48, 4);
MEMBER(bko_availability, first_kind, 52, 4);
MEMBER(bko_availability, rest_kind, 56, 4);
MEMBER(bko_availability, restock_kind, 60, 4);
MEMBER(bko_availability, promise_ms, 64, 8);
MEMBER(bko_availability, first, 72, 8);
MEMBER(bko_availability, first_ms, 80, 8);
MEMBER(bko_availability, rest_ms, 88, 8);
MEMBER(bko_availability, restock_ms, 96, 8);
SIZE(bko_availability, 104);

MEMBER(bko_availability_query, struct_size, 0, 4);
MEMBER(bko_availability_query, candidate_count, 4, 4);
MEMBER(bko_availability_query, item, 8, 2 * P);
MEMBER(bko_availability_query, candidates, 8 + 2 * P, P);
MEMBER(bko_availability_query, without, 8 + 3 * P, 2 * P);
MEMBER(bko_availability_query, reserved, 8 + 5 * P, P);
MEMBER(bko_availability_query, quantity, 8 + 6 * P, 8);
MEMBER(bko_availability_query, now_ms, 16 + 6 * P, 8);
MEMBER(bko_availability_query, at_ms, 24 + 6 * P, 8);
MEMBER(bko_availability_query, order_class, 32 + 6 * P, 4);
MEMBER(bko_availability_query, reserved2, 36 + 6 * P, 4);
SIZE(bko_availability_query, 40 + 6 * P);

MEMBER(bko_line, struct_size, 0, 4);
MEMBER(bko_line, flags, 4, 4);
MEMBER(bko_line, item, 8, 2 * P);
MEMBER(bko_line, candidates, 8 + 2 * P, P);
MEMBER(bko_line, candidate_count, 8 + 3 * P, 4);
MEMBER(bko_line, reserved, 12 + 3 * P, 4);
MEMBER(bko_line, reserved2, 16 + 3 * P, P);
MEMBER(bko_line, quantity, 16 + 4 * P, 8);
MEMBER(bko_line, window_ms, 24 + 4 * P, 8);
SIZE(bko_line, 32 + 4 * P);

MEMBER(bko_order_request, struct_size, 0, 4);
MEMBER(bko_order_request, flags, 4, 4);
MEMBER(bko_order_request, customer, 8, 2 * P);
MEMBER(bko_order_request, channel, 8 + 2 * P, 2 * P);
MEMBER(bko_order_request, lines, 8 + 4 * P, P);
MEMBER(bko_order_request, line_count, 8 + 5 * P, P);
MEMBER(bko_order_request, stride, 8 + 6 * P, 4);
MEMBER(bko_order_request, order_class, 12 + 6 * P, 4);
MEMBER(bko_order_request, stops, 16 + 6 * P, 4);
MEMBER(bko_order_request, reserved, 20 + 6 * P, 4);
MEMBER(bko_order_request, need_by_ms, 24 + 6 * P, 8);
MEMBER(bko_order_request, rank_ms, 32 + 6 * P, 8);
MEMBER(bko_order_request, hold_until_ms, 40 + 6 * P, 8);
SIZE(bko_order_request, 48 + 6 * P);

MEMBER(bko_line_outcome, struct_size, 0, 4);
MEMBER(bko_line_outcome, reason, 4, 4);
MEMBER(bko_line_outcome, asked, 8, 8);
MEMBER(bko_line_outcome, allocated, 16, 8);
MEMBER(bko_line_outcome, scheduled, 24, 8);
MEMBER(bko_line_outcome, backordered, 32, 8);
MEMBER(bko_line_outcome, refused, 40, 8);
MEMBER(bko_line_outcome, shipped, 48, 8);
MEMBER(bko_line_outcome, cancelled, 56, 8);
MEMBER(bko_line_outcome, available_now, 64, 8);
MEMBER(bko_line_outcome, available_later, 72, 8);
MEMBER(bko_line_outcome, later_kind, 80, 4);
MEMBER(bko_line_outcome, promise_kind, 84, 4);
MEMBER(bko_line_outcome, first_kind, 88, 4);
MEMBER(bko_line_outcome, rest_kind, 92, 4);
MEMBER(bko_line_outcome, promise_ms, 96, 8);
MEMBER(bko_line_outcome, first, 104, 8);
MEMBER(bko_line_outcome, first_ms, 112, 8);
MEMBER(bko_line_outcome, rest_ms, 120, 8);
MEMBER(bko_line_outcome, location_count, 128, 4);
MEMBER(bko_line_outcome, state, 132, 4);
SIZE(bko_line_outcome, 136);

MEMBER(bko_outcome, struct_size, 0, 4);
MEMBER(bko_outcome, flags, 4, 4);
MEMBER(bko_outcome, status, 8, 4);
MEMBER(bko_outcome, reason, 12, 4);
MEMBER(bko_outcome, asked, 16, 8);
MEMBER(bko_outcome, allocated, 24, 8);
MEMBER(bko_outcome, scheduled, 32, 8);
MEMBER(bko_outcome, backordered, 40, 8);
MEMBER(bko_outcome, refused, 48, 8);
MEMBER(bko_outcome, quantity, 56, 8);
MEMBER(bko_outcome, served, 64, 8);
MEMBER(bko_outcome, missing, 72, 8);
MEMBER(bko_outcome, revision, 80, 8);
MEMBER(bko_outcome, first_event, 88, 8);
MEMBER(bko_outcome, event_count, 96, 8);
MEMBER(bko_outcome, lane, 104, 4);
MEMBER(bko_outcome, line_count, 108, 4);
MEMBER(bko_outcome, lines, 112, P);
MEMBER(bko_outcome, line_capacity, 112 + P, P);
MEMBER(bko_outcome, stride, 112 + 2 * P, 4);
MEMBER(bko_outcome, reserved, 116 + 2 * P, 4);
SIZE(bko_outcome, 120 + 2 * P);

MEMBER(bko_confirm, struct_size, 0, 4);
MEMBER(bko_confirm, reserved, 4, 4);
MEMBER(bko_confirm, order, 8, 2 * P);
MEMBER(bko_confirm, extend_until_ms, 8 + 2 * P, 8);
SIZE(bko_confirm, 16 + 2 * P);

MEMBER(bko_amend, struct_size, 0, 4);
MEMBER(bko_amend, set, 4, 4);
MEMBER(bko_amend, order, 8, 2 * P);
MEMBER(bko_amend, line, 8 + 2 * P, 4);
MEMBER(bko_amend, order_class, 12 + 2 * P, 4);
MEMBER(bko_amend, quantity, 16 + 2 * P, 8);
MEMBER(bko_amend, need_by_ms, 24 + 2 * P, 8);
MEMBER(bko_amend, rank_ms, 32 + 2 * P, 8);
MEMBER(bko_amend, from, 40 + 2 * P, 2 * P);
MEMBER(bko_amend, to, 40 + 4 * P, 2 * P);
SIZE(bko_amend, 40 + 6 * P);

MEMBER(bko_pick, struct_size, 0, 4);
MEMBER(bko_pick, line, 4, 4);
MEMBER(bko_pick, quantity, 8, 8);
MEMBER(bko_pick, location, 16, 2 * P);
MEMBER(bko_pick, at_location, 16 + 2 * P, 4);
MEMBER(bko_pick, reserved, 20 + 2 * P, 4);
SIZE(bko_pick, 24 + 2 * P);

MEMBER(bko_units, struct_size, 0, 4);
MEMBER(bko_units, flags, 4, 4);
MEMBER(bko_units, order, 8, 2 * P);
MEMBER(bko_units, picks, 8 + 2 * P, P);
MEMBER(bko_units, pick_count, 8 + 3 * P, P);
MEMBER(bko_units, stride, 8 + 4 * P, 4);
MEMBER(bko_units, reserved, 12 + 4 * P, 4);
SIZE(bko_units, 16 + 4 * P);

MEMBER(bko_void, struct_size, 0, 4);
MEMBER(bko_void, reserved, 4, 4);
MEMBER(bko_void, order, 8, 2 * P);
MEMBER(bko_void, shipment, 8 + 2 * P, 2 * P);
SIZE(bko_void, 8 + 4 * P);

MEMBER(bko_return, struct_size, 0, 4);
MEMBER(bko_return, disposition, 4, 4);
MEMBER(bko_return, order, 8, 2 * P);
MEMBER(bko_return, line, 8 + 2 * P, 4);
MEMBER(bko_return, to_named, 12 + 2 * P, 4);
MEMBER(bko_return, quantity, 16 + 2 * P, 8);
MEMBER(bko_return, to, 24 + 2 * P, 2 * P);
MEMBER(bko_return, bucket, 24 + 4 * P, 2 * P);
MEMBER(bko_return, expected_ms, 24 + 6 * P, 8);
SIZE(bko_return, 32 + 6 * P);

MEMBER(bko_mark, struct_size, 0, 4);
MEMBER(bko_mark, action, 4, 4);
MEMBER(bko_mark, order, 8, 2 * P);
MEMBER(bko_mark, picks, 8 + 2 * P, P);
MEMBER(bko_mark, pick_count, 8 + 3 * P, P);
MEMBER(bko_mark, stride, 8 + 4 * P, 4);
MEMBER(bko_mark, stops, 12 + 4 * P, 4);
SIZE(bko_mark, 16 + 4 * P);
