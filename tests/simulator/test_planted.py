"""The reference can say no: each planted defect is found, by the promise it breaks."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from drivers.doors.drive import DoorDrive
from kiosk import facts, money, recovery
from kiosk.bookkeeper import Bookkeeper
from kiosk.ledger import Ledger, books, segment
from kiosk.moved_mass import MovedMass
from kiosk.ports import DoorOrder
from kiosk.readings import StableWeight
from kiosk.records import Deposit
from kiosk.session import handlers, inputs, outcome, states, table, view
from kiosk.session.states import Deal as Terms
from kiosk.session.states import Result
from kiosk.trust import Trust
from kiosk.units import Grams, Seq
from kiosk.weighing import StabilityWindow
from sync.endpoint import batches
from tests.simulator import cloud
from tests.simulator.disk import Disk
from tests.simulator.life import Life, live
from tests.simulator.scenes import ActName, Deal, Mishap, Quiet, Scene, Service, Visit

Plant = Callable[[pytest.MonkeyPatch], None]

PAPER = Deal("paper", (("put", 1_500),))
SALE = Visit(1, (PAPER,))
HOUR = Quiet(3_600_000)


def broken(place: Path, scenes: list[Scene]) -> str:
    """What the reference says of these scenes; empty: nothing is wrong."""
    _, error = live(Life(place, seed=1), [Quiet(120_000), *scenes])
    return "" if error is None else str(error)


def is_found(defect: tuple[Plant, list[Scene], str], place: Path) -> None:
    """The reference has to break over a planted defect, and by this promise."""
    plant, scenes, promise = defect
    with pytest.MonkeyPatch.context() as patch:
        plant(patch)
        found = broken(place, scenes)
    assert found, "the reference saw nothing"
    assert re.search(promise, found), found


def lost_record(patch: pytest.MonkeyPatch) -> None:
    """The last commit was not flushed when the power went."""
    real = Disk.cut

    def cut(disk: Disk, data: Path, left: Path) -> None:
        real(disk, data, left)
        wal = next(left.rglob("*.db-wal"))
        os.truncate(wal, max(0, wal.stat().st_size - 100))

    patch.setattr(Disk, "cut", cut)


def record_left_out(patch: pytest.MonkeyPatch) -> None:
    """The cloud answers for a record that it did not keep."""
    real = cloud.Cloud._store

    def store(self: cloud.Cloud, ledger: str, kept: Any, one: Any) -> None:
        if one.deposit is None:
            real(self, ledger, kept, one)
        else:
            kept.acked_through, kept.head_hash = one.seq, one.hash

    patch.setattr(cloud.Cloud, "_store", store)


def doubled_credit(patch: pytest.MonkeyPatch) -> None:
    """What came already is taken for new when it is sent again."""

    def place(examined: Any, head: Any, stored: Mapping[int, str]) -> Any:
        forked, new = batches.place(examined, head, stored)
        return forked, examined if not forked else new

    patch.setattr(cloud, "place", place)


def doubled_row(patch: pytest.MonkeyPatch) -> None:
    """The same row stands in the wallet's feed twice."""
    real = cloud.Cloud._store

    def store(self: cloud.Cloud, ledger: str, kept: Any, one: Any) -> None:
        real(self, ledger, kept, one)
        if one.deposit is not None:
            self._credited(one.hash, "resident-1", one.deposit.amount_minor)

    patch.setattr(cloud.Cloud, "_store", store)


def the_ledger_takes_any_money(patch: pytest.MonkeyPatch) -> None:
    """It reckons every deposit again (kiosk.ledger.fair); here the reference has to."""
    patch.setattr(books, "unfair", lambda *_: None)


def amount_off_by_one(patch: pytest.MonkeyPatch) -> None:
    the_ledger_takes_any_money(patch)
    patch.setattr(outcome, "amount", lambda *given: money.amount(*given) + 1)


def grams_invented(patch: pytest.MonkeyPatch) -> None:
    """A weight is taken before it rests."""

    def stable(window: StabilityWindow, since_ms: int) -> Any:
        last = window._agreeing[-1] if window._agreeing else None
        if last is None or last.at_ms < since_ms:
            return None
        grams = last.grams or Grams(0)
        return StableWeight(grams, last.at_ms, last.link_opens, (last.raw,), False)

    patch.setattr(StabilityWindow, "stable", stable)


def screen_off_by_one(patch: pytest.MonkeyPatch) -> None:
    real = view._result

    def result(*given: Any) -> Any:
        shown = real(*given)
        return type(shown)(
            **{name: getattr(shown, name) for name in shown.__struct_fields__}
            | {"amount_minor": (shown.amount_minor or 0) + 1}
        )

    patch.setattr(view, "_result", result)


