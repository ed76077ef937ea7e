#!/usr/bin/env bash
# Each public header compiles alone, in every language that hosts use, without
# padding in its structs; and one preprocessor pass gives plain declarations
# that foreign function interfaces load. Usage: headers.sh ROOT
set -eu
cd "$1"
cc=${CC:-cc} cxx=${CXX:-c++}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
strict=(-Iinclude -fsyntax-only -Wall -Wextra -pedantic -Werror)
faults=0
fault()
{
	echo "$1"
	faults=$((faults + 1))
}

for header in include/backorder/*.h; do
	printf '#include "%s"\n' "${header#include/}" >"$scratch/one.c"
	# Twice, for the include guard.
	cat "$scratch/one.c" "$scratch/one.c" >"$scratch/two.c"
	for std in c99 c11 c17; do
		$cc -std=$std "${strict[@]}" -Wpadded -Wstrict-prototypes -x c "$scratch/two.c" ||
			fault "$header: not $std"
	done
	for std in c++11 c++20; do
		$cxx -std=$std "${strict[@]}" -x c++ "$scratch/two.c" || fault "$header: not $std"
	done
	# 32 bit: pointers shrink and int64_t may lie at multiples of 4.
	if echo | $cc -m32 -ffreestanding -fsyntax-only -x c - 2>/dev/null; then
		$cc -m32 -ffreestanding -std=c99 "${strict[@]}" -Wpadded -x c "$scratch/two.c" ||
			fault "$header: not 32 bit"
	fi
done

# One pass over all of them, lower ones first, gives plain declarations ...
for name in types store medium log engine backorder stock read plan propose; do
	header=backorder/$name.h
	[ ! -e "include/$header" ] || printf '#include "%s"\n' "$header"
done >"$scratch/all.h"
$cc -E -P -DBKO_FFI_CDEF -Iinclude -x c "$scratch/all.h" >"$scratch/cdef"
! grep -nE '#|__attribute__|__declspec|extern|\b(BKO_API|BKO_FFI|BKO_SHARED)' "$scratch/cdef" ||
	fault "the cdef is not plain"
for header in include/backorder/*.h; do
	grep -q "${header#include/}" "$scratch/all.h" || fault "$header: of no known place"
done
# ... which are C again; the two system headers stand for what an interface
# knows by itself.
{
	printf '#include <stddef.h>\n#include <stdint.h>\n'
	cat "$scratch/cdef"
} >"$scratch/all.c"
$cc -std=c99 "${strict[@]}" "$scratch/all.c" || fault "the cdef is not C"

echo "headers: $([ $faults = 0 ] && echo ok || echo "$faults faults")"
[ $faults = 0 ]
