/*
 * States as bytes: the head in 16 bytes, then each double as the 8 bytes of its
 * IEEE 754 image, all little-endian. The format's version shares a byte with
 * the flags. What the doubles may be, and how each scales with demand, is told
 * by a short list of runs, which loading and copying for a like item both use.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/state.h"

#include <string.h>

enum { STATE_FORMAT = 1, STATE_HEAD_SIZE = 16, STATE_FLAGS_MASK = 15, STATE_RUNS_MAX = 10 };

enum plan_run_code {
	RUN_SHARE,  /* 0 to 1 */
	RUN_FIGURE, /* not negative, of no unit */
	RUN_FACTOR, /* of a season: bounded from below, it divides */
	RUN_UNITS,  /* units of demand */
	RUN_AMOUNT, /* units, not negative */
	RUN_SQUARE  /* squared units, not negative */
};

struct plan_run {
	uint32_t code;
	size_t count;
};

static const double run_units_max = 1e110;
static const double run_square_max = 1e230;
static const double run_factor_min = 1e-3;

static size_t layout_put(struct plan_run *runs, size_t n, uint32_t code, size_t count)
{
	runs[n].code = code;
	runs[n].count = count;
	return n + 1;
}

static size_t layout_smooth(const bko_plan_state *state, struct plan_run *runs)
{
	int factors = state->kind == BKO_PLAN_WINTERS_MULTIPLICATIVE && (state->flags & STATE_WARM);
	size_t rest = bko__plan_cells(state) - 8;
	size_t n = layout_put(runs, 0, RUN_SHARE, 4);

	n = layout_put(runs, n, RUN_UNITS, 2);
	n = layout_put(runs, n, RUN_SQUARE, 1);
	n = layout_put(runs, n, RUN_UNITS, 1);
	if (factors) {
		n = layout_put(runs, n, RUN_FIGURE, state->season);
		rest -= state->season;
	}
	return layout_put(runs, n, RUN_UNITS, rest);
}

static size_t layout_slow(const bko_plan_state *state, struct plan_run *runs)
{
	size_t n = layout_put(runs, 0, RUN_SHARE, 2);

	n = layout_put(runs, n, state->kind == BKO_PLAN_TSB ? RUN_SHARE : RUN_FIGURE, 1);
	n = layout_put(runs, n, RUN_AMOUNT, 1);
	n = layout_put(runs, n, RUN_SQUARE, 1);
	n = layout_put(runs, n, RUN_AMOUNT, 1);
	return layout_put(runs, n, RUN_SQUARE, 1);
}

static size_t layout_sku(struct plan_run *runs)
{
	size_t n = layout_put(runs, 0, RUN_SHARE, 1);

	n = layout_put(runs, n, RUN_AMOUNT, 2);
	n = layout_put(runs, n, RUN_SQUARE, 1);
	n = layout_put(runs, n, RUN_AMOUNT, 1);
	return layout_put(runs, n, RUN_SQUARE, 1);
}

static size_t layout_auto(const bko_plan_state *state, struct plan_run *runs)
{
	size_t n = layout_put(runs, 0, RUN_SHARE, 1);

	n = layout_put(runs, n, RUN_AMOUNT, 2);
	n = layout_put(runs, n, RUN_SQUARE, 2);
	n = layout_put(runs, n, RUN_FIGURE, 2);
	n = layout_put(runs, n, RUN_UNITS, BANK_CELLS - BANK_MEMBERS);
	n = layout_put(runs, n, RUN_SQUARE, BANK_MEMBERS);
	if (!(state->flags & STATE_WARM))
		return layout_put(runs, n, RUN_UNITS, BANK_CELLS + (size_t)state->season);
	n = layout_put(runs, n, RUN_UNITS, BANK_CELLS - BANK_MEMBERS);
	n = layout_put(runs, n, RUN_SQUARE, BANK_MEMBERS);
	return layout_put(runs, n, RUN_FACTOR, state->season);
}

static size_t layout_state(const bko_plan_state *state, struct plan_run *runs)
{
	if (state->kind == BKO_PLAN_AUTO)
		return layout_auto(state, runs);
	if (state->kind == BKO_PLAN_SKU)
		return layout_sku(runs);
	return bko__plan_is_slow(state->kind) ? layout_slow(state, runs)
	                                      : layout_smooth(state, runs);
}

