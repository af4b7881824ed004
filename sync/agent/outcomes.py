"""What became of a request, in the words the policy decides by."""

from dataclasses import dataclass
from typing import Literal

from kiosk.cloud import LedgerState


@dataclass(frozen=True, slots=True)
class Took:
    """The cloud acknowledged records; ``envelope`` is its signed mark for the controller."""

    through: int
    envelope: bytes
    suspects: tuple[int, ...]
    interval_ms: int


@dataclass(frozen=True, slots=True)
class Opened:
    """The cloud knows the ledger."""

    generation: int
    acked_through: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A heartbeat was answered."""

    interval_ms: int
    retry_cap_ms: int
    documents: dict[str, int]
    commands: tuple[bytes, ...] = ()
    state: LedgerState = "accepted"
    """Of the ledger that the heartbeat named."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """The cloud knows the new transport key."""

    key: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing usable came: a time-out, 5xx, 3xx, a stranger's 200."""

    why: str


@dataclass(frozen=True, slots=True)
class Busy:
    """429 or 503 with Retry-After."""

    retry_after_ms: int


@dataclass(frozen=True, slots=True)
class Refused:
    """400 or 422: something in this batch is not accepted."""

    why: str


@dataclass(frozen=True, slots=True)
class Barred:
    """401, 403, 426: going on as before is pointless; people have to look."""

    why: str


@dataclass(frozen=True, slots=True)
class Forked:
    """409, or the cloud has more than the machine: this ledger is over, whatever comes next."""

    reason: Literal["restored", "fork", "stale"]
    why: str


@dataclass(frozen=True, slots=True)
class Gap:
    """409: the cloud lacks earlier records."""

    expected_seq: int


@dataclass(frozen=True, slots=True)
class TooLarge:
    """413."""


@dataclass(frozen=True, slots=True)
class LedgerUnknown:
    """404: the cloud does not know the ledger; open it first."""


Trouble = Failed | Busy | Refused | Barred | Forked | Gap | TooLarge | LedgerUnknown
