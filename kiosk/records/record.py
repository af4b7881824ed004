"""Header and body of a record, and how its bytes are written, read and hashed."""

import hashlib
from typing import Literal

import msgspec
from msgspec import Struct

from kiosk.clock import ClockQuality
from kiosk.errors import KioskError
from kiosk.records.books import (
    Anchor,
    Collection,
    LedgerOpened,
    Resent,
    SegmentOpened,
    TotalsTaken,
)
from kiosk.records.deposits import Correction, Deposit, DepositOpened, Dispute, Ticket
from kiosk.records.machine import (
    CommandDone,
    DocumentAdopted,
    Enrolled,
    FaultCleared,
    FaultRaised,
    KeyChanged,
    ParameterChanged,
    SoftwareStarted,
)
from kiosk.records.upkeep import Calibration, CheckMass, Commissioned, Maintenance, MassChange

RECORD_TYPE = "application/vnd.kiosk.record+json"
"""The signature's payload type, so that no other signed thing can pass for a record."""

GENESIS = "0" * 64
"""``prev`` of a ledger's first record."""

Body = (
    DepositOpened
    | Deposit
    | Correction
    | Dispute
    | Ticket
    | LedgerOpened
    | SegmentOpened
    | TotalsTaken
    | Resent
    | Collection
    | MassChange
    | CheckMass
    | Commissioned
    | Maintenance
    | Calibration
    | SoftwareStarted
    | Enrolled
    | DocumentAdopted
    | ParameterChanged
    | FaultRaised
    | FaultCleared
    | CommandDone
    | KeyChanged
    | Anchor
)


class Record(Struct, frozen=True):
    """Header and body. ``session`` groups what happened while one person was here."""

    v: Literal[1]
    kiosk: str
    """The operator's name for the machine; empty before enrolment."""
    ledger: str
    """Random 128-bit id in hexadecimal."""
    seq: int
    prev: str
    key: str
    """Id of the record key (``kiosk.envelope.key_id``)."""
    session: str | None
    cause: str
    """What led to it, in a word (OCPP triggerReason): touch, scan, timeout, start, cloud, ..."""
    offline: bool
    """True when the agent was not connected to the controller."""
    boot_id: str
    mono_ms: int
    utc: str | None
    clk: ClockQuality
    software: str
    """The package's version, and after a blank that of its legal part (kiosk.legal)."""
    parameters: str
    """SHA-256 of the parameter set of weight and money in force."""
    event_counter: int
    calibration: int
    body: Body


class RecordUnreadableError(KioskError, ValueError):
    """The bytes are not a record of this version."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Record)


def encode(record: Record) -> bytes:
    """Write a record, once. Its bytes are its identity from here on."""
    return _encoder.encode(record)


def decode(data: bytes) -> Record:
    """Read a record's bytes. Raises RecordUnreadableError naming the field that is wrong."""
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RecordUnreadableError(f"not a record of version 1: {error}") from error


def digest(data: bytes) -> str:
    """The record's hash, as the next record's ``prev`` names it: SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
