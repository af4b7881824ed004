"""Simulated scales: a :class:`Pan` and the bytes its indicator makes of it, nothing else."""

from typing import Literal, Protocol

from drivers.sim.pan import Pan

Unit = Literal["kg", "g"]
Layout = Literal["cas-22", "dini"]


class ByteDevice(Protocol):
    """Something at the far end of a serial line; time is an argument (Lewis)."""

    def advance(self, dt_ms: int) -> bytes:
        """Let time pass and return what the device sends by itself."""
        ...

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host and return the answer."""
        ...


def digits(grams: int, unit: Unit) -> str:
    """Write the size of a mass in its unit, without sign: 1236 g is ``1.236`` kg."""
    size = abs(grams)
    return f"{size // 1000}.{size % 1000:03d}" if unit == "kg" else str(size)


class StGsScale:
    """Streams comma lines ten times a second, as CAS and Dini Argeo indicators do."""

    PERIOD_MS = 100

    def __init__(self, pan: Pan, unit: Unit, layout: Layout) -> None:
        self._pan = pan
        self._unit = unit
        self._layout = layout
        self._waited_ms = 0

    def advance(self, dt_ms: int) -> bytes:
        """Send the frames that are due."""
        self._waited_ms += dt_ms
        frames, self._waited_ms = divmod(self._waited_ms, self.PERIOD_MS)
        return b"".join(self.frame() for _ in range(frames))

    def receive(self, data: bytes) -> bytes:
        """Continuous output takes no commands."""
        return b""

    def frame(self) -> bytes:
        """One frame of what the pan shows now (layouts: drivers/scale/st_gs.py)."""
        grams = self._pan.shown_g
        status = "OL" if self._pan.overloaded else "ST" if self._pan.stable else "US"
        sign = "-" if grams < 0 else ""
        size = digits(grams, self._unit)
        if self._layout == "dini":
            return f"{status},GS,{sign + size:>8},{self._unit}\r\n".encode()
        lamp = 0x80 | (0x40 if self._pan.stable else 0) | 0x04 | (0x01 if grams == 0 else 0)
        field = sign + size.rjust(8 - len(sign), "0")
        head = f"{status},GS,".encode() + bytes((0x31, lamp))
        return head + f",{field} {self._unit:>2}\r\n".encode()


class MtSicsScale:
    """Answers MT-SICS; sends its serial number when switched on (I4), as real balances do."""

    SERIAL = b'I4 A "1234567"\r\n'

    def __init__(self, pan: Pan, unit: Unit) -> None:
        self._pan = pan
        self._unit = unit
        self._heard = b""
        self._starts = pan.starts

    def advance(self, dt_ms: int) -> bytes:
        """Say so if the indicator was switched on since the last call."""
        if self._pan.starts == self._starts:
            return b""
        self._starts = self._pan.starts
        self._heard = b""
        return self.SERIAL

    def receive(self, data: bytes) -> bytes:
        """Answer each complete command."""
        *commands, rest = (self._heard + data).split(b"\r\n")
        self._heard = rest[-64:]
        return b"".join(self._answer(command) for command in commands if command)

    def _answer(self, command: bytes) -> bytes:
        if command in (b"@", b"I4"):
            return self.SERIAL
        if command == b"SI":
            return self._weight()
        if command == b"S":
            # The real one waits for stability or its time-out; this one's time-out is 0.
            return self._weight() if self._pan.stable else b"S I\r\n"
        return b"ES\r\n"

    def _weight(self) -> bytes:
        if self._pan.overloaded:
            return b"S +\r\n"
        grams = self._pan.shown_g
        status = "S" if self._pan.stable else "D"
        size = ("-" if grams < 0 else "") + digits(grams, self._unit)
        return f"S {status} {size:>10} {self._unit}\r\n".encode()
