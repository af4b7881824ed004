"""Toledo continuous and 8217 against the manuals' rules (serial.md 1.3, 1.6)."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scale.decoded import Other, Weight
from drivers.scale.registry import DIALECTS, dialect_for
from drivers.scale.toledo_continuous import ToledoContinuous
from drivers.scale.transcript import Words
from tests.drivers.bench import a_scale
from tests.drivers.dialects.reading import error, said, weight


def bare(swa: int, swb: int, swc: int, digits: bytes = b"  1235", tare: bytes = b"     0") -> bytes:
    """Seventeen bytes."""
    return bytes((2, swa, swb, swc)) + digits + tare + b"\r"


def checked(frame: bytes) -> bytes:
    """Eighteen: the sum of all is 0 modulo 128."""
    return frame + bytes((-sum(frame) & 0x7F,))


REST = bare(0x2D, 0x30, 0x20)
KG = weight("1.235", "kg", stable=True, net=False)
CONTINUOUS: list[tuple[bytes, list[Words]]] = [
    (REST, [KG]),
    (checked(REST), [KG]),
    (checked(REST) * 3, [KG] * 3),
    (REST * 3, [KG] * 3),
    (checked(bare(0x28, 0x30, 0x20)), [weight("123500", "kg", stable=True, net=False)]),
    (checked(bare(0x29, 0x30, 0x20)), [weight("12350", "kg", stable=True, net=False)]),
    (checked(bare(0x2F, 0x30, 0x20)), [weight("0.01235", "kg", stable=True, net=False)]),
    (checked(bare(0x2D, 0x31, 0x20)), [weight("1.235", "kg", stable=True, net=True)]),
    (checked(bare(0x2D, 0x3A, 0x20)), [weight("-1.235", "kg", stable=False, net=False)]),
    (checked(bare(0x2D, 0x20, 0x20)), [weight("1.235", "lb", stable=True, net=False)]),
    (checked(bare(0x2A, 0x30, 0x21)), [weight("1235", "g", stable=True, net=False)]),
    (checked(bare(0x2A, 0x30, 0x22)), [weight("1235", "t", stable=True, net=False)]),
    (checked(bare(0x2D, 0x30, 0x30)), [KG | {"expanded": True}]),
    (checked(bare(0x2D, 0x34, 0x20)), [error("overload")]),
    (checked(bare(0x2D, 0x36, 0x20)), [error("underload")]),
    (checked(bare(0x2D, 0x70, 0x20)), [error("zero_error")]),
    # LIDEN's manual has other constant bits in SWA.
    (checked(bare(0x55, 0x30, 0x20)), [KG]),
    # 8N1 on a 7E1 line: parity in bit 7.
    (bytes(byte | 0x80 for byte in checked(REST)), [KG]),
    (checked(bare(0x2D, 0x30, 0x20, b"12 345")), []),
    (checked(bare(0x2D, 0x30, 0x20, b"      ")), []),
    (checked(bare(0x2D, 0x30, 0x20, b" -1235")), []),
    (REST + b"\x01", []),
    (REST[:-1], []),
]
EIGHT: list[tuple[bytes, list[Words]]] = [
    (b"\x0212.345\r", [weight("12.345", None, stable=True, net=False)]),
    (b"\x0212.34\r", [weight("12.34", None, stable=True, net=False)]),
    (b"\x02 1.234N\r", [weight("1.234", None, stable=True, net=True)]),
    (
        bytes(byte | 0x80 for byte in b"\x0212.345\r"),
        [weight("12.345", None, stable=True, net=False)],
    ),
    (b"\x02?A\r", [error("motion")]),
    (b"\x02?Q\r", [error("motion")]),
    (b"\x02?D\r", [error("under_zero")]),
    (b"\x02?E\r", [error("under_zero")]),
    (b"\x02?B\r", [error("overload")]),
    (b"\x02?H\r", [error("zero_error")]),
    (b"\x02?P\r", [{"kind": "info"}]),
    (b"\x02?`\r", [{"kind": "info"}]),
    (b"\x02?\x01\r", []),
    (b"\x02E\rhello", [{"kind": "probe_reply"}]),
    (b"\x02001234\r", []),
    (b"\x0212.3450\r", []),
    (b"\x021234.5\r", []),
    (b"\x02-1.234\r", []),
    (b"12.345\r", []),
    (b"\x0212.345", []),
]


@pytest.mark.parametrize(("data", "expected"), CONTINUOUS)
def test_a_continuous_frame(data: bytes, expected: list[Words]) -> None:
    assert said(DIALECTS["toledo-continuous"](), data) == expected


@pytest.mark.parametrize(("data", "expected"), EIGHT)
def test_an_8217_answer(data: bytes, expected: list[Words]) -> None:
    assert said(DIALECTS["toledo-8217"](), data) == expected


@pytest.mark.parametrize(
    ("unit", "data", "expected"),
    [
        ("kg", b"\x0212.345\r", [weight("12.345", None, stable=True, net=False)]),
        ("kg", b"\x0212.34\r", []),
        ("kg", b"\x02001234\r", []),
        ("g", b"\x02001234\r", [weight("1234", "g", stable=True, net=False)]),
        ("g", b"\x0212.345\r", []),
        ("g", b"\x02101234\r", []),
    ],
)
def test_an_8213_switched_to_another_unit_falls_silent(
    unit: str, data: bytes, expected: list[Words]
) -> None:
    decoder = dialect_for(a_scale(Path("scale"), dialect="toledo-8217", unit=unit))
    assert said(decoder, data) == expected


def test_a_checked_frame_counts_at_its_check_and_a_bare_one_at_the_next() -> None:
    assert isinstance(ToledoContinuous().feed(checked(REST))[0], Weight)
    decoder = ToledoContinuous()
    assert decoder.feed(REST) == []
    assert len(decoder.feed(REST[:2])) == 1
    # Now the line is known to have no check, and frames count at once.
    assert len(decoder.feed(REST[2:])) == 1
    assert len(decoder.feed(REST)) == 1


def test_a_lost_check_byte_does_not_let_a_damaged_frame_pass() -> None:
    good = checked(REST)
    damaged = bare(0x2D, 0x30, 0x20, b"  9235")
    frames = ToledoContinuous().feed(good + damaged + good * 3)
    assert {frame.weight for frame in frames if isinstance(frame, Weight)} == {Decimal("1.235")}
    assert sum(isinstance(frame, Weight) for frame in frames) >= 3


def test_a_check_that_looks_like_the_next_beginning() -> None:
    frame = next(
        one
        for count in range(0, 1_000_000, 37)
        if (one := checked(bare(0x2D, 0x30, 0x20, f"{count:6d}".encode())))[-1] == 2
    )
    frames = ToledoContinuous().feed(frame * 4 + b"\x02")
    assert [frame.raw for frame in frames] == [frame] * 4
    damaged = frame[:9] + bytes((frame[9] ^ 1,)) + frame[10:]
    for stream in (damaged, damaged + frame, damaged + frame * 3):
        decoder = ToledoContinuous()
        seen = [*decoder.feed(stream), *decoder.end()]
        assert all(isinstance(one, Other) or one.raw == frame for one in seen)


@given(st.integers(0, 999_999), st.integers(0, 17), st.integers(1, 127), st.booleans())
def test_no_wrong_seven_bits_pass_the_check(
    number: int, at: int, flip: int, followed: bool
) -> None:
    good = checked(bare(0x2D, 0x30, 0x20, f"{number:6d}".encode()))
    bad = good[:at] + bytes((good[at] ^ flip,)) + good[at + 1 :]
    decoder = ToledoContinuous()
    seen = decoder.feed(good + bad + (good * 2 if followed else b""))
    seen += decoder.end()
    masses = {frame.weight for frame in seen if isinstance(frame, Weight)}
    assert len(masses) == 1
