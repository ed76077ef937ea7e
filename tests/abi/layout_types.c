/*
 * Layout of the structs of backorder/types.h; see layout.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "layout.h"
#include "backorder/types.h"

MEMBER(bko_span, data, 0, P);
MEMBER(bko_span, size, P, P);
SIZE(bko_span, 2 * P);
