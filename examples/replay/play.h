/*
 * Plays a history through the shop, day by day.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef REPLAY_PLAY_H
#define REPLAY_PLAY_H

#include "planner.h"
#include "report.h"

/* Plays under one policy, `name` being what progress is shown under; log and planner: NULL
 * for none. *bytes: what the store took. run->book is the caller's to close. Returns 0 if
 * that failed. */
int play(const struct settings *settings, const struct history *history, const char *name,
         struct planner *planner, FILE *log, struct run *run, uint64_t *bytes);

/* Whether nothing was oversold and the library found itself in order. */
int play_was_good(const struct run *run);

#endif
