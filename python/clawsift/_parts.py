"""Parts of files: divide logs into tasks of similar size, and read one part."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, NamedTuple

from . import _clawsift
from ._clawsift import Catalogue

# Opens the file of a path for reading bytes; it must be able to seek where large files are to be cut.
Opener = Callable[[str], BinaryIO]

# Large enough that a task's start and a report's sum cost little beside it, small enough to be done again in a second or two.
DEFAULT_PART = 256 << 20
# So much of a file tells of what kind it is.
_HEAD = 64 << 10
# What a compressed byte costs more than a plain one: logs shrink to about a tenth.
_COMPRESSED_WEIGHT = 8


class Part(NamedTuple):
    """The records of a file that begin in a range of its bytes."""

    path: str
    start: int
    # None for a file that is read whole, to its end.
    end: int | None
    # What it costs to read, in bytes of plain text.
    bytes: int


def divide(path: str, part_bytes: int, open: Opener | None) -> list[Part]:
    """Divide a file into parts if it is large and divisible, otherwise return one part."""
    name = local_path(path) if open is None else None
    size: int | None
    try:
        if name is not None:
            size = os.stat(name).st_size
            with _plain_open(name, "rb") as file:
                head = file.read(_HEAD)
        else:
            with _open(path, open) as file:
                head = file.read(_HEAD)
                size = _size(file)
    except Exception:  # The scan says why, in the report.
        return [Part(path, 0, None, 0)]
    if size is None or size <= part_bytes or not _clawsift.is_divisible(head):
        weight = _COMPRESSED_WEIGHT if _clawsift.is_packed(head) else 1
        return [Part(path, 0, None, (size or 0) * weight)]
    count = -(-size // part_bytes)
    cuts = [size * number // count for number in range(count + 1)]
    return [Part(path, start, end, end - start) for start, end in zip(cuts, cuts[1:], strict=False)]


def pack(parts: Iterable[Part], part_bytes: int) -> list[list[Part]]:
    """Return tasks of similar size, largest first, so that the last task to end is a small one.

    A part is a task; files smaller than a part are combined in order.
    """
    tasks: list[list[Part]] = []
    room = 0
    for part in sorted(parts, key=lambda part: part[:2]):
        if tasks and part.bytes <= room:
            tasks[-1].append(part)
            room -= part.bytes
        else:
            tasks.append([part])
            room = part_bytes - part.bytes
    return sorted(tasks, key=lambda task: -sum(part.bytes for part in task))


def read_parts(
    parts: list[Part], catalogue: Catalogue, settings: dict[str, Any], open: Opener | None
) -> bytes:
    """Return the report of some parts, as JSON."""
    reports = []
    local = [(name, part) for part in parts if open is None and (name := local_path(part.path)) is not None]
    if local:
        ranges = [(name, part.start, part.end) for name, part in local]
        reports.append(_clawsift.scan_parts(ranges, catalogue, settings))
    is_local = {part for _, part in local}
    for part in parts:
        if part in is_local:
            continue
        try:
            file = _open(part.path, open)
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
            reports.append(_clawsift.unread(part.path, problem, catalogue, settings))
            continue
        with file:
            if part.start > 0:
                # The byte before tells whether a line begins at the start.
                file.seek(part.start - 1)
            found = _clawsift.scan_file(file, part.path, part.start, part.end, catalogue, settings)
            reports.append(found)
    return _clawsift.merge_json(reports).to_json().encode() if len(reports) != 1 else reports[0]


def local_path(path: str) -> str | None:
    """Return the local path of `/logs/a.log` or of Hadoop's `file:/logs/a.log`, `None` for other addresses."""
    if path.startswith("file:/"):
        return "/" + path.removeprefix("file:").lstrip("/")
    return path if "://" not in path else None


_plain_open = open


def _open(path: str, opener: Opener | None) -> BinaryIO:
    if opener is not None:
        return opener(path)
    from pyarrow import fs

    # Hadoop's name of S3.
    address = "s3://" + path.split("://", 1)[1] if path.startswith(("s3a://", "s3n://")) else path
    try:
        system, name = fs.FileSystem.from_uri(address)
    except (ValueError, NotImplementedError):
        import fsspec

        return fsspec.open(path, "rb").open()
    return system.open_input_file(name)


def _size(file: BinaryIO) -> int | None:
    """Return the size of a file, `None` if it cannot seek and so cannot be divided."""
    try:
        return file.seek(0, os.SEEK_END) or file.tell()
    except (OSError, AttributeError, ValueError):
        return None
