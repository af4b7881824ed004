"""The browser surface's wire and its manners: connects again, never waits, loses no pixel."""

import io
import socket
import struct
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from kiosk import views
from kiosk.views import View
from tests.ui.desk import PATIENCE_S, FakeController, RunningScreen, socket_in
from ui.geometry import Rect
from ui.kit import Kit
from ui.plates import picture
from ui.samples import OFFERS
from ui.scene import Places, Target
from ui.surfaces import wire
from ui.surfaces.browser import RETRY_MS, BrowserSurface
from ui.touch import Contact

IDLE = View(1, "en", views.Idle(OFFERS, "CNY", "400"), None, None, None, "03")


class Page:
    """The listener's end, as the demo has it."""

    def __init__(self, path: Path) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1)
        self._listener.settimeout(PATIENCE_S)
        self.link: socket.socket | None = None
        self.reader = wire.MessageReader(16 << 20)
        self.waiting: list[wire.Message] = []

    def accept(self) -> None:
        self.link, _ = self._listener.accept()
        self.link.settimeout(PATIENCE_S)
        self.reader = wire.MessageReader(16 << 20)
        self.waiting = []

    def message(self) -> wire.Message:
        assert self.link is not None
        while not self.waiting:
            data = self.link.recv(65536)
            assert data
            self.waiting += self.reader.feed(data)
        return self.waiting.pop(0)

    def send(self, kind: bytes, body: bytes = b"") -> None:
        assert self.link is not None
        self.link.sendall(wire.frame(kind, body))

    def close(self) -> None:
        if self.link is not None:
            self.link.close()
        self._listener.close()


@given(st.lists(st.binary(min_size=0, max_size=50), max_size=8), st.integers(1, 9))
def test_messages_survive_any_cutting(bodies: list[bytes], step: int) -> None:
    stream = b"".join(wire.frame(b"T", body) for body in bodies)
    reader = wire.MessageReader()
    found = [
        message
        for start in range(0, len(stream), step)
        for message in reader.feed(stream[start : start + step])
    ]
    assert [message.body for message in found] == bodies


@pytest.mark.parametrize("length", [0, wire.INBOUND_MAX + 1])
def test_a_message_of_no_or_too_much_length_is_refused(length: int) -> None:
    with pytest.raises(wire.SurfaceWireError):
        wire.MessageReader().feed(struct.pack(">I", length))


@pytest.mark.parametrize("body", [b"", b"{}", b'{"x":1,"y":2,"phase":"sideways"}', b"\xff"])
def test_a_touch_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(wire.SurfaceWireError):
        wire.touch(body)


def test_a_rectangle_is_its_place_and_a_png() -> None:
    image = Image.new("RGBX", (40, 30), (1, 2, 3, 255))
    message = wire.rectangle(image, Rect(5, 6, 7, 8))
    (length,) = struct.unpack(">I", message[:4])
    assert length == len(message) - 4 and message[4:5] == b"R"
    assert struct.unpack(">4H", message[5:13]) == (5, 6, 7, 8)
    assert Image.open(io.BytesIO(message[13:])).size == (7, 8)


def test_places_are_told_as_json() -> None:
    message = wire.places(Places(3, "idle", (Target(Rect(1, 2, 3, 4), "start"),)))
    assert msgspec.json.decode(message[5:]) == {
        "view": 3,
        "screen": "idle",
        "targets": [{"choice": "start", "x": 1, "y": 2, "w": 3, "h": 4}],
    }


def test_the_page_sees_the_same_pixels(tmp_path: Path, wide: Kit) -> None:
    """Through the whole process: hello, rectangles, places; a late page gets it all again."""
    page, controller = Page(tmp_path / "page"), FakeController(socket_in(tmp_path))
    try:
        with RunningScreen(tmp_path, BrowserSurface(tmp_path / "page", 1280, 800)):
            for visit in range(2):
                page.accept()
                assert msgspec.json.decode(page.message().body) == {
                    "width": 1280,
                    "height": 800,
                    "version": 1,
                }
                if visit == 0:
                    controller.accept()
                    controller.send(IDLE)
                seen = _read_until(page, "idle")
                wanted = picture(wide, IDLE).convert("RGB")
                assert ImageChops.difference(seen, wanted).getbbox() is None
                assert page.link is not None
                page.link.close()
    finally:
        page.close()
        controller.close()


def _read_until(page: Page, screen: str) -> Image.Image:
    """Put rectangles together until the places of ``screen`` are told."""
    seen = Image.new("RGB", (1280, 800))
    while True:
        message = page.message()
        if message.kind == b"R":
            x, y, w, h = struct.unpack(">4H", message.body[:8])
            tile = Image.open(io.BytesIO(message.body[8:]))
            assert tile.size == (w, h)
            seen.paste(tile, (x, y))
        elif message.kind == b"M" and msgspec.json.decode(message.body)["screen"] == screen:
            return seen


def connected(tmp_path: Path) -> tuple[Page, BrowserSurface]:
    page = Page(tmp_path / "page")
    surface = BrowserSurface(tmp_path / "page", 64, 64)
    assert surface.tick(0) is None
    page.accept()
    assert page.message().kind == b"H"
    return page, surface


def test_no_listener_is_tried_again_later(tmp_path: Path) -> None:
    surface = BrowserSurface(tmp_path / "page", 64, 64)
    assert surface.tick(0) == RETRY_MS
    assert surface.fileno() is None
    page = Page(tmp_path / "page")
    assert surface.tick(RETRY_MS - 1) == RETRY_MS
    assert surface.tick(RETRY_MS) is None
    assert surface.wants_all() and not surface.wants_all()
    surface.close()
    page.close()


def test_touches_and_the_wish_for_everything_come_in(tmp_path: Path) -> None:
    page, surface = connected(tmp_path)
    surface.wants_all()
    page.send(b"T", b'{"x":3,"y":4,"phase":"down"}')
    page.send(b"F")
    page.send(b"?", b"a kind of a later version")
    assert surface.ready(0) == [Contact(3, 4, "down")]
    assert surface.wants_all()
    surface.close()
    page.close()


def test_nonsense_ends_the_connection(tmp_path: Path) -> None:
    page, surface = connected(tmp_path)
    page.send(b"T", b"nonsense")
    assert surface.ready(0) == []
    assert surface.fileno() is None
    assert surface.tick(10_000) is None
    page.close()
    surface.close()


def test_a_page_that_does_not_read_never_stops_the_drawing(tmp_path: Path) -> None:
    page, surface = connected(tmp_path)
    surface.wants_all()
    noise = Image.effect_noise((64, 64), 100).convert("RGB").convert("RGBX")
    for _ in range(3000):
        surface.show(noise, (Rect(0, 0, 64, 64),))
    assert surface.wants_write()
    # The page reads again: what it gets is whole messages, and then everything is sent anew.
    while not surface.wants_all():
        assert page.message().kind == b"R"
        surface.ready(0)
    surface.close()
    page.close()


def test_the_page_is_told_what_to_say(tmp_path: Path) -> None:
    page = Page(tmp_path / "page")
    surface = BrowserSurface(tmp_path / "page", 8, 8)
    surface.say("nobody is there yet", "en", 2)
    surface.tick(0)
    page.accept()
    surface.say("请放入纸类", "zh", 3)
    surface.hush()
    said = [page.message() for _ in range(3)][1:]
    assert [message.kind for message in said] == [b"S", b"S"]
    assert [msgspec.json.decode(message.body) for message in said] == [
        {"text": "请放入纸类", "language": "zh", "volume": 3},
        {"text": "", "language": "", "volume": 0},
    ]
    surface.close()
    page.close()
