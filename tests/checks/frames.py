#!/usr/bin/env python3
"""No recursion, and every stack frame of a size known when compiled: no VLA, no alloca.
Calls through function pointers cannot be followed. Usage: frames.py ROOT"""
import os
import subprocess
import sys
import tempfile

import callgraph
import tree


def check(root):
    graph = callgraph.Graph()
    cc = os.environ.get("CC", "cc").split()
    with tempfile.TemporaryDirectory() as scratch:
        for number, path in enumerate(tree.files(root, ".c", under="lib")):
            out = os.path.join(scratch, "%d.o" % number)
            # Not optimised, so that the graph is that of the source.
            subprocess.run(cc + ["-std=c99", "-O0", "-Iinclude", "-Ilib", "-c", path, "-o", out,
                                 "-fcallgraph-info=su,da"], cwd=root, check=True)
            graph.load(os.path.join(scratch, "%d.ci" % number))
    faults = ["%s: %s" % (name.split("/")[-1], why) for name, why in graph.dynamic.items()]
    if graph.cycle():
        faults.append("recursion: " + " -> ".join(n.split("/")[-1] for n in graph.cycle()))
    if not graph.frame:
        faults.append("no functions found")
    return faults


tree.finish("frames", check(sys.argv[1]))
