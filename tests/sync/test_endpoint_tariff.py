"""The tariff editor: form, unsigned file, signature elsewhere, publication."""

import argparse
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk import documents
from kiosk.cli import endpoint as command
from kiosk.documents import Document, Tariff
from kiosk.money import price_text
from kiosk.units import PriceE4
from sync.agent.http import Answer, Http
from sync.endpoint import tariffs
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator
from sync.endpoint.tariffs import DraftError, Running, Wish, WishedRow
from tests.sync.places import CLOCK, running_endpoint

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NOW_MS = CLOCK.wall().utc_ms or 0
BEFORE = Tariff("CNY", 1, {"cardboard": 8000, "metal": 24_000}, ("plastic",))
RUNNING = Running(BEFORE, 1, 4, ("*", "site:yard-07"))
SAME = (
    WishedRow("cardboard", "0.80", "kg"),
    WishedRow("metal", "2.40", "kg"),
    WishedRow("plastic", "", "piece"),
)


class Profile:
    currency, step_minor = "CNY", 1


def draft(*rows: WishedRow, scope: str = "*", valid_from: str = "") -> Document:
    wish = Wish(scope, valid_from, rows)
    return tariffs.draft(wish, RUNNING, Profile(), NOW_MS)  # type: ignore[arg-type]


def test_a_draft_is_one_version_higher_and_holds_every_price() -> None:
    found = draft(*SAME[1:], WishedRow("cardboard", "0.855", "kg"), WishedRow("", "", "kg"))
    assert (found.version, found.scope, found.not_after_ms) == (5, "*", None)
    assert found.not_before_ms < NOW_MS
    assert found.body == Tariff("CNY", 1, {"cardboard": 8550, "metal": 24_000}, ("plastic",))
    assert isinstance(found.body, Tariff)
    (change,) = tariffs.differences(BEFORE, found.body)
    assert (change.material, change.before, change.after, change.is_steep) == (
        "cardboard", 8000, 8550, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (WishedRow("paper", "0,80", "kg"), "write up to four decimals"),
        (WishedRow("paper", "-1", "kg"), "write up to four decimals"),
        (WishedRow("paper", "1.23456", "kg"), "write up to four decimals"),
        (WishedRow("paper", "", "kg"), "write up to four decimals"),
        (WishedRow("Paper", "1", "kg"), "small letters"),
        (WishedRow("papre", "1", "kg"), "did you mean paper?"),
        (WishedRow("metal", "1", "kg"), "named twice"),
        (WishedRow("paper", "1", "piece"), "leave its price per kilogram empty"),
    ],
)
def test_a_mistake_is_told_in_both_languages(row: WishedRow, why: str) -> None:
    with pytest.raises(DraftError, match=re.escape(why)) as refused:
        draft(*SAME, row)
    (mistake,) = refused.value.mistakes
    assert re.search("[\u4e00-\u9fff]", mistake.chinese)


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(DraftError) as refused:
        draft(*SAME, WishedRow("paper", "x", "kg"), scope="site:nowhere", valid_from="1999-01-01")
    assert len(refused.value.mistakes) == 3


@pytest.mark.parametrize("when", ["yesterday", "2020-01-01T00:00", "2099-01-01T00:00", "9" * 40])
def test_a_moment_without_sense_is_refused(when: str) -> None:
    with pytest.raises(DraftError, match="valid from"):
        draft(*SAME[:2], valid_from=when)


def test_what_changes_nothing_or_leaves_nothing_is_no_draft() -> None:
    with pytest.raises(DraftError, match="nothing differs"):
        draft(*SAME)
    with pytest.raises(DraftError, match="one price at least"):
        draft(WishedRow("paper", "", ""))


@given(st.integers(0, 99_999_999), st.integers(1, 99_999_999))
def test_a_price_comes_back_as_it_went(price: int, other: int) -> None:
    drafted = draft(WishedRow("paper", price_text(PriceE4(price)), "kg"))
    assert isinstance(drafted.body, Tariff) and drafted.body.prices == {"paper": price}
    steep = tariffs.Difference("paper", other, price).is_steep
    assert steep == (price > 2 * other or 2 * price < other)


@pytest.fixture
def served(desk: Operator, tmp_path: Path) -> Iterator[str]:
    """The server holds no private root key: it was carried away."""
    (desk.directory / "root.key").rename(tmp_path / "root.key")
    with running_endpoint(desk.directory) as url:
        yield url


