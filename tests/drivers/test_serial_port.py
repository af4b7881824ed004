"""The port class on real ptys: every way a line can fail is one exception that names the port."""

import os
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.errors import PortError
from drivers.serial_port import SerialPort
from drivers.sim.cable import Cable
from kiosk.config import Serial


@pytest.fixture
def pair() -> Iterator[tuple[int, Path]]:
    """A pty: its master and the path of its other end."""
    master, slave = os.openpty()
    tty.setraw(slave)
    path = Path(os.ttyname(slave))
    os.close(slave)
    yield master, path
    os.close(master)


def test_bytes_go_both_ways(pair: tuple[int, Path]) -> None:
    master, path = pair
    port = SerialPort(Serial(port=path))
    port.write(b"SI\r\n")
    assert os.read(master, 100) == b"SI\r\n"
    os.write(master, b"\x80\xff\r\n\x03")
    assert port.read(1000) == b"\x80\xff\r\n\x03"
    assert port.read(1) == b""
    port.close()


def test_a_missing_port_says_so(tmp_path: Path) -> None:
    with pytest.raises(PortError, match=r"nowhere is missing"):
        SerialPort(Serial(port=tmp_path / "nowhere"))


def test_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PortError, match="file"):
        SerialPort(Serial(port=tmp_path / "file"))


def test_a_busy_port_says_so(pair: tuple[int, Path]) -> None:
    _, path = pair
    first = SerialPort(Serial(port=path))
    with pytest.raises(PortError, match="busy"):
        SerialPort(Serial(port=path))
    first.close()
    SerialPort(Serial(port=path)).close()


def test_a_pulled_line_is_an_error_in_every_call(tmp_path: Path) -> None:
    cable = Cable(tmp_path / "scale")
    port = SerialPort(Serial(port=tmp_path / "scale"))
    cable.pull()
    assert not (tmp_path / "scale").is_symlink()
    with pytest.raises(PortError):
        port.read(1000)
    with pytest.raises(PortError):
        port.write(b"SI\r\n")
    with pytest.raises(PortError):
        port.flush_input()
    port.close()
    port.close()


@pytest.mark.parametrize(
    ("parity", "sent"), [("even", b"\x53\xc9\x8d\x0a"), ("odd", b"\xd3I\r\x8a")]
)
def test_a_seven_bit_line_is_masked_in_and_gets_its_parity_out(
    pair: tuple[int, Path], parity: str, sent: bytes
) -> None:
    master, path = pair
    line = Serial(port=path, data_bits=7, parity=parity)  # type: ignore[arg-type]  # a literal
    for _ in range(2):  # a pty with 7-bit framing could not be opened a second time
        port = SerialPort(line)
        port.write(b"SI\r\n")
        assert os.read(master, 100) == sent
        os.write(master, sent)
        assert port.read(1000) == b"SI\r\n"
        port.close()


def test_flushing_forgets_what_came_before(pair: tuple[int, Path]) -> None:
    master, path = pair
    port = SerialPort(Serial(port=path))
    os.write(master, b"stale")
    port.flush_input()
    os.write(master, b"fresh")
    assert port.read(1000) == b"fresh"
    port.close()
