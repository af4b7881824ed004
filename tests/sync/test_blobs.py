"""Product lists from the operator's desk to the machine: signed, in parts, and only if right."""

import argparse
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import documents
from kiosk.cli import endpoint as command
from kiosk.documents import Products, Tariff
from kiosk.products import HEADER
from kiosk.wire import (
    BLOB_PART_BYTES_MAX,
    Blob,
    WantBlob,
)
from sync.agent import fetching
from sync.agent.client import Client
from sync.agent.course import PATIENT
from sync.agent.fetching import ANEW_MS, Fetching
from sync.agent.http import Http
from sync.agent.outcomes import Failed
from sync.agent.signing import Signer
from sync.endpoint.blobs import Part, parse_range
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator
from tests.sync.lists import a_list, sha256
from tests.sync.peer import Peer, problem
from tests.sync.places import (
    CLOCK,
)

ROWS = 100_000


# ---- the desk ----


def read(desk: Operator, name: str, version: int) -> documents.Document:
    """Check a document as a machine does."""
    envelope = (desk.directory / "documents" / f"{name}-{version:08d}.json").read_bytes()
    return documents.check(
        envelope, desk.root_public, kiosk="k", site="yard-07", now=CLOCK.wall(), adopted=None
    )


def test_the_document_names_the_list_and_its_version_rises(desk: Operator) -> None:
    first, second = a_list(), a_list(price=12)
    assert desk.publish_products(first) == 1
    assert desk.publish_products(second, "site:yard-07") == 2
    assert read(desk, "products", 1).body == Products(sha256(first), len(first))
    assert read(desk, "products", 2).scope == "site:yard-07"
    assert (desk.directory / "blobs" / sha256(first)).read_bytes() == first
    assert (desk.directory / "blobs").stat().st_mode & 0o777 == 0o700


def test_a_desk_from_before_there_were_lists_gets_its_folder(desk: Operator) -> None:
    (desk.directory / "blobs").rmdir()
    assert desk.publish_products(a_list()) == 1


def test_a_material_is_paid_by_weight_or_by_the_piece(desk: Operator) -> None:
    assert desk.publish_tariff({"paper": 8000}, by_piece=["plastic"]) == 2
    assert read(desk, "tariff", 2).body == Tariff("CNY", 1, {"paper": 8000}, ("plastic",))
    assert desk.publish_tariff({}, by_piece=["plastic"]) == 3
    with pytest.raises(EndpointError, match="plastic cannot have"):
        desk.publish_tariff({"plastic": 1}, by_piece=["plastic"])
    with pytest.raises(EndpointError, match="one price"):
        desk.publish_tariff({})


def run_command(*words: object) -> int:
    """``kiosk endpoint`` in this process."""
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args([str(word) for word in words]))


def test_the_command_publishes_what_it_has_checked(
    desk: Operator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bottles.txt"
    file.write_bytes(a_list())
    assert run_command("products", desk.directory, file) == 0
    assert "products version 1 is signed: 3 products" in capsys.readouterr().out
    assert run_command("tariff", desk.directory, "--by-piece", "plastic") == 0
    assert read(desk, "tariff", 2).body == Tariff("CNY", 1, {}, ("plastic",))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "line 1"),
        (HEADER + b"\n05901234123458;plastic;10;18;32\n", "line 2: 05901234123458 is no GTIN"),
        (HEADER + b"\n05901234123457;plastic;10;32;18\n", "min_g <= max_g"),
        (a_list() + a_list()[len(HEADER) + 1 :], "sort them"),
    ],
)
def test_a_wrong_list_is_named_and_nothing_is_published(
    desk: Operator, tmp_path: Path, text: bytes, reason: str
) -> None:
    file = tmp_path / "bottles.txt"
    file.write_bytes(text)
    with pytest.raises(EndpointError, match=reason):
        run_command("products", desk.directory, file)
    with pytest.raises(EndpointError, match="cannot be read"):
        run_command("products", desk.directory, tmp_path / "nothing")
    assert desk.versions("products") == ()
    assert list((desk.directory / "blobs").iterdir()) == []


# ---- the endpoint ----


