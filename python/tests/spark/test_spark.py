"""A cluster gives the same results as a single machine."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import pyarrow as pa
import pytest

import clawsift
from clawsift import spark as on_spark
from logs import LOGS


def essence(report, *, positions=True):
    """Returns a report without merge data, and with only the first sample of each finding: each part has up to three.

    Rows of a table have no positions in files, and their only file name is that in the column.
    """
    report = report.to_dict()
    del report["mergeable"]
    samples = [sample for finding in report["findings"] for sample in finding["samples"][:1]]
    samples += [shape["sample"] for shape in report["unclassified"]]
    for finding in report["findings"]:
        finding["samples"] = finding["samples"][:1]
    if not positions:
        for sample in samples:
            del sample["line"], sample["offset"]
    return report


def paths(spark, folder):
    rows = [(str(path),) for path in sorted(folder.rglob("*")) if path.is_file()]
    return spark.createDataFrame(rows, "path string")


@pytest.fixture(scope="session")
def whole(fleet):
    return essence(clawsift.scan(fleet, tz="UTC"))


def test_paths_that_executors_open_give_the_report_of_one_machine(spark, fleet, whole):
    assert whole["totals"]["incidents"] > 100
    for part_bytes in (1 << 20, 100_000):
        report = on_spark.report(paths(spark, fleet), path="path", part_bytes=part_bytes)
        assert essence(report) == whole


def test_a_folder_that_spark_lists(spark, fleet, whole):
    files = on_spark.files(spark, f"file://{fleet}")
    assert files.columns == ["path", "length"] and files.count() == len(whole["sources"])
    assert essence(on_spark.report(files, path="path", part_bytes=500_000)) == whole


def test_files_that_only_python_can_open(spark, fleet, whole):
    """Simulates an object store: paths that do not exist locally, and a hook that opens them."""
    rows = [(f"vault://{path}",) for path in sorted(fleet.rglob("*")) if path.is_file()]

    def opener(name):
        return open(name.removeprefix("vault://"), "rb")

    report = on_spark.report(spark.createDataFrame(rows, "path string"), path="path", part_bytes=500_000, open=opener)
    found = json.loads(json.dumps(essence(report)).replace("vault://", ""))
    # The program reports more details of damage, and also looks for unread files.
    assert found["findings"] == whole["findings"]
    assert [source["bytes"] for source in found["sources"]] == [source["bytes"] for source in whole["sources"]]
    assert found["totals"] == whole["totals"]


def test_what_cannot_be_opened_is_named(spark, fleet):
    rows = [(str(fleet / "nowhere.log"),), (str(fleet / "dns-notfound/file.log"),)]
    report = on_spark.report(spark.createDataFrame(rows, "path string"), path="path")
    assert [source["problems"] for source in report.sources] == [["no such file or folder; check the path"], []]
    failing = on_spark.report(spark.createDataFrame([("x://y/z",)], "path string"), path="path", open=lambda name: 1 / 0)
    assert failing.sources[0]["problems"] == ["ZeroDivisionError: division by zero"]


def test_rows_of_text_give_the_report_of_one_machine(spark, fleet):
    """Returns JSON lines, plain and compressed, as Spark reads them: one row per line, with the name of the file."""
    from pyspark.sql.functions import input_file_name

    logs = [f"file://{path}" for path in sorted(fleet.rglob("*log*")) if "damaged" not in path.name]
    rows = spark.read.text(logs).withColumn("source", input_file_name())
    report = on_spark.report(rows, text="value", source="source")
    local = [Path(log.removeprefix("file://")) for log in logs]
    whole = essence(clawsift.scan(local, tz="UTC"), positions=False)
    found = json.loads(json.dumps(essence(report, positions=False)).replace("file://", ""))
    assert found["findings"] == whole["findings"]
    assert found["totals"] == whole["totals"]
    assert [s["records"] for s in found["sources"]] == [s["records"] for s in whole["sources"]]


def test_the_options_of_a_report(spark, fleet):
    options = {"since": "2026-11-01T05:00:00Z", "until": "2026-11-01T11:00:00Z", "category": ["tls", "dns"], "top": 2}
    report = on_spark.report(paths(spark, fleet), path="path", part_bytes=200_000, **options)
    whole = clawsift.scan(fleet, tz="UTC", **options)
    assert [(f["rule"], f["incidents"]) for f in report.findings] == [(f["rule"], f["incidents"]) for f in whole.findings]
    with pytest.raises(ValueError, match="counts back from a log's end"):
        on_spark.report(paths(spark, fleet), path="path", since="2h")
    with pytest.raises(ValueError, match="name the column"):
        on_spark.report(paths(spark, fleet))


def test_rules_of_ones_own_travel(spark, fleet, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text((Path(__file__).resolve().parents[2].parent / "tests/browser/hostile.yaml").read_text())
    catalogue = clawsift.Catalogue.load([rules], disable=["dns/not-found"])
    frame = paths(spark, fleet)
    rules.unlink()
    report = on_spark.report(frame, path="path", catalogue=catalogue, part_bytes=500_000)
    assert essence(report) == essence(clawsift.scan(fleet, tz="UTC", catalogue=catalogue))
    assert report.to_dict()["catalogue"]["fingerprint"] == catalogue.fingerprint


def test_more_reports_than_the_driver_takes_are_added_up_by_tasks(spark, fleet, whole, monkeypatch):
    monkeypatch.setattr(on_spark, "_FAN_IN", 3)
    assert essence(on_spark.report(paths(spark, fleet), path="path", part_bytes=300_000)) == whole


def test_records_in_a_column_are_classified(spark):
    from pyspark.sql.functions import col

    records = [line.decode() for line in (LOGS / "mixed/file.log").read_bytes().splitlines()]
    frame = spark.createDataFrame(list(enumerate([*records, None])), "n int, text string").repartition(4)
    rows = on_spark.classify(frame, "text").orderBy("n").collect()
    alone = [*clawsift.Catalogue.default().classify(records), None]
    fields = ("rule", "category", "severity", "captures")
    assert len(rows) == len(alone)
    for row, match in zip(rows, alone, strict=True):
        found = row["match"] and {name: row["match"][name] for name in fields}
        assert found == (match and {name: getattr(match, name) for name in fields})
    counted = on_spark.classify(frame, "text").where(col("match.category") == "dns").count()
    assert counted == sum(match is not None and match.category == "dns" for match in alone) > 0


def executors():
    """Returns the process ids of the executors that this test's driver has started."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            parents[int(entry.name)] = (int(status[1]), b"CoarseGrainedExecutorBackend" in command)

    def is_ours(pid):
        while pid > 1:
            if pid == os.getpid():
                return True
            pid = parents.get(pid, (0, False))[0]
        return False

    return {pid for pid, (_, is_executor) in parents.items() if is_executor and is_ours(pid)}


