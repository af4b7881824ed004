"""Books that close (P7): totals nobody resets, totals only a collection resets, M-34."""

from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk import records
from kiosk.ledger import Ledger, LedgerMisuseError
from kiosk.ledger.books import Books
from kiosk.ledger.verify import verify
from kiosk.records import (
    Bag,
    Collection,
    LedgerOpened,
    MassChange,
    Record,
    Resent,
    SegmentOpened,
    Totals,
    TotalsSource,
    TotalsTaken,
)
from tests.ledger.samples import (
    STAMP,
    draft,
    held,
    ledger_in,
    opened,
    outcome,
    pay,
    read,
    stored,
    weighing,
)


def collection(deposits: int, sum_g: int, /, **changes: Any) -> Collection:
    """The bag of the paper compartment is changed; what it holds was weighed exactly."""
    usual = Collection(
        compartment="paper",
        bag_out="bag-1",
        bag_in="bag-2",
        deposits=deposits,
        sum_g=sum_g,
        removed_g=sum_g,
        tolerance_g=60,
        difference_g=0,
        gross_g=900,
    )
    return msgspec.structs.replace(usual, **changes)


@pytest.fixture
def ledger(tmp_path: Path) -> Any:
    """A ledger with two paid deposits of cardboard and one of metal."""
    ledger = ledger_in(tmp_path)
    pay(ledger, 1)
    pay(ledger, 2, 700)
    metal = opened(3, 500, "metal")
    ledger.append([draft(metal), draft(outcome(metal, ledger.head_seq + 1, 250))], STAMP)
    yield ledger
    ledger.close()


PAPER = Totals("paper", "cardboard", "CNY", 2, 2500, 200)
METAL = Totals("metal", "cardboard", "CNY", 1, 250, 20)


def test_before_any_collection_both_totals_are_the_same(ledger: Ledger) -> None:
    assert ledger.totals == ledger.since_collection == (METAL, PAPER)


def test_a_collection_resets_its_compartment_only_and_no_lifetime(
    ledger: Ledger, tmp_path: Path
) -> None:
    ledger.append([draft(collection(2, 2500))], STAMP)
    assert ledger.totals == (METAL, PAPER)
    assert list(ledger.since_collection) == [METAL]
    assert ledger.last_gross == {"paper": 900, "metal": 750}
    pay(ledger, 4, 300)
    bag = Totals("paper", "cardboard", "CNY", 1, 300, 24)
    assert list(ledger.since_collection) == [METAL, bag]
    seen = ledger.totals, ledger.since_collection
    ledger.close()
    again = ledger_in(tmp_path)
    assert (again.totals, again.since_collection) == seen
    again.close()
    report = verify(tmp_path)
    assert (report.ok, report.totals, report.since) == (True, *seen)


