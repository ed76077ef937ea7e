#!/usr/bin/env python3
"""The table of examples/replay --plan. Days of cover are played again, unit by unit, and
must come to the program's figures; none of them may be better than the one it calls the
best; what was never asked for before cannot be there. With `bounds` the library's policies
must be as good as the best days of cover at each value of stock, and two points better in
the mean.

usage: plans.py PROGRAM HISTORY [bounds]
Without HISTORY there, says SKIP. It may be compressed by gzip."""
import csv, datetime, gzip, io, math, os, re, subprocess, sys
from decimal import Decimal

NO_PRODUCT = {"ADJUST", "AMAZONFEE", "B", "BANK CHARGES", "C2", "C3", "CRUK", "D", "DOT", "M", "POST", "S"}
REVIEW, LEAD = 7, 14
wrong = 0


def expect(good, *what):
    global wrong
    if not good:
        wrong += 1
        print("not as expected:", *what)


def run(program, data, *options):
    done = subprocess.run([program, "--plan", *options, "-"], input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit("replay --plan: exit status %d\n%s" % (done.returncode, done.stderr.decode()))
    return done.stdout.decode()


def table(program, data, *options):
    rows = [line.split(",") for line in run(program, data, "--csv", *options).splitlines()]
    figures = {row[0]: [int(figure) for figure in row[1:]] for row in rows[1:]}
    return [{name: each[i] for name, each in figures.items()} for i in range(len(rows[0]) - 1)]


def invoices(data):
    """[(time, [(item, quantity, price)], [(item, -quantity)], customer)] in the order of play."""
    lines = (line for line in io.StringIO(data.decode("utf-8", "replace"), newline="") if line[:2] != '"#')
    found = {}
    for row in csv.DictReader(lines):
        try:
            quantity = int(row["Quantity"])
            time = datetime.datetime.fromisoformat(row["InvoiceDate"])
        except (TypeError, ValueError):
            continue
        item = row["StockCode"].upper()
        if item in NO_PRODUCT or item.startswith("GIFT_") or quantity == 0 or None in row or None in row.values():
            continue
        if row["InvoiceNo"].startswith("C"):
            quantity = -abs(quantity)
        one = found.setdefault(row["InvoiceNo"], (time, [], [], row["CustomerID"]))
        price = row["UnitPrice"]
        price = int(Decimal(price) * 1000) if re.fullmatch(r"\d+(\.\d*)?", price) else 0
        (one[1] if quantity > 0 else one[2]).append((item, abs(quantity), price))
    return sorted(found.values(), key=lambda one: one[0])


def fixed(played, tenths, reviews):
    """Units asked and given, and the mean value of the stock, of the second half."""
    first = played[0][0].date()
    days = (played[-1][0].date() - first).days + 1
    there, incoming, arriving, asked, prices, sales = {}, {}, {}, [], {}, {}
    sums, value = [0, 0], 0
    at = 0
    for _, sold, _, _ in played:
        for item, units, price in sold:
            prices[item] = prices.get(item) or price
    for day in range(days):
        if day % REVIEW == 0:
            known = asked[-reviews:]
            for item in prices:
                total = sum(period.get(item, 0) for period in known)
                level = -(-total * tenths // (len(known) * REVIEW * 10)) if total > 0 else 0
                wanted = level - there.get(item, 0) - incoming.get(item, 0)
                if wanted > 0:
                    arriving.setdefault(day + LEAD, []).append((item, wanted))
                    incoming[item] = incoming.get(item, 0) + wanted
            asked.append({})
        for item, units in arriving.pop(day, []):
            there[item] = there.get(item, 0) + units
            incoming[item] -= units
        while at < len(played) and (played[at][0].date() - first).days == day:
            _, sold, back, customer = played[at]
            at += 1
            for item, units, _ in sold:
                given = min(units, there.get(item, 0))
                there[item] = there.get(item, 0) - given
                asked[-1][item] = asked[-1].get(item, 0) + units
                if customer:
                    sales.setdefault((customer, item), []).append([units - given, given])
                if day >= days // 2:
                    sums[0] += units
                    sums[1] += given
            for item, units, _ in back:
                for sale in reversed(sales.get((customer, item), []) if customer else []):
                    for kind in (0, 1):
                        undone = min(units, sale[kind])
                        sale[kind] -= undone
                        units -= undone
                        asked[-1][item] = asked[-1].get(item, 0) - undone
                        if kind:
                            there[item] = there.get(item, 0) + undone
                there[item] = there.get(item, 0) - min(units, there.get(item, 0))
        if day >= days // 2:
            value += sum(units * (prices.get(item) or 1000) for item, units in there.items())
    return sums[0], sums[1], value // (days - days // 2)


def best_at(value, low, high):
    """Units given at a value, on the straight line between two (asked, given, value)."""
    return low[1] + (math.ceil((high[1] - low[1]) * (value - low[2]) / (high[2] - low[2])) if high[2] > low[2] else 0)


def check_level(played, f, again):
    low, high = ((f["asked"], f[end + "_given"], f[end + "_value"]) for end in ("low", "high"))
    expect(low[2] <= f["plan_value"] <= high[2] or low == high, "the covers lie not around the plan", f)
    expect(abs(f["best_given"] - best_at(f["plan_value"], low, high)) <= 1, "not between the covers", f)
    expect(f["plan_given"] <= f["asked"] and f["oversold_units"] == f["verify_violations"] == 0, f)
    if "low" in again:
        expect(fixed(played, f["tenths"], f["reviews"]) == low, "the shorter cover", f)
    if "high" in again:
        expect(low == high or fixed(played, f["tenths"] + 1, f["reviews"]) == high, "the longer cover", f)


def check_best(played, levels):
    """No cover of a coarse grid gives more than the best of its value."""
    for reviews in (3, 4, 8, 16):
        grid = [fixed(played, tenths, reviews) for tenths in range(0, 1400, 35)]
        for f in levels:
            for asked, given, value in grid:
                expect(value > f["plan_value"] or given <= f["best_given"], "a better cover", reviews, given, f)


def check_future(program, data, levels):
    """Without warning somebody asks for as much as was never there, of what sold well."""
    more = list(csv.DictReader(io.StringIO(data.decode().split("\n", 1)[1])))[-1]
    row = dict(more, InvoiceNo="surprise", Quantity="1000000", CustomerID="")
    extra = io.StringIO()
    csv.DictWriter(extra, list(more)).writerow(row)
    for before, after in zip(levels, table(program, data.rstrip() + b"\n" + extra.getvalue().encode())):
        expect(after["asked"] == before["asked"] + 1000000, "asked", before, after)
        expect(after["rate_billionths"] == before["rate_billionths"], "the rate knew of it", before, after)
        expect(0 <= after["plan_given"] - before["plan_given"] < 1000, "known before it was asked", before, after)


def check_people(program, data, levels):
    lines = run(program, data).splitlines()
    rows = [re.findall(r"-?[\d,]+\.?\d*", line) for line in lines if "reviews' demand" in line]
    for row, f in zip(rows, levels):
        value, rate, planned, tenths, reviews, best, gain = (float(text.replace(",", "")) for text in row)
        expect(int(value) == f["plan_value"] // 1000 and rate > 0, row, f)
        expect(abs(planned - 100 * f["plan_given"] / f["asked"]) < .006, row, f)
        expect(abs(best - 100 * f["best_given"] / f["asked"]) < .006 and abs(gain - planned + best) < .001, row, f)
        expect((round(tenths * 10), reviews) == (f["tenths"], f["reviews"]), row, f)
    bars = [line for line in lines if re.fullmatch(r" +[\d,]+  #*(\+*|-*)", line)]
    expect(len(rows) == len(bars) == len(levels) == 5, "rows", lines)
    for bar, f in zip(bars, levels):
        longer = max(f["plan_given"], f["best_given"])
        expect(abs(len(bar) - 17 - 40 * longer / f["asked"]) <= 1.01, "bar", bar, f)
    expect(lines[-2:] == ["oversold units: 0", "verify: 0 violations"], lines[-2:])


def main(program, history, bounds=None):
    if not os.path.exists(history):
        print("SKIP: there is no", history)
        return 77
    with (gzip.open if history.endswith(".gz") else open)(history, "rb") as file:
        data = file.read()
    levels = table(program, data)
    played = invoices(data)
    values = [f["plan_value"] for f in levels]
    expect(len(levels) == 5 and values == sorted(values) and values[0] < values[-1], "values", values)
    for f in levels:
        check_level(played, f, ("low", "high") if not bounds else ("low",) if f is levels[0] else ())
    gains = [100 * (f["plan_given"] - f["best_given"]) / f["asked"] for f in levels]
    print("points gained: %s, mean %.2f" % (", ".join("%.2f" % gain for gain in gains), sum(gains) / len(gains)))
    if bounds:
        expect(min(gains) >= 0 and sum(gains) / len(gains) >= 2, "gain", gains)
    else:
        check_best(played, levels)
        check_people(program, data, levels)
        check_future(program, data, levels)
        expect(table(program, data, "--arena") == levels, "arena and heap mode differ")
        for options in (["--review", "10", "--lead", "3"], ["--review", "3", "--lead", "0"], ["--keep", "1"]):
            for f in table(program, data, *options):
                expect(f["oversold_units"] == f["verify_violations"] == 0, options, f)
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
