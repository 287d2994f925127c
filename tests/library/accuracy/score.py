#!/usr/bin/env python3
"""Scores a clawsift binary on a tree of labelled material.

    tests/library/accuracy/score.py --binary target/release/clawsift TREE... [--mode cases|mixed|pairs]

A tree is recognised by its content:
  VERSION/CASE/label.txt   whole logs, per version (with file.log, logs-json.txt, logs-plain.txt, console.txt and truth.json)
  CASE/label.txt           the same for one version, named after the folder; or one labels.tsv beside the cases or the versions
  reports.jsonl            excerpts, one object per line with `text`, `category` and `accept`
  *.jsonl, *.txt           small inputs, labelled in minimal.tsv next to this script

Modes of whole logs: `cases` scores each log alone; `mixed` joins the cases of a version five minutes apart and compares the
incidents with the truth; `pairs` joins two cases 20 seconds apart and compares the incidents with the sum of both.
Prints a table, then each wrong result. The exit status is 0, whatever the score, but 1 if a share is below its floor and `--strict`
is given; 2 if an argument is wrong.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import datetime
import itertools
import json
import pathlib
import re
import subprocess
import sys

SHAPES = {"file": "file.log", "json": "logs-json.txt", "plain": "logs-plain.txt", "console": "console.txt"}
SEVERITIES = ["info", "warning", "error", "critical"]
# Lowest share of right first findings, in percent.
FLOORS = {"file": 97, "json": 97, "plain": 90, "console": 97, "excerpts": 97, "pairs": 99}
# What a warning may say of a healthy log without being an alarm: memory search has no key of its own.
TRUE_WARNINGS = re.compile(r"memory (?:sync|search)|\bsync failed \(")
# Texts of defects that are real, but not the injected fault; the machine was overloaded. A warning that rests on nothing
# else is no incident of the fault.
SIDE_DEFECTS = re.compile(TRUE_WARNINGS.pattern + r"|handshake timeout|gateway connect failed|falling back to embedded"
                          r"|warmup timed out|pricing fetch failed|memory pressure")
# Incidents that truth.json does not tell, as (lowest, highest): a fallback that fails as well, embeddings that fail beside
# the run.
INCIDENTS = {"fb-chain-fail": (2, 2), "mem401-dns": (1, 2), "mem401-region": (1, 2)}
STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(Z|[+-]\d\d:\d\d)")
HEADER = re.compile(r'^(Log file: |\{"type":"(meta|notice)")')


@dataclasses.dataclass
class Case:
    """One labelled log with its shapes."""

    version: str
    name: str
    folder: pathlib.Path
    category: str
    description: str
    also: list
    plain_only: list
    truth: dict
    limits: tuple = None

    def accepts(self, shape):
        return [self.category, *self.also, *(self.plain_only if shape == "plain" else [])]

    def path(self, shape):
        """The log in a shape, not cut if there is such a file; None if the shape does not exist or is empty."""
        cut = self.folder / SHAPES[shape]
        for path in (cut.with_name(f"{cut.stem}-full{cut.suffix}"), cut):
            if path.exists() and path.stat().st_size:
                return path
        return None

    def incidents(self):
        """The lowest and the highest right number of incidents; None for the highest if the truth does not tell it."""
        turns = self.truth.get("turns", [])
        if self.limits:
            return self.limits
        if self.category == "none":
            return (0, 1 if self.also else 0)
        if self.name in INCIDENTS:
            return INCIDENTS[self.name]
        if any(turn.get("category") for turn in turns):
            number = sum((turn.get("category") or "none") != "none" for turn in turns)
        else:
            number = sum(failed(turn) for turn in turns)
        if "none" in self.also:
            return (0, number or None)
        return (number, number) if number else (1, None)


def failed(turn):
    """True if the turn itself met the injected fault: a fault of a channel or of the start leaves its turns healthy."""
    served = turn.get("served", [])
    if any(is_fault(request) for request in served):
        return True
    if turn.get("rc") == 0:
        # Releases up to 2026.3 report success for a turn whose request reached nothing.
        return not any("ok" in (request.get("fault"), request.get("status")) for request in served)
    return turn.get("rc") != "error" and "agent" not in turn


def is_fault(request):
    status = request.get("status")
    return request.get("fault") not in (None, "ok") or (isinstance(status, int) and status >= 400)


def read_case(version, folder):
    lines = (folder / "label.txt").read_text().splitlines()
    options = {"also acceptable": [], "plain form supports only": []}
    for line in lines[2:]:
        key, _, value = line.partition(":")
        options[key] = [word.strip() for word in value.split(",") if word.strip()]
    truth = folder / "truth.json"
    truth = json.loads(truth.read_text()) if truth.exists() else {}
    return Case(version, folder.name, folder, lines[0].strip(), lines[1] if lines[1:] else "",
                options["also acceptable"], options["plain form supports only"],
                truth if isinstance(truth, dict) else {"turns": truth})


def read_listed_cases(tree):
    """The cases of a folder whose labels.tsv has the case, its category, the other right ones, and those of the plain form; or
    the same after a column with the version, and the fewest and the most incidents."""
    rows = [line.split("\t") for line in (tree / "labels.tsv").read_text().splitlines() if not line.startswith("#")]
    cases = []
    for row in rows:
        folder, limits = tree / row[0], None
        if (folder / row[1]).is_dir():
            version, *row = row
            folder, limits = folder / row[0], (int(row[4]), None if row[5] == "-" else int(row[5]))
        else:
            version = tree.name
        also, plain_only = ([word for word in cell.split(",") if word != "-"] for cell in row[2:4])
        cases.append(Case(version, row[0], folder, row[1], "", also, plain_only, {}, limits))
    return cases


def read_cases(tree, version=None):
    if (tree / "labels.tsv").exists():
        return read_listed_cases(tree)
    labels = sorted(tree.glob("*/*/label.txt")) or sorted(tree.glob("*/label.txt"))
    nested = bool(list(tree.glob("*/*/label.txt")))
    cases = [read_case(label.parent.parent.name if nested else tree.name, label.parent) for label in labels]
    return [case for case in cases if version is None or case.version == version]


class Binary:
    """The program under test."""

    def __init__(self, path, jobs):
        self.path = str(path.resolve())
        self.pool = concurrent.futures.ThreadPoolExecutor(jobs)

    def scan(self, text):
        """The report of a log given as bytes on standard input."""
        done = subprocess.run([self.path, "--format", "json", "--quiet", "-"], input=text, capture_output=True, check=False)
        try:
            return json.loads(done.stdout)
        except ValueError:
            sys.exit(f"{self.path}: no report (status {done.returncode}): {done.stderr.decode(errors='replace')[:500]}")

    def scan_all(self, texts):
        return list(self.pool.map(self.scan, texts))


# ---------------------------------------------------------------------------------------------------------------- reports

def unexplained(report):
    totals = report["totals"]
    return totals.get("unexplained", totals.get("unclassified", 0))


def above_info(finding):
    return finding["severity"] != "info"


def is_warning_about(finding, texts):
    """True if the finding is at most a warning and rests on nothing but records of these texts."""
    samples = [sample["text"] for sample in finding["samples"]]
    return finding["severity"] in ("info", "warning") and bool(samples) and all(texts.search(text) for text in samples)


def counted(report, accepted=()):
    """The incidents of the report, by category; without those of side defects, unless they are what was injected."""
    counts = collections.Counter()
    for finding in report["findings"]:
        if finding["category"] in accepted or not is_warning_about(finding, SIDE_DEFECTS):
            counts[finding["category"]] += finding["incidents"]
    return counts


def is_right(report, accepted):
    """True if the first finding has an accepted category; `none` accepts a report with nothing above info."""
    findings = report["findings"]
    alarms = [finding for finding in findings if above_info(finding) and not is_warning_about(finding, TRUE_WARNINGS)]
    if "none" in accepted and not alarms:
        return True
    return bool(findings) and findings[0]["category"] in accepted


def summary(report):
    """The findings and the unexplained records in one line."""
    findings = [f"{f['rule']} ({f['category']}, {f['severity']}, {f['incidents']} inc, {f['records']} rec"
                f"{', likely' if f.get('confidence') == 'likely' else ''})" for f in report["findings"]]
    return f"{'; '.join(findings) or 'no finding'}; {unexplained(report)} unexplained"


def percent(part, whole):
    return f"{100 * part / whole:.1f}" if whole else "-"


def table(head, rows):
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        print("  ".join(str(cell).ljust(width) if i < 2 else str(cell).rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))).rstrip())


# ------------------------------------------------------------------------------------------------------------ whole logs

def score_cases(binary, cases, shapes):
    jobs = [(case, shape) for case in cases for shape in shapes if case.path(shape)]
    reports = binary.scan_all([case.path(shape).read_bytes() for case, shape in jobs])
    tallies = collections.defaultdict(collections.Counter)
    wrong, off, by_case = [], [], collections.defaultdict(dict)
    for (case, shape), report in zip(jobs, reports):
        accepted, healthy = case.accepts(shape), case.category == "none"
        number = sum(counted(report, accepted).values())
        by_case[case.version, case.name][shape] = number
        lowest, highest = case.incidents()
        fits = lowest <= number and (highest is None or number <= highest)
        right = case.category == "mixed" or is_right(report, accepted)
        silent = not right and not report["findings"] and not unexplained(report)
        for key in ((case.version, shape), ("all", shape)):
            tallies[key].update(cases=1, right=right, healthy=healthy, alarms=healthy and not right, silent=silent,
                                fits=fits, unexplained=unexplained(report), noisy=healthy and unexplained(report) > 0)
        where = f"{case.version}/{case.name} {shape}"
        if not right:
            wrong.append(f"{where}: expected {'/'.join(accepted)} ({case.description})\n    {summary(report)}")
        if not fits:
            truth = f"{lowest} or more" if highest is None else f"{lowest}-{highest}"
            off.append(f"{where}: {number} incidents, truth {truth}: {summary(report)}")
    print_tallies(tallies, shapes)
    print("floors: " + ", ".join(f"{shape} {FLOORS[shape]} %" for shape in shapes) + ", no alarm on a healthy log")
    print_list("wrong first finding", wrong)
    print_list("wrong number of incidents", off)
    print_list("incidents that differ between the shapes of one case", [
        f"{version}/{name}: " + ", ".join(f"{shape} {number}" for shape, number in numbers.items())
        for (version, name), numbers in sorted(by_case.items()) if len(set(numbers.values())) > 1])


def print_tallies(tallies, shapes):
    def order(key):
        return (key[0] == "all", key[0], shapes.index(key[1]))

    rows = []
    for version, shape in sorted(tallies, key=order):
        tally = tallies[version, shape]
        count = tally["cases"]
        rows.append((version, shape, count, tally["right"], percent(tally["right"], count), tally["silent"],
                     f"{tally['alarms']}/{tally['healthy']}", tally["noisy"], f"{tally['fits']}/{count}", tally["unexplained"]))
    table(("version", "shape", "cases", "right", "%", "silent", "alarms on healthy", "healthy with unexplained",
           "incidents right", "unexplained"), rows)


def print_list(title, lines):
    print(f"\n{title}: {len(lines)}")
    for line in lines:
        print(f"  {line}")


def stamps(text):
    """The times of a log that was read as text, first to last."""
    return [datetime.datetime.fromisoformat(time + ("+00:00" if zone == "Z" else zone)) for time, zone in STAMP.findall(text)]


def shifted(text, span):
    """The log with each of its times moved by `span`."""
    def move(match):
        time = datetime.datetime.fromisoformat(match[1]) + span
        return time.isoformat(timespec="milliseconds") + match[2]
    return STAMP.sub(move, text)


def joined(texts, gap):
    """Logs one after the other, each beginning `gap` after the end of the one before it."""
    parts, end = [], None
    for number, text in enumerate(texts):
        lines = text.splitlines()
        if number:
            lines = [line for line in lines if not HEADER.match(line)]
        text = "\n".join(lines) + "\n"
        times = stamps(text)
        if times and end is not None:
            span = end + gap - min(times)
            text, times = shifted(text, span), [time + span for time in times]
        end = max(times, default=end)
        parts.append(text)
    return "".join(parts)


def read_text(case, shape):
    return case.path(shape).read_text(errors="surrogateescape")


def to_bytes(text):
    return text.encode(errors="surrogateescape")


def score_mixed(binary, cases, shapes):
    """Joins the cases of each version, five minutes apart, and compares the incidents with the truth."""
    rows, details = [], []
    for version, group in itertools.groupby(cases, key=lambda case: case.version):
        group = [case for case in group if case.category != "mixed"]
        for shape in shapes:
            present = [case for case in group if case.path(shape)]
            texts = [read_text(case, shape) for case in present]
            alone = binary.scan_all([to_bytes(text) for text in texts])
            report = binary.scan(to_bytes(joined(texts, datetime.timedelta(minutes=5))))
            lowest, highest, expected = 0, 0, collections.Counter()
            for case, own in zip(present, alone):
                low, high = case.incidents()
                first = own["findings"][0]["category"] if own["findings"] else None
                number = sum(counted(own, case.accepts(shape)).values())
                lowest, highest = lowest + low, highest + (max(number, low) if high is None else high)
                category = first if first in case.accepts(shape) else case.category
                expected[category] += max(number, low) if high is None else high
            total = counted(report)
            number, sum_alone = sum(total.values()), sum(sum(counted(own).values()) for own in alone)
            off = max(lowest - number, number - highest, 0)
            # Plain text of these versions may be off by one in twenty.
            allowed = highest // 20 if shape == "plain" and "2026.3" <= version < "2026.8" else 0
            differences = {name: f"{total[name]} of {expected[name]}" for name in sorted(total | expected)
                           if name != "none" and total[name] != expected[name]}
            rows.append((version, shape, len(present), f"{lowest}-{highest}", number, off, sum_alone, len(differences),
                         unexplained(report), "yes" if off <= allowed else "NO"))
            details.append(f"{version} {shape}: joining changes the incidents by {number - sum_alone:+};"
                           f" per category, found of truth: {differences}")
    table(("version", "shape", "cases", "truth", "found", "off", "sum of the cases alone", "categories off", "unexplained",
           "right"), rows)
    print("A case whose fault is not a turn (start, channel, port) counts as what it gives alone, at least 1.")
    print_list("per category", details)
    return all(row[-1] == "yes" for row in rows)


def provider(case):
    path = case.path("file")
    found = re.search(r'(?:provider=|\\?"provider\\?":\\?")([\w.-]+)', path.read_text(errors="replace")) if path else None
    return found[1] if found else None


def score_pairs(binary, cases, shapes, limit):
    """Joins two cases of one version, 20 seconds apart, and compares the incidents with the sum of both."""
    rows, exceptions = [], []
    for version, group in itertools.groupby(cases, key=lambda case: case.version):
        group = [case for case in group if case.category != "mixed"]
        providers = {case.name: provider(case) for case in group}
        for shape in shapes:
            present = [case for case in group if case.path(shape)]
            texts = {case.name: read_text(case, shape) for case in present}
            alone = {case.name: counted(report) for case, report in
                     zip(present, binary.scan_all([to_bytes(texts[case.name]) for case in present]))}
            pairs = [(a, b) for a, b in itertools.permutations(present, 2)
                     if a.category != b.category or providers[a.name] != providers[b.name]]
            pairs = pairs[:: max(1, len(pairs) // limit)] if limit else pairs
            gap = datetime.timedelta(seconds=20)
            reports = binary.scan_all([to_bytes(joined([texts[a.name], texts[b.name]], gap)) for a, b in pairs])
            differing = 0
            for (a, b), report in zip(pairs, reports):
                found, wanted = counted(report), alone[a.name] + alone[b.name]
                if sum(found.values()) != sum(wanted.values()):
                    differing += 1
                    exceptions.append(f"{version} {shape} {a.name} then {b.name}: {sum(found.values())} incidents,"
                                      f" {sum(wanted.values())} alone; more {dict(found - wanted)}, fewer {dict(wanted - found)}")
            rows.append((version, shape, len(pairs), len(pairs) - differing, percent(len(pairs) - differing, len(pairs))))
    table(("version", "shape", "pairs", "equal", "%"), rows)
    print(f"floor: {FLOORS['pairs']} %")
    print_list("pairs whose incidents are not the sum of both", exceptions)
    return 100 * sum(row[3] for row in rows) >= FLOORS["pairs"] * sum(row[2] for row in rows)


# ---------------------------------------------------------------------------------------------- excerpts and small inputs

def score_excerpts(binary, path):
    """Scores excerpts of bug reports: right, wrong with a word (a likely or another finding, unexplained records), silent."""
    excerpts = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    reports = binary.scan_all([excerpt["text"].encode() for excerpt in excerpts])
    groups = {name: [] for name in ("right", "another finding", "likely only", "unexplained only", "silent")}
    for excerpt, report in zip(excerpts, reports):
        accepted = [excerpt["category"], *excerpt["accept"]]
        findings = report["findings"]
        if is_right(report, accepted):
            group = "right"
        elif any(finding.get("confidence") != "likely" for finding in findings):
            group = "another finding"
        elif findings:
            group = "likely only"
        else:
            group = "unexplained only" if unexplained(report) else "silent"
        text = excerpt["text"].strip().replace("\n", "\n        ")
        groups[group].append(f"{excerpt['id']} {group}: expected {'/'.join(dict.fromkeys(accepted))} ({excerpt['cause']},"
                             f" label confidence {excerpt['confidence']})\n    {summary(report)}\n        {text}")
    table(("excerpts", "", *groups), [(len(excerpts), "", *map(len, groups.values())),
                                      ("%", "", *(percent(len(group), len(excerpts)) for group in groups.values()))])
    print(f"floor: {FLOORS['excerpts']} % right, none silent")
    print_list("wrong", [line for name, group in groups.items() if name != "right" for line in group])


def score_minimal(binary, tree):
    """Scores the small inputs of a folder that minimal.tsv labels."""
    labels = pathlib.Path(__file__).with_name("minimal.tsv").read_text().splitlines()
    labels = [line.split("\t") for line in labels if line and not line.startswith("#")]
    labels = [label for label in labels if (tree / label[0]).exists()]
    reports = binary.scan_all([(tree / label[0]).read_bytes() for label in labels])
    wrong = []
    for (name, category, also, incidents, most), report in zip(labels, reports):
        found = [finding["category"] for finding in report["findings"]]
        wanted, faults = category.split("+"), []
        if not (set(wanted) <= set(found) if len(wanted) > 1 else is_right(report, [category, *also.split(",")])):
            faults.append(f"category {category} expected")
        number = sum(counted(report).values())
        if incidents != "-" and number != int(incidents):
            faults.append(f"{incidents} incidents expected, {number} found")
        if most != "-" and any(SEVERITIES.index(f["severity"]) > SEVERITIES.index(most) for f in report["findings"]):
            faults.append(f"at most {most} expected")
        if faults:
            wrong.append(f"{name}: {', '.join(faults)}\n    {summary(report)}")
    table(("small inputs", "", "right"), [(len(labels), "", len(labels) - len(wrong))])
    print_list("wrong", wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="+", type=pathlib.Path, metavar="TREE")
    parser.add_argument("--binary", required=True, type=pathlib.Path)
    parser.add_argument("--mode", choices=["cases", "mixed", "pairs"], default="cases")
    parser.add_argument("--shape", choices=SHAPES, action="append", help="default: all")
    parser.add_argument("--version", help="only the cases of this version")
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="pairs: about N per version and shape [default: all]")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--strict", action="store_true", help="mixed, pairs: exit with status 1 below the floor")
    arguments = parser.parse_args()
    binary, shapes = Binary(arguments.binary, arguments.jobs), arguments.shape or list(SHAPES)
    is_kept = True
    for tree in arguments.trees:
        cases = read_cases(tree, arguments.version)
        print(f"== {tree.name}: {arguments.mode if cases else 'inputs'}")
        if (tree / "reports.jsonl").exists():
            score_excerpts(binary, tree / "reports.jsonl")
        elif cases and arguments.mode == "mixed":
            is_kept &= score_mixed(binary, cases, shapes)
        elif cases and arguments.mode == "pairs":
            is_kept &= score_pairs(binary, cases, shapes, arguments.limit)
        elif cases:
            score_cases(binary, cases, shapes)
        elif any(tree.glob("*.jsonl")):
            score_minimal(binary, tree)
        else:
            parser.error(f"{tree}: no labelled material")
    if arguments.strict and not is_kept:
        sys.exit(1)


if __name__ == "__main__":
    main()
