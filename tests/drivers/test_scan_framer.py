"""Codes are cut out whole or not at all: a tail never passes for a code."""

from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.labels.symbology import EAN_13, QR, of_aim
from drivers.scanning.framer import QUIET_MS, ScanFramer
from drivers.scanning.scan import CODE_MAX, GAP_MS, Scan
from kiosk.config import Scanner, Serial
from kiosk.units import Millis

Suffix = Literal["cr", "lf", "crlf", "tab", "etx"]
ENDS: dict[Suffix, bytes] = {
    "cr": b"\r",
    "lf": b"\n",
    "crlf": b"\r\n",
    "tab": b"\t",
    "etx": b"\x03",
}


def a_framer(suffix: Suffix = "cr", aim: bool = True) -> ScanFramer:
    """A framer as configured."""
    return ScanFramer(Scanner(line=Serial(port=Path("/dev/s")), suffix=suffix, aim=aim))


def feed(framer: ScanFramer, data: bytes, at: int = 0) -> list[Scan]:
    """Feed bytes at a moment."""
    return framer.feed(data, Millis(at))


@pytest.mark.parametrize("suffix", sorted(ENDS))
def test_each_suffix_ends_a_code(suffix: Suffix) -> None:
    end = ENDS[suffix]
    codes = feed(a_framer(suffix), b"]Q1K1:ABC" + end + b"]E05901234123457" + end)
    assert codes == [Scan(b"K1:ABC", QR), Scan(b"5901234123457", EAN_13)]


def test_bytes_are_kept_as_they_are() -> None:
    data = b" 01\x1d10ABC\xff\x00\x1e "
    assert feed(a_framer(), b"]C1" + data + b"\r") == [Scan(data, of_aim("C1"))]


def test_without_aim_identifiers_the_data_is_untouched() -> None:
    assert feed(a_framer(aim=False), b"]Q1x\r") == [Scan(b"]Q1x", None)]


@pytest.mark.parametrize("bare", [b"5901234123457", b"]", b"]Q", b"]Q1", b"]]1x", b"x]Q1abc"])
def test_a_line_without_its_identifier_is_refused(bare: bytes) -> None:
    framer = a_framer()
    assert feed(framer, bare + b"\r") == []
    assert framer.rejected == 1


def test_the_orphan_lf_of_a_crlf_scanner_hurts_no_code_slow_or_fast() -> None:
    framer = a_framer("cr")
    assert feed(framer, b"]Q1a\r\n]Q1b\r\n", 0) == [Scan(b"a", QR), Scan(b"b", QR)]
    assert feed(framer, b"]Q1c\r\n", 500) == [Scan(b"c", QR)]
    assert feed(framer, b"]Q1d\r", 90_000) == [Scan(b"d", QR)]


def test_a_pause_within_a_code_costs_the_code_and_its_tail() -> None:
    framer = a_framer(aim=False)
    assert feed(framer, b"ABC", 0) == []
    assert feed(framer, b"DEF\r", GAP_MS + 1) == []
    assert feed(framer, b"GHI\r", GAP_MS + 50) == [Scan(b"GHI", None)]
    assert framer.rejected == 1


def test_after_a_long_quiet_a_new_code_begins() -> None:
    framer = a_framer(aim=False)
    feed(framer, b"\xffnoise", 0)
    assert feed(framer, b"CODE\r", QUIET_MS + 1) == [Scan(b"CODE", None)]


def test_an_overlong_code_is_dropped_to_its_end() -> None:
    framer = a_framer(aim=False)
    for at in range(20):
        assert feed(framer, b"x" * 1000, at) == []
    assert feed(framer, b"tail\rNEXT\r", 21) == [Scan(b"NEXT", None)]


CODE = st.binary(min_size=1, max_size=40).filter(
    lambda code: b"\r" not in code and b"\n" not in code
)


@given(st.lists(CODE, min_size=1, max_size=5), st.data())
def test_any_split_gives_the_same_codes(codes: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(b"]Q1" + code + b"\r\n" for code in codes)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    for suffix in ("cr", "crlf"):
        framer = a_framer(suffix)
        scans: list[Scan] = []
        for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            scans += feed(framer, stream[start:stop])
        assert scans == [Scan(code, QR) for code in codes]


@given(st.lists(st.tuples(st.binary(max_size=3000), st.integers(0, 3000)), max_size=12))
def test_garbage_is_bounded_and_never_a_code_without_its_identifier(
    pieces: list[tuple[bytes, int]],
) -> None:
    framer, at = a_framer(), 0
    for data, pause in pieces:
        at += pause
        for scan in feed(framer, data, at):
            assert scan.symbology
            assert b"]" + scan.symbology.aim.encode() + scan.data in b"".join(d for d, _ in pieces)
        assert len(framer._pending) <= CODE_MAX
