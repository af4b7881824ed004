"""Modbus transmitters: registers, status, exceptions, other devices on the wires, and damage."""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.scale.decoded import Decoded, Error, Other, Weight
from drivers.scale.modbus import Modbus, gap_ms
from drivers.scale.modbus_crc import crc, sealed
from drivers.scale.modbus_profile import Profile, profile_of
from drivers.scale.modbus_transmitters import FLINTEC, GENERIC_0050, LAUMAS
from drivers.scale.registry import DIALECTS, dialect_for
from kiosk.config import Registers
from tests.drivers.bench import a_scale

ASKED = bytes.fromhex("010300500002c41a")
CAPTURED = bytes.fromhex("010304000000c67a61")
"""1.98 kg, recorded."""


def answer(*registers: int, address: int = 1, function: int = 3) -> bytes:
    """An answer with these registers."""
    data = b"".join(one.to_bytes(2, "big") for one in registers)
    return sealed(bytes((address, function, len(data))) + data)


def refusal(code: int, function: int = 3) -> bytes:
    """An exception."""
    return sealed(bytes((1, function | 0x80, code)))


def words(value: int) -> tuple[int, int]:
    """A signed 32-bit number, high word first."""
    return divmod(value & 0xFFFFFFFF, 0x10000)


def only(frames: list[Decoded]) -> Decoded:
    """The one frame that was decoded."""
    (frame,) = frames
    return frame


def weight_of(profile: Profile, *registers: int) -> Weight:
    """What this transmitter's answer weighs."""
    frame = only(Modbus(profile).feed(answer(*registers)))
    assert isinstance(frame, Weight)
    return frame


def test_the_crc_is_the_one_of_the_standard() -> None:
    # Modbus over Serial Line 6.2.2: 02 07 gives 41 12, low byte first.
    assert crc(b"\x02\x07") == b"\x41\x12"
    assert crc(b"") == b"\xff\xff"


def test_it_asks_as_the_captured_host_did() -> None:
    assert DIALECTS["modbus-0050"]().request == ASKED


def test_the_captured_answer() -> None:
    frame = only(DIALECTS["modbus-0050"]().feed(CAPTURED))
    assert frame == Weight(Decimal("1.98"), "kg", None, None, CAPTURED)


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0.00"), (-1, "-0.01"), (123_456, "1234.56"), (-198, "-1.98")]
)
def test_numbers_keep_their_decimals_and_sign(value: int, text: str) -> None:
    assert str(weight_of(GENERIC_0050, *words(value)).weight) == text


def test_flintec_reads_weight_and_status_in_one_question() -> None:
    assert Modbus(FLINTEC).request == sealed(bytes.fromhex("010300000003"))


DATA_OK = 1 << 1


@pytest.mark.parametrize(
    ("status", "stable", "net"),
    [(DATA_OK, True, False), (DATA_OK | 4, False, False), (DATA_OK | 8, True, True)],
)
def test_flintec_flags(status: int, stable: bool, net: bool) -> None:
    frame = weight_of(FLINTEC, *words(-1235), status)
    assert (str(frame.weight), frame.unit, frame.stable, frame.net) == ("-1235", None, stable, net)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (0, "not_executable"),
        (DATA_OK | 1, "not_executable"),
        (1 << 13, "not_executable"),
        (2 << 13, "overload"),
        (DATA_OK | 2 << 13, "overload"),
        (3 << 13, "underload"),
        (4 << 13, "not_executable"),
        (5 << 13, "not_executable"),
        (7 << 13 | DATA_OK, "not_executable"),
    ],
)
def test_flintec_without_data_is_an_error_whatever_the_number(status: int, name: str) -> None:
    frame = only(Modbus(FLINTEC).feed(answer(*words(1235), status)))
    assert isinstance(frame, Error)
    assert frame.name == name


def laumas(status: int, gross: int, told: int, net: int = 0) -> bytes:
    """40007 to 40014."""
    return answer(status, *words(gross), *words(net), 0, 0, told)


STABLE, NEGATIVE = 1 << 11, 1 << 7


