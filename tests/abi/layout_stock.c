/*
 * Layout of the structs of backorder/stock.h; see layout.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "layout.h"
#include "backorder/stock.h"

MEMBER(bko_policy, struct_size, 0, 4);
MEMBER(bko_policy, set, 4, 4);
MEMBER(bko_policy, selling, 8, 4);
MEMBER(bko_policy, life, 12, 4);
MEMBER(bko_policy, sells, 16, 4);
MEMBER(bko_policy, discipline, 20, 4);
MEMBER(bko_policy, limit_kind, 24, 4);
MEMBER(bko_policy, order_limit_kind, 28, 4);
MEMBER(bko_policy, limit, 32, 8);
MEMBER(bko_policy, order_limit, 40, 8);
MEMBER(bko_policy, limit_to_incoming, 48, 4);
MEMBER(bko_policy, switch_on, 52, 4);
MEMBER(bko_policy, switch_at, 56, 8);
MEMBER(bko_policy, switch_back_at, 64, 8);
MEMBER(bko_policy, low_at, 72, 8);
MEMBER(bko_policy, safety_stock, 80, 8);
MEMBER(bko_policy, safety_guards_queue, 88, 4);
MEMBER(bko_policy, handling_days, 92, 4);
MEMBER(bko_policy, sell_from_ms, 96, 8);
MEMBER(bko_policy, release_at_ms, 104, 8);
MEMBER(bko_policy, restock_at_ms, 112, 8);
MEMBER(bko_policy, horizon_ms, 120, 8);
MEMBER(bko_policy, lead_time_ms, 128, 8);
MEMBER(bko_policy, quantum, 136, 8);
MEMBER(bko_policy, hold_place_ms, 144, 8);
MEMBER(bko_policy, head_start_ms, 152, 8);
MEMBER(bko_policy, max_passes, 160, 4);
MEMBER(bko_policy, reserved, 164, 4);
SIZE(bko_policy, 168);

MEMBER(bko_policy_row, struct_size, 0, 4);
MEMBER(bko_policy_row, scope, 4, 4);
MEMBER(bko_policy_row, item, 8, 2 * P);
MEMBER(bko_policy_row, location, 8 + 2 * P, 2 * P);
MEMBER(bko_policy_row, policy, 8 + 4 * P, P);
MEMBER(bko_policy_row, reserved, 8 + 5 * P, P);
SIZE(bko_policy_row, 8 + 6 * P);

MEMBER(bko_limit, struct_size, 0, 4);
MEMBER(bko_limit, of, 4, 4);
MEMBER(bko_limit, id, 8, 2 * P);
MEMBER(bko_limit, limit_kind, 8 + 2 * P, 4);
MEMBER(bko_limit, reserved, 12 + 2 * P, 4);
MEMBER(bko_limit, limit, 16 + 2 * P, 8);
MEMBER(bko_limit, used, 24 + 2 * P, 8);
SIZE(bko_limit, 32 + 2 * P);

MEMBER(bko_calendar, struct_size, 0, 4);
MEMBER(bko_calendar, working_days, 4, 4);
MEMBER(bko_calendar, utc_offset_minutes, 8, 4);
MEMBER(bko_calendar, cutoff_minutes, 12, 4);
MEMBER(bko_calendar, holidays, 16, P);
MEMBER(bko_calendar, holiday_count, 16 + P, P);
SIZE(bko_calendar, 16 + 2 * P);

MEMBER(bko_demand_setting, struct_size, 0, 4);
MEMBER(bko_demand_setting, keep, 4, 4);
MEMBER(bko_demand_setting, period_ms, 8, 8);
MEMBER(bko_demand_setting, begin_ms, 16, 8);
SIZE(bko_demand_setting, 24);

MEMBER(bko_receipt, struct_size, 0, 4);
MEMBER(bko_receipt, last, 4, 4);
MEMBER(bko_receipt, item, 8, 2 * P);
MEMBER(bko_receipt, location, 8 + 2 * P, 2 * P);
MEMBER(bko_receipt, supply, 8 + 4 * P, 2 * P);
MEMBER(bko_receipt, lot, 8 + 6 * P, 2 * P);
MEMBER(bko_receipt, quantity, 8 + 8 * P, 8);
SIZE(bko_receipt, 16 + 8 * P);

MEMBER(bko_reversal, struct_size, 0, 4);
MEMBER(bko_reversal, reserved, 4, 4);
MEMBER(bko_reversal, item, 8, 2 * P);
MEMBER(bko_reversal, location, 8 + 2 * P, 2 * P);
MEMBER(bko_reversal, receipt, 8 + 4 * P, 2 * P);
SIZE(bko_reversal, 8 + 6 * P);

MEMBER(bko_adjustment, struct_size, 0, 4);
MEMBER(bko_adjustment, kind, 4, 4);
MEMBER(bko_adjustment, item, 8, 2 * P);
MEMBER(bko_adjustment, location, 8 + 2 * P, 2 * P);
MEMBER(bko_adjustment, bucket, 8 + 4 * P, 2 * P);
MEMBER(bko_adjustment, to_bucket, 8 + 6 * P, 2 * P);
MEMBER(bko_adjustment, source, 8 + 8 * P, 2 * P);
MEMBER(bko_adjustment, reason, 8 + 10 * P, 2 * P);
MEMBER(bko_adjustment, quantity, 8 + 12 * P, 8);
MEMBER(bko_adjustment, revision, 16 + 12 * P, 8);
SIZE(bko_adjustment, 24 + 12 * P);

MEMBER(bko_forced_sale, struct_size, 0, 4);
MEMBER(bko_forced_sale, flags, 4, 4);
MEMBER(bko_forced_sale, item, 8, 2 * P);
MEMBER(bko_forced_sale, location, 8 + 2 * P, 2 * P);
MEMBER(bko_forced_sale, order, 8 + 4 * P, 2 * P);
MEMBER(bko_forced_sale, line, 8 + 6 * P, 4);
MEMBER(bko_forced_sale, reserved, 12 + 6 * P, 4);
MEMBER(bko_forced_sale, quantity, 16 + 6 * P, 8);
SIZE(bko_forced_sale, 24 + 6 * P);

MEMBER(bko_transfer, struct_size, 0, 4);
MEMBER(bko_transfer, reserved, 4, 4);
MEMBER(bko_transfer, item, 8, 2 * P);
MEMBER(bko_transfer, from, 8 + 2 * P, 2 * P);
MEMBER(bko_transfer, to, 8 + 4 * P, 2 * P);
MEMBER(bko_transfer, quantity, 8 + 6 * P, 8);
MEMBER(bko_transfer, expected_ms, 16 + 6 * P, 8);
SIZE(bko_transfer, 24 + 6 * P);

MEMBER(bko_supply, struct_size, 0, 4);
MEMBER(bko_supply, action, 4, 4);
MEMBER(bko_supply, item, 8, 2 * P);
MEMBER(bko_supply, location, 8 + 2 * P, 2 * P);
MEMBER(bko_supply, supply, 8 + 4 * P, 2 * P);
MEMBER(bko_supply, supplier, 8 + 6 * P, 2 * P);
MEMBER(bko_supply, state, 8 + 8 * P, 4);
MEMBER(bko_supply, reserved, 12 + 8 * P, 4);
MEMBER(bko_supply, quantity, 16 + 8 * P, 8);
MEMBER(bko_supply, due_ms, 24 + 8 * P, 8);
MEMBER(bko_supply, grace_ms, 32 + 8 * P, 8);
SIZE(bko_supply, 40 + 8 * P);
