"""Public interface of `clawsift`. Texts are those of the program: secrets are masked unless `redact=False`."""

from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any, Literal, Protocol, final, overload

__all__ = ["Catalogue", "Error", "Match", "MergeError", "Report", "RulesError", "__version__", "scan"]

__version__: str

_Path = str | PathLike[str]
_Severity = Literal["info", "warning", "error", "critical"]
_Sort = Literal["rank", "count", "recent", "severity"]

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class Error(Exception):
    """Base class of the exceptions of clawsift."""

class RulesError(Error):
    """Invalid rule files; the message lists each problem with location and remedy."""

class MergeError(Error):
    """A report that cannot be read or merged."""

@final
class Match:
    """A record and the rule that explains it best."""

    @property
    def rule(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def severity(self) -> _Severity: ...
    @property
    def captures(self) -> dict[str, str]:
        """Values from the record by name, such as `status`, `provider` and `model`."""
    @property
    def level(self) -> str | None: ...
    @property
    def subsystem(self) -> str | None: ...
    @property
    def time(self) -> str | None:
        """Time of the record, RFC 3339 in UTC."""

@final
class Catalogue:
    """Compiled rules. Creating one takes about 20 milliseconds, so reuse it. It can be pickled."""

    @staticmethod
    def default() -> Catalogue:
        """Load the built-in rules. Unlike the program, do not add those in `~/.config/clawsift/rules`."""
    @staticmethod
    def load(
        rules: Sequence[_Path] = ..., *, no_default_rules: bool = False, disable: Sequence[str] = ...
    ) -> Catalogue:
        """Load the built-in rules and add or replace rules from files or folders.

        Raises `RulesError` if a file is invalid.
        """
    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change when a rule changes."""
    @property
    def rules(self) -> list[str]:
        """Ids of the active rules."""
    @staticmethod
    def _from_json(text: str) -> Catalogue: ...
    def _to_json(self) -> str: ...
    def __len__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...
    def classify(
        self, lines: Iterable[str | bytes], *, redact: bool = True, tz: str | None = None
    ) -> list[Match | None]:
        """Return the match of each record, `None` if no rule explains it.

        Each element is one record of one or more lines, classified without context: only a report shows which record
        of an incident is the cause. Releases the GIL.
        """
    @overload
    def classify_arrow(
        self, data: _ArrowArray, column: str | None = None, *, redact: bool = True
    ) -> _ArrowArray: ...
    @overload
    def classify_arrow(
        self, data: _ArrowStream, column: str | None = None, *, redact: bool = True
    ) -> _ArrowStream:
        """Classify Arrow data of any library: an array of text or bytes, or a `column` of a batch or table.

        Does not copy the texts. Returns a struct of `rule`, `category`, `severity` and `captures` (a map), null if no
        rule explains the record. Convert it with `pyarrow.array(...)` or `polars.Series(...)`; for a table or chunked
        array, with `pyarrow.chunked_array(...)`.
        """

@final
class Report:
    """Result of a scan. Reports can be merged (`merge`) and pickled."""

    @staticmethod
    def from_json(text: str | bytes) -> Report:
        """Read the output of `to_json` or `clawsift --format json`. Raises `MergeError` if it is not a report."""
    @staticmethod
    def merge(
        reports: Iterable[Report],
        *,
        min_severity: _Severity | None = None,
        category: str | Sequence[str] = ...,
        sort: _Sort = "rank",
        top: int | None = None,
        tz: str | None = None,
    ) -> Report:
        """Merge reports, in any order, into one that equals a scan of all their sources.

        Raises `MergeError` if there is none, or if one was shortened by `top`.
        """
    @property
    def findings(self) -> list[dict[str, Any]]: ...
    @property
    def sources(self) -> list[dict[str, Any]]: ...
    @property
    def totals(self) -> dict[str, int]: ...
    @property
    def matches(self) -> list[dict[str, Any]]:
        """Rows of `clawsift --format ndjson` if the scan was called with `matches=True`, otherwise empty."""
    def to_dict(self) -> dict[str, Any]:
        """Return the report in the form of `clawsift schema report`."""
    def to_json(self) -> str: ...
    def to_html(self) -> str:
        """Return a self-contained page for a browser."""
    def to_markdown(self, *, share: bool = False) -> str:
        """Return Markdown; with `share`, under 60 KB and without user and host names, addresses and home folders."""
    def to_csv(self) -> str: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...

def scan(
    paths: _Path | Sequence[_Path],
    *,
    catalogue: Catalogue | None = None,
    rules: Sequence[_Path] = ...,
    no_default_rules: bool = False,
    disable: Sequence[str] = ...,
    since: str | None = None,
    until: str | None = None,
    min_severity: _Severity | None = None,
    category: str | Sequence[str] = ...,
    sort: _Sort = "rank",
    top: int | None = None,
    jobs: int | None = None,
    redact: bool = True,
    tz: str | None = None,
    max_decompressed: int | None = None,
    matches: bool = False,
) -> Report:
    """Scan files, folders and glob patterns. The options are those of the command line.

    An unreadable source raises no exception: the report names it, with the reason, in the `problems` of its sources.
    Raises `ValueError` for an invalid option and `RulesError` for invalid rules. Ctrl-C ends the scan.
    """
