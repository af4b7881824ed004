"""The kernel's touch protocols, told as reports; two of them recorded from real panels."""

import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.ui.devices import FakeFramebuffer, FakeTouch, report
from ui.geometry import Rect
from ui.surfaces import contacts as c
from ui.surfaces.contacts import LONG_MS, Axis, ContactReader, Slot
from ui.surfaces.evdev import RETRY_MS, TouchDevice
from ui.surfaces.framebuffer import Framebuffer
from ui.surfaces.panel import PanelSurface
from ui.surfaces.rest import RestingSurface
from ui.touch import Contact

A, K, S = c.EV_ABS, c.EV_KEY, c.EV_SYN


def reader(slotted: bool = True) -> ContactReader:
    return ContactReader(Axis(0, 799), Axis(0, 479), 800, 480, slotted)


def down(at_ms: int, number: int, x: int, y: int, slot: int = 0) -> bytes:
    return report(
        at_ms, (A, c.ABS_MT_SLOT, slot), (A, c.ABS_MT_ID, number), (A, 0x35, x), (A, 0x36, y)
    )


def up(at_ms: int, slot: int = 0) -> bytes:
    return report(at_ms, (A, c.ABS_MT_SLOT, slot), (A, c.ABS_MT_ID, -1))


def told(one: ContactReader, *data: bytes) -> list[tuple[str, int, int]]:
    return [(each.phase, each.x, each.y) for part in data for each in one.feed(part)]


def test_a_tap_in_one_read_is_down_and_up() -> None:
    assert told(reader(), down(1000, 5, 100, 200) + up(1080)) == [
        ("down", 100, 200),
        ("up", 100, 200),
    ]


def test_only_changes_are_sent_and_remembered() -> None:
    """The official 7-inch panel (raspberrypi/linux #4749): a new contact where the last one was
    comes without any place."""
    start = down(0, 24901, 400, 240) + up(100)
    again = report(588_944, (A, c.ABS_MT_ID, 24902), (K, c.BTN_TOUCH, 1))
    away = report(589_034, (A, c.ABS_MT_ID, -1), (K, c.BTN_TOUCH, 0))
    assert told(reader(), start, again, away)[2:] == [("down", 400, 240), ("up", 400, 240)]


def test_protocol_a_lists_every_contact_in_each_report() -> None:
    """As a ft6236 sends it (kivy #2790, libts #90)."""
    one = reader(slotted=False)

    def listed(at_ms: int, *points: tuple[int, int]) -> bytes:
        events = [
            event
            for x, y in points
            for event in ((A, 0x30, 38), (A, 0x35, x), (A, 0x36, y), (S, c.SYN_MT_REPORT, 0))
        ]
        return report(at_ms, *(events or [(S, c.SYN_MT_REPORT, 0)]))

    assert told(one, listed(0, (172, 167)), listed(12, (170, 167)), listed(60)) == [
        ("down", 172, 167),
        ("move", 170, 167),
        ("up", 170, 167),
    ]


def test_one_contact_without_protocol() -> None:
    """A resistive panel (kivy #3302): BTN_TOUCH and two axes."""
    one = reader(slotted=False)
    start = report(0, (K, c.BTN_TOUCH, 1), (A, c.ABS_X, 10), (A, c.ABS_Y, 20))
    move = report(40, (A, c.ABS_Y, 21))
    assert told(one, start, move, report(80, (K, c.BTN_TOUCH, 0))) == [
        ("down", 10, 20),
        ("move", 10, 21),
        ("up", 10, 21),
    ]


def test_the_first_finger_owns_the_gesture_until_all_are_up() -> None:
    steps = (
        down(0, 1, 100, 100),
        down(50, 2, 300, 300, slot=1),
        up(100),
        down(150, 3, 500, 100),
        up(200),
        up(250, slot=1),
        down(300, 4, 600, 100),
    )
    assert told(reader(), *steps) == [("down", 100, 100), ("up", 100, 100), ("down", 600, 100)]


