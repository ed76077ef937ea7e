#!/usr/bin/env python3
"""Gives examples/replay what no shop would write, and options that are wrong:
malformed rows are named and left out, the rest is played, nothing crashes.

usage: hostile.py PROGRAM"""
import os, re, subprocess, sys

HEAD = b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
GOOD = b"1,A1,thing,3,2026-01-05 10:00:00,1.5,c1,X\n"
bad = 0


def run(*options, data=b""):
    done = subprocess.run([sys.argv[1], *options], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=60)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def expect(name, good, *shown):
    global bad
    if not good:
        bad += 1
        print("%s: not as expected\n%s" % (name, "\n".join(map(str, shown))))


def rows(name, data, malformed, lines, units=None):
    """What comes after the header: how many rows are malformed, on which lines, and what was asked."""
    status, out, err = run("--csv", data=data)
    f = dict(line.split(",") for line in out.splitlines())
    named = [int(n) for n in re.findall(r"line (\d+): .*; row left out", err)]
    expect(name, status == 0 and f["rows_malformed"] == str(malformed) and named == lines and
           f["oversold_units"] == f["verify_violations"] == "0" and units in (None, int(f["units"])), status, out, err)


def fails(name, status, text, *options, data=b""):
    got, out, err = run(*options, data=data)
    expect(name, got == status and text in err and out == "", got, out, err)


rows("one row", HEAD + GOOD, 0, [], 3)
rows("CRLF", (HEAD + GOOD).replace(b"\n", b"\r\n"), 0, [], 3)
rows("no line feed at the end", HEAD + GOOD[:-1], 0, [], 3)
rows("carriage return at the end", HEAD + GOOD[:-1] + b"\r", 0, [], 3)
rows("byte order mark", b"\xef\xbb\xbf" + HEAD + GOOD, 0, [], 3)
rows("blank lines", HEAD + b"\n\r\n" + GOOD + b"\n\n" + b"x\n", 1, [7], 3)
rows("columns in another order", b"Quantity,InvoiceDate,Extra,CustomerID,StockCode,InvoiceNo\n"
     b"7,2026-01-05,,c,A,1\n", 0, [], 7)
rows("quotes", HEAD + b'1,A1,"a ""big"", red\nthing",4,2026-01-05 10:00,1,"c1",X\n' + b"bad\n", 1, [4], 4)
rows("quotes within plain fields", HEAD + b'1,A1,12" thing,4,2026-01-05T10:00:00,1,c1,X\n', 0, [], 4)
rows("text after a quote", HEAD + b'1,A1,"thing"x,4,2026-01-05,1,c1,X\n' + GOOD, 1, [2], 3)
rows("a quote never closed", HEAD + b'1,A1,"thing,4,2026-01-05,1,c1,X\n' + GOOD, 1, [2], 3)
rows("a quote at the very end", HEAD + GOOD + b'"', 1, [3], 3)
rows("few and many columns", HEAD + b"1,A1\n" + GOOD + GOOD[:-1] + b",more\n" + b"," * 100 + b"\n", 3, [2, 4, 5], 3)
rows("no ids", HEAD + b",A1,t,1,2026-01-05,1,c,X\n1,,t,1,2026-01-05,1,c,X\n" + GOOD, 2, [2, 3], 3)
rows("long ids", HEAD + b"1," + b"A" * 65 + b",t,1,2026-01-05,1,c,X\n" + b"2," + b"A" * 64 + b",t,1,2026-01-05,1,c,X\n",
     1, [2], 1)
rows("NUL bytes", HEAD + b"1,A\0,t,1,2026-01-05,1,c,X\n\0\n" + GOOD, 2, [2, 3], 3)
for text in (b"1000000001", b"99999999999999999999999999", b"-9223372036854775808", b"1e3", b"1.5", b"", b"-", b"+",
             b" 1", b"0", b"0x10", b"\xd9\xa3"):
    rows("quantity %r" % text, HEAD + b"1,A1,t,%s,2026-01-05,1,c,X\n" % text + GOOD, 1, [2], 3)
rows("large quantity", HEAD + b"1,A1,t,1000000000,2026-01-05,1,c,X\n" * 9, 0, [], 9000000000)
for text in (b"2026-02-29", b"2026-13-01", b"2026-00-10", b"2026-01-05 24:00:00", b"1969-12-31", b"today", b"",
             b"2026-01-05 10:00:00Z", b"12/1/2010 8:26"):
    rows("date %r" % text, HEAD + b"2,A1,t,1,%s,1,c,X\n" % text + GOOD, 1, [2], 3)
