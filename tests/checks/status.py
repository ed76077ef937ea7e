#!/usr/bin/env python3
"""Every status code of types.h has its name, a text and a class in the library, each once; other
numbers that have names are named as in their headers; the versions of header, library and build
agree. Usage: status.py ROOT LIBRARY VERSION"""
import ctypes
import re
import sys

import tree


def check(root, library, version):
    faults = []
    header = tree.code(tree.read(root, "include/backorder/types.h"))
    lib = ctypes.CDLL(library)
    lib.bko_status_name.restype = lib.bko_status_text.restype = ctypes.c_char_p

    codes = re.findall(r"\b(BKO_OK|BKO_WANT|BKO_E_\w+)\s*=\s*(-?\d+)", header)
    names = {int(number): name for name, number in codes}
    if len(names) != len(codes) or len(codes) < 2:
        faults.append("types.h: two codes have one number, or there are none")
    unknown = lib.bko_status_name(-99999), lib.bko_status_text(-99999)
    texts = [unknown[1]]
    # Between the codes there must be none that types.h does not tell.
    for number in range(-999, 2):
        name, text = lib.bko_status_name(number), lib.bko_status_text(number)
        if number not in names:
            if (name, text) != unknown or lib.bko_status_class(number) != 0:
                faults.append("%d: unknown to types.h, known to the library" % number)
        elif name is None or name.decode() != names[number]:
            faults.append("%s: the library names it %s" % (names[number], name))
        elif not text or b"\n" in text or text in texts:
            faults.append("%s: no text of its own" % names[number])
        elif number >= -1 and lib.bko_status_class(number) != 0:
            faults.append("%s: is no error, has a class" % names[number])
        texts.append(text if number in names else b"")

    headers = "".join(tree.code(tree.read(root, name)) for name in tree.headers(root))
    for kind in re.findall(r"\bbko_(\w+)_name\(uint32_t", headers):
        function = getattr(lib, "bko_%s_name" % kind)
        function.restype = ctypes.c_char_p
        prefix = "BKO_%s_" % kind.split("_")[-1].upper()
        told = re.findall(r"\b(%s(?!TEXT_MAX)\w+)\s*=\s*(\d+)" % prefix, headers)
        names = {int(number): name for name, number in told}
        if not names:
            faults.append("%s: none in the headers" % prefix)
        for number in list(range(100)) + [2 ** 32 - 1]:
            name = function(number).decode()
            if name != names.get(number, "BKO_UNKNOWN"):
                faults.append("%s%d: the library names it %s" % (prefix, number, name))

    parts = [int(n) for n in re.findall(r"BKO_VERSION_(?:MAJOR|MINOR|PATCH)\s*=\s*(\d+)", header)]
    if ".".join(map(str, parts)) != version:
        faults.append("types.h is version %s, the build %s" % (parts, version))
    elif lib.bko_version() != parts[0] << 16 | parts[1] << 8 | parts[2]:
        faults.append("the library says another version than types.h")
    if lib.bko_abi_version() != int(re.search(r"BKO_ABI\s*=\s*(\d+)", header).group(1)):
        faults.append("the library says another ABI than types.h")
    return faults


tree.finish("status", check(*sys.argv[1:4]))
