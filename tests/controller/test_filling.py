"""The forecast's sums are the ledger's, whether records came as they were written or were read."""

import pytest

from kiosk.clock import WallTime
from kiosk.gauges import LEAST_MS, Filling
from kiosk.ledger import Ledger
from kiosk.ledger.reader import LedgerReader
from kiosk.records import decode
from kiosk.units import Seq
from kiosk.wire import SignedRecord
from tests.journeys.desk import Desk
from tests.journeys.steps import OPENS_PAPER, puts, touches, waits, walk


class Written(Ledger):
    """A ledger that is still to grow; notes who reads it."""

    def __init__(self, records: tuple[SignedRecord, ...]) -> None:
        self.records = records
        self.head = 0
        self.read = 0

    @property
    def head_seq(self) -> Seq:
        return Seq(self.head)

    def reader(self) -> LedgerReader:
        self.read += 1
        return _Reader(self)


class _Reader(LedgerReader):
    def __init__(self, ledger: Written) -> None:
        self._ledger = ledger

    def after(self, seq: int, most: int, most_bytes: int) -> tuple[SignedRecord, ...]:
        return self._ledger.records[seq : self._ledger.head][:most]

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[SignedRecord, ...]:
    """The records of a kilogram of paper."""
    desk = Desk(tmp_path_factory.mktemp("paper") / "machine")
    walk(desk, [*OPENS_PAPER, puts(1_000), waits(2), touches("done"), waits(10)])
    reader = desk.ledger.reader()
    found = tuple(reader.after(Seq(0), 1_000, 1 << 24))
    reader.close()
    desk.power_cut()
    return found


def in_full(filling: Filling, records: tuple[SignedRecord, ...], after_ms: int) -> int | None:
    """The forecast for paper that weighs 1 kg of 25, so long after the first record."""
    stamps = [decode(one.data) for one in records]
    begun = next(one.mono_ms for one in stamps if one.clk == "S")
    now_ms = 1_795_500_000_000 - 10_000 + begun + after_ms
    return filling.full_in_s("paper", 1_000, 25_000, WallTime(now_ms, "S"))


def test_what_came_as_it_was_written_is_not_read(written: tuple[SignedRecord, ...]) -> None:
    ledger = Written(written)
    filling = Filling(ledger)
    for one in written:
        ledger.head = one.seq
        filling.enter(Seq(one.seq), decode(one.data))
    found = in_full(filling, written, 2 * LEAST_MS)
    assert found is not None and abs(found - 24 * 2 * LEAST_MS // 1000) < 60
    assert ledger.read == 0


@pytest.mark.parametrize("left_out", [0, 5, -1])
def test_what_did_not_come_is_read_once(written: tuple[SignedRecord, ...], left_out: int) -> None:
    """Other parts write into the ledger as well."""
    ledger = Written(written)
    filling = Filling(ledger)
    for one in written:
        ledger.head = one.seq
        if one is not written[left_out]:
            filling.enter(Seq(one.seq), decode(one.data))
    whole = Filling(ledger)
    for later_ms in (2 * LEAST_MS, 3 * LEAST_MS):
        assert in_full(filling, written, later_ms) == in_full(whole, written, later_ms)


def test_what_was_read_is_not_entered_again(written: tuple[SignedRecord, ...]) -> None:
    ledger = Written(written)
    ledger.head = written[-1].seq
    filling = Filling(ledger)
    before = in_full(filling, written, 2 * LEAST_MS)
    for one in written:
        filling.enter(Seq(one.seq), decode(one.data))
    assert in_full(filling, written, 2 * LEAST_MS) == before