@pytest.mark.parametrize(
    ("wanted", "size", "part"),
    [
        ("bytes=0-9", 100, Part(0, 10)),
        ("bytes=90-199", 100, Part(90, 100)),
        ("bytes=90-", 100, Part(90, 100)),
        ("bytes=-10", 100, Part(90, 100)),
        ("bytes=-1000", 100, Part(0, 100)),
        ("bytes=99-99", 100, Part(99, 100)),
        ("bytes=100-", 100, Part(100, 100)),
        ("bytes=100-200", 100, Part(100, 100)),
        ("bytes=-0", 100, Part(100, 100)),
        ("", 100, None),
        ("bytes=-", 100, None),
        ("bytes=9-3", 100, None),
        ("bytes=0-1,5-6", 100, None),
        ("items=0-9", 100, None),
        ("bytes=٣-", 100, None),
    ],
)
def test_ranges_as_in_rfc_9110(wanted: str, size: int, part: Part | None) -> None:
    assert parse_range(wanted, size) == part


@given(st.text(max_size=30), st.integers(0, 1 << 40))
def test_any_range_lies_within_the_blob(wanted: str, size: int) -> None:
    for text in (wanted, f"bytes={wanted}"):
        part = parse_range(text, size)
        assert part is None or 0 <= part.start <= part.end <= size


def test_a_blob_comes_in_parts_to_who_signs(desk: Operator, peer: Peer) -> None:
    text = a_list(20_000)
    desk.publish_products(text)
    path = f"/v1/blobs/{sha256(text)}"
    answer = peer.call("GET", path, after={"Range": "bytes=10-19"})
    assert (answer.status, answer.body) == (206, text[10:20])
    assert answer.headers["content-range"] == f"bytes 10-19/{len(text)}"
    assert answer.headers["etag"] == f'"{sha256(text)}"'
    whole = peer.call("GET", path)
    assert (whole.status, whole.body) == (200, text)
    beyond = peer.call("GET", path, after={"Range": f"bytes={len(text)}-"})
    problem(beyond, 416)
    assert beyond.headers["content-range"] == f"bytes */{len(text)}"
    problem(peer.http.exchange("GET", peer.url + path, {}, None), 401)
    problem(peer.call("POST", path, b"{}"), 405)


@pytest.mark.parametrize("name", ["0" * 64, "x", "..%2Froot.key", "A" * 64, "0" * 63])
def test_what_is_no_blob_is_not_found(desk: Operator, peer: Peer, name: str) -> None:
    problem(peer.call("GET", f"/v1/blobs/{name}"), 404)


def test_the_client_puts_the_parts_together(desk: Operator, peer: Peer, http: Http) -> None:
    text = a_list(20_000)
    assert len(text) > 2 * BLOB_PART_BYTES_MAX
    desk.publish_products(text)
    client = Client(http, Signer(peer.transport, CLOCK))
    got = b""
    while len(got) < len(text):
        part = client.blob_part(peer.url, sha256(text), len(got))
        assert isinstance(part, bytes)
        assert 0 < len(part) <= BLOB_PART_BYTES_MAX
        got += part
    assert got == text
    end = client.blob_part(peer.url, sha256(text), len(text))
    assert isinstance(end, Failed)
    assert "outside of the blob" in end.why
    unknown = client.blob_part(peer.url, "0" * 64, 0)
    assert isinstance(unknown, Failed)


# ---- the agent's part of it, in virtual time ----


WANTED = WantBlob("0" * 64, 10)


def test_parts_follow_each_other_to_the_end() -> None:
    now = fetching.wanted(None, WANTED, 100)
    now, blob = fetching.part_came(now, b"01234567")
    assert (blob.offset, blob.last, now.whole) == (0, False, False)
    assert fetching.wanted(now, WANTED, 200) == now, "asked again while under way"
    now, blob = fetching.part_came(now, b"89")
    assert (blob.offset, blob.last, now.whole) == (8, True, True)
    assert fetching.refused(now, 300) == Fetching(WANTED, 0, 300 + ANEW_MS)
    assert fetching.wanted(now, WANTED, 300) == Fetching(WANTED, 0, 300 + ANEW_MS)
    other = WantBlob("1" * 64, 5)
    assert fetching.wanted(now, other, 400) == Fetching(other, 0, 400)


def test_a_cloud_that_has_less_or_more_ends_it() -> None:
    _, blob = fetching.part_came(Fetching(WANTED, 4, 0), b"")
    assert blob == Blob(WANTED.sha256, 4, b"", True)
    _, blob = fetching.part_came(Fetching(WANTED, 4, 0), b"0123456789")
    assert blob.last


def test_patience_grows_up_to_a_cap_and_a_part_ends_it() -> None:
    now, dice = Fetching(WANTED, 4, 0), Random(3)
    for _ in range(40):
        now = fetching.part_failed(now, 1000, dice, PATIENT)
        assert 0 <= now.from_ms - 1000 <= PATIENT.backoff_cap_ms
    assert (now.offset, now.failures) == (4, 40)
    assert fetching.part_came(now, b"4")[0].failures == 0
