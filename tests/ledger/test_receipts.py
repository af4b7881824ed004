"""A receipt is genuine as it stands, or it is none; anybody can tell, off-line."""

import argparse
import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from kiosk import records
from kiosk.cli import receipt as command
from kiosk.envelope import TrustError, key_id, sign
from kiosk.keys import public_bytes
from kiosk.receipts import (
    PREFIX,
    RECEIPT_TYPE,
    Receipt,
    ReceiptError,
    check,
    make,
    receipt_of,
)
from kiosk.records import Piece
from tests.ledger.samples import KEY, STAMP, draft, ledger_in, opened, outcome, pay, read

PUBLIC = public_bytes(KEY)
SAID = Receipt(
    kiosk="yard-07-a",
    ledger="0123456789abcdef" * 2,
    seq=48_213,
    receipt="012345-48212",
    material="cardboard",
    pieces=0,
    net_g=1_800,
    price_e4=8_000,
    amount_minor=144,
    currency="CNY",
    outcome="PAID",
    utc_s=1_795_420_260,
    clk="S",
)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

names = st.text(max_size=20)
receipts = st.builds(
    Receipt,
    kiosk=names,
    ledger=st.binary(min_size=16, max_size=16).map(bytes.hex),
    seq=st.integers(1, 2**40),
    receipt=names,
    material=names,
    pieces=st.integers(0, 1000),
    net_g=st.none() | st.integers(-1_000_000, 1_000_000),
    price_e4=st.integers(0, 100_000_000),
    amount_minor=st.integers(0, 10**9),
    currency=st.text("ABCNUSDY", min_size=3, max_size=3),
    outcome=st.sampled_from(("PAID", "UNPRICED", "HELD", "VOID")),
    utc_s=st.none() | st.integers(0, 2**33),
    clk=st.sampled_from(("S", "R", "I", "U")),
)


@given(receipts)
def test_what_was_made_says_the_same_when_checked(receipt: Receipt) -> None:
    text = make(receipt, KEY)
    assert check(text, PUBLIC) == receipt
    assert check(f"https://recycle.example/r#{text}\n", PUBLIC) == receipt


def test_it_fits_a_small_code_and_a_url_fragment() -> None:
    text = make(SAID, KEY)
    assert len(text) <= 200
    assert set(text.removeprefix(PREFIX)) <= set(ALPHABET)
    longest = msgspec.structs.replace(SAID, kiosk="k" * 32, material="m" * 32, seq=2**40)
    assert len(make(longest, KEY)) <= 264


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "this is no receipt: it does not begin with R1."),
        ("r1.AAAA", "this is no receipt: it does not begin with R1."),
        ("R1.A", "this is no receipt: not base64url"),
        ("R1.\u00e9", "this is no receipt: not base64url"),
        ("R1.AB", "this is no receipt: not base64url as it is written"),
        ("R1.AA==", "this is no receipt: not base64url as it is written"),
        ("R1.AA+/", "this is no receipt: not base64url as it is written"),
        ("R1.AA AA", "this is no receipt: not base64url as it is written"),
    ],
)
def test_what_is_no_receipt_is_told_why(text: str, words: str) -> None:
    with pytest.raises(ReceiptError) as caught:
        check(text, PUBLIC)
    assert str(caught.value) == words


