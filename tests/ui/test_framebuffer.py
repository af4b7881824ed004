"""The panel's memory gets the right bytes in the right places, whatever the device says it is."""

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kiosk.config import ConfigError
from tests.ui.desk import settings as machine
from tests.ui.devices import RGB565, XBGR8888, XRGB8888, FakeFramebuffer
from ui.geometry import Rect
from ui.kit import kit_for
from ui.plates import picture
from ui.process import surface_for
from ui.samples import samples
from ui.surfaces.console import KD_GRAPHICS, KD_TEXT, KDSETMODE, Backlight, Console
from ui.surfaces.framebuffer import FIXED, VARIABLE, Framebuffer, FramebufferError, rgb565
from ui.theme import DAY, Panel

RED, GREEN, BLUE = (200, 0, 0, 255), (0, 200, 0, 255), (0, 0, 200, 255)


@pytest.mark.parametrize("padding", [0, 64])
@pytest.mark.parametrize("lines_above", [0, 3])
def test_thirty_two_bits_are_pasted_straight_into_memory(
    tmp_path: Path, padding: int, lines_above: int
) -> None:
    fake = FakeFramebuffer(tmp_path / "fb", 40, 30, padding=padding, lines_above=lines_above)
    panel = Framebuffer(fake.path, fake.ioctl)
    assert panel.mapped and panel.mode.order == "BGRA"
    assert (panel.mode.name, panel.mode.pitch) == ("vc4drmfb", 160 + padding)
    # The picture comes with blue first already: the theme was swapped.
    panel.write(Image.new("RGBX", (5, 4), (1, 2, 3, 255)), Rect(7, 8, 5, 4))
    assert fake.pixel(7, 8) == fake.pixel(11, 11) == bytes((1, 2, 3, 255))
    assert fake.pixel(6, 8) == fake.pixel(12, 8) == fake.pixel(7, 7) == b"\x55" * 4
    panel.close()


def test_rows_are_copied_where_the_memory_cannot_be_mapped_as_an_image(tmp_path: Path) -> None:
    fake = FakeFramebuffer(tmp_path / "fb", 40, 30, padding=2)
    panel = Framebuffer(fake.path, fake.ioctl)
    assert not panel.mapped
    panel.write(Image.new("RGBX", (5, 4), (1, 2, 3, 255)), Rect(35, 26, 5, 4))
    assert fake.pixel(35, 26) == fake.pixel(39, 29) == bytes((1, 2, 3, 255))
    assert fake.pixel(34, 26) == b"\x55" * 4
    panel.close()


@given(st.binary(min_size=12, max_size=12))
def test_rgb565_is_the_formula(pixels: bytes) -> None:
    patch = Image.frombytes("RGB", (4, 1), pixels)
    wanted = b"".join(
        ((r >> 3) << 11 | (g >> 2) << 5 | b >> 3).to_bytes(2, "little")
        for r, g, b in zip(pixels[::3], pixels[1::3], pixels[2::3], strict=True)
    )
    assert rgb565(patch) == wanted


def test_sixteen_bits_are_converted(tmp_path: Path) -> None:
    fake = FakeFramebuffer(tmp_path / "fb", 40, 30, depth=16, colours=RGB565, padding=6)
    panel = Framebuffer(fake.path, fake.ioctl)
    assert (panel.mode.order, panel.mapped) == ("RGBA", False)
    for colour, word in ((RED, 0xC800), (GREEN, 0x0640), (BLUE, 0x0019)):
        panel.write(Image.new("RGBX", (2, 2), colour), Rect(10, 20, 2, 2))
        assert fake.pixel(11, 21) == word.to_bytes(2, "little")
    panel.close()


def test_red_first_is_known_by_its_offsets(tmp_path: Path) -> None:
    fake = FakeFramebuffer(tmp_path / "fb", 8, 8, colours=XBGR8888)
    panel = Framebuffer(fake.path, fake.ioctl)
    assert panel.mode.order == "RGBA"
    panel.close()


@pytest.mark.parametrize(
    ("depth", "colours"),
    [(24, XRGB8888), (32, ((8, 8), (16, 8), (24, 8))), (16, ((10, 5), (5, 5), (0, 5)))],
)
def test_a_layout_we_do_not_write_is_named(
    tmp_path: Path, depth: int, colours: tuple[tuple[int, int], ...]
) -> None:
    fake = FakeFramebuffer(tmp_path / "fb", 8, 8, depth=depth, colours=colours)
    with pytest.raises(FramebufferError, match=f"vc4drmfb: {depth} bits"):
        Framebuffer(fake.path, fake.ioctl)


def test_no_device_and_no_framebuffer_are_said(tmp_path: Path) -> None:
    with pytest.raises(FramebufferError, match="No such file"):
        Framebuffer(tmp_path / "fb0")
    (tmp_path / "file").write_bytes(b"no framebuffer")
    with pytest.raises(FramebufferError, match="no framebuffer answers"):
        Framebuffer(tmp_path / "file")


def test_the_kernels_structures_have_the_kernels_sizes() -> None:
    """``sizeof`` on a 64-bit machine: the ioctl writes that much, whatever we give it."""
    assert (VARIABLE.size, FIXED.size) == (160, 80)


def test_a_swapped_theme_is_the_same_picture_with_blue_first() -> None:
    panel = Panel(800, 480, 52, 56)
    view = dict(samples("zh"))["blocked"]
    straight = picture(kit_for(panel), view)
    swapped = picture(kit_for(panel, DAY.swapped()), view)
    red, green, blue, alpha = swapped.split()
    turned = Image.merge("RGBX", (blue, green, red, alpha))
    # Blended edges round each channel by itself: they are equal too.
    assert turned.tobytes() == straight.tobytes()


def test_a_configuration_for_a_device_that_is_not_there(tmp_path: Path) -> None:
    config = machine(tmp_path)
    screen = msgspec.structs.replace(
        config.screen, surface="framebuffer", framebuffer=tmp_path / "fb0"
    )
    with pytest.raises(FramebufferError):
        surface_for(msgspec.structs.replace(config, screen=screen))
    with pytest.raises(ConfigError):
        broken = msgspec.structs.replace(config.screen, surface="browser")
        surface_for(msgspec.structs.replace(config, screen=broken))


def test_the_console_is_put_into_graphics_and_back(tmp_path: Path) -> None:
    (tmp_path / "tty1").touch()
    asked: list[tuple[int, int]] = []

    def ioctl(device: int, request: int, value: int) -> int:
        asked.append((request, value))
        return 0

    console = Console(tmp_path / "tty1", ioctl)
    console.close()
    console.close()
    assert asked == [(KDSETMODE, KD_GRAPHICS), (KDSETMODE, KD_TEXT)]


def test_a_console_or_a_light_that_is_not_there_stops_nothing(tmp_path: Path) -> None:
    Console(tmp_path / "no-tty").close()
    Backlight(tmp_path / "no-light").switch(on=True)
    Backlight(None).switch(on=False)
    assert os.listdir(tmp_path) == []
