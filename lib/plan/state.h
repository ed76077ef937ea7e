/*
 * Layout of the forecasting states, and what their methods share.
 *
 * A state is a head of 16 bytes and then doubles, nothing else: so one codec
 * saves them all, and one list of runs says what the doubles mean. The head's
 * `season` is the number of slots at the end, whatever they hold.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef PLAN_STATE_H
#define PLAN_STATE_H

#include "plan/inner.h"

enum {
	STATE_ENDED = 1,    /* end of life */
	STATE_NEGATIVE = 2, /* a negative value was seen */
	STATE_WARM = 4,     /* seasonal: two seasons are known, the slots hold the season */
	STATE_STARTED = 8   /* level and trend were given before the first observation */
};

struct bko_plan_state {
	uint8_t kind;
	uint8_t flags;
	uint16_t season;
	uint32_t seen;  /* periods since the first observation */
	uint32_t sales; /* of these, not zero */
	uint32_t count; /* Croston's kinds: periods since the last sale, it included;
	                 * automatic: periods that were not passed over */
};

/* Naive to Theta. The Winters kinds have a second set of slots, which holds the
 * second season until both have been seen. */
struct plan_smooth {
	struct bko_plan_state head;
	double alpha, beta, gamma, phi;
	double level;
	double trend; /* Theta: sum of products for the slope */
	double error;
	double mean; /* Theta: of all values */
	double slots[];
};

/* Croston to TSB. */
struct plan_slow {
	struct bko_plan_state head;
	double alpha, beta;
	double rhythm; /* interval; TSB: chance of a sale */
	double size;
	double error;
	double mean, square; /* of the sizes: mean, sum of squared deviations */
};

struct plan_sku {
	struct bko_plan_state head;
	double chance;
	double size;
	double mean, square;
	double level;
	double error;
};

enum {
	BANK_PLAIN = 7,  /* SES members come first */
	BANK_TREND = 16, /* then damped trends */
	BANK_MEMBERS = 23,
	BANK_CELLS = 62 /* levels, trends, errors */
};

struct plan_auto {
	struct bko_plan_state head;
	double chance;
	double size;
	double mean, square;
	double error;               /* of the slow-mover forecast */
	double weight, twin_weight; /* discounted number of errors in each bank */
	double bank[BANK_CELLS];
	double twin[BANK_CELLS]; /* on seasonally adjusted values; until warm, raw ones */
	double slots[];
};

/* Rates that several methods share: of the mean squared error, for regular
 * methods and for slow movers; of TSB where no rate was chosen. */
static const double plan_error_rate = 0.02;
static const double plan_slow_error_rate = 0.05;
static const double plan_slow_rate = 0.2;
/* Seasonal factors divide, so they are kept from 0. */
static const double plan_least_factor = 0.05;

/* What a state says about the future: a damped line, with or without season. */
struct plan_view {
	uint32_t kind; /* method that answers */
	double share;  /* weight in the forecast */
	double level, trend, phi;
	double error; /* squared, one step; with factors: of adjusted values */
	double alpha, beta, gamma;
	const double *slots;
	uint32_t season; /* 0: none */
	uint32_t phase;  /* slot of the next period */
	int factors;     /* slots multiply */
};

enum { VIEWS_MAX = 2 };

/* Whether this build has a kind; start and one period of a state of it. `learn` is
 * 0 for a period passed over. */
int bko__plan_has(uint32_t kind);
void bko__plan_start(bko_plan_state *state, const struct bko_plan_method *in);
void bko__plan_step(bko_plan_state *state, double value, int learn);
/* Mean and sum of squared deviations of the sizes; NULL: the kind has none. */
const double *bko__plan_sizes(const bko_plan_state *state);
/* Views of a state that has seen something: at most VIEWS_MAX. */
size_t bko__plan_views(const bko_plan_state *state, struct plan_view *views);
/* Whether the state speaks of counted demand now. */
int bko__plan_is_counted(const bko_plan_state *state);
/* Forecast of the period `ahead` (1 is the next), not yet kept from below 0. */
double bko__plan_view_mean(const struct plan_view *view, uint32_t ahead);
double bko__plan_next(const bko_plan_state *state);

/* Whether a pointer is a state at all, and has seen something. */
int32_t bko__plan_check_state(const bko_plan_state *state);
int32_t bko__plan_check_seen(const bko_plan_state *state);
size_t bko__plan_cells(const bko_plan_state *state);
int bko__plan_is_winters(uint32_t kind);
int bko__plan_is_slow(uint32_t kind); /* intermittent kinds and SKU */
double bko__plan_cv2(double mean, double square, uint32_t sales);
uint32_t bko__plan_class(double interval, double cv2);

/* One period. `learn` is 0 for a period passed over; value is then not used. */
void bko__plan_smooth_step(struct plan_smooth *state, double value, int learn);
void bko__plan_winters_step(struct plan_smooth *state, double value, int learn);
void bko__plan_slow_step(struct plan_slow *state, double value, int learn);
void bko__plan_sku_step(struct plan_sku *state, double value, int learn);
void bko__plan_auto_step(struct plan_auto *state, double value, int learn);

void bko__plan_smooth_view(const struct plan_smooth *state, struct plan_view *view);
void bko__plan_slow_view(const struct plan_slow *state, struct plan_view *view);
void bko__plan_sku_view(const struct plan_sku *state, struct plan_view *view);
size_t bko__plan_auto_views(const struct plan_auto *state, struct plan_view *views);

/* Mean squared error of slow movers, at its n-th error. */
void bko__plan_judge(double *error, double expected, double value, uint32_t n);
/* Averages that start as plain means: rate 1/n until that is below `rate`. */
double bko__plan_rate(double rate, uint32_t n);
/* Size of a sale, one far above what is usual cut down. */
double bko__plan_cut(double value, double size, uint32_t sales);
/* Running mean and sum of squared deviations, `sales` counted already. */
void bko__plan_moments(double *mean, double *square, uint32_t sales, double value);
/* Seasonal figures of two seasons by centred means, into season[0 .. m - 1];
 * line: intercept and slope of the trend, at the middle of the stretch. */
void bko__plan_decompose(const double *first, const double *second, size_t m, int factors,
                         double *season, double *line);

/* Little-endian bytes, and the image of a double in them. */
void bko__plan_put_bytes(unsigned char *bytes, uint64_t value, size_t size);
uint64_t bko__plan_get_bytes(const unsigned char *bytes, size_t size);
void bko__plan_put_double(unsigned char *bytes, double x);
double bko__plan_get_double(const unsigned char *bytes);

#endif
