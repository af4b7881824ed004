"""Protocol version 1 as a table: every request, what it carries, what may come back.

``openapi`` and ``reference`` are written from it; a test holds it against the routes that serve.
"""

from dataclasses import dataclass, field

from msgspec import Struct

from kiosk import cloud

VERSION = "1.2"
"""The second number rises with every addition, the first (and ``/v1``) with a break."""

JSON = "application/json"
BYTES = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: its status, body and media type. ``envelope``: a signed one."""

    status: int
    what: str
    body: type[Struct] | None = None
    media: str = JSON
    envelope: bool = False

    @property
    def schema(self) -> str:
        """The body's name in the OpenAPI document; empty for one without a form."""
        return self.body.__name__ if self.body else "Envelope" if self.envelope else ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One request. ``by``: who asks, and so how it is authenticated."""

    method: str
    path: str
    name: str
    what: str
    by: str
    answers: tuple[Answer, ...]
    body: type[Struct] | None = None
    problems: tuple[int, ...] = ()
    query: dict[str, str] = field(default_factory=dict)
    envelope: bool = False
    """The body is a signed document."""
    octets: bool = False
    """The body is bytes without a form."""


MACHINE = "machine"
"""RFC 9421 signature by the transport key."""
ANYBODY = "anybody"
DESK = "operator"
"""From the server itself, through the operator's own login, or signed by the root."""

