/*
 * The engine's side: plays an operation of a history through the public face.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_HISTORY_DRIVE_H
#define TESTS_HISTORY_DRIVE_H

#include "../model/op.h"

/* Ids of the numbers in an operation, as the engine sees them. */
struct name {
	char text[16];
	struct bko_span span;
};
const struct bko_span *name_item(struct name *name, int32_t item);
const struct bko_span *name_location(struct name *name, int32_t location); /* 0: the default one */
const struct bko_span *name_order(struct name *name, uint32_t id);
const struct bko_span *name_other(struct name *name, uint32_t id); /* shipment, receipt, supply */
const struct bko_span *name_text(struct name *name, char prefix, int32_t number); /* 0: empty */

/* The numbers back from ids; -1 for what is none. */
int32_t number_of(const struct bko_id *id);
int32_t location_of(const struct bko_id *id);

void drive(bko_engine *engine, const struct op *op, struct op_result *result);

/* Ticks until nothing is due at now_ms; returns the first error. */
int32_t drive_quiet(bko_engine *engine, int64_t now_ms);

/* The operation in one readable line. */
void print_op(char *text, size_t size, const struct op *op);

#endif