rows("leap day", HEAD + b"1,A1,t,1,2024-02-29 23:59:59,1,c,X\n1,B1,t,1,2000-02-29 23:59:59,1,c,X\n", 0, [], 2)
rows("a very long row", HEAD + b"1,A1," + b"x" * 70000 + b",1,2026-01-05,1,c,X\n" + GOOD, 1, [2], 3)
rows("4,097 lines in an invoice", HEAD + GOOD * 4097, 1, [4098], 4096 * 3)
rows("backwards in time", HEAD + b"2,A1,t,5,2026-02-05,1,c,X\n" + GOOD, 0, [], 8)
rows("only returns", HEAD + b"C1,A1,t,-5,2026-02-05,1,c,X\n", 0, [], 0)
rows("postage and vouchers", HEAD + GOOD + GOOD.replace(b"A1", b"post") + GOOD.replace(b"A1", b"gift_0001_20"), 0, [], 3)
rows("quoted ids", HEAD + b'"1,""x""","A,\r\nB",t,2,2026-01-05,1,"c,1",X\n', 0, [], 2)

fails("empty", 1, "it is empty")
fails("header alone", 1, "no row to play", data=HEAD)
fails("no such column", 1, "no column CustomerID", data=b"InvoiceNo,StockCode,Quantity,InvoiceDate\n1,A,1,2026-01-05\n")
fails("all NUL", 1, "no header line", data=b"\0" * 1000)
fails("nothing but bad rows", 1, "no row to play", data=HEAD + b"x\n")
fails("compressed", 1, "zcat", data=b"\x1f\x8b\x08\0")
fails("centuries", 1, "is a date wrong", data=HEAD + GOOD + GOOD.replace(b"1,A1", b"2,A1").replace(b"2026", b"9999"))
fails("no such file", 1, "cannot open", "no/such/file")
fails("no such log", 1, "cannot write", "--log", "no/such/file", data=HEAD + GOOD)
fails("no such option", 2, "no option --colour", "--colour", "red")
fails("option alone", 2, "--cover: a whole number from 0 to 3650", "--cover")
fails("option out of range", 2, "--review: a whole number from 1", "--review=0")
fails("no such policy", 2, "stock, backorder, safety or incoming", "--policy", "most")
fails("no such kind of store", 2, "FILE or sqlite:FILE", "--store", "bogus:x")
fails("no file", 1, "no FILE, so standard input is read")
fails("two files", 2, "one FILE at a time", "a", "b")
fails("log of a comparison", 2, "do not go together", "--log", "x", "--compare")
fails("log of a plan", 2, "goes with neither", "--plan", "--log", "x")
fails("a plan of far too many reviews", 1, "1022 reviews at most", "--plan", "--review", "1", "--lead", "3650", data=HEAD + GOOD)
fails("a plan of long reviews", 1, "a --review of 366 days", "--plan", "--review", "367", data=HEAD + GOOD)
fails("a plan of nothing", 1, "no row to play", "--plan", data=HEAD + b"x\n")
PRICELESS = b"InvoiceNo,StockCode,Quantity,InvoiceDate,CustomerID\n1,A,1,2026-01-05,c\n"
LATER = b"".join(b"%d,A1,t,%s,2026-%02d-05,%s,c,X\n" % (i, units, i, price) for i, (units, price) in enumerate(
    [(b"1000000000", b"1000000"), (b"1", b"free"), (b"1000000000", b""), (b"-1000000000", b"-1"), (b"5", b"1.2.3"),
     (b"1000000000", b".0004")], 1))
for name, data in (("one row", HEAD + GOOD), ("no prices", PRICELESS), ("hardly prices", HEAD + LATER),
                   ("only returns", HEAD + b"C1,A1,t,-5,2026-02-05,1,c,X\n"),
                   ("large quantities", HEAD + b"1,A1,t,1000000000,2026-01-05,999999,c,X\n" * 9 + LATER)):
    for options in ([], ["--review", "1", "--lead", "0"], ["--review", "366", "--lead", "3650"]):
        status, out, err = run("--plan", *options, data=data)
        expect("plan of " + name, status == 0 and out.endswith("oversold units: 0\nverify: 0 violations\n") and
               out.count("reviews' demand") == 5 and "nan" not in out, options, status, out, err)
status, out, err = run("--help")
expect("help", status == 0 and out.startswith("Usage: replay") and "--compare" in out and err == "", status, out, err)
if os.path.exists("/dev/full"):
    for options in (["--help"], ["--csv"], ["--plan"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([sys.argv[1], *options, "-"], input=HEAD + GOOD, stdout=full, stderr=subprocess.PIPE,
                                  timeout=60)
        expect("a full device", done.returncode == 1 and b"could not write" in done.stderr, options, done)
sys.exit(1 if bad else 0)
