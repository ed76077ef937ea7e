#!/bin/sh
# Text on Cortex-M4 of what a terminal links that forecasts its items by the SKU
# default and sets their policies by the formulas: at most 16 KB. What is linked only when
# named is shown beside it: the join (learning from counted demand, proposals, risks), and
# extras (unreliable suppliers, lots, exact (s, S), saved states, intervals).
# usage: size.sh ROOT
cd "$1" || exit 1
cc=arm-none-eabi-gcc
if ! command -v $cc >/dev/null; then
	echo "SKIP: no $cc"
	exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

sku="state_size state_init observe forecast total state_read state_end"
policy="normal_cdf normal_quantile normal_loss normal_loss2 normal_loss_inverse
	demand_fit demand_at demand_quantile lead_demand safety_stock reorder_point
	service_of fill_level eoq eoq_cost eoq_backorder eoq_discount epq epq_cost newsvendor
	newsvendor_cost rq_cost rq_level rq_best rq_shortage rq_eoqb rq_eoqss ss_power"
join="learn propose policy risks"
extras="variance eoq_disruption newsvendor_disruption newsvendor_disruption_cost lots
	ss_cost ss_best state_save state_load state_like interval band_init band_observe
	band_save band_load classify"

objects()
{
	for source in lib/plan/*.c; do
		$cc -std=c99 -mcpu=cortex-m4 -mthumb -Os -ffunction-sections -fdata-sections \
			-Iinclude -Ilib "$1" -c "$source" -o "$scratch/$(basename "$source").o" || exit 1
	done
}

# What these names pull in, libc and libm aside.
text()
{
	roots=
	for name in $1; do
		roots="$roots -Wl,-u,bko_plan_$name"
	done
	# shellcheck disable=SC2086
	$cc -mcpu=cortex-m4 -mthumb -nostdlib $roots \
		-Wl,--gc-sections,--unresolved-symbols=ignore-all,-e,bko_plan_observe \
		"$scratch"/*.o -o "$scratch/image" 2>/dev/null || exit 1
	arm-none-eabi-size "$scratch/image" | awk 'END {print $1}'
}

objects -DBKO_PLAN_SKU_ONLY
terminal=$(text "$sku $policy")
echo "SKU default $(text "$sku"), policy $(text "$policy"), both $terminal of 16384"
echo "with the join $(text "$sku $policy $join"), with extras $(text "$sku $policy $extras")"
objects -UBKO_PLAN_SKU_ONLY
echo "all methods, with both $(text "$sku $policy $join $extras")"
[ "$terminal" -gt 0 ] && [ "$terminal" -le 16384 ]