def test_after_a_collection_that_weighed_nothing_no_weight_is_known(ledger: Ledger) -> None:
    unweighed = collection(2, 2500, removed_g=None, difference_g=None, gross_g=None)
    ledger.append([draft(unweighed)], STAMP)
    assert ledger.since_collection == (METAL,)
    assert ledger.last_gross == {"metal": 750}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"deposits": 3}, "a collection of 3 deposits, 2500 g; .* add up to 2, 2500 g"),
        ({"sum_g": 2499}, "a collection of 2 deposits, 2499 g"),
        ({"removed_g": 2520}, "not the difference"),
        ({"difference_g": None}, "not the difference"),
        ({"removed_g": None}, "not the difference"),
    ],
)
def test_a_collection_with_other_sums_is_not_written(
    ledger: Ledger, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(LedgerMisuseError, match=words):
        ledger.append([draft(collection(2, 2500, **changes))], STAMP)
    assert ledger.since_collection == (METAL, PAPER)
    assert ledger.head_seq == len(stored(tmp_path))


def test_a_deposit_does_not_straddle_two_bags(ledger: Ledger) -> None:
    begun = opened(9)
    (first,) = ledger.append([draft(begun)], STAMP)
    with pytest.raises(LedgerMisuseError, match="a collection within a deposit"):
        ledger.append([draft(collection(2, 2500))], STAMP)
    # Another compartment's deposit is in nobody's way.
    elsewhere = collection(1, 250, compartment="metal")
    ledger.append([draft(elsewhere), draft(held(begun, first.seq))], STAMP)
    assert ledger.since_collection == (msgspec.structs.replace(PAPER, deposits=3),)


def test_a_segment_carries_both_totals(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, records_max=4)
    pay(ledger, 1)
    ledger.append([draft(collection(1, 1800))], STAMP)
    head = read(stored(tmp_path)[-1]).body
    assert isinstance(head, SegmentOpened)
    assert head.totals == (Totals("paper", "cardboard", "CNY", 1, 1800, 144),)
    assert head.since == ()
    ledger.close()
    again = ledger_in(tmp_path)
    assert (again.totals, again.since_collection) == (head.totals, ())
    again.close()


def test_a_segment_of_an_older_software_carries_the_lifetime_for_both(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    pay(ledger, 1)
    old = SegmentOpened("segment-0000000001.db", ledger.totals)
    assert old.since is None
    ledger.append([draft(old)], STAMP)
    ledger.append([draft(collection(1, 1800))], STAMP)
    with pytest.raises(LedgerMisuseError, match="not the sums"):
        ledger.append([draft(old)], STAMP)
    ledger.close()
    assert verify(tmp_path).ok


# ---- M-34 ----


def test_a_void_deposit_is_none_and_held_mass_is_in_the_bag_unpaid(tmp_path: Path) -> None:
    """Only what was put in counts, and only PAID pays (M-34)."""
    with closing(ledger_in(tmp_path)) as ledger:
        for number, (mass_g, end) in enumerate([(0, "VOID"), (900, "HELD"), (50, "UNPRICED")]):
            begun = opened(number)
            (first,) = ledger.append([draft(begun)], STAMP)
            told = outcome(begun, first.seq, mass_g, outcome=end)
            ledger.append([draft(told)], STAMP)
        assert ledger.totals == (Totals("paper", "cardboard", "CNY", 2, 950, 0),)


def test_the_last_gross_follows_both_weighings_and_outlives_a_segment(tmp_path: Path) -> None:
    """What the scale is compared with after a start (M-28)."""
    with closing(ledger_in(tmp_path)) as ledger:
        begun = opened(1, 7_000)
        (first,) = ledger.append([draft(begun)], STAMP)
        assert ledger.last_gross == {"paper": 7_000}
        ledger.append([draft(outcome(begun, first.seq, 500))], STAMP)
        assert ledger.last_gross == {"paper": 7_500}
    carried = SegmentOpened("a", (PAPER,), (METAL,))
    books = Books.begin(carried, {"paper": 7_500})
    assert books.last_gross == {"paper": 7_500}
    assert books.carried("b") == SegmentOpened("b", (PAPER,), (METAL,), None, {"paper": 7_500})
    assert Books.begin(None, {"metal": 1}).last_gross == {"metal": 1}


RECORD = Record(
    v=1,
    kiosk="yard-7-a",
    ledger="ab" * 16,
    seq=9,
    prev="cd" * 32,
    key="0" * 16,
    session=None,
    cause="service",
    offline=False,
    boot_id="boot",
    mono_ms=1,
    utc=None,
    clk="U",
    software="1",
    parameters="ef" * 32,
    event_counter=0,
    calibration=1,
    body=SegmentOpened("a", ()),
)


def moved(old_g: int | None, new_g: int, seq: int = 9) -> Record:
    """A technician says why the paper's mass is another one."""
    change = MassChange(
        compartment="paper", old_g=old_g, gross=weighing(new_g), who="technician", why="a bag"
    )
    return msgspec.structs.replace(RECORD, seq=seq, body=change)


def test_masses_that_move_add_up_in_a_row_of_their_own(tmp_path: Path) -> None:
    """M-34: no deposit, no money; a first weight moves nothing."""
    books = Books(last_gross={"paper": 7_000})
    for old_g, new_g in ((7_000, 7_400), (7_400, 7_300)):
        books.enter(moved(old_g, new_g))
        assert books.last_gross == {"paper": new_g}
    assert list(books.since.values()) == [Totals("paper", "mass_change", "", 0, 300, 0)]
    assert books.totals == {}
    first = Books()
    first.enter(moved(None, 500))
    assert (first.last_gross, first.since) == ({"paper": 500}, {})
    with pytest.raises(
        LedgerMisuseError, match=r"^record 9: a mass that was 1 g; the last .* 7300"
    ):
        books.enter(moved(1, 500))
    # Without a last weight of its own, a machine believes what the record says it was.
    older = Books(last_gross={"metal": 1})
    older.enter(moved(800, 900))
    assert list(older.since.values()) == [Totals("paper", "mass_change", "", 0, 100, 0)]


def test_what_is_sent_again_as_unfinished_is_an_opened_deposit() -> None:
    whole = records.encode(RECORD)
    for data, told in (
        (b"{}", r"^record 9: not a record"),
        (whole, r"^record 9: no opened deposit"),
    ):
        again = Resent(ledger="a", seq=1, hash="", data=data, sig=b"", unfinished=True)
        with pytest.raises(LedgerMisuseError, match=told):
            Books().enter(msgspec.structs.replace(RECORD, seq=9, body=again))


def test_an_outcome_of_nothing_names_its_record() -> None:
    with pytest.raises(LedgerMisuseError, match=r"^record 9: an outcome for record 1, which is no"):
        Books().enter(msgspec.structs.replace(RECORD, seq=9, body=outcome(opened(1), 1)))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (SegmentOpened("a", ()), "a segment began in a deposit"),
        (outcome(opened(2), 4), "not the deposit that record 4 opened"),
        (collection(0, 0), "a collection within a deposit"),
    ],
)
def test_what_breaks_an_open_deposit_names_its_record(body: records.Body, words: str) -> None:
    books = Books()
    books.enter(msgspec.structs.replace(RECORD, seq=4, body=opened(1)))
    with pytest.raises(LedgerMisuseError) as caught:
        books.enter(msgspec.structs.replace(RECORD, seq=5, body=body))
    assert str(caught.value) == f"record 5: {words}"