@pytest.mark.parametrize(
    ("status", "gross", "told", "text", "unit"),
    [
        (STABLE, 1235, 0x000F, "1.235", "kg"),
        (STABLE, 1235, 0x000D, "1.235", "kg"),
        (STABLE | NEGATIVE, 1235, 0x000C, "-12.35", "kg"),
        (STABLE, 1235, 0x0106, "1235", "g"),
        (STABLE | NEGATIVE, 0, 0x000F, "0.000", "kg"),
        (STABLE, 1235, 0x0309, "123.5", "lb"),
    ],
)
def test_laumas_takes_sign_unit_and_division_from_registers(
    status: int, gross: int, told: int, text: str, unit: str
) -> None:
    frame = only(Modbus(LAUMAS).feed(laumas(status, gross, told, net=99)))
    assert isinstance(frame, Weight)
    assert (str(frame.weight), frame.unit, frame.stable) == (text, unit, True)
    assert frame.net is False, "the register is gross, whatever the display shows"


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (1 << 0, "not_executable"),
        (1 << 1, "not_executable"),
        (1 << 2, "overload"),
        (1 << 3, "overload"),
        (1 << 4, "overload"),
        (1 << 4 | NEGATIVE, "underload"),
    ],
)
def test_laumas_alarms(status: int, name: str) -> None:
    frame = only(Modbus(LAUMAS).feed(laumas(STABLE | status, 1235, 0x000F)))
    assert isinstance(frame, Error)
    assert frame.name == name


@pytest.mark.parametrize("told", [0x040F, 0x0013, 0xFFFF, 0x1234])
def test_an_unknown_unit_or_division_is_no_weight(told: int) -> None:
    # The CI-600D has raw counts at 40014: they must not scale a weight.
    frame = only(Modbus(LAUMAS).feed(laumas(STABLE, 1235, told)))
    assert isinstance(frame, Other)
    assert frame.kind == "reject"


CI_600D = Registers(
    weight=7, status=6, signed=False, decimals=1, stable=STABLE, negative=NEGATIVE, overload=0x1C
)


def test_a_profile_from_the_configuration() -> None:
    scale = a_scale(Path("/dev/null"), dialect="modbus-profile", registers=CI_600D, address=17)
    decoder = dialect_for(scale)
    assert decoder.request == sealed(bytes.fromhex("110300060003"))
    frame = only(decoder.feed(answer(STABLE | NEGATIVE, *words(135), address=17)))
    assert isinstance(frame, Weight)
    assert (str(frame.weight), frame.unit, frame.stable, frame.net) == ("-13.5", None, True, None)
    for bit in (2, 3, 4):
        (over,) = decoder.feed(answer(STABLE | 1 << bit, *words(135), address=17))
        assert isinstance(over, Error)
        assert over.name == "overload"


@pytest.mark.parametrize(
    ("registers", "sent", "text"),
    [
        (Registers(weight=9, words=1), (0xFFFF,), "-1"),
        (Registers(weight=9, words=1, signed=False), (0xFFFF,), "65535"),
        (Registers(weight=9, high_first=False, decimals=3), (1235, 0), "1.235"),
        (Registers(weight=9, high_first=False, decimals=3), (0xFFFE, 0xFFFF), "-0.002"),
    ],
)
def test_order_size_and_sign_are_the_profiles(
    registers: Registers, sent: tuple[int, ...], text: str
) -> None:
    assert str(weight_of(profile_of(registers), *sent).weight) == text


def test_stability_needs_all_stable_bits_and_no_moving_bit() -> None:
    profile = profile_of(Registers(weight=0, status=2, stable=0b11, moving=0b1100))
    seen = {bits: weight_of(profile, 0, 1, bits).stable for bits in range(16)}
    assert [bits for bits, stable in seen.items() if stable] == [0b0011]


def test_input_registers_are_read_with_function_4() -> None:
    profile = profile_of(Registers(weight=2, function=4))
    decoder = Modbus(profile)
    assert decoder.request == sealed(bytes.fromhex("010400020002"))
    assert isinstance(only(decoder.feed(answer(0, 7, function=4))), Weight)
    assert decoder.feed(answer(0, 7, function=3)) == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (1, "unknown_command"),
        (2, "logical"),
        (3, "logical"),
        (4, "not_executable"),
        (6, "not_executable"),
        (8, "transmission"),
        (11, "not_executable"),
    ],
)
def test_exceptions_are_errors(code: int, name: str) -> None:
    frame = only(DIALECTS["modbus-0050"]().feed(refusal(code)))
    assert isinstance(frame, Error)
    assert frame.name == name


def test_exception_5_only_acknowledges() -> None:
    assert only(DIALECTS["modbus-0050"]().feed(refusal(5))) == Other("ack", refusal(5))


