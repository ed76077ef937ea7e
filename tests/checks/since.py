#!/usr/bin/env python3
"""Every public function says since when: the comment above it has "Since:". One comment may
serve several functions, with the structs between them; a comment of a struct does not end it,
a comment right above a function does. Usage: since.py ROOT"""
import re
import sys

import tree

# In order: a comment that begins a line; the beginning of any declaration.
PIECE = re.compile(r"^/\*.*?\*/|^BKO_API\b[^;]*;|^(?:typedef|struct|enum)\b", re.M | re.S)


def check(root):
    faults = []
    for path in tree.headers(root):
        force = comment = ""
        for piece in PIECE.findall(tree.read(root, path)):
            if piece.startswith("/*"):
                comment = piece
                continue
            function = re.match(r"BKO_API[^(]*\b(bko_\w+)\s*\(", piece)
            if comment and (function or "Since:" in comment):
                force = comment
            comment = ""
            if function and "Since:" not in force:
                faults.append("%s: %s has no \"Since:\" above it" % (path, function.group(1)))
    return faults


tree.finish("since", check(sys.argv[1]))
