"""Where the demo keeps its files, and the kiosk.toml it writes for the processes.

Two directories: ``home`` holds what a machine and an operator keep (ledger, keys, books), and may
be used again; ``run`` holds sockets and serial links, and is removed at the end in any case.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from kiosk.demo.errors import DemoError
from kiosk.documents import Effect

SOCKET_PATH_MAX = 100
"""Longest path of a Unix socket, with some room (sun_path has 108 bytes; unix(7))."""
LONGEST_SOCKET = "controller.notify"


@dataclass(frozen=True, slots=True)
class Bin:
    """One compartment of the demo's machine."""

    id: str
    dialect: str
    unit: str
    e_g: int
    max_g: int
    full_g: int
    registers: str = ""
    """TOML of the map that the dialect ``modbus-profile`` needs."""


BINS = (
    Bin("paper", "st-gs", "kg", 10, 60_000, 40_000),
    Bin("plastic", "mt-sics", "g", 5, 30_000, 12_000),
    Bin("metal", "mt-sics", "g", 5, 30_000, 20_000),
    Bin("textiles", "st-gs", "kg", 20, 60_000, 30_000),
)
"""Two dialects, each with two resolutions; the id is also the material."""

PRICES_E4 = {"paper": 8_000, "plastic": 12_000, "metal": 35_000, "textiles": 3_000}
"""CNY/kg: cardboard 0.80, bottles 1.20, cans 3.50, clothes 0.30."""

EFFECT = Effect(
    co2e_g_per_kg={"paper": 3_400, "plastic": 1_100, "metal": 4_800},
    source={
        "zh": "演示数值，参照美国环保署 WARM 模型",
        "en": "For show, after the US EPA's WARM model",
    },
    car_g_per_km=250,
)
"""What a kilogram avoids, rounded down: corrugated board, PET bottles and mixed metals in WARM 15,
and a typical car by the same agency. It has no factor for clothes, so they count nothing here."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a door travels, and how long a weight has to rest (M-02)."""

    travel_ms: int
    window_ms: int
    window_frames: int


CALM = Pace(1_500, 1_000, 5)
QUICK = Pace(500, 500, 3)

_PINS_A_DOOR = 6
MIN_LOAD_E = 5
"""Minimum load in steps of ``e``."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Every path of one demo."""

    home: Path
    run: Path
    pace: Pace = CALM
    bins: tuple[Bin, ...] = BINS

    @property
    def config(self) -> Path:
        return self.home / "kiosk.toml"

    @property
    def operator(self) -> Path:
        """The operator's keys and the endpoint's books."""
        return self.home / "operator"

    @property
    def ledger_home(self) -> Path:
        """The controller's own directory."""
        return self.home / "controller"

    @property
    def agent_home(self) -> Path:
        return self.home / "agent"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def ports(self) -> Path:
        """Remembers the two TCP ports, because the machine has enrolled at one of them."""
        return self.home / "ports.json"

    @property
    def masses(self) -> Path:
        """Remembers what lies in the bins: the machine notices a change while it was off (M-28)."""
        return self.home / "masses.json"

    @property
    def lock(self) -> Path:
        return self.home / "demo.lock"

    @property
    def panel(self) -> Path:
        return self.run / "panel.sock"

    @property
    def bridge(self) -> Path:
        return self.run / "pins.sock"

    @property
    def status(self) -> Path:
        return self.run / "status.sock"

    @property
    def synchronized(self) -> Path:
        return self.run / "synchronized"

    def prepare(self) -> None:
        """Make the directories and write the configuration. Raises DemoError."""
        longest = self.run / LONGEST_SOCKET
        if len(str(longest)) > SOCKET_PATH_MAX:
            raise DemoError(
                f"{self.run}: too long for the paths of sockets; set TMPDIR to a shorter one"
            )
        try:
            for one in (self.home, self.logs, self.ledger_home, self.agent_home):
                one.mkdir(mode=0o700, parents=True, exist_ok=True)
            # The laptop's clock counts as synchronised, so that receipts carry a time.
            self.synchronized.touch()
            self.config.write_text(configuration(self), encoding="utf-8")
        except OSError as error:
            raise DemoError(
                f"{error.filename}: cannot be written ({error.strerror}); "
                "choose another directory with --dir"
            ) from error

    def remembered_ports(self) -> tuple[int, int]:
        """Ports of the cable and of the endpoint; zeros when this machine is new."""
        try:
            kept = json.loads(self.ports.read_bytes())
            return int(kept["cable"]), int(kept["endpoint"])
        except FileNotFoundError:
            return 0, 0
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DemoError(
                f"{self.ports}: not written by the demo; choose another directory with --dir"
            ) from error

    def remember_ports(self, cable: int, endpoint: int) -> None:
        """Keep the ports for the next demo in this directory."""
        self.ports.write_text(json.dumps({"cable": cable, "endpoint": endpoint}) + "\n")

    def remembered_masses(self) -> dict[str, int]:
        """Grams in each bin at the end of the last demo here; empty when this machine is new."""
        try:
            return {str(name): int(grams) for name, grams in json.loads(_read(self.masses)).items()}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise DemoError(
                f"{self.masses}: not written by the demo; choose another directory with --dir"
            ) from error

    def remember_masses(self, masses: dict[str, int]) -> None:
        """Keep what lies in the bins for the next demo in this directory."""
        self.masses.write_text(json.dumps(masses) + "\n")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b"{}"


def configuration(layout: Layout) -> str:
    """The kiosk.toml of the demo's machine, as a person would write one."""
    head = f"""\
# Written by `kiosk demo` at each start; hardware and wiring only, as on a real machine.
[machine]
data_dir = {_text(layout.ledger_home)}
runtime_dir = {_text(layout.run)}
agent_dir = {_text(layout.agent_home)}
board = "virtual-kiosk"
synchronized = {_text(layout.synchronized)}
# The virtual cables are right by construction. On a real machine leave this line out: each door's
# scale is shown with a known mass first (kiosk service verify-channel).
require_verification = false

[gpio]
factory = "virtual"
bridge = {_text(layout.bridge)}

[scanner]
suffix = "cr"
aim = true
line = {{ port = {_text(layout.run / "ttySCANNER")}, baud = 9600 }}

[screen]
width = 1280
height = 800
px_per_cm = 59
surface = "browser"
browser_socket = {_text(layout.panel)}
language = "zh"
"""
    return head + "".join(_compartment(layout, index, one) for index, one in enumerate(layout.bins))


def _compartment(layout: Layout, index: int, one: Bin) -> str:
    names = ("open_pin", "close_pin", "opened_switch_pin", "closed_switch_pin", "beam_pin")
    first = index * _PINS_A_DOOR
    registers = f"\nregisters = {one.registers}" if one.registers else ""
    pins = "\n".join(f"{name} = {first + number}" for number, name in enumerate(names))
    return f"""
[[compartment]]
id = "{one.id}"
material = "{one.id}"
full_g = {one.full_g}

[compartment.scale]
line = {{ port = {_text(layout.run / f"ttyScale-{one.id}")}, baud = 9600 }}
dialect = "{one.dialect}"{registers}
unit = "{one.unit}"
e_g = {one.e_g}
max_g = {one.max_g}
min_g = {one.e_g * MIN_LOAD_E}
window_ms = {layout.pace.window_ms}
window_frames = {layout.pace.window_frames}

[compartment.door]
{pins}
beam_test_pin = {first + len(names)}
travel_ms = {layout.pace.travel_ms}
announce_ms = 1000
"""


def _text(path: Path) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(str(path), ensure_ascii=False)
