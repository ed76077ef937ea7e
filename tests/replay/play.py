#!/usr/bin/env python3
"""Plays an order history with examples/replay under every policy: nothing is
oversold, the library finds itself in order, the report and the log are the same
bytes in arena and heap mode, and the checker computes every figure again.

usage: play.py PROGRAM HISTORY [POLICY...]
Without HISTORY there, says SKIP. It may be compressed by gzip."""
import gzip, os, subprocess, sys, tempfile

import checker

OTHER_WAYS = [["--ship", "now"], ["--whole"], ["--limit", "5"], ["--late", "3"], ["--cover", "0"],
              ["--keep", "1"], ["--review", "1", "--lead", "0"], ["--policy", "safety", "--ship", "now"],
              ["--policy", "stock", "--whole", "--limit", "0"]]


def play(program, data, *options):
    done = subprocess.run([program, *options, "-"], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit("replay %s: exit status %d\n%s" % (" ".join(options), done.returncode, done.stderr.decode()))
    return done.stdout


def check_stores(program, data, folder, options):
    """The report does not depend on where the rows are kept."""
    report = play(program, data, "--csv", *options)
    for kind in ("", "sqlite:"):
        file = os.path.join(folder, "store" + kind.rstrip(":"))
        done = subprocess.run([program, "--csv", "--store", kind + file, *options, "-"], input=data,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if kind and b"BKO_E_UNSUPPORTED" in done.stderr:
            continue
        if done.returncode != 0 or done.stdout != report:
            sys.exit("%s on %s: exit status %d\n%s" % (options, kind or "a log", done.returncode, done.stderr.decode()))
        again = subprocess.run([program, "--csv", "--store", kind + file, *options, "-"], input=data,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if again.returncode != 1 or b"holds a shop already" not in again.stderr:
            sys.exit("%s: a shop is played on another one" % (kind or "a log"))
        for name in (file, file + "-wal", file + "-shm"):
            if os.path.exists(name):
                os.remove(name)


def check(program, history, data, folder, options):
    name = os.path.join(folder, "replay")
    report = play(program, data, "--csv", "--log", name + ".log", *options)
    with open(name + ".csv", "wb") as file:
        file.write(report)
    print(" ".join(options) or "as it is", end=": ", flush=True)
    checker.wrong.clear()
    if checker.main(history, name + ".log", name + ".csv"):
        sys.exit(1)
    again = play(program, data, "--csv", "--arena", "--log", name + ".arena", *options)
    if report != again or open(name + ".log", "rb").read() != open(name + ".arena", "rb").read():
        sys.exit("%s: arena and heap mode differ" % options)


def main(program, history, *policies):
    if not os.path.exists(history):
        print("SKIP: there is no", history)
        return 77
    with (gzip.open if history.endswith(".gz") else open)(history, "rb") as file:
        data = file.read()
    with tempfile.TemporaryDirectory() as folder:
        for policy in policies or ("stock", "backorder", "safety", "incoming"):
            check(program, history, data, folder, ["--policy", policy])
        for options in [[], ["--policy", "safety", "--keep", "1"]] if not policies else []:
            check_stores(program, data, folder, options)
        for options in OTHER_WAYS if not policies else []:
            check(program, history, data, folder, options)
    # What people read, too; a long history is played once more for it at most.
    for options in ([], ["--compare"]) if not policies else [[]] * ("backorder" in policies):
        lines = play(program, data, *options).decode().splitlines()
        if lines[-2:] != ["oversold units: 0", "verify: 0 violations"]:
            sys.exit("the last lines read: %s" % lines[-2:])
        if not policies and play(program, data, "--arena", *options).decode().splitlines() != lines:
            sys.exit("%s: arena and heap mode differ" % options)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
