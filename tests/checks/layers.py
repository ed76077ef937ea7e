#!/usr/bin/env python3
"""Includes point down only: base <- rules <- engine; store and plan stand beside them on base;
what stands outside the library sees its public headers alone. Usage: layers.py ROOT"""
import os
import re
import sys

import tree

# The folders under lib, and those whose headers each may include.
MAY = {
    "base": {"base"},
    "rules": {"base", "rules"},
    "engine": {"base", "rules", "engine"},
    "store": {"base", "store"},
    "plan": {"base", "plan"},
}
# Headers of libc: few, since a terminal may have hardly a libc. Media of the
# store reach an operating system, so store is free.
LIBC = {"stddef.h", "stdint.h", "limits.h", "string.h", "stdlib.h", "assert.h"}
MORE = {"plan": {"math.h", "float.h"}}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(\S+)', re.M)


def reached(root, path, name):
    """Folder that a quoted include reaches, as (top, layer)."""
    if re.fullmatch(r"backorder/\w+\.h", name):
        return "include", None
    beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
    for file in (beside, os.path.join("lib", name)):
        if os.path.exists(os.path.join(root, file)):
            parts = file.split(os.sep)
            return parts[0], parts[1] if len(parts) > 2 else None
    return None, None


def fault(root, path, what):
    """Why this file may not include that, or None."""
    parts = path.split(os.sep)
    top, layer = parts[0], parts[1] if parts[0] == "lib" else None
    if what.startswith("<backorder/"):
        what = '"%s"' % what[1:-1]
    if what[0] == "<":
        narrow = top == "include" or (top == "lib" and layer != "store")
        if narrow and what[1:-1] not in LIBC | MORE.get(layer, set()):
            return "a header that the library does without"
    elif what[0] == '"':
        to_top, to_layer = reached(root, path, what[1:-1])
        if to_top is None:
            return "found nowhere"
        if to_top == "include":
            return None
        if top == "include" or to_top != top:
            return "only public headers may be seen from here"
        if top == "lib" and to_layer not in MAY[layer]:
            return "%s does not stand below %s" % (to_layer, layer)
    elif what != "BKO_CONFIG_H":
        return "an include that cannot be followed"
    return None


def check(root):
    faults = []
    for path in tree.files(root, ".c", ".h"):
        parts = path.split(os.sep)
        if parts[0] not in ("include", "lib", "examples", "bindings"):
            continue
        if parts[0] == "lib" and (len(parts) < 3 or parts[1] not in MAY):
            faults.append("%s: not in a layer" % path)
            continue
        for what in INCLUDE.findall(tree.code(tree.read(root, path), keep_strings=True)):
            why = fault(root, path, what)
            if why:
                faults.append("%s: includes %s: %s" % (path, what, why))
    return faults


tree.finish("layers", check(sys.argv[1]))
