#!/usr/bin/env python3
"""Compiles the library for a Cortex-M4 and prints what it takes there: code, constants, writable
data, stack. Fails on writable data, floating point outside lib/plan, or a public call whose
stack, callbacks apart, is over its bound. Usage: size.py ROOT [CC]"""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "checks"))
import callgraph  # noqa: E402
import tree  # noqa: E402

FLAGS = ["-mcpu=cortex-m4", "-mthumb", "-std=c99", "-Os", "-ffunction-sections",
         "-fdata-sections", "-Wall", "-Wextra", "-Werror", "-Iinclude", "-Ilib",
         # A size_t checked against a 32-bit limit cannot be over it here.
         "-Wno-type-limits",
         "-fstack-usage", "-fcallgraph-info=su,da"]
# What a public call may take of the stack; few need more than the goal.
BOUND, GOAL = 1024, 768
FLOAT = re.compile(r"__aeabi_(?:c?d(?!iv)|c?f|u?[il]2[df])\w*")


def tool(cc, name):
    return re.sub(r"gcc$", name, cc)


def sections(cc, objects):
    """Bytes of text, constants, data and bss of some objects."""
    out = subprocess.run([tool(cc, "size"), "-A"] + objects, check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    sums = [0, 0, 0, 0]
    kinds = ["text", "rodata", "data", "bss"]
    for kind, size in re.findall(r"^\.(text|rodata|data|bss)\S*\s+(\d+)\s", out, re.M):
        sums[kinds.index(kind)] += int(size)
    return sums


def build(root, cc, more, scratch):
    """Compiles; returns {layer: objects} and the call graph."""
    layers, graph = {}, callgraph.Graph()
    for number, path in enumerate(tree.files(root, ".c", under="lib")):
        out = "%s/%d.o" % (scratch, number)
        command = [cc] + FLAGS + more + ["-c", path, "-o", out]
        if subprocess.run(command, cwd=root).returncode != 0:
            tree.finish("size", ["%s does not compile" % path])
        layers.setdefault(path.split(os.sep)[1], []).append(out)
        graph.load(out[:-2] + ".ci")
        relocations = subprocess.run([tool(cc, "objdump"), "-r", out], check=True, text=True,
                                     stdout=subprocess.PIPE).stdout
        graph.load_relocations(out[:-2] + ".ci", relocations)
    return layers, graph


def measure(root, cc, more):
    faults = []
    with tempfile.TemporaryDirectory() as scratch:
        layers, graph = build(root, cc, more, scratch)
        print("%-10s %8s %8s %6s %6s   bytes, Cortex-M4 -Os %s" %
              ("", "text", "rodata", "data", "bss", " ".join(more)))
        total = [0, 0, 0, 0]
        for layer, objects in layers.items():
            sums = sections(cc, objects)
            total = [a + b for a, b in zip(total, sums)]
            print("%-10s %8d %8d %6d %6d" % ((layer,) + tuple(sums)))
            out = subprocess.run([tool(cc, "nm"), "-u"] + objects, check=True, text=True,
                                 stdout=subprocess.PIPE).stdout
            if layer != "plan" and FLOAT.search(out):
                faults.append("%s calls %s" % (layer, sorted(set(FLOAT.findall(out)))))
        print("%-10s %8d %8d %6d %6d" % (("all",) + tuple(total)))
    if total[2] or total[3]:
        faults.append("writable data: %d data, %d bss" % (total[2], total[3]))
    if graph.cycle():
        return faults + ["recursion: " + " -> ".join(graph.cycle())]
    return faults + stacks(root, graph)


def stacks(root, graph):
    faults = []
    depths = graph.depths()
    calls = sorted((depths[n][0], n) for n in set(tree.exports(root)) if n in depths)
    engine = [call for call in calls if not call[1].startswith("bko_plan_")]
    plan = [call for call in calls if call[1].startswith("bko_plan_")]
    print("deepest stacks of public calls, bytes (callbacks and libc apart):")
    for depth, name in engine[:-6:-1] + plan[:-2:-1]:
        path = ["%s %d" % (n.split(":")[-1], graph.frame[n]) for n in depths[name][1]]
        print("%6d %s" % (depth, " > ".join(path)))
    over = sum(depth > GOAL for depth, _ in engine)
    print("%d of %d calls need more than the goal of %d bytes" % (over, len(engine), GOAL))
    for depth, name in calls:
        if depth > BOUND:
            faults.append("%s: %d bytes of stack, over %d" % (name, depth, BOUND))
    return faults


def main(root, cc="arm-none-eabi-gcc"):
    faults = []
    for more in ([], ["-DBKO_NO_MALLOC"]):
        faults += measure(root, cc, more)
    tree.finish("size", sorted(set(faults)))


main(*sys.argv[1:3])
