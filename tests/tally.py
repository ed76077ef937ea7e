#!/usr/bin/env python3
"""Adds up what the tests said of themselves: usage tally.py TESTLOG.json ... Each file is one run
of meson test, a JSON object a line. A cmocka program counts by its cases, any other as one."""
import json
import re
import sys

CASES = re.compile(r"^\[  (PASSED|FAILED|SKIPPED) *\] (?:.*: )?(\d+) test\(s\)", re.M)


def main(paths):
    sums = {"PASSED": 0, "FAILED": 0, "SKIPPED": 0}
    for path in paths:
        with open(path, encoding="utf-8") as log:
            for entry in map(json.loads, log):
                said = entry.get("stdout", "") + "\n" + entry.get("stderr", "")
                cases = {kind: 0 for kind in sums}
                for kind, number in CASES.findall(said):
                    cases[kind] += int(number)
                result = entry["result"]
                if result == "SKIP":
                    cases = {"PASSED": 0, "FAILED": 0, "SKIPPED": 1}
                elif result in ("OK", "EXPECTEDFAIL"):
                    if not any(cases.values()):
                        cases["PASSED"] = 1
                elif not cases["FAILED"]:
                    # A crash or a timeout leaves no line of its own.
                    cases["FAILED"] = 1
                for kind in sums:
                    sums[kind] += cases[kind]
    print("%d %d %d" % (sums["PASSED"], sums["FAILED"], sums["SKIPPED"]))


main(sys.argv[1:])