def test_another_devices_answer_is_not_ours() -> None:
    foreign = answer(0, 198, address=2)
    assert only(Modbus(GENERIC_0050).feed(foreign)) == Other("reject", foreign)
    assert isinstance(only(Modbus(GENERIC_0050, address=2).feed(foreign)), Weight)


def test_an_answer_of_another_length_is_none() -> None:
    for registers in ((198,), (0, 198, 0), (0, 198, 0, 0)):
        assert DIALECTS["modbus-0050"]().feed(answer(*registers)) == []


def test_an_echo_is_a_request_and_the_answer_behind_it_counts() -> None:
    kinds = [type(frame) for frame in DIALECTS["modbus-0050"]().feed(ASKED + CAPTURED)]
    assert kinds == [Other, Weight]


def test_a_capture_of_both_sides_tells_a_tare_from_a_weight() -> None:
    tare = sealed(bytes.fromhex("010300030002"))
    own = sealed(bytes.fromhex("010300000003"))
    stream = tare + answer(0, 500) + own + answer(0, 1235, DATA_OK)
    frames = Modbus(FLINTEC).feed(stream)
    told = [frame.kind if isinstance(frame, Other) else type(frame) for frame in frames]
    assert told == ["request", "info", "request", Weight]


@pytest.mark.parametrize("text", ["010600060001", "01100008000102" + "0002"])
def test_writes_are_requests(text: str) -> None:
    frame = sealed(bytes.fromhex(text))
    assert only(DIALECTS["modbus-flintec"]().feed(frame)) == Other("request", frame)


def test_every_wrong_byte_and_every_two_wrong_bits_are_noticed() -> None:
    for at in range(len(CAPTURED) * 8):
        for other in range(at, len(CAPTURED) * 8):
            damaged = bytearray(CAPTURED)
            damaged[at // 8] ^= 1 << at % 8
            damaged[other // 8] ^= (1 << other % 8) if other != at else 0
            assert not weights(DIALECTS["modbus-0050"]().feed(bytes(damaged) + b"\0" * 8))
    for at in range(len(CAPTURED)):
        for byte in set(range(256)) - {CAPTURED[at]}:
            bad = CAPTURED[:at] + bytes((byte,)) + CAPTURED[at + 1 :]
            assert not weights(DIALECTS["modbus-0050"]().feed(bad))


def weights(frames: list[Decoded]) -> list[Decimal]:
    """The masses among what was decoded."""
    return [frame.weight for frame in frames if isinstance(frame, Weight)]


@pytest.mark.parametrize(
    "start",
    [b"\1\x10", b"\1\x10\0\0\0\x7b\xf6", b"\1\x06", b"\1\3\xff", b"\1\x83", b"\xf7\3\4", b"\1"],
)
def test_no_header_makes_an_answer_wait_for_the_next_one_but_once(start: bytes) -> None:
    """An answer handed out late would be an old weight that passes for a new one."""
    decoder = DIALECTS["modbus-0050"]()
    decoder.feed(start)
    seen = [len(weights(decoder.feed(CAPTURED))) for _ in range(4)]
    assert sum(seen) >= 3
    assert seen[1:] in ([1, 1, 1], [2, 1, 1])


@given(st.binary(max_size=40), st.integers(0, 8))
@example(b"\x01\x03\x04", 0)
@example(b"\x01\x03", 5)
def test_the_next_answer_is_found_behind_anything(noise: bytes, kept: int) -> None:
    decoder = DIALECTS["modbus-0050"]()
    decoder.feed(noise + CAPTURED[:kept])
    decoder.feed(CAPTURED)
    assert weights([*decoder.feed(CAPTURED), *decoder.feed(CAPTURED)])[-1] == Decimal("1.98")


@given(
    st.lists(
        st.sampled_from([ASKED, CAPTURED, CAPTURED[:5], refusal(2), answer(0, 7, address=9)])
        | st.binary(max_size=12),
        max_size=8,
    ),
    st.lists(st.integers(0, 120), max_size=5),
)
def test_any_split_gives_the_same_frames(pieces: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(pieces)
    decoder = DIALECTS["modbus-0050"]()
    bounds = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    split = [
        frame for start, stop in pairwise(bounds) for frame in decoder.feed(stream[start:stop])
    ]
    assert split == DIALECTS["modbus-0050"]().feed(stream)


@pytest.mark.parametrize(("baud", "ms"), [(1200, 33), (9600, 5), (19_200, 3), (115_200, 2)])
def test_the_gap_is_three_and_a_half_characters(baud: int, ms: int) -> None:
    assert gap_ms(baud) == ms
