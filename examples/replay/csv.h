/*
 * Reads comma-separated values: fields may be quoted, a quote within a quoted
 * field is doubled, rows end with LF or CRLF. The whole input lies in memory
 * and fields point into it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef REPLAY_CSV_H
#define REPLAY_CSV_H

#include "text.h"

enum { CSV_FIELDS_MAX = 64, CSV_ROW_MAX = 65536 };

struct csv {
	char *data; /* its own; fields are made ready in place */
	size_t size, at;
	uint32_t line; /* of the next row, from 1 */

	/* The row that was read last. */
	uint32_t row_line;
	uint32_t field_count;
	const char *fault; /* why it is malformed; NULL: it is not */
	uint64_t quoted;   /* a bit for each field that was */
	struct bko_span fields[CSV_FIELDS_MAX];
};

/* Reads all of a file, "-" for standard input. Returns 0 and says why on
 * stderr if that fails. */
int csv_open(struct csv *csv, const char *file);

/* The next row that is not blank; a malformed one has a fault. Returns 0 at
 * the end. */
int csv_next(struct csv *csv);

void csv_close(struct csv *csv);

#endif
