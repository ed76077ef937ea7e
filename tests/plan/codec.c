/*
 * Saved states: fixed bytes, round trips, and a decoder that takes any bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "golden.h"
#include "series.h"

enum { KINDS = BKO_PLAN_AUTO, ROOM = BKO_PLAN_STATE_MAX };

static uint32_t seed = 12345;

static uint32_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static struct bko_plan_method any_method(uint32_t kind, uint32_t slots)
{
	struct bko_plan_method method = method_of(kind, 0, 0, 0);

	method.season = slots;
	method.window = slots;
	return method;
}

/* The bytes of a small state, written out by hand: 6 periods 4 0 4 0 0 8 at
 * rates of one half, so that every figure is exact. */
static void bytes_are_these(void **state)
{
	static const double values[] = {4, 0, 4, 0, 0, 8};
	static const unsigned char want[] = {
		13, 0x10, 0, 0, 6, 0, 0,    0,    3, 0, 0,    0,
		0,  0,    0, 0, 0, 0, 0,    0,    0, 0, 0xe0, 0x3f, /* alpha .5 */
		0,  0,    0, 0, 0, 0, 0xe0, 0x3f,                   /* beta .5 */
		0,  0,    0, 0, 0, 0, 0xe3, 0x3f,                   /* chance .59375 */
		0,  0,    0, 0, 0, 0, 0x18, 0x40,                   /* size 6 */
	};
	struct bko_plan_method method = method_of(BKO_PLAN_TSB, .5, .5, 0);
	bko_plan_state *item = state_of(&method);
	unsigned char bytes[72];
	size_t size = 0;

	(void)state;
	feed(item, values, COUNT(values));
	assert_int_equal(bko_plan_state_save(item, bytes, sizeof bytes, &size), BKO_OK);
	assert_int_equal(size, sizeof bytes);
	assert_memory_equal(bytes, want, sizeof want);
	assert_near(forecast_of(item, 1), .59375 * 6, 0);
	free(item);
}

static void states_of_older_releases_load(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(COUNT(golden), KINDS);
	for (i = 0; i < COUNT(golden); i++) {
		bko_plan_state *item = malloc(golden[i].size);

		assert_non_null(item);
		assert_int_equal(
			bko_plan_state_load(item, golden[i].size, golden[i].bytes, golden[i].size),
			BKO_OK);
		assert_near(forecast_of(item, 1), golden[i].next, 1e-12);
		assert_near(forecast_of(item, 7), golden[i].seventh, 1e-12);
		free(item);
	}
}

/* Whatever compiled it, a state comes to the same figures. */
static void figures_are_those_of_other_platforms(void **state)
{
	uint32_t kind;

	(void)state;
	for (kind = 1; kind <= KINDS; kind++) {
		struct bko_plan_method method = any_method(kind, 4);
		bko_plan_state *item = state_of(&method), *other;
		size_t size = golden[kind - 1].size, cells = (size - 16) / 8, i;
		double mine[ROOM / 8], theirs[ROOM / 8];

		feed(item, passengers, 60);
		other = malloc(size);
		assert_non_null(other);
		assert_int_equal(bko_plan_state_load(other, size, golden[kind - 1].bytes, size),
		                 BKO_OK);
		assert_memory_equal(item, other, 16);
		memcpy(mine, (char *)item + 16, size - 16);
		memcpy(theirs, (char *)other + 16, size - 16);
		for (i = 0; i < cells; i++)
			assert_true(fabs(mine[i] - theirs[i]) <= 1e-12 * (100 + fabs(theirs[i])));
		assert_near(forecast_of(item, 7), golden[kind - 1].seventh, 1e-12);
		free(item);
		free(other);
	}
}

