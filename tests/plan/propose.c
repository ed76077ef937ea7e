/*
 * Proposals with every figure recomputed, the list of risks, and learning from
 * periods as the engine counts them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "near.h"

#include <backorder/backorder.h>
#include <backorder/propose.h>
#include <string.h>

enum { TERMS = 4000 };

/* P(D = k), term by term: Poisson, or negative binomial above the mean. */
static double chance(double mean, double variance, int k)
{
	double size, p;

	if (mean == 0)
		return k == 0;
	if (variance <= mean)
		return exp(k * log(mean) - mean - lgamma(k + 1.));
	size = mean * mean / (variance - mean);
	p = mean / variance;
	return exp(lgamma(k + size) - lgamma(size) - lgamma(k + 1.) + size * log(p) +
	           k * log1p(-p));
}

static double short_of(double mean, double variance, double x)
{
	double sum = 0;

	for (int k = 0; k < TERMS; k++)
		sum += k > x ? (k - x) * chance(mean, variance, k) : 0;
	return sum;
}

static double covered_by(double mean, double variance, double x)
{
	double sum = 0;

	for (int k = 0; k <= x; k++)
		sum += chance(mean, variance, k);
	return sum;
}

static int level_for(double mean, double variance, double probability)
{
	double sum = 0;
	int k = 0;

	while ((sum += chance(mean, variance, k)) < probability)
		k++;
	return k;
}

static struct bko_plan_source source_of(double lead, double price, double fixed)
{
	struct bko_plan_source source = {.lead = lead, .price = price, .fixed = fixed};

	return source;
}

static struct bko_plan_need need_of(const struct bko_plan_source *sources, uint32_t count,
                                    double demand, double sd)
{
	struct bko_plan_need need = {.struct_size = sizeof need,
	                             .source_count = count,
	                             .source_stride = sizeof *sources,
	                             .sources = sources,
	                             .demand = demand,
	                             .demand_sd = sd,
	                             .review = 1,
	                             .holding = 1,
	                             .backorder = 4};

	return need;
}

static struct bko_plan_proposal propose(const struct bko_plan_need *need)
{
	struct bko_plan_proposal p = {.struct_size = sizeof p};

	assert_int_equal(bko_plan_propose(need, &p), BKO_OK);
	return p;
}

/* Every figure of a need with one source, from the definitions. */
static void recompute(const struct bko_plan_need *need)
{
	const struct bko_plan_source *s = need->sources;
	struct bko_plan_proposal p = propose(need);
	double periods = s->lead + need->review, mean = need->demand * periods;
	double variance = need->demand_sd * need->demand_sd * periods +
	                  need->demand * need->demand * s->lead_sd * s->lead_sd;
	double until = need->demand_sd * need->demand_sd * s->lead +
	               need->demand * need->demand * s->lead_sd * s->lead_sd;
	double h = need->holding * s->price, b = need->backorder;
	double lot = ceil(sqrt(2 * s->fixed * need->demand / h) - 1e-9), between, shortage;
	int level;

	if (need->service > 0)
		b = h * need->service / (1 - need->service);
	level = level_for(mean, variance, b / (b + h));
	assert_near(p.periods, periods, 1e-12);
	assert_near(p.mean, mean, 1e-12);
	assert_near(p.variance, variance, 1e-12);
	assert_int_equal(p.kind, variance > mean ? BKO_PLAN_NEGATIVE_BINOMIAL : BKO_PLAN_POISSON);
	assert_near(p.fractile, b / (b + h), 1e-12);
	assert_near(p.reorder_point, level, 0);
	assert_near(p.safety_stock, level - mean, 1e-9);
	assert_near(p.lot, lot, 0);
	assert_near(p.order_up_to, level + lot, 0);
	assert_near(p.position, need->on_hand + need->incoming - need->backordered, 0);
	assert_near(p.covered, covered_by(mean, variance, p.position), 1e-9);
	assert_near(p.shortage, short_of(mean, variance, p.position), 1e-8);
	if (p.position < level + lot && p.position <= level) {
		assert_int_equal(p.order, BKO_PLAN_ORDER_NOW);
		assert_near(p.quantity, level + lot - p.position, 0);
		assert_near(p.by, 0, 0);
		assert_near(p.arrives, s->lead, 0);
	} else {
		double then = lot > need->demand * need->review ? lot : need->demand * need->review;

		assert_int_equal(p.order, BKO_PLAN_ORDER_LATER);
		assert_near(p.by, (p.position - level) / need->demand, 1e-12);
		assert_near(p.quantity, ceil(then - 1e-9), 0);
		assert_near(p.arrives, p.by + s->lead, 1e-12);
	}
	between = p.quantity / need->demand;
	between = between > need->review ? between : need->review;
	between = between > 1 ? between : 1;
	shortage = short_of(mean, variance, level);
	assert_near(p.cost,
	            s->price * need->demand + s->fixed / between + h * (shortage + level - mean) +
	                    b * shortage +
	                    b * short_of(need->demand * s->lead, until, p.position) / between,
	            1e-8);
}

