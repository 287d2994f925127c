"""`scan` returns the same report as the program."""

import json
import signal
import threading
import time

import pytest

import clawsift
from logs import LOGS, PROJECT

CASES = sorted(path.name for path in LOGS.iterdir() if path.is_dir())


@pytest.mark.parametrize("case", CASES)
def test_the_report_of_each_fixture_is_the_programs(case, binary):
    theirs = binary("--format", "json", "--tz", "UTC", LOGS / case)
    assert clawsift.scan(LOGS / case, tz="UTC").to_json() == theirs


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({"min_severity": "error"}, ["--min-severity", "error"]),
        ({"category": "dns"}, ["--category", "dns"]),
        ({"category": ["dns", "tls"], "sort": "count"}, ["--category", "dns", "--category", "tls", "--sort", "count"]),
        ({"top": 2, "jobs": 1}, ["--top", "2"]),
        ({"since": "5m"}, ["--since", "5m"]),
        ({"until": "2026-11-22T12:00:00Z"}, ["--until", "2026-11-22T12:00:00Z"]),
        ({"disable": ["auth/invalid-key"]}, ["--disable", "auth/invalid-key"]),
        ({"rules": [PROJECT / "tests/browser/hostile.yaml"]}, ["--rules", PROJECT / "tests/browser/hostile.yaml"]),
        ({"max_decompressed": 1000}, ["--max-decompressed", "1000"]),
        ({"tz": "Asia/Tokyo"}, ["--tz", "Asia/Tokyo"]),
    ],
)
def test_options_mean_what_they_mean_on_the_command_line(options, arguments, binary):
    zone = [] if "tz" in options else ["--tz", "UTC"]
    # A source that decompresses to more than the limit is reported, and the status is 2.
    theirs = binary("--format", "json", *zone, *arguments, LOGS / "mixed", status=(0, 2))
    assert clawsift.scan(LOGS / "mixed", **{"tz": "UTC", **options}).to_json() == theirs


def test_the_matches_are_the_rows_of_ndjson(rows):
    paths = [LOGS / "mixed/file.log", LOGS / "telegram-502"]
    theirs = rows("--tz", "UTC", *paths)
    assert len(theirs) > 20
    assert clawsift.scan(paths, tz="UTC", matches=True).matches == theirs
    assert clawsift.scan(paths, tz="UTC").matches == []


def test_secrets_stay_in_unless_they_are_asked_for(tmp_path):
    key = "sk-proj-" + "a1B2" * 10
    log = tmp_path / "x.log"
    log.write_text(f"2026-11-22T10:00:00Z error agent 401 Incorrect API key provided: {key}\n")
    assert key not in clawsift.scan(log).to_json()
    assert key in clawsift.scan(log, redact=False).to_json()


def test_what_cannot_be_read_is_named_and_the_rest_is_reported(tmp_path):
    report = clawsift.scan([tmp_path / "nowhere.log", LOGS / "dns-notfound/file.log"])
    problems = [source["problems"] for source in report.sources if source["problems"]]
    assert problems == [["no such file or folder; check the path"]]
    assert report.totals["incidents"] == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_severity": "grave"}, "unknown variant `grave`"),
        ({"category": "x"}, "unknown variant `x`"),
        ({"sort": "size"}, "`size` is not a sort order"),
        ({"tz": "Mars/Base"}, "`Mars/Base` is not a time zone"),
        ({"since": "soon"}, "`soon` is not a time"),
        ({"catalogue": clawsift.Catalogue.default(), "disable": ["x"]}, "pass rules, no_default_rules and disable to Catalogue.load"),
    ],
)
def test_options_that_mean_nothing_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        clawsift.scan(LOGS / "mixed", **options)


def test_faulty_rules_are_named_with_their_place():
    with pytest.raises(clawsift.RulesError, match=r"bad-regex.yaml:\d+"):
        clawsift.Catalogue.load([PROJECT / "tests/cli/check/cases/bad-regex.yaml"])


def test_an_interrupt_ends_a_scan(tmp_path):
    """Signals reach the main thread only; `interrupt_main` simulates Ctrl-C."""
    import _thread

    log = tmp_path / "large.log"
    line = (LOGS / "mixed/file.log").read_bytes()
    log.write_bytes(line * 400)
    timer = threading.Timer(0.3, _thread.interrupt_main)
    # A process started in the background ignores SIGINT.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            end = time.monotonic() + 60
            while time.monotonic() < end:
                clawsift.scan([log], jobs=1)
        timer.join()
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_report_is_as_its_schema_says():
    import jsonschema

    schema = json.loads((PROJECT / "schema/report.schema.json").read_text())
    jsonschema.validate(clawsift.scan(LOGS / "mixed").to_dict(), schema)
