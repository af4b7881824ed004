"""The decoders against real frames, the manuals' layouts, and what a bad line can do to them."""

import json
import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scale.decoded import Decoded, Dialect, Error, Other, Weight
from drivers.scale.lines import LINE_MAX, LineCutter
from drivers.scale.registry import DIALECTS
from drivers.scale.transcript import words

ROOT = Path(__file__).resolve().parents[2]
CONFORMANCE = Path(os.environ.get("KIOSK_CONFORMANCE", ROOT.parent / "shared" / "conformance"))

W = Weight
KG = {"unit": "kg", "stable": True, "net": False}
ST_GS: list[tuple[bytes, Decimal | str, dict[str, Any]]] = [
    # CAS CI-600D manual p74: the id of scale 13 is 0x3D; bit 5 of the lamp byte varies by model.
    (b"ST,GS,=\xc5,000013.5 kg\r\n", Decimal("13.5"), KG),
    (b"US,GS,1\xa4,0001.235 kg\r\n", Decimal("1.235"), KG | {"stable": False}),
    (b"ST,NT,1\xc2,-00001.5 kg\r\n", Decimal("-1.5"), KG | {"net": True}),
    (b"ST,GS,1\xc4,00012350  g\r\n", Decimal("12350"), KG | {"unit": "g"}),
    (b"OL,GS,1\x84,00000.00 kg\r\n", "overload", {}),
    # Dini Argeo 3590 p65: address, blanks, comma before the unit; UL exists.
    (b"ST,GS,   682.0,kg\r\n", Decimal("682.0"), KG),
    (b"01ST,GS,   -0.35,kg\r\n", Decimal("-0.35"), KG),
    (b"UL,GS,    -5.0,kg\r\n", "underload", {}),
    (b"ERR03\r\n", "not_executable", {}),
    # T-Scale NHB and QHW.
    (b"US,GS    96.9g  \r\n", Decimal("96.9"), {"unit": "g", "stable": False, "net": False}),
    (b"ST,GS-   96.9g  \r\n", Decimal("-96.9"), KG | {"unit": "g"}),
    (b"ST,GS,   96.9, kg\r\n", Decimal("96.9"), KG),
    # Triner TS-700 p15, A&D style.
    (b"ST,GS,+00012.34kg\r\n", Decimal("12.34"), KG),
    (b"OL,GS,+0000.234kg\r\n", "overload", {}),
    # What must never be a weight.
    (b"ST,GS,       0PC\r\n", "count", {}),
    (b"ST,GS,       0,%\r\n", "percent", {}),
    (b"ST,GS-   682.0,kg\r\n", "reject", {}),
    (b"ST,RZ,   682.0,kg\r\n", "reject", {}),
    (b"ST,GS,   682,0,kg\r\n", "reject", {}),
    (b"ST,GS,+  1.236\r\n", "reject", {}),
    (b"ST,GS,+ 1. 236kg\r\n", "reject", {}),
    (b"ST,GS,+  .236kg\r\n", "reject", {}),
    (b"ST,GS,+1.236kg junk\r\n", "reject", {}),
    (b"ST,GS,+9999999E+19kg\r\n", "reject", {}),
    (b"ST,GS,+  1.2/6kg\r\n", "reject", {}),
    (b"\xb2\xb3\r\n", "reject", {}),
]
MT_SICS: list[tuple[bytes, Decimal | str, dict[str, Any]]] = [
    (b"S S     129.07 g\r\n", Decimal("129.07"), {"unit": "g", "stable": True, "net": None}),
    (b"S D       -5.0 kg\r\n", Decimal("-5.0"), {"unit": "kg", "stable": False, "net": None}),
    (b"S S 129.07 g\r\n", Decimal("129.07"), {"unit": "g", "stable": True, "net": None}),
    (b"S I\r\n", "not_executable", {}),
    (b"S +\r\n", "overload", {}),
    (b"S -\r\n", "underload", {}),
    (b"Z +\r\n", "zero_range_upper", {}),
    (b"Z -\r\n", "zero_range_lower", {}),
    (b"ES\r\n", "syntax", {}),
    (b"ET\r\n", "transmission", {}),
    (b"EL\r\n", "logical", {}),
    (b"Z A\r\n", "ack", {}),
    (b"DW A\r\n", "ack", {}),
    (b"TA I\r\n", "not_executable", {}),
    (b"S L\r\n", "logical", {}),
    (b"ZI S\r\n", "ack", {}),
    (b"T S     100.00 g\r\n", "ack", {}),
    (b"TA A    100.00 g\r\n", "ack", {}),
    (b'I4 A "1234567"\r\n', "power_on", {}),
    (b'I2 A "MS 32.1 kg"\r\n', "info", {}),
    (b"     N       0.3747 g   \r\n", "reject", {}),
    (b"D S     129.07 g\r\n", "reject", {}),
    (b"S S     129.0[7] g\r\n", "reject", {}),
    (b"S S     129.07\r\n", "reject", {}),
]
VECTORS = [
    *(pytest.param("st-gs", *row, id=f"st-gs {row[0]!r}") for row in ST_GS),
    *(pytest.param("mt-sics", *row, id=f"mt-sics {row[0]!r}") for row in MT_SICS),
]
VALID = [
    *(("st-gs", row[0]) for row in ST_GS if isinstance(row[1], Decimal)),
    *(("mt-sics", row[0]) for row in MT_SICS if isinstance(row[1], Decimal)),
]


