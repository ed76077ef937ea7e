/*
 * Text, names and dates. Everything is done with integers and without a
 * locale, so that a report reads the same on every machine.
 *
 * SPDX-License-Identifier: MIT
 */
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *text_room(void *block, size_t count, size_t size)
{
	void *room = count <= SIZE_MAX / size ? realloc(block, count * size + 1) : NULL;

	if (!room) {
		fprintf(stderr, "replay: out of memory\n");
		exit(1);
	}
	return room;
}

void *text_zeroed(size_t count, size_t size)
{
	void *room = text_room(NULL, count, size);

	memset(room, 0, count * size);
	return room;
}

struct bko_span text_span(const char *text)
{
	struct bko_span span = {text, strlen(text)};

	return span;
}

int text_equal(struct bko_span a, struct bko_span b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static uint64_t hash_of(struct bko_span name)
{
	const unsigned char *bytes = name.data;
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < name.size; i++)
		hash = (hash ^ bytes[i]) * 1099511628211u;
	return hash ^ hash >> 29;
}

/* The slot that holds the name, or the free one where it would be put. */
static uint32_t *slot_of(const struct names *names, struct bko_span name)
{
	uint32_t at = (uint32_t)hash_of(name) & (names->slot_count - 1);

	while (names->slots[at] != 0 && !text_equal(names->list[names->slots[at] - 1], name))
		at = (at + 1) & (names->slot_count - 1);
	return &names->slots[at];
}

static void names_grow(struct names *names)
{
	names->slot_count = names->slot_count ? names->slot_count * 2 : 1024;
	names->room = names->slot_count / 2;
	names->list = text_room(names->list, names->room, sizeof *names->list);
	free(names->slots);
	names->slots = text_zeroed(names->slot_count, sizeof *names->slots);
	for (uint32_t i = 0; i < names->count; i++)
		*slot_of(names, names->list[i]) = i + 1;
}

uint32_t names_add(struct names *names, struct bko_span name)
{
	uint32_t *slot;

	if (names->count == names->room)
		names_grow(names);
	slot = slot_of(names, name);
	if (*slot == 0) {
		names->list[names->count++] = name;
		*slot = names->count;
	}
	return *slot - 1;
}

uint32_t names_find(const struct names *names, struct bko_span name)
{
	if (names->count == 0)
		return NAMES_NONE;
	return *slot_of(names, name) - 1; /* 0 - 1 is NAMES_NONE */
}

void names_free(struct names *names)
{
	free(names->list);
	free(names->slots);
	memset(names, 0, sizeof *names);
}

static uint32_t pair_slot(const struct pairs *pairs, uint64_t key)
{
	uint64_t hash = key * 0x9e3779b97f4a7c15u;
	uint32_t at = (uint32_t)(hash >> 32) & (pairs->slot_count - 1);

	while (pairs->keys[at] != 0 && pairs->keys[at] != key)
		at = (at + 1) & (pairs->slot_count - 1);
	return at;
}

static void pairs_grow(struct pairs *pairs)
{
	struct pairs old = *pairs;

	pairs->slot_count = old.slot_count ? old.slot_count * 2 : 1024;
	pairs->keys = text_zeroed(pairs->slot_count, sizeof *pairs->keys);
	pairs->values = text_zeroed(pairs->slot_count, sizeof *pairs->values);
	for (uint32_t i = 0; i < old.slot_count; i++) {
		if (old.keys[i] != 0) {
			uint32_t at = pair_slot(pairs, old.keys[i]);

			pairs->keys[at] = old.keys[i];
			pairs->values[at] = old.values[i];
		}
	}
	free(old.keys);
	free(old.values);
}

uint32_t *pairs_at(struct pairs *pairs, uint32_t a, uint32_t b)
{
	uint64_t key = ((uint64_t)a << 32 | b) + 1; /* 0 marks a free slot */
	uint32_t at;

	if (pairs->count >= pairs->slot_count / 2)
		pairs_grow(pairs);
	at = pair_slot(pairs, key);
	if (pairs->keys[at] == 0) {
		pairs->keys[at] = key;
		pairs->count++;
	}
	return &pairs->values[at];
}

void pairs_free(struct pairs *pairs)
{
	free(pairs->keys);
	free(pairs->values);
	memset(pairs, 0, sizeof *pairs);
}

