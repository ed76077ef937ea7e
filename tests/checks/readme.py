#!/usr/bin/env python3
"""README's first program compiles as printed, in at most 30 lines, links, runs, and prints what
the README says it prints, where it says so: in a ```text block soon after.
Usage: readme.py ROOT ARCHIVE"""
import os
import re
import subprocess
import sys
import tempfile

import tree

LINES = 30


def check(root, archive):
    text = tree.read(root, "README.md") if os.path.exists(root + "/README.md") else ""
    block = re.search(r"^```c\n(.*?)^```\n(?:[^`]{0,200}^```text\n(.*?)^```)?", text, re.M | re.S)
    if not block:
        return ["README.md has no C program"]
    program, promised = block.groups()
    faults = []
    if program.count("\n") > LINES:
        faults.append("the program has %d lines, more than %d" % (program.count("\n"), LINES))
    with tempfile.TemporaryDirectory() as scratch:
        source, binary = scratch + "/first.c", scratch + "/first"
        with open(source, "w", encoding="utf-8") as f:
            f.write(program)
        command = os.environ.get("CC", "cc").split() + [
            "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-I" + root + "/include",
            source, archive, "-lm", "-o", binary]
        if subprocess.run(command).returncode != 0:
            return faults + ["the program does not compile and link"]
        run = subprocess.run([binary], stdout=subprocess.PIPE, text=True, timeout=60)
        if run.returncode != 0:
            faults.append("the program ends with %d" % run.returncode)
        if promised is not None and run.stdout != promised:
            faults.append("the program prints otherwise than shown:\n" + run.stdout)
    return faults


tree.finish("readme", check(*sys.argv[1:3]))
