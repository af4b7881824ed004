"""Triggers and their acknowledgements, packets, prefixes and makers' letters."""

from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import PortError
from drivers.labels.symbology import EAN_13, QR, VENDOR_CODES, Symbology, of_aim
from drivers.scanner import make_framer
from drivers.scanning.families import FAMILIES, GM65_ACK, SSI_ACK
from drivers.scanning.framer import ScanFramer
from drivers.scanning.scan import CODE_MAX, GAP_MS, Framer, Scan
from drivers.scanning.ssi import (
    ACK,
    CONTINUED,
    DECODE_DATA,
    DECODER,
    NAK,
    RETRANSMITTED,
    checksum,
    packet,
)
from drivers.scanning.trigger import AGAIN_MS, ANSWER_MS, SESSION_MS, TRIES, WAKE_MS, Trigger
from kiosk.config import ConfigError, Scanner, Serial, parse
from kiosk.units import Millis
from tests.sync.places import config_text

EAN = b"5901234123457"


def settings(**changes: object) -> Scanner:
    """A scanner as configured."""
    return Scanner(line=Serial(port=Path("/dev/s")), **changes)  # type: ignore[arg-type]  # a table


def feed(framer: Framer, data: bytes, at: int = 0) -> list[Scan]:
    """Feed bytes at a moment."""
    return framer.feed(data, Millis(at))


def decoded(data: bytes, status: int = 0) -> bytes:
    """A decode packet of the scanner, QR by type."""
    return packet(DECODE_DATA, b"\x1c" + data, DECODER, status)


# ---- acknowledgements among lines ----


def test_the_ack_without_a_terminator_is_cut_from_the_next_code() -> None:
    framer = make_framer(settings(family="gm65"))
    assert feed(framer, GM65_ACK + b"]E0" + EAN + b"\r") == [Scan(EAN, EAN_13)]
    assert framer.answered == 1
    assert feed(framer, GM65_ACK, 100) == []
    assert framer.answered == 2
    assert feed(framer, GM65_ACK + GM65_ACK + b"\n]Q1x\r", 90_000) == [Scan(b"x", QR)]
    assert (framer.answered, framer.rejected) == (4, 0)


def test_the_same_bytes_within_a_code_are_data() -> None:
    framer = make_framer(settings(family="gm65"))
    inside = b"a" + GM65_ACK + b"b"
    assert feed(framer, b"]Q1" + inside + b"\r") == [Scan(inside, QR)]
    assert framer.answered == 0


@given(st.data())
def test_acks_and_codes_in_any_split(data: st.DataObject) -> None:
    stream = GM65_ACK + b"]Q1a\r\n" + GM65_ACK + GM65_ACK + b"]Q1b\r\n]Q1c\r\n" + GM65_ACK
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    for suffix in ("cr", "crlf"):
        framer = make_framer(settings(family="gm65", suffix=suffix))
        scans: list[Scan] = []
        for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            scans += feed(framer, stream[start:stop])
        assert [scan.data for scan in scans] == [b"a", b"b", b"c"]
        assert (framer.answered, framer.rejected) == (4, 0)


def test_an_ack_before_a_code_between_stx_and_etx() -> None:
    framer = make_framer(settings(family="gm65", suffix="etx"))
    for at in range(len(GM65_ACK)):
        assert feed(framer, GM65_ACK[at : at + 1]) == []
    assert feed(framer, b"\x02]Q1x\x03") == [Scan(b"x", QR)]
    assert framer.answered == 1


def test_a_torn_ack_costs_the_code_behind_it_and_no_more() -> None:
    framer = make_framer(settings(family="gm65"))
    assert feed(framer, GM65_ACK[:4], 0) == []
    assert feed(framer, b"]Q1a\r", GAP_MS + 1) == []
    assert feed(framer, b"]Q1b\r", GAP_MS + 20) == [Scan(b"b", QR)]


def test_honeywell_and_datalogic_acks() -> None:
    for family in ("honeywell", "datalogic"):
        framer = make_framer(settings(family=family))
        assert feed(framer, b"\x06\x06]Q1\x06a\r") == [Scan(b"\x06a", QR)]
        assert framer.answered == 2


# ---- prefixes and letters ----