static void figures(void **state)
{
	struct bko_plan_source source = source_of(2, 1, 0);
	struct bko_plan_need need = need_of(&source, 1, 2, 1);
	struct bko_plan_proposal p;

	(void)state;
	need.on_hand = 4;
	need.incoming = 3;
	need.backordered = 2;
	p = propose(&need); /* Poisson, mean 6, costs 1 and 4: planning case I13 */
	assert_near(p.reorder_point, 8, 0);
	assert_near(p.quantity, 3, 0);
	recompute(&need);
	for (int on_hand = 0; on_hand < 24; on_hand += is_quick() ? 9 : 3) {
		for (int kind = 0; kind < 8; kind++) {
			source = source_of(2.5, kind & 1 ? 3 : .25, kind & 2 ? 12 : 0);
			source.lead_sd = kind & 4 ? .75 : 0;
			need.demand_sd = kind & 4 ? 3 : 1;
			need.on_hand = on_hand;
			need.service = 0;
			recompute(&need);
			need.service = .95;
			recompute(&need);
		}
	}
}

static void as_it_is_sold(void **state)
{
	struct bko_plan_source source = source_of(2, 1, 0);
	struct bko_plan_need need = need_of(&source, 1, 2, 1);

	(void)state;
	need.on_hand = 5; /* 3 are wanted */
	source.multiple = 6;
	assert_near(propose(&need).quantity, 6, 0);
	source.multiple = 0;
	source.minimum = 10;
	assert_near(propose(&need).quantity, 10, 0);
	source.multiple = 4;
	assert_near(propose(&need).quantity, 12, 0);
	source.maximum = 11;
	assert_near(propose(&need).quantity, 8, 0);
	source.minimum = 0;
	need.on_hand = 8; /* nothing is wanted yet */
	assert_int_equal(propose(&need).order, BKO_PLAN_ORDER_LATER);
	assert_near(propose(&need).by, 0, 0);
	need.demand = need.demand_sd = 0;
	need.on_hand = 0;
	assert_int_equal(propose(&need).order, BKO_PLAN_ORDER_NONE);
	assert_near(propose(&need).quantity, 0, 0);
	need.backordered = 7; /* what is owed is ordered all the same */
	source.maximum = source.multiple = 0;
	assert_int_equal(propose(&need).order, BKO_PLAN_ORDER_NOW);
	assert_near(propose(&need).quantity, 7, 0);
}

/* The dear fast one when stock is short, else the cheap slow one; of equals the first. */
static void whom_to_ask(void **state)
{
	struct bko_plan_source sources[3] = {source_of(8, 10, 0), source_of(1, 10.4, 0),
	                                     source_of(8, 10, 0)};
	struct bko_plan_need need = need_of(sources, 3, 5, 3), one;
	struct bko_plan_proposal p, alone;

	(void)state;
	need.holding = .002;
	need.backorder = 3;
	need.on_hand = 60;
	assert_int_equal(propose(&need).source, 0);
	need.on_hand = 2;
	p = propose(&need);
	assert_int_equal(p.source, 1);
	for (uint32_t i = 0; i < 3; i++) {
		one = need;
		one.sources = &sources[i];
		one.source_count = 1;
		alone = propose(&one);
		assert_true(alone.cost >= p.cost);
		alone.source = 1;
		if (i == 1)
			assert_memory_equal(&alone, &p, sizeof p);
	}
}

