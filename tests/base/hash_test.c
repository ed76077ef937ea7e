/*
 * Fingerprints: the same everywhere, another for any other request.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/hash.h"

struct digest {
	uint8_t bytes[16];
};

static struct digest of(uint64_t seed, const void *data, size_t size)
{
	struct bko__hash hash;
	struct digest digest;

	bko__hash_begin(&hash, seed);
	bko__hash_bytes(&hash, data, size);
	bko__hash_end(&hash, digest.bytes);
	return digest;
}

static int differ(struct digest a, struct digest b)
{
	/* either half alone tells them apart */
	return memcmp(a.bytes, b.bytes, 8) && memcmp(a.bytes + 8, b.bytes + 8, 8);
}

/* Published results of this mix, for the first steps of its usual generator. */
static void mixes(void **state)
{
	const uint64_t step = 0x9e3779b97f4a7c15u;

	(void)state;
	assert_int_equal(bko__mix(0), 0);
	assert_int_equal(bko__mix(step), 0xe220a8397b1dcdafu);
	assert_int_equal(bko__mix(2 * step), 0x6e789e6aa1b965f4u);
}

static void pinned(void **state)
{
	static const uint8_t empty[16] = {0x8e, 0x96, 0x3a, 0xdd, 0x3f, 0x69, 0x6b, 0x4a,
	                                  0x4c, 0x15, 0x08, 0x3b, 0x14, 0x60, 0x62, 0xb2};
	static const uint8_t eleven[16] = {0x4b, 0xf8, 0x28, 0x8a, 0x11, 0x8d, 0xb5, 0x2b,
	                                   0x26, 0x2d, 0xce, 0x17, 0x69, 0x08, 0xeb, 0x88};
	static const uint8_t numbers[16] = {0x85, 0xf3, 0xd7, 0x8b, 0xc3, 0x0f, 0x14, 0xa6,
	                                    0x73, 0xeb, 0x5c, 0x7c, 0x31, 0xb3, 0x04, 0x54};
	struct bko__hash hash;
	struct digest digest = of(0, NULL, 0);

	(void)state;
	assert_memory_equal(digest.bytes, empty, 16);
	digest = of(7, "eleven byte", 11);
	assert_memory_equal(digest.bytes, eleven, 16);
	bko__hash_begin(&hash, 1);
	bko__hash_uint(&hash, 0);
	bko__hash_uint(&hash, UINT64_MAX);
	bko__hash_end(&hash, digest.bytes);
	assert_memory_equal(digest.bytes, numbers, 16);
}

/* No length of zeros is like another, and no seed. */
static void lengths(void **state)
{
	static const uint8_t zeros[40];
	size_t a, b;

	(void)state;
	for (a = 0; a <= sizeof zeros; a++) {
		for (b = 0; b < a; b++)
			assert_true(differ(of(0, zeros, a), of(0, zeros, b)));
		assert_true(differ(of(0, zeros, a), of(1, zeros, a)));
		assert_false(differ(of(5, zeros, a), of(5, zeros, a)));
	}
}

/* Each bit of each byte counts, and about half of the digest's bits follow it. */
static void bits(void **state)
{
	uint8_t text[27];
	size_t bit, i;
	unsigned long turned = 0;
	struct digest before, after;

	(void)state;
	for (i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i * 37);
	before = of(0, text, sizeof text);
	for (bit = 0; bit < 8 * sizeof text; bit++) {
		text[bit / 8] = (uint8_t)(text[bit / 8] ^ 1u << bit % 8);
		after = of(0, text, sizeof text);
		assert_true(differ(before, after));
		for (i = 0; i < 128; i++)
			turned += (unsigned)(before.bytes[i / 8] ^ after.bytes[i / 8]) >> i % 8 & 1;
		text[bit / 8] = (uint8_t)(text[bit / 8] ^ 1u << bit % 8);
	}
	assert_in_range(turned / bit, 58, 70);
}

/* Where one part ends and the next begins counts, and so does their order. */
static void parts(void **state)
{
	static const char *const splits[][2] = {{"", "abcd"}, {"a", "bcd"}, {"ab", "cd"},
	                                        {"abc", "d"}, {"abcd", ""}, {"cd", "ab"}};
	enum { SPLITS = sizeof splits / sizeof splits[0] };
	struct digest digests[SPLITS];
	size_t i, j;

	(void)state;
	for (i = 0; i < SPLITS; i++) {
		struct bko__hash hash;

		bko__hash_begin(&hash, 0);
		for (j = 0; j < 2; j++)
			bko__hash_bytes(&hash, splits[i][j], strlen(splits[i][j]));
		bko__hash_end(&hash, digests[i].bytes);
		for (j = 0; j < i; j++)
			assert_true(differ(digests[i], digests[j]));
	}
}

/* Ids that are counted up, in decimal at the end of a key of any length or with bytes behind
 * them, spread over the buckets of a table as if by chance. */
static void spreads(void **state)
{
	enum { KEYS = 1024, LONGEST = 48, DIGITS = 6, FULL = 12 };
	uint8_t key[LONGEST], used[KEYS];
	uint32_t size, behind, i, digit, number;

	(void)state;
	memset(key, 'k', sizeof key);
	for (size = DIGITS + 1; size <= LONGEST; size++) {
		for (behind = 0; behind < 4 && behind + DIGITS < size; behind++) {
			memset(used, 0, sizeof used);
			for (i = 0; i < KEYS; i++) {
				number = i;
				for (digit = 1; digit <= DIGITS; digit++, number /= 10)
					key[size - behind - digit] = (uint8_t)('0' + number % 10);
				used[bko__hash_key(key, size) % KEYS]++;
			}
			for (i = 0; i < KEYS; i++)
				assert_in_range(used[i], 0, FULL);
			memset(key, 'k', sizeof key);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mixes),   cmocka_unit_test(spreads), cmocka_unit_test(pinned),
		cmocka_unit_test(lengths), cmocka_unit_test(bits),    cmocka_unit_test(parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
