"""The record: an exact byte string, written once, hashed, chained and signed (cloud.md).

A record is JSON in UTF-8. Its bytes are kept and carried as they are and never re-serialised:
what is hashed, signed, stored, sent and shown to an inspector is the same string. ``prev`` names
the SHA-256 of the record before it, so the chain needs nothing but the bytes.

The body is one of the kinds below, told apart by its ``kind`` field.
"""

import hashlib
from typing import Literal

import msgspec
from msgspec import Struct

from kiosk.clock import ClockQuality
from kiosk.errors import KioskError
from kiosk.views import IdLevel, OutcomeName, ReportAbout

RECORD_TYPE = "application/vnd.kiosk.record+json"
"""The signature's payload type, so that no other signed thing can pass for a record."""

GENESIS = "0" * 64
"""``prev`` of a ledger's first record."""

Reason = Literal[
    "unstable",
    "scale_lost",
    "scale_reopened",
    "door_not_closed",
    "negative_step",
    "negative_net",
    "over_max",
    "door_not_opened",
    "power_lost",
    "nothing_deposited",
    "below_minimum",
    "count_mass",
    "no_items",
]


class Weighing(Struct, frozen=True, forbid_unknown_fields=True):
    """One stable gross weight with its evidence (M-02, M-14)."""

    gross_g: int
    mono_ms: int
    link_opens: int
    host_derived: bool
    """True: the device sent no stability flag, the host's window alone decided (M-32)."""
    frames: tuple[bytes, ...]
    """Raw frames of the stability window, oldest first (base64 in the JSON)."""


class Piece(Struct, frozen=True, forbid_unknown_fields=True):
    """Pieces of one product in a deposit by piece (M-29), at the price seen when scanned."""

    gtin: str
    count: int
    price_minor: int
    min_g: int
    max_g: int


class DepositOpened(Struct, frozen=True, kw_only=True, tag="deposit_opened", tag_field="kind"):
    """Durable before a door opens: who, what, at which frozen price, and the "before"."""

    receipt: str
    subject: str | None
    id_level: IdLevel
    token: str | None
    compartment: str
    material: str
    bag: str
    price_e4: int
    currency: str
    step_minor: int
    tariff_version: int
    min_g: int
    max_g: int
    e_g: int
    by_piece: bool = False
    products_version: int = 0
    """Of the product list in force; 0: none."""
    before: Weighing


class Deposit(Struct, frozen=True, kw_only=True, tag="deposit", tag_field="kind"):
    """The one outcome of an opened deposit; durable before it is shown as final."""

    receipt: str
    opened_seq: int
    subject: str | None
    id_level: IdLevel
    token: str | None
    compartment: str
    material: str
    bag: str
    price_e4: int
    currency: str
    tariff_version: int
    by_piece: bool = False
    products_version: int = 0
    pieces: tuple[Piece, ...] = ()
    before: Weighing
    after: Weighing | None
    net_g: int | None
    amount_minor: int
    outcome: OutcomeName
    reason: Reason | None
    door: str
    """The door's position when this was decided (``kiosk.events.DoorPosition``)."""


class Correction(Struct, frozen=True, kw_only=True, tag="correction", tag_field="kind"):
    """The operator decided about a HELD deposit. It credits nothing, the cloud alone does;
    totals keep what was adjudicated apart."""

    of_ledger: str
    of_seq: int
    receipt: str
    """Empty when the deposit is of a ledger that this machine no longer holds."""
    amount_minor: int
    """0: rejected."""
    currency: str
    who: str
    why: str
    version: int
    """Of the document ``adjudications`` that said so."""


class Dispute(Struct, frozen=True, kw_only=True, tag="dispute", tag_field="kind"):
    """A person says that a deposit's result is wrong. It changes no outcome: it asks people to
    look at the evidence that the deposit's record holds."""

    number: str
    """What the person can quote on the phone."""
    receipt: str
    of_seq: int
    """Of the deposit's record in this ledger."""


class Ticket(Struct, frozen=True, kw_only=True, tag="ticket", tag_field="kind"):
    """A person asks for help at the machine."""

    number: str
    """What the person can quote on the phone."""
    about: ReportAbout
    """``dropped``: something fell in that must not be recycled."""
    compartment: str | None
    bag: str | None
    """The bag it lies in."""
    receipt: str | None
    """The deposit it followed, or None when nobody's visit was open."""


class Totals(Struct, frozen=True):
    """Lifetime sums nobody can reset, per compartment, material and currency."""

    compartment: str
    material: str
    currency: str
    deposits: int
    net_g: int
    amount_minor: int


class LedgerOpened(Struct, frozen=True, tag="ledger_opened", tag_field="kind"):
    """First record of a ledger. ``record_key`` is the public half, base64 in the JSON."""

    record_key: bytes
    board: str
    previous: str | None
    why: str
    totals: tuple[Totals, ...] = ()
    """Lifetime sums taken over from ``previous``, as far as its records could be verified."""
    since: tuple[Totals, ...] = ()
    """The sums since each compartment's last collection, likewise."""


class Resent(Struct, frozen=True, kw_only=True, tag="resent", tag_field="kind"):
    """A record of an earlier ledger that the cloud has not acknowledged, as it was written.

    Never counted in this ledger's totals, which begin with those of the earlier one; the cloud
    credits it once, by the origin's hash (cloud.md, "Restore, swap, clone").
    """

    ledger: str
    seq: int
    hash: str
    data: bytes
    sig: bytes
    unfinished: bool = False
    """It opened a deposit whose outcome the earlier ledger does not hold: the outcome follows in
    this one, and names this record as what opened it (P1)."""


