"""A record's exact bytes: everything its writer decided, and nothing that could not be read."""

from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import records
from kiosk.envelope import key_id, verify
from kiosk.keys import public_bytes
from kiosk.ledger.drafts import (
    RECORD_BYTES_MAX,
    RESENT_BYTES_MAX,
    Draft,
    Pen,
    carried_gross,
)
from kiosk.ledger.errors import LedgerDamagedError, LedgerMisuseError
from kiosk.ledger.segment import Signed
from kiosk.records import GENESIS, RECORD_TYPE, Anchor, Record, Resent, SegmentOpened
from tests.ledger.samples import KEY, STAMP

PUBLIC = public_bytes(KEY)
PEN = Pen("ab" * 16, KEY)


def test_a_record_holds_its_number_its_link_and_its_circumstances() -> None:
    body = Anchor(7, "2026-11-23T07:51:00.000Z")
    signed, record = PEN.write(Draft("visit-1", "touch", body), STAMP, 5, "cd" * 32)
    assert record == Record(
        v=1,
        kiosk="yard-7-a",
        ledger="ab" * 16,
        seq=5,
        prev="cd" * 32,
        key=key_id(PUBLIC),
        session="visit-1",
        cause="touch",
        offline=False,
        boot_id="7c3f9a52-0000-4000-8000-000000000001",
        mono_ms=61_000,
        utc="2026-11-23T07:51:00.000Z",
        clk="S",
        software="0.1.0",
        parameters="ab" * 32,
        event_counter=3,
        calibration=1,
        body=body,
    )
    assert signed.seq == 5
    assert records.decode(signed.data) == record
    verify(RECORD_TYPE, signed.data, signed.sig, PUBLIC)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (Anchor(1, "\ud800"), "a Anchor that cannot be kept: "),
        (Anchor("soon", "x"), "a Anchor that cannot be kept: not a record of version 1: "),  # type: ignore[arg-type]
        (SegmentOpened("x", []), "a SegmentOpened that reads back differently"),  # type: ignore[arg-type]
    ],
)
def test_what_no_reader_could_read_back_is_not_signed(body: records.Body, words: str) -> None:
    with pytest.raises(LedgerMisuseError) as caught:
        PEN.write(Draft(None, "start", body), STAMP, 2, GENESIS)
    assert str(caught.value).startswith(words)


def sized(body: Any, field: str, size: int) -> Draft:
    """A draft whose record has so many bytes."""
    least = len(PEN.write(Draft(None, "start", body), STAMP, 2, GENESIS)[0].data)
    return Draft(None, "start", msgspec.structs.replace(body, **{field: "x" * (size - least)}))


@pytest.mark.parametrize(
    ("body", "field", "most"),
    [
        (Anchor(1, ""), "utc", RECORD_BYTES_MAX),
        (Resent(ledger="", seq=1, hash="", data=b"", sig=b""), "hash", RESENT_BYTES_MAX),
    ],
)
def test_a_record_fits_into_a_batch_by_itself(body: Any, field: str, most: int) -> None:
    signed, _ = PEN.write(sized(body, field, most), STAMP, 2, GENESIS)
    assert len(signed.data) == most
    kind = type(body).__name__
    with pytest.raises(LedgerMisuseError) as caught:
        PEN.write(sized(body, field, most + 1), STAMP, 2, GENESIS)
    assert str(caught.value) == f"a {kind} of {most + 1} bytes; at most {most}"


def test_carried_weights_are_believed_of_their_own_segment_only() -> None:
    kept = PEN.carry(9, {"paper": 5_000})
    assert carried_gross(kept, "ab" * 16, 9, PUBLIC) == {"paper": 5_000}
    for ledger, seq in (("cd" * 16, 9), ("ab" * 16, 8)):
        with pytest.raises(LedgerDamagedError) as caught:
            carried_gross(kept, ledger, seq, PUBLIC)
        assert str(caught.value) == "the weights carried over are of record 9"
    other = public_bytes(Ed25519PrivateKey.from_private_bytes(b"o" * 32))
    for changed, key in (
        (Signed(kept.data.replace(b"5000", b"6000"), kept.sig), PUBLIC),
        (kept, other),
        (
            Signed(b"{}", PEN.write(Draft(None, "start", Anchor(1, "")), STAMP, 2, "")[0].sig),
            PUBLIC,
        ),
    ):
        with pytest.raises(
            LedgerDamagedError, match=r"^the weights carried over cannot be believed: "
        ):
            carried_gross(changed, "ab" * 16, 9, key)