def filled(http: Http, url: str) -> list[tuple[str, str]]:
    """Read the form as a browser does: each field with the value it shows."""
    answer = http.exchange("GET", f"{url}/tariff", {}, None)
    assert answer.status == 200
    text = answer.body.decode()
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL):
        for name, value in re.findall(r'name="(material|price)"[^>]*value="([^"]*)"', row):
            found.append((name, unescape(value)))
        if how := re.search(r'value="(\w*)" selected', row):
            found.append(("how", how[1]))
    return found


def post(http: Http, url: str, fields: list[tuple[str, str]], **headers: str) -> Answer:
    return http.exchange("POST", f"{url}/tariff", FORM | headers, urlencode(fields).encode())


def upload(http: Http, url: str, content: bytes) -> Answer:
    head = b'--xx\r\nContent-Disposition: form-data; name="signed"; filename="t.json"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=xx"}
    return http.exchange("POST", f"{url}/tariff/signed", kind, head + content + b"\r\n--xx--\r\n")


def repriced(fields: list[tuple[str, str]], price: str) -> list[tuple[str, str]]:
    at = fields.index(("material", "cardboard"))
    return [*fields[: at + 1], ("price", price), *fields[at + 2 :]]


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args(words))


def in_force(desk: Operator) -> list[int]:
    return list(desk.versions("tariff"))


def test_from_the_form_to_the_machines(
    served: str, http: Http, desk: Operator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = repriced(filled(http, served), "1.95")
    shown = post(http, served, [*fields, ("do", "compare")])
    text = shown.body.decode()
    assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]
    assert shown.status == 200 and "0.80" in text and "1.95" in text and "小数点" in text
    file = post(http, served, [*fields, ("do", "download")])
    assert 'filename="tariff-00000002.unsigned.json"' in file.headers["content-disposition"]
    unsigned = tmp_path / "tariff-00000002.unsigned.json"
    unsigned.write_bytes(file.body)
    # Not signed yet: nobody believes it.
    refused = upload(http, served, file.body)
    assert refused.status == 422 and "not published" in refused.body.decode()
    assert run("sign", str(tmp_path / "root.key"), str(unsigned)) == 0
    assert "cardboard" in (said := capsys.readouterr().out) and "1.95 / kg" in said
    signed = (tmp_path / "tariff-00000002.signed.json").read_bytes()
    for _ in range(2):  # pressing twice publishes once
        done = upload(http, served, signed)
        assert done.status == 200 and "version 2 is published" in done.body.decode()
    assert in_force(desk) == [1, 2]
    assert ("price", "1.95") in filled(http, served)


def test_a_signature_by_anybody_else_publishes_nothing(
    served: str, http: Http, desk: Operator
) -> None:
    document = draft(WishedRow("paper", "99", "kg"))
    envelope = documents.issue(document, Ed25519PrivateKey.generate())
    answer = upload(http, served, envelope)
    assert answer.status == 422 and "文件或签名不对" in answer.body.decode()
    assert in_force(desk) == [1]


def test_who_was_slower_edits_again(http: Http, desk: Operator) -> None:
    with running_endpoint(desk.directory) as url:
        before = post(http, url, [*repriced(filled(http, url), "0.90"), ("do", "download")])
        envelope = documents.issue(tariffs.read_tariff(before.body), desk.root_key)
        desk.publish_tariff({"cardboard": 9100})
        answer = upload(http, url, envelope)
    assert answer.status == 422 and "version 2 is published already" in answer.body.decode()


def test_a_tariff_for_later_waits_on_the_desk(http: Http, desk: Operator) -> None:
    later = Document("tariff", "*", 2, NOW_MS + 3_600_000, None, Tariff("CNY", 1, {"metal": 1}))
    with running_endpoint(desk.directory) as url:
        answer = upload(http, url, documents.issue(later, desk.root_key))
        text = answer.body.decode()
        assert answer.status == 200 and "version 2 (*) waits until" in text
        # The one before stays in force; the next one is version 3 all the same.
        assert ("price", "0.80") in filled(http, url)
        file = post(http, url, [*repriced(filled(http, url), "0.90"), ("do", "download")])
        assert tariffs.read_tariff(file.body).version == 3


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (FORM, b"scope=%2A&material=paper&price=1", 400),
        (FORM, b"\xff", 400),
        (FORM, b"a=1&" * 1001, 400),
        ({"Content-Type": "text/plain"}, b"x", 415),
    ],
)
def test_a_form_that_is_none_is_refused(
    http: Http, desk: Operator, kind: dict[str, str], body: bytes, status: int
) -> None:
    with running_endpoint(desk.directory) as url:
        assert http.exchange("POST", f"{url}/tariff", kind, body).status == status
        assert http.exchange("POST", f"{url}/tariff/signed", kind, body).status == 422


