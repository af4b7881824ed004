"""The protocol between the machine's agent and the operator's cloud, version 1 (cloud.md).

Bodies of the HTTP requests and answers as JSON. Signed things travel as envelopes
(kiosk.envelope) whose payload is one of the structs marked "payload".
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from kiosk.wire import SignedRecord

BATCH_MAX_RECORDS = 200
BATCH_MAX_BYTES = 256 * 1024

MARK_TYPE = "application/vnd.kiosk.mark+json"
APPROVAL_TYPE = "application/vnd.kiosk.approval+json"
STATEMENT_TYPE = "application/vnd.kiosk.statement+json"
COMMAND_TYPE = "application/vnd.kiosk.command+json"
KEYS_TYPE = "application/vnd.kiosk.keys+json"
BATCH_ANSWER_MEDIA = "application/vnd.kiosk.batch-answer+json"
PROBLEM_MEDIA = "application/problem+json"

SIGNATURE_TAG = "kiosk-v1"
"""RFC 9421 ``tag``: a signature made for another protocol never counts here."""

SIGNED_COMPONENTS = ("@method", "@authority", "@path", "@query")
"""RFC 9421 components every request's signature covers; one with a body also covers
:data:`SIGNED_BODY_COMPONENTS`. Key: the transport key, ``keyid``: ``kiosk.envelope.key_id``."""

SIGNED_BODY_COMPONENTS = ("content-type", "content-encoding", "content-digest")

KEY_OVERLAP_MS = 7 * 24 * 3600 * 1000
"""How long a transport key is accepted after the one that follows it is."""

BODY_MAX_BYTES = 512 * 1024
"""Longest request body as sent, before it is decompressed."""

DECODED_MAX_BYTES = 2 * 1024 * 1024
"""Longest request body after it is decompressed: one record above BATCH_MAX_BYTES still passes."""

GAP = "urn:kiosk:problem:gap"
"""409: ``expected_seq`` names the record that has to come first."""
FORK = "urn:kiosk:problem:fork"
"""409: the same number with another hash is stored already."""
STALE_GENERATION = "urn:kiosk:problem:stale-generation"
"""409: the machine has opened a later ledger since."""
OTHER_BOARD = "urn:kiosk:problem:board"
"""409: this ledger was opened by another board; a machine on a new board opens a new ledger."""
LEDGER_UNKNOWN = "urn:kiosk:problem:ledger"
"""404: open it with POST /v1/ledgers."""
SCHEMA_UNKNOWN = "urn:kiosk:problem:schema"
"""426: ``schemas`` names what is offered instead."""

SCHEMAS = (1,)
"""What ``Batch.schema`` may be."""


LedgerState = Literal["accepted", "pending", "rejected"]
"""``pending``: opened on another board; records are taken and nothing is credited until the
operator approves it. ``rejected``: the operator did not."""


class EnrolmentCode(Struct, frozen=True, forbid_unknown_fields=True):
    """What the enrolment QR holds, as JSON behind the prefix ``KIOSK1:``."""

    url: str
    site: str
    code: str
    root: str
    """SHA-256 of the operator's root public key, in hexadecimal."""


class Statement(Struct, frozen=True):
    """payload: binds both keys, the ledger and the board; signed by the record key."""

    site: str
    code: str
    board: str
    ledger: str
    record_key: bytes
    transport_key: bytes


class EnrolRequest(Struct, frozen=True):
    """POST /v1/enrol"""

    code: str
    statement: bytes


class EnrolAnswer(Struct, frozen=True):
    """201: who the machine is, and the first documents (envelopes)."""

    kiosk: str
    root_key: bytes
    documents: tuple[bytes, ...]


class KeyRotation(Struct, frozen=True):
    """payload: one transport key follows another; signed by both of them."""

    kiosk: str
    old_key: bytes
    new_key: bytes


class KeyRequest(Struct, frozen=True):
    """POST /v1/keys"""

    rotation: bytes
    """Envelope with two signatures: :class:`KeyRotation`."""


