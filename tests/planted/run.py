#!/usr/bin/env python3
"""Each patch of this folder breaks one rule in a copy of the library. The random histories must
catch it and print the seed; where the patch says so, the library's own verify must report it too.
Who else is to catch a patch it names itself: tests of the log store, and simulations of several
engines and bad callers, each in its quickest tier.
A patch that no longer applies is a failure. Usage: run.py ROOT [CC [NAME ...]]

A patch begins with what it breaks and what verify reports, or a dash, or who judges it:
    Breaks: Q2 units vanish when a line is cancelled
    Verify: Q2
    Judges: cuts order

Every invariant that has code by now has a patch, but these: Q10 (kits), F3 (groups), O8
(substitution) and P1 (told dates) wait for their capability.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

BUDGET = "40000"
FLAGS = ["-std=c99", "-O1", "-w", "-Iinclude", "-Ilib"]

# Of the log store: parts of the library, sources beside, other libraries, what it says when it
# finds something (with the seed, the bit or the name of the case).
POWER = ["tests/power/%s.c" % name for name in ("device", "device_loss", "story", "crash")]
POWER += ["tests/history/%s.c" % name for name in ("script", "drive", "print")]
STORE = ["tests/store/%s.c" % name for name in ("inspect", "log_stage", "reply", "shadow")]
JUDGES = {name: ("lib", ["tests/power/%s.c" % name] + POWER, ["-lm"], r"^.*\b(?:seed|bit) \d+.*")
          for name in ("cuts", "nested", "order", "flips", "inject")}
JUDGES.update({name: (("lib/base", "lib/store"), ["tests/store/%s.c" % name] + STORE, ["-lcmocka"],
                      r"^\[  FAILED  \] .*") for name in ("log_golden", "medium_file")})
# What a history of one engine does not have.
SIM = ["tests/sim/%s.c" % name for name in ("past", "twin", "make", "sim", "sums")]
SIM += ["tests/history/%s.c" % name for name in ("drive", "print")]
CALLERS = ["tests/sim/%s.c" % name for name in ("reply", "calls")]
JUDGES["interleave"] = ("lib", ["tests/sim/interleave.c"] + SIM, ["-lm"], r"^.*\bseed \d+.*")
JUDGES["hostile"] = ("lib", ["tests/sim/hostile.c"] + CALLERS, ["-lm"], r"^.* instead of .*")


def sources(root, folder):
    found = []
    for path, _, names in sorted(os.walk(os.path.join(root, folder))):
        found += [os.path.relpath(os.path.join(path, name), root) for name in sorted(names)
                  if name.endswith(".c")]
    return found


def objects(cc, root, files):
    """Compiles what is older than its source; headers of patches recompile everything."""
    built = []
    for file in files:
        target = file.replace("/", "_")[:-2] + ".o"
        if not os.path.exists(os.path.join(root, target)):
            subprocess.run([cc, *FLAGS, "-c", file, "-o", target], cwd=root, check=True)
        built.append(target)
    return built


def program(cc, root, files, libraries=("-lm",), name="history"):
    subprocess.run([cc, *objects(cc, root, files), *libraries, "-o", name], cwd=root, check=True)


def judge(cc, root, name):
    """What a test of the log store says, or None if it found nothing."""
    parts, files, libraries, _ = JUDGES[name]
    parts = (parts,) if isinstance(parts, str) else parts
    program(cc, root, sum((sources(root, part) for part in parts), []) + files, libraries, name)
    done = subprocess.run(["./" + name], cwd=root, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", timeout=120,
                          env={**os.environ, "BKO_TIER": "quick"})
    return done.stdout if done.returncode else None


def judged(cc, root, names):
    """Faults of a patch that these judges must all catch."""
    faults = []
    for name in names:
        found = judge(cc, root, name)
        said = found and re.search(JUDGES[name][3], found, re.M)
        if said:
            print("  %-11s" % (name + ":"), said.group(0)[:150])
        else:
            faults.append("not caught by %s" % name if found is None else
                          "%s does not tell what it found: %s" % (name, found[-200:]))
    return faults


def play(root, *options):
    """What the histories say, or None if they found nothing."""
    done = subprocess.run(["./history", "--budget", BUDGET, "--shrink", "0", *options], cwd=root,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=120)
    return done.stdout if done.returncode else None


def touched(text):
    return re.findall(r"^\+\+\+ b/(\S+)", text, re.M)


def judges_of(text):
    named = re.search(r"^Judges: (.+)", text, re.M)
    return named.group(1).split() if named else []


def outcome(cc, root, files, patch):
    """Applies one patch, tries it, takes it back. A list of faults."""
    with open(patch) as file:
        text = file.read()
    verify = re.search(r"^Verify: (\S+)", text, re.M)
    judges = judges_of(text)
    if not re.search(r"^Breaks: \S+", text, re.M) or not (verify or judges):
        return ["does not say what it breaks"]
    saved = {name: open(os.path.join(root, name)).read() for name in touched(text)}
    applied = subprocess.run(["patch", "-p1", "--no-backup-if-mismatch", "-i", patch], cwd=root,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    faults = []
    try:
        if applied.returncode:
            return ["no longer applies: " + applied.stdout.strip()]
        for name in saved:
            forget(root, name)
        if judges:
            return judged(cc, root, judges)
        program(cc, root, files)
        found = play(root)
        if found is None:
            faults.append("not caught by the histories")
        else:
            line = re.search(r"^seed .*", found, re.M)
            print("  histories:", line.group(0)[:150] if line else found[-200:])
            if not line:
                faults.append("caught, but no seed was printed")
        if verify.group(1) != "-":
            found = play(root, "--verify-only", "1")
            if found is None or not re.search(r"verify: .*check " + verify.group(1) + r"\b", found):
                faults.append("verify does not report " + verify.group(1))
            else:
                print("  verify:   ", re.search(r"verify: .*", found).group(0)[:150])
    except subprocess.CalledProcessError:
        faults.append("does not compile")
    except subprocess.TimeoutExpired:
        faults.append("is not caught, it hangs")
    finally:
        for name, content in saved.items():
            with open(os.path.join(root, name), "w") as file:
                file.write(content)
            forget(root, name)
    return faults


def forget(root, name):
    """A changed source is compiled again; with a changed header, every one."""
    for file in os.listdir(root):
        if file.endswith(".o") and (name.endswith(".h") or
                                    file == name.replace("/", "_")[:-2] + ".o"):
            os.remove(os.path.join(root, file))


def main():
    root, cc = os.path.abspath(sys.argv[1]), (sys.argv[2:] or ["cc"])[0]
    here = os.path.join(root, "tests", "planted")
    names = sys.argv[3:] or sorted(n for n in os.listdir(here) if n.endswith(".patch"))
    bad = 0
    with tempfile.TemporaryDirectory() as copy:
        for folder in ("include", "lib", "tests/model", "tests/history", "tests/power",
                       "tests/sim", "tests/store"):
            shutil.copytree(os.path.join(root, folder), os.path.join(copy, folder))
        files = sources(copy, "lib") + sources(copy, "tests/model")
        files += ["tests/history/%s.c" % name for name in
                  ("history", "gen", "gen_policy", "world", "compare", "check", "drive", "print", "mail",
                   "batch")]
        wanted = [set(judges_of(open(os.path.join(here, name)).read())) for name in names]
        if set() in wanted:
            program(cc, copy, files)
            if play(copy) is not None:
                print("the histories fail without a patch")
                return 1
        for name in sorted(set().union(*wanted)):
            found = judge(cc, copy, name)
            if found is not None:
                print("%s fails without a patch: %s" % (name, found[-300:]))
                return 1
        for name in names:
            print(name)
            for fault in outcome(cc, copy, files, os.path.join(here, name)):
                print("  FAILED:", fault)
                bad += 1
    print("evidence: planted faults caught %d" % (len(names) - bad))
    print("%d missed" % bad)
    return 1 if bad or not names else 0


sys.exit(main())
