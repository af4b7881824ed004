"""Whole payloads: strictly by their symbology, and on the technician's bench."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.labels.label import Label
from drivers.labels.reader import read
from drivers.labels.symbology import (
    RETAIL,
    SSI_TYPES,
    UPC_A,
    UPC_E,
    VENDOR_CODES,
    of_aim,
    split_aim,
    split_vendor,
)
from drivers.scanning.families import GM65_ACK
from drivers.scanning.ssi import DECODE_DATA, DECODER, packet
from drivers.scanning.transmission import read_transmission

EAN = b"5901234123457"
GTIN = "05901234123457"


def label_of(payload: bytes) -> Label:
    """Read a payload that has its AIM identifier."""
    parts = split_aim(payload)
    assert parts is not None
    return read(*parts)


@pytest.mark.parametrize(
    ("payload", "symbology", "gtin"),
    [
        (b"]E0" + EAN, "EAN-13", GTIN),
        (b"]E00416000336108", "EAN-13", "00416000336108"),
        (b"]E3590123412345702", "EAN-13 with supplement", GTIN),
        (b"]E496385074", "EAN-8", "00000096385074"),
        (b"]I105901234123457", "ITF-14", GTIN),
        (b"]C101" + GTIN.encode(), "GS1-128", GTIN),
        (b"]e001" + GTIN.encode(), "GS1 DataBar/composite", GTIN),
        (b"]d201" + GTIN.encode(), "GS1 DataMatrix", GTIN),
        (b"]Q301" + GTIN.encode(), "GS1 QR", GTIN),
        (b"]Q3https://e.com/01/" + EAN, "GS1 QR", GTIN),
        (b"]Q1https://e.com/01/" + EAN, "QR", GTIN),
        (b"]Q1https://e.com/hello", "QR", None),
        (b"]Q1" + EAN, "QR", None),
        (b"]C0" + EAN, "Code 128", None),
        (b"]C110LOT", "GS1-128", None),
        (b"]X0abc", "AIM X0", None),
    ],
)
def test_a_code_names_a_product_or_none(payload: bytes, symbology: str, gtin: str | None) -> None:
    label = label_of(payload)
    assert (label.symbology, label.gtin) == (symbology, gtin)
    assert label.valid


def test_a_composite_is_one_code_of_two_parts() -> None:
    label = label_of(b"]E02112345678900|]e099COMPOSITE\x1d98XYZ")
    assert label.gtin == "02112345678900"
    assert label.ai == {"99": "COMPOSITE", "98": "XYZ"}
    assert not label_of(b"]E02112345678900|]e0").valid
    two = label_of(b"]E02112345678900|]e001" + GTIN.encode())
    assert not two.valid
    assert "two products" in (two.reason or "")


def test_text_is_kept_as_it_is() -> None:
    assert label_of("]Q1 回收 \x1d\x1e ".encode()).text == " 回收 \x1d\x1e "
    assert label_of(b"]Q1\xff\xfe").text == "ÿþ"
    assert label_of(b"]Q1").reason == "empty code"


def test_upc_by_letter_and_8_digits_under_a_shared_letter() -> None:
    assert read(b"123601057072", UPC_A).gtin == "00123601057072"
    assert read(b"04252614", UPC_E).gtin == "00042100005264"
    assert read(EAN, RETAIL).gtin == GTIN
    assert not read(b"12345670", RETAIL).valid


def test_vendor_letters_are_looked_up_and_never_searched_for() -> None:
    parts = split_vendor(b"DAP00x", "symbol")
    assert parts is not None
    assert (parts[0], parts[1].name) == (b"AP00x", "Code 128")
    parts = split_vendor(b"P01x", "symbol")
    assert parts is not None
    assert (parts[0], parts[1].name) == (b"x", "QR")
    assert split_vendor(b"FF96385074", "metrologic") == (b"96385074", of_aim("E4"))
    assert split_vendor(b"?x", "symbol") is None
    assert split_vendor(b"A", "symbol") is None, "a letter alone is no code"
    named = [one for table in VENDOR_CODES.values() for one in table.values()]
    assert all(len(one.aim) == 2 for one in (*named, *SSI_TYPES.values()))


@pytest.mark.parametrize(
    ("data", "gtin"),
    [
        # UnifiedPOS, ScanDataLabel: four ways one scanner may be set.
        (b"5018374827715", "05018374827715"),
        (b"501837482771\r", "05018374827715"),
        (b"F5018374827715\r", "05018374827715"),
        (b"\x02F5018374827715\x03", "05018374827715"),
        (b"  " + EAN + b" \n  ", GTIN),
        (b"\n]E0" + EAN + b"\r", GTIN),
        (b"123601057072", "00123601057072"),
        (b"04150000021126", "04150000021126"),
        (b"425261", "00042100005264"),
        (b"96385074", "00000096385074"),
        (b"04252614", "00042100005264"),
        (b"12345670", None),
        (b"D96385074", "00000096385074"),
        (b"A" + EAN, GTIN),
        (GM65_ACK + EAN + b"\r", GTIN),
        (GM65_ACK + GM65_ACK + b"]E0" + EAN, GTIN),
        (packet(DECODE_DATA, b"\x0b" + EAN, DECODER), GTIN),
        (packet(DECODE_DATA, b"\x08123601057072", DECODER), "00123601057072"),
        (packet(DECODE_DATA, b"\x0b]E0" + EAN, DECODER), GTIN),
        (b"101313|15210526", None),
        (GM65_ACK + b"hello", None),
        (packet(DECODE_DATA, b"\xf0hello", DECODER), None),
        (b"]Q1hello\t", None),
        (b"157035381410375177", None),
    ],
)
def test_the_bench_reads_what_a_technician_sees(data: bytes, gtin: str | None) -> None:
    label = read_transmission(data)
    assert label.valid, label.reason
    assert label.gtin == gtin


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n",
        b"ABC",
        b"]E0",
        b"]E0123456789012",
        b"5901234123458",
        b"12345678901234567",
        b"94252615",
        b"https://example.com/foo/bar",
        b"ftp://example.com/01/05901234123457",
        GM65_ACK,
        bytes.fromhex("7E000801000201ABCD"),
        bytes.fromhex("04D00000FF2C"),
        packet(DECODE_DATA, b"\x0b5901234123458", DECODER),
        packet(DECODE_DATA, b"\x0b" + EAN, DECODER)[:-1],
    ],
)
def test_the_bench_says_why_not(data: bytes) -> None:
    label = read_transmission(data)
    assert not label.valid
    assert label.gtin is None
    assert label.reason


def test_the_bench_tells_what_it_assumed() -> None:
    assert "ambiguous" in (read_transmission(b"12345670").reason or "")
    assert "computed" in (read_transmission(b"501837482771").reason or "")
    assert "metrologic" in (read_transmission(b"F5018374827715").reason or "")
    assert read_transmission(b"]E0" + EAN).reason is None


def test_the_bench_with_a_makers_letters() -> None:
    assert read_transmission(b"DAP00x\r\n", "symbol").text == "AP00x"
    assert read_transmission(b"s\xe5\x9b\x9e", "honeywell").text == "回"
    assert not read_transmission(b"?", "symbol").valid


@given(st.binary(max_size=60), st.sampled_from([None, *VENDOR_CODES]))
def test_any_bytes_are_answered(data: bytes, vendor: str | None) -> None:
    for label in (read_transmission(data, vendor), read_transmission(b"]" + data)):
        assert label.valid or label.reason
        assert label.gtin is None or (label.valid and len(label.gtin) == 14)


@given(st.integers(0, 12), st.sampled_from("0123456789"))
def test_no_single_wrong_digit_names_a_product(at: int, digit: str) -> None:
    damaged = EAN[:at] + digit.encode() + EAN[at + 1 :]
    assert label_of(b"]E0" + damaged).valid == (damaged == EAN)
