"""The configuration of the desk's machine."""

from pathlib import Path

from kiosk.config import Compartment, Config, Gpio, Machine, Scale, Scanner, Screen, Serial, Timing
from kiosk.config import Door as DoorSettings

TRAVEL_MS = 1_500


def configuration(directory: Path) -> Config:
    """Four compartments on two dialects, like the demo's."""
    bins = (
        ("paper", "st-gs", 10),
        ("plastic", "mt-sics", 5),
        ("metal", "mt-sics", 5),
        ("textiles", "st-gs", 20),
    )
    return Config(
        machine=Machine(
            data_dir=directory / "data",
            runtime_dir=directory / "run",
            agent_dir=directory / "agent",
            board="board-1",
            reserve_mib=1,
            # The wiring of these scales is right by construction; tests/service shows the rule.
            require_verification=False,
        ),
        gpio=Gpio("virtual", directory / "pins.sock"),
        scanner=Scanner(Serial(directory / "scanner")),
        screen=Screen(surface="memory"),
        compartment=tuple(_compartment(directory, index, *one) for index, one in enumerate(bins)),
        timing=Timing(),
    )


def _compartment(directory: Path, index: int, name: str, dialect: str, e_g: int) -> Compartment:
    first = 2 + 6 * index
    return Compartment(
        id=name,
        material=name,
        scale=Scale(
            Serial(directory / f"scale-{name}"),
            "st-gs" if dialect == "st-gs" else "mt-sics",
            "kg" if dialect == "st-gs" else "g",
            e_g=e_g,
            max_g=30_000,
            min_g=20 * e_g,
        ),
        door=DoorSettings(
            first, first + 1, first + 2, first + 3, first + 4, first + 5, travel_ms=TRAVEL_MS
        ),
        full_g=25_000,
    )