class SegmentOpened(Struct, frozen=True, tag="segment_opened", tag_field="kind"):
    """First record of every later segment: the head it follows and the lifetime totals."""

    previous_segment: str
    totals: tuple[Totals, ...]
    since: tuple[Totals, ...] | None = None
    """The sums since each compartment's last collection; None: written before there were
    collections, so they are the lifetime totals."""


class Collection(Struct, frozen=True, kw_only=True, tag="collection", tag_field="kind"):
    """A bag was taken out of a compartment and its books were closed (P7, M-34)."""

    compartment: str
    bag_out: str
    bag_in: str
    deposits: int
    """How many deposits went into the bag, VOID ones not counted."""
    sum_g: int
    """Their mass: what the bag should hold."""
    removed_g: int | None
    """What was weighed out, or None when it could not be weighed."""
    tolerance_g: int
    """``kiosk.ledger.tolerance``: 3 d sqrt(n / 6) and the limit of the collecting weighing."""
    difference_g: int | None
    """``removed_g - sum_g``."""
    gross_g: int | None = None
    """Stable gross weight after the new bag was put in, for the comparison of M-28."""


class MassChange(Struct, frozen=True, kw_only=True, tag="mass_change", tag_field="kind"):
    """A bin's mass changed between deposits and a technician says why (M-28, M-34)."""

    compartment: str
    old_g: int | None
    """The last recorded gross; None: there was none."""
    gross: Weighing
    """What it is from now on."""
    who: str
    why: str


class CheckMass(Struct, frozen=True, kw_only=True, tag="check_mass", tag_field="kind"):
    """A known mass was put on a scale (M-19)."""

    compartment: str
    mass_g: int
    before: Weighing
    after: Weighing
    error_g: int
    """``after - before - mass_g``."""
    limit_g: int
    """The in-service limit at that load (kiosk.ledger.tolerance)."""
    passed: bool
    who: str


class Commissioned(Struct, frozen=True, kw_only=True, tag="commissioned", tag_field="kind"):
    """A known mass in this compartment moved this compartment's scale and no other (M-31)."""

    compartment: str
    port: str
    """The line of its scale, as configured: another one has to be verified again."""
    mass_g: int
    before: Weighing
    after: Weighing
    others_g: dict[str, int]
    """How far every other scale moved meanwhile."""
    who: str


class Calibration(Struct, frozen=True, kw_only=True, tag="calibration", tag_field="kind"):
    """A scale was adjusted by its maker's procedure, in maintenance, doors shut (M-18)."""

    compartment: str
    old_version: int
    new_version: int
    old_g: int | None
    """Gross before the adjustment; None: there was no stable one."""
    gross: Weighing
    """Gross after it, without the mass."""
    mass_g: int
    loaded: Weighing
    error_g: int
    limit_g: int
    passed: bool
    who: str
    why: str


class SoftwareStarted(Struct, frozen=True, tag="software_started", tag_field="kind"):
    """The controller started; ``version`` is the package's."""

    version: str
    recovered: int
    """How many opened deposits this start found without an outcome."""
    legal: str = ""
    """Version and hash of the software that weighs, prices and records (kiosk.legal)."""


class Enrolled(Struct, frozen=True, tag="enrolled", tag_field="kind"):
    """The machine trusts an operator from here on."""

    operator_kiosk: str
    site: str
    url: str
    root_key: bytes
    transport_key: bytes


class DocumentAdopted(Struct, frozen=True, tag="document_adopted", tag_field="kind"):
    """A signed document took effect (P9)."""

    name: str
    version: int
    sha256: str
    """Of the document's envelope, which the cloud keeps under this version."""


class ParameterChange(Struct, frozen=True, forbid_unknown_fields=True):
    """One parameter of weight or money; None: it did not exist."""

    name: str
    old: str | None
    new: str | None


class ParameterChanged(Struct, frozen=True, tag="parameter_change", tag_field="kind"):
    """Parameters of weight or money changed (M-16); ``who`` is what changed them."""

    who: str
    changes: tuple[ParameterChange, ...]


class FaultRaised(Struct, frozen=True, tag="fault_raised", tag_field="kind"):
    """A fault of the machine began (kiosk.faults)."""

    fault: str
    compartment: str | None
    detail: str


class FaultCleared(Struct, frozen=True, tag="fault_cleared", tag_field="kind"):
    """A fault of the machine ended."""

    fault: str
    compartment: str | None


class CommandDone(Struct, frozen=True, kw_only=True, tag="command_done", tag_field="kind"):
    """The answer to a signed command of the operator; durable before the command takes effect,
    so that a restart happens once. It moves no event counter: it is neither weight nor money."""

    number: int
    command: str
    """``kiosk.cloud.Order``: its ``type``."""
    result: Literal["done", "expired", "refused"]
    detail: str
    """Which compartment, the diagnostics' SHA-256, or why it was refused."""
    envelope: str
    """SHA-256 of the command's envelope."""


class KeyChanged(Struct, frozen=True, tag="key_changed", tag_field="kind"):
    """The agent shows the transport key that follows the one the operator had replaced."""

    which: Literal["transport"]
    key: bytes
    """The new public half."""
    previous: str
    """Id of the key before (``kiosk.envelope.key_id``)."""


class Anchor(Struct, frozen=True, tag="anchor", tag_field="kind"):
    """Ties this boot's monotonic time to wall time, once known."""

    mono_ms: int
    utc: str


Body = (
    DepositOpened
    | Deposit
    | Correction
    | Dispute
    | Ticket
    | LedgerOpened
    | SegmentOpened
    | Resent
    | Collection
    | MassChange
    | CheckMass
    | Commissioned
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