static void a_loaded_state_goes_on_as_if_never_saved(void **state)
{
	static const size_t stops[] = {0, 1, 2, 5, 11, 12, 13, 23, 24, 25, 80, 143};
	unsigned char bytes[ROOM], again[ROOM];
	uint32_t kind;
	size_t i, t;

	(void)state;
	for (kind = 1; kind <= KINDS; kind++)
		for (i = 0; i < COUNT(stops); i++) {
			struct bko_plan_method method = any_method(kind, 12);
			bko_plan_state *a = state_of(&method), *b = state_of(&method);
			double means_a[15], means_b[15];
			size_t size, size2;

			feed(a, passengers, stops[i]);
			assert_int_equal(bko_plan_state_size(&method, &size), BKO_OK);
			assert_int_equal(bko_plan_state_save(a, bytes, size - 1, &size2),
			                 BKO_E_BUFFER);
			assert_int_equal(size2, size);
			assert_int_equal(bko_plan_state_save(a, bytes, size, &size2), BKO_OK);
			assert_int_equal(bko_plan_state_load(b, size - 1, bytes, size),
			                 BKO_E_BUFFER);
			assert_int_equal(bko_plan_state_load(b, size, bytes, size), BKO_OK);
			assert_int_equal(bko_plan_state_save(b, again, size, &size2), BKO_OK);
			assert_memory_equal(bytes, again, size);
			for (t = stops[i]; t < COUNT(passengers); t++) {
				feed(a, passengers + t, 1);
				feed(b, passengers + t, 1);
			}
			assert_int_equal(bko_plan_forecast(a, 15, means_a), BKO_OK);
			assert_int_equal(bko_plan_forecast(b, 15, means_b), BKO_OK);
			assert_memory_equal(means_a, means_b, sizeof means_a);
			free(a);
			free(b);
		}
}

/* Uses everything that a state can be asked, so that tools see what it touches. */
static void use(bko_plan_state *item, size_t size)
{
	static const double values[] = {0, 3, 1e100, 0, 1e-300, 12};
	double low[40], high[40], mean, variance;
	struct bko_plan_reading reading = {.struct_size = sizeof reading};
	struct bko_plan_band band = {.struct_size = sizeof band};
	unsigned char bytes[ROOM];
	bko_plan_state *other = malloc(size);
	size_t i, saved;

	assert_non_null(other);
	assert_int_equal(bko_plan_state_save(item, bytes, sizeof bytes, &saved), BKO_OK);
	assert_int_equal(saved, size);
	(void)bko_plan_state_like(other, size, item, 3, 5);
	assert_int_equal(bko_plan_band_init(&band, .9), BKO_OK);
	for (i = 0; i < COUNT(values); i++) {
		(void)bko_plan_band_observe(&band, item, values[i], 0);
		assert_int_equal(bko_plan_observe(item, values[i], (uint32_t)i % 4), BKO_OK);
		(void)bko_plan_forecast(item, 40, low);
		(void)bko_plan_interval(item, &band, .8, 40, low, high);
		(void)bko_plan_total(item, 40, &mean, &variance);
		assert_int_equal(bko_plan_state_read(item, &reading), BKO_OK);
	}
	free(other);
}

/* Loads bytes into a block of exactly their size; what loads is then used. */
static int32_t try_bytes(const unsigned char *bytes, size_t size)
{
	bko_plan_state *item = malloc(size > 0 ? size : 1);
	int32_t status;

	assert_non_null(item);
	status = bko_plan_state_load(item, size, bytes, size);
	if (status == BKO_OK)
		use(item, size);
	else
		assert_true(status == BKO_E_CORRUPT || status == BKO_E_FORMAT);
	free(item);
	return status;
}

/* One thing wrong at a time. */
static void impossible_states_are_refused(void **state)
{
	static const struct {
		uint32_t kind;
		size_t at; /* a byte of the head, or of the top of a figure */
		unsigned char value;
	} cases[] = {
		{BKO_PLAN_SES, 8, 1},               /* sales that it does not count */
		{BKO_PLAN_SES, 12, 1},              /* a count that it does not have */
		{BKO_PLAN_SES, 2, 4},               /* slots that it does not have */
		{BKO_PLAN_SES, 1, 0x14},            /* a season without slots */
		{BKO_PLAN_SES, 1, 0x12},            /* a sign that it does not keep */
		{BKO_PLAN_SES, 23, 0xbf},           /* alpha below 0 */
		{BKO_PLAN_SES, 23, 0x40},           /* alpha above 1 */
		{BKO_PLAN_SES, 71, 0xc0},           /* error below 0 */
		{BKO_PLAN_SES, 55, 0x7f},           /* level out of range */
		{BKO_PLAN_SKU, 1, 0x18},            /* a start that it does not take */
		{BKO_PLAN_SKU, 8, 61},              /* more sales than periods */
		{BKO_PLAN_SKU, 23, 0x40},           /* chance above 1 */
		{BKO_PLAN_SKU, 31, 0xc0},           /* size below 0 */
		{BKO_PLAN_SKU, 47, 0xc0},           /* square below 0 */
		{BKO_PLAN_SBA, 12, 61},             /* a longer pause than life */
		{BKO_PLAN_SBA, 39, 0xc0},           /* interval below 0 */
		{BKO_PLAN_AUTO, 12, 61},            /* more learnt than seen */
		{BKO_PLAN_AUTO, 8, 61},             /* more sales than learnt */
		{BKO_PLAN_AUTO, 1, 0x10},           /* a season that must be known by now */
		{BKO_PLAN_AUTO, 4, 7},              /* or that cannot be */
		{BKO_PLAN_AUTO, 1095, 0},           /* a factor of nothing */
		{BKO_PLAN_AUTO, 2, 1},              /* a season of one period */
		{BKO_PLAN_WINTERS_ADDITIVE, 2, 54}, /* one too long */
		{BKO_PLAN_MOVING_AVERAGE, 2, 0},    /* a window of nothing */
	};
	unsigned char bytes[ROOM];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		size_t size = golden[cases[i].kind - 1].size;

		memcpy(bytes, golden[cases[i].kind - 1].bytes, size);
		assert_int_equal(try_bytes(bytes, size), BKO_OK);
		bytes[cases[i].at] = cases[i].value;
		if (try_bytes(bytes, size) != BKO_E_CORRUPT)
			fail_msg("case %u loads", (unsigned)i);
		assert_int_equal(try_bytes(golden[cases[i].kind - 1].bytes, size - 8),
		                 BKO_E_CORRUPT);
	}
}

