#!/usr/bin/env python3
"""Computes the report of examples/replay again, from the order history and the
log alone, and compares every figure. It shares no code with the program.

usage: checker.py HISTORY LOG REPORT
HISTORY may be compressed by gzip; REPORT is what replay --csv printed. Prints
what differs and exits 1 if anything does."""
import collections, csv, datetime, functools, gzip, heapq, io, sys

NO_PRODUCT = "ADJUST,AMAZONFEE,B,BANK CHARGES,C2,C3,CRUK,D,DOT,M,POST,S".split(",")
# What an event does to a sale's units allocated, waiting, out, refused; to the shelf.
EFFECTS = {"accepted": "+a", "backordered": "-a+w", "refused": "+r", "allocated": "-w+a", "lost": "-a+w",
           "dropped": "-w", "cancelled": "-a", "forgone": "-r", "shipped": "-a+o-s", "returned": "-o+s",
           "returned-late": "-o+s", "opening": "+s", "received": "+s", "written-off": "-s", "absent": ""}
wrong = []


def insist(good, *what):
    if not good:
        wrong.append(" ".join(map(str, what)))


@functools.lru_cache(None)
def when(text):
    return int(datetime.datetime.strptime(text + "+0000", "%Y-%m-%d %H:%M:%S%z").timestamp())


def read_history(name):
    """Rows by the line they begin on: invoice, item, customer, units, time."""
    data = (gzip.open if name.endswith(".gz") else open)(name, "rb").read()
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    header, rows, invoices, count = next(reader), {}, {}, collections.Counter()
    header = next(reader) if header[0].startswith("#") else header
    end = reader.line_num
    for fields in reader:
        begin, end = end + 1, reader.line_num
        count["rows"] += bool(fields)
        row = dict(zip(header, fields))
        try:
            item, units, time = row["StockCode"].upper(), int(row["Quantity"]), row["InvoiceDate"]
            if len(fields) != len(header) or not (item and row["InvoiceNo"] and units and when(time)):
                raise ValueError
        except (KeyError, ValueError):
            count["rows_malformed"] += bool(fields)
            continue
        if item in NO_PRODUCT or item.startswith("GIFT_"):
            count["rows_skipped"] += 1
            continue
        time, who = invoices.setdefault(row["InvoiceNo"], (time, row["CustomerID"]))
        units = -abs(units) if row["InvoiceNo"][0] == "C" else units
        rows[begin] = (row["InvoiceNo"], item, who, units, time)
    return rows, count


