/*
 * The normal distribution: quantiles against a table worked out with 60 digits
 * for the double nearest to each probability, losses against published values,
 * and the properties that the rest of planning leans on.
 *
 * SPDX-License-Identifier: MIT
 */
#include "near.h"

#include <backorder/plan.h>

static const struct {
	double probability, z;
} table[] = {
	{1e-300, -37.047096299361199237}, {1e-250, -33.79958617269483747},
	{1e-200, -30.205594179579643063}, {1e-150, -26.122961190593983509},
	{1e-100, -21.273453560965324294}, {1e-80, -18.991635878820207114},
	{1e-60, -16.39727821271871048},   {1e-50, -14.933337534788488981},
	{1e-40, -13.310921371425170895},  {1e-30, -11.46402468844361572},
	{1e-25, -10.420452200803097617},  {1e-20, -9.2623400897984075796},
	{1e-18, -8.7572903487823150558},  {1e-16, -8.2220822161304356152},
	{1e-15, -7.9413453261709967713},  {1e-14, -7.6506280929352688166},
	{1e-13, -7.3487961028006775135},  {1e-12, -7.0344838253011319326},
	{1e-11, -6.7060231554951362961},  {1e-10, -6.3613409024040561991},
	{1e-9, -5.9978070150076868614},   {1e-8, -5.6120012441747887279},
	{1e-7, -5.19933758219281694},     {1e-6, -4.7534243088228989573},
	{1e-5, -4.2648907939228246102},   {2e-5, -4.1074796545862493131},
	{5e-5, -3.8905918864130939554},   {1e-4, -3.7190164854556805523},
	{2e-4, -3.5400837992061451032},   {5e-4, -3.2905267314918947874},
	{0.001, -3.0902323061678135354},  {0.002, -2.8781617390954834368},
	{0.0025, -2.8070337683438041105}, {0.005, -2.5758293035489007538},
	{0.01, -2.3263478740408410931},   {0.02, -2.0537489106318230443},
	{0.025, -1.9599639845400542118},  {0.03, -1.8807936081512509552},
	{0.04, -1.7506860712521699698},   {0.05, -1.644853626951472688},
	{0.07, -1.4757910281791706856},   {0.1, -1.2815515655446004353},
	{0.125, -1.1503493803760081783},  {0.15, -1.0364333894937896035},
	{0.2, -0.84162123357291416552},   {0.25, -0.6744897501960817432},
	{0.3, -0.52440051270804081597},   {0.33, -0.43991316567323376483},
	{0.35, -0.38532046640756768376},  {0.375, -0.31863936396437516302},
	{0.4, -0.25334710313579974132},   {0.425, -0.18911842627279251844},
	{0.45, -0.12566134685507400616},  {0.475, -0.062706777943213839835},
	{0.49, -0.025068908258711058033}, {0.499, -0.0025066308995717662317},
	{0.51, 0.025068908258711058033},  {0.55, 0.12566134685507414641},
	{0.6, 0.25334710313579974132},    {0.625, 0.31863936396437516302},
	{0.7, 0.52440051270804065631},    {0.75, 0.6744897501960817432},
	{0.8, 0.8416212335729143638},     {0.85, 1.0364333894937894845},
	{0.875, 1.1503493803760081783},   {0.9, 1.2815515655446005935},
	{0.925, 1.4395314709384562291},   {0.95, 1.6448536269514722843},
	{0.975, 1.9599639845400538556},   {0.98, 2.0537489106318226861},
	{0.99, 2.3263478740408407676},    {0.995, 2.5758293035489004539},
	{0.999, 3.0902323061678132778},   {0.9999, 3.7190164854557083867},
	{0.99999, 4.2648907939238407699}, {0.999999, 4.7534243088170877657},
};

static void quantile_agrees_with_the_table(void **state)
{
	size_t i;

	(void)state;
	assert_true(COUNT(table) >= 60);
	for (i = 0; i < COUNT(table); i++) {
		double z;

		assert_int_equal(bko_plan_normal_quantile(table[i].probability, &z), BKO_OK);
		assert_near(z, table[i].z, 1e-12);
	}
}

static void quantile_inverts_the_distribution(void **state)
{
	double z, back, p;
	int i;

	(void)state;
	assert_int_equal(bko_plan_normal_quantile(0.5, &z), BKO_OK);
	assert_near(z, 0, 1e-15);
	for (i = -300; i < 0; i++) {
		p = pow(10, i);
		assert_int_equal(bko_plan_normal_quantile(p, &z), BKO_OK);
		assert_int_equal(bko_plan_normal_cdf(z, &back), BKO_OK);
		assert_near(back, p, 1e-11);
	}
	for (i = 1; i < 1000; i++) {
		double other;

		p = i / 1000.0;
		assert_int_equal(bko_plan_normal_quantile(p, &z), BKO_OK);
		assert_int_equal(bko_plan_normal_cdf(z, &back), BKO_OK);
		assert_near(back, p, 1e-14);
		/* 1 - p is exact from one half up, so the mirror is exact too. */
		if (p > 0.5) {
			assert_int_equal(bko_plan_normal_quantile(1 - p, &other), BKO_OK);
			assert_true(other == -z);
		}
	}
}