def test_a_code_without_the_configured_prefix_may_be_a_tail() -> None:
    framer = ScanFramer(settings(prefix="<<"))
    assert feed(framer, b"<<]Q1a\r]Q1b\r\n<<]Q1c\r\n") == [Scan(b"a", QR), Scan(b"c", QR)]
    assert framer.rejected == 1
    framer = ScanFramer(settings(prefix="\x02", suffix="etx"))
    assert feed(framer, b"\x02]Q1a\x03]Q1b\x03") == [Scan(b"a", QR)]


def test_makers_letters_by_table() -> None:
    framer = ScanFramer(settings(aim=False, code_id="symbol"))
    stream = b"A" + EAN + b"\rDAP00x\rP01y\r" + EAN + b"\r"
    names = [(scan.data, (scan.symbology or QR).name) for scan in feed(framer, stream)]
    assert names == [(EAN, "EAN/UPC"), (b"AP00x", "Code 128"), (b"y", "QR")]
    assert framer.rejected == 1, "digits are no letter of the table"


# ---- SSI ----


def test_the_packets_of_the_guide() -> None:
    assert packet(0xE4) == FAMILIES["ssi"].on == bytes.fromhex("04E40400FF14")
    assert packet(0xE5) == FAMILIES["ssi"].off
    assert packet(ACK, source=DECODER) == SSI_ACK
    assert packet(ACK) == bytes.fromhex("04D00400FF28")


def test_a_decode_is_acknowledged_and_counted_once_when_it_comes_again() -> None:
    framer = make_framer(settings(family="ssi"))
    assert feed(framer, decoded(b"]Q1a")) == [Scan(b"a", QR)]
    assert framer.take_replies() == packet(ACK)
    assert framer.take_replies() == b""
    assert feed(framer, decoded(b"]Q1a", RETRANSMITTED), 1000) == []
    assert framer.take_replies() == packet(ACK), "or it would come for ever"
    assert feed(framer, decoded(b"]Q1a"), 2000) == [Scan(b"a", QR)], "shown again"
    assert feed(framer, decoded(b"]Q1b", RETRANSMITTED), 3000) == [Scan(b"b", QR)], "first lost"


def test_acks_are_counted_and_not_acknowledged() -> None:
    framer = make_framer(settings(family="ssi"))
    assert feed(framer, b"\x00" + SSI_ACK + packet(NAK, b"\x02", DECODER)) == []
    assert (framer.answered, framer.take_replies()) == (1, b"")
    assert feed(framer, packet(0xF6, b"\x01", DECODER)) == []
    assert framer.take_replies() == packet(ACK), "events want one"


@pytest.mark.parametrize("at", range(len(decoded(b"]Q1abc"))))
def test_a_damaged_packet_is_asked_for_again(at: int) -> None:
    whole = decoded(b"]Q1abc")
    damaged = whole[:at] + bytes((whole[at] ^ 0x20,)) + whole[at + 1 :]
    framer = make_framer(settings(family="ssi"))
    assert feed(framer, damaged, 0) == []
    assert feed(framer, b"", GAP_MS + 1) == []
    assert framer.take_replies() == packet(NAK, b"\x01")
    assert framer.rejected == 1
    again = decoded(b"]Q1abc", RETRANSMITTED)
    assert feed(framer, again, GAP_MS + 30) == [Scan(b"abc", QR)]


def test_a_long_code_comes_in_several_packets() -> None:
    framer = make_framer(settings(family="ssi"))
    assert feed(framer, decoded(b"]Q1" + b"a" * 240, CONTINUED)) == []
    assert feed(framer, decoded(b"b" * 240, CONTINUED)) == []
    assert feed(framer, decoded(b"c")) == [Scan(b"a" * 240 + b"b" * 240 + b"c", QR)]
    for at in range(20):
        assert feed(framer, decoded(b"x" * 230 + b"%2d" % at, CONTINUED)) == []
    assert framer.rejected >= 1, f"over {CODE_MAX} bytes"