def test_rain_is_no_press() -> None:
    assert told(reader(), down(0, 1, 9, 9), up(19)) == [("down", 9, 9), ("lost", 9, 9)]


def test_three_contacts_are_a_wet_screen_until_it_is_clear() -> None:
    one = reader()
    wet = [down(slot, slot, 100 * slot + 9, 9, slot) for slot in range(3)]
    assert told(one, *wet) == [("down", 9, 9), ("lost", 9, 9)]
    assert one.wet is True
    assert told(one, up(100, 2), up(110, 1), down(120, 7, 50, 50, 1)) == []
    assert told(one, up(130, 1), up(140, 0)) == []
    assert told(one, down(200, 8, 5, 5))[0][0] == "down"


def test_a_hand_that_lies_on_the_glass_is_let_go() -> None:
    one = reader()
    told(one, down(0, 1, 5, 5))
    assert one.overdue_ms() == LONG_MS
    assert told(one, report(LONG_MS, (A, 0x35, 6))) == [("lost", 5, 5)]
    assert one.wet and told(one, report(LONG_MS + 5, (A, 0x35, 7))) == []


def test_after_dropped_events_nothing_is_pressed_that_was_not_seen() -> None:
    one = reader()
    told(one, down(0, 1, 5, 5))
    dropped = c.EVENT.pack(0, 50_000, S, c.SYN_DROPPED, 0)
    assert told(one, dropped + report(60, (A, c.ABS_MT_ID, -1))) == [("lost", 5, 5)]
    assert one.stale
    one.load({0: Slot(4, 70, 70)}, 0)
    assert told(one, report(100, (A, 0x35, 71)), up(200)) == []
    assert told(one, down(300, 5, 8, 8))[0] == ("down", 8, 8)


@given(st.binary(max_size=400), st.integers(1, 50))
def test_noise_never_breaks_the_reader(data: bytes, step: int) -> None:
    one = reader()
    for start in range(0, len(data), step):
        for contact in one.feed(data[start : start + step]):
            assert 0 <= contact.x < 800 and 0 <= contact.y < 480


def test_any_cutting_of_the_stream_tells_the_same() -> None:
    stream = down(0, 1, 100, 100) + down(30, 1, 140, 100) + up(90) + down(200, 2, 1, 1) + up(300)
    whole, chance = told(reader(), stream), random.Random(7)
    for _ in range(50):
        cuts = sorted(chance.sample(range(len(stream)), 4))
        parts = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
        assert told(reader(), *parts) == whole


@pytest.fixture
def fake(tmp_path: Path) -> FakeTouch:
    return FakeTouch(tmp_path / "event0", high=(4095, 4095))


def test_the_device_is_grabbed_and_scaled(fake: FakeTouch) -> None:
    device = TouchDevice(fake.path, 800, 480, fake.ioctl)
    assert device.tick(0) == (None, [])
    assert fake.grabbed
    fake.send(down(0, 1, 2048, 4095) + up(50))
    assert device.ready(50) == [Contact(400, 479, "down"), Contact(400, 479, "up")]
    assert device.ready(60) == []
    fake.close()
    device.close()


