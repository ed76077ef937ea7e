/*
 * The emulator does what it says: each loss, each tail, each bad block, each
 * failure really happens, and each breach of the contract is told.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "device.h"

enum { UNIT = 256, SIZE = 40 };

static const struct device_shape file_shape = {DEVICE_FILE, 0, 1, UNIT, 0, 4, 8};
static const struct device_shape flash_shape = {DEVICE_FLASH, DEVICE_DURABLE, 4, UNIT, 0xff, 4, 4};
static const struct device_shape dark_shape = {DEVICE_FLASH, DEVICE_DURABLE, 4, UNIT, 0, 4, 4};

struct bench {
	struct device device;
	struct bko_medium medium;
	uint8_t wrote[SIZE], before[SIZE], now[SIZE], again[SIZE];
};

static void begin(struct bench *b, const struct device_shape *shape, uint64_t seed)
{
	device_open(&b->device, shape, seed);
	device_medium(&b->device, &b->medium);
	for (uint32_t i = 0; i < SIZE; i++)
		b->wrote[i] = (uint8_t)(0x30 + i);
	device_peek(&b->device, UNIT, b->before, SIZE);
}

static int32_t program(struct bench *b, uint64_t at)
{
	return b->medium.program(b->medium.host, at, b->wrote, SIZE);
}

static int32_t read_now(struct bench *b, uint64_t at)
{
	int32_t status = b->medium.read(b->medium.host, at, b->now, SIZE);
	return status ? status : b->medium.read(b->medium.host, at, b->again, SIZE);
}

static void programs_and_reads(void **state)
{
	const struct device_shape *shapes[] = {&file_shape, &flash_shape, &dark_shape};
	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		struct bench b;
		uint64_t size = 0;
		begin(&b, shapes[i], 1);
		assert_int_equal(program(&b, UNIT - 20), BKO_OK); /* over a border of units */
		assert_int_equal(read_now(&b, UNIT - 20), BKO_OK);
		assert_memory_equal(b.now, b.wrote, SIZE);
		assert_int_equal(b.medium.size(b.medium.host, 0, &size), BKO_OK);
		assert_int_equal(size, 4 * UNIT);
		assert_string_equal(b.device.breach, "");
		assert_int_equal(b.device.programs, 1);
		assert_int_equal(b.device.bytes, SIZE);
		if (b.medium.erase) {
			assert_int_equal(b.medium.erase(b.medium.host, 0), BKO_OK);
			assert_int_equal(read_now(&b, UNIT - 20), BKO_OK);
			for (uint32_t k = 0; k < 20; k++)
				assert_int_equal(b.now[k], shapes[i]->erased);
			assert_memory_equal(b.now + 20, b.wrote + 20, SIZE - 20);
			assert_int_equal(device_wear(&b.device), 1);
		}
		device_close(&b.device);
	}
}

/* How many bytes of the torn program from `from` on are what it wrote, or what was there. */
static uint32_t alike(const uint8_t *a, const uint8_t *b, uint32_t from)
{
	uint32_t n = 0;
	for (uint32_t i = from; i < SIZE; i++)
		n += a[i] == b[i];
	return n;
}

