"""A collection's edges, without a machine around it: words, times, and what each weighing gives."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace
from pytest_mock import MockerFixture

from kiosk import wire
from kiosk.bookkeeper import Bookkeeper
from kiosk.faults import BAG_DIFFERENCE, MASS_STEP
from kiosk.helpdesk import HelpDesk
from kiosk.ledger import Ledger
from kiosk.ledger.tolerance import bag_tolerance, in_service_limit
from kiosk.machine import Bin, Machine
from kiosk.parts import Parts
from kiosk.readings import StableWeight
from kiosk.records import Bag, Collection, Totals
from kiosk.service.collecting import HANDS_MS, Collecting
from kiosk.service.placing import REST_MS
from kiosk.service.task import End, Surroundings
from kiosk.units import CompartmentId, Grams, Millis
from tests.journeys.wiring import configuration

BEGAN_MS = Millis(5_000)
SUMS = (
    Totals("paper", "cardboard", "CNY", 2, 2_500, 200),
    Totals("metal", "cans", "CNY", 9, 9_000, 900),
)


@dataclass
class Pan(Bin):
    """What its scale shows is told, and since when it was asked for is kept."""

    shows: StableWeight | None = None
    asked_ms: list[int] = field(default_factory=list)

    def weight(self, since_ms: Millis) -> StableWeight | None:
        self.asked_ms.append(since_ms)
        return self.shows


def rests(grams: int, link_opens: int = 1) -> StableWeight:
    return StableWeight(Grams(grams), BEGAN_MS, link_opens, (b"ST,GS", b"ST,GS"), False)


class Hatch:
    """One collection of paper, and everything it is told and tells."""

    def __init__(self, mocker: MockerFixture, directory: Path) -> None:
        settings = next(one for one in configuration(directory).compartment if one.id == "paper")
        self.pan = Pan(CompartmentId(settings.id), settings, Bin.of(settings).window)
        self.ledger = mocker.Mock(spec=Ledger)
        self.ledger.last_gross = {"paper": 4_500}
        self.ledger.since_collection = SUMS
        self.ledger.bag_in.return_value = Bag("paper-1", 800)
        self.ledger.head_seq = 41
        self.books = mocker.Mock(spec=Bookkeeper)
        self.helpdesk = mocker.Mock(spec=HelpDesk)
        self.helpdesk.dropped_in.return_value = None
        self.said: list[tuple[str, bool]] = []
        self.around = Surroundings(
            mocker.Mock(spec=Parts, ledger=self.ledger),
            mocker.Mock(spec=Machine, bins={"paper": self.pan}),
            self.books,
            lambda _, one: self.said.append((one.text, one.asks)),
            7,
        )
        self.task = self.asked(wire.Collect("paper", "Li"))

    def asked(self, asked: wire.Collect) -> Collecting:
        return Collecting(self.around, self.helpdesk, asked, BEGAN_MS)

    def weigh(self, shows: StableWeight | None, now_ms: int) -> End | None:
        self.pan.shows = shows
        return self.task.look(Millis(now_ms))

    def collect(self, *shown: StableWeight | None) -> End:
        """The three weighings, each as long after the word as a scale has to come to rest."""
        self.task.begin(BEGAN_MS)
        now_ms = BEGAN_MS
        for number, one in enumerate(shown):
            if number:
                self.task.proceed(now_ms)
            now_ms = Millis(now_ms + REST_MS)
            end = self.weigh(one, now_ms)
        assert end is not None
        return end

    @property
    def written(self) -> Collection:
        ((cause, session, (body,)), _) = self.books.write.call_args
        assert (cause, session) == ("service", None)
        assert isinstance(body, Collection)
        return body


@pytest.fixture
def hatch(mocker: MockerFixture, tmp_path: Path) -> Hatch:
    return Hatch(mocker, tmp_path)


def test_what_is_said_and_written_of_a_bag_that_fits(hatch: Hatch) -> None:
    end = hatch.collect(rests(4_500), rests(1_200), rests(1_400))
    weigh = ("it is weighed; keep away from it", False)
    assert hatch.said == [
        ("paper is weighed; keep the hatch shut and away from it", False),
        ("2 deposits, 2.500 kg by the books. Take the bag out", True),
        weigh,
        ("hang the new bag in and shut the hatch", True),
        weigh,
    ]
    scale = hatch.pan.settings.scale
    limit_g = in_service_limit(Grams(4_500), Grams(scale.e_g), scale.accuracy)
    tolerance_g = bag_tolerance(2, Grams(scale.e_g), limit_g)
    assert end == End(
        "recorded: bag paper-1 out, paper-42 in; 2 deposits, 2.500 kg by the books, 2.500 kg "
        f"weighed: +0 g, {tolerance_g} g are allowed",
        done=True,
    )
    found = hatch.written
    assert (found.removed_g, found.difference_g, found.tolerance_g) == (2_500, 0, tolerance_g)
    assert (found.gross_g, found.tare_out_g, found.tare_in_g) == (1_400, 800, 200)
    weighings = (found.full, found.empty, found.fresh)
    assert [one and one.gross_g for one in weighings] == [4_500, 1_200, 1_400]
    assert (found.deposits, found.sum_g, found.who) == (2, 2_500, "Li")
    hatch.helpdesk.collected.assert_called_once_with("paper")
    cleared = [call.args for call in hatch.books.clear_fault.call_args_list]
    assert cleared == [(MASS_STEP, "paper"), (BAG_DIFFERENCE, "paper")]
    hatch.books.raise_fault.assert_not_called()


def test_a_scale_of_class_iiii_is_allowed_more(hatch: Hatch) -> None:
    scale = replace(hatch.pan.settings.scale, accuracy="IIII")
    hatch.pan.settings = replace(hatch.pan.settings, scale=scale)
    hatch.collect(rests(4_500), rests(1_200), rests(1_400))
    e_g = Grams(scale.e_g)
    limit_g = in_service_limit(Grams(4_500), e_g, "IIII")
    assert limit_g > in_service_limit(Grams(4_500), e_g, "III")
    assert hatch.written.tolerance_g == bag_tolerance(2, e_g, limit_g)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_difference_that_is_just_allowed_is(hatch: Hatch, sign: int) -> None:
    scale = hatch.pan.settings.scale
    hatch.ledger.last_gross = {}
    for off, told in ((0, False), (1, True)):
        hatch.task = hatch.asked(wire.Collect("paper", "Li", "YARD-7"))
        limit_g = in_service_limit(Grams(4_500), Grams(scale.e_g), scale.accuracy)
        tolerance_g = bag_tolerance(2, Grams(scale.e_g), limit_g)
        wrong_g = sign * (tolerance_g + off)
        end = hatch.collect(rests(4_500), rests(1_200 - wrong_g), rests(1_400))
        assert hatch.written.difference_g == wrong_g
        assert (hatch.written.bag_in, end.done) == ("YARD-7", True)
        assert hatch.books.raise_fault.called is told
    said = end.text.partition("; ")[2]
    hatch.books.raise_fault.assert_called_once_with(BAG_DIFFERENCE, "paper", f"bag paper-1: {said}")


def test_what_a_dead_scale_leaves_is_said(hatch: Hatch) -> None:
    end = hatch.collect(None, None, None)
    words = "the scale does not rest, so it goes unweighed. Take the bag out"
    assert hatch.said[1] == (f"2 deposits, 2.500 kg by the books; {words}", True)
    assert end == End(
        "recorded: bag paper-1 out, paper-42 in; 2 deposits, 2.500 kg by the books, not weighed: "
        "the scale did not weigh it",
        done=True,
    )
    # What hangs there now is as it is: the next weighing is the first.
    hatch.books.clear_fault.assert_called_once_with(MASS_STEP, "paper")
    hatch.books.raise_fault.assert_called_once_with(
        BAG_DIFFERENCE, "paper", "bag paper-1: the scale did not weigh it"
    )


def test_what_somebody_touched_is_not_weighed_and_it_is_said_why(hatch: Hatch) -> None:
    hatch.ledger.last_gross = {"paper": 9_500}
    end = hatch.collect(rests(4_500), rests(1_200), rests(1_400))
    why = hatch.pan.moved(rests(4_500), 9_500)
    assert why is not None
    assert hatch.said[1][0] == (
        f"2 deposits, 2.500 kg by the books; it {why}, so what is taken out cannot be weighed. "
        "Take the bag out"
    )
    assert (hatch.written.removed_g, hatch.written.difference_g) == (None, None)
    assert hatch.written.tare_in_g == 200
    assert end.text.endswith(f"2 deposits, 2.500 kg by the books, not weighed: {why}")


@pytest.mark.parametrize(
    ("links", "removed_g", "tare_in_g"),
    [((1, 1, 1), 2_500, 200), ((1, 1, 2), None, None), ((1, 2, 2), None, 200)],
)
def test_a_scale_that_was_opened_anew_may_have_zeroed_itself(
    hatch: Hatch, links: tuple[int, int, int], removed_g: int | None, tare_in_g: int | None
) -> None:
    grosses = (4_500, 1_200, 1_400)
    hatch.collect(*(rests(*one) for one in zip(grosses, links, strict=True)))
    assert (hatch.written.removed_g, hatch.written.tare_in_g) == (removed_g, tare_in_g)


def test_a_scale_has_its_time_to_come_to_rest(hatch: Hatch) -> None:
    hatch.task.begin(BEGAN_MS)
    assert hatch.weigh(None, BEGAN_MS + REST_MS - 1) is None
    assert len(hatch.said) == 1
    # One that rests at once need not wait.
    assert hatch.weigh(rests(4_500), BEGAN_MS + 1) is None
    hatch.task.proceed(Millis(40_000))
    assert hatch.weigh(None, 40_000 + REST_MS - 1) is None
    assert hatch.said[-1] == ("it is weighed; keep away from it", False)
    # The time is over: it goes on without.
    assert hatch.weigh(None, 40_000 + REST_MS) is None
    assert hatch.said[-1] == ("hang the new bag in and shut the hatch", True)
    assert set(hatch.pan.asked_ms) == {BEGAN_MS, 40_000}


def test_while_a_hand_is_in_it_nothing_is_weighed(hatch: Hatch) -> None:
    hatch.task.begin(BEGAN_MS)
    hatch.weigh(rests(4_500), 6_000)
    said = list(hatch.said)
    assert hatch.weigh(rests(1_200), 90_000) is None
    assert hatch.said == said


def test_half_an_hour_is_given(hatch: Hatch) -> None:
    hatch.task.begin(BEGAN_MS)
    hatch.weigh(rests(4_500), 6_000)
    assert hatch.weigh(None, BEGAN_MS + HANDS_MS - 1) is None
    assert hatch.weigh(None, BEGAN_MS + HANDS_MS) == End(
        "given up: not done within half an hour; nothing is recorded", done=False
    )
    hatch.books.write.assert_not_called()


def test_what_was_dropped_is_told_before_anything_else(hatch: Hatch) -> None:
    hatch.helpdesk.dropped_in.return_value = "T-17"
    hatch.task.begin(BEGAN_MS)
    hatch.helpdesk.dropped_in.assert_called_once_with("paper")
    assert hatch.said[0] == (
        "a resident dropped something into this bag: look for it, T-17", False,
    )  # fmt: skip
