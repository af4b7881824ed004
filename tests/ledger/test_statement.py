"""Totals that a ledger took from the cloud: once, never less, and as the statement in it says."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from kiosk.cli.main import main
from kiosk.cloud import MARK_TYPE, TOTALS_TYPE, LedgerTotals
from kiosk.envelope import seal
from kiosk.keys import public_bytes
from kiosk.ledger import Draft, Ledger, LedgerMisuseError
from kiosk.ledger.chain import Owner
from kiosk.ledger.verify import verify, verify_stream
from kiosk.records import Bag, SegmentOpened, Totals, TotalsTaken, digest
from tests.ledger.samples import BOARD, KEY, STAMP, anchor, ledger_in, names, pay, read, stored

CLOUD = Ed25519PrivateKey.from_private_bytes(b"c" * 32)
KNOWN = (Totals("paper", "cardboard", "CNY", 7, 12_600, 1_008),)
BAG = (Totals("paper", "cardboard", "CNY", 2, 3_600, 288),)
GROSS = {"paper": 22_600, "metal": 1_000}
BAGS = {"paper": Bag("bag-9", 310)}


def said(ledger: Ledger, /, **changes: Any) -> LedgerTotals:
    head = (ledger.head_seq, ledger.head_hash)
    return replace(
        LedgerTotals(STAMP.kiosk, ledger.id, *head, KNOWN, BAG, GROSS, BAGS, 0), **changes
    )


def sealed(statement: LedgerTotals) -> bytes:
    return seal(TOTALS_TYPE, msgspec.json.encode(statement), CLOUD)


def take(ledger: Ledger, statement: bytes | None = None, **changes: Any) -> None:
    """Write what a controller writes that has looked at nothing."""
    taken = TotalsTaken(
        statement=statement or sealed(said(ledger)), totals=KNOWN, since=BAG, gross=GROSS, bags=BAGS
    )
    ledger.append([Draft(None, "cloud", replace(taken, **changes))], STAMP)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """It followed one with two deposits."""
    old = ledger_in(tmp_path)
    pay(old, 1)
    pay(old, 2)
    old.disown("restored")
    old.close()
    new = ledger_in(tmp_path, records_max=6)
    assert new.totals_source == "earlier"
    return new


def test_they_are_its_totals_from_there_on(ledger: Ledger, tmp_path: Path) -> None:
    take(ledger)
    assert (ledger.totals, ledger.since_collection) == (KNOWN, BAG)
    assert ledger.last_gross == GROSS
    assert ledger.bag_in("paper") == BAGS["paper"]
    assert ledger.totals_source == "cloud"
    pay(ledger, 3)
    assert (ledger.totals[0].deposits, ledger.since_collection[0].deposits) == (8, 3)
    ledger.close()
    again = ledger_in(tmp_path)
    assert (again.totals[0].deposits, again.totals_source) == (8, "cloud")
    again.close()
    assert (verify(tmp_path).problems, verify(tmp_path).source) == ((), "cloud")


def test_the_head_of_a_segment_says_where_they_come_from(ledger: Ledger, tmp_path: Path) -> None:
    take(ledger)
    for number in range(3, 9):
        pay(ledger, number)
    ledger.close()
    assert len(names(tmp_path)) > 2
    heads = [read(one).body for one in stored(tmp_path)]
    told = [one.source for one in heads if isinstance(one, SegmentOpened)]
    assert set(told) == {"cloud"}
    last = stored(tmp_path)[-1].seq
    ledger = ledger_in(tmp_path)
    assert ledger.totals_source == "cloud" and ledger.head_seq == last
    ledger.close()
    # Of a ledger whose first segments were pruned the rest says it too.
    rest = [one for one in stored(tmp_path) if one.seq >= names(tmp_path)[-1]]
    report = verify_stream(rest, owner=Owner(ledger.id, public_bytes(KEY), BOARD))
    assert (report.problems, report.source) == ((), "cloud")


def test_they_are_taken_once_and_by_a_ledger_that_followed(
    ledger: Ledger, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    take(ledger)
    with pytest.raises(LedgerMisuseError, match=r"but these come from cloud$"):
        take(ledger)
    ledger.close()
    first = ledger_in(tmp_path_factory.mktemp("first"))
    with pytest.raises(LedgerMisuseError, match=r"but these come from records$"):
        take(first)
    first.close()


@pytest.mark.parametrize(
    ("less", "known"),
    [
        ((), "0 deposits for 0"),
        ((replace(KNOWN[0], deposits=1),), "1 deposits for 1008"),
        ((replace(KNOWN[0], amount_minor=287),), "7 deposits for 287"),
        ((replace(KNOWN[0], material="metal"),), "0 deposits for 0"),
    ],
    ids=["none", "fewer", "less money", "another material"],
)
def test_the_cloud_never_makes_them_less(
    ledger: Ledger, less: tuple[Totals, ...], known: str
) -> None:
    before = ledger.totals
    with pytest.raises(LedgerMisuseError) as caught:
        take(ledger, totals=less)
    assert str(caught.value) == (
        f"record {ledger.head_seq + 1}: the cloud knows of {known} of paper/cardboard/CNY; "
        "the records here are 2 for 288"
    )
    assert (ledger.totals, ledger.totals_source) == (before, "earlier")
    same = (replace(KNOWN[0], deposits=2, net_g=3_600, amount_minor=288),)
    take(ledger, totals=same)
    ledger.close()


WRONG: dict[str, dict[str, Any]] = {
    "another record": {"through": 1},
    "another chain": {"head_hash": "0" * 64},
    "another ledger": {"ledger": "ab" * 16},
    "another machine": {"kiosk": "yard-9-z"},
    "other totals": {"totals": (replace(KNOWN[0], deposits=6),)},
    "another bag": {"since": ()},
    "other weights": {"gross": {}},
    "other bags": {"bags": {}},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG.keys())
def test_verify_holds_them_against_the_statement(
    ledger: Ledger, tmp_path: Path, changes: dict[str, Any]
) -> None:
    seq = ledger.head_seq + 1
    take(ledger, sealed(said(ledger, **changes)))
    ledger.close()
    (problem,) = verify(tmp_path).problems
    assert problem.startswith(f"record {seq}: ")
    assert "statement" in problem


def test_what_else_is_wrong_with_such_a_record_is_told_too(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append([anchor()], STAMP)
    take(ledger, sealed(said(ledger, since=())))
    ledger.close()
    *before, between, taken = stored(tmp_path)
    prev, missing = digest(before[-1].data), digest(between.data)
    assert verify_stream([*before, taken]).problems == (
        f"record {taken.seq} follows {before[-1].seq}",
        f"record {taken.seq}: its predecessor is {missing}, not {prev}",
        f"record {taken.seq}: not the totals that the cloud's statement says",
    )


@pytest.mark.parametrize(
    "statement", [b"{", seal(MARK_TYPE, b"{}", CLOUD), seal(TOTALS_TYPE, b"{}", CLOUD)]
)
def test_a_statement_that_is_none_is_told(ledger: Ledger, tmp_path: Path, statement: bytes) -> None:
    take(ledger, statement)
    ledger.append([anchor()], STAMP)
    ledger.close()
    (problem,) = verify(tmp_path).problems
    assert "the cloud's statement cannot be read" in problem


def test_a_head_that_says_another_origin_is_told(ledger: Ledger) -> None:
    body = SegmentOpened("a", ledger.totals, ledger.since_collection, "cloud", ledger.last_gross)
    for wrong in (body, replace(body, source="earlier", gross={})):
        with pytest.raises(LedgerMisuseError, match="come from elsewhere"):
            ledger.append([Draft(None, "segment", wrong)], STAMP)
    ledger.append([Draft(None, "segment", replace(body, source=None, gross=None))], STAMP)
    ledger.close()


def test_kiosk_ledger_tells_where_they_come_from(
    ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger.close()
    place = tmp_path / "data"
    place.mkdir()
    (place / "ledger").symlink_to(tmp_path)
    for expected, source in (("the cloud has not said yet", "earlier"), ("the cloud's,", "cloud")):
        for action in ("verify", "totals"):
            # 3: whole, and one was set aside.
            assert main(["ledger", action, "--data-dir", str(place)]) == 3
            line = next(
                one for one in capsys.readouterr().out.splitlines() if one.startswith("source")
            )
            assert expected in line
            assert main(["ledger", action, "--data-dir", str(place), "--json"]) == 3
            assert msgspec.json.decode(capsys.readouterr().out)["totals_source"] == source
        if source == "earlier":
            ledger = ledger_in(tmp_path)
            take(ledger)
            ledger.close()
