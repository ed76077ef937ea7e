/*
 * Fuzz target: every decoder of records and keys. What decodes must encode to bytes
 * that decode to the same record; nothing may be read outside the bytes given.
 *
 * SPDX-License-Identifier: MIT
 */
#include "target.h"

#include "base/records.h"

#include <stdlib.h>
#include <string.h>

/* Decodes, encodes, decodes and encodes again: both encodings must agree. */
#define WHOLE(name, type)                                                  \
	static int round_##name(struct bko_span in, struct bko__writer *w) \
	{                                                                  \
		static type record;                                        \
		memset(&record, 0, sizeof record);                         \
		if (bko__##name##_get(in, &record))                        \
			return 0;                                          \
		bko__##name##_put(w, &record);                             \
		return 1;                                                  \
	}
#define PIECE(name, type)                                                  \
	static int round_##name(struct bko_span in, struct bko__writer *w) \
	{                                                                  \
		static type record;                                        \
		struct bko__reader r = {in.data, in.size, 0, 0};           \
		memset(&record, 0, sizeof record);                         \
		bko__##name##_read(&r, &record);                           \
		if (r.bad)                                                 \
			return 0;                                          \
		bko__##name##_write(w, &record);                           \
		return 1;                                                  \
	}

/* What lines and places, and parts, are told by. */
static const struct bko__order order = {.placed = 1790000000000, .order_class = 3};
static const struct bko__rank rank = {.band = 3, .time = 1790000000000};
#define PIECE_BY(name, type, by)                                           \
	static int round_##name(struct bko_span in, struct bko__writer *w) \
	{                                                                  \
		static type record;                                        \
		struct bko__reader r = {in.data, in.size, 0, 0};           \
		memset(&record, 0, sizeof record);                         \
		bko__##name##_read(&r, by, &record);                       \
		if (r.bad)                                                 \
			return 0;                                          \
		bko__##name##_write(w, by, &record);                       \
		return 1;                                                  \
	}

WHOLE(settings, struct bko__settings)
WHOLE(defaults, struct bko__defaults)
WHOLE(item, struct bko__item)
WHOLE(policy, struct bko_policy)
WHOLE(head, struct bko__head)
WHOLE(supply, struct bko__supply)
WHOLE(agenda, struct bko__agenda)
WHOLE(limit, struct bko__limit)
WHOLE(lane, struct bko__lane)
WHOLE(buckets, struct bko__buckets)
WHOLE(calendar, struct bko__calendar)
WHOLE(counted, struct bko__counted)
PIECE(order, struct bko__order)
PIECE_BY(line, struct bko__line, &order)
PIECE_BY(place, struct bko__place, &order)
PIECE(opcome, struct bko__opcome)
PIECE(unit, struct bko__unit)
PIECE(event, struct bko__event)

static int round_part(struct bko_span in, struct bko__writer *w)
{
	struct bko__part part;
	memset(&part, 0, sizeof part);
	if (bko__part_get(in, &rank, &part))
		return 0;
	bko__part_write(w, &rank, &part);
	return 1;
}

static int round_number(struct bko_span in, struct bko__writer *w)
{
	int64_t number;
	if (bko__number_get(in, &number))
		return 0;
	bko__number_put(w, number);
	return 1;
}

static int round_rank(struct bko_span in, struct bko__writer *w)
{
	struct bko__rank own, again;
	struct bko__key key;
	if (!bko__key_get_rank(in.data, in.size, 0, &own))
		return 0;
	bko__key_begin(&key, 'w');
	bko__key_rank(&key, &own);
	if (!bko__key_get_rank(key.bytes, key.size, 1, &again) || bko__rank_compare(&own, &again))
		abort();
	bko__write_bytes(w, key.bytes + 1, key.size - 1);
	return 1;
}

typedef int (*round_fn)(struct bko_span, struct bko__writer *);
static const round_fn rounds[] = {
	round_settings, round_defaults, round_item,    round_policy,  round_head,     round_supply,
	round_agenda,   round_limit,    round_lane,    round_buckets, round_calendar, round_order,
	round_line,     round_place,    round_opcome,  round_unit,    round_event,    round_part,
	round_number,   round_rank,     round_counted,
};
enum { ROUNDS = sizeof rounds / sizeof *rounds };

/* The first byte says which decoder. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t first[8192], second[8192];
	struct bko__writer a = {first, 0, sizeof first, 0}, b = {second, 0, sizeof second, 0};
	struct bko_span in, again;
	uint8_t *exact;
	if (!size)
		return 0;
	/* bytes of their own, so that reading behind them is seen */
	exact = malloc(size);
	if (!exact)
		return 0;
	memcpy(exact + 1, data + 1, size - 1);
	in.data = exact + 1;
	in.size = size - 1;
	if (rounds[data[0] % ROUNDS](in, &a)) {
		again.data = first;
		again.size = a.size;
		if (a.full || !rounds[data[0] % ROUNDS](again, &b) || a.size != b.size ||
		    memcmp(first, second, a.size))
			abort();
	}
	free(exact);
	return 0;
}

const uint32_t fuzz_executions = 2000000;
const char fuzz_name[] = "record decoders";

uint32_t fuzz_corpus(uint32_t n, uint8_t *bytes, uint32_t room)
{
	/* records of zeros are the plainest of all; the driver makes the rest of them */
	struct bko__writer w = {bytes + 1, 0, room - 1, 0};
	static union {
		struct bko__settings settings;
		struct bko__defaults defaults;
		struct bko__item item;
		struct bko__head head;
		struct bko__supply supply;
		struct bko__limit limit;
		struct bko__order order;
		struct bko__line line;
		struct bko__part part;
		struct bko__event event;
		struct bko__calendar calendar;
		struct bko__buckets buckets;
		struct bko__agenda agenda;
		struct bko__opcome opcome;
		struct bko__place place;
		struct bko__counted counted;
		struct bko__lane lane;
	} zero;
	bytes[0] = (uint8_t)n;
	switch (n) {
	case 0: bko__settings_put(&w, &zero.settings); break;
	case 1: bko__defaults_put(&w, &zero.defaults); break;
	case 2: bko__item_put(&w, &zero.item); break;
	case 3: bko__policy_put(&w, &zero.defaults.policy); break;
	case 4:
		zero.head.quantum = 1; /* none is no head */
		bko__head_put(&w, &zero.head);
		zero.head.quantum = 0;
		break;
	case 5: bko__supply_put(&w, &zero.supply); break;
	case 6: bko__agenda_put(&w, &zero.agenda); break;
	case 7: bko__limit_put(&w, &zero.limit); break;
	case 8: bko__lane_put(&w, &zero.lane); break;
	case 9: bko__buckets_put(&w, &zero.buckets); break;
	case 10: bko__calendar_put(&w, &zero.calendar); break;
	case 11: bko__order_write(&w, &zero.order); break;
	case 12: bko__line_write(&w, &order, &zero.line); break;
	case 13: bko__place_write(&w, &order, &zero.place); break;
	case 14: bko__opcome_write(&w, &zero.opcome); break;
	case 15: bko__write_bytes(&w, (const uint8_t *)"\7\2\1\1", 4); break;
	case 16: bko__event_write(&w, &zero.event); break;
	case 17: bko__part_write(&w, &rank, &zero.part); break;
	case 18: bko__number_put(&w, 5); break;
	case 19: bko__write_bytes(&w, (const uint8_t *)&zero, 32); break;
	case 20: bko__counted_put(&w, &zero.counted); break;
	default: return 0;
	}
	return (uint32_t)w.size + 1;
}
