"""Residents who typed a phone number: nobody is paid until the operator says who it was."""

import argparse
import csv
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from kiosk import subjects
from kiosk.cli import endpoint as command
from kiosk.cloud import Credits
from kiosk.documents import DOCUMENT_TYPE, Document, Settings
from kiosk.envelope import unseal
from sync.agent.http import Http
from sync.endpoint import claims, rows
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator
from sync.endpoint.tables import credits_
from tests.sync.books import rows as read_rows
from tests.sync.peer import Peer, taken
from tests.sync.places import get_json

NUMBER = "13800138000"


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args(words))


def fed(url: str) -> list[tuple[str, str]]:
    """Key and subject of everything the wallet reads."""
    found = msgspec.convert(get_json(f"{url}/v1/credits?after=0"), Credits)
    return [(one.key, one.subject) for one in found.credits]


def test_the_endpoint_knows_a_sealing_when_it_sees_one() -> None:
    assert rows.SEALED == subjects.PREFIX
    assert rows.feed_place("resident-1") is None
    assert rows.feed_place(subjects.seal_phone(NUMBER, bytes(range(32)))) == rows.UNCLAIMED


def test_from_a_typed_number_to_the_wallet(
    peer: Peer,
    http: Http,
    desk: Operator,
    database: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key_file = tmp_path / "phones.key"
    assert run("phone-key", str(key_file)) == 0
    public = capsys.readouterr().out.strip()
    assert run("phones", str(desk.directory), "--key", public) == 0
    for _ in range(2):
        peer.machine.deposit(subject=subjects.seal_phone(NUMBER, bytes.fromhex(public)))
    taken(peer.send(peer.machine.records))
    before = fed(peer.url)
    shown = http.exchange("GET", f"{peer.url}/books", {}, None).body.decode()
    assert "未认领" in shown and "sealed" not in shown
    fleet = http.exchange("GET", f"{peer.url}/fleet", {}, None).body.decode()
    assert "kiosk endpoint unclaimed" in fleet
    metrics = http.exchange("GET", f"{peer.url}/metrics", {}, None).body.decode()
    assert "\nendpoint_unclaimed_credits 2\n" in metrics
    assert len(before) == 5 and {subject for _, subject in before} == {"resident-1"}
    capsys.readouterr()

    where = (str(desk.directory), "--database", database)
    assert run("unclaimed", *where) == 0
    listed = tmp_path / "unclaimed.csv"
    listed.write_text(capsys.readouterr().out)
    assert NUMBER not in listed.read_text()
    assert run("balances", *where) == 0
    assert "resident-1,CNY,5,7.20" in (balances := capsys.readouterr().out)
    assert "sealed" not in balances

    assert run("open-phones", str(key_file), str(listed)) == 0
    numbers = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [row["phone"] for row in numbers] == [NUMBER, NUMBER]
    assert [row["amount"] for row in numbers] == ["1.44", "1.44"]
    claimed = tmp_path / "claimed.csv"
    with claimed.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(numbers[0]))
        writer.writeheader()
        writer.writerow(numbers[0] | {"resident": "resident-9"})
        writer.writerow(numbers[1])

    assert run("claim", *where, str(claimed)) == 0
    assert "1 credits are claimed" in capsys.readouterr().out
    # The server takes it in when it looks; the one that nobody named stays unclaimed.
    assert http.exchange("GET", f"{peer.url}/tariff", {}, None).status == 200
    after = fed(peer.url)
    key = f"{numbers[0]['ledger']}/{numbers[0]['seq']}"
    assert after == [*before, (key, "resident-9")]
    assert fed(peer.url) == after
    # Saying it again, or otherwise, changes nothing.
    assert run("claim", *where, str(claimed)) == 1
    assert "passed over" in capsys.readouterr().err
    held = read_rows(database, select(credits_.c.subject).where(credits_.c.cursor == 0))
    assert len(held) == 1


def test_turning_it_off_keeps_the_other_settings(desk: Operator) -> None:
    run("phones", str(desk.directory), "--key", "11" * 32)
    run("phones", str(desk.directory), "--off")
    path = desk.directory / "documents" / "settings-00000003.json"
    payload = unseal(path.read_bytes(), DOCUMENT_TYPE, (desk.root_public,))
    body = msgspec.json.decode(payload, type=Document).body
    assert isinstance(body, Settings)
    assert (body.phones, body.contact) == (None, "400-000-0000")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("kiosk,ledger,seq\n", "no column resident"),
        ("", "no column kiosk"),
        ("kiosk,ledger,seq,resident\nk,l,x,r\n", "line 2"),
        ("kiosk,ledger,seq,resident\nk,l,1,sealed:x\n", "no resident"),
        ("kiosk,ledger,seq,resident\nk,l,1," + "r" * 201, "no resident"),
    ],
)
def test_a_list_without_sense_is_refused(text: str, why: str) -> None:
    with pytest.raises(EndpointError, match=why):
        claims.read_csv(text)


def test_keys_are_not_made_twice_nor_taken_for_others(tmp_path: Path, desk: Operator) -> None:
    key = tmp_path / "phones.key"
    run("phone-key", str(key))
    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(EndpointError, match="cannot be made"):
        run("phone-key", str(key))
    with pytest.raises(EndpointError, match="64 hexadecimal"):
        run("phones", str(desk.directory), "--key", "zz")
    listed = tmp_path / "l.csv"
    listed.write_text("kiosk,subject\n")
    with pytest.raises(EndpointError, match="another kind of key"):
        run("open-phones", str(desk.directory / "root.key"), str(listed))


def test_a_number_sealed_to_another_key_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("phone-key", str(tmp_path / "phones.key"))
    other = X25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    listed = tmp_path / "l.csv"
    listed.write_text(f"kiosk,subject\nk,{subjects.seal_phone(NUMBER, other)}\n")
    assert run("open-phones", str(tmp_path / "phones.key"), str(listed)) == 1
    assert "sealed to key" in capsys.readouterr().err
