/*
 * Accuracy on the 3,003 series of the M3 competition, read from standard input
 * as lines `id,period,frequency,horizon,set,values...`, a `train` line and then
 * a `test` line for each. Classical methods are fitted here to the training part
 * by least squares and then run by the library, to compare with the published
 * benchmark of the M4 competition's R code; the automatic forecaster is run as
 * it is. Exits with 1 if a bound of the project is missed.
 *
 * SPDX-License-Identifier: MIT
 */
#include <backorder/plan.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH_MAX = 256, LINE_MAX_SIZE = 8192, HORIZON_MAX = 18, METHODS = 5 };

struct series {
	int season, horizon, length;
	double values[LENGTH_MAX];
};

/* Series without season, and what puts it back. */
struct adjusted {
	double values[LENGTH_MAX];
	double factors[LENGTH_MAX];
	int length, season;
};

struct score {
	const char *name;
	uint32_t kind;
	double smape, mase;                      /* sums over series */
	double want_smape, want_mase, smape_gap; /* published; gap 0: an upper bound */
};

static struct score scores[METHODS] = {
	{"Naive2", BKO_PLAN_NAIVE, 0, 0, 14.702, 1.669, 0.02},
	{"SES", BKO_PLAN_SES, 0, 0, 13.426, 1.612, 0.02},
	{"Damped", BKO_PLAN_DAMPED, 0, 0, 13.003, 1.432, 0.02},
	{"Theta", BKO_PLAN_THETA, 0, 0, 12.822, 1.420, 0.02},
	{"Automatic", BKO_PLAN_AUTO, 0, 0, 12.70, 1.39, 0},
};

static long covered[2], judged;

static void fail_if(int32_t status, const char *what)
{
	if (status == BKO_OK)
		return;
	fprintf(stderr, "%s: status %d\n", what, (int)status);
	exit(2);
}

/* ---- Season: the 90 % test and the classical decomposition of the benchmark */

static int is_seasonal(const double *y, int n, int m)
{
	double mean = 0, all = 0, limit = 1, at = 0;
	int lag, t;

	if (m < 2 || n < 3 * m)
		return 0;
	for (t = 0; t < n; t++)
		mean += y[t] / n;
	for (t = 0; t < n; t++)
		all += (y[t] - mean) * (y[t] - mean);
	for (lag = 1; lag <= m; lag++) {
		double sum = 0;

		for (t = lag; t < n; t++)
			sum += (y[t] - mean) * (y[t - lag] - mean);
		at = all > 0 ? sum / all : 0;
		if (lag < m)
			limit += 2 * at * at;
	}
	return fabs(at) > 1.645 * sqrt(limit / n);
}

static void adjust(const struct series *train, struct adjusted *out)
{
	const double *y = train->values;
	int n = train->length, m = train->season, half = m / 2;
	double sums[64] = {0}, mean = 0;
	int counts[64] = {0}, t, i;

	out->length = n;
	out->season = m;
	for (t = 0; t < m; t++)
		out->factors[t] = 1;
	if (is_seasonal(y, n, m)) {
		for (t = half; t + half < n; t++) {
			double trend = 0;

			for (i = t - half; i <= t + half; i++)
				trend += y[i] * (m % 2 == 0 && abs(i - t) == half ? 0.5 : 1) / m;
			sums[t % m] += y[t] / trend;
			counts[t % m]++;
		}
		for (t = 0; t < m; t++)
			mean += sums[t] / counts[t] / m;
		for (t = 0; t < m; t++)
			out->factors[t] = sums[t] / counts[t] / mean;
	}
	for (t = 0; t < n; t++)
		out->values[t] = y[t] / out->factors[t % m];
}

/* ---- Fits by least squares, as the benchmark makes them: a simplex search over
 * smoothing parameters and first states together, from the benchmark's starting
 * point. The search stops in the valley it starts in, and that is part of the
 * published accuracy: the deepest fit forecasts worse. ---------------------- */

enum { ALPHA, LEVEL, BETA, PHI, TREND, PARAMETERS, SES_PARAMETERS = 2, EVALUATIONS = 2000 };

struct fit {
	const double *values;
	int length;
	int size; /* parameters: SES has the first two */
};

