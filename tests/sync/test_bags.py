"""Bags that were taken out are in the endpoint's books, beside what the station weighed (M-34)."""

import urllib.request
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from kiosk.records import Collection
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator
from sync.endpoint.tables import bags
from tests.sync.books import rows
from tests.sync.machine import Machine
from tests.sync.peer import Peer, taken
from tests.sync.test_adjudication import run
from tests.sync.test_resent import follow, resent

BAG = Collection(
    compartment="paper",
    bag_out="paper-1",
    bag_in="YARD-77",
    deposits=12,
    sum_g=14_400,
    removed_g=14_420,
    tolerance_g=105,
    difference_g=20,
    gross_g=1_500,
    who="Li",
)


def collected(machine: Machine, **changes: Any) -> None:
    machine.append(msgspec.structs.replace(BAG, **changes))


@pytest.fixture
def emptied(peer: Peer) -> Peer:
    """A machine whose paper was collected."""
    collected(peer.machine)
    answer = taken(peer.send(peer.machine.records))
    assert answer.exceptions == ()
    return peer


def in_books(database: str) -> list[tuple[Any, ...]]:
    of = bags.c
    return rows(database, select(of.kiosk, of.bag, of.deposits, of.sum_g, of.difference_g))


def test_a_bag_is_booked_once(emptied: Peer, database: str) -> None:
    assert in_books(database) == [("yard-07-01", "paper-1", 12, 14_400, 20)]
    taken(emptied.send(emptied.machine.records))
    assert len(in_books(database)) == 1


def test_a_bag_that_is_sent_again_is_not_booked_again(emptied: Peer, database: str) -> None:
    after = follow(emptied)
    after.machine.append(resent(emptied.machine, emptied.machine.records[-1]))
    taken(after.send(after.machine.records, generation=2))
    assert len(in_books(database)) == 1


def test_a_bag_that_only_the_next_ledger_brings_is_booked(peer: Peer, database: str) -> None:
    taken(peer.send(peer.machine.records))
    collected(peer.machine)
    after = follow(peer)
    after.machine.append(resent(peer.machine, peer.machine.records[-1]))
    taken(after.send(after.machine.records, generation=2))
    assert len(in_books(database)) == 1


def test_what_no_database_holds_is_stored_as_a_record_only(peer: Peer, database: str) -> None:
    collected(peer.machine, who="\0")
    collected(peer.machine, sum_g=1 << 62)
    assert taken(peer.send(peer.machine.records)).exceptions == ()
    assert in_books(database) == []


def test_the_station_weighs_what_the_machine_weighed(
    emptied: Peer, desk: Operator, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    where = (str(desk.directory), "--database", database)
    of = ("--kiosk", "yard-07-01", "--bag", "paper-1", "--who", "Chen")
    assert run("weigh-bag", *where, *of, "--grams", "14350") == 0
    assert "14400 g by the books, 14350 g at the station: -50 g" in capsys.readouterr().out
    assert run("weigh-bag", *where, *of, "--grams", "14380") == 0
    capsys.readouterr()
    assert run("bags", *where, "--kiosk", "yard-07-01") == 0
    told = capsys.readouterr().out
    assert "yard-07-01 paper paper-1: 12 deposits, 14400 g by the books, 14420 g weighed" in told
    assert "(+20, 105 allowed), 14380 g at the station" in told
    assert run("bags", *where, "--kiosk", "another") == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("bag", "grams", "words"),
    [("paper-9", "100", "no bag paper-9 of yard-07-01"), ("paper-1", "-1", "a bag holds 0 to")],
)
def test_a_slip_of_the_pen_is_refused(
    emptied: Peer, desk: Operator, database: str, bag: str, grams: str, words: str
) -> None:
    where = (str(desk.directory), "--database", database, "--kiosk", "yard-07-01", "--who", "Chen")
    with pytest.raises(EndpointError, match=words):
        run("weigh-bag", *where, "--bag", bag, "--grams", grams)


def test_the_machines_page_shows_its_bags(emptied: Peer, tmp_path: Path) -> None:
    collected(emptied.machine, bag_out="YARD-77", removed_g=None, difference_g=None)
    taken(emptied.send(emptied.machine.records))
    with urllib.request.urlopen(f"{emptied.url}/fleet/yard-07-01") as answer:
        page = answer.read().decode()
    assert "Bags collected" in page and "14.420" in page
    assert '<span class="bad">—</span>' in page and "<span>0.020</span>" in page
