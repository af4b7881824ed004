"""What a start does with a deposit it finds open: no "after" at an open door (M-33)."""

from dataclasses import replace

import pytest

from kiosk import recovery as r
from kiosk.events import DoorPosition
from kiosk.readings import StableWeight
from kiosk.records import DepositOpened
from kiosk.session.outcome import opened_record
from kiosk.session.states import NOBODY, Visit
from kiosk.units import CompartmentId, Grams, Millis, Seq
from tests.session.worlds import DEAL

PAPER = CompartmentId("paper")
OPENED: DepositOpened = opened_record(Visit("visit-1", "zh", NOBODY), DEAL)
START = Millis(10_000)
RECOVERY = r.Recovery(PAPER, START, "run", (r.Found(Seq(7), OPENED, "visit-1"),))
SHUT, AJAR, WIDE = DoorPosition.CLOSED, DoorPosition.BETWEEN, DoorPosition.OPEN


def seen(
    now_ms: int, position: DoorPosition = SHUT, grams: int | None = 6_800, blocked: bool = False
) -> r.Seen:
    weight = None
    if grams is not None:
        weight = StableWeight(Grams(grams), Millis(now_ms), 1, (b"ST,GS",), host_derived=False)
    return r.Seen(Millis(now_ms), position, blocked, weight, dwell_ms=3_000)


def test_the_look_that_finds_the_door_shut_takes_no_weight() -> None:
    """What is known then was weighed before, with the door open."""
    first = r.look(RECOVERY, seen(20_000))
    assert first.deposits == () and first.recovery is not None
    assert first.recovery.closed_ms == 20_000
    assert r.weighed_since(first.recovery) == 20_000
    second = r.look(first.recovery, seen(21_500))
    assert second.recovery is None
    [(_, deposit)] = second.deposits
    assert (deposit.outcome, deposit.net_g, deposit.door) == ("HELD", 1_800, "closed")


def test_nothing_is_weighed_for_a_deposit_whose_door_is_not_shut() -> None:
    assert r.weighed_since(RECOVERY) is None


@pytest.mark.parametrize("position", [AJAR, WIDE, DoorPosition.UNKNOWN])
def test_when_the_time_is_up_an_open_door_has_no_after(position: DoorPosition) -> None:
    late = START + r.WEIGHT_LIMIT_MS
    assert r.look(RECOVERY, seen(late - 1, position)).deposits == ()
    [(_, deposit)] = r.look(RECOVERY, seen(late, position)).deposits
    assert (deposit.outcome, deposit.after, deposit.net_g) == ("HELD", None, None)
    assert deposit.door == position.value


def test_a_door_that_came_open_again_is_weighed_from_its_next_closing() -> None:
    shut = r.look(RECOVERY, seen(20_000)).recovery
    assert shut is not None
    ajar = r.look(shut, seen(20_500, AJAR)).recovery
    assert ajar is not None and r.weighed_since(ajar) is None
    again = r.look(ajar, seen(22_000))
    assert again.deposits == () and again.recovery is not None
    assert r.weighed_since(again.recovery) == 22_000


def test_a_shut_door_and_a_scale_that_never_rests_is_held_with_null() -> None:
    shut = r.look(RECOVERY, seen(20_000, grams=None)).recovery
    assert shut is not None
    late = START + r.WEIGHT_LIMIT_MS
    assert r.look(shut, seen(late - 1, grams=None)).deposits == ()
    [(_, deposit)] = r.look(shut, seen(late, grams=None)).deposits
    assert (deposit.after, deposit.door) == (None, "closed")


def test_the_doors_time_runs_from_its_announcement_and_a_dwell_from_a_hand() -> None:
    """D-13, D-06: a try that waits for its turn is no try that failed."""
    ordered = r.look(RECOVERY, seen(10_000, WIDE))
    assert ordered.order is not None and ordered.recovery is not None
    assert r.look(ordered.recovery, seen(40_000, WIDE)).order is None
    begun = r.began(ordered.recovery, Millis(40_000), 15_000)
    assert r.look(begun, seen(54_999, WIDE)).order is None
    second = r.look(begun, seen(55_000, WIDE)).order
    assert second is not None and second.id.endswith("/2")
    dwelt = r.interrupted(ordered.recovery, Millis(41_000), 3_000)
    assert r.look(dwelt, seen(43_999, WIDE)).order is None
    assert r.look(dwelt, seen(44_000, WIDE)).order is not None
    assert r.look(dwelt, seen(44_000, WIDE, blocked=True)).order is None


def test_after_three_tries_it_stands_open_for_a_technician() -> None:
    tried = replace(RECOVERY, found=(), tries=3, next_try_ms=Millis(30_000))
    waiting = r.look(tried, seen(29_999, WIDE))
    assert waiting.recovery is not None and not waiting.stands_open
    given_up = r.look(tried, seen(30_000, WIDE))
    assert (given_up.recovery, given_up.order, given_up.stands_open) == (None, None, True)
