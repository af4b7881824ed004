"""A&D, Rice Lake and Mettler print lines: their layouts, and what must never be a weight."""

import pytest

from drivers.scale.registry import DIALECTS
from drivers.scale.transcript import Words
from tests.drivers.dialects.reading import error, said, weight

KIND: dict[str, Words] = {name: {"kind": name} for name in ("info", "count", "percent", "ack")}
NOTHING: Words = {}
A_AND_D: list[tuple[bytes, Words]] = [
    (b"ST,+00123.45  g\r\n", weight("123.45", "g", stable=True)),
    (b"US,-00123.45  g\r\n", weight("-123.45", "g", stable=False)),
    (b"ST,+0001.235 kg\r\n", weight("1.235", "kg", stable=True)),
    (b"ST,-00001.2345  g\r\n", weight("-1.2345", "g", stable=True)),
    (b"ST,+012.34567  g\r\n", weight("12.34567", "g", stable=True)),
    (b"ST,+0004775.7  kg\r\n", weight("4775.7", "kg", stable=True)),
    # The comparator's header, in either place.
    (b"HI,ST,+00123.45  g\r\n", weight("123.45", "g", stable=True)),
    (b"ST,LO,+00123.45  g\r\n", weight("123.45", "g", stable=True)),
    (b"OL,+9999999E+19\r\n", error("overload")),
    (b"OL,-9999999E+19\r\n", error("underload")),
    (b"HI,OL,+9999999E+19\r\n", error("overload")),
    (b"OL,+0000.234 kg\r\n", error("overload")),
    (b"QT,+00001234 PC\r\n", KIND["count"]),
    (b"ST,+00001234 PC\r\n", KIND["count"]),
    (b"ST,+00052.10  %\r\n", KIND["percent"]),
    (b"EC,E01\r\n", error("unknown_command")),
    (b"EC,E02\r\n", error("not_executable")),
    (b"EC,E06\r\n", error("syntax")),
    (b"\x06\r\n", KIND["ack"]),
    # 9999999E+19 is a number to a float parser, and so is 1E3.
    (b"ST,+9999999E+19\r\n", NOTHING),
    (b"ST,+00012E+3  g\r\n", NOTHING),
    (b"ST,+00123.45   \r\n", NOTHING),
    (b"ST, 00123.45  g\r\n", NOTHING),
    # A digit was lost.
    (b"ST,+0012.45  g\r\n", NOTHING),
    (b"ST,+0012[3].4 g\r\n", NOTHING),
    (b"ST,+00123,45  g\r\n", NOTHING),
    (b"ST,GS,+1.236KG\r\n", NOTHING),
    (b"ZZ,+00123.45  g\r\n", NOTHING),
    (b"XX,ST,+00123.45  g\r\n", NOTHING),
    (b"T,+00123.45  g\r\n", NOTHING),
]
RICE_LAKE: list[tuple[bytes, Words]] = [
    (b"\x02   1.235KG \r\n", weight("1.235", "kg", stable=True, net=False)),
    (b"\x02-  1.235KGM\r\n", weight("-1.235", "kg", stable=False, net=False)),
    (b"\x02   1.235KN \r\n", weight("1.235", "kg", stable=True, net=True)),
    (b"\x02 0001235GG \r\n", weight("1235", "g", stable=True, net=False)),
    (b"\x02   1.235 G \r\n", weight("1.235", None, stable=True, net=False)),
    (b"\x02    12.5LG \r\n", weight("12.5", "lb", stable=True, net=False)),
    (b"\x02   1.235KGO\r\n", error("overload")),
    (b"\x02-  1.235KGO\r\n", error("underload")),
    (b"\x02   1.235KGI\r\n", error("not_executable")),
    (b"\x02   1.235KGH\r\n", error("not_executable")),
    (b"\x02-------KGO\r\n", NOTHING),
    (b"\x02 -------KGO\r\n", error("overload")),
    (b"   1.235KG \r\n", NOTHING),
    (b"\x02  1.235KG \r\n", NOTHING),
    (b"\x02   1.235KGZ\r\n", NOTHING),
    (b"\x02   1.235KX \r\n", NOTHING),
    (b"\x02  1. 235KG \r\n", NOTHING),
    (b"\x02        KG \r\n", NOTHING),
    (b"\x02   1.235KG\r\n", NOTHING),
]
MT_PRINT: list[tuple[bytes, Words]] = [
    (b"     N       0.3747 g   \r\n", weight("0.3747", "g", net=True)),
    (b"     G      -1.2350 kg  \r\n", weight("-1.2350", "kg", net=False)),
    (b"  12 N       0.3747 g   \r\n", weight("0.3747", "g", net=True)),
    (b"     T       0.3747 g   \r\n", KIND["info"]),
    (b"     N           12 PCS \r\n", KIND["count"]),
    (b"     N       0.3747\r\n", NOTHING),
    (b"             0.3747 g   \r\n", NOTHING),
    (b"     N       0.374[7] g   \r\n", NOTHING),
    (b"     N      -------- g   \r\n", NOTHING),
    (b"     N       0.3747 gn  \r\n", NOTHING),
    (b"S S     129.07 g\r\n", NOTHING),
]
ROWS: list[tuple[str, bytes, Words]] = [
    *(("and", *row) for row in A_AND_D),
    *(("rice-lake-355", *row) for row in RICE_LAKE),
    *(("mt-print", *row) for row in MT_PRINT),
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


@pytest.mark.parametrize(
    "data", [row[1] for row in WEIGHTS if row[0] == "and" and len(row[1]) == 17]
)
def test_a_lost_character_never_makes_another_weight(data: bytes) -> None:
    """A&D pads with zeros to a fixed length (17 with CR LF), so no line may shrink unnoticed."""
    for at in range(len(data) - 2):
        assert said(DIALECTS["and"](), data[:at] + data[at + 1 :]) == [], at
