#!/bin/sh
# The forecasting example: its sample, what it says of lines that are no series,
# and standard input. usage: forecast.sh PROGRAM SAMPLE
program=$1
sample=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
faults=0

# expect WHAT PATTERN FILE
expect() {
	if ! grep -q -- "$2" "$scratch/$3"; then
		echo "$1: no line like: $2"
		faults=$((faults + 1))
	fi
}

# run STATUS ARGUMENTS...; standard input is passed on
run() {
	want=$1
	shift
	"$program" "$@" >"$scratch/out" 2>"$scratch/err"
	got=$?
	if [ "$got" != "$want" ]; then
		echo "$*: status $got, expected $want"
		faults=$((faults + 1))
	fi
}

run 0 "$sample" </dev/null
expect sample '^watering can: 60 periods, smooth, weight of the season' out
expect sample '^pump motor: 48 periods, lumpy' out
expect sample '^  +   6 |.*\*.*| .* to ' out
expect sample '^automatic  *7 ' out
[ -s "$scratch/err" ] && echo "sample: not silent" && faults=$((faults + 1))
# In the table, the automatic forecaster beats the naive one.
awk '/^naive/ {n = $4} /^automatic/ {a = $4} END {exit !(a > 0 && a < n)}' "$scratch/out" ||
	{ echo "sample: automatic is no better than naive"; faults=$((faults + 1)); }

printf 'id,season,v\na,1,1,2,x,4\n\n# b\nb,0,1\nc\n,1,2\ne,1,nan\nf,1,1e101\ng,2,5,6,5,6,5,6,5,6' >"$scratch/in"
run 1 --horizon 2 - <"$scratch/in"
expect malformed '^line 2: value 3 (x) is no number' err
expect malformed '^line 5: season is no number' err
expect malformed '^line 6: no id' err
expect malformed '^line 7: no id' err
expect malformed '^line 8: value 1 (nan) is out of range' err
expect malformed '^line 9: value 1 (1e101) is out of range' err
expect malformed '^6 of 7 series not understood' err
expect malformed '^g: 8 periods' out

run 2 --horizon 0 </dev/null
expect usage '^usage: ' err
run 2 "$scratch/missing" </dev/null
run 2 </dev/null
run 0 --help </dev/null
expect help 'id,season,value' out
run 2 </dev/null
expect input '^forecast: no FILE' err

# What could not be written is no success.
for full in "$sample" --help; do
	[ -c /dev/full ] || break
	"$program" "$full" >/dev/full 2>"$scratch/err" </dev/null
	got=$?
	[ "$got" = 1 ] || { echo "$full to a full device: status $got"; faults=$((faults + 1)); }
	expect full '^forecast: could not write' err
done
[ "$faults" = 0 ] && echo "forecast: ok"
[ "$faults" = 0 ]
