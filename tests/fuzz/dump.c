/*
 * Fuzz target: lines of a dump. What is read as a row prints as a line that is
 * read as the same row; nothing is read or written outside its room.
 *
 * SPDX-License-Identifier: MIT
 */
#include "target.h"

#include "../../examples/inspect/rows.h"

#include <stdlib.h>
#include <string.h>

const uint32_t fuzz_executions = 2000000;
const char fuzz_name[] = "lines of dumps";

static void must(int holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct row row, again;
	char *line = malloc(size + 1), printed[ROWS_LINE], end[ROWS_END_BYTES];
	uint64_t count, hash, count_again, hash_again;
	size_t length;

	if (!line)
		return 0;
	memcpy(line, data, size); /* as long as it is, so that a byte more is noticed */
	if (row_parse(line, size, &row) == 0) {
		must(row.key_size > 0 && row.key_size <= BKO_KEY_MAX);
		must(row.value_size <= BKO_VALUE_MAX);
		length = row_print(&row, printed);
		must(length < ROWS_LINE && row_parse(printed, length, &again) == 0);
		must(row_compare(&row, &again) == 0 && row.value_size == again.value_size);
		must(memcmp(row.value, again.value, row.value_size) == 0);
	}
	if (rows_end_parse(line, size, &count, &hash) == 0) {
		length = rows_end_print(count, hash, end);
		must(length <= ROWS_END_BYTES);
		must(rows_end_parse(end, length, &count_again, &hash_again) == 0);
		must(count == count_again && hash == hash_again);
	}
	free(line);
	return 0;
}

uint32_t fuzz_corpus(uint32_t n, uint8_t *bytes, uint32_t room)
{
	static const char *const lines[] = {
		"key value",
		"I\\0510110 \\01\\00\\01\\00",
		"k ",
		"\\ff\\ff \\5c\\20",
		"end 0 0000000000000000",
		"end 18446744073709551615 ffffffffffffffff",
		"end 524 0123456789abcdef",
	};
	const uint32_t count = sizeof lines / sizeof *lines;
	uint32_t size = 0;

	if (n < count) {
		size = (uint32_t)strlen(lines[n]);
		memcpy(bytes, lines[n], size);
	} else if (n == count && room >= BKO_KEY_MAX + 1 + BKO_VALUE_MAX) {
		size = BKO_KEY_MAX + 1 + BKO_VALUE_MAX;
		memset(bytes, 'x', size);
		bytes[BKO_KEY_MAX] = ' ';
	}
	return size;
}
