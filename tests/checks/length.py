#!/usr/bin/env python3
"""A file fits one reading and a function one screen or two: 600 and 70 lines. Public headers are
the manual and may be longer. Usage: length.py ROOT"""
import re
import sys

import tree

FILE, FUNCTION = 600, 70


def check(root):
    faults = []
    for path in tree.files(root, ".c", ".h"):
        if path.startswith("include"):
            continue
        lines = tree.read(root, path).split("\n")
        if len(lines) - 1 > FILE:
            faults.append("%s: %d lines" % (path, len(lines) - 1))
        # The formatter puts the braces of a function, and of nothing else
        # that is open-ended, alone at the left edge.
        opened = None
        for number, line in enumerate(lines, 1):
            if line == "{":
                opened = number
            elif line == "}" and opened is not None:
                if number - opened - 1 > FUNCTION:
                    head = "".join(lines[max(0, opened - 4):opened - 1])
                    name = (re.findall(r"(\w+)\(", head) or ["?"])[-1]
                    faults.append("%s:%d: %s has %d lines" %
                                  (path, opened, name, number - opened - 1))
                opened = None
    return faults


tree.finish("length", check(sys.argv[1]))