/* Mean square of the errors; a parameter out of bounds is infinitely bad. */
static double mean_square(const struct fit *fit, const double *p)
{
	int trend = fit->size > SES_PARAMETERS;
	double beta = trend ? p[BETA] : 0, phi = trend ? p[PHI] : 1;
	double level = p[LEVEL], slope = trend ? p[TREND] : 0, sum = 0;
	int t;

	if (p[ALPHA] < 1e-4 || p[ALPHA] > 0.9999)
		return HUGE_VAL;
	if (trend && (beta < 1e-4 || beta > p[ALPHA] || phi < 0.8 || phi > 0.98))
		return HUGE_VAL;
	for (t = 0; t < fit->length; t++) {
		double expected = level + phi * slope, off = fit->values[t] - expected;

		level = expected + p[ALPHA] * off;
		slope = phi * slope + beta * off;
		sum += off * off;
	}
	return sum / fit->length;
}

static void start_point(const struct fit *fit, double *p)
{
	int n = 10, t;
	double mean = 0, slope = 0, spread = 0;

	if (n > fit->length)
		n = fit->length;
	for (t = 0; t < n; t++)
		mean += fit->values[t] / n;
	for (t = 0; t < n; t++) {
		slope += (t - 0.5 * (n - 1)) * (fit->values[t] - mean);
		spread += (t - 0.5 * (n - 1)) * (t - 0.5 * (n - 1));
	}
	slope /= spread;
	p[ALPHA] = 1e-4 + 0.2 * 0.9998;
	p[BETA] = 1e-4 + 0.1 * (p[ALPHA] - 1e-4);
	p[PHI] = 0.8 + 0.99 * 0.18;
	p[TREND] = slope;
	p[LEVEL] = fit->size > SES_PARAMETERS ? mean - slope * 0.5 * (n + 1) : mean;
}

struct simplex {
	double at[PARAMETERS + 1][PARAMETERS];
	double value[PARAMETERS + 1];
	int best, worst, evaluations;
};

static double try_point(const struct fit *fit, struct simplex *s, const double *centre, double by,
                        double *point)
{
	int i;

	for (i = 0; i < fit->size; i++)
		point[i] = centre[i] + by * (s->at[s->worst][i] - centre[i]);
	s->evaluations++;
	return mean_square(fit, point);
}

static void replace_worst(const struct fit *fit, struct simplex *s, const double *point,
                          double value)
{
	memcpy(s->at[s->worst], point, (size_t)fit->size * sizeof *point);
	s->value[s->worst] = value;
}

static void shrink(const struct fit *fit, struct simplex *s)
{
	int i, k;

	for (k = 0; k <= fit->size; k++) {
		if (k == s->best)
			continue;
		for (i = 0; i < fit->size; i++)
			s->at[k][i] = 0.5 * (s->at[k][i] + s->at[s->best][i]);
		s->value[k] = mean_square(fit, s->at[k]);
		s->evaluations++;
	}
}

static void move(const struct fit *fit, struct simplex *s)
{
	double centre[PARAMETERS] = {0}, near[PARAMETERS], far[PARAMETERS];
	double near_value, far_value;
	int i, k;

	for (k = 0; k <= fit->size; k++)
		for (i = 0; i < fit->size && k != s->worst; i++)
			centre[i] += s->at[k][i] / fit->size;
	near_value = try_point(fit, s, centre, -1, near);
	if (near_value < s->value[s->best]) {
		far_value = try_point(fit, s, centre, -2, far);
		if (far_value < near_value)
			replace_worst(fit, s, far, far_value);
		else
			replace_worst(fit, s, near, near_value);
		return;
	}
	if (near_value < s->value[s->worst]) {
		replace_worst(fit, s, near, near_value);
		far_value = try_point(fit, s, centre, 0.5, far);
		if (far_value < near_value)
			replace_worst(fit, s, far, far_value);
		return;
	}
	far_value = try_point(fit, s, centre, 0.5, far);
	if (far_value < s->value[s->worst])
		replace_worst(fit, s, far, far_value);
	else
		shrink(fit, s);
}