/* The first bytes came through; what follows is of the kind that was asked for. */
static void torn_programs(void **state)
{
	enum { BYTE = 12, REST = SIZE - BYTE };
	(void)state;
	for (uint32_t tail = 0; tail < TAILS; tail++) {
		uint32_t mixed = 0, repeated = 0, earlier = 0;
		for (uint64_t seed = 1; seed <= 40; seed++) {
			struct bench b;
			uint32_t old, new;
			begin(&b, &file_shape, 7);
			assert_int_equal(program(&b, UNIT - SIZE), BKO_OK);
			assert_int_equal(b.medium.sync(b.medium.host), BKO_OK);
			for (uint32_t i = 0; i < SIZE; i++)
				b.wrote[i] = (uint8_t)(0x80 + i);
			b.device.plan = (struct device_plan){
				.cut_at = 3, .loss = {.byte = BYTE, .tail = tail, .seed = seed}};
			assert_int_equal(program(&b, UNIT), BKO_E_IO);
			assert_int_equal(read_now(&b, UNIT), BKO_E_IO);
			assert_int_equal(b.medium.sync(b.medium.host), BKO_E_IO);
			device_restart(&b.device);
			assert_int_equal(read_now(&b, UNIT), BKO_OK);
			assert_memory_equal(b.now, b.again, SIZE);
			assert_memory_equal(b.now, b.wrote, BYTE);
			old = alike(b.now, b.before, BYTE);
			new = alike(b.now, b.wrote, BYTE);
			switch (tail) {
			case TAIL_OLD: assert_int_equal(old, REST); break;
			case TAIL_ZERO:
			case TAIL_ONES:
				for (uint32_t i = BYTE; i < SIZE; i++)
					assert_int_equal(b.now[i], tail == TAIL_ONES ? 255 : 0);
				break;
			case TAIL_RANDOM: assert_in_range(old + new, 0, REST / 2); break;
			case TAIL_PARTIAL:
				assert_in_range(old + new, REST, 2 * REST);
				mixed += new > 0 && new < REST;
				break;
			default:
				repeated += memcmp(b.now + BYTE, b.wrote, BYTE) == 0;
				earlier += b.now[BYTE] == 0x30 + BYTE;
				break;
			}
			device_close(&b.device);
		}
		assert_true(tail != TAIL_PARTIAL || mixed > 10);
		assert_true(tail != TAIL_DUPLICATE || (repeated > 5 && earlier > 5));
	}
}

/* Bits of flash never turn back; the undecided ones read differently. */
static void torn_flash(void **state)
{
	const struct device_shape *shapes[] = {&flash_shape, &dark_shape};
	uint32_t unsteady = 0, halfway = 0;
	(void)state;
	for (uint32_t n = 0; n < 2 * TAILS * 20; n++) {
		struct bench b;
		uint32_t tail = n / 2 % TAILS;
		begin(&b, shapes[n % 2], n);
		b.device.plan = (struct device_plan){.cut_at = 1,
		                                     .loss = {.byte = 10, .tail = tail, .seed = n}};
		assert_int_equal(program(&b, UNIT), BKO_E_IO);
		device_restart(&b.device);
		assert_int_equal(read_now(&b, UNIT), BKO_OK);
		assert_memory_equal(b.now, b.wrote, 10);
		for (uint32_t i = 10; i < SIZE; i++) {
			uint8_t new = b.wrote[i], bits = n % 2 ? b.now[i] : (uint8_t)~b.now[i];
			uint8_t want = n % 2 ? new : (uint8_t) ~new;
			if (tail == TAIL_OLD)
				assert_int_equal(bits, 0);
			if (tail == TAIL_PARTIAL || tail == TAIL_ONES)
				assert_int_equal(bits & ~want, 0);
			halfway += tail == TAIL_PARTIAL && bits != 0 && bits != want;
			unsteady += b.now[i] != b.again[i];
			if (tail != TAIL_ONES)
				assert_int_equal(b.now[i], b.again[i]);
		}
		if (tail != TAIL_OLD) { /* the whole range counts as programmed */
			assert_int_equal(program(&b, UNIT), BKO_OK);
			assert_non_null(strstr(b.device.breach, "not erased"));
		}
		assert_int_equal(b.medium.erase(b.medium.host, UNIT), BKO_OK);
		assert_int_equal(read_now(&b, UNIT), BKO_OK);
		for (uint32_t i = 0; i < SIZE; i++)
			assert_int_equal(b.now[i], shapes[n % 2]->erased);
		assert_memory_equal(b.now, b.again, SIZE);
		device_close(&b.device);
	}
	assert_in_range(unsteady, 200, 40 * SIZE);
	assert_in_range(halfway, 200, 40 * SIZE);
}

