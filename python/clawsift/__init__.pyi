"""What `clawsift` offers. Texts are those of the program: secrets are masked unless `redact=False`."""

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
    """What clawsift cannot do, and why."""

class RulesError(Error):
    """Rule files with faults; the text names each fault with its place and remedy."""

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
        """Facts by name, such as `status`, `provider` and `model`."""
    @property
    def level(self) -> str | None: ...
    @property
    def subsystem(self) -> str | None: ...
    @property
    def time(self) -> str | None:
        """RFC 3339, in UTC."""

@final
class Catalogue:
    """Compiled rules. Making one takes about 20 milliseconds, so make one for many calls. It can be pickled."""

    @staticmethod
    def default() -> Catalogue:
        """The built-in rules. Those in `~/.config/clawsift/rules`, which the program adds, are left out."""
    @staticmethod
    def load(
        rules: Sequence[_Path] = ..., *, no_default_rules: bool = False, disable: Sequence[str] = ...
    ) -> Catalogue:
        """The built-in rules and over them those of files or folders.

        Raises `RulesError` where a file has faults.
        """
    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change whenever a rule does."""
    @property
    def rules(self) -> list[str]:
        """The ids of the rules in force."""
    @staticmethod
    def _from_json(text: str) -> Catalogue: ...
    def _to_json(self) -> str: ...
    def __len__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...
    def classify(
        self, lines: Iterable[str | bytes], *, redact: bool = True, tz: str | None = None
    ) -> list[Match | None]:
        """The rule that explains each record, `None` where none does.

        Each element is one record, which may be several lines, and is judged as if it stood alone: which of an
        incident's records is the cause is told by reports only. Other threads run meanwhile.
        """
    @overload
    def classify_arrow(
        self, data: _ArrowArray, column: str | None = None, *, redact: bool = True
    ) -> _ArrowArray: ...
    @overload
    def classify_arrow(
        self, data: _ArrowStream, column: str | None = None, *, redact: bool = True
    ) -> _ArrowStream:
        """The same for Arrow data of any library: an array of text or bytes, or a `column` of a batch or table.

        The texts are not copied. What comes back is a struct of `rule`, `category`, `severity` and `captures` (a map),
        null where no rule explains the record; `pyarrow.array(...)` or `polars.Series(...)` takes it, for a table or
        chunked array `pyarrow.chunked_array(...)`.
        """

@final
class Report:
    """What was found. Reports add up (`merge`), and can be pickled."""

    @staticmethod
    def from_json(text: str | bytes) -> Report:
        """Reads what `to_json` or `clawsift --format json` wrote. Raises `MergeError` where it is no report."""
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
        """One report of many, the same as that of all their sources together, in whatever order they come.

        Raises `MergeError` where there is none, or one was cut by `top`.
        """
    @property
    def findings(self) -> list[dict[str, Any]]: ...
    @property
    def sources(self) -> list[dict[str, Any]]: ...
    @property
    def totals(self) -> dict[str, int]: ...
    @property
    def matches(self) -> list[dict[str, Any]]:
        """The rows of `clawsift --format ndjson`, where the scan was called with `matches=True`; empty otherwise."""
    def to_dict(self) -> dict[str, Any]:
        """The report as the JSON Schema of `clawsift schema report` describes it."""
    def to_json(self) -> str: ...
    def to_html(self) -> str:
        """One page for a browser, in one file."""
    def to_markdown(self, *, share: bool = False) -> str:
        """With `share` under 60 KB and without names of users and hosts, addresses and home folders."""
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
    """Scans files, folders and patterns. The options are those of the command line.

    What cannot be read is no exception: the report names it, with the reason, in the `problems` of its sources.
    Raises `ValueError` for an option that means nothing, and `RulesError` for faulty rules. Ctrl-C ends the scan.
    """
