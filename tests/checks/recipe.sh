#!/usr/bin/env bash
# The whole build recipe, as the documentation gives it: compile every .c below
# lib with -Iinclude -Ilib. The objects hold no writable data.
# Usage: recipe.sh ROOT [OUTPUT_ARCHIVE]
set -eu
root=$1
archive=${2:-}
cc=${CC:-cc}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$root"
number=0
for source in $(find lib -name '*.c' | sort); do
	number=$((number + 1))
	# Files of two folders may share a name, so the objects are numbered.
	$cc -std=c99 -Iinclude -Ilib -c "$source" -o "$scratch/$number-$(basename "$source" .c).o"
done
[ $number -gt 0 ] || { echo "recipe: no sources"; exit 1; }

# .data.rel.ro is constant: addresses that only the loader writes.
writable=$(size -A "$scratch"/*.o | awk '
	/:$/ || $1 ~ /\.o$/ { file = $1 }
	$1 ~ /^\.(data|bss|tdata|tbss)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 { print file, $1, $2 }')
if [ -n "$writable" ]; then
	echo "recipe: writable data:"
	echo "$writable" | sed "s|$scratch/||"
	exit 1
fi
# Tentative definitions are counted nowhere else.
if nm "$scratch"/*.o | grep ' C '; then
	echo "recipe: common symbols"
	exit 1
fi
[ -z "$archive" ] || { rm -f "$archive"; ar rcs "$archive" "$scratch"/*.o; }
echo "recipe: ok, $number files"
