"""Everything that happens to the controller, as immutable facts in one queue (architecture.md).

Edge threads (serial readers, pin callbacks, socket readers) may do one thing: put one of these.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from kiosk.readings import Reading
from kiosk.units import CompartmentId, Millis
from kiosk.wire import ServiceRequest


class DoorPosition(Enum):
    """Where a door is known to be: commanded is not confirmed, UNKNOWN is not CLOSED (D-08)."""

    CLOSED = "closed"
    OPEN = "open"
    BETWEEN = "between"
    UNKNOWN = "unknown"


class DoorMotion(Enum):
    """What the drive is doing."""

    STOPPED = "stopped"
    ANNOUNCING = "announcing"
    """Buzzer before motion, at least 1 s (D-12)."""
    OPENING = "opening"
    CLOSING = "closing"
    REVERSING = "reversing"
    """Opening again because something was in the way (D-06)."""


@dataclass(frozen=True, slots=True)
class DoorReported:
    """A door's position, motion or way changed; also sent once at start for every door."""

    compartment: CompartmentId
    position: DoorPosition
    motion: DoorMotion
    blocked: bool
    """The light beam across the way is interrupted (D-07)."""
    at_ms: Millis


@dataclass(frozen=True, slots=True)
class DoorReversed:
    """While closing, the way was blocked: the drive stopped and opens fully again (D-06)."""

    compartment: CompartmentId
    order: str


@dataclass(frozen=True, slots=True)
class DoorFailed:
    """The door did not reach its end in time, or its end switches contradict (D-08, D-09)."""

    compartment: CompartmentId
    order: str
    reason: str


@dataclass(frozen=True, slots=True)
class DoorHalted:
    """Told to halt, the door stands still: its motor is off and its orders are forgotten. Where it
    stands was reported before."""

    compartment: CompartmentId


@dataclass(frozen=True, slots=True)
class WeightRead:
    """A scale sent a frame that was understood."""

    reading: Reading


@dataclass(frozen=True, slots=True)
class ScaleLost:
    """A scale cannot be heard: its port is missing, busy, closed or silent beyond its limit."""

    compartment: CompartmentId
    reason: str
    at_ms: Millis


@dataclass(frozen=True, slots=True)
class ScaleReady:
    """A scale's port was opened (again); its frames follow. ``link_opens`` counts from 1."""

    compartment: CompartmentId
    link_opens: int
    at_ms: Millis


@dataclass(frozen=True, slots=True)
class LabelScanned:
    """The scanner read a code (UnifiedPOS ScanData, ScanDataType). Scans perish: see ``at_ms``."""

    data: bytes
    symbology: str
    """AIM identifier without the bracket, such as ``Q1`` (QR) or ``E0`` (EAN-13); empty if none."""
    at_ms: Millis
    gtin: str | None = None
    """The 14 digits of the product it names, or None when it names none."""


@dataclass(frozen=True, slots=True)
class ScannerLost:
    """The scanner's port is missing, busy or closed."""

    reason: str


@dataclass(frozen=True, slots=True)
class ScannerReady:
    """The scanner's port was opened (again)."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A person answered the question ``view`` with ``choice`` (kiosk.views)."""

    view: int
    choice: str


@dataclass(frozen=True, slots=True)
class ScreenAttached:
    """A screen connected and must be told the current view."""


@dataclass(frozen=True, slots=True)
class ScreenDetached:
    """The last screen's connection ended."""


@dataclass(frozen=True, slots=True)
class AgentAttached:
    """The cloud agent connected, with the public half of its transport key (32 bytes)."""

    transport_key: bytes


@dataclass(frozen=True, slots=True)
class AgentDetached:
    """The cloud agent's connection ended: the machine is off-line."""


@dataclass(frozen=True, slots=True)
class EnrolmentAnswered:
    """The agent brings the cloud's answer to an enrolment, nothing in it trusted yet."""

    kiosk: str
    root_key: bytes
    documents: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class EnrolmentFailed:
    """The cloud refused the enrolment, or could not be understood."""

    reason: str


@dataclass(frozen=True, slots=True)
class DocumentOffered:
    """The agent brings a signed document, to be verified here (``kiosk.documents``)."""

    envelope: bytes


@dataclass(frozen=True, slots=True)
class BlobArrived:
    """A wanted blob was received whole and compiled, or refused with a reason."""

    sha256: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class LedgerDisowned:
    """The cloud cannot go on with a ledger: restored from a copy, forked, or superseded."""

    ledger: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class CloudRefused:
    """The cloud refuses this machine, and why; None: it takes what the machine brings (again)."""

    why: str | None


@dataclass(frozen=True, slots=True)
class BoardJudged:
    """What the operator says of the computer this ledger was opened on."""

    state: Literal["accepted", "pending", "rejected"]


@dataclass(frozen=True, slots=True)
class MarkOffered:
    """The agent brings the server's signed acknowledgement, to be verified here."""

    envelope: bytes


@dataclass(frozen=True, slots=True)
class TotalsOffered:
    """The agent brings what the cloud says this machine's records add up to, to be verified."""

    envelope: bytes


@dataclass(frozen=True, slots=True)
class CommandOffered:
    """The agent brings a signed command, to be verified here (``kiosk.commands``)."""

    envelope: bytes


@dataclass(frozen=True, slots=True)
class BundleSent:
    """The cloud has the diagnostics of this SHA-256."""

    sha256: str


@dataclass(frozen=True, slots=True)
class TemperatureRead:
    """The configured sensor was read: thousandths of a degree Celsius, or None and the reason."""

    milli_c: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ServiceAsked:
    """A technician asks for something over the service socket; ``line`` names the connection."""

    line: int
    request: ServiceRequest


@dataclass(frozen=True, slots=True)
class ServiceLeft:
    """A technician's connection ended."""

    line: int


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time passed; sent by the deciding thread's own wait, so deadlines are looked at."""


@dataclass(frozen=True, slots=True)
class StopRequested:
    """The process was asked to end (SIGTERM, SIGINT)."""


Event = (
    DoorReported
    | DoorReversed
    | DoorFailed
    | DoorHalted
    | WeightRead
    | ScaleLost
    | ScaleReady
    | LabelScanned
    | ScannerLost
    | ScannerReady
    | Touched
    | ScreenAttached
    | ScreenDetached
    | AgentAttached
    | AgentDetached
    | EnrolmentAnswered
    | EnrolmentFailed
    | DocumentOffered
    | BlobArrived
    | LedgerDisowned
    | CloudRefused
    | BoardJudged
    | MarkOffered
    | TotalsOffered
    | CommandOffered
    | BundleSent
    | TemperatureRead
    | ServiceAsked
    | ServiceLeft
    | Ticked
    | StopRequested
)
