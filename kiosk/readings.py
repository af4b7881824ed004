"""What a scale said, as data (M-01): grams or the reason why there are none, never a guess.

Three types keep display and payment apart: a :class:`Reading` is one frame, a live weight is
shown (``kiosk.views.Live``), and only a :class:`StableWeight` can make money (UnifiedPOS).
"""

from dataclasses import dataclass
from enum import Enum

from kiosk.units import CompartmentId, Grams, Millis


class Defect(Enum):
    """Why a frame carries no usable gross weight. Never turned into 0 (M-01, M-06)."""

    OVERLOAD = "overload"
    UNDERLOAD = "underload"
    UNDER_ZERO = "under_zero"
    MOTION = "motion"
    NOT_EXECUTABLE = "not_executable"
    SYNTAX = "syntax"
    TRANSMISSION = "transmission"
    LOGICAL = "logical"
    ZERO_ERROR = "zero_error"
    NET = "net"
    """The device sends net where gross is expected: a tare was taken on it."""
    UNIT = "unit"
    """The frame's unit is not the configured one, or is none we know."""
    RESOLUTION = "resolution"
    """The value is finer than a gram or not a multiple the scale can show."""
    RANGE = "range"
    """Above Max + 9 e or below -20 e (M-03)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One frame from one scale. Exactly one of ``grams`` and ``defect`` is None."""

    compartment: CompartmentId
    sequence: int
    at_ms: Millis
    """Monotonic time at which the frame's last byte was read."""
    grams: Grams | None
    defect: Defect | None
    stable: bool | None
    """The device's own flag; None where the dialect has none (M-32)."""
    link_opens: int
    """How often this scale's port was opened since the controller started: a change between
    "before" and "after" makes the deposit HELD (metrology.md)."""
    raw: bytes


@dataclass(frozen=True, slots=True)
class StableWeight:
    """A gross weight that may become part of a payable record (M-02), with its evidence."""

    grams: Grams
    at_ms: Millis
    link_opens: int
    frames: tuple[bytes, ...]
    """The raw frames of the stability window, oldest first, bounded."""
    host_derived: bool
    """True when the device sent no stability flag and the host's window alone decided (M-32)."""