def decode(dialect: str, data: bytes) -> list[Decoded]:
    """Decode bytes as they come from a live line."""
    return DIALECTS[dialect]().feed(data)


def weights(frames: list[Decoded]) -> list[tuple[Decimal, str | None]]:
    """The masses among what was decoded."""
    return [(frame.weight, frame.unit) for frame in frames if isinstance(frame, Weight)]


@pytest.mark.parametrize(("dialect", "data", "expected", "flags"), VECTORS)
def test_a_frame_of_the_manual(
    dialect: str, data: bytes, expected: Decimal | str, flags: dict[str, Any]
) -> None:
    (frame,) = decode(dialect, data)
    if isinstance(frame, Weight):
        assert str(frame.weight) == str(expected)
        assert {name: getattr(frame, name) for name in flags} == flags
    else:
        assert expected == (frame.name if isinstance(frame, Error) else frame.kind)
    assert frame.raw == data.rstrip(b"\r\n")


def as_expectation(frame: Decoded) -> dict[str, Any]:
    """Write a frame with the conformance files' names."""
    if isinstance(frame, Error):
        return {"kind": "error", "error": frame.name}
    if isinstance(frame, Other):
        return dict(words(frame))
    flags = {"unit": frame.unit, "stable": frame.stable, "net": frame.net}
    return {"kind": "weight", "weight": frame.weight, **flags}


