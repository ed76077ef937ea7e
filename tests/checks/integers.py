#!/usr/bin/env python3
"""No floating point outside lib/plan, in the source; tests/cross/size looks at the objects.
Usage: integers.py ROOT"""
import re
import sys

import tree

WORD = re.compile(r"\b(?:float|double|_Complex|math\.h|float\.h|\d+\.\d*(?:[eE][-+]?\d+)?[fFlL]?|"
                  r"\d+[eE][-+]?\d+)\b")


def check(root):
    faults = []
    for path in tree.files(root, ".c", ".h", under="lib") + tree.headers(root):
        if path.startswith("lib/plan/") or path.endswith(("/plan.h", "/propose.h")):
            continue
        for number, line in enumerate(tree.code(tree.read(root, path)).split("\n"), 1):
            for word in WORD.findall(line):
                faults.append("%s:%d: %s" % (path, number, word))
    return faults


tree.finish("integers", check(sys.argv[1]))
