"""A receipt anybody can check off-line: one signed line of text for a QR code.

``R1.`` and the base64url text of a MessagePack array and its Ed25519 signature by the machine's
record key, about 190 characters. It may stand in a URL's fragment, which a browser never sends to
the server: ``https://.../r#R1.kw...``. Signed under a payload type of its own (kiosk.envelope),
so that no other signature of the machine passes for a receipt. There is one spelling of a receipt.
"""

import base64
from datetime import datetime
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from kiosk.clock import ClockQuality, utc_text
from kiosk.envelope import SIGNATURE_BYTES, TrustError, sign, verify
from kiosk.errors import KioskError
from kiosk.records import Deposit, Record
from kiosk.views import OutcomeName

RECEIPT_TYPE = "application/vnd.kiosk.receipt+msgpack"
PREFIX = "R1."
TEXT_CHARS_MAX = 400
LEDGER_BYTES = 16

_OUTCOMES: tuple[OutcomeName, ...] = ("PAID", "UNPRICED", "HELD", "VOID")


class ReceiptError(KioskError, ValueError):
    """A text is no receipt, or not of this machine."""


class Receipt(Struct, frozen=True):
    """What a deposit's receipt says. Grams, minor units of ``currency``, 1/10 000 per kg."""

    kiosk: str
    ledger: str
    """Random id of the machine's ledger, 32 hexadecimal digits."""
    seq: int
    """Number of the outcome's record in it."""
    receipt: str
    """The id on screen and in the record."""
    material: str
    pieces: int
    """How many pieces were counted; 0: not by the piece."""
    net_g: int | None
    price_e4: int
    amount_minor: int
    currency: str
    outcome: OutcomeName
    utc_s: int | None
    """Seconds since 1970, None when the machine did not know the time."""
    clk: ClockQuality

    @property
    def utc(self) -> str | None:
        """Its time in RFC 3339."""
        return None if self.utc_s is None else utc_text(self.utc_s * 1000)


class _Packed(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The same as it is signed, as short as can be."""

    kiosk: str
    ledger: bytes
    seq: int
    receipt: str
    material: str
    pieces: int
    net_g: int | None
    price_e4: int
    amount_minor: int
    currency: str
    outcome: Literal[0, 1, 2, 3]
    utc_s: int | None
    clk: ClockQuality


_decoder = msgspec.msgpack.Decoder(_Packed)


def receipt_of(record: Record) -> Receipt:
    """Return what the receipt of a recorded outcome says.

    Raises ReceiptError for a record that is no outcome of a deposit.
    """
    body = record.body
    if not isinstance(body, Deposit):
        raise ReceiptError(f"record {record.seq} is no outcome of a deposit")
    return Receipt(
        kiosk=record.kiosk,
        ledger=record.ledger,
        seq=record.seq,
        receipt=body.receipt,
        material=body.material,
        pieces=sum(piece.count for piece in body.pieces),
        net_g=body.net_g,
        price_e4=body.price_e4,
        amount_minor=body.amount_minor,
        currency=body.currency,
        outcome=body.outcome,
        utc_s=None if record.utc is None else _seconds(record.utc),
        clk=record.clk,
    )


def make(receipt: Receipt, key: Ed25519PrivateKey) -> str:
    """Write and sign a receipt under the machine's record key.

    Raises ReceiptError for one that could not be read back.
    """
    try:
        packed = msgspec.msgpack.encode(_pack(receipt))
    except (ValueError, OverflowError, msgspec.MsgspecError) as error:
        raise ReceiptError(f"this is no receipt: {error}") from error
    text = PREFIX + _text(packed + sign(RECEIPT_TYPE, packed, key))
    if len(text) > TEXT_CHARS_MAX:
        raise ReceiptError(f"a receipt of {len(text)} characters; at most {TEXT_CHARS_MAX}")
    return text


def check(text: str, public: bytes) -> Receipt:
    """Return what a receipt says, if the machine with this record key (32 bytes) signed it.

    ``text`` may be the whole URL. Raises ReceiptError naming what is wrong, and nothing else.
    """
    said = text.strip().rpartition("#")[2]
    if not said.startswith(PREFIX):
        raise ReceiptError(f"this is no receipt: it does not begin with {PREFIX}")
    if len(said) > TEXT_CHARS_MAX:
        raise ReceiptError(f"a receipt has at most {TEXT_CHARS_MAX} characters, not {len(said)}")
    data = _bytes(said.removeprefix(PREFIX))
    packed, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
    try:
        verify(RECEIPT_TYPE, packed, signature, public)
    except TrustError as error:
        raise ReceiptError(f"not a receipt of this machine, or changed: {error}") from error
    try:
        found = _decoder.decode(packed)
        spelled = msgspec.msgpack.encode(found)
    except (msgspec.DecodeError, UnicodeDecodeError, OverflowError) as error:
        raise ReceiptError(f"signed by this machine, but no receipt: {error}") from error
    if spelled != packed or len(found.ledger) != LEDGER_BYTES:
        raise ReceiptError("signed by this machine, but no receipt as it writes them")
    return _unpack(found)


def _pack(receipt: Receipt) -> _Packed:
    ledger = bytes.fromhex(receipt.ledger)
    if len(ledger) != LEDGER_BYTES:
        raise ValueError(f"{receipt.ledger!r} is no ledger's id")
    fields = msgspec.structs.asdict(receipt)
    return _Packed(**{**fields, "ledger": ledger, "outcome": _OUTCOMES.index(receipt.outcome)})


def _unpack(packed: _Packed) -> Receipt:
    fields = msgspec.structs.asdict(packed)
    return Receipt(
        **{**fields, "ledger": packed.ledger.hex(), "outcome": _OUTCOMES[packed.outcome]}
    )


def _seconds(utc: str) -> int | None:
    try:
        return int(datetime.fromisoformat(utc).timestamp())
    except ValueError:
        return None


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """Read base64url in its one proper spelling."""
    try:
        data = base64.urlsafe_b64decode(text + "==")
    except ValueError as error:
        raise ReceiptError("this is no receipt: not base64url") from error
    # What the library passes over, more padding for one, it does not write.
    if _text(data) != text:
        raise ReceiptError("this is no receipt: not base64url as it is written")
    return data
