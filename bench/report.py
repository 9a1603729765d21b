# SPDX-License-Identifier: Apache-2.0
"""bench/RESULTS.md: written by a whole run, its open rows put in again by a later one."""
import datetime, json, os
from measure import FAR_NS, distances, here, machine, root, versions, work
from pairing import Row

results = os.path.join(here, "RESULTS.md")
so_far = os.path.join(work, "rows.json")


def keep(b, name):
    """What has been measured so far, after each family of rows: a run that is cut short can go on."""
    b.done.append(name)
    json.dump(dict(threads=b.threads, quick=b.quick, done=b.done, peak=b.peak, distances=distances, rows=b.rows), open(so_far + ".part", "w"))
    os.rename(so_far + ".part", so_far)


def kept(b):
    """Takes up what a run that was cut short had measured; the names of its rows."""
    if os.path.exists(so_far):
        s = json.load(open(so_far))
        if s["threads"] != b.threads or s["quick"] != b.quick:
            raise SystemExit("the run that was cut short had other --threads or --quick")
        b.done, b.peak, b.rows = s["done"], {int(n): v for n, v in s["peak"].items()}, [Row(*r) for r in s["rows"]]
        distances.extend(s["distances"])
    return set(b.done)


def open_rows():
    """The names of rows of RESULTS.md that were missed or have no figure."""
    return sorted({line.split("|")[1].strip() for line in open(results) if line.startswith("|") and "**" in line})


def peak_line(n, v, when=""):
    return f"- {when}{n} thread{'s' * (n > 1)}: fused multiply-adds in registers {v[0]:.0f} GFLOP/s (AVX2 {v[1]:.0f}), memory read {v[2]:.0f} GB/s"


def count_line(verdicts):
    met, missed = verdicts.count("met"), verdicts.count("missed")
    return f"- {met} met, {missed} missed, {len(verdicts) - met - missed} without a figure"


def table_line(r):
    return (f"| {r.name} | {r.what} | {r.threads} | {r.ours} | {r.share} | {r.theirs} | {'' if r.ratio is None else f'{r.ratio:.2f}'} | {r.goal} | "
            f"{r.verdict if r.verdict == 'met' else '**' + r.verdict + '**'} | {r.notes} |")


def write(b, whole):
    """The whole table into RESULTS.md, single rows into the folder of the build."""
    lines = ["# Measured", "", "Written by `make bench`. Absolute figures drift from machine to machine and hour to hour; ratios were taken in turn in one run.",
             "Figures are medians, least and most in parentheses. Share: of the machine's arithmetic peak, measured in the same run.", "",
             f"- date: {datetime.date.today().isoformat()}" + (", --quick: one pair of each, the best known modes of the peers" if b.quick else ""),
             f"- machine: {machine()}"]
    lines += [peak_line(n, v) for n, v in b.peak.items()]
    if distances:
        lines.append(f"- one way between the cores: {min(distances):.0f} to {max(distances):.0f} ns; figures taken beyond {FAR_NS} ns were dropped")
    lines += [f"- beside: {versions()}", count_line([r.verdict for r in b.rows]), "",
              "| row | what | threads | Baeum | share | best peer | ratio | goal | | notes |", "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    lines += [table_line(r) for r in b.rows]
    target = results if whole else os.path.join(work, "RESULTS.md")
    open(target, "w").write("\n".join(lines) + "\n")
    if whole and os.path.exists(so_far):
        os.remove(so_far)
    print("\n" + count_line([r.verdict for r in b.rows])[2:] + f"; written to {os.path.relpath(target, root)}")


def write_again(b):
    """Puts second figures in the place of the first ones, which stay in the notes."""
    out, verdicts = [], []
    second = {(r.name, r.what, str(r.threads)): r for r in b.rows}
    for line in open(results).read().splitlines():
        cells = [c.strip() for c in line.split("|")]
        r = second.get(tuple(cells[1:4])) if len(cells) > 9 and "**" in line else None
        if r:
            line = table_line(r._replace(notes=f"measured again ({datetime.date.today().isoformat()}), first {cells[7] or 'no figure'}; {r.notes}"))
        if len(cells) > 9 and cells[3].isdigit():
            verdicts.append(line.split("|")[9].strip().strip("*"))
        out.append(line)
    at = next(i for i, line in enumerate(out) if line.startswith("- beside:"))
    out[at:at] = [peak_line(n, v, "when rows were measured again: ") for n, v in b.peak.items()]
    out = [count_line(verdicts) if line.endswith("without a figure") and line.startswith("- ") else line for line in out]
    open(results, "w").write("\n".join(out) + "\n")
    print(count_line(verdicts)[2:])
