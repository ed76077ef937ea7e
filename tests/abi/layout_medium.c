/*
 * Layout of the structs of backorder/medium.h; see layout.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "layout.h"
#include "backorder/medium.h"

MEMBER(bko_medium, struct_size, 0, 4);
MEMBER(bko_medium, flags, 4, 4);
MEMBER(bko_medium, program_unit, 8, 4);
MEMBER(bko_medium, erase_unit, 12, 4);
MEMBER(bko_medium, erased, 16, 4);
MEMBER(bko_medium, reserved, 20, 4);
MEMBER(bko_medium, host, 24, P);
MEMBER(bko_medium, read, 24 + P, P);
MEMBER(bko_medium, program, 24 + 2 * P, P);
MEMBER(bko_medium, erase, 24 + 3 * P, P);
MEMBER(bko_medium, sync, 24 + 4 * P, P);
MEMBER(bko_medium, size, 24 + 5 * P, P);
SIZE(bko_medium, 24 + 6 * P);

MEMBER(bko_medium_ram, struct_size, 0, 4);
MEMBER(bko_medium_ram, program_unit, 4, 4);
MEMBER(bko_medium_ram, erase_unit, 8, 4);
MEMBER(bko_medium_ram, flash, 12, 4);
MEMBER(bko_medium_ram, size, 16, 8);
MEMBER(bko_medium_ram, data, 24, P);
MEMBER(bko_medium_ram, reserved, 24 + P, P);
SIZE(bko_medium_ram, 24 + 2 * P);

MEMBER(bko_medium_file_options, struct_size, 0, 4);
MEMBER(bko_medium_file_options, flags, 4, 4);
MEMBER(bko_medium_file_options, erase_unit, 8, 4);
MEMBER(bko_medium_file_options, reserved, 12, 4);
MEMBER(bko_medium_file_options, alloc, 16, P);
MEMBER(bko_medium_file_options, alloc_host, 16 + P, P);
SIZE(bko_medium_file_options, 16 + 2 * P);
