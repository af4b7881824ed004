"""One thin class over pyserial; nothing else imports ``serial`` or ``termios``.

pyserial 3.5 raises SerialException from read and write, a plain OSError from ``in_waiting`` and
``termios.error`` (no OSError) from ``reset_input_buffer`` (serial.md 4): here all of them become
one :class:`~drivers.errors.PortError`.
"""

import errno
import os
import select
import termios
from collections.abc import Iterator
from contextlib import contextmanager

import serial

from drivers.errors import PortError
from kiosk.config import Serial

READ_MAX = 4096
_PARITY = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}
_WHY = {
    errno.ENOENT: "is missing (unplugged, or its udev link is not there)",
    errno.ENODEV: "is missing (unplugged)",
    errno.ENXIO: "is missing (unplugged)",
    errno.EACCES: "may not be opened by this user (group dialout)",
    errno.EAGAIN: "is busy: another program holds it",
    errno.EBUSY: "is busy: another program holds it",
}


class _QuietSerial(serial.Serial):
    """Leaves the modem lines alone: setting DTR can reset a device and fails on a pty (ENOTTY)."""

    def _update_dtr_state(self) -> None: ...

    def _update_rts_state(self) -> None: ...


class SerialPort:
    """An open serial line, held exclusively (flock, so only against those who ask for it too).

    A 7-bit line with parity is opened as 8N1, which has the same length on the wire: the eighth
    bit is masked on input and computed on output (a pty refuses 7-bit framing the second time it
    is opened, and serialposix never checks parity on input anyway).
    """

    def __init__(self, line: Serial) -> None:
        """Open the line through its stable link. Raises PortError."""
        self._name = str(line.port)
        self._mask = 0x7F if line.data_bits == 7 else 0xFF
        in_software = line.data_bits == 7 and line.parity != "none"
        self._parity = line.parity if in_software else "none"
        with self._translated():
            self._serial = _QuietSerial(
                port=self._name,
                baudrate=line.baud,
                bytesize=8 if in_software else line.data_bits,
                parity=serial.PARITY_NONE if in_software else _PARITY[line.parity],
                stopbits=line.stop_bits,
                timeout=0,
                write_timeout=1,
                exclusive=True,
            )

    def read(self, wait_ms: int) -> bytes:
        """Wait up to ``wait_ms`` for bytes and return what is there: any piece of any frame.

        Raises PortError when the line is gone.
        """
        with self._translated():
            line = self._serial.fileno()
            ready, _, _ = select.select([line], [], [], max(0, wait_ms) / 1000)
            # Not pyserial's read: it selects once more, half the cost of a frame (make bench).
            data = os.read(line, READ_MAX) if ready else b""
            if ready and not data:
                raise OSError(errno.ENODEV, "unplugged: ready, but no data")
        return data if self._mask == 0xFF else bytes(byte & self._mask for byte in data)

    def write(self, data: bytes) -> None:
        """Send ``data``. Raises PortError."""
        if self._parity != "none":
            data = bytes(_with_parity(byte, odd=self._parity == "odd") for byte in data)
        with self._translated():
            self._serial.write(data)

    def flush_input(self) -> None:
        """Forget what arrived before now: it may be stale. Raises PortError."""
        with self._translated():
            self._serial.reset_input_buffer()

    def close(self) -> None:
        """Let go of the line; closing a dead line is fine."""
        try:
            self._serial.close()
        except (OSError, termios.error):
            pass

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except termios.error as error:
            raise PortError(f"{self._name}: the line broke: {error}") from error
        except OSError as error:  # SerialException is an OSError
            why = _WHY.get(error.errno or 0, f"broke: {error.strerror or error}")
            raise PortError(f"{self._name} {why}") from error
        except ValueError as error:  # pyserial's word for a setting that the driver refused
            raise PortError(f"{self._name}: {error}") from error


def _with_parity(byte: int, *, odd: bool) -> int:
    seven = byte & 0x7F
    ones = seven.bit_count() + (1 if odd else 0)
    return seven | ((ones & 1) << 7)
