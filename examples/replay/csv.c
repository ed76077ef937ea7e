/*
 * The reader of comma-separated values. A row that cannot be right (a quote
 * that never closes, a NUL byte ...) costs that row alone: reading goes on with
 * the line after the one it began on.
 *
 * SPDX-License-Identifier: MIT
 */
#include "csv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int csv_open(struct csv *csv, const char *file)
{
	FILE *input = strcmp(file, "-") == 0 ? stdin : fopen(file, "rb");
	size_t room = 1 << 20, got = 1;
	int failed;

	memset(csv, 0, sizeof *csv);
	csv->line = 1;
	if (!input) {
		fprintf(stderr, "replay: cannot open %s: %s\n", file, strerror(errno));
		return 0;
	}
	csv->data = text_room(NULL, room, 1);
	while (got > 0) {
		if (csv->size == room) {
			room *= 2;
			csv->data = text_room(csv->data, room, 1);
		}
		got = fread(csv->data + csv->size, 1, room - csv->size, input);
		csv->size += got;
	}
	failed = ferror(input);
	if (input != stdin)
		fclose(input);
	if (failed) {
		fprintf(stderr, "replay: cannot read %s\n", file);
	} else if (csv->size >= 2 && memcmp(csv->data, "\x1f\x8b", 2) == 0) {
		fprintf(stderr, "replay: %s is compressed; use: zcat %s | replay -\n", file, file);
		failed = 1;
	} else if (csv->size >= 3 && memcmp(csv->data, "\xef\xbb\xbf", 3) == 0) {
		csv->at = 3; /* a byte order mark */
	}
	if (failed)
		csv_close(csv);
	return !failed;
}

void csv_close(struct csv *csv)
{
	free(csv->data);
	csv->data = NULL;
}

/* Moves past the rest of the line that begins at `from`. */
static void skip_line(struct csv *csv, size_t from)
{
	const char *end = memchr(csv->data + from, '\n', csv->size - from);

	csv->at = end ? (size_t)(end - csv->data) + 1 : csv->size;
	csv->line = csv->row_line + 1;
}

/* Finds where a quoted field that opens at `at` closes, and how many lines end
 * within it. Nothing is changed yet, as it may never close. */
static size_t closing_quote(const struct csv *csv, size_t at, size_t end, uint32_t *lines)
{
	for (size_t i = at + 1; i < end; i++) {
		if (csv->data[i] == '\n')
			++*lines;
		if (csv->data[i] != '"')
			continue;
		if (i + 1 < end && csv->data[i + 1] == '"')
			i++;
		else
			return i;
	}
	return 0;
}

/* Removes the doubling of quotes, once the whole row is known to be good. */
static void undouble(struct csv *csv)
{
	for (uint32_t i = 0; i < csv->field_count; i++) {
		struct bko_span *field = &csv->fields[i];
		char *bytes = csv->data + ((const char *)field->data - csv->data);
		size_t to = 0;

		for (size_t from = 0; csv->quoted >> i & 1 && from < field->size; from++) {
			from += bytes[from] == '"';
			bytes[to++] = bytes[from];
		}
		if (csv->quoted >> i & 1)
			field->size = to;
	}
}

static int ends_field(const struct csv *csv, size_t at)
{
	return at == csv->size || csv->data[at] == ',' || csv->data[at] == '\n' ||
	       (csv->data[at] == '\r' && (at + 1 == csv->size || csv->data[at + 1] == '\n'));
}

/* Takes the field at csv->at and stops behind it. */
static const char *take_field(struct csv *csv, size_t limit, struct bko_span *field)
{
	size_t begin = csv->at;

	if (begin < csv->size && csv->data[begin] == '"') {
		size_t close = closing_quote(csv, begin, limit, &csv->line);

		if (close == 0)
			return "a quote that is never closed";
		if (!ends_field(csv, close + 1))
			return "text after a closing quote";
		field->data = csv->data + begin + 1;
		field->size = close - begin - 1;
		csv->quoted |= (uint64_t)1 << csv->field_count;
		csv->at = close + 1;
	} else {
		while (csv->at < limit && !ends_field(csv, csv->at))
			csv->at++;
		if (!ends_field(csv, csv->at))
			return "a row that is too long";
		field->data = csv->data + begin;
		field->size = csv->at - begin;
	}
	if (field->size > 0 && memchr(field->data, 0, field->size))
		return "a NUL byte";
	return NULL;
}

int csv_next(struct csv *csv)
{
	size_t begin = csv->at, limit;

	/* Blank lines separate nothing. */
	while (begin < csv->size && (csv->data[begin] == '\n' || csv->data[begin] == '\r'))
		csv->line += csv->data[begin++] == '\n';
	csv->at = begin;
	csv->row_line = csv->line;
	csv->field_count = 0;
	csv->fault = NULL;
	csv->quoted = 0;
	if (begin == csv->size)
		return 0;
	limit = csv->size - begin > CSV_ROW_MAX ? begin + CSV_ROW_MAX : csv->size;
	for (;;) {
		if (csv->field_count == CSV_FIELDS_MAX)
			csv->fault = "too many fields";
		else
			csv->fault = take_field(csv, limit, &csv->fields[csv->field_count]);
		if (csv->fault) {
			skip_line(csv, begin);
			return 1;
		}
		csv->field_count++;
		if (csv->at == csv->size || csv->data[csv->at] != ',')
			break;
		csv->at++;
	}
	undouble(csv);
	csv->at += csv->at < csv->size && csv->data[csv->at] == '\r';
	csv->at += csv->at < csv->size; /* the line feed */
	csv->line++;
	return 1;
}
