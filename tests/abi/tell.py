#!/usr/bin/env python3
"""Prints the rows of layout_*.c that the structs of a header ask for, to be read, then copied:
a row that was released never changes. Usage: tell.py HEADER (types, store, backorder ...)"""
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "checks"))
import tree  # noqa: E402

STRUCT = re.compile(r"^struct (bko_\w+) \{(.*?)^\};", re.M | re.S)
# Sizes as (bytes, pointers).
SIZES = {"char": (1, 0), "uint8_t": (1, 0), "int32_t": (4, 0), "uint32_t": (4, 0),
         "int64_t": (8, 0), "uint64_t": (8, 0), "double": (8, 0), "size_t": (0, 1)}


def text(size):
    pointers = {0: "", 1: "P"}.get(size[1], "%d * P" % size[1])
    return " + ".join(filter(None, [str(size[0]) if size[0] or not pointers else "", pointers]))


def members(body, constants):
    for declaration in filter(None, map(str.strip, body.split(";"))):
        pointer = re.search(r"\(\s*\*\s*(\w+)\s*\)\s*\(", declaration)
        if pointer:
            yield pointer.group(1), (0, 1)
            continue
        kind, rest = re.match(r"(?:const\s+)?(?:struct\s+)?(\w+)\s+(.*)$|$", declaration,
                              re.S).groups()
        for one in rest.split(","):
            name, array = re.search(r"(\w+)\s*(?:\[\s*(\w+)\s*\])?\s*$", one).groups()
            size = (0, 1) if "*" in one or kind.endswith("_fn") else SIZES[kind]
            count = int(constants.get(array, array)) if array else 1
            yield name, (size[0] * count, size[1] * count)


def main(wanted):
    sources = {path: tree.code(tree.read(ROOT, path)) for path in tree.headers(ROOT)}
    constants = dict(re.findall(r"\b(BKO_\w+)\s*=\s*(\d+)\b", "".join(sources.values())))
    waiting = [(path, name, body) for path, code in sources.items()
               for name, body in STRUCT.findall(code)]
    rows = {}
    while waiting:
        # Structs that hold others come when those are known.
        path, name, body = waiting.pop(0)
        try:
            known = list(members(body, constants))
        except KeyError:
            waiting.append((path, name, body))
            continue
        at = (0, 0)
        rows[name] = []
        for member, size in known:
            rows[name].append("MEMBER(%s, %s, %s, %s);" % (name, member, text(at), text(size)))
            at = at[0] + size[0], at[1] + size[1]
        rows[name].append("SIZE(%s, %s);" % (name, text(at)))
        SIZES[name] = at
    code = sources["include/backorder/%s.h" % wanted]
    print("\n\n".join("\n".join(rows[name]) for name, _ in STRUCT.findall(code)))


main(sys.argv[1])
