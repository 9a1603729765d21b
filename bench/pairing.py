# SPDX-License-Identifier: Apache-2.0
"""A row of the table: Baeum and the best mode of its peers, measured in turn. A figure is {median, min, max}, with loss, sums (of what was
computed, to be the same on both sides) and note where there are such."""
import os, statistics
from collections import namedtuple
from measure import LOSS_APART, SUSPECT, json_of, python, scale, steady, here

Row = namedtuple("Row", "name what threads ours share theirs ratio goal verdict notes")


def number(v):
    return f"{v:,.0f}" if v >= 1000 else f"{v:.1f}" if v >= 100 else f"{v:.2f}"


def spread(f, unit=""):
    text = f"{number(f['median'])}{unit} ({number(f['min'])}-{number(f['max'])})"
    return text + (f" loss {f['loss']:.3f}" if f.get("loss") is not None else "")


def rate(of, seconds=1):
    """Runs a second of a figure that tells the time of a run, in units of so many seconds."""
    return of and dict(of, median=1 / (of["median"] * seconds), min=1 / (of["max"] * seconds), max=1 / (of["min"] * seconds))


def script(peer, name, *arguments, n=1, **env):
    """What bench/peers/NAME.py prints, run by the interpreter that has the peer."""
    return json_of([python(peer), os.path.join(here, "peers", name + ".py"), *map(str, arguments)], n, **env)


def modes(names, ask):
    """Peers of one process: asked with None it measures them all, asked with a mode that one alone, which its later turns do."""
    found, asked = {}, []

    def of(mode):
        def measure():
            if mode not in found:
                found.update(ask(mode if asked else None) or {})
                asked.append(mode)
            return found.pop(mode, None)
        return measure
    return {m: of(m) for m in names}


def differ(ours, theirs, near):
    """Whether two results are others: of lists, or of dicts by their names, numbers apart by more than near of themselves."""
    if isinstance(theirs, list):
        return len(ours) != len(theirs) or any(abs(x - y) > near * abs(y) for x, y in zip(ours, theirs))
    return any(abs(ours.get(k, 0) - v) > near * abs(v) for k, v in theirs.items())


class Bench:
    def __init__(self, threads, quick):
        self.threads, self.quick, self.peak, self.rows, self.done = threads, quick, {}, [], []

    def row(self, name, what, n, ours, theirs, ratio, goal, higher=True, share="", notes=""):
        """Adds a line and prints it. ours and theirs are texts; a ratio of None says that there is none, and the notes why."""
        verdict = "no figure" if ratio is None else "met" if (ratio >= goal if higher else ratio <= goal) else "missed"
        r = Row(name, what, n, ours, share, theirs, ratio, ("≥ " if higher else "≤ ") + f"{goal:g}", verdict, notes)
        self.rows.append(r)
        shown = "" if ratio is None else f"{ratio:.2f} x"
        print(f"{name:11} {what:24} {n}t  {ours:>34} {share:>6}  {theirs:>44}  {shown:>8} {r.goal:>7}  {verdict:9} {notes}", flush=True)

    def absent(self, name, what, why, goal, higher=True):
        self.row(name, what, 1, why, "none", None, goal, higher)

    def limit(self, name, what, figure, most, unit, digits=1, notes=""):
        """A row that has no peer: a figure of ours (None: it could not be had) that has to stay under a limit."""
        self.row(name, what, 1, "failed" if figure is None else f"{figure:.{digits}f} {unit}", f"limit {most:g} {unit}",
                 None if figure is None else float(f"{figure:.{digits}f}") / most, 1, False, notes=notes)

    def peers_once(self, peers, known, n, higher):
        """Each mode measured once: {mode: figure} of those to be believed, and notes of the others."""
        better = (lambda x, y: x > y) if higher else (lambda x, y: x < y)
        seen, notes = {}, []
        for mode, measure in peers.items():
            limit = known.get(mode, 0) * (scale(self.peak, n) * SUSPECT if higher else 1 / (scale(self.peak, n) * SUSPECT))
            f = steady(measure, n)
            if f and not f.get("far") and limit and better(limit, f["median"]):  # the machine may have been disturbed: once more
                f = steady(measure, n) or f
            if not f:
                notes.append(f"{mode} absent")
            elif f.get("far"):
                notes.append(f"{mode}: cores far apart")
            elif limit and better(limit, f["median"]):
                notes.append(f"{mode} suspect ({number(f['median'])})")
            else:
                seen[mode] = f
        return seen, notes

    def paired(self, name, what, n, ours, peers, known, goal, higher=True, share=None, unit="", pairs=3, near=1e-9):
        """One row. ours() and every peers[mode]() give a figure or None. Each mode is measured once, then the best one and ours in turn.
        known: figures of {mode: value} on the machine of the table, for what is suspect. goal(mode): a number."""
        seen, notes = self.peers_once(peers, known, n, higher)
        mine = [steady(ours, n)]
        if not seen or not mine[0] or mine[0].get("far"):
            shown = spread(mine[0], unit) if mine[0] and not mine[0].get("far") else "cores far apart" if mine[0] else "failed"
            return self.row(name, what, n, shown, "none", None, goal(next(iter(peers))), higher, notes="; ".join(notes))
        best = max(seen, key=lambda m: seen[m]["median"] * goal(m)) if higher else min(seen, key=lambda m: seen[m]["median"])
        theirs = [seen[best]]
        for _ in range(0 if self.quick else pairs - 1):
            o, t = steady(ours, n), steady(peers[best], n)
            if o and t and not o.get("far") and not t.get("far"):
                mine.append(o), theirs.append(t)

        def middle(figures):
            f = dict(figures[0], median=statistics.median(g["median"] for g in figures))
            return dict(f, min=min(g["min"] for g in figures), max=max(g["max"] for g in figures))
        o, t = middle(mine), middle(theirs)
        ratio = o["median"] / t["median"]
        if o.get("loss") is not None and t.get("loss") is not None and abs(o["loss"] - t["loss"]) > LOSS_APART * abs(t["loss"]):
            notes.append("void: the losses differ")
            ratio = None
        wrong = [m for m, f in seen.items() if "sums" in f and differ(o["sums"], f["sums"], near)]
        if wrong:
            notes.append(f"void: other results than {', '.join(wrong)}")
            ratio = None
        others = [f"{m} {number(f['median'])}" for m, f in sorted(seen.items(), key=lambda mf: mf[1]["median"], reverse=higher) if m != best]
        notes += ([o["note"]] if "note" in o else []) + ([", ".join(others)] if others else [])
        self.row(name, what, n, spread(o, unit), f"{best} {spread(t, unit)}", ratio, goal(best), higher,
                 f"{100 * share(o['median'], n):.0f} %" if share and self.peak else "", "; ".join(notes))