def totals_forget(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(books, "_add", lambda *_: None)


def closes_on_a_hand(patch: pytest.MonkeyPatch) -> None:
    real = DoorDrive._close

    def close(drive: DoorDrive, now: Any, inputs: Any) -> None:
        real(drive, now, inputs._replace(beam_clear=True))

    patch.setattr(DoorDrive, "_close", close)


def opens_after_a_start(patch: pytest.MonkeyPatch) -> None:
    real = recovery.look

    def look(one: recovery.Recovery, seen: recovery.Seen) -> recovery.Look:
        looked = real(one, seen)
        order = DoorOrder(one.compartment, f"start/{one.run}/{one.compartment}", "open")
        return recovery.Look(looked.recovery, looked.deposits, order)

    patch.setattr(recovery, "look", look)


def decides_before_the_door_rests(patch: pytest.MonkeyPatch) -> None:
    """A deposit is VOID while the order to open still stands, at a drive that never gives up."""
    real = DoorDrive.__init__

    def slow(drive: DoorDrive, *given: Any) -> None:
        real(drive, *given)
        drive.cap_ms = 600_000

    def failed(state: Any, _: Any, now: Any) -> Any:
        return handlers._decided(state, outcome.never_opened(state.deal), None, now)

    patch.setattr(DoorDrive, "__init__", slow)
    rows: dict[Any, Any] = dict(table.TABLE)
    rows[states.Opening, inputs.TimedOut] = (failed, (states.Showing,))
    patch.setattr(table, "TABLE", rows)


def adopts_at_once(patch: pytest.MonkeyPatch) -> None:
    """New prices take effect while somebody is being served."""
    real = Trust.offer

    def offer(trust: Trust, *given: Any) -> Any:
        found = real(trust, *given)
        trust.adopt(lambda _: True, lambda: given[1])
        return found

    patch.setattr(Trust, "offer", offer)


def writes_nothing(patch: pytest.MonkeyPatch) -> None:
    """A record is numbered and never written."""
    real = segment.append

    def append(connection: Any, path: Path, rows: Any) -> None:
        real(connection, path, rows[:0] if b'"kind":"deposit"' in repr(rows).encode() else rows)

    patch.setattr(segment, "append", append)


def pays_what_was_taken_out(patch: pytest.MonkeyPatch) -> None:
    """The negative step between two resting weights goes unnoticed (M-30)."""
    patch.setattr(facts, "STEP_DOWN_G", Grams(1_000_000))


def pays_over_a_broken_link(patch: pytest.MonkeyPatch) -> None:
    real = outcome.weighed

    def weighed(deal: Terms, after: StableWeight) -> Result:
        whole = replace(after, link_opens=deal.before.link_opens)
        return real(replace(deal, doubt=None), whole)

    patch.setattr(handlers, "weighed", weighed)


def pays_below_the_minimum(patch: pytest.MonkeyPatch) -> None:
    real = outcome.weighed
    patch.setattr(handlers, "weighed", lambda deal, after: real(replace(deal, min_g=0), after))


def believes_every_scan(patch: pytest.MonkeyPatch) -> None:
    """One bottle, shown again and again, is as many bottles (M-29)."""

    def by_piece(deal: Terms, after_g: Grams, net: Grams) -> Result:
        prices = ((1, piece.price_minor) for piece in deal.pieces)
        amount = money.pieces_amount(prices, deal.step_minor)
        return Result(after_g, net, amount, "PAID", None)

    patch.setattr(outcome, "_by_piece", by_piece)


def recovery_pays(patch: pytest.MonkeyPatch) -> None:
    real = recovery._held

    def held(*given: Any) -> Deposit:
        return structs.replace(real(*given), outcome="PAID", reason=None, amount_minor=100)

    the_ledger_takes_any_money(patch)
    patch.setattr(recovery, "_held", held)


def decides_twice(patch: pytest.MonkeyPatch) -> None:
    """What a start decides is written down twice, and the books let it pass."""
    real = Bookkeeper.write

    def write(self: Bookkeeper, cause: str, session: str | None, bodies: Any) -> None:
        real(self, cause, session, bodies)
        if cause == "recovery":
            real(self, cause, session, bodies)

    def close(self: books.Books, _: Any, deposit: Deposit) -> None:
        self.open.pop(Seq(deposit.opened_seq), None)

    patch.setattr(Bookkeeper, "write", write)
    patch.setattr(books.Books, "_close", close)


def believes_too_much(patch: pytest.MonkeyPatch) -> None:
    """One acknowledgement is taken for all there is."""
    real = Ledger.keep_mark

    def keep_mark(self: Ledger, *given: Any) -> None:
        real(self, *given)
        self._acked_through = Seq(self.head_seq + 1)

    patch.setattr(Ledger, "keep_mark", keep_mark)


def looks_away(patch: pytest.MonkeyPatch) -> None:
    """What came or went between two deposits is nobody's business (M-34)."""
    for name in ("_hold", "before"):
        patch.setattr(MovedMass, name, lambda *_: None)


HANDS: list[Scene] = [
    Visit(1, (PAPER,), mishaps=(Mishap(after, "hand", for_ms=1_500),))
    for after in range(6_000, 9_000, 300)
]
PRICES = Visit(
    1, (PAPER,), mishaps=(Mishap(300, "prices change", size=77), Mishap(400, "agent restarts"))
)
LOST = Quiet(600_000, (Mishap(1, "lost answers", for_ms=300_000),))
LOST_SALE = Visit(1, (PAPER,), mishaps=(Mishap(1, "lost answers", for_ms=60_000),))
CUT = Visit(1, (PAPER,), mishaps=(Mishap(7_000, "cut"),))
JAMMED = Visit(1, (PAPER,), mishaps=(Mishap(1, "jam", for_ms=60_000),))
UNPLUGGED = Visit(1, (PAPER,), mishaps=(Mishap(7_000, "unplug", for_ms=600),))
TAKES: tuple[tuple[ActName, int], ...] = (
    ("put", 3_000),
    ("wait", 8_000),
    ("take", 2_000),
    ("wait", 8_000),
)
TAKEN_OUT = Visit(1, (Deal("paper", TAKES),))
LIGHT = Visit(1, (Deal("paper", (("put", 60),)),))
FIFTY = Visit(1, (Deal("plastic", (("put", 24), ("scan", 50))),))


def moved(grams: int) -> Quiet:
    """Odd: so much falls in by the service side; even: half of all goes."""
    return Quiet(60_000, (Mishap(1_000, "mass moves", size=grams),))


DEFECTS: dict[str, tuple[Plant, list[Scene], str]] = {
    "lost record": (lost_record, [CUT, HOUR], "P1: another ledger after a start"),
    "record left out": (record_left_out, [SALE, HOUR], "P1: record .* acknowledged and not stored"),
    "doubled credit": (doubled_credit, [LOST_SALE, HOUR], "P1: the cloud stores record"),
    "doubled row": (doubled_row, [SALE, HOUR], "P1: .* is credited twice"),
    "amount off by one": (amount_off_by_one, [SALE], "P2: .* is 121, it should be 120|P2"),
    "grams invented": (grams_invented, [SALE, SALE], "P6"),
    "screen off by one": (screen_off_by_one, [SALE], "P2: the screen shows"),
    "totals forget": (totals_forget, [SALE, HOUR], "P7: the totals are"),
    "closes on a hand": (closes_on_a_hand, HANDS, "P4: the door of paper closes on a hand"),
    "opens after a start": (opens_after_a_start, [Service()], "P4: the door of .* opens"),
    "door after VOID": (
        decides_before_the_door_rests,
        [JAMMED, HOUR],
        "P4: the door of paper opens",
    ),
    "adopts at once": (adopts_at_once, [PRICES], "P3"),
    "below the minimum": (pays_below_the_minimum, [LIGHT], "P6: .* is below the minimum load"),
    "taken out": (pays_what_was_taken_out, [TAKEN_OUT], "P6: .* g were taken out"),
    "broken link": (pays_over_a_broken_link, [UNPLUGGED], "P6: .* its scale was off meanwhile"),
    "falls in unseen": (looks_away, [SALE, moved(801), SALE], "P7: paper weighs .* g before"),
    "taken unseen": (looks_away, [SALE, moved(800), SALE], "P7: paper weighs .* g before"),
    "every scan": (believes_every_scan, [FIFTY], "P6: .* in truth 24 g went in"),
    "recovery pays": (recovery_pays, [CUT, HOUR], "P1: .* was open at a start and is PAID"),
    "decides twice": (decides_twice, [CUT, HOUR], "P1: deposit .* ends again"),
    "believes too much": (believes_too_much, [SALE, HOUR], "P1: .* acknowledged and not stored"),
    "writes nothing": (writes_nothing, [SALE], "P1: record .* cannot be read"),
}


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_a_planted_defect_is_found(name: str, tmp_path: Path) -> None:
    is_found(DEFECTS[name], tmp_path)


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_the_same_scenes_are_fine_without_it(name: str, tmp_path: Path) -> None:
    assert broken(tmp_path, DEFECTS[name][1]) == ""
