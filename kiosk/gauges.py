"""What the status needs beside the moment: how long it has been so, and when it will be full.

The forecast is plain: the mass that came in over the last days goes on coming in. It is told only
after a day of certain time, and is nobody's promise.
"""

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime

from kiosk.board import BoardFacts, BoardWatch
from kiosk.clock import WallTime
from kiosk.cloud import BATCH_MAX_BYTES
from kiosk.ledger import Ledger
from kiosk.records import Deposit, Record, RecordUnreadableError, decode
from kiosk.units import Millis, Seq

SPAN_MS = 7 * 24 * 3600 * 1000
"""How far back the forecast looks."""
LEAST_MS = 24 * 3600 * 1000
"""Less than a day says nothing about a week: people sleep."""
LOOK_BACK = 1_000
"""Records of an earlier run that the forecast begins with."""
FARTHEST_S = 90 * 24 * 3600


@dataclass(frozen=True, slots=True)
class _Came:
    """Mass that came into a compartment."""

    utc_ms: int
    compartment: str
    net_g: int


class Filling:
    """How fast compartments fill, read off the ledger's deposits as they are written."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._seen = max(0, ledger.head_seq - LOOK_BACK)
        self._since_ms: int | None = None
        self._came: deque[_Came] = deque()
        # Kept as sums: this is asked with every event, of a week's deposits.
        self._grams: Counter[str] = Counter()

    def full_in_s(
        self, compartment: str, gross_g: int | None, full_g: int, now: WallTime
    ) -> int | None:
        """Return in how many seconds it will be full; None: not known, or not within months."""
        self._catch_up()
        if gross_g is None or now.utc_ms is None or now.quality not in ("S", "R"):
            return None
        if gross_g >= full_g:
            return 0
        begin_ms = now.utc_ms - SPAN_MS
        while self._came and self._came[0].utc_ms < begin_ms:
            gone = self._came.popleft()
            self._grams[gone.compartment] -= gone.net_g
        if self._since_ms is None or now.utc_ms - self._since_ms < LEAST_MS:
            return None
        span_ms = now.utc_ms - max(begin_ms, self._since_ms)
        grams = self._grams[compartment]
        if grams <= 0:
            return None
        left_s = (full_g - gross_g) * span_ms // (grams * 1000)
        return left_s if left_s <= FARTHEST_S else None

    def enter(self, seq: Seq, record: Record) -> None:
        """The next record was written; one that follows no other is found in the ledger later."""
        if seq == self._seen + 1:
            self._seen = seq
            self._note(record)

    def _catch_up(self) -> None:
        if self._seen >= self._ledger.head_seq:
            return
        reader = self._ledger.reader()
        try:
            while self._seen < self._ledger.head_seq:
                found = reader.after(Seq(self._seen), 200, BATCH_MAX_BYTES)
                if not found:
                    break
                for one in found:
                    self._read(one.data)
                self._seen = found[-1].seq
        finally:
            reader.close()

    def _read(self, data: bytes) -> None:
        try:
            self._note(decode(data))
        except RecordUnreadableError:
            return

    def _note(self, record: Record) -> None:
        if record.utc is None or record.clk not in ("S", "R"):
            return
        utc_ms = round(datetime.fromisoformat(record.utc).timestamp() * 1000)
        if self._since_ms is None or utc_ms < self._since_ms:
            self._since_ms = utc_ms
        body = record.body
        if isinstance(body, Deposit) and body.net_g is not None and body.net_g > 0:
            self._came.append(_Came(utc_ms, body.compartment, body.net_g))
            self._grams[body.compartment] += body.net_g


class Gauges:
    """Used by the deciding thread; nothing of it decides."""

    def __init__(self, board: BoardWatch, ledger: Ledger) -> None:
        self._board = board
        self.filling = Filling(ledger)
        self._states: dict[str, tuple[str, Millis]] = {}

    def board(self, now_ms: Millis) -> BoardFacts:
        """How the computer does."""
        return self._board.facts(now_ms)

    def so_for_s(self, place: str, state: str, now_ms: Millis) -> int:
        """How long this place has been in this state, in seconds; since the start at most."""
        before = self._states.get(place)
        if before is None or before[0] != state:
            self._states[place] = (state, now_ms)
            return 0
        return (now_ms - before[1]) // 1000
