"""The record: an exact byte string, written once, hashed, chained and signed (cloud.md).

A record is JSON in UTF-8. Its bytes are kept and carried as they are and never re-serialised:
what is hashed, signed, stored, sent and shown to an inspector is the same string. ``prev`` names
the SHA-256 of the record before it, so the chain needs nothing but the bytes.

The body is one of the kinds below, told apart by its ``kind`` field.
"""

from kiosk.records.books import (
    Anchor,
    Bag,
    Collection,
    LedgerOpened,
    Resent,
    SegmentOpened,
    Totals,
    TotalsSource,
    TotalsTaken,
)
from kiosk.records.deposits import (
    Correction,
    Deposit,
    DepositOpened,
    Dispute,
    Piece,
    Reason,
    Ticket,
    Weighing,
)
from kiosk.records.machine import (
    CommandDone,
    DocumentAdopted,
    Enrolled,
    FaultCleared,
    FaultRaised,
    KeyChanged,
    ParameterChange,
    ParameterChanged,
    SoftwareStarted,
)
from kiosk.records.record import (
    GENESIS,
    RECORD_TYPE,
    Body,
    Record,
    RecordUnreadableError,
    decode,
    digest,
    encode,
)
from kiosk.records.upkeep import Calibration, CheckMass, Commissioned, Maintenance, MassChange

__all__ = [
    "GENESIS",
    "RECORD_TYPE",
    "Anchor",
    "Bag",
    "Body",
    "Calibration",
    "CheckMass",
    "Collection",
    "CommandDone",
    "Commissioned",
    "Correction",
    "Deposit",
    "DepositOpened",
    "Dispute",
    "DocumentAdopted",
    "Enrolled",
    "FaultCleared",
    "FaultRaised",
    "KeyChanged",
    "LedgerOpened",
    "Maintenance",
    "MassChange",
    "ParameterChange",
    "ParameterChanged",
    "Piece",
    "Reason",
    "Record",
    "RecordUnreadableError",
    "Resent",
    "SegmentOpened",
    "SoftwareStarted",
    "Ticket",
    "Totals",
    "TotalsSource",
    "TotalsTaken",
    "Weighing",
    "decode",
    "digest",
    "encode",
]
