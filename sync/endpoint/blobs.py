"""Blobs: long texts that a signed document names by their SHA-256, served whole or in parts.

Nothing here is trusted by a machine: it hashes what it got. Parts let a list of any length pass
through little memory, and a transfer go on where it stopped (RFC 9110, 14.2).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from starlette.responses import Response, StreamingResponse

from kiosk.cloud import PROBLEM_MEDIA, Problem
from sync.endpoint.problems import RefusedError

MEDIA = "application/octet-stream"
_NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)
_RANGE = re.compile(r"bytes=(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})", re.ASCII)
_PIECE = 64 * 1024


class Part(NamedTuple):
    """Bytes ``start`` to ``end``, the latter excluded."""

    start: int
    end: int


class Blobs:
    """The folder that the operator's desk fills; files are named by their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def answer(self, sha256: str, wanted: str) -> Response:
        """Answer a GET; ``wanted`` is its Range header or nothing. Raises RefusedError 404."""
        path = self._folder / sha256
        if _NAME.fullmatch(sha256) is None or not path.is_file():
            raise RefusedError(404, "blob", "There is no such blob")
        size = path.stat().st_size
        # A blob never changes under its name.
        headers = {
            "Accept-Ranges": "bytes",
            "ETag": f'"{sha256}"',
            "Cache-Control": "private, immutable",
        }
        part = parse_range(wanted, size)
        if part is None:
            headers["Content-Length"] = str(size)
            return StreamingResponse(_pieces(path, Part(0, size)), 200, headers, MEDIA)
        if part.start >= part.end:
            headers["Content-Range"] = f"bytes */{size}"
            problem = Problem(
                "urn:kiosk:problem:range", "The range is outside of the blob", 416, wanted[:80]
            )
            return Response(msgspec.json.encode(problem), 416, headers, PROBLEM_MEDIA)
        headers["Content-Length"] = str(part.end - part.start)
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
        return StreamingResponse(_pieces(path, part), 206, headers, MEDIA)


def parse_range(wanted: str, size: int) -> Part | None:
    """The part of ``size`` bytes that a Range header asks for.

    None: no range, or one to be ignored (several, other units, nonsense: 14.2 allows that); an
    empty part: it cannot be satisfied.
    """
    match = _RANGE.fullmatch(wanted.strip())
    if match is None or match["first"] == match["last"] == "":
        return None
    if match["first"] == "":
        return Part(max(0, size - int(match["last"])), size)
    first = int(match["first"])
    last = int(match["last"]) if match["last"] else size
    if last < first:
        return None
    return Part(min(first, size), min(last + 1, size))


def _pieces(path: Path, part: Part) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(part.start)
        left = part.end - part.start
        while left > 0 and (piece := file.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece
