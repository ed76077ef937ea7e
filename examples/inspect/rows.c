/*
 * See rows.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "rows.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

static size_t print_bytes(const unsigned char *bytes, size_t size, char *text)
{
	size_t at = 0, i;

	for (i = 0; i < size; i++) {
		if (bytes[i] > ' ' && bytes[i] < 127 && bytes[i] != '\\') {
			text[at++] = (char)bytes[i];
			continue;
		}
		text[at++] = '\\';
		text[at++] = digits[bytes[i] >> 4];
		text[at++] = digits[bytes[i] & 15];
	}
	return at;
}

static int digit_of(char c)
{
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Reads bytes until the end or a space. Returns how much of the text that was, or SIZE_MAX. */
static size_t parse_bytes(const char *text, size_t size, unsigned char *bytes, size_t room,
                          size_t *count)
{
	size_t at = 0;

	*count = 0;
	while (at < size && text[at] != ' ') {
		int high, low;

		if (*count == room || text[at] < ' ' || text[at] > 126)
			return SIZE_MAX;
		if (text[at] != '\\') {
			bytes[(*count)++] = (unsigned char)text[at++];
			continue;
		}
		if (size - at < 3)
			return SIZE_MAX;
		high = digit_of(text[at + 1]);
		low = digit_of(text[at + 2]);
		if (high < 0 || low < 0)
			return SIZE_MAX;
		bytes[(*count)++] = (unsigned char)(high << 4 | low);
		at += 3;
	}
	return at;
}

size_t row_print(const struct row *row, char line[ROWS_LINE])
{
	size_t size = print_bytes(row->key, row->key_size, line);

	line[size++] = ' ';
	return size + print_bytes(row->value, row->value_size, line + size);
}

int row_parse(const char *line, size_t size, struct row *row)
{
	size_t at = parse_bytes(line, size, row->key, BKO_KEY_MAX, &row->key_size);

	if (at == SIZE_MAX || at == size || row->key_size == 0)
		return 1;
	at++; /* the space */
	return parse_bytes(line + at, size - at, row->value, BKO_VALUE_MAX, &row->value_size) !=
	       size - at;
}

int row_compare(const struct row *a, const struct row *b)
{
	size_t shorter = a->key_size < b->key_size ? a->key_size : b->key_size;
	int order = memcmp(a->key, b->key, shorter);

	if (order)
		return order;
	return a->key_size < b->key_size ? -1 : a->key_size > b->key_size;
}

/* ---- The last line ---------------------------------------------------------------- */

static const char end_word[] = "end ";

size_t rows_end_print(uint64_t count, uint64_t hash, char line[ROWS_END_BYTES])
{
	char reversed[24];
	size_t size = sizeof end_word - 1, n = 0;
	int shift;

	memcpy(line, end_word, size);
	do {
		reversed[n++] = digits[count % 10];
		count /= 10;
	} while (count > 0);
	while (n > 0)
		line[size++] = reversed[--n];
	line[size++] = ' ';
	for (shift = 60; shift >= 0; shift -= 4)
		line[size++] = digits[hash >> shift & 15];
	return size;
}

int rows_end_parse(const char *line, size_t size, uint64_t *count, uint64_t *hash)
{
	size_t at = sizeof end_word - 1, i;

	*count = *hash = 0;
	if (size < at + 18 || memcmp(line, end_word, at) != 0)
		return 1;
	for (; at < size && line[at] >= '0' && line[at] <= '9' && *count <= UINT64_MAX / 100; at++)
		*count = *count * 10 + (uint64_t)(line[at] - '0');
	if (at == sizeof end_word - 1 || size - at != 17 || line[at] != ' ')
		return 1;
	for (i = 0; i < 16; i++) {
		int digit = digit_of(line[at + 1 + i]);

		if (digit < 0)
			return 1;
		*hash = *hash << 4 | (uint64_t)digit;
	}
	return 0;
}
