"""The operator's page of books."""

import re
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from fontTools.ttLib import TTFont

from kiosk.cloud import CompartmentReport, MachineReport, StatusRequest
from sync.agent.http import Http
from sync.endpoint import fleet_page, page, prices, tariff_desk, tariff_page, tariffs
from sync.endpoint.operator import Operator, create
from tests.sync.machine import deposit
from tests.sync.peer import Peer, taken
from tests.sync.places import CLOCK, running_endpoint

DRAWN = (page, prices, fleet_page, tariff_desk, tariff_page, tariffs)


def test_the_page_shows_what_came_in(peer: Peer, http: Http) -> None:
    peer.machine.deposit(outcome="HELD")
    taken(peer.send(peer.machine.records))
    answer = http.exchange("GET", f"{peer.url}/books", {}, None)
    text = answer.body.decode()
    assert answer.status == 200 and answer.media == "text/html"
    for words in (
        "最新投递",
        "Deposits",
        "R000011",
        "1.800",
        "0.80",
        "1.44",
        "CNY",
        "待核",
        "Held",
    ):
        assert words in text
    # Newest first.
    assert text.index("R000013") < text.index("R000011") < text.index("R000003")
    # The totals are of what is paid: five of them.
    assert "9.000" in text and "7.20" in text


def test_the_page_asks_again_only_for_what_changed(peer: Peer, http: Http) -> None:
    part = f"{peer.url}/books?part=1"
    first = http.exchange("GET", part, {}, None)
    tag = {"If-None-Match": first.headers["etag"]}
    assert http.exchange("GET", part, tag, None).status == 304
    taken(peer.send(peer.machine.records))
    assert http.exchange("GET", part, tag, None).status == 200


def test_embedded_it_has_no_heading(peer: Peer, http: Http) -> None:
    whole = http.exchange("GET", f"{peer.url}/books", {}, None).body
    embedded = http.exchange("GET", f"{peer.url}/books?embed=1", {}, None).body
    assert b'<body class="page">' in whole and b'<body class="embed">' in embedded


def test_nothing_a_machine_says_becomes_markup(peer: Peer, http: Http) -> None:
    evil = "<script>alert(1)</script>\"'>"
    odd = msgspec.structs.replace(
        deposit(12, subject=evil), receipt=evil, material=evil, currency=evil, opened_seq=12
    )
    peer.machine.append(odd)
    taken(peer.send(peer.machine.records))
    answer = http.exchange("GET", f"{peer.url}/books", {}, None)
    text = answer.body.decode()
    assert "alert(1)" in text and text.count("<script>") == 1
    assert not re.search(r"<[^>]*alert", text)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_an_operators_name_is_escaped(tmp_path: Path, http: Http) -> None:
    desk: Operator = create(
        tmp_path / "d", "https://x.example", {"paper": 1}, CLOCK, operator="A<b>&B"
    )
    with running_endpoint(desk.directory) as url:
        assert b"A&lt;b&gt;&amp;B" in http.exchange("GET", f"{url}/books", {}, None).body


def test_the_pages_own_font_has_every_character_it_needs(peer: Peer, http: Http) -> None:
    answer = http.exchange("GET", f"{peer.url}/books.otf", {}, None)
    assert answer.status == 200 and answer.media == "font/otf"
    drawn = TTFont(BytesIO(answer.body)).getBestCmap()
    source = "".join(Path(one.__file__).read_text("utf-8") for one in DRAWN if one.__file__)
    assert not {letter for letter in source if ord(letter) > 31} - {chr(code) for code in drawn}


def test_the_fleet_shows_what_waits_and_what_is_wrong(peer: Peer, http: Http) -> None:
    peer.machine.deposit(outcome="HELD")
    taken(peer.send(peer.machine.records))
    evil = "<b>&"
    part = CompartmentReport("paper-1", "cardboard", "full", "closed", "well", 41_230, (evil,))
    report = MachineReport(free_mib=871, clock="S", compartments=(part,), faults=("disk_low",))
    status = StatusRequest("0.1.0", peer.machine.ledger, 20, 13, {}, report)
    assert peer.call("POST", "/v1/status", msgspec.json.encode(status)).status == 200
    for path in ("/fleet", "/fleet/yard-07-01"):
        answer = http.exchange("GET", peer.url + path, {}, None)
        text = answer.body.decode()
        assert answer.status == 200 and "已满" in text and "disk_low" in text and "871" in text
        assert evil not in text and "&lt;b&gt;&amp;" in text
        assert 'href="/fleet/yard-07-01"' in text
    text = http.exchange("GET", f"{peer.url}/fleet", {}, None).body.decode()
    assert f"{peer.machine.ledger}/13" in text and "kiosk endpoint held" in text
    text = http.exchange("GET", f"{peer.url}/fleet/yard-07-01", {}, None).body.decode()
    assert "41.230" in text and "R000013" in text
    assert http.exchange("GET", f"{peer.url}/fleet/nobody", {}, None).status == 404


@pytest.mark.parametrize(
    ("ms", "text"),
    [(-1, "0 min"), (59_999, "0 min"), (3_600_000, "1 h 0 min"), (90_061_000, "1 d 1 h")],
)
def test_ages(ms: int, text: str) -> None:
    assert fleet_page.age_text(ms) == text
