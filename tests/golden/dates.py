#!/usr/bin/env python3
"""Writes tests/golden/dates.txt, which tests/data/test_dates.c reads: parts of dates, their cyclic forms and elapsed times, and unified texts and
amounts, by pandas and Python's own texts. python3 tests/golden/dates.py, from the project's root (pandas 2).

Lines, parted by tabs:
    date    TEXT ORDER      year month day weekday hour minute second day_of_year week_of_year quarter weekend, sine and cosine of those that
                            come around in the same order, days and seconds since the first date of the list
    text    TEXT            what unify makes of it
    amount  TEXT            what unify:units makes of it, nan for what is no amount
"""
import math
import random
import re

import pandas as pd

rng = random.Random(5)
PERIODS = {"month": (1, 12), "day": (1, 31), "weekday": (0, 7), "hour": (0, 24), "minute": (0, 60), "second": (0, 60), "day_of_year": (1, 366),
           "week_of_year": (1, 53), "quarter": (1, 4)}
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
LINES = []


def parts(t):
    return {"year": t.year, "month": t.month, "day": t.day, "weekday": t.day_of_week, "hour": t.hour, "minute": t.minute,
            "second": t.second + t.microsecond / 1e6, "day_of_year": t.day_of_year, "week_of_year": t.isocalendar().week, "quarter": t.quarter,
            "weekend": int(t.day_of_week >= 5)}


def forms(t):
    """The time as people write it, with the order that reads it."""
    clock = t.strftime("%H:%M:%S")
    ordinal = {1: "st", 2: "nd", 3: "rd"}.get(t.day % 10 if t.day not in (11, 12, 13) else 0, "th")
    yield t.strftime("%Y-%m-%d ") + clock, "found"
    yield t.strftime("%Y/%m/%dT") + clock, "found"
    yield t.strftime("%Y.%m.%d ") + clock, "found"
    yield t.strftime("%m/%d/%Y ") + clock, "mdy"
    yield t.strftime("%d/%m/%Y ") + clock, "dmy"
    yield t.strftime("%d.%m.%Y ") + clock, "found"
    yield f"{t.day} {MONTHS[t.month - 1][:3]} {t.year} {clock}", "found"
    yield f"{MONTHS[t.month - 1]} {t.day}, {t.year} {clock}", "found"
    yield f"{t.day}{ordinal} {MONTHS[t.month - 1]} {t.year}, {clock}", "found"
    yield t.strftime("%a, %d %b %Y ") + t.strftime("%I:%M:%S %p").lstrip("0"), "found"


def dates():
    times = [pd.Timestamp("1900-01-01"), pd.Timestamp("2100-12-31 23:59:59"), pd.Timestamp("2000-02-29 12:00:00")]
    for year in list(range(1990, 2031)) + [1900, 1972, 2096, 2100]:  # every kind of year, where weeks are counted differently
        for month, day in (1, 1), (1, 3), (1, 4), (2, 28), (3, 1), (12, 28), (12, 29), (12, 31):
            times.append(pd.Timestamp(year, month, day, rng.randrange(24), rng.randrange(60), rng.randrange(60)))
    for _ in range(300):
        times.append(pd.Timestamp(rng.randrange(-2208988800, 4102444800), unit="s"))
    first = min(times)
    for k, t in enumerate(times):
        written = list(forms(t))
        text, order = written[k % len(written)]
        p = parts(t)
        numbers = [p[name] for name in p]
        for name, (begin, period) in PERIODS.items():
            angle = 2 * math.pi * (p[name] - begin) / period
            numbers += [math.sin(angle), math.cos(angle)]
        numbers += [(t - first) / pd.Timedelta(days=1), (t - first) / pd.Timedelta(seconds=1)]
        LINES.append("\t".join(["date", text, order] + [repr(float(x)) for x in numbers]))


def texts():
    words = ["New York", "new  york", " NY", "N.Y.", "Los Angeles", "LA", "San\tFrancisco", "ÉCOLE", "Straße", "ΑΘΗΝΑ", "МОСКВА", "a  B   c "]
    same = {"new york": "New York", "ny": "New York", "n.y.": "New York", "la": "Los Angeles", "los angeles": "Los Angeles"}
    for w in words:
        tidy = re.sub(r"\s+", " ", w.strip()).lower()
        LINES.append("\t".join(["text", w.replace("\t", "\\t"), same.get(tidy, tidy)]))


def amounts():
    factor = {"kg": 1, "g": .001, "lb": .45359237, "t": 1000}
    for _ in range(60):
        number = rng.choice([f"{rng.uniform(-5, 5000):.{rng.randrange(4)}f}", str(rng.randrange(100000)), f"{rng.uniform(1, 10):.3e}"])
        unit = rng.choice(["kg", "KG", "g", "G", "lb", "t", "", "stone", "k g"])
        text = number + rng.choice(["", " ", "  "]) + unit
        value = float(number) * factor[unit.lower()] if unit.lower() in factor else float(number) if not unit else math.nan
        LINES.append("\t".join(["amount", text.rstrip(), repr(value)]))


dates()
texts()
amounts()
open("tests/golden/dates.txt", "w").write("\n".join(LINES) + "\n")
