/*
 * A fixed history that touches every verb, and readings that touch every list:
 * what the fault sweeps run over and over.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_HISTORY_SCRIPT_H
#define TESTS_HISTORY_SCRIPT_H

#include "drive.h"

enum { SCRIPT_MAX = 80 };

/* Fills `ops`; returns how many. */
uint32_t script(struct op *ops);

/* Opens, lists and asks for whatever can be read; the first error. */
int32_t script_read(bko_engine *engine, int64_t now_ms);

/* Changes that carry no id: consumers, acknowledging, trimming, pruning, syncing
 * by batches. The first error; repeated, it does nothing more. */
int32_t script_keep_house(bko_engine *engine, int64_t now_ms);

#endif