static void any_bytes_are_a_state_or_an_error(void **state)
{
	unsigned char bytes[ROOM];
	long loaded = 0, refused = 0;
	int round;

	(void)state;
	for (round = 0; round < rounds_of(20000); round++) {
		uint32_t kind = 1 + next_random() % KINDS;
		struct bko_plan_method method = any_method(kind, 2 + next_random() % 20);
		bko_plan_state *item = state_of(&method);
		size_t length = next_random() % 60, size, i;

		feed(item, passengers, length);
		assert_int_equal(bko_plan_state_save(item, bytes, sizeof bytes, &size), BKO_OK);
		free(item);
		/* Bytes changed, more often in the head; sometimes cut or grown. */
		for (i = next_random() % 4; i > 0; i--) {
			size_t at = next_random() % (next_random() % 2 ? 16 : size);

			bytes[at] = (unsigned char)(next_random() % 3
			                                    ? next_random()
			                                    : bytes[at] ^ 1u << next_random() % 8);
		}
		if (next_random() % 8 == 0)
			size = next_random() % ROOM;
		if (try_bytes(bytes, size) == BKO_OK)
			loaded++;
		else
			refused++;
	}
	/* Both ways are taken often, or this would show nothing. */
	assert_true(loaded > round / 5 && refused > round / 5);
}

static void noise_is_refused(void **state)
{
	unsigned char bytes[ROOM];
	int round;

	(void)state;
	for (round = 0; round < rounds_of(20000); round++) {
		size_t size = next_random() % 200, i;

		for (i = 0; i < size; i++)
			bytes[i] = (unsigned char)next_random();
		bytes[0] = (unsigned char)(next_random() % 17);
		bytes[1] = (unsigned char)(0x10 | next_random() % 16);
		(void)try_bytes(bytes, size);
	}
	assert_int_equal(try_bytes(bytes, 0), BKO_E_CORRUPT);
}

static void newer_formats_are_told_apart(void **state)
{
	struct bko_plan_method method = method_of(BKO_PLAN_SKU, 0, 0, 0);
	bko_plan_state *item = state_of(&method);
	unsigned char bytes[64];
	size_t size;

	(void)state;
	assert_int_equal(bko_plan_state_save(item, bytes, sizeof bytes, &size), BKO_OK);
	bytes[1] = 0x20;
	assert_int_equal(bko_plan_state_load(item, 64, bytes, 64), BKO_E_FORMAT);
	bytes[1] = 0x00;
	assert_int_equal(bko_plan_state_load(item, 64, bytes, 64), BKO_E_CORRUPT);
	bytes[1] = 0x10;
	bytes[0] = 16;
	assert_int_equal(bko_plan_state_load(item, 64, bytes, 64), BKO_E_CORRUPT);
	bytes[0] = BKO_PLAN_SKU;
	assert_int_equal(bko_plan_state_load(item, 64, bytes, 64), BKO_OK);
	free(item);
}

static void a_given_start_is_saved(void **state)
{
	static const uint32_t kinds[] = {BKO_PLAN_SES, BKO_PLAN_HOLT, BKO_PLAN_DAMPED,
	                                 BKO_PLAN_THETA};
	unsigned char bytes[ROOM];
	size_t i, size;

	(void)state;
	for (i = 0; i < COUNT(kinds); i++) {
		struct bko_plan_method method = any_method(kinds[i], 1);
		bko_plan_state *a, *b;

		method.flags = BKO_PLAN_START;
		method.start_level = 100;
		a = state_of(&method);
		b = state_of(&method);
		assert_int_equal(bko_plan_state_save(a, bytes, sizeof bytes, &size), BKO_OK);
		assert_int_equal(bko_plan_state_load(b, size, bytes, size), BKO_OK);
		feed(a, passengers, 3);
		feed(b, passengers, 3);
		assert_true(forecast_of(a, 2) == forecast_of(b, 2));
		free(a);
		free(b);
	}
}

