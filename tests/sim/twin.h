/*
 * Twin: a second store and an engine of its own, on which every operation that
 * was committed among others is carried out once more, alone and in the order of
 * the commits. Each must then make the very same batch: the history equals that
 * serial one (T1).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_SIM_TWIN_H
#define TESTS_SIM_TWIN_H

#include "../history/drive.h"
#include "past.h"

struct twin {
	bko_memory *memory;
	struct bko_store table; /* the memory store's own */
	bko_engine *engine;
	const struct bko_batch *expected;
	uint32_t matched; /* batches like the expected one that this call made */
	uint32_t raw;     /* steps of ticks that came about in another order, so far */
	uint32_t checked; /* batches compared and equal, so far */
	char why[512];
};

int twin_open(struct twin *twin, const struct bko_options *options);
void twin_close(struct twin *twin);

/* The operation committed this batch: here it must as well. 0, or 1 with `why`. */
int twin_follow(struct twin *twin, const struct op *op, const struct bko_batch *batch,
                struct op_result *result);

#endif
