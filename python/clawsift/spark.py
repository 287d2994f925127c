"""Process the logs of many gateways on Spark.

    >>> from clawsift import spark as clawsift_spark
    >>> logs = clawsift_spark.files(spark, "s3a://logs/openclaw/")
    >>> report = clawsift_spark.report(logs, path="path")
    >>> print(report.to_markdown())

Each task creates the report of its part of the logs, and the reports are merged. A task that runs again after an executor was
lost creates the same report, so nothing is counted twice or missed. `docs/SPARK.md` describes the size of the parts and the
cost per terabyte.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from . import _clawsift
from ._clawsift import Catalogue, Report
from ._parts import DEFAULT_PART, Opener, Part, divide, pack, read_parts

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["classify", "files", "report"]

# Reports that one task adds up. What is left when so few remain is added up by the driver.
_FAN_IN = 32

_REPORTS = "report binary"
_PARTS = "path string, start long, end long, bytes long"


def files(spark: SparkSession, folder: str | Sequence[str]) -> DataFrame:
    """Return the files under one or more folders, on any file system that Spark reads: `path` and `length`."""
    reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    return reader.load(folder if isinstance(folder, str) else list(folder)).select("path", "length")


def classify(
    df: DataFrame, column: str, *, catalogue: Catalogue | None = None, redact: bool = True, output: str = "match"
) -> DataFrame:
    """Return `df` with an additional column: the match of the record in `column`.

    It is a struct of `rule`, `category`, `severity` and `captures` (a map), null if no rule explains the record. Each row
    is one record, classified without context.
    """
    from pyspark.sql.types import MapType, StringType, StructField, StructType

    text = StringType()
    names = [StructField(name, text) for name in ("rule", "category", "severity")]
    found = StructType([*names, StructField("captures", MapType(text, text))])
    schema = StructType([*df.schema.fields, StructField(output, found)])
    index = df.columns.index(column)
    rules = _packed(catalogue)

    def add(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        compiled = _catalogue(rules)
        for batch in batches:
            matches = pa.array(compiled.classify_arrow(batch.column(index), redact=redact))
            yield pa.record_batch([*batch.columns, matches], names=[*batch.schema.names, output])

    return df.mapInArrow(add, schema)


def report(
    df: DataFrame,
    *,
    path: str | None = None,
    text: str | None = None,
    source: str | None = None,
    catalogue: Catalogue | None = None,
    since: str | None = None,
    until: str | None = None,
    min_severity: str | None = None,
    category: str | Sequence[str] = (),
    sort: str = "rank",
    top: int | None = None,
    redact: bool = True,
    tz: str = "UTC",
    max_decompressed: int | None = None,
    part_bytes: int = DEFAULT_PART,
    open: Opener | None = None,
) -> Report:
    """The report of all logs that `df` names or holds.

    With `path`, the column holds paths, and the executors open the files themselves: the fast way, and the exact one. Large
    files of JSON lines are cut into parts of about `part_bytes`; others travel whole. Local paths are read natively, others
    by `pyarrow.fs` or `fsspec`, or by `open`, which is given the path and returns a binary file.

    With `text`, the column holds records, one a row, and `source` may name the column that tells of which file they are.

    `since` and `until` are points in time: a span such as 2h would count back from the end of each part.
    """
    if (path is None) == (text is None):
        raise ValueError("name the column of paths (path=...) or of records (text=...)")
    for moment in (since, until):
        if moment is not None and not _clawsift.is_point_in_time(moment, tz):
            raise ValueError(f"`{moment}` counts back from a log's end, but there are several logs; write a time or a date")
    settings = {"since": since, "until": until, "redact": redact, "tz": tz, "max_decompressed": max_decompressed}
    rules = _packed(catalogue)
    spark = df.sparkSession
    if path is not None:
        reports = _of_paths(spark, df.select(path), rules, settings, part_bytes, open)
    else:
        columns = [name for name in (text, source) if name is not None]
        reports = _of_rows(df.select(*columns), rules, settings)
    return _clawsift.merge_json(
        _added_up(reports),
        since=since,
        until=until,
        min_severity=min_severity,
        category=category,
        sort=sort,
        top=top,
        tz=tz,
    )


def _of_paths(
    spark: SparkSession,
    paths: DataFrame,
    rules: str | None,
    settings: dict[str, Any],
    part_bytes: int,
    open: Opener | None,
) -> DataFrame:
    """Return the reports of parts of files, one per task."""
    numbers = [(name, pa.int64()) for name in ("start", "end", "bytes")]
    schema = pa.schema([("path", pa.string()), *numbers])

    def find_parts(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            found = [part for name in batch.column(0).to_pylist() for part in divide(name, part_bytes, open)]
            yield pa.RecordBatch.from_pylist([part._asdict() for part in found], schema=schema)

    # A file that is named twice would be counted twice.
    parts = {Part(*row) for row in paths.mapInArrow(find_parts, _PARTS).collect()}
    tasks = pack(parts, part_bytes)

    def scan(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        compiled = _catalogue(rules)
        for batch in batches:
            for task in batch.column(0).to_pylist():
                yield _batch([read_parts(tasks[task], compiled, settings, open)])

    # One row a partition: a task is one group of parts, which are all of a size.
    return spark.range(0, len(tasks), 1, max(len(tasks), 1)).mapInArrow(scan, _REPORTS)


def _of_rows(rows: DataFrame, rules: str | None, settings: dict[str, Any]) -> DataFrame:
    """Return the reports of partitions of records."""

    def scan(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from pyspark import TaskContext

        context = TaskContext.get()
        name = f"partition-{context.partitionId() if context else 0}"
        yield _batch([_clawsift.scan_rows(batches, name, _catalogue(rules), settings)])

    return rows.mapInArrow(scan, _REPORTS)


def _added_up(reports: DataFrame) -> list[bytes]:
    """Merge reports in tasks until the driver can merge the rest."""

    def merge(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        parts = [part for batch in batches for part in batch.column(0).to_pylist()]
        yield _batch([_clawsift.merge_json(parts).to_json().encode()] if parts else [])

    count = reports.rdd.getNumPartitions()
    while count > _FAN_IN:
        count = -(-count // _FAN_IN)
        reports = reports.repartition(count).mapInArrow(merge, _REPORTS)
    return [bytes(row[0]) for row in reports.collect()]


def _batch(reports: Iterable[bytes]) -> pa.RecordBatch:
    return pa.record_batch([pa.array(list(reports), pa.binary())], names=["report"])


def _packed(catalogue: Catalogue | None) -> str | None:
    """Serialise a catalogue for the executors; `None` for the built-in one."""
    return None if catalogue is None else catalogue._to_json()


@functools.lru_cache(maxsize=4)
def _catalogue(packed: str | None) -> Catalogue:
    """Return a compiled catalogue, cached for the next task of this worker."""
    return Catalogue.default() if packed is None else Catalogue._from_json(packed)