def test_it_comes_from_a_record(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    begun = msgspec.structs.replace(opened(1), by_piece=True)
    pieces = (Piece("6901234567892", 3, 10, 15, 25), Piece("6901234567808", 1, 5, 15, 25))
    ended = outcome(begun, 2, 80, pieces=pieces, amount_minor=35)
    signed = ledger.append([draft(begun), draft(ended)], STAMP)
    receipt = receipt_of(read(signed[1]))
    ledger.close()
    assert receipt == Receipt(
        kiosk=STAMP.kiosk,
        ledger=ledger.id,
        seq=3,
        receipt="R-1",
        material="cardboard",
        pieces=4,
        net_g=80,
        price_e4=8_000,
        amount_minor=35,
        currency="CNY",
        outcome="PAID",
        utc_s=1_795_420_260,
        clk="S",
    )
    assert receipt.utc == STAMP.utc
    with pytest.raises(ReceiptError, match="record 2 is no outcome"):
        receipt_of(read(signed[0]))


@pytest.mark.parametrize("utc", [None, "soon"])
def test_a_machine_that_did_not_know_the_time_says_so(utc: str | None) -> None:
    body = outcome(opened(1), 2)
    fields: dict[str, Any] = {name: getattr(STAMP, name) for name in STAMP.__slots__}
    fields |= {"utc": utc, "clk": "U"}
    record = records.Record(
        v=1, ledger="ab" * 16, seq=3, prev="", key="", session=None, cause="", body=body, **fields
    )
    receipt = receipt_of(record)
    assert (receipt.utc_s, receipt.utc, receipt.clk) == (None, None, "U")
    assert check(make(receipt, KEY), PUBLIC) == receipt


def test_every_other_character_makes_it_another_text() -> None:
    text = make(SAID, KEY)
    for place in range(len(PREFIX), len(text)):
        for other in ALPHABET[::9]:
            if other != text[place]:
                with pytest.raises(ReceiptError):
                    check(text[:place] + other + text[place + 1 :], PUBLIC)
    for place in range(len(text)):
        for changed in (text[:place] + text[place + 1 :], text[:place] + "A" + text[place:]):
            if changed != text:
                with pytest.raises(ReceiptError):
                    check(changed, PUBLIC)


@given(st.text(max_size=600))
def test_nothing_else_is_a_receipt(text: str) -> None:
    for said in (text, PREFIX + text):
        with pytest.raises(ReceiptError):
            check(said, PUBLIC)


@given(st.binary(max_size=200))
def test_what_this_machine_signed_but_is_no_receipt_is_refused(packed: bytes) -> None:
    """A bug elsewhere must not surface as an exception nobody expects."""
    with pytest.raises(ReceiptError, match="signed by this machine, but no receipt"):
        check(_signed(packed), PUBLIC)


def _signed(packed: bytes, kind: str = RECEIPT_TYPE) -> str:
    data = packed + sign(kind, packed, KEY)
    return PREFIX + base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_only_its_own_kind_of_signature_counts() -> None:
    data = base64.urlsafe_b64decode(make(SAID, KEY).removeprefix(PREFIX) + "==")[:-64]
    assert check(_signed(data), PUBLIC) == SAID
    with pytest.raises(ReceiptError, match="not a receipt of this machine"):
        check(_signed(data, records.RECORD_TYPE), PUBLIC)


def test_only_its_own_machine_counts() -> None:
    other = Ed25519PrivateKey.generate()
    with pytest.raises(ReceiptError, match=key_id(public_bytes(other))):
        check(make(SAID, KEY), public_bytes(other))
    with pytest.raises(ReceiptError, match="not an Ed25519 public key"):
        check(make(SAID, KEY), b"short")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"outcome": 4}, "Invalid enum value"),
        ({"ledger": b"short"}, "as it writes them"),
        ({"seq": "1"}, "Expected `int`"),
        ({"more": 1}, "at most length"),
    ],
)
def test_a_packed_receipt_is_read_strictly(values: dict[str, Any], words: str) -> None:
    fields = msgspec.structs.asdict(SAID) | {"ledger": b"l" * 16, "outcome": 0} | values
    with pytest.raises(ReceiptError, match=words):
        check(_signed(msgspec.msgpack.encode(list(fields.values()))), PUBLIC)


def test_a_longer_spelling_of_a_number_is_refused() -> None:
    fields = msgspec.structs.asdict(SAID) | {"ledger": b"l" * 16, "outcome": 0, "seq": 1}
    packed = msgspec.msgpack.encode(list(fields.values()))
    assert check(_signed(packed), PUBLIC).seq == 1
    longer = packed.replace(b"l" * 16 + b"\x01", b"l" * 16 + b"\xcc\x01")
    with pytest.raises(ReceiptError) as caught:
        check(_signed(longer), PUBLIC)
    assert str(caught.value) == "signed by this machine, but no receipt as it writes them"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ledger": "not hexadecimal"}, "this is no receipt"),
        ({"ledger": "abcd"}, "is no ledger's id"),
        ({"seq": 2**70}, "this is no receipt"),
        ({"kiosk": "\ud800"}, "this is no receipt"),
        ({"kiosk": "k" * 400}, "characters; at most"),
    ],
)
def test_what_could_not_be_read_back_is_not_made(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ReceiptError, match=words):
        make(msgspec.structs.replace(SAID, **changes), KEY)