static void of_a_state(void **state)
{
	static const double sold[] = {4, 0, 9, 3, 3, 7, 0, 5, 6, 2};
	union {
		bko_plan_state *align;
		double room[BKO_PLAN_SKU_SIZE / sizeof(double)];
	} memory;
	bko_plan_state *sku = (bko_plan_state *)(void *)memory.room;
	struct bko_plan_method method = {.struct_size = sizeof method, .kind = BKO_PLAN_SKU};
	struct bko_plan_source source = source_of(1.5, 2, 0);
	struct bko_plan_need need = need_of(&source, 1, 0, 0);
	struct bko_plan_proposal p = {.struct_size = sizeof p};
	double mean, variance;

	(void)state;
	assert_int_equal(bko_plan_state_init(sku, sizeof memory, &method), BKO_OK);
	need.state = sku;
	assert_int_equal(bko_plan_propose(&need, &p), BKO_E_STATE);
	for (size_t i = 0; i < COUNT(sold); i++)
		assert_int_equal(bko_plan_observe(sku, sold[i], 0), BKO_OK);
	assert_int_equal(bko_plan_total(sku, 2.5, &mean, &variance), BKO_OK);
	p = propose(&need);
	assert_near(p.mean, mean, 1e-12);
	assert_near(p.variance, 1.3 * variance, 1e-12);
	need.spread = 2;
	source.lead_sd = .5;
	p = propose(&need);
	assert_near(p.variance, 2 * variance + mean * mean / 2.5 / 2.5 * .25, 1e-12);
	assert_near(p.reorder_point, level_for(p.mean, p.variance, 4. / 6), 0);
}

static void policies(void **state)
{
	struct bko_plan_source source = source_of(2, 1, 0);
	struct bko_plan_need need = need_of(&source, 1, 2, 1);
	struct bko_plan_proposal p = propose(&need);
	struct bko_policy policy = {.struct_size = sizeof policy,
	                            .set = BKO_SET_SELLING,
	                            .selling = BKO_SELL_BACKORDER,
	                            .safety_stock = 77};

	(void)state;
	assert_int_equal(bko_plan_policy(&p, 86400000, 0, &policy), BKO_OK);
	assert_int_equal(policy.set, BKO_SET_SELLING | BKO_SET_LOW_AT | BKO_SET_LEAD_TIME);
	assert_int_equal(policy.low_at, 8);
	assert_int_equal(policy.lead_time_ms, 3 * (int64_t)86400000);
	assert_int_equal(policy.safety_stock, 77);
	assert_int_equal(policy.selling, BKO_SELL_BACKORDER);
	assert_int_equal(bko_plan_policy(&p, 86400000, BKO_PLAN_KEEP_SAFETY, &policy), BKO_OK);
	assert_int_equal(policy.safety_stock, 2);
	assert_true(policy.set & BKO_SET_SAFETY_STOCK);
	p.safety_stock = -3;
	assert_int_equal(bko_plan_policy(&p, 86400000, BKO_PLAN_KEEP_SAFETY, &policy), BKO_OK);
	assert_int_equal(policy.safety_stock, 0);
	assert_int_equal(bko_plan_policy(&p, 0, 0, &policy), BKO_E_ARGUMENT);
	assert_int_equal(bko_plan_policy(&p, 1, 2, &policy), BKO_E_ARGUMENT);
	assert_int_equal(bko_plan_policy(NULL, 1, 0, &policy), BKO_E_MISUSE);
	assert_int_equal(bko_plan_policy(&p, 1, 0, NULL), BKO_E_MISUSE);
	p.reorder_point = NAN;
	assert_int_equal(bko_plan_policy(&p, 1, 0, &policy), BKO_E_ARGUMENT);
	p.reorder_point = 1e18;
	assert_int_equal(bko_plan_policy(&p, 1, 0, &policy), BKO_E_RANGE);
}