def agrees(frame: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Compare what the conformance README says is compared."""
    named = [name for name in ("unit", "stable", "net", "error") if name in expected]
    same_weight = "weight" not in expected or frame["weight"] == Decimal(expected["weight"])
    return (
        frame["kind"] == expected["kind"]
        and same_weight
        and all(frame.get(name) == expected[name] for name in named)
    )


def test_the_real_frames_of_the_conformance_set() -> None:
    """Every row through its dialect, split where its expectation says any split is the same."""
    file = CONFORMANCE / "scale_frames.jsonl"
    if not file.is_file():
        pytest.skip(f"no conformance set at {CONFORMANCE}")
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert {row["protocol"] for row in rows} <= set(DIALECTS)
    for row in rows:
        data = bytes.fromhex(row["hex"])
        kept = (len(data) + 1) if row["expect"].get("split") == "any" else 1
        for cut in range(kept):
            check_row(row, data[:cut], data[cut:])


def check_row(row: dict[str, Any], *parts: bytes) -> None:
    decoder = DIALECTS[row["protocol"]]()
    frames = [frame for part in parts for frame in decoder.feed(part)]
    seen = [as_expectation(frame) for frame in (*frames, *decoder.end())]
    seen = [frame for frame in seen if frame["kind"] != "reject"]
    expected = row["expect"].get("frames", [row["expect"]])
    expected = [one for one in expected if one["kind"] != "reject"]
    assert len(seen) == len(expected), row["id"]
    assert all(map(agrees, seen, expected)), row["id"]


@pytest.mark.parametrize(("dialect", "data"), VALID)
def test_no_cut_frame_is_another_mass(dialect: str, data: bytes) -> None:
    whole = weights(decode(dialect, data))
    for cut in range(len(data)):
        decoder = DIALECTS[dialect]()
        assert weights([*decoder.feed(data[:cut]), *decoder.end()]) in ([], whole)
        # Joining in the middle of a stream: the rest of a frame is none.
        if cut:
            assert weights(decode(dialect, data[cut:])) in ([], whole)
        # A cut frame that runs into the next one costs both or neither.
        assert weights(decode(dialect, data[:cut] + data)) in ([], whole, whole * 2)


@pytest.mark.parametrize(("dialect", "data"), VALID)
def test_a_wrong_byte_outside_the_number_never_changes_the_mass(dialect: str, data: bytes) -> None:
    """An unchecked line can't tell a 3 from a 4: that is what agreeing frames are for (M-02).

    One wrong byte changes one character of the number, or makes a digit of the comma after it.
    """
    (whole,) = weights(decode(dialect, data))
    number = re.search(rb"[+-]? *\d[\d.]*,?(?= *(kg|g))", data)
    assert number is not None
    for at in range(len(data)):
        for byte in range(256):
            bad = data[:at] + bytes((byte,)) + data[at + 1 :]
            for mass, unit in weights(decode(dialect, bad)):
                # Another unit is no payable weight: the scale is configured to one (conversion).
                if mass != whole[0] and unit == whole[1]:
                    assert at in range(*number.span()), bad


@given(st.sampled_from(sorted(DIALECTS)), st.data())
def test_any_split_gives_the_same_frames(dialect: str, data: st.DataObject) -> None:
    frames = [frame for name, frame in VALID if name == dialect] or [b"ST,GS,+1.236KG\r\n"]
    pieces = data.draw(st.lists(st.sampled_from(frames) | st.binary(max_size=12), max_size=8))
    stream = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    decoder: Dialect = DIALECTS[dialect]()
    split: list[Decoded] = []
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        split += decoder.feed(stream[start:stop])
    assert split == decode(dialect, stream)


@given(st.sampled_from(VALID), st.binary(max_size=200))
def test_garbage_costs_one_frame_at_most(valid: tuple[str, bytes], garbage: bytes) -> None:
    dialect, frame = valid
    whole = weights(decode(dialect, frame))
    decoder = DIALECTS[dialect]()
    decoder.feed(garbage)
    decoder.feed(frame)
    assert weights(decoder.feed(frame)) == whole


@given(st.lists(st.binary(min_size=1, max_size=400), max_size=20))
def test_a_line_cutter_never_holds_more_than_a_line(chunks: list[bytes]) -> None:
    cutter = LineCutter()
    for chunk in chunks:
        assert all(len(line) <= LINE_MAX for line in cutter.feed(chunk))
        held = cutter.feed(b"")
        assert held == []
    assert all(len(line) <= LINE_MAX for line in cutter.end())


def test_an_endless_line_is_dropped_and_the_next_one_counts() -> None:
    decoder = DIALECTS["st-gs"]()
    for _ in range(1000):
        assert decoder.feed(b"ST,GS,+1" * 100 + b"  ") == []
    assert decoder.feed(b"ST,GS,+9.999KG\r\n") == [], "the tail of a dropped line is no line"
    frames = decoder.feed(b"ST,GS,+1.236KG\r\n")
    assert weights(frames) == [(Decimal("1.236"), "kg")]
