/*
 * tests/store/log_torn.c - a log cut at every byte of everything it programs
 * and at every erase, with each kind of what a cut may leave; opened again it
 * holds the batches that were acknowledged, and at most the one in flight; and
 * once it was opened, the same ever after.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log_stage.h"

enum { EVENTS = 4000, BYTES = 1 << 20, BATCHES = 60, SMALL = 64 << 10 };

/* What was done to the medium, in order. */
struct event {
	uint64_t at;
	uint32_t size;
	uint32_t erase;
	uint32_t data; /* where in `bytes` */
	uint32_t done; /* batches that were acknowledged before it */
};
static struct event events[EVENTS];
static size_t event_count;
static unsigned char bytes[BYTES];
static size_t byte_count;
static uint64_t hashes[BATCHES + 1]; /* after so many batches */
static uint32_t acknowledged;

static struct stage stage;
static struct stage again;

static struct event *event_add(uint64_t at, uint32_t size, uint32_t erase)
{
	struct event *event = &events[event_count++];

	assert_true(event_count <= EVENTS);
	event->at = at;
	event->size = size;
	event->erase = erase;
	event->data = (uint32_t)byte_count;
	event->done = acknowledged;
	return event;
}

static int32_t trace_program(void *host, uint64_t at, const void *data, uint32_t size)
{
	(void)host;
	event_add(at, size, 0);
	assert_true(byte_count + size <= BYTES);
	memcpy(bytes + byte_count, data, size);
	byte_count += size;
	return stage.inner.program(&stage.ram, at, data, size);
}

static int32_t trace_erase(void *host, uint64_t at)
{
	(void)host;
	event_add(at, stage.inner.erase_unit, 1);
	return stage.inner.erase(&stage.ram, at);
}

/* A history with closes, crashes and compactions; what it does to the medium. */
static void record(const struct stage_shape *shape, uint64_t seed)
{
	uint32_t i;

	event_count = 0;
	byte_count = 0;
	acknowledged = 0;
	stage_set(&stage, shape, seed);
	stage.medium.program = trace_program;
	stage.medium.erase = trace_erase;
	stage.rows = 20;
	stage.largest = 40;
	assert_int_equal(stage_open(&stage), BKO_OK);
	bko_memory_hash(stage.twin, &hashes[0]);
	for (i = 0; i < BATCHES; i++) {
		stage_choose(&stage);
		assert_int_equal(stage_apply(&stage), BKO_REPLY_DONE);
		bko_memory_hash(stage.twin, &hashes[i + 1]);
		acknowledged = i + 1;
		if (i % 20 == 9)
			assert_int_equal(bko_log_compact(stage.log), BKO_OK);
		if (i % 2 == 0)
			assert_int_equal(bko_log_step(stage.log, i, 1, NULL), BKO_OK);
		if (i % 15 == 14) {
			if (i % 2 == 0)
				assert_int_equal(bko_log_close(stage.log), BKO_OK);
			else
				stage_crash(&stage);
			assert_int_equal(stage_open(&stage), BKO_OK);
		}
	}
	assert_int_equal(bko_log_close(stage.log), BKO_OK);
	stage.log = NULL;
	stage_clear(&stage);
}

/* What is left where a program or erase was cut: what was there, what was to
 * be, or a mixture. */
enum { LEFT_OLD, LEFT_ZEROS, LEFT_ONES, LEFT_RANDOM, LEFT_MIXED, LEFT_KINDS };

static void leave(unsigned char *to, const unsigned char *wanted, uint32_t size, uint32_t kind,
                  uint64_t *random)
{
	uint32_t i;

	for (i = 0; i < size; i++)
		switch (kind) {
		case LEFT_ZEROS: to[i] = 0; break;
		case LEFT_ONES: to[i] = 0xff; break;
		case LEFT_RANDOM: to[i] = (unsigned char)shadow_random(random); break;
		case LEFT_MIXED:
			if (shadow_below(random, 2) == 0)
				to[i] = wanted != NULL ? wanted[i] : 0xff;
			break;
		default: break;
		}
}

/* Opens what a cut left, twice: the second time after the first recovered. */
static void check(const struct event *event, uint32_t cut, uint32_t kind)
{
	uint64_t hash = 0, first = 0;
	uint32_t round;

	for (round = 0; round < 2; round++) {
		int32_t status = stage_open(&again);

		if (status == BKO_OK)
			bko_log_hash(again.log, &hash);
		if (round == 0)
			first = hash;
		if (status != BKO_OK || hash != first ||
		    (hash != hashes[event->done] &&
		     (event->done == BATCHES || hash != hashes[event->done + 1])))
			fail_msg("event %u at %u+%u of %u, kind %u, round %u: status %d after %u",
			         (unsigned)(event - events), (unsigned)event->at, cut, event->size,
			         kind, round, (int)status, event->done);
		if (round == 0)
			stage_crash(&again);
	}
	assert_int_equal(bko_log_close(again.log), BKO_OK);
	again.log = NULL;
}

static size_t cut_everywhere(const struct stage_shape *shape, uint64_t seed, uint32_t stride)
{
	static unsigned char image[SMALL];
	uint64_t random = seed;
	size_t i, cuts = 0;
	uint32_t cut, kind;

	record(shape, seed);
	stage_set(&again, shape, seed);
	memcpy(image, again.image, sizeof image);
	for (i = 0; i < event_count; i++) {
		const struct event *event = &events[i];
		unsigned char *place = image + event->at;
		const unsigned char *data = event->erase ? NULL : bytes + event->data;
		uint32_t unit = event->erase ? 512 : shape->program_unit;

		for (cut = 0; cut < event->size; cut += unit * stride) {
			for (kind = 0; kind < LEFT_KINDS; kind++) {
				memcpy(again.image, image, sizeof image);
				if (data != NULL)
					memcpy(again.image + event->at, data, cut);
				else
					memset(again.image + event->at, (int)stage.inner.erased,
					       cut);
				leave(again.image + event->at + cut,
				      data != NULL ? data + cut : NULL, event->size - cut, kind,
				      &random);
				check(event, cut, kind);
				cuts++;
			}
		}
		if (data != NULL)
			memcpy(place, data, event->size);
		else
			memset(place, (int)stage.inner.erased, event->size);
	}
	stage_clear(&again);
	return cuts;
}

static void nothing_acknowledged_is_lost(void **state)
{
	static const struct {
		struct stage_shape shape;
		uint32_t stride;
	} cases[] = {
		{{"as a file", 1, 512, 0, 1024, 24 << 10}, 7},
		{{"flash of bytes", 1, 1024, 1, 0, 24 << 10}, 7},
		{{"flash of words", 8, 1024, 1, 0, 24 << 10}, 1},
		{{"flash of 16, zeros", 16, 2048, 2, 0, 32 << 10}, 1},
		{{"flash of pages", 64, 2048, 1, 0, 48 << 10}, 1},
	};
	size_t i, cuts = 0;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cuts += cut_everywhere(&cases[i].shape, i + 1, cases[i].stride);
	print_message("%u cuts\n", (unsigned)cuts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_acknowledged_is_lost),
	};

	return cmocka_run_group_tests_name("store/log_torn", tests, NULL, NULL);
}