struct at_risk {
	struct bko_plan_risk risk;
	double mine[2];
};

static int stands_before(const struct bko_plan_risk *a, const struct bko_plan_risk *b)
{
	if (a->probability != b->probability)
		return a->probability > b->probability;
	if (a->shortage * a->price != b->shortage * b->price)
		return a->shortage * a->price > b->shortage * b->price;
	return a->item < b->item;
}

static void risks(void **state)
{
	static struct at_risk items[300];
	uint32_t random = 7, seen[300] = {0}, n = (uint32_t)rounds_of(COUNT(items));

	(void)state;
	for (uint32_t i = 0; i < n; i++) {
		struct bko_plan_risk *r = &items[i].risk;

		random = random * 1664525 + 1013904223;
		memset(&items[i], 0, sizeof items[i]);
		r->struct_size = i % 2 ? sizeof *r : 0;
		r->item = i;
		r->stock = (double)((random >> 8) % 30) - 5;
		r->mean = (random >> 13) % 5 * 3;
		r->variance = r->mean * (1 + (random >> 17) % 3);
		r->price = (random >> 20) % 4;
		items[i].mine[1] = i;
	}
	assert_int_equal(bko_plan_risks(&items[0].risk, n, sizeof items[0]), BKO_OK);
	for (uint32_t i = 0; i < n; i++) {
		const struct bko_plan_risk *r = &items[i].risk;

		assert_false(seen[r->item]++);
		assert_near(items[i].mine[1], r->item, 0);
		assert_true(fabs(r->probability - 1 + covered_by(r->mean, r->variance, r->stock)) <
		            1e-9);
		assert_true(fabs(r->shortage - short_of(r->mean, r->variance, r->stock)) < 1e-7);
		if (i > 0)
			assert_true(stands_before(&items[i - 1].risk, r));
	}
	assert_int_equal(bko_plan_risks(NULL, 0, sizeof items[0]), BKO_OK);
	assert_int_equal(bko_plan_risks(NULL, 1, sizeof items[0]), BKO_E_MISUSE);
	assert_int_equal(bko_plan_risks(&items[0].risk, n, 12), BKO_E_STRUCT_SIZE);
	items[n - 1].risk.variance = -1;
	seen[0] = items[0].risk.item;
	assert_int_equal(bko_plan_risks(&items[0].risk, n, sizeof items[0]), BKO_E_ARGUMENT);
	assert_int_equal(items[0].risk.item, seen[0]);
}