def test_an_executor_that_is_killed_changes_nothing(spark, fleet, whole, tmp_path):
    opened = tmp_path / "opened"
    opened.mkdir()

    def slow(name):
        """Opens a file slowly and records it, so that there is time to kill an executor."""
        (opened / f"{os.getpid()}-{time.monotonic_ns()}").touch()
        time.sleep(0.4)
        return open(name, "rb")

    before = executors()
    assert len(before) == 2
    victim = min(before)

    def kill():
        # Both the search for parts and the scan open files; at this count the scan has started.
        while len(list(opened.iterdir())) < files + 6:
            time.sleep(0.05)
        os.kill(victim, signal.SIGKILL)
        killed.append(len(list(opened.iterdir())))

    files = len(whole["sources"])
    killed = []
    killer = threading.Thread(target=kill)
    killer.start()
    report = on_spark.report(paths(spark, fleet), path="path", part_bytes=200_000, open=slow)
    killer.join()
    found = essence(report)
    assert found["findings"] == whole["findings"] and found["totals"] == whole["totals"]
    # The executor was killed during the scan: files were opened afterwards, and Spark has replaced the executor.
    assert killed and len(list(opened.iterdir())) > killed[0] + 3
    assert victim not in executors()
    end = time.monotonic() + 60
    while len(executors() - {victim}) < 2 and time.monotonic() < end:
        time.sleep(0.2)
    assert len(executors()) == 2 and executors() != before


def test_a_batch_of_no_text_is_refused():
    """An error in a task is raised in the driver with a helpful message."""
    batch = pa.record_batch({"n": [1]})
    from clawsift import _clawsift

    settings = {"since": None, "until": None, "redact": True, "tz": "UTC", "max_decompressed": None}
    with pytest.raises(ValueError, match="a column is of type Int64"):
        _clawsift.scan_rows(iter([batch]), "x", clawsift.Catalogue.default(), settings)
