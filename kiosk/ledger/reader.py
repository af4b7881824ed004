"""Reads a ledger in use from another thread, over connections of its own that only query."""

import sqlite3
from pathlib import Path

from kiosk.ledger import folders, segment
from kiosk.ledger.errors import LedgerError, from_os
from kiosk.wire import SignedRecord


class LedgerReader:
    """One thread's view of a ledger's records. Opens nothing before the first reading, and a
    segment at a time; each reading ends before it returns, so that the writer can checkpoint."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: tuple[Path, sqlite3.Connection] | None = None

    def after(self, seq: int, most: int, max_bytes: int) -> tuple[SignedRecord, ...]:
        """Return the records after ``seq`` in order, at most ``most`` and ``max_bytes`` of data;
        one at least, if there is one. What was pruned is passed over. Raises LedgerError."""
        try:
            segments = folders.segments(self._folder)
        except OSError as error:
            raise from_os(self._folder, error) from error
        try:
            return self._after(segments, seq, most, max_bytes)
        except LedgerError:
            if all(path.exists() for _, path in segments):
                raise
        # The writer pruned one of them meanwhile: look again at what is left.
        self.close()
        return self.after(seq, most, max_bytes)

    def _after(
        self, segments: list[tuple[int, Path]], seq: int, most: int, max_bytes: int
    ) -> tuple[SignedRecord, ...]:
        started = [first for first, _ in segments if first <= seq + 1]
        found: list[SignedRecord] = []
        size = 0
        for first, path in segments:
            if started and first < started[-1]:
                continue
            rows = segment.rows_after(
                self._connection(path, closed=path != segments[-1][1]), path, seq, most - len(found)
            )
            try:
                for row in rows:
                    size += len(row.signed.data)
                    if found and size > max_bytes:
                        return tuple(found)
                    found.append(row.signed)
            finally:
                rows.close()
            if len(found) >= most:
                break
        return tuple(found)

    def one(self, seq: int) -> SignedRecord:
        """Return one record. Raises LedgerError when there is none of this number."""
        found = self.after(seq - 1, 1, 0)
        if not found or found[0].seq != seq:
            raise LedgerError(f"{self._folder}: there is no record {seq}")
        return found[0]

    def close(self) -> None:
        """Give the connection back; may be called twice."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def _connection(self, path: Path, *, closed: bool) -> sqlite3.Connection:
        if self._open is None or self._open[0] != path:
            self.close()
            self._open = (path, segment.connect(path, writer=False, closed=closed))
        return self._open[1]
