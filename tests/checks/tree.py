"""What the checks share: finding the tree's files, reading C without its comments, failing."""
import os
import re
import sys

SKIP = re.compile(r"^(\.git|build.*|b-.*|__pycache__)$")
EXPORT = re.compile(r"\bBKO_API\b(?!\s*\n)[^;{}]*?\b(bko_\w+)\s*\(")


def files(root, *ends, under=""):
    """Paths below root/under, relative to root, that end as wanted."""
    found = []
    for folder, folders, names in os.walk(os.path.join(root, under)):
        folders[:] = sorted(d for d in folders if not SKIP.match(d))
        for name in sorted(names):
            if not SKIP.match(name) and (not ends or name.endswith(ends)):
                found.append(os.path.relpath(os.path.join(folder, name), root))
    return found


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def headers(root):
    return files(root, ".h", under="include")


def code(text, keep_strings=False):
    """Comments (and strings) blanked out, lines kept where they were."""
    def blank(match):
        word = match.group(0)
        if keep_strings and word[0] != "/":
            return word
        return re.sub(r"[^\n]", " ", word)

    return re.sub(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", blank, text,
                  flags=re.S)


def exports(root):
    """Names declared with BKO_API in the public headers."""
    names = []
    for path in headers(root):
        text = re.sub(r"^[ \t]*#.*$", "", code(read(root, path)), flags=re.M)
        names += EXPORT.findall(text)
    return names


def finish(what, faults):
    """Prints the faults, one a line, and leaves with the status that says so."""
    for fault in faults:
        print(fault)
    print("%s: %s" % (what, "%d faults" % len(faults) if faults else "ok"))
    sys.exit(1 if faults else 0)
