#!/usr/bin/env python3
"""Each check passes on a small sound tree and fails, for the right reason, on copies of it that
are broken in one place. Usage: selftest.py"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

SOUND = {
    "include/backorder/types.h": """#ifndef BACKORDER_TYPES_H
#define BACKORDER_TYPES_H
#ifdef BKO_FFI_CDEF
#define BKO_API
#else
#include <stdint.h>
#define BKO_API __attribute__((visibility("default")))
#ifdef __cplusplus
extern "C" {
#endif
#endif
enum { BKO_VERSION_MAJOR = 0, BKO_VERSION_MINOR = 1, BKO_VERSION_PATCH = 0, BKO_ABI = 0 };
enum { BKO_OK = 0, BKO_WANT = -1, BKO_E_MISUSE = -101 };

/* A pair. */
struct bko_pair {
	uint32_t struct_size, count;
	void (*call)(void *host);
};

/* Versions. Since: 0.1. */
BKO_API uint32_t bko_version(void);
BKO_API uint32_t bko_abi_version(void);

/* Statuses. Since: 0.1. */
BKO_API const char *bko_status_name(int32_t status);
BKO_API const char *bko_status_text(int32_t status);
BKO_API uint32_t bko_status_class(int32_t status);

/* Colours. Since: 0.1. */
enum { BKO_COLOUR_RED = 1 };
BKO_API const char *bko_colour_name(uint32_t value);
#if !defined(BKO_FFI_CDEF) && defined(__cplusplus)
}
#endif
#endif
""",
    "lib/base/status.h": "#ifndef STATUS_H\n#define STATUS_H\nint base_id(int x);\n#endif\n",
    "lib/base/status.c": """#include "backorder/types.h"
#include "base/status.h"

uint32_t bko_version(void)
{
	return 0 << 16 | 1 << 8 | 0;
}

uint32_t bko_abi_version(void)
{
	return BKO_ABI;
}

const char *bko_status_name(int32_t status)
{
	switch (status) {
	case BKO_OK: return "BKO_OK";
	case BKO_WANT: return "BKO_WANT";
	case BKO_E_MISUSE: return "BKO_E_MISUSE";
	default: return "?";
	}
}

const char *bko_status_text(int32_t status)
{
	switch (status) {
	case BKO_OK: return "fine";
	case BKO_WANT: return "wait";
	case BKO_E_MISUSE: return "fault";
	default: return "unknown";
	}
}

uint32_t bko_status_class(int32_t status)
{
	return status == BKO_E_MISUSE ? 4 : 0;
}

const char *bko_colour_name(uint32_t value)
{
	return value == BKO_COLOUR_RED ? "BKO_COLOUR_RED" : "BKO_UNKNOWN";
}
""",
    "lib/rules/rule.h": '#ifndef RULE_H\n#define RULE_H\n#include "base/status.h"\n'
                        "int rule(int x);\n#endif\n",
    "lib/rules/rule.c": """#include "rules/rule.h"

static const char *const names[] = {"a", "b"};

int rule(int x)
{
	return names[x & 1][0];
}
""",
    "lib/engine/verb.c": """#include "rules/rule.h"

int verb(int x);
int verb(int x)
{
	return x ? rule(x) : 0;
}
""",
    "lib/backorder.map": "# Comment.\nBACKORDER_0.1 {\nglobal:\n\tbko_version;\n"
                         "\tbko_abi_version;\n\tbko_status_name;\n\tbko_status_text;\n"
                         "\tbko_status_class;\n\tbko_colour_name;\nlocal:\n\t*;\n};\n",
    "tests/abi/layout_types.c": """#include <stddef.h>
#include "backorder/types.h"
#define MEMBER(t, m, o, s) extern char m##_at[offsetof(struct t, m) == (o) ? 1 : -1]
struct between;
#define SIZE(t, s) extern char t##_size[sizeof(struct t) == (s) ? 1 : -1]

