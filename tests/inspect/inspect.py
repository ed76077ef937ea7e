#!/usr/bin/env python3
"""Looks with examples/inspect into a file that examples/replay made: figures, verifying, a dump
and a file loaded from it, damage and what is salvaged, dumps that are none.

usage: inspect.py INSPECT REPLAY HISTORY"""
import os, re, subprocess, sys, tempfile


def run(program, *args, data=b"", status=0):
    done = subprocess.run([program, *args], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != status:
        sys.exit("%s: exit status %d, not %d\n%s%s" % (args, done.returncode, status,
                                                       done.stdout.decode(), done.stderr.decode()))
    return done.stdout, done.stderr


def figures(inspect, file):
    told = run(inspect, file)[0].decode()
    return {name.strip(): int(value) for name, value in re.findall(r"^(\w.{35}) +(\d+)$", told, re.M)}, told


def must(what, holds):
    if not holds:
        sys.exit("not so: " + what)


def well(inspect, replay, history, folder):
    """A file as it should be, and its copy by way of text. Returns its name and its dump."""
    file, copy = os.path.join(folder, "shop"), os.path.join(folder, "copy")
    with open(history, encoding="utf-8") as f: # a day that ends with shipping: its news are kept
        rows = [row for row in f if not re.search(r"2026-03-(29|3)", row)]
    run(replay, "--csv", "--store", file, "-", data="".join(rows).encode())
    found, told = figures(inspect, file)
    dumped = run(inspect, "dump", file)[0]
    lines = dumped.split(b"\n")
    must("the dump has a line for each row", len(lines) == found["rows"] + 3 and found["rows"] > 0)
    must("the last line counts them", lines[-2].startswith(b"end %d " % found["rows"]))
    must("it was closed well", found["closed well (1) or not (0)"] == 1)
    must("the file is as long as told", os.path.getsize(file) == found["bytes of the file"])
    must("its last events are told", re.search(r"^lane 0: events \d+ to \d+", told, re.M) and
         re.search(r"^ +\d+  2026-03-\d\d \d\d:\d\d:\d\d  shipped \d+ of item \d+ order 7\d+ by s", told, re.M))
    must("verify finds nothing", run(inspect, "verify", file)[0] == b"verify: 0 findings\n")
    must("nothing is damaged", run(inspect, "salvage", file)[0].startswith(b"salvage: 0 damages"))
    run(inspect, "load", copy, data=dumped)
    must("the copy has the same rows", run(inspect, "dump", copy)[0] == dumped)
    must("verify finds nothing in the copy", run(inspect, "verify", copy)[0] == b"verify: 0 findings\n")
    must("a copy keeps no old rows", figures(inspect, copy)[0]["rows"] == found["rows"])
    run(inspect, "load", copy, data=dumped, status=1)
    must("a file is not loaded twice", run(inspect, "dump", copy)[0] == dumped)
    return file, dumped


def damaged(inspect, file, dumped, folder):
    """A byte of a row: told with its place, and the rest is salvaged."""
    with open(file, "rb") as f:
        data = bytearray(f.read())
    data[data.rfind(b"10110")] ^= 0x40 # in a row, as the last checkpoint or a later batch has it
    with open(file, "wb") as f:
        f.write(data)
    for command in ("dump", "verify"):
        must("damage is told with its place",
             re.search(rb"\d+ bytes at byte \d+", run(inspect, command, file, status=1)[1]))
    told, said = run(inspect, "salvage", file, status=1)
    if not told: # the log refuses even then, but says where
        must("what can not be salvaged is told with its place", re.search(rb"bytes at byte \d+", said))
        return
    must("salvage lists it", re.search(rb"^(batch|content|checkpoint): \d+ bytes at byte \d+", told, re.M))
    rest = run(inspect, "dump-salvaged", file)[0]
    must("most rows are salvaged", rest.count(b"\n") > dumped.count(b"\n") // 2)
    copy = os.path.join(folder, "salvaged")
    run(inspect, "load", copy, data=rest)
    must("what was salvaged is a file again", run(inspect, "dump", copy)[0] == rest)


def no_dumps(inspect, dumped, folder):
    lines = dumped.split(b"\n")
    row = lines[len(lines) // 2]
    wrong = {
        "empty": b"",
        "no dump": b"hello\n",
        "another version": dumped.replace(b"rows 1", b"rows 2", 1),
        "cut short": dumped[:len(dumped) // 2],
        "without its end": b"\n".join(lines[:-2]) + b"\n",
        "a row less": b"\n".join(lines[:3] + lines[4:]),
        "a row twice": dumped.replace(row, row + b"\n" + row, 1),
        "turned round": b"\n".join(lines[:1] + lines[-3:0:-1] + lines[-2:]),
        "another value": dumped.replace(row, row + b"x", 1),
        "no hexadecimal": dumped.replace(row, row + b"\\x1", 1),
        "half a byte": dumped.replace(row, row + b"\\1", 1),
        "capital digits": dumped.replace(row, row + b"\\AA", 1),
        "two spaces": dumped.replace(row, row + b" ", 1),
        "no space": dumped.replace(row, row.replace(b" ", b""), 1),
        "no key": dumped.replace(lines[1], b" " + lines[1].split(b" ")[1], 1),
        "a long key": dumped.replace(row, b"z" * 209 + b" ", 1),
        "a long value": dumped.replace(row, row + b"v" * 1025, 1),
        "a very long line": dumped.replace(row, row + b"v" * 100000, 1),
        "control characters": dumped.replace(row, row + b"\x01", 1),
        "another hash": dumped[:-2] + (b"0" if dumped[-2:-1] != b"0" else b"1") + b"\n",
        "another count": dumped.replace(b"\nend ", b"\nend 1", 1),
    }
    for name, data in wrong.items():
        file = os.path.join(folder, "wrong")
        must("%s differs" % name, data != dumped)
        run(inspect, "load", file, data=data, status=1)
        if os.path.exists(file):
            os.remove(file)
    return len(wrong)


def main(inspect, replay, history):
    with tempfile.TemporaryDirectory() as folder:
        file, dumped = well(inspect, replay, history, folder)
        if os.path.exists("/dev/full"):
            for arguments in (["--help"], [file], ["dump", file]):
                with open("/dev/full", "wb") as full:
                    done = subprocess.run([inspect, *arguments], stdout=full, stderr=subprocess.PIPE, timeout=60)
                must("a full device is told", done.returncode == 1 and b"could not write" in done.stderr)
        refused = no_dumps(inspect, dumped, folder)
        damaged(inspect, file, dumped, folder)
        run(inspect, os.path.join(folder, "nothing"), status=1)
        run(inspect, history, status=1)
        run(inspect, "reticulate", file, status=2)
        run(inspect, status=2)
        must("help is told", run(inspect, "--help")[0].startswith(b"Usage: "))
    print("evidence: rows dumped and loaded again %d" % (dumped.count(b"\n") - 2))
    print("evidence: wrong dumps refused %d" % refused)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