static int run_allows(uint32_t code, double x)
{
	switch (code) {
	case RUN_SHARE: return x >= 0 && x <= 1;
	case RUN_FIGURE: return x >= 0 && x <= run_units_max;
	case RUN_FACTOR: return x >= run_factor_min && x <= run_units_max;
	case RUN_UNITS: return x >= -run_units_max && x <= run_units_max;
	case RUN_AMOUNT: return x >= 0 && x <= run_units_max;
	default: return x >= 0 && x <= run_square_max;
	}
}

void bko__plan_put_bytes(unsigned char *bytes, uint64_t value, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		bytes[i] = (unsigned char)(value >> 8 * i & 255);
}

uint64_t bko__plan_get_bytes(const unsigned char *bytes, size_t size)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < size; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

void bko__plan_put_double(unsigned char *bytes, double x)
{
	uint64_t image;

	memcpy(&image, &x, sizeof image);
	bko__plan_put_bytes(bytes, image, sizeof image);
}

double bko__plan_get_double(const unsigned char *bytes)
{
	uint64_t image = bko__plan_get_bytes(bytes, sizeof image);
	double x;

	memcpy(&x, &image, sizeof x);
	return x;
}

static void put_state_head(unsigned char *bytes, const bko_plan_state *state)
{
	bko__plan_put_bytes(bytes, state->kind, 1);
	bko__plan_put_bytes(bytes + 1, state->flags | (uint64_t)STATE_FORMAT << 4, 1);
	bko__plan_put_bytes(bytes + 2, state->season, 2);
	bko__plan_put_bytes(bytes + 4, state->seen, 4);
	bko__plan_put_bytes(bytes + 8, state->sales, 4);
	bko__plan_put_bytes(bytes + 12, state->count, 4);
}

static int slots_fit(const bko_plan_state *head)
{
	switch (head->kind) {
	case BKO_PLAN_SEASONAL_NAIVE:
	case BKO_PLAN_MOVING_AVERAGE:
		return head->season >= 1 && head->season <= BKO_PLAN_WINDOW_MAX;
	case BKO_PLAN_WINTERS_ADDITIVE:
	case BKO_PLAN_WINTERS_MULTIPLICATIVE:
		return head->season >= 2 && head->season <= BKO_PLAN_SEASON_MAX;
	case BKO_PLAN_AUTO: return head->season != 1 && head->season <= BKO_PLAN_SEASON_MAX;
	default: return head->season == 0;
	}
}

static int flags_fit(const bko_plan_state *head)
{
	int can_start = head->kind == BKO_PLAN_SES || head->kind == BKO_PLAN_HOLT ||
	                head->kind == BKO_PLAN_DAMPED || head->kind == BKO_PLAN_THETA;
	/* Whether the slots hold a season follows from the count. */
	int warm = (bko__plan_is_winters(head->kind) || head->kind == BKO_PLAN_AUTO) &&
	           head->season > 0 && head->seen >= 2u * head->season;

	if ((head->flags & STATE_STARTED) && !can_start)
		return 0;
	if ((head->flags & STATE_NEGATIVE) && head->kind != BKO_PLAN_AUTO)
		return 0;
	return warm == ((head->flags & STATE_WARM) != 0);
}

static int counts_fit(const bko_plan_state *head)
{
	if (head->kind == BKO_PLAN_AUTO)
		return head->count <= head->seen && head->sales <= head->count;
	if (head->kind == BKO_PLAN_SKU)
		return head->count == 0 && head->sales <= head->seen;
	if (bko__plan_is_slow(head->kind))
		return head->count <= head->seen && head->sales <= head->seen;
	return head->count == 0 && head->sales == 0;
}

static int32_t get_state_head(bko_plan_state *head, const unsigned char *bytes)
{
	uint32_t format = bytes[1] >> 4;

	head->kind = bytes[0];
	head->flags = bytes[1] & STATE_FLAGS_MASK;
	head->season = (uint16_t)bko__plan_get_bytes(bytes + 2, 2);
	head->seen = (uint32_t)bko__plan_get_bytes(bytes + 4, 4);
	head->sales = (uint32_t)bko__plan_get_bytes(bytes + 8, 4);
	head->count = (uint32_t)bko__plan_get_bytes(bytes + 12, 4);
	if (format > STATE_FORMAT)
		return BKO_E_FORMAT;
	if (format < STATE_FORMAT || head->kind < BKO_PLAN_NAIVE || head->kind > BKO_PLAN_AUTO)
		return BKO_E_CORRUPT;
	if (!bko__plan_has(head->kind))
		return BKO_E_UNSUPPORTED;
	return slots_fit(head) && flags_fit(head) && counts_fit(head) ? BKO_OK : BKO_E_CORRUPT;
}

