/*
 * Prints what became of a history, for people or for programs, one run or
 * several side by side.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef REPLAY_REPORT_H
#define REPLAY_REPORT_H

#include "book.h"
#include "settings.h"

struct run {
	enum policy policy;
	struct book book;
};

void report_print(const struct settings *settings, const struct history *history,
                  const struct run *runs, int count);

#endif