static void learning(void **state)
{
	static const struct {
		int64_t accepted, refused, undone;
		uint32_t flags, told;
	} rows[] = {
		{0, 0, 0, 0, BKO_PLAN_MASKED},
		{3, 0, 0, 0, 0},
		{1, 0, 0, BKO_DEMAND_SOLD_OUT, 0},
		{1, 0, 0, BKO_DEMAND_SOLD_OUT | BKO_DEMAND_UNSELLABLE, BKO_PLAN_CENSORED},
		{1, 8, 2, BKO_DEMAND_UNSELLABLE, 0},
		{2, 0, 5, 0, 0},
		{9, 0, 0, BKO_DEMAND_OPEN, 0},
	};
	enum { PERIODS = COUNT(rows) };
	union {
		double room[BKO_PLAN_SKU_SIZE / sizeof(double)];
	} a, b;
	bko_plan_state *sku = (bko_plan_state *)(void *)a.room;
	bko_plan_state *hand = (bko_plan_state *)(void *)b.room;
	struct bko_plan_method method = {.struct_size = sizeof method, .kind = BKO_PLAN_SKU};
	struct bko_plan_band band = {.struct_size = sizeof band}, by_hand = band;
	struct bko_demand_period periods[PERIODS];
	int64_t next = 0;

	(void)state;
	for (uint32_t counted = 0; counted < 2; counted++, next = 0) {
		assert_int_equal(bko_plan_state_init(sku, sizeof a, &method), BKO_OK);
		assert_int_equal(bko_plan_state_init(hand, sizeof b, &method), BKO_OK);
		assert_int_equal(bko_plan_band_init(&band, .9), BKO_OK);
		assert_int_equal(bko_plan_band_init(&by_hand, .9), BKO_OK);
		for (size_t i = 0; i < PERIODS; i++) {
			int64_t net = rows[i].accepted + rows[i].refused - rows[i].undone;
			double value = net > 0 ? (double)net : 0;
			uint32_t told = counted ? rows[i].told & ~(uint32_t)BKO_PLAN_CENSORED
			                        : rows[i].told;

			periods[i] = (struct bko_demand_period){
				counted,          rows[i].flags,   (int64_t)i * 100, 100,
				rows[i].accepted, rows[i].refused, rows[i].undone};
			if (rows[i].flags & BKO_DEMAND_OPEN)
				continue;
			assert_int_equal(bko_plan_band_observe(&by_hand, hand, value, told),
			                 BKO_OK);
			assert_int_equal(bko_plan_observe(hand, value, told), BKO_OK);
		}
		assert_int_equal(bko_plan_learn(sku, &band, periods, 3, sizeof periods[0],
		                                counted ? BKO_PLAN_ALL_COUNTED : 0, &next),
		                 BKO_OK);
		assert_int_equal(next, 300);
		/* what was taken is passed over */
		assert_int_equal(bko_plan_learn(sku, &band, periods, PERIODS, sizeof periods[0],
		                                counted ? BKO_PLAN_ALL_COUNTED : 0, &next),
		                 BKO_OK);
		assert_int_equal(next, 600);
		assert_memory_equal(&a, &b, sizeof a);
		assert_memory_equal(&band, &by_hand, sizeof band);
	}
	next = 0;
	periods[1].refused = -1;
	assert_int_equal(bko_plan_learn(sku, NULL, periods, PERIODS, sizeof periods[0], 0, &next),
	                 BKO_E_ARGUMENT);
	assert_int_equal(next, 100);
	assert_int_equal(bko_plan_learn(sku, NULL, periods, 1, sizeof periods[0], 2, &next),
	                 BKO_E_ARGUMENT);
	assert_int_equal(bko_plan_learn(NULL, NULL, periods, 1, sizeof periods[0], 0, &next),
	                 BKO_E_MISUSE);
	assert_int_equal(bko_plan_learn(sku, NULL, NULL, 1, sizeof periods[0], 0, &next),
	                 BKO_E_MISUSE);
}

