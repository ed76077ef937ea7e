#!/usr/bin/env python3
"""The names that the shared library exports, those of lib/backorder.map and those declared with
BKO_API are the same. Usage: names.py ROOT [LIBRARY]; without a library, prints the map that the
headers ask for."""
import re
import subprocess
import sys

import tree

HEAD = """# What the shared library exports, one node a release; a published name never
# leaves its node. `tests/checks/names.py .` prints what the headers ask for.
"""


def exported(library):
    text = subprocess.run(["nm", "-D", "--defined-only", library], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    # Kind A is the version node itself.
    return [f[2].split("@")[0] for f in map(str.split, text.splitlines()) if f[1] != "A"]


def mapped(root):
    text = re.sub(r"#.*", "", tree.code(tree.read(root, "lib/backorder.map")))
    return re.findall(r"[\w*?]+(?=\s*;)", re.sub(r"local:\s*\*;", "", text))


def check(root, library):
    sets = {"the headers": tree.exports(root), "lib/backorder.map": mapped(root),
            "the library": exported(library)}
    faults = ["%s: twice in %s" % (name, where) for where, names in sets.items()
              for name in sorted(set(names)) if names.count(name) > 1]
    for name in sorted(set().union(*sets.values())):
        absent = [where for where, names in sets.items() if name not in names]
        if absent:
            faults.append("%s: not in %s" % (name, ", ".join(absent)))
    if not sets["the headers"]:
        faults.append("the headers declare nothing")
    return faults


if len(sys.argv) > 2:
    tree.finish("names", check(sys.argv[1], sys.argv[2]))
print(HEAD + "BACKORDER_0.1 {\nglobal:\n" +
      "".join("\t%s;\n" % name for name in sorted(tree.exports(sys.argv[1]))) +
      "local:\n\t*;\n};")