MEMBER(bko_pair, struct_size, 0, 4);
MEMBER(bko_pair, count, 4, 4);
MEMBER(bko_pair, call, 8, sizeof(void *));
SIZE(bko_pair, 8 + sizeof(void *));
""",
    "README.md": """# Title

```c
#include <backorder/types.h>
#include <stdio.h>
int main(void)
{
	printf("%u\\n", (unsigned)bko_version());
	return 0;
}
```
It prints

```text
256
```
""",
}

# Check: [(file, what is there, what comes in its place, what the check then says)].
# An empty "what is there" appends.
BROKEN = {
    "layers.py": [
        ("lib/base/status.c", "", '#include "rules/rule.h"\n', "does not stand below base"),
        ("lib/base/status.c", "", '#include "../rules/rule.h"\n', "does not stand below base"),
        ("lib/rules/rule.c", "", '#include <stdio.h>\n', "does without"),
        ("lib/store/store.c", "", '#include "rules/rule.h"\n', "does not stand below store"),
        ("lib/other/x.c", "", "int x;\n", "not in a layer"),
        ("lib/engine/verb.c", "", '# include "gone.h"\n', "found nowhere"),
        ("lib/engine/verb.c", "", "#define X <stdio.h>\n#include X\n", "cannot be followed"),
        ("examples/a/a.c", "", '#include "base/status.h"\n', "only public headers"),
        ("include/backorder/types.h", "", '#include "base/status.h"\n', "only public headers"),
    ],
    "since.py": [
        ("include/backorder/types.h", "Versions. Since: 0.1.", "Versions.", "bko_abi_version"),
        ("include/backorder/types.h", "Statuses. Since: 0.1.", "Statuses.", "bko_status_name"),
    ],
    "length.py": [
        ("lib/engine/verb.c", "", "/* */\n" * 600, "lines"),
        ("lib/engine/verb.c", "\treturn x", "\tx++;\n" * 71 + "\treturn x", "verb has 72 lines"),
    ],
    "leftovers.py": [
        ("lib/engine/verb.c", "", "/* see /ho" "me/me/notes */\n", "local path"),
        ("README.md", "", "TO" "DO: more\n", "left for later"),
    ],
    "integers.py": [
        ("lib/engine/verb.c", "return x", "return (int)(dou" "ble)x", "verb.c:6"),
        ("lib/rules/rule.c", "return ", "return 1e3 > ", "rule.c:7"),
        ("include/backorder/types.h", "", "extern flo" "at f;\n", "types.h"),
    ],
    "format.sh": [
        ("lib/engine/verb.c", "int verb(int x)\n{", "int verb( int x ) {", "clang-format"),
    ],
    "headers.sh": [
        ("include/backorder/types.h", "struct_size, count", "struct_size", "not c99"),
        ("include/backorder/types.h", "#include <stdint.h>", "", "not c99"),
        ("include/backorder/types.h", "A pair. */", "A pair. */\nstruct bko_x { int class; };",
         r"not c\+\+11"),
        ("include/backorder/types.h", "#define BKO_API\n", "#define BKO_API extern\n", "plain"),
        ("include/backorder/types.h", "#define BKO_API\n", "#define BKO_API\nint f(mine);\n",
         "is not C"),
        ("include/backorder/types.h", "void *host", "void *restrict host", r"not c\+\+"),
        ("include/backorder/more.h", "", "int bko_more;\n", "no known place"),
    ],
    "recipe.sh": [
        ("lib/engine/verb.c", "int verb(int x)\n{", "static int n;\nint verb(int x)\n{\n\tn++;",
         "verb.o .bss"),
        ("lib/engine/verb.c", "", "extern int n;\nint n = 3;\n", "verb.o .data"),
        ("lib/engine/verb.c", "return x", "return y", "undeclared"),
        ("lib/engine/verb.c", '#include "rules/rule.h"', '#include "config.h"', "config.h"),
    ],
    "unity.sh": [
        ("lib/engine/verb.c", "int verb(int x)\n{", "static const int names = 3;\nint verb(int x)\n{",
         "conflicting type"),
    ],
    "frames.py": [
        ("lib/engine/verb.c", "rule(x)", "verb(x - 1)", "verb -> verb"),
        ("lib/rules/rule.c", "return names",
         "extern int verb(int x);\n\tif (x > 9)\n\t\treturn verb(x);\n\treturn names",
         "rule -> verb -> rule"),
        ("lib/engine/verb.c", "return x", "volatile char a[x];\n\ta[0] = 1;\n\treturn a[0]",
         "verb.*dynamic"),
        ("lib/engine/verb.c", "return x",
         "char *volatile a = __builtin_alloca((unsigned)x);\n\ta[0] = 1;\n\treturn a[0]",
         "verb.*dynamic"),
    ],
    "layout.py": [
        ("include/backorder/types.h", "struct_size, count", "struct_size, count, c, d", "bko_pair"),
        ("tests/abi/layout_types.c", "8 + sizeof", "16 + sizeof", "m32.*negative"),
        ("include/backorder/types.h", "void (*call)", "int64_t a;\n\tvoid (*call)", "bko_pair"),
        ("include/backorder/types.h", "count;", "count, c;", "padding struct"),
        ("tests/abi/layout_types.c", "SIZE(bko_pair, 8 + sizeof(void *));", "", "size"),
    ],
    "../cross/size.py": [
        ("lib/engine/verb.c", "int verb(int x)\n{", "static int n;\nint verb(int x)\n{\n\tn++;",
         "writable data"),
        ("lib/engine/verb.c", "rule(x)", "(int)((dou" "ble)x * 1.5)", "engine calls.*dmul"),
        ("lib/engine/verb.c", "rule(x)", "verb(x - 1) * rule(x) + verb(x - 2)", "recursion"),
        ("lib/base/status.c", "return BKO_ABI",
         "volatile char a[5000];\n\ta[0] = 1;\n\treturn a[0]", "bko_abi_version.*stack"),
        ("lib/base/status.c", "uint32_t bko_abi_version(void)\n{",
         "uint32_t drive(int32_t (*run)(void));\n"
         "__attribute__((noipa)) uint32_t drive(int32_t (*run)(void))\n{\n"
         "\treturn run() + 1u;\n}\n"
         "__attribute__((noipa)) static int32_t big(void)\n{\n"
         "\tvolatile char a[5000];\n\ta[0] = 1;\n\treturn a[0];\n}\n"
         "uint32_t bko_abi_version(void)\n{\n\tif (BKO_ABI == 0)\n\t\treturn drive(big);",
         "bko_abi_version.*stack"),
        ([("lib/base/status.c", "uint32_t bko_abi_version(void)\n{",
           "uint32_t drive(int (*run)(int));\nint verb(int x);\n"
           "__attribute__((noipa)) uint32_t drive(int (*run)(int))\n{\n"
           "\treturn (uint32_t)run(1) + 1u;\n}\n"
           "uint32_t bko_abi_version(void)\n{\n\tif (BKO_ABI == 0)\n\t\treturn drive(verb);"),
          ("lib/engine/verb.c", "return x",
           "volatile char a[5000];\n\ta[0] = 1;\n\treturn a[0]")],
         "bko_abi_version.*stack"),
    ],
    "names.py": [
        ("lib/backorder.map", "\tbko_version;\n", "", "bko_version: not in lib/backorder.map"),
        ("lib/backorder.map", "\tbko_version;\n", "\tbko_version;\n\tbko_more;\n", "bko_more"),
        ("lib/backorder.map", "\tbko_version;\n", "\tbko_*;\n", "bko_"),
        ("lib/engine/verb.c", "int verb(int x)\n{",
         '__attribute__((visibility("default"))) int verb(int x)\n{', "verb: not in"),
        ("include/backorder/types.h", "BKO_API uint32_t bko_version(void);",
         "uint32_t bko_version(void);", "bko_version: not in the headers"),
    ],
    "status.py": [
        ("lib/base/status.c", 'return "BKO_WANT"', 'return "BKO_WAIT"', "BKO_WANT"),
        ("lib/base/status.c", 'return "fault"', 'return "wait"', "no text of its own"),
        ("lib/base/status.c", '\tcase BKO_E_MISUSE: return "fault";\n', "", "no text of its own"),
        ("lib/base/status.c", '"BKO_COLOUR_RED"', '"BKO_COLOUR_BLUE"', "BKO_COLOUR_1"),
        ("lib/base/status.c", '"BKO_UNKNOWN"', '"BKO_COLOUR_RED"', "BKO_COLOUR_0"),
        ("lib/base/status.c", "1 << 8", "2 << 8", "another version"),
        ("include/backorder/types.h", "PATCH = 0", "PATCH = 1", "is version"),
        ("lib/base/status.c", "return BKO_ABI", "return 7", "another ABI"),
        ("include/backorder/types.h", "MISUSE = -101", "MISUSE = -101, BKO_E_X = -102", "BKO_E_X"),
    ],
    "readme.py": [
        ("README.md", "return 0", "return 3", "ends with 3"),
        ("README.md", "bko_version()", "bko_verse()", "does not compile"),
        ("README.md", "int main", "\n" * 30 + "int main", "more than 30"),
        ("README.md", "256\n", "255\n", "prints otherwise"),
        ("README.md", "```c", "```", "no C program"),
    ],
}


def write(folder, files):
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
        with open(os.path.join(folder, path), "w", encoding="utf-8") as f:
            f.write(text)


def run(check, folder):
    """The check's exit status and output on a tree, built first where it looks at a library."""
    args = [os.path.join(HERE, check), folder]
    cc = os.environ.get("CC", "cc")
    if check in ("names.py", "status.py"):
        library = folder + "/build.so"
        sources = [p for p in ("lib/base/status.c", "lib/rules/rule.c", "lib/engine/verb.c")]
        subprocess.run([cc, "-shared", "-fPIC", "-fvisibility=hidden", "-Iinclude", "-Ilib",
                        "-Wl,--version-script=" + ("lib/backorder.map" if check == "status.py"
                                                   else "open.map")] + sources +
                       ["-o", library], cwd=folder, check=True)
        args += [library] + (["0.1.0"] if check == "status.py" else [])
    if check == "readme.py":
        archive = folder + "/build.a"
        subprocess.run([os.path.join(HERE, "recipe.sh"), folder, archive], check=True,
                       stdout=subprocess.DEVNULL)
        args.append(archive)
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def lacks(check):
    """The tool that a check cannot do without and is not here, outside CI."""
    tool = {"../cross/size.py": "arm-none-eabi-gcc"}.get(check)
    return tool if tool and not shutil.which(tool) and os.environ.get("CI") != "true" else None