def test_the_type_byte_names_the_symbol_without_aim_identifiers() -> None:
    framer = make_framer(settings(family="ssi", aim=False))
    assert feed(framer, packet(DECODE_DATA, b"\x0b" + EAN + b"\r", DECODER)) == [Scan(EAN, EAN_13)]
    assert feed(framer, packet(DECODE_DATA, b"\xf0x", DECODER)) == [Scan(b"x", None)]
    strict = make_framer(settings(family="ssi"))
    assert feed(strict, packet(DECODE_DATA, b"\x0b" + EAN, DECODER)) == []
    assert strict.rejected == 1


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=10))
def test_garbage_is_bounded_and_no_code(pieces: list[bytes]) -> None:
    framer = make_framer(settings(family="ssi"))
    at = 0
    for piece in pieces:
        at += 7
        for scan in feed(framer, piece, at):
            assert scan.data in b"".join(pieces)
    feed(framer, b"", at + GAP_MS + 1)
    framer.take_replies()
    after = at + 2 * GAP_MS + 2
    assert feed(framer, decoded(b"]Q1then"), after)[-1] == Scan(b"then", QR)


@given(st.binary(max_size=250))
def test_a_checksum_makes_the_sum_zero(body: bytes) -> None:
    assert (sum(body) + int.from_bytes(checksum(body), "big")) & 0xFFFF == 0


# ---- triggering ----


def test_the_scanner_is_woken_begun_and_begun_again() -> None:
    family = FAMILIES["ssi"]
    trigger = Trigger(family, Millis(0))
    assert trigger.due(Millis(0)) == family.wake
    assert trigger.due(Millis(WAKE_MS - 1)) == b""
    assert trigger.due(Millis(WAKE_MS)) == family.on
    trigger.answered()
    assert trigger.due(Millis(SESSION_MS)) == b""
    end = Millis(WAKE_MS + SESSION_MS)
    assert trigger.due(end) == family.off
    assert trigger.due(end) == b"", "not before the answer"
    trigger.answered()
    assert trigger.due(end) == family.on


def test_after_a_code_it_is_begun_again_in_a_moment() -> None:
    family = FAMILIES["gm65"]
    trigger = Trigger(family, Millis(0))
    assert trigger.due(Millis(WAKE_MS)) == family.on
    trigger.decoded(Millis(1000))
    assert trigger.due(Millis(1000 + AGAIN_MS - 1)) == b""
    assert trigger.due(Millis(1000 + AGAIN_MS)) == family.on


def test_a_scanner_that_never_answers_is_lost() -> None:
    family = FAMILIES["gm65"]
    trigger = Trigger(family, Millis(0))
    now = WAKE_MS
    for _ in range(TRIES):
        assert trigger.due(Millis(now)) == family.on
        assert trigger.due(Millis(now + ANSWER_MS - 1)) == b""
        now += ANSWER_MS
    with pytest.raises(PortError, match="does not answer"):
        trigger.due(Millis(now))


def test_some_scanners_never_answer_and_are_not_asked_to() -> None:
    family = FAMILIES["honeywell"]
    trigger = Trigger(family, Millis(0))
    assert trigger.due(Millis(WAKE_MS)) == family.on == bytes.fromhex("16540D")
    assert trigger.due(Millis(WAKE_MS + 3 * ANSWER_MS)) == b""
    assert trigger.due(Millis(WAKE_MS + SESSION_MS)) == family.off == bytes.fromhex("16550D")


def test_aim_names() -> None:
    assert of_aim("Q5") == Symbology("QR", QR.content, "Q5")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ('trigger = "host"', "needs a scanner.family"),
        ('code_id = "symbol"', "needs scanner.aim = false"),
        ('prefix = "回"', "scanner.prefix"),
    ],
)
def test_settings_that_contradict_each_other(tmp_path: Path, lines: str, reason: str) -> None:
    text = config_text(tmp_path)
    broken = text.replace("[scanner]", f"[scanner]\n{lines}")
    assert parse(text.encode(), "good.toml").scanner.family == "line"
    with pytest.raises(ConfigError, match=reason):
        parse(broken.encode(), "bad.toml")


def test_configuration_knows_every_family_and_every_makers_letters() -> None:
    known = get_type_hints(Scanner)
    assert set(get_args(known["family"])) == set(FAMILIES)
    assert set(get_args(known["code_id"])) == {"none", *VENDOR_CODES}
