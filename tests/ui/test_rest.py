"""A panel that rests is black, light or none, and wakes without a press."""

from pathlib import Path

from PIL import Image

from tests.ui.desk import PATIENCE_S, FakeController, RunningScreen, WatchedSurface, socket_in
from ui.geometry import Rect
from ui.samples import samples
from ui.surfaces.memory import MemorySurface
from ui.surfaces.rest import BLACK, RestingSurface
from ui.touch import Contact

SIZE = (80, 48)
PICTURE = Image.new("RGBX", SIZE, (9, 8, 7, 255))
ALL = (Rect(0, 0, *SIZE),)


def test_without_a_light_it_goes_black_and_the_finger_that_wakes_it_is_swallowed() -> None:
    memory = MemorySurface(*SIZE)
    surface = RestingSurface(memory, SIZE, None, 60_000)
    surface.show(PICTURE, ALL)
    assert surface.tick(1000) == 61_000 and not surface.wants_all()
    assert memory.shown.getcolors() == [(80 * 48, (9, 8, 7, 255))]
    assert surface.tick(61_000) is None
    assert memory.shown.getcolors() == [(80 * 48, BLACK)]
    memory.touch(Contact(5, 5, "down"))
    memory.touch(Contact(6, 6, "move"))
    assert surface.ready(70_000) == []
    assert surface.wants_all() and not surface.wants_all()
    surface.show(PICTURE, ALL)
    assert memory.shown.getcolors() == [(80 * 48, (9, 8, 7, 255))]
    memory.touch(Contact(6, 6, "up"))
    memory.touch(Contact(7, 7, "down"))
    assert surface.ready(70_500) == [Contact(7, 7, "down")]
    assert surface.tick(70_500) == 130_500
    surface.close()


def test_a_new_picture_wakes_it_whole_and_a_finger_keeps_it_awake() -> None:
    memory = MemorySurface(*SIZE)
    surface = RestingSurface(memory, SIZE, None, 60_000)
    surface.show(PICTURE, ALL)
    surface.tick(0)
    memory.touch(Contact(5, 5, "down"))
    assert surface.ready(59_000) == [Contact(5, 5, "down")]
    assert surface.tick(59_000) == 119_000
    surface.tick(119_000)
    surface.show(PICTURE, (Rect(0, 0, 1, 1),))
    assert memory.shown.getcolors() == [(80 * 48, (9, 8, 7, 255))]
    surface.close()


def test_one_that_never_rests_stays_as_it_is() -> None:
    memory = MemorySurface(*SIZE)
    surface = RestingSurface(memory, SIZE, None, None)
    surface.show(PICTURE, ALL)
    assert surface.tick(0) is None and surface.tick(10**9) is None
    assert memory.shown.getcolors() == [(80 * 48, (9, 8, 7, 255))]
    surface.close()


def test_the_process_paints_again_what_a_finger_woke(tmp_path: Path) -> None:
    surface, controller = WatchedSurface(1280, 800), FakeController(socket_in(tmp_path))
    resting = RestingSurface(surface, (1280, 800), None, 100)

    def until(dark: bool) -> None:
        while (surface.shown.getpixel((2, 2)) == BLACK) != dark:
            surface.damage.get(timeout=PATIENCE_S)

    try:
        with RunningScreen(tmp_path, resting):
            controller.accept()
            controller.send(dict(samples("zh"))["idle"])
            surface.wait_for("idle")
            until(dark=True)
            surface.touch(Contact(2, 2, "down"))
            until(dark=False)
    finally:
        controller.close()
