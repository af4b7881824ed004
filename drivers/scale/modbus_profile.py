"""Where a transmitter keeps its weight: Modbus has no common map (serial.md 1.8).

One read gives weight and status together, so that the two belong to the same moment. Registers
are counted from 0 as on the wire: a manual's 40007 is 6. Whole numbers only: the same installation
notes that document 1.98 kg decode its integer as a float.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from drivers.scale.decoded import ErrorName
from kiosk.config import Registers


class Complaint(NamedTuple):
    """There is no weight while the masked bits of the status have this value."""

    mask: int
    value: int
    name: ErrorName


@dataclass(frozen=True, slots=True)
class Status:
    """Bits of the status register; a mask of 0 says that the device has no such bit."""

    register: int
    stable: int = 0
    moving: int = 0
    valid: int = 0
    """All of these must be set, or there is no weight."""
    negative: int = 0
    """Set for a negative weight: its registers then hold the size without sign."""
    net: int = 0
    complaints: Sequence[Complaint] = ()


@dataclass(frozen=True, slots=True)
class Division:
    """A register that tells the unit in its high byte and the division in its low byte."""

    register: int
    units: Mapping[int, str]
    decimals: Sequence[int]


@dataclass(frozen=True, slots=True)
class Profile:
    """How to ask one kind of transmitter and how to read its answer."""

    weight: int
    decimals: int = 0
    """Digits after the point, unless ``division`` tells them: 198 with 2 is 1.98."""
    unit: str | None = None
    """None where neither this nor ``division`` says: the configured unit then holds (M-32)."""
    function: Literal[3, 4] = 3
    words: Literal[1, 2] = 2
    high_first: bool = True
    signed: bool = True
    always_gross: bool = False
    """The weight register is gross, whatever the display shows."""
    status: Status | None = None
    """Without it the host alone derives stability (M-32)."""
    division: Division | None = None

    @property
    def first(self) -> int:
        """The first register of the read."""
        return min(self.weight, *self._others())

    @property
    def count(self) -> int:
        """How many registers one read takes."""
        return max(self.weight + self.words - 1, *self._others()) - self.first + 1

    def _others(self) -> tuple[int, ...]:
        others = [one.register for one in (self.status, self.division) if one is not None]
        return (self.weight, *others)


class Figures(NamedTuple):
    """What one answer says; exactly one of ``weight`` and ``error`` is None."""

    weight: Decimal | None
    error: ErrorName | None
    unit: str | None = None
    stable: bool | None = None
    net: bool | None = None


def profile_of(registers: Registers) -> Profile:
    """Make a profile of what the configuration says."""
    status = None
    if registers.status is not None:
        named: list[tuple[int | None, ErrorName]] = [
            (registers.error, "not_executable"),
            (registers.overload, "overload"),
            (registers.underload, "underload"),
        ]
        bits = [(1 << bit, mask, name) for mask, name in named if mask for bit in range(16)]
        status = Status(
            register=registers.status,
            stable=registers.stable or 0,
            moving=registers.moving or 0,
            negative=registers.negative or 0,
            net=registers.net or 0,
            complaints=tuple(Complaint(bit, bit, name) for bit, mask, name in bits if bit & mask),
        )
    return Profile(
        weight=registers.weight,
        decimals=registers.decimals,
        function=registers.function,
        words=registers.words,
        high_first=registers.high_first,
        signed=registers.signed,
        status=status,
    )


def figures_of(profile: Profile, first: int, registers: Sequence[int]) -> Figures | None:
    """Read the registers of one answer, the first of them being register ``first``.

    None where they do not make a weight: another place was read, or the device says something
    that its manual does not list.
    """
    last = profile.first + profile.count - 1
    if profile.first < first or last >= first + len(registers):
        return None
    at = dict(enumerate(registers, first))
    status = profile.status
    bits = at[status.register] if status else 0
    if status and (error := _complaint(status, bits)):
        return Figures(None, error)
    unit: str | None = profile.unit
    decimals = profile.decimals
    if profile.division is not None:
        code, division = divmod(at[profile.division.register], 256)
        unit = profile.division.units.get(code)
        if unit is None or division >= len(profile.division.decimals):
            return None
        decimals = profile.division.decimals[division]
    size = _integer(profile, [at[profile.weight + index] for index in range(profile.words)])
    if status and bits & status.negative:
        size = -size
    # Scaled, so that the number keeps as many decimals as the device has.
    return Figures(
        weight=Decimal(size).scaleb(-decimals),
        error=None,
        unit=unit,
        stable=_stable(status, bits),
        net=_net(profile, bits),
    )


def _integer(profile: Profile, words: Sequence[int]) -> int:
    ordered = words if profile.high_first else list(reversed(words))
    raw = b"".join(word.to_bytes(2, "big") for word in ordered)
    return int.from_bytes(raw, "big", signed=profile.signed)


def _complaint(status: Status, bits: int) -> ErrorName | None:
    for mask, value, name in status.complaints:
        if bits & mask == value:
            return name
    return None if bits & status.valid == status.valid else "not_executable"


def _stable(status: Status | None, bits: int) -> bool | None:
    if status is None or not status.stable | status.moving:
        return None
    return bits & status.stable == status.stable and not bits & status.moving


def _net(profile: Profile, bits: int) -> bool | None:
    if profile.always_gross:
        return False
    if profile.status is None or not profile.status.net:
        return None
    return bool(bits & profile.status.net)