/* Days since 1970-01-01 of a date of the Gregorian calendar: years are counted
 * from March, so that the leap day is the last of its year. */
static int64_t days_of_date(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t days = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 + days - 719468;
}

static int month_days(int64_t year, int64_t month)
{
	static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

/* `form` has 0 where a digit belongs, and collects them, six groups at most. */
static int take_groups(struct bko_span text, const char *form, int64_t *groups)
{
	const char *bytes = text.data;
	int group = 0;

	if (text.size != strlen(form))
		return 0;
	for (size_t i = 0; i < text.size; i++) {
		if (form[i] == '0') {
			if (bytes[i] < '0' || bytes[i] > '9')
				return 0;
			groups[group] = groups[group] * 10 + (bytes[i] - '0');
		} else if (bytes[i] == form[i] || (form[i] == ' ' && bytes[i] == 'T')) {
			group++;
		} else {
			return 0;
		}
	}
	return 1;
}

int text_to_time(struct bko_span text, int64_t *ms)
{
	static const char *const forms[] = {"0000-00-00 00:00:00", "0000-00-00 00:00",
	                                    "0000-00-00"};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		int64_t g[6] = {0};

		if (!take_groups(text, forms[i], g))
			continue;
		if (g[0] < 1971 || g[1] < 1 || g[1] > 12 || g[2] < 1 ||
		    g[2] > month_days(g[0], g[1]) || g[3] > 23 || g[4] > 59 || g[5] > 59)
			return 0;
		*ms = days_of_date(g[0], g[1], g[2]) * DAY_MS +
		      ((g[3] * 60 + g[4]) * 60 + g[5]) * 1000;
		return 1;
	}
	return 0;
}

const char *text_of_time(char text[DATE_TEXT], int64_t ms)
{
	int64_t days = ms / DAY_MS + 719468;
	int64_t era = days / 146097;
	int64_t d = days % 146097;
	int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	int64_t in_year = d - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * in_year + 2) / 153;
	int64_t second = ms % DAY_MS / 1000;

	snprintf(text, DATE_TEXT, "%04u-%02u-%02u %02u:%02u:%02u",
	         (unsigned)(y + era * 400 + (m >= 10)) % 10000,
	         (unsigned)(m < 10 ? m + 3 : m - 9) % 100,
	         (unsigned)(in_year - (153 * m + 2) / 5 + 1) % 100, (unsigned)(second / 3600) % 100,
	         (unsigned)(second / 60 % 60), (unsigned)(second % 60));
	return text;
}

int text_to_number(struct bko_span text, int64_t most, int64_t *number)
{
	const char *bytes = text.data;
	size_t i = text.size > 0 && (bytes[0] == '-' || bytes[0] == '+');
	int64_t sum = 0;

	if (i == text.size)
		return 0;
	for (; i < text.size; i++) {
		if (bytes[i] < '0' || bytes[i] > '9' || sum > (most - (bytes[i] - '0')) / 10)
			return 0;
		sum = sum * 10 + (bytes[i] - '0');
	}
	*number = bytes[0] == '-' ? -sum : sum;
	return 1;
}

const char *text_of_count(char text[COUNT_TEXT], int64_t count)
{
	char digits[COUNT_TEXT];
	size_t size = (size_t)snprintf(digits, sizeof digits, "%" PRId64, count);
	size_t to = 0;

	for (size_t i = 0; i < size && to < COUNT_TEXT - 2; i++) {
		if (i > 0 && (size - i) % 3 == 0 && digits[i - 1] != '-')
			text[to++] = ',';
		text[to++] = digits[i];
	}
	text[to] = 0;
	return text;
}

const char *text_of_share(char text[COUNT_TEXT], int64_t part, int64_t whole)
{
	if (whole <= 0) {
		snprintf(text, COUNT_TEXT, "-");
	} else {
		/* Rounded down: 100.0 % means all of it. */
		int64_t tenths = part * 1000 / whole;

		snprintf(text, COUNT_TEXT, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
	}
	return text;
}

const char *text_of_days(char text[COUNT_TEXT], int64_t ms)
{
	int64_t tenths = (ms * 10 + DAY_MS / 2) / DAY_MS;

	snprintf(text, COUNT_TEXT, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
	return text;
}
