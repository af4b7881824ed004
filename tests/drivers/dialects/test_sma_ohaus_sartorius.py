"""Plain-text dialects against their manuals' layouts, and what must never be a weight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scale.decoded import Weight
from drivers.scale.registry import DIALECTS
from drivers.scale.transcript import Words
from tests.drivers.dialects.reading import error, said, weight

KIND: dict[str, Words] = {name: {"kind": name} for name in ("info", "count", "percent", "ack")}
NOTHING: Words = {}
EXPANDED: Words = {"expanded": True}


def sma(head: str, value: str, unit: str) -> bytes:
    """Status, range, mode, motion and custom character, weight in 10, unit in 3."""
    return f"\n{head:<5}{value:>10}{unit:<3}\r".encode()


def radwag(head: str, sign: str, value: str, unit: str) -> bytes:
    """Command in 3 and mark, blank, sign, weight in 9, blank, unit in 3."""
    return f"{head} {sign}{value:>9} {unit:<3}\r\n".encode()


DASHES = "----------"
SMA: list[tuple[bytes, Words]] = [
    (sma(" 1G", "1.235", "kg"), weight("1.235", "kg", stable=True, net=False)),
    (sma("Z1G", "0.000", "kg"), weight("0.000", "kg", stable=True, net=False)),
    (sma(" 1GM", "-1.235", "kg"), weight("-1.235", "kg", stable=False, net=False)),
    (sma(" 1N", "1.235", " kg"), weight("1.235", "kg", stable=True, net=True)),
    (sma(" 1n", "1.2350", "lb"), weight("1.2350", "lb", stable=True, net=True) | EXPANDED),
    (sma(" 1T", "1.235", "kg"), KIND["info"]),
    (sma(" 1G", "120", "pcs"), KIND["count"]),
    (sma("O1G", DASHES, "kg"), error("overload")),
    (sma("O1G", "1.235", "kg"), error("overload")),
    (sma("U1G", DASHES, "kg"), error("underload")),
    (sma("E1G", DASHES, "kg"), error("zero_error")),
    (sma("I1G", DASHES, "kg"), error("zero_error")),
    (sma("T1G", DASHES, "kg"), error("not_executable")),
    (b"\n?\r", error("unknown_command")),
    (b"\n!\r", error("transmission")),
    (b"\nMFG:Sartorius\r", KIND["info"]),
    (sma(" 1G", DASHES, "kg"), NOTHING),
    (sma("X1G", "1.235", "kg"), NOTHING),
    (sma(" 1GX", "1.235", "kg"), NOTHING),
    (sma(" 1G", "1. 235", "kg"), NOTHING),
    (sma(" 1G", "1,235", "kg"), NOTHING),
    (sma(" 1G", "1E+19", "kg"), NOTHING),
    (sma(" 1G", "1.235", ""), NOTHING),
    # A blank was lost.
    (sma(" 1G", "1.235", "kg").replace(b"G  ", b"G ", 1), NOTHING),
]
OHAUS: list[tuple[bytes, Words]] = [
    (b"       12.72 g    ?\r\n", weight("12.72", "g", stable=False)),
    (b"      -12.72 g     \r\n", weight("-12.72", "g", stable=True)),
    (b"        311 g ?\r\n", weight("311", "g", stable=False)),
    (b"     1.2350 kg    ? N\r\n", weight("1.2350", "kg", stable=False, net=True)),
    (b"     1.2350 kg      G\r\n", weight("1.2350", "kg", stable=True, net=False)),
    (b"          12 PCS   \r\n", KIND["count"]),
    (b"       52.10 %     \r\n", KIND["percent"]),
    (b"     1.2350 kg      T\r\n", KIND["info"]),
    (b"ES\r\n", error("syntax")),
    (b"OK!\r\n", KIND["ack"]),
    # No blank before the number shows that its first digits may be missing.
    (b"12.72 g    ?\r\n", NOTHING),
    (b"  12.72 g    ?\r\n", NOTHING),
    # The stability column was lost.
    (b"       12.72 g\r\n", NOTHING),
    (b"       12,72 g     \r\n", NOTHING),
    (b"       12.7[2] g     \r\n", NOTHING),
    (b"       12.7/2 g     \r\n", NOTHING),
    (b"     1.2E+19 g     \r\n", NOTHING),
    (b"       - 12.72 g    ?\r\n", NOTHING),
]
DEFENDER: list[tuple[bytes, Words]] = [
    (b"-  1.640 kg    N\r\n", weight("-1.640", "kg", stable=True, net=True)),
    (b"   1.640 kg   ?G\r\n", weight("1.640", "kg", stable=False, net=False)),
    (b"    1640 g     G\r\n", weight("1640", "g", stable=True, net=False)),
    # The first character was the sign.
    (b"  1.640 kg    N\r\n", NOTHING),
    (b"-  1.640 kg    \r\n", NOTHING),
    (b"-  1.640 kg   N\r\n", NOTHING),
    (b"   1.640 kg   XG\r\n", NOTHING),
]
RADWAG: list[tuple[bytes, Words]] = [
    (radwag("SI  ", " ", "18.500", "kg"), weight("18.500", "kg", stable=True)),
    (radwag("SI ?", "-", "8.500", "kg"), weight("-8.500", "kg", stable=False)),
    (radwag("SUI?", " ", "118.5", "g"), weight("118.5", "g", stable=False)),
    (radwag("S   ", "-", "8.5", "g"), weight("-8.5", "g", stable=True)),
    # The print key's line has no command.
    (radwag(" ", "-", "8.5", "g"), weight("-8.5", "g", stable=True)),
    (radwag("SI  ", " ", "12", "pcs"), KIND["count"]),
    (radwag("SI ^", " ", "18.500", "kg"), error("overload")),
    (radwag("SI v", "-", "0.500", "kg"), error("underload")),
    (b"SI I\r\n", error("not_executable")),
    (b"S  E\r\n", error("not_executable")),
    (b"Z A\r\n", KIND["ack"]),
    (b"ES\r\n", error("syntax")),
    (radwag("SI !", " ", "18.500", "kg"), NOTHING),
    (radwag("SI  ", "/", "18.500", "kg"), NOTHING),
    (radwag("SI  ", " ", "18.5[0]", "kg"), NOTHING),
    # The sign was lost with a blank.
    (radwag("SI  ", "-", "8.500", "kg").replace(b"-", b""), NOTHING),
    (b"     8.500 kg \r\n", NOTHING),
]
SARTORIUS: list[tuple[bytes, Words]] = [
    (b"+   1.2350 kg \r\n", weight("1.2350", "kg", stable=True)),
    (b"-   1.2350 kg \r\n", weight("-1.2350", "kg", stable=True)),
    (b"+ 1235.000 g  \r\n", weight("1235.000", "g", stable=True)),
    (b"+111.25507 mg \r\n", weight("111.25507", "mg", stable=True)),
    # While it moves the unit is blank.
    (b"+ 1235.000    \r\n", weight("1235.000", None, stable=False)),
    (b"G#    +   1255.7 g  \r\n", weight("1255.7", "g", stable=True, net=False)),
    (b"N     +   1255.7 g  \r\n", weight("1255.7", "g", stable=True, net=True)),
    (b"N     +   1255.7    \r\n", weight("1255.7", None, stable=False, net=True)),
    (b"      +   1255.7 g  \r\n", weight("1255.7", "g", stable=True)),
    (b"T1    +   1255.7 g  \r\n", KIND["info"]),
    (b"Qnt   +       12 pcs\r\n", KIND["count"]),
    (b"Prc   +    52.10 %  \r\n", KIND["percent"]),
    (b"+       12 pcs\r\n", KIND["count"]),
    (b"      H       \r\n", error("overload")),
    (b"Stat        H       \r\n", error("overload")),
    (b"Stat  High          \r\n", error("overload")),
    (b"      L       \r\n", error("underload")),
    (b"Stat   L o w        \r\n", error("underload")),
    (b"      C       \r\n", error("not_executable")),
    (b"   Err 054    \r\n", error("logical")),
    (b"Stat     ERR 101    \r\n", error("logical")),
    # A non-verified digit stands in brackets.
    (b"+  123.5[6]g  \r\n", NOTHING),
    (b"N     + 123.5[6]g   \r\n", NOTHING),
    # What lost its first or last characters.
    (b"   1.2350 kg \r\n", NOTHING),
    (b"  123.456 mg  \r\n", NOTHING),
    (b"+   1.2350 k\r\n", NOTHING),
    (b"+   1.2350\r\n", NOTHING),
    (b"+   1.2350 \r\n", NOTHING),
    (b"+  1. 2350 kg \r\n", NOTHING),
]
ROWS: list[tuple[str, bytes, Words]] = [
    *(("sma", *row) for row in SMA),
    *(("ohaus", *row) for row in OHAUS),
    *(("ohaus-defender", *row) for row in DEFENDER),
    *(("radwag", *row) for row in RADWAG),
    *(("sartorius-sbi", *row) for row in SARTORIUS),
]
WEIGHTS = [row for row in ROWS if row[2].get("kind") == "weight"]


@pytest.mark.parametrize(("dialect", "data", "expected"), ROWS)
def test_a_line_of_the_manual(dialect: str, data: bytes, expected: Words) -> None:
    assert said(DIALECTS[dialect](), data) == ([expected] if expected else [])


@pytest.mark.parametrize(("dialect", "data", "expected"), WEIGHTS)
def test_no_part_of_a_line_is_another_mass(dialect: str, data: bytes, expected: Words) -> None:
    right = expected.get("weight"), expected.get("unit")
    for start in range(len(data)):
        for stop in range(start + 1, len(data) + 1):
            for frame in said(DIALECTS[dialect](), data[start:stop]):
                if frame["kind"] == "weight":
                    assert (frame["weight"], frame["unit"]) == right, data[start:stop]


@given(st.sampled_from(["sma", "ohaus", "ohaus-defender", "radwag", "sartorius-sbi"]), st.data())
def test_any_bytes_in_any_pieces_mean_the_same(dialect: str, data: st.DataObject) -> None:
    lines = [row[1] for row in ROWS if row[0] == dialect]
    pieces = data.draw(st.lists(st.sampled_from(lines) | st.binary(max_size=9), max_size=6))
    stream = b"".join(pieces)
    cut = data.draw(st.integers(0, len(stream)))
    decoder = DIALECTS[dialect]()
    assert [*decoder.feed(stream[:cut]), *decoder.feed(stream[cut:])] == DIALECTS[dialect]().feed(
        stream
    )


@given(st.sampled_from(["sma", "ohaus", "ohaus-defender", "radwag", "sartorius-sbi"]), st.binary())
def test_noise_is_no_weight(dialect: str, noise: bytes) -> None:
    frames = DIALECTS[dialect]().feed(noise + b"\r\n")
    # Random bytes do not make a whole line with its number, unit and columns.
    assert not any(isinstance(one, Weight) for one in frames)
