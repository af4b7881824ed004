"""The wire of the picture: any cut of the stream gives the same messages."""

import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.demo import framing
from kiosk.demo.framing import FrameReader, FramingError, Target, Targets, Touch

MESSAGES = st.lists(
    st.tuples(st.sampled_from([b"H", b"R", b"M", b"T", b"F"]), st.binary(max_size=200))
)


@given(messages=MESSAGES, cuts=st.lists(st.integers(min_value=1, max_value=40), min_size=1))
def test_messages_survive_any_cut_of_the_stream(
    messages: list[tuple[bytes, bytes]], cuts: list[int]
) -> None:
    stream = b"".join(framing.pack(kind, payload) for kind, payload in messages)
    reader = FrameReader()
    found = []
    turn = 0
    while stream:
        size = cuts[turn % len(cuts)]
        turn += 1
        found += reader.feed(stream[:size])
        stream = stream[size:]
    assert found == messages


@given(st.binary(max_size=300))
def test_strangers_bytes_are_messages_or_a_framing_error(data: bytes) -> None:
    reader = FrameReader(message_max=64)
    try:
        for kind, payload in reader.feed(data):
            assert len(kind) == 1
            assert len(payload) < 64
    except FramingError:
        pass


@pytest.mark.parametrize("length", [0, 65, 1 << 31])
def test_an_empty_or_overlong_message_is_refused(length: int) -> None:
    with pytest.raises(FramingError):
        FrameReader(message_max=64).feed(struct.pack(">I", length) + b"H")


@given(st.binary(max_size=60))
def test_payloads_of_strangers_raise_only_framing_errors(payload: bytes) -> None:
    for parse in (framing.parse_hello, framing.parse_targets, framing.box):
        try:
            parse(payload)
        except FramingError:
            pass


def test_a_finger_presses_the_middle_of_a_target() -> None:
    sent = b'{"view":7,"screen":"idle","targets":[{"choice":"start","x":10,"y":20,"w":100,"h":50}]}'
    targets = framing.parse_targets(sent)
    assert targets == Targets(7, "idle", (Target("start", 10, 20, 100, 50),))
    place = targets.of("start")
    assert place is not None
    assert place.centre == (60, 45)
    assert targets.of("donate") is None


def test_a_touch_is_json_behind_its_kind() -> None:
    ((kind, payload),) = FrameReader().feed(framing.pack_touch(Touch(3, 4, "down")))
    assert kind == b"T"
    assert msgspec.json.decode(payload) == {"x": 3, "y": 4, "phase": "down"}