/* Nelder and Mead 1965, with steps of a tenth of the largest parameter. */
static void search(const struct fit *fit, double *p)
{
	static struct simplex s;
	double step = 0, enough;
	int i, k;

	for (i = 0; i < fit->size; i++)
		if (0.1 * fabs(p[i]) > step)
			step = 0.1 * fabs(p[i]);
	for (k = 0; k <= fit->size; k++) {
		memcpy(s.at[k], p, (size_t)fit->size * sizeof *p);
		if (k > 0)
			s.at[k][k - 1] += step > 0 ? step : 0.1;
		s.value[k] = mean_square(fit, s.at[k]);
	}
	enough = 1.5e-8 * (fabs(s.value[0]) + 1.5e-8);
	s.best = 0;
	s.evaluations = fit->size + 1;
	for (;;) {
		s.worst = s.best;
		for (k = 0; k <= fit->size; k++) {
			if (s.value[k] < s.value[s.best])
				s.best = k;
			if (s.value[k] > s.value[s.worst])
				s.worst = k;
		}
		if (s.value[s.worst] <= s.value[s.best] + enough || s.evaluations > EVALUATIONS)
			break;
		move(fit, &s);
	}
	memcpy(p, s.at[s.best], (size_t)fit->size * sizeof *p);
}

/* Parameters of SES or of the damped trend, into the method. */
static void fit_method(struct bko_plan_method *method, const double *values, int length)
{
	struct fit fit = {values, length,
	                  method->kind == BKO_PLAN_DAMPED ? PARAMETERS : SES_PARAMETERS};
	double p[PARAMETERS];

	start_point(&fit, p);
	search(&fit, p);
	method->flags = BKO_PLAN_START;
	method->alpha = p[ALPHA];
	method->start_level = p[LEVEL];
	if (fit.size == SES_PARAMETERS)
		return;
	method->beta = p[BETA] / p[ALPHA];
	method->phi = p[PHI];
	method->start_trend = p[TREND];
}

/* ---- Running the library -------------------------------------------------- */

static void run(const struct bko_plan_method *method, const double *y, int n, int horizon,
                double *means)
{
	static double memory[BKO_PLAN_STATE_MAX / sizeof(double)];
	bko_plan_state *state = (bko_plan_state *)(void *)memory;
	int t;

	fail_if(bko_plan_state_init(state, sizeof memory, method), "init");
	for (t = 0; t < n; t++)
		fail_if(bko_plan_observe(state, y[t], 0), "observe");
	fail_if(bko_plan_forecast(state, (uint32_t)horizon, means), "forecast");
}

/* The benchmark smooths twice the series less its line, and adds half the line;
 * that is SES with half the slope, from the start in the middle. */
static void fit_theta(struct bko_plan_method *method, const struct adjusted *in)
{
	double twice[LENGTH_MAX], slope = 0, mean = 0, spread = 0;
	int n = in->length, t;

	for (t = 0; t < n; t++)
		mean += in->values[t] / n;
	for (t = 0; t < n; t++) {
		slope += (t - 0.5 * (n - 1)) * (in->values[t] - mean);
		spread += (t - 0.5 * (n - 1)) * (t - 0.5 * (n - 1));
	}
	slope /= spread;
	for (t = 0; t < n; t++)
		twice[t] = 2 * in->values[t] - mean - slope * (t - 0.5 * (n - 1));
	fit_method(method, twice, n);
	method->start_level = 0.5 * (method->start_level + mean - slope * 0.5 * (n + 1));
}

static void run_classical(uint32_t kind, const struct adjusted *in, int horizon, double *means)
{
	struct bko_plan_method method;
	int t;

	memset(&method, 0, sizeof method);
	method.struct_size = sizeof method;
	method.kind = kind;
	if (kind == BKO_PLAN_THETA)
		fit_theta(&method, in);
	else if (kind != BKO_PLAN_NAIVE)
		fit_method(&method, in->values, in->length);
	run(&method, in->values, in->length, horizon, means);
	for (t = 0; t < horizon; t++)
		means[t] *= in->factors[(in->length + t) % in->season];
}