_SIGNED = (400, 401, 408, 413, 415)

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "POST",
        "/v1/enrol",
        "enrol",
        "Trade a one-time code for a name and the first documents. Asking again with the same "
        "keys gives the same answer, so a lost answer costs nothing.",
        ANYBODY,
        (Answer(201, "enrolled", cloud.EnrolAnswer),),
        cloud.EnrolRequest,
        (400, 403, 408, 409, 413, 415, 422, 503),
    ),
    Operation(
        "POST",
        "/v1/ledgers",
        "open_ledger",
        "Tell of a ledger before its first batch. Idempotent. A new ledger is one generation on "
        "and fences off the one before it. On another board than the one enrolled it is pending: "
        "its records are taken and nothing is credited until the operator approves it.",
        MACHINE,
        (Answer(200, "what the cloud holds of it", cloud.LedgerAnswer),),
        cloud.LedgerRequest,
        (*_SIGNED, 409, 422, 503),
    ),
    Operation(
        "GET",
        "/v1/ledgers/{ledger}",
        "show_ledger",
        "What the cloud holds of a ledger.",
        MACHINE,
        (Answer(200, "what the cloud holds of it", cloud.LedgerAnswer),),
        problems=(401, 404),
    ),
    Operation(
        "GET",
        "/v1/ledgers/{ledger}/totals",
        "show_totals",
        "What all of this machine's records add up to, whichever of its ledgers brought them, each "
        "counted once: a LedgerTotals in an envelope by a key of `endpoint_keys`. A ledger that "
        "followed another takes these totals over while its head is the record they name.",
        MACHINE,
        (Answer(200, "an envelope around LedgerTotals", envelope=True),),
        problems=(401, 404, 409),
    ),
    Operation(
        "POST",
        "/v1/ledgers/{ledger}/batches",
        "take_batch",
        f"Records, numbered without gaps: at most {cloud.BATCH_MAX_RECORDS}, and "
        f"{cloud.BATCH_MAX_BYTES // 1024} KiB of JSON (one record may be longer). `gzip` or plain. "
        "Idempotent for each record by (ledger, seq, hash): the same records may be cut otherwise "
        "when they are sent again.",
        MACHINE,
        (Answer(200, "durably stored", cloud.BatchAnswer, cloud.BATCH_ANSWER_MEDIA),),
        cloud.Batch,
        (*_SIGNED, 404, 409, 422, 426, 503),
    ),
    Operation(
        "POST",
        "/v1/status",
        "take_status",
        "Boot and heartbeat: facts out; versions of documents, commands and the pace back.",
        MACHINE,
        (Answer(200, "heard", cloud.StatusAnswer),),
        cloud.StatusRequest,
        (*_SIGNED, 503),
    ),
    Operation(
        "GET",
        "/v1/documents/{name}",
        "show_document",
        "The newest signed document of this name for this machine, as an envelope, byte for byte "
        "as the operator signed it. `If-None-Match` saves carrying it twice.",
        MACHINE,
        (
            Answer(200, "an envelope around a Document", envelope=True),
            Answer(304, "the one you have"),
        ),
        problems=(401, 404),
    ),
    Operation(
        "GET",
        "/v1/blobs/{sha256}",
        "show_blob",
        "A long text that a document names, whole or by `Range`. The machine hashes what it got.",
        MACHINE,
        (
            Answer(200, "all of it", media=BYTES),
            Answer(206, "the part asked for (RFC 9110, 14.2)", media=BYTES),
        ),
        problems=(401, 404, 416),
    ),
    Operation(
        "PUT",
        "/v1/blobs/{sha256}",
        "keep_blob",
        "Diagnostics that the operator commanded, under the SHA-256 of their bytes. Machines read "
        "nothing of it back.",
        MACHINE,
        (Answer(204, "it is kept"),),
        problems=(400, 401, 408, 413, 422),
        octets=True,
    ),
    Operation(
        "POST",
        "/v1/keys",
        "rotate_key",
        "One transport key follows another: a KeyRotation in an envelope signed by both. The old "
        "one is accepted for seven days more, and starts no rotation any more. Asking again, with "
        "either key, gives the same answer.",
        MACHINE,
        (Answer(200, "the new key is in use", cloud.KeyAnswer),),
        cloud.KeyRequest,
        (*_SIGNED, 403, 409, 422),
    ),
    Operation(
        "GET",
        "/v1/credits",
        "feed_credits",
        "What to pay to whom, for the operator's wallet. Each key is permanent: pay it once. "
        "Reading again from the same cursor gives the same rows first.",
        DESK,
        (Answer(200, "rows after the cursor", cloud.Credits),),
        problems=(400, 403, 421),
        query={"after": "the cursor `next` of the answer before; 0 to begin"},
    ),
    Operation(
        "POST",
        "/v1/adjudications",
        "take_adjudications",
        "Decide about HELD deposits of one machine: its document `adjudications`, with a higher "
        "version and every decision that no correction has closed. The root's signature is the "
        "authority. The first decision about a deposit stands and credits once, under the "
        "deposit's own permanent key; sending it again changes nothing.",
        DESK,
        (Answer(201, "booked, and in force for the machine", cloud.Taken),),
        problems=(400, 403, 404, 408, 409, 413, 422),
        envelope=True,
    ),
    Operation(
        "POST",
        "/v1/approvals",
        "take_approval",
        "Decide whether another board is the machine it says it is: an Approval in an envelope by "
        "the root. Approved, its ledger is credited and fences off those before it.",
        DESK,
        (Answer(204, "decided"),),
        problems=(400, 403, 404, 408, 409, 413),
        envelope=True,
    ),
    Operation(
        "POST",
        "/v1/commands",
        "take_command",
        "Order one machine to do something: a Command in an envelope by the root, with a number "
        "above every earlier one to this machine. It goes down with the status answers until the "
        "machine's record `command_done` answers it, or it expires. None opens a door.",
        DESK,
        (Answer(201, "taken in", cloud.Taken),),
        problems=(400, 403, 404, 408, 409, 413),
        envelope=True,
    ),
    Operation(
        "GET",
        "/v1/public/kiosks",
        "show_public",
        "Where machines stand, whether they are there, and what is full: for maps, without a word "
        "about residents, money or faults.",
        ANYBODY,
        (Answer(200, "the fleet", cloud.PublicFleet),),
    ),
    Operation(
        "GET",
        "/healthz",
        "health",
        "Whether the database answers.",
        ANYBODY,
        (Answer(200, "it does"),),
    ),
)
