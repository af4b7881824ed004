"""The whole file, and the parts of it that belong to no single device."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from kiosk.config.compartment import Compartment
from kiosk.config.scanner import Scanner
from kiosk.config.screen import Screen


class Machine(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the processes keep and find things."""

    data_dir: Path
    """The controller's own: ledger, record key, documents (mode 0700)."""
    runtime_dir: Path
    """The role sockets: screen.sock, agent.sock, status.sock."""
    agent_dir: Path
    """The agent's own: transport key and enrolment (mode 0700)."""
    board: str = "auto"
    """The board's serial number; ``auto`` reads the device tree, else the machine id."""
    synchronized: Path = Path("/run/systemd/timesync/synchronized")
    """The file whose presence shows that time was synchronised in this boot."""
    reserve_mib: Annotated[int, Meta(ge=1, le=100_000)] = 64
    """Below this free space on ``data_dir`` the machine stops selling (P5)."""
    retention_days: Annotated[int, Meta(ge=1, le=3650)] = 90
    """How long acknowledged records stay on the machine at least (M-14)."""
    require_verification: bool = True
    """A compartment stays shut until a known mass has shown that its door and its scale belong
    together (M-31): ``kiosk service verify-channel``."""
    check_mass_days: Annotated[int, Meta(ge=0, le=3650)] = 0
    """How often each scale is checked with a known mass (M-19); 0: nobody is reminded."""
    check_mass_grace_days: Annotated[int, Meta(ge=0, le=365)] = 14
    """How long after that a compartment still sells, with a warning."""
    temperature_input: Path | None = None
    """A sensor's file in thousandths of a degree Celsius (hwmon, iio); None: no sensor."""
    temperature_min_c: Annotated[int, Meta(ge=-40, le=60)] = -10
    temperature_max_c: Annotated[int, Meta(ge=-40, le=60)] = 40
    """The range the scales are approved for (R 76, 3.9.2.1); outside it nothing is sold."""


class Change(Struct, frozen=True, forbid_unknown_fields=True):
    """Who changed what weighs or pays, and why: recorded with the change (M-16)."""

    who: str
    why: str


class Gpio(Struct, frozen=True, forbid_unknown_fields=True):
    """Which pin factory; named, never guessed."""

    factory: Literal["lgpio", "virtual"]
    bridge: Path | None = None
    """With ``virtual``: the Unix socket of the simulated world that moves the pins."""


class Timing(Struct, frozen=True, forbid_unknown_fields=True):
    """How long each question waits for a person, in milliseconds; walking away ends well."""

    identify_ms: Annotated[int, Meta(ge=5_000, le=600_000)] = 60_000
    choose_ms: Annotated[int, Meta(ge=5_000, le=600_000)] = 45_000
    before_ms: Annotated[int, Meta(ge=1_000, le=60_000)] = 8_000
    door_ms: Annotated[int, Meta(ge=5_000, le=30_000)] = 15_000
    """Longest time from a door's announcement to its confirmed end; its turn comes before."""
    deposit_ms: Annotated[int, Meta(ge=5_000, le=600_000)] = 90_000
    blocked_dwell_ms: Annotated[int, Meta(ge=2_000, le=60_000)] = 3_000
    after_ms: Annotated[int, Meta(ge=1_000, le=60_000)] = 10_000
    result_ms: Annotated[int, Meta(ge=3_000, le=600_000)] = 30_000
    receipt_ms: Annotated[int, Meta(ge=3_000, le=600_000)] = 15_000
    warn_ms: Annotated[int, Meta(ge=20_000, le=120_000)] = 25_000
    """How long the machine then asks whether somebody is still there (WCAG 2.2.1: 20 s)."""
    before_age_ms: Annotated[int, Meta(ge=5_000, le=600_000)] = 60_000
    """Oldest "before" a door may open on (M-22)."""


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    machine: Machine
    gpio: Gpio
    scanner: Scanner
    screen: Screen
    compartment: tuple[Compartment, ...]
    timing: Timing = Timing()
    change: Change | None = None
    """Of the latest change; a change is recorded by the next start."""
