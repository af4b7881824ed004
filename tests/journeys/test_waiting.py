"""What is counted down before a person's eyes, and what happens when nobody comes back."""

from kiosk import views as v
from kiosk.units import CompartmentId
from tests.journeys.desk import STEP_MS, Desk

PAPER = CompartmentId("paper")
SLACK_MS = 5 * STEP_MS
"""The drive looks at its order and at its clock once a step."""


def test_the_number_at_a_door_is_the_time_until_it_moves(desk: Desk) -> None:
    """D-12: who reads a number there has so long to take a hand away, and not a moment longer."""
    hatch = desk.world.hatches[PAPER]
    desk.scan(desk.token())
    desk.touch("compartment:paper")
    for kind in (v.Opening, v.Closing):
        if kind is v.Closing:
            desk.until(lambda: isinstance(desk.screen, v.Depositing))
            desk.touch("done")
        desk.until(lambda kind=kind: isinstance(desk.screen, kind))  # type: ignore[misc]
        asked_ms = desk.clock.now_ms
        # The number comes with the announcement: another door may have to be waited for (D-13).
        desk.until(lambda: desk.views[-1].left_ms is not None)
        assert desk.clock.now_ms - asked_ms <= SLACK_MS
        shown, since_ms, still = desk.views[-1], desk.clock.now_ms, hatch.position
        assert shown.left_ms == shown.total_ms == 1000
        desk.until(lambda still=still: hatch.position != still)  # type: ignore[misc]
        assert 0 <= desk.clock.now_ms - since_ms - shown.left_ms <= SLACK_MS
        assert isinstance(desk.screen, kind)
        assert desk.views[-1].left_ms is None, "while it moves there is no time left to read"
        assert desk.views[-1].id == shown.id, "it is the same question"


def test_a_door_that_never_arrives_is_given_up_in_time_all_the_same(desk: Desk) -> None:
    desk.scan(desk.token())
    desk.touch("compartment:paper")
    desk.until(lambda: isinstance(desk.screen, v.Opening))
    since_ms = desk.clock.now_ms
    desk.world.hatches[PAPER].jammed = True
    desk.until(lambda: not isinstance(desk.screen, v.Opening))
    assert desk.clock.now_ms - since_ms <= desk.config.timing.door_ms + SLACK_MS


def pays(desk: Desk) -> None:
    """One deposit, up to its receipt."""
    desk.scan(desk.token())
    desk.touch("compartment:paper")
    desk.until(lambda: isinstance(desk.screen, v.Depositing))
    desk.world.put(PAPER, 1_800)
    desk.touch("done")
    desk.until(lambda: isinstance(desk.screen, v.Result))
    desk.touch("finish")
    assert isinstance(desk.screen, v.Receipt)


def test_a_receipt_waits_for_its_reader(desk: Desk) -> None:
    """It holds the only codes there are: who photographs them slowly is asked, not cut off."""
    pays(desk)
    receipt = desk.screen
    for _ in range(2):
        desk.until(lambda: isinstance(desk.screen, v.StillThere), 16_000)
        desk.wait(24_000)
        desk.touch("more_time")
        assert desk.screen == receipt
    desk.until(lambda: isinstance(desk.screen, v.Idle), 41_000)
    assert [(one.outcome, one.amount_minor) for one in desk.deposits()] == [("PAID", 144)]


def test_whoever_turns_pages_is_not_asked(desk: Desk) -> None:
    pays(desk)
    for _ in range(3):
        desk.wait(14_000)
        desk.touch("reading")
        assert isinstance(desk.screen, v.Receipt)
    desk.until(lambda: isinstance(desk.screen, v.Idle), 41_000)


def test_the_next_person_finds_the_machines_own_language(desk: Desk) -> None:
    """Also where nothing is sold: both are the idle machine."""
    for _ in range(2):
        desk.touch("language:en")
        shown = desk.views[-1]
        assert (shown.language, shown.left_ms) == ("en", None)
        desk.wait(59_900)
        assert desk.views[-1].language == "en"
        desk.until(lambda: desk.views[-1].language == "zh", 1_200)
        for pan in desk.world.pans.values():
            pan.load(26_000)
        desk.until(lambda: isinstance(desk.screen, v.OutOfService))
    desk.wait(70_000)
    assert desk.views[-1].language == "zh"
