"""From a draft to a record's exact bytes: written once, signed, never serialised again."""

from dataclasses import dataclass

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from kiosk import cloud, records
from kiosk.clock import ClockQuality
from kiosk.envelope import TrustError, key_id, sign, verify
from kiosk.keys import public_bytes
from kiosk.ledger.errors import LedgerDamagedError, LedgerMisuseError
from kiosk.ledger.segment import Signed
from kiosk.records import RECORD_TYPE, Body, Record, Resent
from kiosk.wire import SignedRecord

CARRIED_TYPE = "application/vnd.kiosk.carried+json"
RECORD_BYTES_MAX = cloud.BATCH_MAX_BYTES // 2
"""A record must fit into a batch by itself, where it stands in base64."""
RESENT_BYTES_MAX = RECORD_BYTES_MAX * 7 // 5
"""A record of that size in base64 once more; it still fits into a batch."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be recorded: the part of a record that its writer decides."""

    session: str | None
    cause: str
    body: Body


@dataclass(frozen=True, slots=True)
class Stamp:
    """The circumstances under which records are written (kiosk.records.Record)."""

    kiosk: str
    offline: bool
    boot_id: str
    mono_ms: int
    utc: str | None
    clk: ClockQuality
    software: str
    parameters: str
    event_counter: int
    calibration: int


class Carried(Struct, frozen=True):
    """Kept, signed, with each segment: the last gross of each compartment, in grams (M-28)."""

    ledger: str
    seq: int
    """Number of the segment's first record."""
    gross: dict[str, int]


class Pen:
    """Writes the records of one ledger under one key."""

    def __init__(self, ledger: str, key: Ed25519PrivateKey) -> None:
        self._ledger = ledger
        self._key = key
        self._key_id = key_id(public_bytes(key))

    def write(self, draft: Draft, stamp: Stamp, seq: int, prev: str) -> tuple[SignedRecord, Record]:
        """Write and sign the record of this number after the one whose hash is ``prev``.

        Raises LedgerMisuseError for one that no reader could read back or no batch could carry:
        signed and stored, it would stand in the way for ever.
        """
        record = Record(
            v=1,
            kiosk=stamp.kiosk,
            ledger=self._ledger,
            seq=seq,
            prev=prev,
            key=self._key_id,
            session=draft.session,
            cause=draft.cause,
            offline=stamp.offline,
            boot_id=stamp.boot_id,
            mono_ms=stamp.mono_ms,
            utc=stamp.utc,
            clk=stamp.clk,
            software=stamp.software,
            parameters=stamp.parameters,
            event_counter=stamp.event_counter,
            calibration=stamp.calibration,
            body=draft.body,
        )
        kind = type(draft.body).__name__
        try:
            data = records.encode(record)
            read_back = records.decode(data)
        except (TypeError, ValueError, OverflowError, msgspec.MsgspecError) as error:
            # An unreadable record is a ValueError too.
            raise LedgerMisuseError(f"a {kind} that cannot be kept: {error}") from error
        if read_back != record:
            raise LedgerMisuseError(f"a {kind} that reads back differently")
        most = RESENT_BYTES_MAX if isinstance(draft.body, Resent) else RECORD_BYTES_MAX
        if len(data) > most:
            raise LedgerMisuseError(f"a {kind} of {len(data)} bytes; at most {most}")
        return SignedRecord(seq, data, sign(RECORD_TYPE, data, self._key)), record

    def carry(self, seq: int, gross: dict[str, int]) -> Signed:
        """Write and sign the weights that a segment beginning with ``seq`` keeps."""
        data = msgspec.json.encode(Carried(self._ledger, seq, gross))
        return Signed(data, sign(CARRIED_TYPE, data, self._key))


def carried_gross(kept: Signed, ledger: str, seq: int, public: bytes) -> dict[str, int]:
    """Read the weights kept with a segment. Raises LedgerDamagedError if they are not its own."""
    try:
        verify(CARRIED_TYPE, kept.data, kept.sig, public)
        carried = msgspec.json.decode(kept.data, type=Carried)
    except (TrustError, msgspec.DecodeError) as error:
        raise LedgerDamagedError(f"the weights carried over cannot be believed: {error}") from error
    if (carried.ledger, carried.seq) != (ledger, seq):
        raise LedgerDamagedError(f"the weights carried over are of record {carried.seq}")
    return carried.gross
