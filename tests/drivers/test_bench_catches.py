"""The bench is worth what it finds: bad decoders that others really shipped must not pass it."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from drivers.scale.decoded import Decoded, Dialect, Error, Weight
from drivers.scale.registry import DIALECTS
from drivers.scale.st_gs import StGs
from tests.drivers.bench_dialects import findings
from tests.drivers.bench_frames import FRAMES, Frames, nibbles

A_LINE = re.compile(rb"(ST|US|OL|UL),(GS|NT),([+-]) *(\d+\.\d+)KG")


class Bad:
    """A comma-line decoder that is nearly right; each planted bug changes one thing."""

    request: bytes | None = None

    def __init__(self) -> None:
        self.pending = b""

    def feed(self, data: bytes) -> list[Decoded]:
        *lines, self.pending = (self.pending + data).split(b"\r\n")
        self.pending = self.pending[-64:]
        return [frame for line in lines if (frame := self.line(line)) is not None]

    def end(self) -> list[Decoded]:
        return []

    def line(self, line: bytes) -> Decoded | None:
        match = A_LINE.fullmatch(line)
        if match is None:
            return None
        if match[1] in (b"OL", b"UL"):
            return Error("overload", line)
        return self.weight(match[3] + match[4], line)

    def weight(self, number: bytes, line: bytes) -> Weight:
        return Weight(Decimal(number.decode()), "kg", True, False, line)


class FloatParser(Bad):
    """1.10 becomes 1.1000000000000000888."""

    def weight(self, number: bytes, line: bytes) -> Weight:
        return Weight(Decimal(float(number)), "kg", True, False, line)


class DropsZeros(Bad):
    """1.230 becomes 1.23: the number of digits is evidence too."""

    def weight(self, number: bytes, line: bytes) -> Weight:
        return Weight(Decimal(number.decode()).normalize(), "kg", True, False, line)


class PrefixDecoder(Bad):
    """Searches a number in whatever was read so far."""

    def feed(self, data: bytes) -> list[Decoded]:
        self.pending = (self.pending + data)[-64:]
        match = re.search(rb"\d+\.\d+", self.pending)
        if match is None:
            return []
        self.pending = b""
        return [self.weight(match[0], match[0])]


class TailDecoder(Bad):
    """The live bug of a cut ``10.996kg``: anything that ends like a frame is one."""

    def line(self, line: bytes) -> Decoded | None:
        match = re.search(rb"\d+\.\d+(?=KG$)", line)
        return None if match is None else self.weight(match[0], line)


class NoResync(Bad):
    """Counts 18 bytes a frame, so one lost byte shifts it for ever."""

    def feed(self, data: bytes) -> list[Decoded]:
        self.pending += data
        frames: list[Decoded] = []
        while len(self.pending) >= 18:
            one, self.pending = self.pending[:16], self.pending[18:]
            if frame := self.line(one):
                frames.append(frame)
        return frames


class Unbounded(Bad):
    """Keeps everything until the line ends."""

    def feed(self, data: bytes) -> list[Decoded]:
        *lines, self.pending = (self.pending + data).split(b"\r\n")
        return [frame for line in lines if (frame := self.line(line)) is not None]


class OverloadAsZero(Bad):
    """As one maker's own manual does it."""

    def line(self, line: bytes) -> Decoded | None:
        if line.startswith((b"OL", b"UL")):
            return self.weight(b"0.000", line)
        return super().line(line)


class KeepsTheLast(Bad):
    """Repeats the last weight when it does not understand (a peer does, for ever)."""

    last: Weight | None = None

    def line(self, line: bytes) -> Decoded | None:
        frame = super().line(line)
        if isinstance(frame, Weight):
            self.last = frame
            return frame
        return self.last


class OneReadOneFrame(Bad):
    """Takes each read for a frame."""

    def feed(self, data: bytes) -> list[Decoded]:
        frame = self.line(data.strip())
        return [] if frame is None else [frame]


class Raises(Bad):
    """Decodes text that is none."""

    def line(self, line: bytes) -> Decoded | None:
        line.decode("ascii")
        return super().line(line)


class DropsGlued(Bad):
    """Answers with the newest frame only."""

    def feed(self, data: bytes) -> list[Decoded]:
        return super().feed(data)[-1:]


class ForgivesDigits(Bad):
    """Takes an O for a 0, a common "repair"; and letters of the header don't matter either."""

    def line(self, line: bytes) -> Decoded | None:
        match = re.fullmatch(rb"..,.S,([+-]) *(\d+\.\d+)(K)?G", line)
        if match is None:
            return None
        factor = 1 if match[3] else 1000
        weight = Decimal((match[1] + match[2]).decode()) / factor
        return Weight(weight * (-1 if line[3:4] == b"M" else 1), "kg", True, False, line)


class NoCheck(Bad):
    """Yaohua without its XOR: tests of others accept frames with a nonsense check field."""

    def feed(self, data: bytes) -> list[Decoded]:
        self.pending = (self.pending + data)[-64:]
        frames: list[Decoded] = []
        while match := re.search(rb"\x02([+-])(\d{6})([0-4])..\x03", self.pending, re.DOTALL):
            self.pending = self.pending[match.end() :]
            weight = Decimal(int(match[1] + match[2])).scaleb(-int(match[3]))
            frames.append(Weight(weight, None, None, None, match[0]))
        return frames


@pytest.mark.parametrize(
    ("bad", "duty"),
    [
        (FloatParser, "exact"),
        (DropsZeros, "exact"),
        (PrefixDecoder, "truncated"),
        (TailDecoder, "truncated"),
        (NoResync, "noise"),
        (Unbounded, "bounded"),
        (OverloadAsZero, "no_weight"),
        (KeepsTheLast, "no_weight"),
        (OneReadOneFrame, "split"),
        (Raises, "raises"),
        (DropsGlued, "glued"),
        (ForgivesDigits, "corrupted"),
    ],
)
def test_a_planted_bug_is_found(bad: Callable[[], Dialect], duty: str) -> None:
    assert duty in {one.duty for one in findings(bad, FRAMES["st-gs"])}


def test_a_check_that_is_not_checked_is_found() -> None:
    assert "corrupted" in {one.duty for one in findings(NoCheck, FRAMES["yaohua-a9"])}


def test_the_decoder_that_the_bugs_were_planted_in_is_sound() -> None:
    """Else the bench might be finding something else."""
    found = findings(Bad, FRAMES["st-gs"])
    assert not found, found[:5]


def test_a_right_decoder_of_the_wrong_dialect_is_found() -> None:
    assert findings(StGs, FRAMES["mt-sics"])
    assert findings(DIALECTS["mt-sics"], FRAMES["st-gs"])


def test_the_frames_are_those_of_the_manuals() -> None:
    """Ours against frames that makers printed or that were captured (serial.md 1)."""
    a9: Frames = FRAMES["yaohua-a9"]
    assert nibbles(b"+0000000") == b"1B"
    assert a9.encode(25)[:8] == b"\x02+000025"
    assert FRAMES["yaohua-a12e"].encode(4139) == b"WG004.139kg3D\r\n"
    assert FRAMES["modbus-0050"].encode(1980) == bytes.fromhex("010304000000c67a61")
    assert FRAMES["st-gs"].encode(1236) == b"ST,GS,+  1.236KG\r\n"
    assert FRAMES["cas-soh"].encode(0)[:4] == b"\x01\x02S "