@pytest.mark.parametrize(
    ("carried", "words"),
    [
        ({"totals": (PAPER,)}, "the totals carried over are not the sums of the deposits"),
        ({"since": (PAPER,)}, "the totals carried over are not the sums of the deposits"),
        ({"source": "cloud"}, "the totals carried over are said to come from elsewhere"),
        ({"gross": {"paper": 1}}, "the totals carried over are said to come from elsewhere"),
        ({"bags": {"paper": Bag("B2")}}, "other bags are carried over than hang"),
    ],
)
def test_what_a_segment_carries_is_what_the_records_say(
    carried: dict[str, Any], words: str
) -> None:
    books = Books(source="records")
    right = books.carried("segment-0000000001.db")
    books.enter(msgspec.structs.replace(RECORD, body=right))
    with pytest.raises(LedgerMisuseError) as caught:
        wrong = msgspec.structs.replace(right, **carried)
        books.enter(msgspec.structs.replace(RECORD, body=wrong))
    assert str(caught.value) == f"record 9: {words}"


# ---- where the sums come from ----


@pytest.mark.parametrize("source", [None, "records", "earlier", "cloud"])
def test_where_the_sums_come_from_goes_with_them(source: TotalsSource | None) -> None:
    books = Books(source=source)
    carried = books.carried("segment-0000000001.db")
    assert (books.copy().source, carried.source) == (source, source)
    assert Books.begin(carried, {}).source == source


@pytest.mark.parametrize(("previous", "source"), [(None, "records"), ("ab" * 16, "earlier")])
def test_a_ledger_that_followed_another_has_its_sums(previous: str | None, source: str) -> None:
    books = Books()
    body = LedgerOpened(b"key", "board", previous, "test")
    books.enter(msgspec.structs.replace(RECORD, seq=1, body=body))
    assert books.source == source


TAKEN = TotalsTaken(
    statement=b"", totals=(METAL,), since=(), gross={"metal": 750}, bags={"metal": Bag("M-4", 9)}
)


def test_the_clouds_totals_are_for_a_ledger_that_followed() -> None:
    taken = msgspec.structs.replace(RECORD, seq=9, body=TAKEN)
    with pytest.raises(LedgerMisuseError) as caught:
        Books().enter(taken)
    assert str(caught.value) == (
        "record 9: takes the cloud's totals, but these come from a time before that was said"
    )


def test_a_record_counts_by_itself_when_those_before_it_are_lost() -> None:
    books, bag = Books(), Bag("bag-2", None)
    told = outcome(opened(1), 1), outcome(opened(2), 4, after=None, net_g=None, outcome="HELD")
    for body in told:
        books.count(msgspec.structs.replace(RECORD, body=body))
    paper = Totals("paper", "cardboard", "CNY", 2, 1_800, 144)
    assert list(books.totals.values()) == list(books.since.values()) == [paper]
    assert books.last_gross == {"paper": 11_800}
    books.count(moved(0, 12_000))
    assert books.last_gross == {"paper": 12_000}
    books.count(msgspec.structs.replace(RECORD, body=collection(9, 9)))
    assert (list(books.totals.values()), books.since) == ([paper], {})
    assert (books.bags, books.last_gross) == ({"paper": bag}, {"paper": 900})
    books.count(msgspec.structs.replace(RECORD, body=TAKEN))
    assert (list(books.totals.values()), books.since, books.source) == ([METAL], {}, "cloud")
    assert books.bags == {"paper": bag, "metal": Bag("M-4", 9)}
    assert books.last_gross == {"paper": 900, "metal": 750}
