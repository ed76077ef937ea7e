#!/usr/bin/env python3
"""tests/abi/layout_*.c tell every member of every transparent struct, in order, and hold for 32 bit
too, whether int64_t lies there at multiples of 4 (x86) or of 8 (Arm); no struct has padding.
Usage: layout.py ROOT"""
import os
import re
import shutil
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


def compilers():
    """Commands with and without 64-bit pointers, as far as there are any."""
    yield os.environ.get("CC", "cc").split()
    small = os.environ.get("CC", "cc").split() + ["-m32", "-ffreestanding"]
    if subprocess.run(small + ["-fsyntax-only", "-x", "c", os.devnull],
                      stderr=subprocess.DEVNULL).returncode == 0:
        yield small
    if shutil.which("arm-none-eabi-gcc"):
        yield ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb"]


def check(root):
    faults = []
    files = [p for p in tree.files(root, ".c", under="tests/abi") if "layout_" in p]
    told = "".join(tree.read(root, path) for path in files)
    for path in tree.headers(root):
        for name, body in STRUCT.findall(tree.code(tree.read(root, path))):
            want = members(body)
            have = re.findall(r"^MEMBER\(%s, (\w+)," % name, told, re.M)
            if want != have:
                faults.append("%s: %s: has %s, told are %s" % (path, name, want, have))
            if not re.search(r"^SIZE\(%s," % name, told, re.M):
                faults.append("%s: %s: its size is not told" % (path, name))
    for compiler in compilers():
        for path in files:
            command = compiler + ["-std=c99", "-fsyntax-only", "-Wpadded", "-Werror", "-Iinclude",
                                  path]
            done = subprocess.run(command, cwd=root, stderr=subprocess.PIPE, text=True)
            faults += ["%s: %s" % (" ".join(compiler), line)
                       for line in done.stderr.splitlines() if "error:" in line]
    return faults


tree.finish("layout", check(sys.argv[1]))
