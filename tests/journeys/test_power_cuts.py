"""Power fails before and after every durable write of a whole visit (P1).

Each write to the ledger, the trust file and the accepted tokens is a moment to cut at. The disk is
copied as it is at that moment, and the machine starts again on the copy: every opened deposit must
get exactly one outcome, what was durable must still be there byte for byte, money appears only
where it was durable before, and no door may open.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from kiosk import durable, tokens
from kiosk import views as v
from kiosk.ledger import Ledger
from kiosk.ledger.verify import verify
from kiosk.records import Body, Deposit, DepositOpened, DocumentAdopted, decode
from kiosk.units import Seq
from kiosk.wire import SignedRecord
from tests.journeys import steps as t
from tests.journeys.desk import Desk

JOURNEY: list[t.Step] = [
    *t.OPENS_PAPER,
    t.puts(1_500),
    t.waits(1),
    t.touches("done"),
    t.sees(v.Result),
    t.touches("another"),
    t.touches("compartment:metal"),
    t.sees(v.Depositing),
    t.puts(400, "metal"),
    t.touches("done"),
    t.sees(v.Result),
    t.touches("finish"),
    t.sees(v.Receipt),
    t.touches("finish"),
    t.sees(v.Idle),
]


def signed(desk: Desk) -> tuple[SignedRecord, ...]:
    reader = desk.ledger.reader()
    found = reader.after(Seq(0), 1000, 1 << 24)
    reader.close()
    return found


def bodies(records: tuple[SignedRecord, ...]) -> list[Body]:
    return [decode(one.data).body for one in records]


class Cuts:
    """Calls ``at`` before and after every durable write."""

    def __init__(self, mocker: MockerFixture) -> None:
        self.at: Callable[[str], None] = lambda _: None
        for owner, name in (
            (Ledger, "append"),
            (Ledger, "keep_mark"),
            (durable, "replace"),
            (tokens.SeenTokens, "accept"),
        ):
            self._wrap(mocker, owner, name)

    def _wrap(self, mocker: MockerFixture, owner: object, name: str) -> None:
        real = getattr(owner, name)

        def wrapped(*args: object, **kwargs: object) -> object:
            self.at(f"before {name}")
            result = real(*args, **kwargs)
            self.at(f"after {name}")
            return result

        mocker.patch.object(owner, name, wrapped)


def check_start(desk: Desk, durable_then: tuple[SignedRecord, ...], when: str) -> None:
    """Start on the copy, let a minute pass, and look."""
    desk.boot()
    desk.wait(70_000)
    now = signed(desk)
    assert now[: len(durable_then)] == durable_then, when
    told = bodies(now)
    opened = [one for one in told if isinstance(one, DepositOpened)]
    outcomes = [one for one in told if isinstance(one, Deposit)]
    assert [one.receipt for one in opened] == [one.receipt for one in outcomes], when
    had = [one for one in bodies(durable_then) if isinstance(one, Deposit)]
    assert outcomes[: len(had)] == had, when
    for found in outcomes[len(had) :]:
        assert (found.outcome, found.reason, found.amount_minor) == ("HELD", "power_lost", 0), when
    assert {order.want for order in desk.doors.done} <= {"close"}, when
    assert all(hatch.closed_switch for hatch in desk.world.hatches.values()), when
    assert desk.ready() or not desk.trust.enrolled, when
    desk.ledger.close()
    assert verify(desk.config.machine.data_dir / "ledger", None).ok, when


def test_a_cut_at_every_durable_write_of_a_visit(tmp_path: Path, mocker: MockerFixture) -> None:
    cuts = Cuts(mocker)
    desk = Desk(tmp_path / "machine")
    moments: list[str] = []

    def cut(when: str) -> None:
        at = cuts.at
        cuts.at = lambda _: None
        moments.append(when)
        then = signed(desk)
        twin = desk.after_a_cut(tmp_path / f"cut-{len(moments)}")
        check_start(twin, then, f"cut {len(moments)} {when}")
        cuts.at = at

    cuts.at = cut
    t.walk(desk, JOURNEY)
    assert [one.outcome for one in desk.deposits()] == ["PAID", "PAID"]
    assert moments.count("before append") == moments.count("after append") == 4
    assert "after accept" in moments


@pytest.mark.parametrize("moment", range(1, 7))
def test_a_cut_at_every_durable_write_of_an_enrolment(
    tmp_path: Path, mocker: MockerFixture, moment: int
) -> None:
    """Either not enrolled, or enrolled with every document in the ledger at least once (P9)."""
    cuts = Cuts(mocker)
    desk = Desk(tmp_path / "machine", enrolled=False)
    seen: list[str] = []
    twins: list[Desk] = []

    def cut(when: str) -> None:
        seen.append(when)
        if len(seen) == moment:
            twins.append(desk.after_a_cut(tmp_path / "cut"))

    cuts.at = cut
    desk.enrol()
    cuts.at = lambda _: None
    assert len(seen) >= moment, "fewer writes than moments: lower the range"
    twin = twins[0]
    twin.boot()
    twin.wait(5_000)
    adopted = {one.name for one in twin.records() if isinstance(one, DocumentAdopted)}
    assert adopted == set(twin.trust.versions)
    assert twin.trust.enrolled == (seen[moment - 1] != "before replace" or moment > 1)
