"""Modbus RTU transmitters by register profile (serial.md 1.8; Modbus over Serial Line 2.5.1).

A frame is found by its address, its function, the length that follows from them and its CRC,
never by a pause: a pause proves nothing behind a USB adaptor or a pty, and every byte of a frame
is checked by the CRC. An answer that a pause cut off costs nothing: the next one is found behind
it. The 3.5 character gap is kept where it counts, before the next request (:func:`gap_ms`).

Only answers to what was asked count. A request seen on the line, which is an RS-485 echo or the
other half of a capture, tells what the next answer is about.
"""

from collections.abc import Iterator

from drivers.scale.decoded import Decoded, Error, ErrorName, Other, Weight
from drivers.scale.modbus_crc import is_sealed, sealed
from drivers.scale.modbus_profile import Profile, figures_of

EXCEPTIONS: dict[int, ErrorName] = {
    1: "unknown_command",
    2: "logical",
    3: "logical",
    4: "not_executable",
    6: "not_executable",
    8: "transmission",
}
"""Modbus exception codes; 5 only acknowledges, others are of gateways."""
_EXCEPTION = 0x80
_WRITES = (6, 16)
_FEW_REGISTERS = (b"\0\1\2", b"\0\2\4")
"""Registers and bytes of a write of one or two: a command, a tare."""
_REQUEST_LENGTH = 8
_EXCEPTION_LENGTH = 5
_ADDRESS_MAX = 247
SKIPPED_MAX = 64
"""Bytes without a frame after which a request that was heard counts as never answered."""
_BITS = 11
"""Of one character on the line: start, eight, parity or a second stop, stop."""


def gap_ms(baud: int) -> int:
    """Return the shortest silence before a request: 3.5 characters, 1.75 ms above 19200 baud."""
    return max(2, -(-35 * _BITS * 100 // baud))


class Modbus:
    """Decoder of one transmitter's answers; the link sends ``request`` and waits."""

    def __init__(self, profile: Profile, address: int = 1) -> None:
        """Address 1 to 247."""
        self._profile = profile
        self._address = address
        self._own = (profile.first, profile.count)
        self._asked = self._own
        self._skipped = 0
        self._pending = b""
        head = bytes((address, profile.function))
        self.request: bytes | None = sealed(
            head + profile.first.to_bytes(2, "big") + profile.count.to_bytes(2, "big")
        )

    def feed(self, data: bytes) -> list[Decoded]:
        """Take the next bytes and return what they completed."""
        self._pending += data
        return list(self._frames(last=False))

    def end(self) -> list[Decoded]:
        """Take the end of a recorded transmission for the end of a frame."""
        decoded = list(self._frames(last=True))
        self._pending = b""
        return decoded

    def _frames(self, *, last: bool) -> Iterator[Decoded]:
        while self._pending:
            length = self._length(self._pending, last=last)
            if length is None:
                return
            frame, self._pending = self._pending[:length], self._pending[length:]
            if length > 1:
                self._skipped = 0
                yield self._decode(frame)
            else:
                self._skip()

    def _skip(self) -> None:
        """Noise. A cut answer may pass for a request (once in 65536): it must not deafen us."""
        self._skipped += 1
        if self._skipped > SKIPPED_MAX:
            self._asked = self._own

    def _length(self, data: bytes, *, last: bool) -> int | None:
        """Length of the frame at the start; 1 if there is none, None if it is not all there.

        The choice depends on the bytes alone and not on how they were split: lengths are tried
        in one order, and each waits for all its bytes.
        """
        for length in self._lengths(data):
            if len(data) >= length:
                if is_sealed(data[:length]):
                    return length
            elif not last:
                return None
        # Less than a header can't be judged yet; at the end it is nothing.
        return None if len(data) < 3 and not last else 1

    def _lengths(self, data: bytes) -> Iterator[int]:
        """Yield how long a frame that begins so may be, what was asked for first."""
        if not 1 <= data[0] <= _ADDRESS_MAX or len(data) < 3:
            return
        function = data[1]
        if function == self._profile.function:
            if data[2] == 2 * self._asked[1]:
                yield 5 + data[2]
            yield _REQUEST_LENGTH
        elif data[0] != self._address:
            return
        elif function == self._profile.function | _EXCEPTION:
            yield _EXCEPTION_LENGTH
        elif function in _WRITES:
            yield _REQUEST_LENGTH
            # Only what no noise looks like: a long wait would hand out old answers as new ones.
            if function == 16 and data[4:7] in _FEW_REGISTERS:
                yield 9 + data[6]

    def _decode(self, frame: bytes) -> Decoded:
        if frame[0] != self._address:
            # Another device on the two wires: its weight is not ours.
            return Other("reject", frame)
        function = frame[1]
        if function & _EXCEPTION:
            self._asked = self._own
            if frame[2] == 5:
                return Other("ack", frame)
            return Error(EXCEPTIONS.get(frame[2], "not_executable"), frame)
        if function in _WRITES:
            return Other("request", frame)
        if len(frame) == _REQUEST_LENGTH and not self._is_answer(frame):
            self._asked = (int.from_bytes(frame[2:4], "big"), int.from_bytes(frame[4:6], "big"))
            return Other("request", frame)
        first, _ = self._asked
        self._asked = self._own
        return self._answer(frame, first)

    def _is_answer(self, frame: bytes) -> bool:
        return len(frame) == 5 + frame[2]

    def _answer(self, frame: bytes, first: int) -> Decoded:
        data = frame[3:-2]
        registers = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
        figures = figures_of(self._profile, first, registers)
        if figures is None:
            return Other("info" if first != self._own[0] else "reject", frame)
        if figures.error is not None:
            return Error(figures.error, frame)
        assert figures.weight is not None
        return Weight(
            weight=figures.weight,
            unit=figures.unit,
            stable=figures.stable,
            net=figures.net,
            raw=frame,
        )