def test_nothing_that_was_typed_becomes_markup(http: Http, desk: Operator) -> None:
    evil = "<script>alert(1)</script>\"'>"
    fields = [("scope", evil), ("valid_from", evil), ("material", evil), ("price", evil)]
    with running_endpoint(desk.directory) as url:
        answer = post(http, url, [*fields, ("how", "kg"), ("do", "compare")])
    text = answer.body.decode()
    assert answer.status == 422 and "alert(1)" in text and "<script" not in text
    assert not re.search(r"<[^>]*[^;]alert", text.replace("&#x27;", "").replace("&quot;", ""))


def test_another_site_cannot_press_the_buttons(http: Http, desk: Operator) -> None:
    with running_endpoint(desk.directory) as url:
        assert post(http, url, [], Origin="https://evil.example").status == 403


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--price", "papre=1"), "did you mean paper"),
        (("--price", "batteries=1"), "--new-material batteries"),
        (("--price", "paper=1", "--by-piece", "bottels"), "no material"),
    ],
)
def test_the_command_line_knows_its_materials(
    desk: Operator, words: tuple[str, ...], why: str
) -> None:
    with pytest.raises(EndpointError, match=why):
        run("tariff", str(desk.directory), *words)
    assert (
        run("tariff", str(desk.directory), "--price", "batteries=1", "--new-material", "batteries")
        == 0
    )
    # What was named once is known from there on.
    assert run("tariff", str(desk.directory), "--price", "batteries=2") == 0


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://cloud.example", "https://cloud.example"),
        ("https://Cloud.Example:443/", "https://cloud.example"),
        ("https://cloud.example:8443", "https://cloud.example:8443"),
        ("http://127.0.0.1:8087", "http://127.0.0.1:8087"),
        ("http://[::1]:8087/", "http://[::1]:8087"),
        ("cloud.example", None),
        ("ftp://cloud.example", None),
        ("http://cloud.example", None),
        ("https://", None),
        ("https://cloud.example/kiosks", None),
        ("https://user@cloud.example", None),
        ("https://cloud.example?x=1", None),
        ("https://cloud example", None),
        ("https://cloud.example:99999", None),
        ("https://云.example", None),
    ],
)
def test_an_address_is_one_that_machines_take(tmp_path: Path, url: str, kept: str | None) -> None:
    words = ("init", str(tmp_path / "d"), "--url", url, "--price", "paper=1")
    if kept is None:
        with pytest.raises(EndpointError, match="--url"):
            run(*words)
        assert not (tmp_path / "d").exists()
        return
    assert run(*words) == 0
    assert Operator.load(tmp_path / "d", CLOCK).profile.url == kept


def test_where_the_root_key_is_kept_elsewhere_nothing_is_signed(desk: Operator) -> None:
    (desk.directory / "root.key").unlink()
    here = Operator.load(desk.directory, CLOCK)
    assert here.root_public == desk.root_public
    with pytest.raises(EndpointError, match="sign where it is kept"):
        here.publish_tariff({"paper": 1})
    (desk.directory / "root.pub").write_text("0" * 63)
    with pytest.raises(EndpointError, match="restore it"):
        Operator.load(desk.directory, CLOCK)


def test_a_public_key_of_another_root_is_noticed(desk: Operator) -> None:
    (desk.directory / "root.pub").write_text("00" * 32)
    with pytest.raises(EndpointError, match="is not of"):
        Operator.load(desk.directory, CLOCK)


def test_signing_never_makes_a_key(tmp_path: Path, desk: Operator) -> None:
    unsigned = tmp_path / "t.json"
    unsigned.write_bytes(msgspec.json.encode(draft(WishedRow("paper", "1", "kg"))))
    with pytest.raises(EndpointError, match=r"root\.key"):
        run("sign", str(tmp_path / "none.key"), str(unsigned))
    assert not (tmp_path / "none.key").exists()
    assert run("sign", str(tmp_path / "none.key"), str(unsigned), "--show") == 0
    unsigned.write_bytes(b"{}")
    with pytest.raises(EndpointError, match="no document"):
        run("sign", str(desk.directory / "root.key"), str(unsigned))
