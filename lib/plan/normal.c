/*
 * The standard normal distribution and its loss functions. Everything is
 * computed on the smaller tail, so that a probability of 1e-200 has as many
 * good digits as one of one half.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include <math.h>

static const double sqrt_half = 0.70710678118654752440;
static const double sqrt_2pi = 2.50662827463100050242;

double bko__plan_normal_pdf(double z)
{
	return exp(-0.5 * z * z) / sqrt_2pi;
}

double bko__plan_normal_tail(double z)
{
	return 0.5 * erfc(z * sqrt_half);
}

/* Quantile of a probability of at most one half. */
static double lower_quantile(double p)
{
	double t = sqrt(-2 * log(p));
	double z = (2.515517 + t * (0.802853 + t * 0.010328)) /
	                   (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) -
	           t;
	int i;

	/* The start is good to 4.5e-4 and each step cubes the error, so the second
	 * is exact; the third serves the far tail. */
	for (i = 0; i < 3; i++) {
		double density = bko__plan_normal_pdf(z);
		double off;

		if (density <= 0)
			break;
		off = (bko__plan_normal_tail(-z) - p) / density;
		z -= off / (1 + 0.5 * z * off);
	}
	return z;
}

double bko__plan_normal_z(double probability)
{
	return probability <= 0.5 ? lower_quantile(probability) : -lower_quantile(1 - probability);
}

double bko__plan_normal_loss_at(double z)
{
	/* Below zero the loss is -z plus the loss of the mirrored point: this form
	 * has no difference of near numbers. */
	double far = fabs(z);
	double loss = bko__plan_normal_pdf(far) - far * bko__plan_normal_tail(far);

	if (loss < 0)
		loss = 0;
	return z < 0 ? loss - z : loss;
}

double bko__plan_normal_loss2_at(double z)
{
	double loss;

	if (z > 40)
		return 0;
	loss = 0.5 * ((z * z + 1) * bko__plan_normal_tail(z) - z * bko__plan_normal_pdf(z));
	return loss > 0 ? loss : 0;
}

int32_t bko_plan_normal_cdf(double z, double *probability)
{
	if (!probability)
		return BKO_E_MISUSE;
	if (!bko__plan_finite(z))
		return BKO_E_ARGUMENT;
	*probability = bko__plan_normal_tail(-z);
	return BKO_OK;
}

int32_t bko_plan_normal_quantile(double probability, double *z)
{
	if (!z)
		return BKO_E_MISUSE;
	if (!bko__plan_probability(probability))
		return BKO_E_ARGUMENT;
	*z = bko__plan_normal_z(probability);
	return BKO_OK;
}

int32_t bko_plan_normal_loss(double z, double *loss)
{
	if (!loss)
		return BKO_E_MISUSE;
	if (!bko__plan_finite(z))
		return BKO_E_ARGUMENT;
	*loss = bko__plan_normal_loss_at(z);
	return BKO_OK;
}

int32_t bko_plan_normal_loss2(double z, double *loss)
{
	double value;

	if (!loss)
		return BKO_E_MISUSE;
	if (!bko__plan_finite(z))
		return BKO_E_ARGUMENT;
	value = bko__plan_normal_loss2_at(z);
	if (!bko__plan_finite(value))
		return BKO_E_RANGE;
	*loss = value;
	return BKO_OK;
}

int32_t bko_plan_normal_loss_inverse(double loss, double *z)
{
	double x;
	int small;
	int i;

	if (!z)
		return BKO_E_MISUSE;
	if (!bko__plan_positive(loss))
		return BKO_E_ARGUMENT;
	if (loss < 1e-280)
		return BKO_E_RANGE;
	/* The loss falls and is convex, so Newton steps from the left of the root
	 * never overshoot. Its logarithm is concave, so for a small loss they are
	 * taken on that from the right: the loss is below exp(-z^2 / 2). */
	small = loss < 0.08;
	x = small ? sqrt(-2 * log(loss)) : loss < 0.39 ? 0 : -loss;
	for (i = 0; i < PLAN_SEARCH_MAX; i++) {
		double at = bko__plan_normal_loss_at(x);
		double slope = bko__plan_normal_tail(x);
		double step = small ? log(at / loss) * at / slope : (at - loss) / slope;

		x += step;
		if (fabs(step) <= 1e-15 * (1 + fabs(x)))
			break;
	}
	*z = x;
	return BKO_OK;
}
