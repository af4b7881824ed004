"""What the processes say to each other over the role sockets, one JSON object a line.

screen socket: :class:`kiosk.views.View` out, :class:`Touch` in.
agent socket:  :data:`ToAgent` out, :data:`FromAgent` in.
status socket: :class:`Status` out, once per connection, then it closes.
service socket: :data:`ServiceRequest` in, :class:`ServiceSaid` out, for a technician.

What the agent and the cloud say to each other is in ``kiosk.cloud``.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

MAX_LINE = 1 << 20
"""Longest line accepted on a role socket, in bytes; a longer one closes the connection."""

BLOB_PART_BYTES_MAX = 256 * 1024
"""Largest part of a blob in one line, before base64."""


Name = Annotated[str, Meta(min_length=1, max_length=100)]
MassGrams = Annotated[int, Meta(ge=1, le=1_000_000)]


class Touch(Struct, frozen=True, forbid_unknown_fields=True):
    """A person's answer: to which question, and which choice."""

    view: int
    choice: str


class Target(Struct, frozen=True):
    """Where one choice stands on the panel, in pixels."""

    choice: str
    x: int
    y: int
    w: int
    h: int


class Targets(Struct, frozen=True):
    """``M`` message of the browser surface, after every change of view: what can be touched.

    The browser surface talks to its listener in length-prefixed messages (4 bytes big-endian,
    then one byte of kind): ``H`` hello JSON, ``R`` rectangle (x, y, w, h as four big-endian
    uint16, then PNG), ``M`` this as JSON; back come ``T`` touch JSON and ``F`` (send it all again).
    """

    view: int
    screen: str
    """Tag of the screen, such as ``idle``."""
    language: str
    targets: tuple[Target, ...]


# ---- controller to agent ----


class Hello(Struct, frozen=True, tag="hello"):
    """First line on the agent socket, and again whenever one of its facts changes."""

    kiosk: str | None
    """None: not enrolled."""
    url: str | None
    """The operator's cloud, once enrolled."""
    ledger: str
    board: str
    record_key: bytes
    head_seq: int
    acked_through: int
    documents: dict[str, int]
    """Adopted versions by name."""
    commands_through: int = 0
    """Number of the last command that was answered by a record."""
    condition: str = ""
    """Changes whenever something does that the operator wants to hear of within a minute."""
    interval_s: int | None = None
    """How often the operator commanded to ask for news; None: as the cloud's answers say."""
    replace_key: str | None = None
    """Id of the transport key that the operator wants replaced, or None."""
    totals_wanted: bool = False
    """This ledger followed another, and the cloud knows better what all records add up to."""


class Enrol(Struct, frozen=True, tag="enrol"):
    """A technician showed an enrolment QR: please ask this cloud."""

    url: str
    site: str
    code: str
    statement: bytes
    """Envelope by the record key: :class:`kiosk.cloud.Statement`."""


class SignedRecord(Struct, frozen=True):
    """A record's exact bytes and its signature (64 bytes)."""

    seq: int
    data: bytes
    sig: bytes


class Records(Struct, frozen=True, tag="records"):
    """Answer to :class:`Want`; empty when there is none after it yet. New ones are announced by
    another :class:`Hello` with a higher ``head_seq``."""

    ledger: str
    records: tuple[SignedRecord, ...]


class WantBlob(Struct, frozen=True, tag="want_blob"):
    """Please fetch these bytes from the cloud and bring them: a document names them."""

    sha256: str
    size: int


class Refused(Struct, frozen=True, tag="refused"):
    """A mark, document, command or totals were not accepted, and why."""

    what: str
    reason: str


class Kept(Struct, frozen=True, tag="kept"):
    """A mark or document was verified and kept durably."""

    what: str
    version: int


class Upload(Struct, frozen=True, tag="upload"):
    """Please bring these bytes to the cloud: diagnostics that the operator commanded."""

    sha256: str
    data: bytes


ToAgent = Hello | Enrol | Records | WantBlob | Refused | Kept | Upload


# ---- agent to controller ----


class Attach(Struct, frozen=True, tag="attach"):
    """First line from the agent: the public half of its transport key."""

    transport_key: bytes


class Want(Struct, frozen=True, tag="want"):
    """Please send records after ``after``, at most ``most``."""

    after: int
    most: int


class Enrolment(Struct, frozen=True, tag="enrolment"):
    """The cloud's answer to an enrolment; nothing in it is trusted yet."""

    kiosk: str
    root_key: bytes
    documents: tuple[bytes, ...]


class EnrolmentRefused(Struct, frozen=True, tag="enrolment_refused"):
    """The cloud refused, or could not be understood."""

    reason: str


class Offer(Struct, frozen=True, tag="offer"):
    """A signed document (envelope)."""

    envelope: bytes


class Blob(Struct, frozen=True, tag="blob"):
    """A part of a wanted blob, in order; at most ``BLOB_PART_BYTES_MAX`` of data."""

    sha256: str
    offset: int
    data: bytes
    last: bool


