"""What a dialect makes of bytes: a weight, a named error, or something that is neither.

Field and kind names are those of the conformance files (serial.md), so that a technician's tool
and the tests compare without translation.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

ErrorName = Literal[
    "overload",
    "underload",
    "under_zero",
    "motion",
    "not_executable",
    "syntax",
    "transmission",
    "logical",
    "zero_error",
    "zero_range_lower",
    "zero_range_upper",
    "unknown_command",
]
OtherKind = Literal[
    "count", "percent", "info", "ack", "probe_reply", "request", "power_on", "reject"
]
"""``request``: what the host sends; ``power_on``: the device says by itself that it was switched
on; ``reject``: not understood."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A mass as sent: the digits exactly, and only the flags that the frame itself carries."""

    weight: Decimal
    unit: str | None
    """As sent, in lower case; None where the frame has none (M-32)."""
    stable: bool | None
    net: bool | None
    raw: bytes
    expanded: bool = False
    """Ten-fold display resolution: never a payable weight (serial.md 1.3)."""


@dataclass(frozen=True, slots=True)
class Error:
    """The device says that it has no weight, and why."""

    name: ErrorName
    raw: bytes


@dataclass(frozen=True, slots=True)
class Other:
    """Understood but never a weight, or not understood at all (``reject``)."""

    kind: OtherKind
    raw: bytes
    stable: bool | None = None
    """Where an acknowledgement says so (MT-SICS ZI)."""


Decoded = Weight | Error | Other


class Dialect(Protocol):
    """An incremental decoder: pure, bounded, the same result wherever the bytes are split.

    No prefix of a valid frame decodes to another mass: a frame counts when its end was seen.
    """

    @property
    def request(self) -> bytes | None:
        """What to send to be told the weight; None for a device that talks by itself."""
        ...

    def feed(self, data: bytes) -> list[Decoded]:
        """Take the next bytes and return what they completed, oldest first."""
        ...

    def end(self) -> list[Decoded]:
        """Take the end of a *recorded* transmission for the end of a frame.

        For captures printed without their terminator. A live link never calls it, because there
        a pause proves nothing.
        """
        ...
