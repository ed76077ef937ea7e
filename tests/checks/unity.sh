#!/usr/bin/env bash
# All sources compile as one, so that a host may drop them in as a single file:
# no two of them define the same name. As GNU C, as hosts mostly do: what comes
# first in a file decides whether the system shows its calls, and media of files
# come late. Usage: unity.sh ROOT
set -eu
cd "$1"
cc=${CC:-cc}
if find lib -name '*.c' | sort | sed 's/.*/#include "&"/' |
	$cc -std=gnu99 -Wall -Wextra -Werror -O1 -I. -Iinclude -Ilib -x c -c - -o /dev/null; then
	echo "unity: ok"
else
	echo "unity: the sources cannot be one file"
	exit 1
fi