static void torn_erases(void **state)
{
	enum { BYTE = 100 };
	(void)state;
	for (uint32_t tail = 0; tail < TAILS; tail++) {
		struct bench b;
		uint8_t full[UNIT], now[UNIT], again[UNIT];
		uint32_t same = 0, erased = 0, unsteady = 0;
		memset(full, 0x5a, UNIT);
		begin(&b, &flash_shape, tail);
		assert_int_equal(b.medium.program(b.medium.host, UNIT, full, UNIT), BKO_OK);
		b.device.plan = (struct device_plan){
			.cut_at = 2, .loss = {.byte = BYTE, .tail = tail, .seed = 5}};
		assert_int_equal(b.medium.erase(b.medium.host, UNIT), BKO_E_IO);
		device_restart(&b.device);
		assert_int_equal(b.medium.read(b.medium.host, UNIT, now, UNIT), BKO_OK);
		assert_int_equal(b.medium.read(b.medium.host, UNIT, again, UNIT), BKO_OK);
		for (uint32_t i = 0; i < UNIT; i++) {
			if (i < BYTE)
				assert_int_equal(now[i], 0xff);
			same += i >= BYTE && now[i] == full[i];
			erased += i >= BYTE && now[i] == 0xff;
			unsteady += now[i] != again[i];
			if (tail == TAIL_PARTIAL || tail == TAIL_ONES)
				assert_int_equal(now[i] & full[i], full[i]);
		}
		assert_true((same == UNIT - BYTE) == (tail == TAIL_OLD));
		assert_true((erased == UNIT - BYTE) == (tail == TAIL_DUPLICATE));
		assert_true((unsteady > 5) == (tail == TAIL_ONES || tail == TAIL_PARTIAL));
		/* not erased, however it reads */
		assert_int_equal(program(&b, UNIT), BKO_OK);
		assert_non_null(strstr(b.device.breach, "not erased"));
		device_close(&b.device);
	}
}

/* Every subset of what was not synced is left where it is asked for. */
static void subsets(void **state)
{
	(void)state;
	for (uint32_t mask = 0; mask < 16; mask++) {
		struct bench b;
		struct device copy;
		uint8_t byte;
		begin(&b, &file_shape, 3);
		assert_int_equal(program(&b, 0), BKO_OK);
		assert_int_equal(b.medium.sync(b.medium.host), BKO_OK);
		for (uint8_t i = 0; i < 4; i++) {
			uint8_t value = (uint8_t)(0xa0 + i);
			assert_int_equal(b.medium.program(b.medium.host, i, &value, 1), BKO_OK);
		}
		device_copy(&copy, &b.device);
		device_lose(&copy, NULL, &(struct device_loss){.keep = KEEP_MASK, .mask = mask});
		for (uint32_t i = 0; i < 4; i++) {
			device_peek(&copy, i, &byte, 1);
			assert_int_equal(byte, mask >> i & 1 ? 0xa0 + i : 0x30 + i);
			device_peek(&b.device, i, &byte, 1);
			assert_int_equal(byte, 0xa0 + i); /* the original knows nothing of it */
		}
		device_close(&copy);
		device_close(&b.device);
	}
}

static void kept_at_random(void **state)
{
	uint32_t lost = 0, whole = 0, torn = 0, shrunk = 0;
	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct bench b;
		uint64_t size;
		begin(&b, &file_shape, 3);
		assert_int_equal(b.medium.size(b.medium.host, 6 * UNIT, &size), BKO_OK);
		assert_int_equal(size, 6 * UNIT);
		assert_int_equal(program(&b, UNIT), BKO_OK);
		device_lose(&b.device, NULL,
		            &(struct device_loss){.keep = KEEP_RANDOM, .seed = seed});
		shrunk += device_size(&b.device) == 4 * UNIT;
		assert_int_equal(read_now(&b, UNIT), BKO_OK);
		if (!memcmp(b.now, b.wrote, SIZE))
			whole++;
		else if (!memcmp(b.now, b.before, SIZE))
			lost++;
		else
			torn++;
		device_close(&b.device);
	}
	assert_true(lost > 50 && whole > 50 && torn > 50 && shrunk > 50);
}

/* A failed sync: all reads as before, a cut takes some of it, a later sync brings none back. */
static void syncs_that_fail(void **state)
{
	uint32_t lost = 0;
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct bench b;
		begin(&b, &file_shape, seed);
		assert_int_equal(program(&b, UNIT), BKO_OK);
		b.device.plan = (struct device_plan){
			.fail_at = 1, .fail_kinds = DEVICE_SYNC, .fail_status = BKO_E_IO};
		assert_int_equal(b.medium.sync(b.medium.host), BKO_E_IO);
		assert_int_equal(read_now(&b, UNIT), BKO_OK);
		assert_memory_equal(b.now, b.wrote, SIZE);
		assert_string_equal(b.device.breach, "");
		device_reopen(&b.device);
		assert_int_equal(b.medium.sync(b.medium.host), BKO_OK);
		assert_string_equal(b.device.breach, "");
		device_lose(&b.device, NULL, &(struct device_loss){.keep = KEEP_ALL});
		assert_int_equal(read_now(&b, UNIT), BKO_OK);
		lost += memcmp(b.now, b.wrote, SIZE) != 0;
		device_close(&b.device);
	}
	assert_in_range(lost, 8, 32);
}

