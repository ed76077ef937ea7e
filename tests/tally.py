#!/usr/bin/env python3
"""Adds up what the tests said of themselves: usage tally.py TESTLOG.json ... Each file is one run
of meson test, a JSON object a line. A cmocka program counts by its cases, any other as one. Prints
the cases good, bad and left out, then what else was counted, as `evidence: WHAT COUNT`. Usage
tally.py --page FILE: the page of a file of such lines, each count summed."""
import json
import re
import sys

EVIDENCE = re.compile(r"^evidence: (.+) (\d+)$", re.M)
CASES = re.compile(r"^\[  (PASSED|FAILED|SKIPPED) *\] (?:.*: )?(\d+) test\(s\)", re.M)


def page(path):
    """One line for each thing counted: how much in all, in how many runs."""
    with open(path, encoding="utf-8") as file:
        said = EVIDENCE.findall(file.read())
    width = max([len(what) for what, _ in said], default=0)
    for what in sorted(set(what for what, _ in said)):
        counts = [int(count) for name, count in said if name == what]
        print("%-*s %14s  in %d run%s" % (width, what, "{:,}".format(sum(counts)), len(counts),
                                          "s" if len(counts) > 1 else ""))


def main(paths):
    sums = {"PASSED": 0, "FAILED": 0, "SKIPPED": 0}
    evidence = []
    for path in paths:
        with open(path, encoding="utf-8") as log:
            for entry in map(json.loads, log):
                said = entry.get("stdout", "") + "\n" + entry.get("stderr", "")
                cases = {kind: 0 for kind in sums}
                evidence += EVIDENCE.findall(said)
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
    for what, count in evidence:
        print("evidence: %s %s" % (what, count))


if sys.argv[1:2] == ["--page"]:
    page(sys.argv[2])
else:
    main(sys.argv[1:])