/* Each member in turn takes what it must not be. */
static void refusals(void **state)
{
	static const double bad[] = {-1, NAN, INFINITY, -INFINITY};
	struct bko_plan_source source = source_of(2, 1, 0), good_source = source;
	struct bko_plan_need need = need_of(&source, 1, 2, 1), good = need;
	struct bko_plan_proposal p = {.struct_size = sizeof p, .quantity = 4711};
	double *of_source[] = {&source.lead,    &source.lead_sd, &source.price,   &source.fixed,
	                       &source.minimum, &source.maximum, &source.multiple};
	double *of_need[] = {&need.demand,  &need.demand_sd,  &need.spread,  &need.review,
	                     &need.on_hand, &need.incoming,   &need.holding, &need.backorder,
	                     &need.service, &need.backordered};

	(void)state;
	for (size_t b = 0; b < COUNT(bad); b++) {
		for (size_t i = 0; i < COUNT(of_source); i++) {
			source = good_source;
			*of_source[i] = bad[b];
			assert_int_equal(bko_plan_propose(&need, &p), BKO_E_ARGUMENT);
		}
		source = good_source;
		for (size_t i = 0; i < COUNT(of_need); i++) {
			need = good;
			*of_need[i] = bad[b];
			assert_int_equal(bko_plan_propose(&need, &p), BKO_E_ARGUMENT);
		}
		need = good;
	}
	source.price = 0;
	assert_int_equal(bko_plan_propose(&need, &p), BKO_E_ARGUMENT);
	source = good_source;
	need.service = 1;
	assert_int_equal(bko_plan_propose(&need, &p), BKO_E_ARGUMENT);
	need = good;
	need.holding = 0;
	assert_int_equal(bko_plan_propose(&need, &p), BKO_E_ARGUMENT);
	need = good;
	need.source_count = 0;
	assert_int_equal(bko_plan_propose(&need, &p), BKO_E_ARGUMENT);
	need.source_count = BKO_PLAN_SOURCES_MAX + 1;
	assert_int_equal(bko_plan_propose(&need, &p), BKO_E_ARGUMENT);
	need = good;
	need.source_stride = 8;
	assert_int_equal(bko_plan_propose(&need, &p), BKO_E_ARGUMENT);
	need = good;
	need.review = source.lead = 0;
	assert_int_equal(bko_plan_propose(&need, &p), BKO_E_ARGUMENT);
	need.review = BKO_PLAN_HORIZON_MAX + 1;
	assert_int_equal(bko_plan_propose(&need, &p), BKO_E_ARGUMENT);
	need = good;
	need.sources = NULL;
	assert_int_equal(bko_plan_propose(&need, &p), BKO_E_MISUSE);
	assert_int_equal(bko_plan_propose(NULL, &p), BKO_E_MISUSE);
	assert_int_equal(bko_plan_propose(&good, NULL), BKO_E_MISUSE);
	assert_near(p.quantity, 4711, 0);
}

/* Of elements the stride counts, whatever struct_size says. */
static void elements(void **state)
{
	struct {
		struct bko_plan_source known;
		double more;
	} source = {.known = source_of(2, 1, 0)};
	struct {
		struct bko_demand_period known;
		int64_t more;
	} period = {.known = {.length_ms = 100, .accepted = 3}};
	union {
		double room[BKO_PLAN_SKU_SIZE / sizeof(double)];
	} room;
	bko_plan_state *sku = (bko_plan_state *)(void *)room.room;
	struct bko_plan_method method = {.struct_size = sizeof method, .kind = BKO_PLAN_SKU};
	struct bko_plan_need need = need_of(&source.known, 1, 2, 1);
	struct bko_plan_proposal p = {.struct_size = sizeof p};
	static const uint32_t sizes[] = {0, 8, UINT32_MAX};
	int64_t next = 0;

	(void)state;
	assert_int_equal(bko_plan_state_init(sku, sizeof room, &method), BKO_OK);
	need.source_stride = sizeof source;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		source.known.struct_size = period.known.struct_size = sizes[i];
		assert_int_equal(bko_plan_propose(&need, &p), BKO_OK);
		period.known.start_ms = next;
		assert_int_equal(
			bko_plan_learn(sku, NULL, &period.known, 1, sizeof period, 0, &next),
			BKO_OK);
		assert_int_equal(next, period.known.start_ms + 100);
	}
	source.more = 1;
	assert_int_equal(bko_plan_propose(&need, &p), BKO_E_STRUCT_NEWER);
	period.known.start_ms = next;
	period.more = 1;
	assert_int_equal(bko_plan_learn(sku, NULL, &period.known, 1, sizeof period, 0, &next),
	                 BKO_E_STRUCT_NEWER);
	assert_int_equal(next, period.known.start_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures),     cmocka_unit_test(as_it_is_sold),
		cmocka_unit_test(whom_to_ask), cmocka_unit_test(of_a_state),
		cmocka_unit_test(policies),    cmocka_unit_test(risks),
		cmocka_unit_test(learning),    cmocka_unit_test(refusals),
		cmocka_unit_test(elements),
	};

	return cmocka_run_group_tests_name("plan/propose", tests, NULL, NULL);
}
