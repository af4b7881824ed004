"""What a ledger needs at idle moments: room, a short WAL, and doubt about its older segments.

Once an hour the WAL is moved into the segment, segments past their retention are pruned, the
reserve is made again if it was spent, and one older segment is begun to be checked; it is checked
on in small parts, each short enough for the deciding thread.
"""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk import records
from kiosk.ledger import folders, segment
from kiosk.ledger.audit import Audit
from kiosk.ledger.chain import owner_of
from kiosk.ledger.drafts import Stamp
from kiosk.ledger.errors import LedgerDamagedError, from_os
from kiosk.records import RecordUnreadableError

EVERY_MS = 3_600_000
PART_RECORDS = 100
"""Records checked in one call: about 12 ms on a desktop, 100 ms on a Pi 3."""


@dataclass(frozen=True, slots=True)
class Tended:
    """What one call did."""

    pruned: tuple[str, ...] = ()
    """Names of the segments that were unlinked."""
    problems: tuple[str, ...] = ()
    """What is wrong with an older segment whose check has just ended."""
    more: bool = False
    """There is more to do: call again at the next idle moment, the hour is not over yet."""


def prunable(
    listed: list[tuple[int, Path]], acked_through: int, keep: timedelta, now: datetime
) -> list[Path]:
    """Return the oldest segments that are closed, acknowledged and past their retention.

    A segment's age counts from when the next ones began, by the first of them that knew the time
    (S or R): too late rather than too early. ``now`` must be a synchronised time. Raises
    LedgerError.
    """
    found: list[Path] = []
    for index, (_, path) in enumerate(listed[:-1]):
        later = listed[index + 1 :]
        if later[0][0] - 1 > acked_through:
            break
        began = (_began(one, closed=one != listed[-1][1]) for _, one in later)
        closed = next((at for at in began if at), None)
        if closed is None or now - closed < keep:
            break
        found.append(path)
    return found


def _began(path: Path, *, closed: bool) -> datetime | None:
    """The time of a segment's first record, None when that is not certain."""
    with closing(segment.connect(path, writer=False, closed=closed)) as connection:
        for row in segment.rows_after(connection, path, 0, 1):
            try:
                record = records.decode(row.signed.data)
            except RecordUnreadableError:
                return None
            return time_of(record.utc, record.clk)
    return None


def time_of(utc: str | None, quality: str) -> datetime | None:
    """A record's or stamp's time, None when it is not certain (architecture.md, "Time")."""
    if utc is None or quality not in ("S", "R"):
        return None
    try:
        return datetime.fromisoformat(utc).astimezone(UTC)
    except ValueError:
        return None


class SegmentCheck:
    """The check of one closed segment, in parts; the next segment's first record ends it."""

    def __init__(self, first_seq: int, path: Path) -> None:
        self.first_seq = first_seq
        self._path = path
        self._seq = 0
        self._audit: Audit | None = None

    def go_on(self, following: Path, *, closed: bool) -> tuple[str, ...] | None:
        """Check the next part; returns the problems found when it was the last, else None.

        ``closed``: the following segment is not the current one either.
        """
        try:
            return self._go_on(following, closed=closed)
        except LedgerDamagedError as error:
            found = [] if self._audit is None else self._audit.problems
            return (*found, str(error))

    def _go_on(self, following: Path, *, closed: bool) -> tuple[str, ...] | None:
        with closing(segment.connect(self._path, writer=False, closed=True)) as connection:
            if self._audit is None:
                whose = segment.whose(connection, self._path)
                self._audit = Audit(owner_of(*whose))
                self._audit.begin_segment(self._path.name, self.first_seq, whose)
                self._audit.take_carried(segment.carried(connection, self._path), self.first_seq)
            rows = list(segment.rows_after(connection, self._path, self._seq, PART_RECORDS))
        if rows:
            self._take(self._audit, rows)
            self._seq = rows[-1].signed.seq
            return None
        with closing(segment.connect(following, writer=False, closed=closed)) as connection:
            self._audit.take_carried(segment.carried(connection, following), self._seq + 1)
            self._take(self._audit, list(segment.rows_after(connection, following, 0, 1)))
        return tuple(self._audit.problems)

    @staticmethod
    def _take(audit: Audit, rows: list[segment.Row]) -> None:
        audit.take([row.signed for row in rows], None, [row.hash for row in rows])


class Upkeep:
    """Remembers when the next hour begins and how far the check has come."""

    def __init__(self, folder: Path, retention_days: int) -> None:
        self._folder = folder
        self._keep = timedelta(days=retention_days)
        self._due_ms: int | None = None
        self._check: SegmentCheck | None = None
        self._checked = 0

    def due(self, stamp: Stamp) -> bool:
        """Whether an hour has passed (or a start) since this last said so."""
        if self._due_ms is not None and stamp.mono_ms < self._due_ms:
            return False
        self._due_ms = stamp.mono_ms + EVERY_MS
        return True

    def prune(self, acked_through: int, stamp: Stamp) -> tuple[str, ...]:
        """Unlink what may go; nothing while the time is not synchronised. Raises LedgerError."""
        try:
            folders.remove_orphans(self._folder)
            now = time_of(stamp.utc, stamp.clk) if stamp.clk == "S" else None
            if now is None:
                return ()
            listed = folders.segments(self._folder)
            gone = prunable(listed, acked_through, self._keep, now)
            for path in gone:
                folders.prune(path)
        except OSError as error:
            raise from_os(self._folder, error) from error
        return tuple(path.name for path in gone)

    @property
    def checking(self) -> bool:
        """Whether an older segment's check has begun and not ended."""
        return self._check is not None

    def begin_check(self) -> None:
        """Begin with the next older segment, if there is one and none is being checked."""
        closed = folders.segments(self._folder)[:-1]
        if self._check is not None or not closed:
            return
        first_seq, path = next((one for one in closed if one[0] > self._checked), closed[0])
        self._check = SegmentCheck(first_seq, path)

    def check(self) -> Tended:
        """Check a part of an older segment. Raises LedgerError when the disk fails."""
        check = self._check
        if check is None:
            return Tended()
        later = [path for first, path in folders.segments(self._folder) if first > check.first_seq]
        # Whatever becomes of it, the next hour goes on with the next one.
        self._check, self._checked = None, check.first_seq
        problems = check.go_on(later[0], closed=len(later) > 1)
        if problems is not None:
            return Tended(problems=problems)
        self._check = check
        return Tended(more=True)
