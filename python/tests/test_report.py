"""`Report`: output formats, merging and pickling."""

import json
import pickle

import pytest

import clawsift
from logs import LOGS

CASES = ["dns-notfound", "tls-expired", "mixed", "telegram-502"]


def part(case):
    return clawsift.scan(LOGS / case / "file.log", tz="UTC")


def test_reports_add_up_in_any_order_and_grouping():
    whole = clawsift.scan([LOGS / case / "file.log" for case in CASES], tz="UTC").to_json()
    parts = [part(case) for case in CASES]
    assert clawsift.Report.merge(parts).to_json() == whole
    assert clawsift.Report.merge(reversed(parts)).to_json() == whole
    pairs = [clawsift.Report.merge(parts[:2]), clawsift.Report.merge(parts[2:])]
    assert clawsift.Report.merge(pairs).to_json() == whole


def test_a_merged_report_is_that_of_the_program(binary, tmp_path):
    files = []
    for case in CASES:
        files.append(tmp_path / f"{case}.json")
        files[-1].write_text(part(case).to_json())
    theirs = binary("merge", "--format", "json", "--top", "3", "--sort", "count", *files)
    assert clawsift.Report.merge(map(part, CASES), top=3, sort="count").to_json() == theirs


@pytest.mark.parametrize(("name", "arguments"), [("html", []), ("markdown", []), ("csv", [])])
def test_each_form_is_the_programs(name, arguments, binary):
    theirs = binary("--format", name, "--tz", "UTC", *arguments, LOGS / "mixed/file.log")
    report = part("mixed")
    assert getattr(report, f"to_{name}")() == theirs


def test_what_was_written_is_read_back():
    report = part("mixed")
    there = clawsift.Report.from_json(report.to_json())
    assert there.to_json() == report.to_json()
    assert json.loads(there.to_json()) == there.to_dict() == report.to_dict()
    assert there.findings == report.to_dict()["findings"]
    assert there.totals["incidents"] == sum(finding["incidents"] for finding in there.findings)
    assert clawsift.Report.from_json(report.to_json().encode()).to_json() == report.to_json()
    assert pickle.loads(pickle.dumps(report)).to_json() == report.to_json()


def test_the_page_of_a_report_that_was_read_back_is_whole(monkeypatch):
    """JSON omits the fine-grained times; the HTML page still has them."""
    report = clawsift.scan(LOGS / "mixed/file.log", tz="UTC")
    there = clawsift.Report.merge([clawsift.Report.from_json(report.to_json())], tz="UTC")
    assert there.to_html() == report.to_html()


def test_what_is_no_report_is_refused():
    cut = clawsift.scan(LOGS / "mixed/file.log", top=1)
    with pytest.raises(clawsift.MergeError, match="was shortened"):
        clawsift.Report.merge([cut])
    with pytest.raises(clawsift.MergeError, match="no report to merge"):
        clawsift.Report.merge([])
    with pytest.raises(clawsift.MergeError, match="missing field"):
        clawsift.Report.from_json("{}")
    with pytest.raises(clawsift.Error):
        clawsift.Report.from_json("what?")
    with pytest.raises(TypeError):
        clawsift.Report.merge([1])