@pytest.mark.parametrize(
    ("matrix", "corner", "middle"),
    [
        # libinput's own examples: a quarter turn clockwise, half a turn, three quarters.
        ("0 -1 1 1 0 0", (799, 0), (200, 240)),
        ("-1 0 1 0 -1 1", (799, 479), (400, 120)),
        ("0 1 0 -1 0 1", (0, 479), (600, 240)),
        # A glass whose left tenth lies beside the picture.
        ("1.1 0 -0.1 0 1 0", (0, 0), (360, 360)),
        ("1 0 0 0 1 0", (0, 0), (400, 360)),
        # A rule with a mistake in it: the device is what it says.
        ("1 0 0 0 1", (0, 0), (400, 360)),
        ("1 0 0 0 nan 0", (0, 0), (400, 360)),
        ("left right", (0, 0), (400, 360)),
    ],
)
def test_the_matrix_that_udev_knows_is_applied(
    matrix: str, corner: tuple[int, int], middle: tuple[int, int], fake: FakeTouch, tmp_path: Path
) -> None:
    number = fake.path.stat().st_rdev
    notes = tmp_path / f"c{os.major(number)}:{os.minor(number)}"
    notes.write_text(f"I:1\nE:ID_INPUT_TOUCHSCREEN=1\nE:LIBINPUT_CALIBRATION_MATRIX={matrix}\n")
    device = TouchDevice(fake.path, 800, 480, fake.ioctl, tmp_path)
    device.tick(0)
    fake.send(down(0, 1, 0, 0) + up(50) + down(100, 2, 2048, 3072) + up(150))
    places = [(one.x, one.y) for one in device.ready(150) if one.phase == "down"]
    assert places == [corner, middle]
    fake.close()
    device.close()


def test_the_state_is_read_again_after_dropped_events(fake: FakeTouch) -> None:
    device = TouchDevice(fake.path, 800, 480, fake.ioctl)
    device.tick(0)
    fake.slots[c.ABS_MT_ID][0] = 9
    fake.send(c.EVENT.pack(0, 0, S, c.SYN_DROPPED, 0) + report(1))
    assert device.ready(1) == []
    fake.send(report(2, (A, 0x35, 9)) + up(50) + down(90, 10, 0, 0))
    assert device.ready(90) == [Contact(0, 0, "down")]
    fake.close()
    device.close()


def test_a_device_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    device = TouchDevice(tmp_path / "event0", 800, 480)
    assert device.tick(0) == (RETRY_MS, []) and device.fileno() is None
    fake = FakeTouch(tmp_path / "event0", slotted=False)
    device._ioctl = fake.ioctl
    assert device.tick(RETRY_MS) == (None, []) and device.fileno() is not None
    device.close()


def test_the_finger_that_wakes_the_panel_presses_nothing(tmp_path: Path, fake: FakeTouch) -> None:
    memory = FakeFramebuffer(tmp_path / "fb", 800, 480)
    light = tmp_path / "light"
    light.mkdir()
    touch = TouchDevice(fake.path, 800, 480, fake.ioctl)
    panel = Framebuffer(memory.path, memory.ioctl)
    surface = RestingSurface(PanelSurface(panel, touch), (800, 480), light, 60_000)
    lit, picture = light / "bl_power", Image.new("RGBX", (800, 480), (9, 8, 7, 255))
    surface.show(picture, (Rect(0, 0, 800, 480),))
    assert surface.tick(0) == 60_000 and lit.read_text() == "0"
    assert surface.tick(60_000) is None and lit.read_text() == "4"
    assert memory.pixel(400, 240) == bytes((0, 0, 0, 255))
    fake.send(down(70_000, 1, 100, 100))
    # The light comes with the picture: nobody sees a black one lit.
    assert surface.ready(70_000) == [] and lit.read_text() == "4"
    assert surface.wants_all() and not surface.wants_all()
    surface.show(picture, (Rect(0, 0, 800, 480),))
    assert lit.read_text() == "0" and memory.pixel(400, 240) == bytes((9, 8, 7, 255))
    fake.send(up(70_100) + down(70_300, 2, 200, 200))
    assert [one.phase for one in surface.ready(70_300)] == ["down"]
    surface.tick(70_300)
    surface.tick(130_300)
    assert lit.read_text() == "4"
    # A new picture wakes it too: somebody showed a code to the scanner. It comes whole.
    surface.show(picture, (Rect(0, 0, 10, 10),))
    assert lit.read_text() == "0" and memory.pixel(799, 479) == bytes((9, 8, 7, 255))
    surface.close()
    fake.close()
