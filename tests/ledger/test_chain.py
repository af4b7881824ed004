"""One step of the chain at a time: each thing that may be wrong is named, and only that."""

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import records
from kiosk.envelope import key_id, sign
from kiosk.keys import public_bytes
from kiosk.ledger.chain import Chain, owner_of
from kiosk.ledger.errors import LedgerDamagedError
from kiosk.records import RECORD_TYPE, Record
from kiosk.wire import SignedRecord
from tests.ledger.samples import BOARD, KEY, ledger_in, pay, read, stored

PUBLIC = public_bytes(KEY)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)


@pytest.fixture
def sound(tmp_path: Path) -> list[SignedRecord]:
    """A ledger of two deposits."""
    ledger = ledger_in(tmp_path)
    pay(ledger, 1)
    pay(ledger, 2)
    ledger.close()
    return stored(tmp_path)


def rewritten(signed: SignedRecord, **changes: object) -> SignedRecord:
    """Sign a record again that says something else: only its links can tell."""
    data = records.encode(msgspec.structs.replace(read(signed), **changes))
    return SignedRecord(signed.seq, data, sign(RECORD_TYPE, data, KEY))


def chain_before(sound: list[SignedRecord], last: int) -> Chain:
    chain = Chain(read(sound[0]).ledger, PUBLIC)
    for one in sound[:last]:
        assert chain.follow(one)[1] == []
    return chain


def test_a_sound_chain_says_nothing_and_goes_on(sound: list[SignedRecord]) -> None:
    chain = chain_before(sound, len(sound))
    assert chain.head_seq == len(sound)
    assert chain.head_hash == records.digest(sound[-1].data)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seq": 9}, "record 2: its number is 9, not 2"),
        ({"ledger": "ab" * 16}, f"record 2: its ledger is {'ab' * 16}, not "),
        ({"key": "0" * 16}, f"record 2: its key is {'0' * 16}, not {key_id(PUBLIC)}"),
        ({"prev": "cd" * 32}, f"record 2: its predecessor is {'cd' * 32}, not "),
    ],
)
def test_each_wrong_link_is_named(
    sound: list[SignedRecord], changes: dict[str, object], told: str
) -> None:
    _, wrong = chain_before(sound, 1).follow(rewritten(sound[1], **changes))
    assert len(wrong) == 1 and wrong[0].startswith(told)


def test_a_record_that_is_missing_is_named_and_the_chain_goes_on(
    sound: list[SignedRecord],
) -> None:
    chain = chain_before(sound, 1)
    _, wrong = chain.follow(sound[2])
    assert wrong[0] == "record 3 follows 1"
    assert wrong[1].startswith("record 3: its predecessor is ")
    assert chain.follow(sound[3])[1] == []


@pytest.mark.parametrize("damage", ["signature", "key", "type", "bytes"])
def test_a_signature_that_is_not_the_machines_is_told(
    sound: list[SignedRecord], damage: str
) -> None:
    data, sig = sound[1].data, sound[1].sig
    if damage == "signature":
        sig = bytes(64)
    elif damage == "key":
        sig = sign(RECORD_TYPE, data, OTHER)
    elif damage == "type":
        sig = sign("another thing", data, KEY)
    else:
        data = data.replace(b"cardboard", b"cardboarx")
    bad = SignedRecord(2, data, sig)
    record, wrong = chain_before(sound, 1).follow(bad)
    assert isinstance(record, Record)
    assert len(wrong) == 1 and wrong[0].startswith("record 2: ")
    assert chain_before(sound, 1).follow(bad, signature=False)[1] == []


def test_bytes_that_are_no_record_are_told(sound: list[SignedRecord]) -> None:
    bad = SignedRecord(2, b"{}", sign(RECORD_TYPE, b"{}", KEY))
    record, wrong = chain_before(sound, 1).follow(bad)
    assert record is None
    assert len(wrong) == 1 and wrong[0].startswith("record 2: ")


def test_a_ledger_belongs_to_whom_its_first_record_names(sound: list[SignedRecord]) -> None:
    owner = owner_of(sound[0].data, sound[0].sig)
    assert (owner.ledger, owner.public, owner.board) == (read(sound[0]).ledger, PUBLIC, BOARD)
    with pytest.raises(LedgerDamagedError, match=r"^the first record is a DepositOpened$"):
        owner_of(sound[1].data, sound[1].sig)
    for data, sig in ((sound[0].data, bytes(64)), (b"{}", sound[0].sig)):
        with pytest.raises(LedgerDamagedError, match="the first record cannot be believed: "):
            owner_of(data, sig)