static void run_automatic(const struct series *train, const struct series *test, double *means)
{
	static double memory[BKO_PLAN_STATE_MAX / sizeof(double)];
	bko_plan_state *state = (bko_plan_state *)(void *)memory;
	struct bko_plan_method method;
	double low[HORIZON_MAX], high[HORIZON_MAX];
	uint32_t horizon = (uint32_t)test->length;
	int t, k;

	memset(&method, 0, sizeof method);
	method.struct_size = sizeof method;
	method.kind = BKO_PLAN_AUTO;
	method.season = (uint32_t)train->season;
	fail_if(bko_plan_state_init(state, sizeof memory, &method), "init");
	for (t = 0; t < train->length; t++)
		fail_if(bko_plan_observe(state, train->values[t], 0), "observe");
	fail_if(bko_plan_forecast(state, horizon, means), "forecast");
	for (k = 0; k < 2; k++) {
		fail_if(bko_plan_interval(state, NULL, k == 0 ? 0.8 : 0.95, horizon, low, high),
		        "interval");
		for (t = 0; t < test->length; t++)
			covered[k] += test->values[t] >= low[t] && test->values[t] <= high[t];
	}
	judged += test->length;
}

/* ---- Scores ----------------------------------------------------------------*/

static void add_score(struct score *score, const struct series *train, const struct series *test,
                      const double *means)
{
	double smape = 0, off = 0, scale = 0;
	int m = train->season, t;

	for (t = 0; t < test->length; t++) {
		double mean = means[t] > 0 ? means[t] : 0;
		double gap = fabs(test->values[t] - mean);

		smape += 200 * gap / (fabs(test->values[t]) + mean) / test->length;
		off += gap / test->length;
	}
	for (t = m; t < train->length; t++)
		scale += fabs(train->values[t] - train->values[t - m]) / (train->length - m);
	score->smape += smape;
	score->mase += off / scale;
}

static int parse(char *line, struct series *out, int *is_test)
{
	char *field = line, *end;
	int column;

	for (column = 0; column < 5; column++) {
		if (column == 2)
			out->season = atoi(field);
		if (column == 3)
			out->horizon = atoi(field);
		if (column == 4)
			*is_test = strncmp(field, "test", 4) == 0;
		field = strchr(field, ',');
		if (!field)
			return 0;
		field++;
	}
	for (out->length = 0; out->length < LENGTH_MAX; out->length++) {
		out->values[out->length] = strtod(field, &end);
		if (end == field)
			break;
		field = *end == ',' ? end + 1 : end;
	}
	return out->season > 0 && out->length > 0;
}

static int report(long count)
{
	double eighty = (double)covered[0] / (double)judged;
	double ninety_five = (double)covered[1] / (double)judged;
	int missed = 0, i;

	printf("%ld series      sMAPE   MASE   bound\n", count);
	for (i = 0; i < METHODS; i++) {
		const struct score *s = &scores[i];
		double smape = s->smape / (double)count, mase = s->mase / (double)count;
		int bad = s->smape_gap > 0 ? fabs(smape - s->want_smape) > s->smape_gap
		                           : smape > s->want_smape || mase > s->want_mase;

		printf("%-15s %7.3f %6.3f   %s %.3f/%.3f%s\n", s->name, smape, mase,
		       s->smape_gap > 0 ? "R" : "at most", s->want_smape, s->want_mase,
		       bad ? "  MISSED" : "");
		missed += bad;
	}
	printf("coverage of 80 %% intervals %.3f, of 95 %% %.3f (.89 to .97)\n", eighty,
	       ninety_five);
	return missed > 0 || ninety_five < 0.89 || ninety_five > 0.97;
}

int main(void)
{
	static char line[LINE_MAX_SIZE];
	static struct series train, test;
	static struct adjusted adjusted;
	double means[HORIZON_MAX];
	long count = 0;
	int is_test = 0, i;

	while (fgets(line, sizeof line, stdin)) {
		if (!parse(line, strstr(line, ",test,") ? &test : &train, &is_test) || !is_test)
			continue;
		if (test.length > HORIZON_MAX || train.season > 12)
			continue;
		adjust(&train, &adjusted);
		for (i = 0; i < METHODS - 1; i++) {
			run_classical(scores[i].kind, &adjusted, test.length, means);
			add_score(&scores[i], &train, &test, means);
		}
		run_automatic(&train, &test, means);
		add_score(&scores[METHODS - 1], &train, &test, means);
		count++;
	}
	if (count == 0) {
		fprintf(stderr, "no series on standard input\n");
		return 2;
	}
	return report(count);
}
