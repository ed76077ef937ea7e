/*
 * shapes.h - what each stored record is made of, told a second time, so that one
 * test can fill, compare and break them all.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_BASE_SHAPES_H
#define TESTS_BASE_SHAPES_H

#include "base/number.h"
#include "base/records.h"

/* What a member may hold. */
enum range {
	QUANTITY,
	POSITIVE,
	AMOUNT,
	TIME,
	AWAY, /* a time that is stored by its distance */
	UNTIL,
	COUNT_48,
	COUNT_64,
	U32,
	U16,
	U8,
	ANY,
	LINES,
	CANDIDATES,
	DAYS,
	MINUTES,
	OFFSET,
	HASH,
	ID
};

struct run {
	enum range range;
	size_t offset;
	uint32_t count;
	uint32_t counted; /* 1: only as many as the record's counter says */
};

struct shape {
	const char *name;
	size_t size;
	void (*put)(struct bko__writer *w, const void *record);
	int (*get)(struct bko_span value, void *record);
	const struct run *runs;
	uint32_t run_count;
	uint32_t most;  /* elements counted */
	size_t counter; /* offset of the uint32_t that counts them */
};

extern const struct shape shapes[];
extern const uint32_t shape_count;

union any_record {
	struct bko__settings settings;
	struct bko__defaults defaults;
	struct bko__item item;
	struct bko__head head;
	struct bko__supply supply;
	struct bko__part part;
	struct bko__order order;
	struct bko__line line;
	struct bko__place place;
	struct bko__opcome opcome;
	struct bko__unit unit;
	struct bko__agenda agenda;
	struct bko__limit limit;
	struct bko__counted counted;
	struct bko__lane lane;
	struct bko__event event;
	struct bko__buckets buckets;
	struct bko__calendar calendar;
	int64_t number;
};

/* Bytes that ids of filled records point to, and one more than an id may have. */
extern const uint8_t shape_letters[BKO_ID_MAX + 1];

/* Calls back for each member that the record has. */
typedef void shape_visit(void *host, enum range range, uint8_t *member);
void shape_walk(const struct shape *shape, void *record, shape_visit *visit, void *host);

size_t range_width(enum range range);
int64_t range_low(enum range range);
uint64_t range_high(enum range range);
void range_store(enum range range, uint8_t *member, uint64_t value);

#endif