/* Counts at the end of their range are halved and change nothing else. */
static void counts_never_overflow(void **state)
{
	uint32_t kind;

	(void)state;
	for (kind = 1; kind <= KINDS; kind++) {
		struct bko_plan_method method = any_method(kind, 12);
		bko_plan_state *item = state_of(&method);
		struct bko_plan_reading reading = {.struct_size = sizeof reading};
		unsigned char bytes[ROOM];
		size_t size, t;
		int is_counted = kind >= BKO_PLAN_CROSTON;

		feed(item, passengers, 120);
		assert_int_equal(bko_plan_state_save(item, bytes, sizeof bytes, &size), BKO_OK);
		memset(bytes + 4, 0xff, 4);
		bytes[4] = 0xfb; /* 2^32 - 5, the last slot of a year */
		if (is_counted)
			memcpy(bytes + 8, bytes + 4, 4);
		if (kind == BKO_PLAN_AUTO)
			memcpy(bytes + 12, bytes + 4, 4);
		assert_int_equal(bko_plan_state_load(item, size, bytes, size), BKO_OK);
		for (t = 0; t < 24; t++)
			assert_int_equal(bko_plan_observe(item, passengers[120 + t], 0), BKO_OK);
		assert_int_equal(bko_plan_state_read(item, &reading), BKO_OK);
		assert_true(reading.periods < 0x90000000u && reading.periods > 0x70000000u);
		if (is_counted)
			assert_near(reading.interval, 1, 1e-6);
		/* Two years later the place in the year is the same. */
		if (kind != BKO_PLAN_MOVING_AVERAGE && reading.season == 12)
			assert_int_equal(reading.periods % 12, 11);
		free(item);
	}
}

static void bands_are_saved_too(void **state)
{
	struct bko_plan_band band = {.struct_size = sizeof band},
			     back = {.struct_size = sizeof back};
	unsigned char bytes[32];
	size_t size, i;

	(void)state;
	assert_int_equal(bko_plan_band_init(&band, .9), BKO_OK);
	band.misses = 7;
	band.periods = 70;
	band.spread = 1.7;
	assert_int_equal(bko_plan_band_save(&band, bytes, 31, &size), BKO_E_BUFFER);
	assert_int_equal(size, 32);
	memset(bytes, 0xff, sizeof bytes);
	assert_int_equal(bko_plan_band_save(&band, bytes, 32, &size), BKO_OK);
	assert_true(bytes[0] == 1 && bytes[4] == 7 && bytes[8] == 70 && bytes[12] == 0);
	assert_int_equal(bko_plan_band_load(&back, bytes, 32), BKO_OK);
	assert_memory_equal(&band, &back, sizeof band);
	assert_int_equal(bko_plan_band_load(&back, bytes, 31), BKO_E_CORRUPT);
	bytes[0] = 2;
	assert_int_equal(bko_plan_band_load(&back, bytes, 32), BKO_E_FORMAT);
	bytes[0] = 0;
	assert_int_equal(bko_plan_band_load(&back, bytes, 32), BKO_E_CORRUPT);
	for (i = 0; i < (size_t)rounds_of(20000); i++) {
		size_t k;

		for (k = 0; k < 32; k++)
			bytes[k] = (unsigned char)next_random();
		bytes[0] = 1;
		memset(bytes + 1, 0, 3);
		if (bko_plan_band_load(&back, bytes, 32) == BKO_OK)
			assert_true(back.coverage > 0 && back.coverage < 1 && back.spread > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_these),
		cmocka_unit_test(states_of_older_releases_load),
		cmocka_unit_test(figures_are_those_of_other_platforms),
		cmocka_unit_test(a_loaded_state_goes_on_as_if_never_saved),
		cmocka_unit_test(impossible_states_are_refused),
		cmocka_unit_test(any_bytes_are_a_state_or_an_error),
		cmocka_unit_test(noise_is_refused),
		cmocka_unit_test(newer_formats_are_told_apart),
		cmocka_unit_test(a_given_start_is_saved),
		cmocka_unit_test(counts_never_overflow),
		cmocka_unit_test(bands_are_saved_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
