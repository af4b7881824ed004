"""A turned panel: the picture, the places and the finger turn together."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from tests.ui.desk import settings
from ui.geometry import Rect
from ui.process import surface_for
from ui.scene import Places, Target
from ui.surfaces.memory import MemorySurface
from ui.surfaces.turned import TRANSPOSE, Degrees, Turn, TurnedSurface
from ui.touch import Contact

DEGREES: tuple[Degrees, ...] = (0, 90, 180, 270)
W, H = 60, 40


@given(st.sampled_from(DEGREES), st.integers(0, W - 1), st.integers(0, H - 1))
def test_a_finger_lands_where_it_sees_the_pixel(degrees: Degrees, x: int, y: int) -> None:
    turn = Turn(W, H, degrees)
    there = turn.rect(Rect(x, y, 1, 1))
    assert turn.seen(there.x, there.y) == (x, y)
    width, height = turn.device_size
    assert 0 <= there.x < width and 0 <= there.y < height


@pytest.mark.parametrize("degrees", DEGREES[1:])
def test_damage_after_damage_is_the_whole_picture_turned(degrees: Degrees) -> None:
    picture = Image.effect_noise((W, H), 90).convert("RGB").convert("RGBX")
    device = MemorySurface(*Turn(W, H, degrees).device_size)
    surface = TurnedSurface(device, Turn(W, H, degrees))
    for rect in (Rect(0, 0, 13, H), Rect(13, 0, W - 13, 7), Rect(13, 7, W - 13, H - 7)):
        surface.show(picture, (rect,))
    wanted = picture.transpose(TRANSPOSE[degrees])
    assert ImageChops.difference(device.shown.convert("RGB"), wanted.convert("RGB")).getbbox() is (
        None
    )
    surface.close()


def test_a_panel_turned_clockwise_shows_its_top_at_its_left_edge() -> None:
    """Mounted a quarter clockwise, the panel's left edge is up: the first column is our top row."""
    turn = Turn(W, H, 90)
    assert turn.rect(Rect(0, 0, W, 1)) == Rect(0, 0, 1, W)
    assert turn.rect(Rect(0, 0, 1, 1)) == Rect(0, W - 1, 1, 1)
    assert Turn(W, H, 270).rect(Rect(0, 0, W, 1)) == Rect(H - 1, 0, 1, W)


def test_places_and_touches_turn_too(tmp_path: Path) -> None:
    config = settings(tmp_path)
    screen = msgspec.structs.replace(config.screen, width=800, height=480, rotate=180)
    surface = surface_for(msgspec.structs.replace(config, screen=screen))
    assert isinstance(surface, TurnedSurface)
    device = surface._surface
    assert isinstance(device, MemorySurface)
    surface.tell(Places(1, "idle", (Target(Rect(0, 0, 100, 50), "start"),)))
    assert device.places is not None
    assert device.places.targets == (Target(Rect(700, 430, 100, 50), "start"),)
    device.touch(Contact(799, 479, "down"))
    assert surface.ready(0) == [Contact(0, 0, "down")]
    surface.close()
