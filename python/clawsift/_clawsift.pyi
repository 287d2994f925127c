"""Native module: the public names of `clawsift`, and private functions for `clawsift.spark`."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from clawsift import Catalogue as Catalogue
from clawsift import Error as Error
from clawsift import Match as Match
from clawsift import MergeError as MergeError
from clawsift import Report as Report
from clawsift import RulesError as RulesError
from clawsift import __version__ as __version__
from clawsift import scan as scan

def is_divisible(head: bytes) -> bool: ...
def is_packed(head: bytes) -> bool: ...
def is_point_in_time(text: str, tz: str) -> bool: ...
def merge_json(
    reports: Sequence[bytes],
    *,
    since: str | None = None,
    until: str | None = None,
    min_severity: str | None = None,
    category: str | Sequence[str] = ...,
    sort: str = "rank",
    top: int | None = None,
    tz: str | None = None,
) -> Report: ...
def scan_file(
    file: BinaryIO, name: str, start: int, end: int | None, catalogue: Catalogue, settings: dict[str, Any]
) -> bytes: ...
def scan_parts(
    parts: Sequence[tuple[str, int, int | None]], catalogue: Catalogue, settings: dict[str, Any]
) -> bytes: ...
def scan_rows(batches: Iterator[Any], name: str, catalogue: Catalogue, settings: dict[str, Any]) -> bytes: ...
def unread(name: str, problem: str, catalogue: Catalogue, settings: dict[str, Any]) -> bytes: ...
