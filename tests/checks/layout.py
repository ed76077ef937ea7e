#!/usr/bin/env python3
"""tests/abi/layout.c tells every member of every transparent struct, in order, and holds for 32
bit too. Usage: layout.py ROOT"""
import os
import re
import subprocess
import sys

import tree

STRUCT = re.compile(r"^struct (bko_\w+) \{(.*?)^\};", re.M | re.S)
# Declarators of a member declaration: a, *b, c[8] or a function pointer.
POINTER = re.compile(r"\(\s*\*\s*(\w+)\s*\)\s*\(")


def members(body):
    names = []
    for declaration in filter(str.strip, body.split(";")):
        pointer = POINTER.search(declaration)
        names += [pointer.group(1)] if pointer else \
            re.findall(r"(\w+)\s*(?:\[[^]]*\])?\s*(?=,|$)", declaration.strip())
    return names


def check(root):
    faults = []
    told = tree.read(root, "tests/abi/layout.c")
    for path in tree.headers(root):
        for name, body in STRUCT.findall(tree.code(tree.read(root, path))):
            want = members(body)
            have = re.findall(r"^MEMBER\(%s, (\w+)," % name, told, re.M)
            if want != have:
                faults.append("%s: has %s, layout.c tells %s" % (name, want, have))
            if not re.search(r"^SIZE\(%s," % name, told, re.M):
                faults.append("%s: layout.c does not tell its size" % name)
    cc = os.environ.get("CC", "cc").split() + ["-m32", "-ffreestanding", "-fsyntax-only", "-Iinclude",
                                               "tests/abi/layout.c"]
    if subprocess.run(cc, cwd=root).returncode != 0:
        faults.append("layout.c does not hold for 32 bit")
    return faults


tree.finish("layout", check(sys.argv[1]))
