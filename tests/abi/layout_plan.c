/*
 * Layout of the structs of backorder/plan.h; see layout.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "layout.h"
#include "backorder/plan.h"

MEMBER(bko_plan_demand, struct_size, 0, 4);
MEMBER(bko_plan_demand, kind, 4, 4);
MEMBER(bko_plan_demand, mean, 8, 8);
MEMBER(bko_plan_demand, variance, 16, 8);
MEMBER(bko_plan_demand, values, 24, P);
MEMBER(bko_plan_demand, weights, 24 + P, P);
MEMBER(bko_plan_demand, count, 24 + 2 * P, P);
MEMBER(bko_plan_demand, reserved, 24 + 3 * P, P);
SIZE(bko_plan_demand, 24 + 4 * P);

MEMBER(bko_plan_level, struct_size, 0, 4);
MEMBER(bko_plan_level, reserved, 4, 4);
MEMBER(bko_plan_level, below, 8, 8);
MEMBER(bko_plan_level, covered, 16, 8);
MEMBER(bko_plan_level, shortage, 24, 8);
MEMBER(bko_plan_level, surplus, 32, 8);
MEMBER(bko_plan_level, shortage2, 40, 8);
SIZE(bko_plan_level, 48);

MEMBER(bko_plan_lead, struct_size, 0, 4);
MEMBER(bko_plan_lead, reserved, 4, 4);
MEMBER(bko_plan_lead, demand, 8, 8);
MEMBER(bko_plan_lead, demand_sd, 16, 8);
MEMBER(bko_plan_lead, lead, 24, 8);
MEMBER(bko_plan_lead, lead_sd, 32, 8);
MEMBER(bko_plan_lead, review, 40, 8);
SIZE(bko_plan_lead, 48);

MEMBER(bko_plan_service, struct_size, 0, 4);
MEMBER(bko_plan_service, reserved, 4, 4);
MEMBER(bko_plan_service, cycle, 8, 8);
MEMBER(bko_plan_service, fill, 16, 8);
MEMBER(bko_plan_service, fill_type2, 24, 8);
MEMBER(bko_plan_service, shortage, 32, 8);
MEMBER(bko_plan_service, backorders, 40, 8);
MEMBER(bko_plan_service, on_hand, 48, 8);
SIZE(bko_plan_service, 56);

MEMBER(bko_plan_cost, struct_size, 0, 4);
MEMBER(bko_plan_cost, reserved, 4, 4);
MEMBER(bko_plan_cost, fixed, 8, 8);
MEMBER(bko_plan_cost, holding, 16, 8);
MEMBER(bko_plan_cost, backorder, 24, 8);
MEMBER(bko_plan_cost, rate, 32, 8);
SIZE(bko_plan_cost, 40);

MEMBER(bko_plan_method, struct_size, 0, 4);
MEMBER(bko_plan_method, kind, 4, 4);
MEMBER(bko_plan_method, season, 8, 4);
MEMBER(bko_plan_method, window, 12, 4);
MEMBER(bko_plan_method, flags, 16, 4);
MEMBER(bko_plan_method, reserved, 20, 4);
MEMBER(bko_plan_method, alpha, 24, 8);
MEMBER(bko_plan_method, beta, 32, 8);
MEMBER(bko_plan_method, gamma, 40, 8);
MEMBER(bko_plan_method, phi, 48, 8);
MEMBER(bko_plan_method, start_level, 56, 8);
MEMBER(bko_plan_method, start_trend, 64, 8);
SIZE(bko_plan_method, 72);

MEMBER(bko_plan_band, struct_size, 0, 4);
MEMBER(bko_plan_band, misses, 4, 4);
MEMBER(bko_plan_band, periods, 8, 4);
MEMBER(bko_plan_band, reserved, 12, 4);
MEMBER(bko_plan_band, coverage, 16, 8);
MEMBER(bko_plan_band, spread, 24, 8);
SIZE(bko_plan_band, 32);

MEMBER(bko_plan_reading, struct_size, 0, 4);
MEMBER(bko_plan_reading, kind, 4, 4);
MEMBER(bko_plan_reading, answers, 8, 4);
MEMBER(bko_plan_reading, demand_class, 12, 4);
MEMBER(bko_plan_reading, periods, 16, 4);
MEMBER(bko_plan_reading, sales, 20, 4);
MEMBER(bko_plan_reading, season, 24, 4);
MEMBER(bko_plan_reading, ended, 28, 4);
MEMBER(bko_plan_reading, level, 32, 8);
MEMBER(bko_plan_reading, trend, 40, 8);
MEMBER(bko_plan_reading, error, 48, 8);
MEMBER(bko_plan_reading, interval, 56, 8);
MEMBER(bko_plan_reading, cv2, 64, 8);
MEMBER(bko_plan_reading, seasonal, 72, 8);
SIZE(bko_plan_reading, 80);