class KeyAnswer(Struct, frozen=True):
    """200: requests are signed by the new key from here on."""

    key: str
    """Its id."""
    old_until_ms: int
    """Until when the old one is accepted too."""


class LedgerRequest(Struct, frozen=True):
    """POST /v1/ledgers"""

    ledger: str
    previous: str | None
    reason: str
    board: str


class LedgerAnswer(Struct, frozen=True):
    """What the cloud holds of a ledger."""

    ledger: str
    generation: int
    acked_through: int
    head_hash: str
    state: LedgerState = "accepted"


class Batch(Struct, frozen=True):
    """POST /v1/ledgers/{id}/batches"""

    schema: Literal[1]
    generation: int
    first_seq: int
    last_seq: int
    records: tuple[SignedRecord, ...]
    quarantined: tuple[int, ...] = ()
    """Numbers of records this endpoint refused before: their bytes are stored unread, as
    suspect, so that one poisoned record neither leaves a gap nor stops the line."""


class Mark(Struct, frozen=True):
    """payload: everything up to ``acked_through`` is durable in the operator's books."""

    kiosk: str
    ledger: str
    acked_through: int
    head_hash: str
    server_time_ms: int


class Verdict(Struct, frozen=True):
    """What became of a record, where it is not simply stored."""

    seq: int
    verdict: Literal["duplicate", "stored_suspect"]
    type: str


class BatchAnswer(Struct, frozen=True):
    """200, media type ``BATCH_ANSWER_MEDIA``."""

    batch_digest: str
    """SHA-256 of the request body as sent, in hexadecimal: a captive portal cannot know it."""
    mark: bytes
    """Envelope by the endpoint's key: :class:`Mark`."""
    exceptions: tuple[Verdict, ...]
    next_interval_s: int


class CompartmentReport(Struct, frozen=True):
    """How one compartment does. Everything has a default, so that versions can differ."""

    id: str
    material: str = ""
    state: str = ""
    """``open``, ``full``, ``faulty`` or ``closed``: as a resident sees it."""
    door: str = ""
    scale: str = ""
    gross_g: int | None = None
    faults: tuple[str, ...] = ()
    closed_by_operator: bool = False
    """``closed`` by a command."""
    for_s: int = 0
    """How long it has been in this state; since the controller's start at most."""
    full_percent: int | None = None
    """How much of the mass it takes is in it, bag included."""
    full_in_s: int | None = None
    """When it will be full if people go on as in the last days; null: not known."""


class MachineReport(Struct, frozen=True):
    """How the machine does, without a word about residents (kiosk.wire.Status)."""

    state: str = ""
    legal: str = ""
    """Version and hash of the software that weighs, prices and records."""
    free_mib: int | None = None
    clock: str = ""
    """Quality of its time: S, R, I or U."""
    event_counter: int = 0
    screen_attached: bool = True
    compartments: tuple[CompartmentReport, ...] = ()
    faults: tuple[str, ...] = ()
    temperature_c: int | None = None
    """Of the board; null, as below: it does not say."""
    under_voltage: bool | None = None
    throttled: bool | None = None
    """It runs slower than it could, for its supply or its heat."""


class StatusRequest(Struct, frozen=True):
    """POST /v1/status: boot and heartbeat."""

    version: str
    ledger: str
    head_seq: int
    acked_through: int
    documents: dict[str, int]
    report: MachineReport | None = None
    """None: the controller did not say."""
    commands_through: int = 0
    """Number of the last command that was answered: those after it may be sent."""


class StatusAnswer(Struct, frozen=True):
    """What there is to fetch, and how often to ask."""

    server_time_ms: int
    next_interval_s: int
    retry_cap_s: int
    documents: dict[str, int]
    state: LedgerState = "accepted"
    """Of the ledger asked about."""
    commands: tuple[bytes, ...] = ()
    """Envelopes by the operator's root, in the order of their numbers: :class:`Command`."""


