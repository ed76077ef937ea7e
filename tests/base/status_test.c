/*
 * Names, texts, numbers and classes of statuses; versions.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "backorder/types.h"

enum {
	RETRY = BKO_CLASS_RETRYABLE,
	UNSURE = BKO_CLASS_UNCERTAIN,
	MISUSE = BKO_CLASS_MISUSE,
	DAMAGE = BKO_CLASS_DAMAGE
};

/* Numbers as they were published: they never change. */
static const struct {
	const char *name;
	int32_t status, number;
	uint32_t class_bits;
} codes[] = {
#define CODE(name, number, bits)          \
	{                                 \
#name, name, number, bits \
	}
	CODE(BKO_OK, 0, 0),
	CODE(BKO_WANT, -1, 0),
	CODE(BKO_E_MISUSE, -101, MISUSE),
	CODE(BKO_E_ARGUMENT, -102, MISUSE),
	CODE(BKO_E_STRUCT_SIZE, -103, MISUSE),
	CODE(BKO_E_STRUCT_NEWER, -104, MISUSE),
	CODE(BKO_E_RANGE, -105, 0),
	CODE(BKO_E_UNSUPPORTED, -106, 0),
	CODE(BKO_E_REENTRY, -107, MISUSE),
	CODE(BKO_E_NO_MEMORY, -201, RETRY),
	CODE(BKO_E_TOO_LARGE, -202, 0),
	CODE(BKO_E_FULL, -203, RETRY),
	CODE(BKO_E_BATCH_FULL, -204, RETRY),
	CODE(BKO_E_BUSY, -205, 0),
	CODE(BKO_E_BUFFER, -206, 0),
	CODE(BKO_E_IO, -301, RETRY),
	CODE(BKO_E_READ_ONLY, -302, 0),
	CODE(BKO_E_CORRUPT, -303, DAMAGE),
	CODE(BKO_E_FORMAT, -304, DAMAGE),
	CODE(BKO_E_CONTRACT, -305, DAMAGE),
	CODE(BKO_E_CONTENDED, -401, RETRY),
	CODE(BKO_E_UNCERTAIN, -402, RETRY | UNSURE),
	CODE(BKO_E_CONFLICT, -403, RETRY),
	CODE(BKO_E_CHANGED, -404, RETRY),
	CODE(BKO_E_NOT_FOUND, -501, 0),
	CODE(BKO_E_MISMATCH, -502, 0),
	CODE(BKO_E_STATE, -503, 0),
	CODE(BKO_E_STALE, -504, 0),
	CODE(BKO_E_INSUFFICIENT, -505, 0),
	CODE(BKO_E_EXPIRED, -506, 0),
	CODE(BKO_E_VOID, -507, 0),
	CODE(BKO_E_EXISTS, -508, 0),
#undef CODE
};
enum { CODES = sizeof codes / sizeof codes[0] };

static void known(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < CODES; i++) {
		const char *text = bko_status_text(codes[i].status);

		assert_int_equal(codes[i].status, codes[i].number);
		assert_string_equal(bko_status_name(codes[i].status), codes[i].name);
		assert_int_equal(bko_status_class(codes[i].status), codes[i].class_bits);
		assert_in_range(strlen(text), 5, 80);
		assert_null(strchr(text, '\n'));
		for (j = 0; j < i; j++)
			assert_string_not_equal(text, bko_status_text(codes[j].status));
	}
}

/* Whatever is no code has one name, one text and no class. */
static void unknown(void **state)
{
	static const int32_t ends[] = {INT32_MIN, INT32_MAX};
	const char *name = bko_status_name(1), *text = bko_status_text(1);
	int32_t status;
	size_t found = 0;

	(void)state;
	assert_true(strlen(name) > 0 && strlen(text) > 0);
	for (status = -2000; status <= 2000; status++) {
		if (strcmp(bko_status_name(status), name)) {
			found++;
			continue;
		}
		assert_string_equal(bko_status_text(status), text);
		assert_int_equal(bko_status_class(status), 0);
	}
	assert_int_equal(found, CODES);
	assert_string_equal(bko_status_name(ends[0]), name);
	assert_string_equal(bko_status_name(ends[1]), name);
}

static void versions(void **state)
{
	(void)state;
	assert_int_equal(bko_version() >> 16, BKO_VERSION_MAJOR);
	assert_int_equal(bko_version() >> 8 & 0xff, BKO_VERSION_MINOR);
	assert_int_equal(bko_version() & 0xff, BKO_VERSION_PATCH);
	assert_int_equal(bko_abi_version(), BKO_ABI);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(unknown),
		cmocka_unit_test(versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
