#!/usr/bin/env python3
"""Nothing in the tree names a folder of somebody's machine, and nothing is left for later.
Usage: leftovers.py ROOT"""
import re
import sys

import tree

# Written so that this file does not find itself.
LOCAL = re.compile(r"(?<![\w.)}\]>*-])/(?:home|root|Users|work|mnt|opt|srv|tmp|var|usr|etc)/[\w.]")
LATER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
SHEBANG = re.compile(r"#!/usr" r"/bin/env \w+$")


def check(root):
    faults = []
    for path in tree.files(root):
        for number, line in enumerate(tree.read(root, path).split("\n"), 1):
            if number == 1 and SHEBANG.match(line):
                continue
            if LOCAL.search(line):
                faults.append("%s:%d: a local path" % (path, number))
            if LATER.search(line):
                faults.append("%s:%d: left for later" % (path, number))
    return faults


tree.finish("leftovers", check(sys.argv[1]))
