"""What happens to a machine, as data: a journey is a list of scenes that can be written down."""

from dataclasses import dataclass
from typing import Literal

BY_PIECE = "plastic"
BINS = ("paper", BY_PIECE, "metal", "textiles")

MishapName = Literal[
    "agent restarts",
    "bump",
    "busy server",
    "clock jump",
    "clock unset",
    "cut",
    "cut in a write",
    "decisions",
    "dead beam",
    "disk full",
    "disk low",
    "hand",
    "jam",
    "lost answers",
    "mass moves",
    "network down",
    "noise",
    "order",
    "portal",
    "prices change",
    "rules change",
    "scale restarts",
    "server errors",
    "swap",
    "unplug",
]
ActName = Literal["put", "take", "wait", "bump", "scan", "swap", "more_time"]
CodeName = Literal["good", "donation", "expired", "forged", "replayed", "nonsense", "phone"]
AskName = Literal["", "dispute", "report:dropped", "report:help", "about"]


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something goes wrong ``after_ms`` into a scene, for ``for_ms``.

    ``size`` is what the kind makes of it: grams of a bump, operations before a cut in a write,
    hours of a clock's jump.
    """

    after_ms: int
    what: MishapName
    where: str = "paper"
    for_ms: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Deal:
    """One compartment's turn: what a person does while its door is open."""

    where: str
    acts: tuple[tuple[ActName, int], ...] = ()
    """Acts with grams, milliseconds or how often."""
    done: bool = True
    """False: the person never touches "done"; the door stays open until time is up."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody comes."""

    who: int
    deals: tuple[Deal, ...]
    code: CodeName = "good"
    leaves_at: str = ""
    """Name of the screen at which the person walks away; empty: sees it through."""
    asks: AskName = ""
    """What they want help with, once they see a result."""
    mishaps: tuple[Mishap, ...] = ()


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nobody comes for a while."""

    ms: int
    mishaps: tuple[Mishap, ...] = ()


@dataclass(frozen=True, slots=True)
class Collect:
    """Bags are taken out by the service side wherever more than ``above_g`` lies."""

    above_g: int = 15_000


@dataclass(frozen=True, slots=True)
class Service:
    """A technician plugs everything in, clears what is stuck, and starts the machine again."""


@dataclass(frozen=True, slots=True)
class Keep:
    """The disk is copied, as a backup or a thief would."""


@dataclass(frozen=True, slots=True)
class Restore:
    """The kept copy is put back into the machine."""


@dataclass(frozen=True, slots=True)
class Clone:
    """A second machine runs on a copy of the disk, sells once, and is heard first."""


Scene = Visit | Quiet | Collect | Service | Keep | Restore | Clone