static void calls_that_fail(void **state)
{
	static const struct {
		uint32_t kinds, at, for_ever, fails; /* fails: bits of the calls below */
	} rows[] = {
		{DEVICE_READ, 1, 0, 1},         {DEVICE_READ, 2, 0, 16},
		{DEVICE_PROGRAM, 1, 0, 2},      {DEVICE_PROGRAM, 1, 1, 2 | 32},
		{DEVICE_SYNC, 1, 0, 4},         {DEVICE_GROW, 1, 0, 8},
		{DEVICE_CHANGES, 2, 0, 4},      {DEVICE_CHANGES, 2, 1, 4 | 8 | 32},
		{DEVICE_READ | 30, 3, 0, 4},    {DEVICE_PROGRAM, 3, 1, 0},
		{DEVICE_CHANGES | 1, 1, 1, 63},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		uint64_t size;
		uint32_t fails = 0;
		begin(&b, &file_shape, 1);
		b.device.plan = (struct device_plan){.fail_at = rows[i].at,
		                                     .fail_kinds = rows[i].kinds,
		                                     .fail_status = BKO_E_FULL,
		                                     .fail_bytes = 5,
		                                     .for_ever = rows[i].for_ever};
		fails |= b.medium.read(b.medium.host, 0, b.now, SIZE) ? 1 : 0;
		fails |= program(&b, UNIT) == BKO_E_FULL ? 2 : 0;
		fails |= b.medium.sync(b.medium.host) ? 4 : 0;
		fails |= b.medium.size(b.medium.host, 6 * UNIT, &size) ? 8 : 0;
		assert_int_equal(size, fails & 8 ? 4 * UNIT : 6 * UNIT);
		fails |= b.medium.read(b.medium.host, 0, b.now, SIZE) ? 16 : 0;
		fails |= program(&b, 2 * UNIT) ? 32 : 0;
		assert_int_equal(fails, rows[i].fails);
		if (fails & 2) { /* a short write */
			device_peek(&b.device, UNIT, b.now, SIZE);
			assert_memory_equal(b.now, b.wrote, 5);
			assert_memory_equal(b.now + 5, b.before + 5, SIZE - 5);
		}
		device_close(&b.device);
	}
}

static void bad_blocks(void **state)
{
	static const uint32_t kinds[] = {BAD_PROGRAM, BAD_ERASE, BAD_READ, BAD_PROGRAM_SILENT,
	                                 BAD_ERASE_SILENT};
	(void)state;
	for (uint32_t i = 0; i < 5; i++) {
		struct bench b;
		begin(&b, &flash_shape, 1);
		b.device.bad[1] = (uint8_t)kinds[i];
		assert_int_equal(program(&b, 0), BKO_OK);
		assert_int_equal(read_now(&b, 0), BKO_OK);
		assert_int_equal(program(&b, UNIT), kinds[i] == BAD_PROGRAM ? BKO_E_IO : BKO_OK);
		assert_int_equal(read_now(&b, UNIT), kinds[i] == BAD_READ ? BKO_E_IO : BKO_OK);
		device_peek(&b.device, UNIT, b.now, SIZE);
		assert_int_equal(memcmp(b.now, b.wrote, SIZE) != 0,
		                 kinds[i] == BAD_PROGRAM || kinds[i] == BAD_PROGRAM_SILENT);
		assert_int_equal(memcmp(b.now, b.before, SIZE) == 0,
		                 kinds[i] == BAD_PROGRAM_SILENT);
		assert_int_equal(b.medium.erase(b.medium.host, UNIT),
		                 kinds[i] == BAD_ERASE ? BKO_E_IO : BKO_OK);
		device_peek(&b.device, UNIT, b.now, SIZE);
		if (kinds[i] == BAD_ERASE) /* the front of it may be */
			assert_int_equal(b.device.unit[1]->state[UNIT / 4 - 1], CELL_PROGRAMMED);
		else
			assert_int_equal(memcmp(b.now, b.before, SIZE) != 0,
			                 kinds[i] == BAD_ERASE_SILENT);
		device_close(&b.device);
	}
}