int32_t bko_plan_state_save(const bko_plan_state *state, void *bytes, size_t capacity, size_t *size)
{
	int32_t status = bko__plan_check_state(state);
	unsigned char *out = bytes;
	const unsigned char *in = (const unsigned char *)state;
	size_t need, i;
	double x;

	if (status != BKO_OK)
		return status;
	if (!bytes || !size)
		return BKO_E_MISUSE;
	need = STATE_HEAD_SIZE + 8 * bko__plan_cells(state);
	*size = need;
	if (capacity < need)
		return BKO_E_BUFFER;
	put_state_head(out, state);
	for (i = STATE_HEAD_SIZE; i < need; i += 8) {
		memcpy(&x, in + i, sizeof x);
		bko__plan_put_double(out + i, x);
	}
	return BKO_OK;
}

int32_t bko_plan_state_load(bko_plan_state *state, size_t room, const void *bytes, size_t size)
{
	struct plan_run runs[STATE_RUNS_MAX];
	const unsigned char *in = bytes;
	unsigned char *out = (unsigned char *)state;
	bko_plan_state head;
	size_t i, k, count;
	size_t at = STATE_HEAD_SIZE;
	int32_t status;

	if (!state || ((uintptr_t)state & 7) != 0 || !bytes)
		return BKO_E_MISUSE;
	if (size < STATE_HEAD_SIZE)
		return BKO_E_CORRUPT;
	status = get_state_head(&head, in);
	if (status != BKO_OK)
		return status;
	if (size != STATE_HEAD_SIZE + 8 * bko__plan_cells(&head))
		return BKO_E_CORRUPT;
	count = layout_state(&head, runs);
	for (k = 0; k < count; k++)
		for (i = 0; i < runs[k].count; i++, at += 8)
			if (!run_allows(runs[k].code, bko__plan_get_double(in + at)))
				return BKO_E_CORRUPT;
	if (room < size)
		return BKO_E_BUFFER;
	memcpy(state, &head, sizeof head);
	for (at = STATE_HEAD_SIZE; at < size; at += 8) {
		double x = bko__plan_get_double(in + at);

		memcpy(out + at, &x, sizeof x);
	}
	return BKO_OK;
}

/* The borrowed experience is made to count as fewer periods; how often and how
 * unevenly it sells stays. */
static void shorten_experience(bko_plan_state *state, uint32_t periods)
{
	double kept = (double)periods / state->seen;
	double sales;

	if (periods >= state->seen)
		return;
	sales = state->sales * kept + 0.5;
	state->seen = periods;
	state->sales = sales < 1 && state->sales > 0 ? 1 : (uint32_t)sales;
	if (state->count > state->seen)
		state->count = state->seen;
}

static double *square_of(bko_plan_state *state)
{
	return state->kind == BKO_PLAN_SKU ? &((struct plan_sku *)state)->square
	                                   : &((struct plan_slow *)state)->square;
}

int32_t bko_plan_state_like(bko_plan_state *state, size_t size, const bko_plan_state *like,
                            double scale, uint32_t periods)
{
	struct plan_run runs[STATE_RUNS_MAX];
	int32_t status = bko__plan_check_seen(like);
	unsigned char *out = (unsigned char *)state;
	size_t i, k, count;
	size_t at = STATE_HEAD_SIZE;

	if (status != BKO_OK)
		return status;
	if (!state || ((uintptr_t)state & 7) != 0 || state == like)
		return BKO_E_MISUSE;
	if (!(scale > 0 && scale <= 1e6) || periods < 1)
		return BKO_E_ARGUMENT;
	if (size < STATE_HEAD_SIZE + 8 * bko__plan_cells(like))
		return BKO_E_BUFFER;
	memcpy(state, like, STATE_HEAD_SIZE + 8 * bko__plan_cells(like));
	state->flags &= (uint8_t)~STATE_ENDED;
	count = layout_state(like, runs);
	for (k = 0; k < count; k++) {
		double factor = runs[k].code == RUN_SQUARE  ? scale * scale
		                : runs[k].code >= RUN_UNITS ? scale
		                                            : 1;

		for (i = 0; i < runs[k].count; i++, at += 8) {
			double x;

			memcpy(&x, out + at, sizeof x);
			x *= factor;
			if (!run_allows(runs[k].code, x))
				x = 0;
			memcpy(out + at, &x, sizeof x);
		}
	}
	if (bko__plan_is_slow(state->kind) && state->sales > 0) {
		uint32_t before = state->sales;

		shorten_experience(state, periods);
		*square_of(state) *= (double)state->sales / before;
	}
	return BKO_OK;
}
