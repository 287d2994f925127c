"""`Catalogue.classify` agrees with the program on a log with a single record."""

import pickle
import threading
import time

import pytest

import clawsift
from logs import LOGS, PROJECT

CATALOGUE = clawsift.Catalogue.default()
FIELDS = ["rule", "category", "severity", "captures", "level", "subsystem", "time"]


def lines(*patterns):
    """Returns the distinct lines of fixtures, in order."""
    paths = sorted(path for pattern in patterns for path in LOGS.glob(pattern) if path.suffix != ".gz")
    found = dict.fromkeys(line for path in paths for line in path.read_bytes().splitlines() if line.strip())
    return list(found)


def test_each_record_means_what_it_means_to_the_program(rows, tmp_path):
    records = lines("mixed/*", "*/console.txt", "*/logs-plain.txt", "openai-429*/*", "telegram-*/*", "gw-*/*")
    assert len(records) > 1000
    folder = tmp_path / "records"
    folder.mkdir()
    for number, record in enumerate(records):
        (folder / f"{number:06}").write_bytes(record + b"\n")
    theirs = {int(row["source"].rsplit("/", 1)[1]): row for row in rows("--tz", "UTC", folder)}
    ours = CATALOGUE.classify(records, tz="UTC")
    assert len(ours) == len(records)
    differing = [
        (record, match, theirs.get(number))
        for number, (record, match) in enumerate(zip(records, ours, strict=True))
        if (match is not None) != (number in theirs)
        or (match is not None and {name: getattr(match, name) for name in FIELDS} != {n: theirs[number][n] for n in FIELDS})
    ]
    assert differing == []
    assert sum(match is not None for match in ours) > 300


def test_one_record_may_be_several_lines():
    record = "Error: connect ECONNREFUSED 127.0.0.1:11434\n    at TCPConnectWrap.afterConnect\n    at x (y.js:1:2)"
    (match,) = CATALOGUE.classify([record])
    assert match is not None and match.captures["port"] == "11434"
    assert CATALOGUE.classify([record.encode()]) == [match]


def test_what_no_rule_explains_is_none():
    assert CATALOGUE.classify(["all is well", "", b"\xff\xfe"]) == [None, None, None]


def test_secrets_in_captures_are_masked():
    rules = PROJECT / "tests/browser/hostile.yaml"
    assert rules.exists()
    catalogue = clawsift.Catalogue.default()
    key = "sk-proj-" + "a1B2" * 10
    for match in catalogue.classify([f"401 Incorrect API key provided: {key}", f"Authorization: Bearer {key} ECONNRESET"]):
        assert match is None or key not in repr(match)


def test_what_is_no_record_is_refused():
    with pytest.raises(ValueError, match="expected a list of records"):
        CATALOGUE.classify("Error: x")
    with pytest.raises(TypeError):
        CATALOGUE.classify([1])


def test_catalogues_differ_and_travel():
    changed = clawsift.Catalogue.load(disable=["connection/refused"])
    assert len(changed) == len(CATALOGUE) - 1
    assert changed.fingerprint != CATALOGUE.fingerprint
    assert "connection/refused" in CATALOGUE.rules and "connection/refused" not in changed.rules
    there = pickle.loads(pickle.dumps(changed))
    assert (there.fingerprint, there.rules) == (changed.fingerprint, changed.rules)
    records = lines("mixed/*")
    assert there.classify(records) == changed.classify(records) != CATALOGUE.classify(records)


def test_other_threads_run_meanwhile():
    records = lines("mixed/file.log") * 500
    counts = []

    def count():
        n = 0
        while not done.is_set():
            n += 1
            time.sleep(0)
        counts.append(n)

    done = threading.Event()
    list_of_records = list(records)
    thread = threading.Thread(target=count)
    # Longer than a thread's time slice: if the call held Python's lock throughout, the other thread could not count.
    import sys

    before = sys.getswitchinterval()
    sys.setswitchinterval(10)
    try:
        thread.start()
        CATALOGUE.classify(list_of_records)
    finally:
        done.set()
        thread.join()
        sys.setswitchinterval(before)
    assert counts[0] > 100
