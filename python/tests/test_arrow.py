"""`Catalogue.classify_arrow` gives the same results for all kinds of Arrow data."""

import pyarrow as pa
import pytest

import clawsift
from logs import LOGS

CATALOGUE = clawsift.Catalogue.default()
TYPES = [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()]
RECORDS = [line.decode() for line in (LOGS / "mixed/file.log").read_bytes().splitlines()]


def expected(records):
    return [
        match and {"rule": match.rule, "category": match.category, "severity": match.severity, "captures": list(match.captures.items())}
        for match in (None if record is None else CATALOGUE.classify([record])[0] for record in records)
    ]


@pytest.mark.parametrize("type", TYPES, ids=str)
def test_texts_of_each_type(type):
    records = [RECORDS[0], None, *RECORDS[1:]]
    found = pa.array(CATALOGUE.classify_arrow(pa.array(records, type)))
    assert found.to_pylist() == expected(records)
    assert sum(match is not None for match in found.to_pylist()) > 50


def test_a_slice_is_read_where_it_lies():
    records = pa.array(RECORDS)[37:61]
    assert pa.array(CATALOGUE.classify_arrow(records)).to_pylist() == expected(RECORDS[37:61])


def test_columns_of_batches_and_tables():
    batch = pa.record_batch({"n": list(range(len(RECORDS))), "text": RECORDS})
    found = pa.array(CATALOGUE.classify_arrow(batch, "text"))
    assert found.to_pylist() == expected(RECORDS)
    assert pa.array(CATALOGUE.classify_arrow(batch.select(["text"]))).equals(found)
    table = pa.Table.from_batches([batch.slice(0, 100), batch.slice(100)])
    chunks = pa.chunked_array(CATALOGUE.classify_arrow(table, "text"))
    assert chunks.num_chunks == 2 and chunks.to_pylist() == expected(RECORDS)
    assert chunks.type == found.type


def test_the_texts_are_not_copied():
    """The memory that the call allocates does not depend on the length of the texts."""
    import resource

    # One kind of record, which is cached after the first: memory could grow with the texts only by copies of them.
    array = pa.array(["x" * 500_000_000], pa.large_string())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    CATALOGUE.classify_arrow(array)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_nothing_in_nothing_out():
    found = pa.array(CATALOGUE.classify_arrow(pa.array([], pa.string())))
    assert len(found) == 0 and [field.name for field in found.type] == ["rule", "category", "severity", "captures"]


def test_what_holds_no_texts_is_refused():
    batch = pa.record_batch({"a": [1], "b": ["x"]})
    for data, column, message in [
        (pa.array([1]), None, "of type Int64"),
        (batch, None, "the columns are: a, b"),
        (batch, "c", "the columns are: a, b"),
        (pa.array(["x"]), "c", "has no column `c`"),
    ]:
        with pytest.raises(ValueError, match=message):
            CATALOGUE.classify_arrow(data, column)