class Mark(Struct, frozen=True, tag="mark"):
    """A server-signed acknowledgement (envelope)."""

    envelope: bytes


class Reckoned(Struct, frozen=True, tag="reckoned"):
    """What all of this machine's records add up to, signed by the server (envelope), to be
    verified: :class:`kiosk.cloud.LedgerTotals`."""

    envelope: bytes


class Forked(Struct, frozen=True, tag="forked"):
    """The cloud cannot go on with this ledger: it has to be followed by another, or people look.

    ``restored``: the cloud holds more of it than this machine, whose disk is an older copy; open
    another ledger. ``fork``: the cloud holds another record under a number; open another ledger.
    ``stale``: a later ledger of this machine is open, so another copy of it is running; stop
    selling and alarm.
    """

    reason: Literal["restored", "fork", "stale"]
    ledger: str
    detail: str
    """In words, for the log and the technician."""


class Barred(Struct, frozen=True, tag="barred"):
    """The cloud refuses this machine (401, 403, 426); said when it begins, when it ends, and once
    on each connection."""

    why: str | None
    """In words, for the log and the technician; None: the cloud takes what the machine brings."""


class Judged(Struct, frozen=True, tag="judged"):
    """What the operator says of the computer this ledger was opened on (kiosk.cloud.LedgerState);
    said when it changes, and once on each connection."""

    state: Literal["accepted", "pending", "rejected"]


class Command(Struct, frozen=True, tag="command"):
    """A signed command (envelope), to be verified: :class:`kiosk.cloud.Command`."""

    envelope: bytes


class Uploaded(Struct, frozen=True, tag="uploaded"):
    """The cloud has the bytes of :class:`Upload`."""

    sha256: str


FromAgent = (
    Attach
    | Want
    | Enrolment
    | EnrolmentRefused
    | Offer
    | Blob
    | Mark
    | Reckoned
    | Forked
    | Barred
    | Judged
    | Command
    | Uploaded
)


# ---- technician ----


class AcceptMass(Struct, frozen=True, forbid_unknown_fields=True, tag="accept_mass"):
    """What lies in a compartment now is right: a bag was changed, something was taken out."""

    compartment: str
    who: Name
    why: Name


class CheckMass(Struct, frozen=True, forbid_unknown_fields=True, tag="check_mass"):
    """Put a known mass on a scale: does it show it? (M-19)"""

    compartment: str
    grams: MassGrams
    who: Name


class VerifyChannel(Struct, frozen=True, forbid_unknown_fields=True, tag="verify_channel"):
    """Put a known mass into a compartment: does its own scale move, and no other? (M-31)"""

    compartment: str
    grams: MassGrams
    who: Name


class Calibrate(Struct, frozen=True, forbid_unknown_fields=True, tag="calibrate"):
    """Hold the machine out of service while a scale is adjusted, then check it (M-18)."""

    compartment: str
    grams: MassGrams
    who: Name
    why: Name


class Collect(Struct, frozen=True, forbid_unknown_fields=True, tag="collect"):
    """Take a compartment's bag out, hang another in, and close the books of the first (M-34)."""

    compartment: str
    who: Name
    bag: Name | None = None
    """What stands on the new bag; None: it is named by the record that put it in."""


class Proceed(Struct, frozen=True, forbid_unknown_fields=True, tag="proceed"):
    """What was asked for is done: go on."""


ServiceRequest = AcceptMass | CheckMass | VerifyChannel | Calibrate | Collect | Proceed


class ServiceSaid(Struct, frozen=True):
    """A sentence to the technician. ``done`` is None while more follows."""

    text: str
    done: bool | None = None
    """True: it is recorded and all is well; False: refused, failed or given up."""
    asks: bool = False
    """Answer with :class:`Proceed` when it is done."""


# ---- status ----


class CompartmentStatus(Struct, frozen=True):
    """One compartment, for people and monitoring."""

    id: str
    material: str
    state: str
    door: str
    scale: str
    gross_g: int | None
    faults: tuple[str, ...]
    closed_by_operator: bool = False
    """``state`` is ``closed`` because a command said so."""
    for_s: int = 0
    """How long it has been in this state; since the controller's start at most."""
    full_percent: int | None = None
    """How much of the mass it takes is in it, bag included."""
    full_in_s: int | None = None
    """When it will be full if people go on as in the last days; None: not known."""


class Status(Struct, frozen=True):
    """Read-only facts; no personal data."""

    version: str
    legal: str
    """Version and hash of the software that weighs, prices and records."""
    kiosk: str | None
    state: str
    ledger: str
    head_seq: int
    acked_through: int
    agent_attached: bool
    screen_attached: bool
    free_mib: int
    clock: str
    event_counter: int
    documents: dict[str, int]
    compartments: tuple[CompartmentStatus, ...]
    faults: tuple[str, ...]
    temperature_c: int | None = None
    """Of the board; None, as below: it does not say (kiosk.board)."""
    under_voltage: bool | None = None
    throttled: bool | None = None
    """It runs slower than it could, for its supply or its heat."""
