/*
 * A store in memory, an engine on it, and short words for what the tests of
 * stock, supply and limits do and look at. Every test runs by callbacks, by
 * callbacks on a store that lends nothing, by hand, in an arena, and with rows
 * kept from call to call.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_ENGINE_STAGE_H
#define TESTS_ENGINE_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/order.h"
#include "engine/shortage.h"

enum { STAGE_EVENTS = 1024 };

struct stage_event {
	uint32_t kind, detail, line;
	int64_t amount, other, at;
	char order[BKO_ID_MAX + 1], item[BKO_ID_MAX + 1], location[BKO_ID_MAX + 1],
		cause[BKO_ID_MAX + 1];
};

struct stage {
	bko_memory *memory;
	struct bko_store store;
	bko_engine *engine;
	void *arena;
	bko_engine *eye; /* looks at rows, changes nothing */
	int64_t now;
	uint32_t numbers;
	struct stage_event events[STAGE_EVENTS];
	size_t event_count;
};

int stage_push(void **state);
int stage_shared(void **state);
int stage_pull(void **state);
int stage_arena(void **state);
int stage_warm(void **state);
int stage_down(void **state);
#define STAGED(test)                                                             \
	cmocka_unit_test_setup_teardown(test, stage_push, stage_down),           \
		cmocka_unit_test_setup_teardown(test, stage_shared, stage_down), \
		cmocka_unit_test_setup_teardown(test, stage_pull, stage_down),   \
		cmocka_unit_test_setup_teardown(test, stage_warm, stage_down),   \
		cmocka_unit_test_setup_teardown(test, stage_arena, stage_down)

/* Does what the engine wants, by hand; 0 if it wants nothing. */
int stage_answer(struct stage *s);

#define STAGE_FAILS(s, expected, call)                          \
	do {                                                    \
		int32_t status_;                                \
		do                                              \
			status_ = (call);                       \
		while (status_ == BKO_WANT && stage_answer(s)); \
		assert_int_equal(status_, expected);            \
	} while (0)
#define STAGE_OK(s, call) STAGE_FAILS(s, BKO_OK, call)

struct bko_span stage_span(const char *text);
/* An operation at the stage's time; id NULL: a fresh one. */
struct bko_op stage_op(struct stage *s, const char *id);

/* An item sold beyond stock, without a limit. */
void stage_item(struct stage *s, const char *item);
/* A position of it with nothing in it. */
void stage_make(struct stage *s, const char *item, const char *location);
void stage_policy(struct stage *s, const char *item, const struct bko_policy *policy);
void stage_receive(struct stage *s, const char *item, const char *location, int64_t quantity);
/* A request of one line at one location, in place: it points into itself. */
struct stage_asked {
	struct bko_span at;
	struct bko_line line;
	struct bko_order_request request;
};
void stage_ask(struct stage_asked *asked, const char *item, const char *location, int64_t quantity);

/* One line at one location; hold_until 0: an order. */
struct bko_outcome stage_place(struct stage *s, const char *id, const char *item,
                               const char *location, int64_t quantity, uint32_t order_class,
                               int64_t hold_until);
void stage_pick(struct stage *s, const char *order, int64_t quantity);
void stage_cancel(struct stage *s, const char *order);
struct bko_outcome stage_adjust(struct stage *s, uint32_t kind, const char *item,
                                const char *location, const char *bucket, int64_t quantity);

/* The head of a position as it is stored; it must be there. */
struct bko__head stage_head(struct stage *s, const char *item, const char *location);
int stage_there(struct stage *s, const char *item, const char *location);
/* A supply of a position; 0 if there is none. */
int stage_supply(struct stage *s, const char *item, const char *location, const char *supply,
                 struct bko__supply *record);

/* Units of an order's first line, over its places. */
struct stage_units {
	int64_t allocated, waiting, outside, picked, shipped;
	uint32_t waited;
};
struct stage_units stage_line(struct stage *s, const char *order);

/* Reads all events of lane 0; how many are of a kind, the sum of their amounts, the
 * last of them. */
void stage_read_events(struct stage *s);
size_t stage_told(struct stage *s, uint32_t kind, int64_t *sum);
const struct stage_event *stage_last(struct stage *s, uint32_t kind);

/* Reads so far, to count trips. */
uint64_t stage_reads(struct stage *s);

/* Runs the chain of a shortage to its end. */
void stage_chain(struct stage *s, const char *item, const char *location);

/* The head's sums are those of its lines, its figures add up, and the events fold to
 * what it says. */
void stage_check(struct stage *s, const char *item, const char *location);

#endif