class Credit(Struct, frozen=True):
    """One row of the operator's wallet feed; ``key`` is permanent: pay each key once."""

    cursor: int
    key: str
    """``<ledger>/<seq>`` of the deposit record."""
    kiosk: str
    subject: str
    amount_minor: int
    currency: str
    receipt: str


class Credits(Struct, frozen=True):
    """GET /v1/credits?after=cursor"""

    credits: tuple[Credit, ...]
    next: int


class CloseCompartment(Struct, frozen=True, forbid_unknown_fields=True, tag="close_compartment"):
    """Offer a compartment no longer. Its door stays as it is: no command moves a door."""

    compartment: Annotated[str, Meta(min_length=1, max_length=64)]


class OpenCompartment(Struct, frozen=True, forbid_unknown_fields=True, tag="open_compartment"):
    """Offer a compartment again. Its door stays shut until a resident deposits."""

    compartment: Annotated[str, Meta(min_length=1, max_length=64)]


class TakeOutOfService(Struct, frozen=True, forbid_unknown_fields=True, tag="out_of_service"):
    """Sell nothing until :class:`PutInService`."""


class PutInService(Struct, frozen=True, forbid_unknown_fields=True, tag="in_service"):
    """Sell again."""


class Restart(Struct, frozen=True, forbid_unknown_fields=True, tag="restart"):
    """End the controller in order; systemd starts it again."""


class SendDiagnostics(Struct, frozen=True, forbid_unknown_fields=True, tag="send_diagnostics"):
    """Upload facts for a technician by PUT /v1/blobs, without personal data and tokens."""


class ChangeInterval(Struct, frozen=True, forbid_unknown_fields=True, tag="change_interval"):
    """Ask for news this often, whatever the answers say; 0: as the answers say again."""

    interval_s: Annotated[int, Meta(ge=0, le=3600)]


class RotateKey(Struct, frozen=True, forbid_unknown_fields=True, tag="rotate_key"):
    """Replace the transport key by a new one (POST /v1/keys)."""


Order = (
    CloseCompartment
    | OpenCompartment
    | TakeOutOfService
    | PutInService
    | Restart
    | SendDiagnostics
    | ChangeInterval
    | RotateKey
)
"""What a machine can be told to do. There is none that opens a door, and never will be."""


class Command(Struct, frozen=True, forbid_unknown_fields=True):
    """payload: one order to one machine, signed by the operator's root."""

    kiosk: str
    number: Annotated[int, Meta(ge=1)]
    """Rises with every command to this machine; one that is not above the last done is refused."""
    expires_ms: int
    """Not done after this moment; milliseconds since 1970 UTC."""
    who: Annotated[str, Meta(max_length=100)]
    order: Annotated[Order, Meta(description="told apart by its field `type`")]


class Approval(Struct, frozen=True, forbid_unknown_fields=True):
    """payload: the operator knows of the new board, or rejects what claims to be the machine."""

    ledger: str
    board: str
    approved: bool
    who: str
    why: str
    decided_ms: int


class PublicCompartment(Struct, frozen=True):
    """What a map shows of a compartment."""

    material: str
    state: str
    full_percent: int | None = None


class PublicKiosk(Struct, frozen=True):
    """What a map shows of a machine. ``online``: it was heard of lately."""

    kiosk: str
    site: str
    online: bool
    seen_ms: int
    compartments: tuple[PublicCompartment, ...]


class PublicFleet(Struct, frozen=True):
    """GET /v1/public/kiosks"""

    server_time_ms: int
    kiosks: tuple[PublicKiosk, ...]


class Taken(Struct, frozen=True):
    """201 of POST /v1/adjudications: the document is in force and its decisions are booked."""

    name: str
    version: int


class Problem(Struct, frozen=True, omit_defaults=True):
    """RFC 9457, media type application/problem+json."""

    type: str
    title: str
    status: int
    detail: str = ""
    expected_seq: int | None = None
    """409, gap: the record that comes first."""
    schemas: tuple[int, ...] = ()
    """426: what ``Batch.schema`` may be here."""
