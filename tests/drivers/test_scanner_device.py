"""The scanner's thread on a real pty, with a simulated scanner of each family at its other end."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
import pytest

from drivers.scanner import ScannerDevice
from drivers.scanning.families import GM65_ACK
from drivers.sim.cable import Cable
from drivers.sim.code_reader import CodeReader
from drivers.sim.machine import VirtualMachine
from drivers.sim.world import World
from kiosk.config import Scanner
from kiosk.events import Event, LabelScanned, ScannerLost, ScannerReady
from tests.drivers.bench import Events, a_clock, a_config, a_world

EAN = b"5901234123457"
GTIN = "05901234123457"


@contextmanager
def scanning(root: Path, **changes: object) -> Iterator[tuple[VirtualMachine, Events]]:
    """A scanner device on the virtual machine's scanner, both as configured."""
    config = a_config(root)
    scanner = msgspec.structs.replace(config.scanner, **changes)
    config = msgspec.structs.replace(config, scanner=scanner)
    machine = VirtualMachine(config, a_world(), a_clock(root))
    machine.start()
    events = Events()
    device = ScannerDevice(scanner, events, a_clock(root))
    device.start()
    try:
        events.wait(ScannerReady)
        yield machine, events
    finally:
        device.stop()
        machine.stop()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"suffix": "crlf", "prefix": "#"},
        {"aim": False, "code_id": "honeywell"},
        {"family": "gm65", "trigger": "host"},
        {"family": "ssi"},
        {"family": "ssi", "trigger": "host"},
        {"family": "ssi", "aim": False},
        {"family": "honeywell", "trigger": "host"},
        {"family": "datalogic", "trigger": "host"},
    ],
    ids=str,
)
def test_a_code_of_every_family_names_its_product(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    with scanning(tmp_path, **changes) as (machine, events):
        for data, symbology, gtin in ((EAN, "E0", GTIN), (b"K1:TOKEN", "Q1", None)):
            machine.call(partial(World.show_code, data=data, symbology=symbology))
            label = events.wait(LabelScanned)
            assert (label.data, label.symbology, label.gtin) == (data, symbology, gtin)


def test_a_long_code_over_ssi(tmp_path: Path) -> None:
    with scanning(tmp_path, family="ssi") as (machine, events):
        machine.call(lambda world: world.show_code(b"x" * 1000, "Q1"))
        assert events.wait(LabelScanned).data == b"x" * 1000


class Line:
    """A cable with a device on it, for bytes no simulated scanner sends."""

    def __init__(self, root: Path, **changes: object) -> None:
        self.cable = Cable(root / "scanner")
        config = a_config(root)
        line = msgspec.structs.replace(config.scanner.line, port=root / "scanner")
        self.settings: Scanner = msgspec.structs.replace(config.scanner, line=line, **changes)
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.device = ScannerDevice(self.settings, self.events.put, a_clock(root))

    def __enter__(self) -> "Line":
        self.device.start()
        assert isinstance(self.events.get(timeout=5), ScannerReady)
        return self

    def __exit__(self, *_: object) -> None:
        self.device.stop()
        self.cable.pull()

    def heard(self, least: int) -> bytes:
        """Wait for what the host sends."""
        data, pause = b"", threading.Event()
        for _ in range(500):
            data += self.cable.read() or b""
            if len(data) >= least:
                return data
            pause.wait(0.01)
        raise AssertionError(f"only {data!r} came")


def test_a_wrong_check_digit_is_shown_again(tmp_path: Path) -> None:
    with Line(tmp_path) as line:
        line.cable.write(b"]E05901234123458\r]C1ABC\r]E0" + EAN + b"\r")
        label = line.events.get(timeout=5)
        assert isinstance(label, LabelScanned)
        assert label.gtin == GTIN
        assert line.events.empty()


def test_a_product_as_a_gs1_code_and_as_a_link(tmp_path: Path) -> None:
    with Line(tmp_path) as line:
        line.cable.write(
            b"]d201" + GTIN.encode() + b"10A\x1d21B\r]Q1https://e.com/01/" + EAN + b"\r"
        )
        first, second = line.events.get(timeout=5), line.events.get(timeout=5)
        assert isinstance(first, LabelScanned)
        assert isinstance(second, LabelScanned)
        assert first.gtin == second.gtin == GTIN
        assert first.data == b"01" + GTIN.encode() + b"10A\x1d21B"


def test_a_bare_code_names_no_product(tmp_path: Path) -> None:
    with Line(tmp_path, aim=False) as line:
        line.cable.write(EAN + b"\r")
        label = line.events.get(timeout=5)
        assert isinstance(label, LabelScanned)
        assert (label.data, label.symbology, label.gtin) == (EAN, "", None)


def test_the_trigger_goes_out_and_its_ack_does_not_come_in(tmp_path: Path) -> None:
    with Line(tmp_path, family="gm65", trigger="host") as line:
        assert line.heard(9) == bytes.fromhex("7E000801000201ABCD")
        line.cable.write(GM65_ACK + b"]E0" + EAN + b"\r")
        label = line.events.get(timeout=5)
        assert isinstance(label, LabelScanned)
        assert label.data == EAN
        assert line.heard(9) == bytes.fromhex("7E000801000201ABCD"), "and looks again"


def test_a_scanner_that_does_not_answer_its_trigger_is_lost(tmp_path: Path) -> None:
    with Line(tmp_path, family="gm65", trigger="host") as line:
        lost = line.events.get(timeout=8)
        assert isinstance(lost, ScannerLost)
        assert "does not answer" in lost.reason


def test_the_simulated_scanner_reads_only_in_a_session() -> None:
    world = a_world()
    settings = msgspec.structs.replace(
        a_config(Path("/nowhere")).scanner, family="gm65", trigger="host"
    )
    reader = CodeReader(world, settings)
    world.show_code(EAN, "E0")
    assert reader.advance(10) == b""
    assert reader.receive(bytes.fromhex("7E0008010002")) == b""
    assert reader.receive(bytes.fromhex("01ABCD")) == GM65_ACK
    assert reader.advance(10) == b"]E0" + EAN + b"\r"
    world.show_code(EAN, "E0")
    assert reader.advance(10) == b"", "one code a session"
    assert reader.advance(3000) == b""
    reader.receive(bytes.fromhex("7E000801000201ABCD"))
    assert reader.advance(10) == b"", "it was held for two seconds only"