static void losses_agree_with_published_values(void **state)
{
	static const struct {
		double z, loss;
	} first[] = {{-1.4, 1.436668142708465}, {0.3, 0.26676124211721}, {3.1, 0.0002672490952231}},
	  second[] = {{-1.4, 1.46528937027904}, {0.3, 0.151030102587942}};
	double value;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(first); i++) {
		assert_int_equal(bko_plan_normal_loss(first[i].z, &value), BKO_OK);
		assert_near(value, first[i].loss, 1e-9);
	}
	for (i = 0; i < COUNT(second); i++) {
		assert_int_equal(bko_plan_normal_loss2(second[i].z, &value), BKO_OK);
		assert_near(value, second[i].loss, 1e-9);
	}
}

static void loss_inverse_returns_to_its_start(void **state)
{
	double z, loss, back;
	int i;

	(void)state;
	for (i = -200; i <= 350; i++) {
		z = i / 10.0;
		assert_int_equal(bko_plan_normal_loss(z, &loss), BKO_OK);
		if (loss < 1e-280)
			break;
		assert_int_equal(bko_plan_normal_loss_inverse(loss, &back), BKO_OK);
		assert_true(fabs(back - z) <= 1e-11 * (1 + fabs(z)));
	}
	assert_true(i > 300);
}

static void losses_fall_and_are_convex(void **state)
{
	double a, b, c, z;

	(void)state;
	for (z = -8; z <= 8; z += 0.01) {
		bko_plan_normal_loss(z - 0.01, &a);
		bko_plan_normal_loss(z, &b);
		bko_plan_normal_loss(z + 0.01, &c);
		assert_true(a > b && b > c);
		assert_true(a + c - 2 * b >= -1e-14);
		bko_plan_normal_loss2(z - 0.01, &a);
		bko_plan_normal_loss2(z, &b);
		assert_true(a > b && b >= 0);
	}
}

static void what_has_no_answer_is_refused(void **state)
{
	static const double bad[] = {NAN, INFINITY, -INFINITY};
	double out = 7;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(bko_plan_normal_cdf(bad[i], &out), BKO_E_ARGUMENT);
		assert_int_equal(bko_plan_normal_quantile(bad[i], &out), BKO_E_ARGUMENT);
		assert_int_equal(bko_plan_normal_loss(bad[i], &out), BKO_E_ARGUMENT);
		assert_int_equal(bko_plan_normal_loss2(bad[i], &out), BKO_E_ARGUMENT);
		assert_int_equal(bko_plan_normal_loss_inverse(bad[i], &out), BKO_E_ARGUMENT);
	}
	assert_int_equal(bko_plan_normal_quantile(0, &out), BKO_E_ARGUMENT);
	assert_int_equal(bko_plan_normal_quantile(1, &out), BKO_E_ARGUMENT);
	assert_int_equal(bko_plan_normal_quantile(-0.1, &out), BKO_E_ARGUMENT);
	assert_int_equal(bko_plan_normal_loss_inverse(0, &out), BKO_E_ARGUMENT);
	assert_int_equal(bko_plan_normal_loss_inverse(1e-300, &out), BKO_E_RANGE);
	assert_int_equal(bko_plan_normal_loss2(-1e200, &out), BKO_E_RANGE);
	assert_int_equal(bko_plan_normal_cdf(0, NULL), BKO_E_MISUSE);
	assert_int_equal(bko_plan_normal_quantile(0.5, NULL), BKO_E_MISUSE);
	assert_int_equal(bko_plan_normal_loss(0, NULL), BKO_E_MISUSE);
	assert_int_equal(bko_plan_normal_loss2(0, NULL), BKO_E_MISUSE);
	assert_int_equal(bko_plan_normal_loss_inverse(1, NULL), BKO_E_MISUSE);
	assert_true(out == 7);
}

static void extremes_stay_finite(void **state)
{
	static const double far[] = {-1e300, -1e6, -50, 50, 1e6, 1e300};
	double value;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(far); i++) {
		assert_int_equal(bko_plan_normal_cdf(far[i], &value), BKO_OK);
		assert_true(value == (far[i] < 0 ? 0 : 1) || (value > 0 && value < 1e-300));
		assert_int_equal(bko_plan_normal_loss(far[i], &value), BKO_OK);
		assert_true(far[i] < 0 ? value == -far[i] : value >= 0 && value < 1e-300);
	}
	assert_int_equal(bko_plan_normal_quantile(5e-324, &value), BKO_OK);
	assert_true(value < -37 && value > -40);
	assert_int_equal(bko_plan_normal_quantile(1 - 0x1p-53, &value), BKO_OK);
	assert_near(value, 8.2095361516013870, 1e-12);
	assert_int_equal(bko_plan_normal_loss_inverse(1e300, &value), BKO_OK);
	assert_near(value, -1e300, 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantile_agrees_with_the_table),
		cmocka_unit_test(quantile_inverts_the_distribution),
		cmocka_unit_test(losses_agree_with_published_values),
		cmocka_unit_test(loss_inverse_returns_to_its_start),
		cmocka_unit_test(losses_fall_and_are_convex),
		cmocka_unit_test(what_has_no_answer_is_refused),
		cmocka_unit_test(extremes_stay_finite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
