"""NCI's three framings and the motion bit that makers disagree about (serial.md 1.7)."""

from pathlib import Path

import pytest

from drivers.scale.registry import DIALECTS, dialect_for
from drivers.scale.transcript import Words
from tests.drivers.bench import a_scale
from tests.drivers.dialects.reading import error, said, weight

INFO: Words = {"kind": "info"}
ONE, TWO, TWELVE = "nci-scp-01", "nci-scp-02", "nci-scp-12"
FRAMES: list[tuple[str, bytes, list[Words]]] = [
    (ONE, b"\n  12.35lb\r\n00\r\x03", [weight("12.35", "lb", stable=True)]),
    (ONE, b"\n  -1.235kg\r\n10\r\x03", [weight("-1.235", "kg", stable=False)]),
    (ONE, b"\n 1234g \r\n20\r\x03", [weight("1234", "g", stable=True)]),
    # Bit 6 of the second byte: a third follows; its bit 2 is net, its bit 3 a wrong first zero.
    (ONE, b"\n  12.35kg\r\n0p4\r\x03", [weight("12.35", "kg", stable=True, net=True)]),
    (ONE, b"\n  12.35kg\r\n0p0\r\x03", [weight("12.35", "kg", stable=True, net=False)]),
    (ONE, b"\n  12.35kg\r\n0p8\r\x03", [error("zero_error")]),
    (ONE, b"\n  12.35kg\r\n0pp0\r\x03", [weight("12.35", "kg", stable=True, net=False)]),
    (ONE, b"\n  12.35kg\r\n02\r\x03", [error("overload")]),
    (ONE, b"\n  12.35kg\r\n01\r\x03", [error("underload")]),
    (ONE, b"\n  12.35kg\r\n40\r\x03", [error("logical")]),
    (ONE, b"\n  12.35kg\r\n08\r\x03", [error("logical")]),
    (ONE, b"\n^^^^^^kg\r\n00\r\x03", [error("overload")]),
    (ONE, b"\n______kg\r\n00\r\x03", [error("underload")]),
    (ONE, b"\n------kg\r\n00\r\x03", [error("zero_error")]),
    (ONE, b"\n10\r\x03", [error("motion")]),
    (ONE, b"\n20\r\x03", [INFO]),
    (ONE, b"\n?\r\x03", [error("unknown_command")]),
    # Parity in bit 7.
    (
        ONE,
        bytes(byte | 0x80 for byte in b"\n12.35kg\r\n00\r\x03"),
        [weight("12.35", "kg", stable=True)],
    ),
    # Of a damaged answer the status may still be read; never a mass.
    (ONE, b"\n  12.35\r\n00\r\x03", [INFO]),
    (ONE, b"\n  12.35kg\r\n0\r\x03", []),
    (ONE, b"\n  12.35kg\r\n0p\r\x03", []),
    (ONE, b"\n  12.35kg\r\n00\r", []),
    (ONE, b"  12.35kg\r\n00\r\x03", [INFO]),
    (ONE, b"\n  12.35kg\r\nS00\r\x03", []),
    # SCP-02: the status has an S; Avery 6702 answers 20 at zero.
    (TWO, b"\n 0.000LB\r\nS20\r\x03", [weight("0.000", "lb", stable=True)]),
    (TWO, b"\nS10\r\x03", [error("motion")]),
    (TWO, b"\nS30\r\x03", [error("motion")]),
    (TWO, b"\nS01\r\x03", [error("underload")]),
    (TWO, b"\nS02\r\x03", [error("overload")]),
    (TWO, b"\nS00\r\x03", [INFO]),
    (TWO, b"\n 0.000LB\r\n20\r\x03", []),
    # 3835 puts the status behind the same CR; SCP-12 pages print SCP-01's framing.
    (TWELVE, b"\n  12.35kg\r00\x03", [weight("12.35", "kg")]),
    (TWELVE, b"\n  12.35kg\r10\x03", [weight("12.35", "kg")]),
    (TWELVE, b"\n  12.35kg\r\n10\r\x03", [weight("12.35", "kg")]),
    (TWELVE, b"\n  12.35kg\r02\x03", [error("overload")]),
    (TWELVE, b"\n10\r\x03", [INFO]),
    (TWELVE, b"\n  12.35kg\r00\r\x03", []),
]


@pytest.mark.parametrize(("name", "data", "expected"), FRAMES)
def test_a_frame_of_the_manual(name: str, data: bytes, expected: list[Words]) -> None:
    assert said(DIALECTS[name](), data) == expected


@pytest.mark.parametrize(
    ("name", "motion_bit", "bit_set", "bit_clear"),
    [
        (ONE, None, False, True),
        (ONE, "clear", True, False),
        (TWELVE, None, None, None),
        (TWELVE, "set", False, True),
        (TWELVE, "clear", True, False),
    ],
)
def test_the_bench_decides_what_the_motion_bit_means(
    name: str, motion_bit: str | None, bit_set: bool | None, bit_clear: bool | None
) -> None:
    decoder = dialect_for(a_scale(Path("scale"), dialect=name, motion_bit=motion_bit))
    seen = said(decoder, b"\n  12.35kg\r\n10\r\x03\n  12.35kg\r\n00\r\x03")
    assert [one["stable"] for one in seen] == [bit_set, bit_clear]
