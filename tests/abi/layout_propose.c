/*
 * Layout of the structs of backorder/propose.h; see layout.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "layout.h"
#include "backorder/propose.h"

MEMBER(bko_plan_source, struct_size, 0, 4);
MEMBER(bko_plan_source, reserved, 4, 4);
MEMBER(bko_plan_source, lead, 8, 8);
MEMBER(bko_plan_source, lead_sd, 16, 8);
MEMBER(bko_plan_source, price, 24, 8);
MEMBER(bko_plan_source, fixed, 32, 8);
MEMBER(bko_plan_source, minimum, 40, 8);
MEMBER(bko_plan_source, maximum, 48, 8);
MEMBER(bko_plan_source, multiple, 56, 8);
SIZE(bko_plan_source, 64);

MEMBER(bko_plan_need, struct_size, 0, 4);
MEMBER(bko_plan_need, source_count, 4, 4);
MEMBER(bko_plan_need, source_stride, 8, 4);
MEMBER(bko_plan_need, reserved, 12, 4);
MEMBER(bko_plan_need, sources, 16, P);
MEMBER(bko_plan_need, state, 16 + P, P);
MEMBER(bko_plan_need, demand, 16 + 2 * P, 8);
MEMBER(bko_plan_need, demand_sd, 24 + 2 * P, 8);
MEMBER(bko_plan_need, spread, 32 + 2 * P, 8);
MEMBER(bko_plan_need, review, 40 + 2 * P, 8);
MEMBER(bko_plan_need, on_hand, 48 + 2 * P, 8);
MEMBER(bko_plan_need, incoming, 56 + 2 * P, 8);
MEMBER(bko_plan_need, backordered, 64 + 2 * P, 8);
MEMBER(bko_plan_need, service, 72 + 2 * P, 8);
MEMBER(bko_plan_need, holding, 80 + 2 * P, 8);
MEMBER(bko_plan_need, backorder, 88 + 2 * P, 8);
SIZE(bko_plan_need, 96 + 2 * P);

MEMBER(bko_plan_proposal, struct_size, 0, 4);
MEMBER(bko_plan_proposal, order, 4, 4);
MEMBER(bko_plan_proposal, source, 8, 4);
MEMBER(bko_plan_proposal, kind, 12, 4);
MEMBER(bko_plan_proposal, quantity, 16, 8);
MEMBER(bko_plan_proposal, by, 24, 8);
MEMBER(bko_plan_proposal, arrives, 32, 8);
MEMBER(bko_plan_proposal, position, 40, 8);
MEMBER(bko_plan_proposal, periods, 48, 8);
MEMBER(bko_plan_proposal, mean, 56, 8);
MEMBER(bko_plan_proposal, variance, 64, 8);
MEMBER(bko_plan_proposal, fractile, 72, 8);
MEMBER(bko_plan_proposal, reorder_point, 80, 8);
MEMBER(bko_plan_proposal, order_up_to, 88, 8);
MEMBER(bko_plan_proposal, safety_stock, 96, 8);
MEMBER(bko_plan_proposal, lot, 104, 8);
MEMBER(bko_plan_proposal, covered, 112, 8);
MEMBER(bko_plan_proposal, shortage, 120, 8);
MEMBER(bko_plan_proposal, cost, 128, 8);
SIZE(bko_plan_proposal, 136);

MEMBER(bko_plan_risk, struct_size, 0, 4);
MEMBER(bko_plan_risk, item, 4, 4);
MEMBER(bko_plan_risk, stock, 8, 8);
MEMBER(bko_plan_risk, mean, 16, 8);
MEMBER(bko_plan_risk, variance, 24, 8);
MEMBER(bko_plan_risk, price, 32, 8);
MEMBER(bko_plan_risk, probability, 40, 8);
MEMBER(bko_plan_risk, shortage, 48, 8);
SIZE(bko_plan_risk, 56);