def follow(log, rows, f):
    """Follows the log; sums go to `f`. Returns the sales, by line of the input."""
    sales, queues, shelf, owed, undone = {}, collections.defaultdict(list), *map(collections.Counter, [()] * 3)
    waits, waiting, last, f["peak_date"] = [], 0, "", "-"
    for entry in list(csv.reader(open(log, newline="", encoding="utf-8")))[1:]:
        time, event, order, line, item, customer, units, promise, reason, cause = entry
        who, units, line, cause = (customer, item), int(units), int(line or 0), int(cause or 0)
        effect = EFFECTS[event]
        insist(units > 0 and time >= last, "the log runs backwards at", time, event, item)
        last = time
        f["units_" + event.replace("-", "_")] += units
        if cause:  # customers undo their own sales; a write-off is what matches none
            undone[cause] += units
            owed[who] -= units if line else 0
            good = rows[cause][2] == customer != "" if line else not owed[rows[cause][2], item]
            insist(good and rows[cause][1] == item and rows[cause][4] == time, "row", cause, "matched wrongly")
        if event == "shipped":
            f["oversold_units"] += max(0, units - max(0, shelf[item]))
        shelf[item] += units * (("+s" in effect) - ("-s" in effect))
        if not line:
            continue
        if line not in sales:
            sales[line] = collections.defaultdict(int, rank=len(sales), promise="", ready="")
        sale = sales[line]
        sale["promise"] = sale["promise"] or promise
        sale[event] += units
        insist(rows[line][:3] == (order, item, customer), "row", line, "is another's")
        if event in ("accepted", "refused"):
            owed[who] += units if customer else 0
            insist(time == rows[line][4], "row", line, "was decided at", time)
        if event == "allocated":  # nobody is served before who came earlier and still waits
            while not sales[queues[item][0][1]]["w"]:
                heapq.heappop(queues[item])
            insist(queues[item][0][1] == line, "row", line, "was served before", queues[item][0][1])
            waits.append((when(time) - when(rows[line][4]), units))
        for sign, part in zip(effect[::2], effect[1::2]):
            sale[part] += units if sign == "+" else -units
            insist(sale[part] >= 0 or part == "s", "row", line, "has less than nothing", part)
        if "+w" in effect:
            heapq.heappush(queues[item], (sale["rank"], line))
        sale["ready"] = "" if event == "backordered" else sale["ready"] or ("" if sale["w"] else time)
        waiting += units * (("+w" in effect) - ("-w" in effect))
        if waiting > f["peak"]:
            f["peak"], f["peak_date"] = waiting, time[:10]
    for line, row in rows.items():
        insist(row[3] > 0 or undone[line] == -row[3], "of row", line, undone[line], "came back")
    f["units_waiting"], f["units_on_hand"], waits = waiting, sum(shelf.values()), sorted(waits)
    for key, percent in (("days_median", 50), ("days_ninety", 90), ("days_longest", 100)):
        sums = wait = 0
        for wait, units in waits:
            sums += units
            if sums * 100 >= f["units_allocated"] * percent:
                break
        f[key] = "%d.%d" % divmod((wait * 10 + 43200) // 86400, 10)
    return sales


def main(history, log, report):
    rows, f = read_history(history)
    sales, whole = follow(log, rows, f), collections.defaultdict(lambda: True)
    end = max(row[4] for row in rows.values())[:10] + " 23:59:59"
    f["units_served"], f["units_archived"] = f["units_allocated"], f["units_returned_late"]
    f["units_returned"] += f["units_returned_late"]
    f["units_allocated"] = f["units_accepted"] - f["units_backordered"]
    for line, (invoice, _, _, asked, at) in rows.items():
        if asked < 0:
            continue
        sale = sales.get(line) or collections.defaultdict(int, promise="")
        insist(sale["accepted"] + sale["refused"] == asked, "row", line, "was not wholly decided")
        parts = {"allocated": sale["accepted"] - sale["backordered"], "asked": asked,
                 "backordered": sale["backordered"], "refused": sale["refused"]}
        for name, units in parts.items():
            f[name + "_" + at[:7]] += units
            f["lines_" + name] += units == asked if name == "allocated" else units > 0
        f["units"] += asked
        whole[invoice] &= parts["allocated"] == asked
        if "" < sale["promise"] <= end and sale["promise"] != "unknown" and not sale["dropped"]:
            for key in ["promises_all"] + ["promises"] * (parts["backordered"] > 0):
                f[key] += 1
                f[key + "_kept"] += "" < sale["ready"] <= sale["promise"]
    f["orders"], f["lines"], f["whole"] = len(whole), f["lines_asked"], sum(whole.values())
    f["lost_without_backorders"] = f["units_backordered"]
    for key, part, of in (("fill_rate_units", "units_allocated", "units"), ("fill_rate_orders", "whole", "orders"),
                          ("promises_rate", "promises_kept", "promises"),
                          ("promises_all_rate", "promises_all_kept", "promises_all")):
        f[key] = "%d.%d" % divmod(f[part] * 1000 // f[of], 10) if f[of] else "-"
    figures = list(csv.reader(open(report, newline="")))[1:]
    for key, value in figures:
        insist(str(f[key]) == value, "%s: the report says %s, the log %s" % (key, value, f[key]))
    print("%d figures, %d sales, %d wrong" % (len(figures), len(sales), len(wrong)), *wrong[:20], sep="\n")
    return 1 if wrong or len(figures) < 40 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
