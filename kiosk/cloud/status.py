"""Boot and heartbeat, and what the public may see of them."""

from msgspec import Struct

from kiosk.cloud.ledgers import LedgerState


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
