/*
 * The log: every unit that was accepted, backordered, refused, allocated,
 * shipped, cancelled, returned, received or written off, as CSV. Together with
 * the input it is enough to compute the whole report again.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef REPLAY_LOG_H
#define REPLAY_LOG_H

#include "text.h"

#include <stdio.h>

struct log_entry {
	int64_t time_ms;
	const char *event;
	struct bko_span order, item, customer; /* empty: none */
	uint32_t row;                          /* line of the input; 0: none */
	uint32_t cause;                        /* line of the input that undid something; 0: none */
	int64_t units;
	int64_t promise_ms; /* LOG_NO_PROMISE, LOG_UNKNOWN, or the date */
	const char *reason; /* NULL: none */
};

enum { LOG_NO_PROMISE = 0, LOG_UNKNOWN = -1 };

/* Opens the log and writes its header line. Returns NULL and says why on
 * stderr if that fails. */
FILE *log_open(const char *file);

void log_write(FILE *log, const struct log_entry *entry);

/* Returns 0 and says so on stderr if not all could be written. */
int log_close(FILE *log, const char *file);

#endif
