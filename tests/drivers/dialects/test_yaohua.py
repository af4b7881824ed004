"""Yaohua's frames against the manuals' rules (serial.md 1.2)."""

from functools import reduce
from operator import xor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scale.decoded import Weight
from drivers.scale.registry import DIALECTS, dialect_for
from drivers.scale.transcript import Words
from drivers.scale.yaohua import YaohuaCommand, ask
from tests.drivers.bench import a_scale
from tests.drivers.dialects.reading import error, said, weight

INFO: Words = {"kind": "info"}
REQUEST: Words = {"kind": "request"}


def framed(body: bytes) -> bytes:
    """Put STX, check and ETX around a body."""
    check = reduce(xor, body)
    return b"\x02" + body + f"{check:02X}".encode() + b"\x03"


def lined(body: bytes) -> bytes:
    """Add A12E's check and line end."""
    return body + f"{reduce(xor, body):02X}".encode() + b"\r\n"


FRAMES: list[tuple[str, bytes, list[Words]]] = [
    # A26 manual p12, and captures: five real frames pass this check.
    ("yaohua-a9", b"\x02+00002501C\x03", [weight("25", None)]),
    ("yaohua-a9", framed(b"-0012342"), [weight("-12.34", None)]),
    ("yaohua-a9", framed(b"+1234564"), [weight("12.3456", None)]),
    ("yaohua-a9", framed(b"+1234565"), []),
    ("yaohua-a9", framed(b"+   2500"), []),
    ("yaohua-a9", framed(b" 0002500"), []),
    ("yaohua-a9", b"\x02+00002501c\x03", []),
    # A26 manual p13: the same bytes, and the configuration's word alone tells the order.
    ("yaohua-eq-forward", b"=000.3000", [weight("0.3000", None)]),
    ("yaohua-eq-reversed", b"=000.3000", [weight("3.000", None)]),
    ("yaohua-eq-reversed", b"=00.1000-", [weight("-1.00", None)]),
    ("yaohua-eq-forward", b"=-0001.00=-0001.00", [weight("-1.00", None)] * 2),
    ("yaohua-eq-forward", b"=+0001.00", []),
    ("yaohua-eq-forward", b"=0 001.00", []),
    ("yaohua-eq-forward", b"=0001.0.0", []),
    ("yaohua-eq-forward", b"=0.000100", []),
    ("yaohua-eq-reversed", b"=09200000\r\n=09200000\r\n", [weight("290", None)] * 2),
    # XK3190-A12(E) manual p13.
    ("yaohua-a12e", b"WG004.139kg3D\r\n", [weight("4.139", "kg", net=False)]),
    ("yaohua-a12e", lined(b"WN-04.139kg"), [weight("-4.139", "kg", net=True)]),
    ("yaohua-a12e", lined(b"WG  4.139kg"), [weight("4.139", "kg", net=False)]),
    ("yaohua-a12e", lined(b"WG0000123 g"), [weight("123", "g", net=False)]),
    ("yaohua-a12e", lined(b"WG004.139lb"), [weight("4.139", "lb", net=False)]),
    ("yaohua-a12e", lined(b"WG0000012pc"), [{"kind": "count"}]),
    ("yaohua-a12e", b"         OL23\r\n", [error("overload")]),
    ("yaohua-a12e", b"         LO23\r\n", [error("underload")]),
    ("yaohua-a12e", b"         OL24\r\n", []),
    ("yaohua-a12e", b"WG004.139kg3E\r\n", []),
    ("yaohua-a12e", b"WG004.139kg\r\n", []),
    ("yaohua-a12e", lined(b"WT004.139kg"), []),
    # The older A12 has small letters and no check.
    ("yaohua-a12e", b"ww004.139kg\r\n", [weight("4.139", "kg", net=False)]),
    ("yaohua-a12e", b"wn-04.139kg\r\n", [weight("-4.139", "kg", net=True)]),
    ("yaohua-a12e", b"wt004.139kg\r\n", [INFO]),
    ("yaohua-a12e", b"ww04.139kg\r\n", []),
    # XK3190-DS3 manual p8.
    ("yaohua-cmd", framed(b"AB+0012343"), [weight("1.234", None, net=False)]),
    ("yaohua-cmd", framed(b"AD-0012340"), [weight("-1234", None, net=True)]),
    ("yaohua-cmd", framed(b"AC+0012343"), [INFO]),
    ("yaohua-cmd", framed(b"AE+0012343"), [INFO]),
    ("yaohua-cmd", framed(b"AA"), [REQUEST]),
    (
        "yaohua-cmd",
        b"\x02AB03\x03" + framed(b"AB+0012343"),
        [REQUEST, weight("1.234", None, net=False)],
    ),
    ("yaohua-cmd", b"\x02AB04\x03", []),
]


@pytest.mark.parametrize(("name", "data", "expected"), FRAMES)
def test_a_frame_of_the_manual(name: str, data: bytes, expected: list[Words]) -> None:
    assert said(DIALECTS[name](), data) == expected


@pytest.mark.parametrize("command", [b"A", b"B", b"C", b"D"])
def test_requests_are_the_manuals(command: bytes) -> None:
    expected = {b"A": "024141303003", b"B": "024142303303", b"C": "024143303203"}
    expected[b"D"] = "024144303503"
    assert ask(b"A", command).hex() == expected[command]


def test_the_address_of_the_configuration_is_asked_and_alone_believed() -> None:
    settings = a_scale(Path("scale"), dialect="yaohua-cmd", address=3)
    decoder = dialect_for(settings)
    assert decoder.request == ask(b"C", b"B")
    assert said(decoder, framed(b"AB+0012343")) == [INFO]
    assert said(decoder, framed(b"CB+0012343")) == [weight("1.234", None, net=False)]


def test_a_longer_equals_format_gives_nothing_but_perhaps_its_first_frame() -> None:
    """Ten characters read as nine would be a tenth of every weight, and would agree."""
    stream = b"=0012.3450" * 50
    frames = DIALECTS["yaohua-eq-forward"]().feed(stream)
    assert sum(isinstance(frame, Weight) for frame in frames) <= 1
    joined = DIALECTS["yaohua-eq-forward"]().feed(stream[3:])
    assert not any(isinstance(frame, Weight) for frame in joined)


def test_after_noise_an_equals_frame_counts_once_the_next_begins() -> None:
    decoder = DIALECTS["yaohua-eq-forward"]()
    assert decoder.feed(b".00=00012.34") == []
    *_, frame = decoder.feed(b"=")
    assert isinstance(frame, Weight)
    assert str(frame.weight) == "12.34"


@given(st.integers(-999_999, 999_999), st.integers(0, 4))
def test_every_number_reads_as_it_was_written(number: int, decimals: int) -> None:
    body = f"{'-' if number < 0 else '+'}{abs(number):06d}{decimals}".encode()
    (seen,) = DIALECTS["yaohua-a9"]().feed(framed(body))
    assert isinstance(seen, Weight)
    assert seen.weight.scaleb(decimals) == number
    assert seen.weight.as_tuple().exponent == -decimals


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_a_command_answer_between_any_bytes_is_found(before: bytes, after: bytes) -> None:
    answer = framed(b"AB+0012343")
    frames = YaohuaCommand().feed(before + answer + answer + after)
    assert any(isinstance(frame, Weight) and frame.raw == answer for frame in frames)