def main():
    faults = cases = 0
    with open(os.path.join(ROOT, ".clang-format"), encoding="utf-8") as f:
        SOUND[".clang-format"] = f.read()
    # Exports what the sources say, so that the map itself can be judged.
    SOUND["open.map"] = "OPEN {\n};\n"
    for check, broken in BROKEN.items():
        if lacks(check):
            print("%s: skipped, no %s" % (check, lacks(check)))
            continue
        for case in [None] + broken:
            files = dict(SOUND)
            edits, expected = ([case[:3]], case[3]) if case and len(case) == 4 else case or ([], "")
            for path, old, new in edits:
                before = files.get(path, "")
                if old not in before:
                    sys.exit("selftest: %s has no %r" % (path, old))
                files[path] = before.replace(old, new, 1) if old else before + new
            with tempfile.TemporaryDirectory() as folder:
                write(folder, files)
                status, said = run(check, folder)
            cases += 1
            if status == 77:
                print("%s: skipped" % check)
                break
            if case is None and status != 0:
                print("%s fails on the sound tree:\n%s" % (check, said))
                faults += 1
            elif case and (status == 0 or "Traceback" in said or
                           (expected and not re.search(expected, said))):
                print("%s does not find %r in %s:\n%s" % (check, new[:60], path, said))
                faults += 1
    print("selftest: %d trees, %d faults" % (cases, faults))
    sys.exit(1 if faults else 0)


main()
