"""What is recorded of a technician's work at the scales."""

from typing import Literal

from msgspec import Struct

from kiosk.records.deposits import Weighing


class MassChange(Struct, frozen=True, kw_only=True, tag="mass_change", tag_field="kind"):
    """A bin's mass changed between deposits: a technician says why, or the machine found mass
    that came in while nothing was weighed (M-28, M-34)."""

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


class Maintenance(Struct, frozen=True, kw_only=True, tag="maintenance", tag_field="kind"):
    """Hands go to what weighs: from here on this compartment's scale is not trusted, until a
    :class:`Calibration` says that it passed (M-18)."""

    compartment: str
    work: Literal["adjustment"]
    who: str
    why: str


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