def test_the_longest_is_made_and_read_and_none_longer() -> None:
    made = []
    for chars in range(100, 250):
        try:
            made.append(make(msgspec.structs.replace(SAID, kiosk="k" * chars), KEY))
        except ReceiptError:
            break
    # 400 characters in all would be no base64: its length is never 1 above a multiple of 4.
    assert len(made[-1]) == 399
    assert check(made[-1], PUBLIC).kiosk == "k" * (99 + len(made))
    with pytest.raises(ReceiptError, match="at most 400 characters, not 402"):
        check(made[-1] + "AAA", PUBLIC)


# ---- the command ----


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """``kiosk receipt ...``."""
    parser = argparse.ArgumentParser()
    command.configure(parser)
    status = command.run(parser.parse_args(words))
    return status, capsys.readouterr().out


@pytest.mark.parametrize("kind", ["hex", "hex file", "pem"])
def test_anybody_checks_with_the_public_key_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    file = tmp_path / "key"
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    file.write_bytes(pem if kind == "pem" else f"{PUBLIC.hex()}\n".encode())
    key = PUBLIC.hex() if kind == "hex" else str(file)
    status, told = run(capsys, "verify", make(SAID, KEY), "--key", key)
    assert status == 0
    assert told.splitlines()[-1] == "GENUINE"
    assert "cardboard, 1.800 kg at 0.80 CNY/kg" in told
    assert "PAID, 1.44 CNY" in told
    assert f"record 48213 of ledger {SAID.ledger}" in told


def test_a_changed_receipt_is_told_with_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    text = make(SAID, KEY)[:-1]
    status, told = run(capsys, "verify", text, "--key", PUBLIC.hex())
    assert (status, told.splitlines()[-1]) == (1, "NOT GENUINE")
    status, told = run(capsys, "verify", text, "--key", PUBLIC.hex(), "--json")
    assert (status, json.loads(told)["genuine"]) == (1, False)


def test_in_json_and_by_piece(capsys: pytest.CaptureFixture[str]) -> None:
    by_piece = msgspec.structs.replace(SAID, pieces=4, utc_s=None, net_g=None, clk="U")
    text = make(by_piece, KEY)
    status, told = run(capsys, "verify", text, "--key", PUBLIC.hex(), "--json")
    assert status == 0
    assert json.loads(told) == {
        "genuine": True,
        **msgspec.structs.asdict(by_piece),
        "utc": None,
    }
    _, told = run(capsys, "verify", text, "--key", PUBLIC.hex())
    assert "no weight, 4 pieces" in told
    assert "not known to the machine (U)" in told


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "neither 64 hexadecimal digits nor a file"), (b"x", "holds no public key")],
)
def test_what_is_no_key_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    with pytest.raises(TrustError, match=words):
        run(capsys, "verify", "R1.x", "--key", str(tmp_path / "key"))


def test_another_kind_of_key_is_told(tmp_path: Path) -> None:
    from_other = Ed25519PrivateKey.generate().private_bytes_raw()
    assert command.read_key(from_other.hex()) == from_other
    with pytest.raises(TrustError, match="no public key"):
        (tmp_path / "key").write_text("-----BEGIN PUBLIC KEY-----\n")
        command.read_key(str(tmp_path / "key"))


def test_without_a_key_it_is_this_machines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], machine_file: Path
) -> None:
    ledger = ledger_in(tmp_path / "data" / "ledger")
    pay(ledger, 1)
    ledger.close()
    where = ("--config", str(machine_file))
    assert run(capsys, "verify", make(SAID, KEY), *where)[0] == 0
    assert run(capsys, "key", *where) == (0, f"{PUBLIC.hex()}  {key_id(PUBLIC)}\n")
    told = json.loads(run(capsys, "key", *where, "--json")[1])
    assert told == {"record_key": PUBLIC.hex(), "key_id": key_id(PUBLIC)}
