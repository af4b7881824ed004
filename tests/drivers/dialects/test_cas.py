"""CAS's block after ENQ, EB lines and ten characters (serial.md 1.1, 1.5)."""

from functools import reduce
from operator import xor

import pytest

from drivers.scale.decoded import Weight
from drivers.scale.registry import DIALECTS
from drivers.scale.transcript import Words
from tests.drivers.dialects.reading import error, said, weight


def block(body: bytes) -> bytes:
    """SOH STX, ten bytes, BCC, ETX EOT."""
    return b"\x01\x02" + body + bytes((reduce(xor, body),)) + b"\x03\x04"


ACK: Words = {"kind": "ack"}
FRAMES: list[tuple[str, bytes, list[Words]]] = [
    ("cas-soh", block(b"S  1.235kg"), [weight("1.235", "kg", stable=True)]),
    ("cas-soh", block(b"U- 1.235kg"), [weight("-1.235", "kg", stable=False)]),
    ("cas-soh", block(b"S 001235 g"), [weight("1235", "g", stable=True)]),
    ("cas-soh", block(b"S  12.35lb"), [weight("12.35", "lb", stable=True)]),
    ("cas-soh", block(b"SF12.345kg"), [error("overload")]),
    ("cas-soh", block(b"S FFFFFFkg"), [error("overload")]),
    ("cas-soh", b"\x06", [ACK]),
    ("cas-soh", b"\x15", [error("not_executable")]),
    ("cas-soh", b"\x06" + block(b"S  1.235kg"), [ACK, weight("1.235", "kg", stable=True)]),
    # GRAM XFOC PLUS: comma, capitals, flags after EOT, no line end.
    (
        "cas-soh",
        block(b"S- 0,282KG") + b"\x80",
        [weight("-0.282", "kg", stable=True)],
    ),
    (
        "cas-soh",
        (block(b"U  0,850KG") + b"\x00" + block(b"S  0,850KG") + b"\x10") * 2,
        [weight("0.850", "kg", stable=False), weight("0.850", "kg", stable=True)] * 2,
    ),
    ("cas-soh", block(b"X  1.235kg"), []),
    ("cas-soh", block(b"S  1.235xx"), []),
    ("cas-soh", block(b"S  1.2 5kg"), []),
    ("cas-soh", block(b"S       kg"), []),
    ("cas-soh", block(b"S 1,23.4kg"), []),
    ("cas-soh", block(b"S  1.235kg")[:-1], []),
    # A wrong check that is itself ACK is no acknowledgement.
    ("cas-soh", b"\x01\x02S  1.235kg\x06\x03\x04", []),
    ("cas-eb", b"S-186.65g\r\n", [weight("-186.65", "g", stable=True)]),
    ("cas-eb", b"U  12.345kg\r\n", [weight("12.345", "kg", stable=False)]),
    ("cas-eb", b"S    OL\r\n", [error("overload")]),
    ("cas-eb", b"U   -OL\r\n", [error("underload")]),
    ("cas-eb", b"S      12PC\r\n", [{"kind": "count"}]),
    ("cas-eb", b"S    12.3%\r\n", [{"kind": "percent"}]),
    ("cas-eb", b"S 186.65\r\n", []),
    ("cas-eb", b"S 186.65gn\r\n", []),
    ("cas-eb", b"S 186.6[5]g\r\n", []),
    ("cas-eb", b"186.65g\r\n", []),
    ("cas-10", b"000013.5\r\n", [weight("13.5", None)]),
    ("cas-10", b"-00013.5\r\n", [weight("-13.5", None)]),
    ("cas-10", b"    13.5\r\n", [weight("13.5", None)]),
    ("cas-10", b"  -13.50\r\n", [weight("-13.50", None)]),
    ("cas-10", b"00013.5\r\n", []),
    ("cas-10", b"0000013.5\r\n", []),
    ("cas-10", b"        \r\n", []),
    ("cas-10", b"00013.5.\r\n", []),
    ("cas-10", b"9999E+19\r\n", []),
    ("cas-10", b"ST,GS,1\xc4,000013.5 kg\r\n", []),
]


@pytest.mark.parametrize(("name", "data", "expected"), FRAMES)
def test_a_frame_of_the_manual(name: str, data: bytes, expected: list[Words]) -> None:
    assert said(DIALECTS[name](), data) == expected


def test_the_conversation_is_enq_ack_dc1_block() -> None:
    decoder = DIALECTS["cas-soh"]()
    assert decoder.request == b"\x05"
    decoder.feed(b"\x06")
    assert decoder.request == b"\x11"
    assert isinstance(decoder.feed(block(b"S  1.235kg"))[0], Weight)
    assert decoder.request == b"\x05"


@pytest.mark.parametrize("spoilt", [b"\x15", b"\x01\x02S  1.235kg\x00\x03\x04"])
def test_busy_or_damaged_begins_the_conversation_again(spoilt: bytes) -> None:
    decoder = DIALECTS["cas-soh"]()
    decoder.feed(b"\x06")
    decoder.feed(spoilt)
    assert decoder.request == b"\x05"


def test_noise_at_opening_does_not_keep_the_acknowledgement_from_being_heard() -> None:
    decoder = DIALECTS["cas-soh"]()
    decoder.feed(b"\xff\x00~")
    decoder.feed(b"\x06")
    assert decoder.request == b"\x11"