static void wears_out(void **state)
{
	struct bench b;
	(void)state;
	begin(&b, &flash_shape, 1);
	b.device.plan = (struct device_plan){.worn_after = 3, .worn_kind = BAD_PROGRAM};
	for (uint32_t i = 1; i <= 3; i++) {
		assert_int_equal(program(&b, 2 * UNIT), BKO_OK);
		assert_int_equal(b.medium.erase(b.medium.host, 2 * UNIT), BKO_OK);
		assert_int_equal(device_wear(&b.device), i);
	}
	assert_int_equal(program(&b, 2 * UNIT), BKO_E_IO);
	assert_int_equal(program(&b, 0), BKO_OK);
	device_close(&b.device);
}

static void ecc(void **state)
{
	struct device_shape shape = flash_shape;
	struct bench b;
	(void)state;
	shape.flags |= DEVICE_ECC;
	for (uint32_t byte = 0; byte <= 8; byte++) {
		begin(&b, &shape, 1);
		b.device.plan = (struct device_plan){.cut_at = 1, .loss = {.byte = byte}};
		assert_int_equal(program(&b, UNIT), BKO_E_IO);
		device_restart(&b.device);
		assert_int_equal(read_now(&b, UNIT), byte % 4 ? BKO_E_CORRUPT : BKO_OK);
		assert_int_equal(read_now(&b, UNIT + 12), BKO_OK);
		assert_int_equal(b.medium.erase(b.medium.host, UNIT), BKO_OK);
		assert_int_equal(read_now(&b, UNIT), BKO_OK);
		device_close(&b.device);
	}
}

static void breaches(void **state)
{
	static const char *const words[] = {"part of a unit",
	                                    "not erased",
	                                    "read beyond",
	                                    "program beyond",
	                                    "part of a unit",
	                                    "erase beyond",
	                                    "overwrites",
	                                    "sync after one that failed",
	                                    ""};
	(void)state;
	for (uint32_t i = 0; i < 9; i++) {
		struct bench b;
		struct device *d = &b.device;
		begin(&b, i == 6 || i == 7 ? &file_shape : &flash_shape, 1);
		assert_int_equal(program(&b, 0), BKO_OK);
		switch (i) {
		case 0: program(&b, UNIT + 1); break;
		case 1: program(&b, 8); break;
		case 2: b.medium.read(d, 4 * UNIT - 8, b.now, 9); break;
		case 3: program(&b, 4 * UNIT - 8); break;
		case 4: b.medium.erase(d, 8); break;
		case 5: b.medium.erase(d, 4 * UNIT); break;
		case 6:
			device_medium(d, &b.medium);
			assert_null(b.medium.erase);
			d->shape.kind = DEVICE_FLASH;
			device_medium(d, &b.medium);
			d->shape.kind = DEVICE_FILE;
			b.medium.erase(d, 0);
			break;
		case 7:
			d->plan = (struct device_plan){
				.fail_at = 1, .fail_kinds = DEVICE_SYNC, .fail_status = BKO_E_IO};
			b.medium.sync(d);
			b.medium.sync(d);
			break;
		default: program(&b, SIZE); break;
		}
		assert_non_null(strstr(d->breach, words[i]));
		assert_int_equal(d->breach[0] != 0, words[i][0] != 0);
		device_close(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_and_reads),
		cmocka_unit_test(torn_programs),
		cmocka_unit_test(torn_flash),
		cmocka_unit_test(torn_erases),
		cmocka_unit_test(subsets),
		cmocka_unit_test(kept_at_random),
		cmocka_unit_test(syncs_that_fail),
		cmocka_unit_test(calls_that_fail),
		cmocka_unit_test(bad_blocks),
		cmocka_unit_test(wears_out),
		cmocka_unit_test(ecc),
		cmocka_unit_test(breaches),
	};
	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
