#!/bin/sh
# Runs an accuracy program on a data file that is not part of the project.
# usage: accuracy.sh FILE.gz PROGRAM [ARGUMENT]
# Where the file is missing the test is skipped (77).
file=$1
shift
if [ ! -r "$file" ]; then
	echo "SKIP: no $(basename "$file")"
	exit 77
fi
gzip -dc "$file" | "$@"
