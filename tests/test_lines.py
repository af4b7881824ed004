"""Lines on the role sockets survive any cutting, and a flood without a newline ends."""

from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import lines, wire
from kiosk.errors import KioskError
from kiosk.lines import LineReader, LineTooLongError

no_newline = st.binary(max_size=20).filter(lambda line: b"\n" not in line)


@given(st.lists(no_newline, max_size=20), no_newline, st.randoms(use_true_random=False))
def test_lines_come_whole_however_the_stream_is_cut(
    sent: list[bytes], unfinished: bytes, random: Random
) -> None:
    stream = b"".join(line + b"\n" for line in sent) + unfinished
    reader, got = LineReader(20), []
    while stream:
        size = random.randint(1, 30)
        got += reader.feed(stream[:size])
        stream = stream[size:]
    assert got == sent
    assert reader.feed(b"\n") == [unfinished]


@pytest.mark.parametrize(
    "reads",
    [[b"123456789"], [b"12345678", b"9"], [b"12345", b"6789\n"], [b"ok\n", b"123456789\n"]],
)
def test_a_line_above_the_limit_is_refused(reads: list[bytes]) -> None:
    reader = LineReader(8)
    for read in reads[:-1]:
        reader.feed(read)
    with pytest.raises(LineTooLongError, match="more than 8 bytes") as caught:
        reader.feed(reads[-1])
    assert isinstance(caught.value, KioskError)


def test_a_line_of_the_very_limit_passes() -> None:
    assert LineReader(8).feed(b"12345678\n") == [b"12345678"]


@given(st.text())
def test_a_message_is_one_line_whatever_it_says(text: str) -> None:
    line = lines.encode(wire.Refused("mark", text))
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert msgspec.json.decode(line, type=wire.ToAgent) == wire.Refused("mark", text)
