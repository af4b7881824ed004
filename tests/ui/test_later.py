"""What the first picture needs, and that the rest draws the same."""

import os
import subprocess
import sys

import pytest

from ui import whole
from ui.ease import LOOKS, Ease
from ui.kit import Kit, kit_for
from ui.later import Later
from ui.panels import PANELS
from ui.samples import samples
from ui.screens import every, first
from ui.sheet import Moment
from ui.words import all_words

WORDS = all_words()
PATH = os.pathsep.join(path for path in sys.path if path)
LATE = {
    *("segno", "ui.outlines", "ui.screens.choose", "ui.screens.every", "ui.whole"),
    *("PIL.PngImagePlugin", "dataclasses", "inspect", "shutil", "subprocess", "typing_extensions"),
}
"""Modules that the first picture can do without, and would pay for."""


@pytest.mark.parametrize("panel", PANELS)
def test_the_first_screens_are_set_as_they_are_later(panel: str) -> None:
    kit, seen = kit_for(PANELS[panel]), set()
    for language in ("zh", "en"):
        for _, view in samples(language):
            moment = Moment(view.left_ms)
            scene = first.compose(view, kit, WORDS[language], moment)
            assert scene is None or scene == every.compose(view, kit, WORDS[language], moment)
            seen |= {type(view.screen)} if scene is not None else set()
    assert seen == set(first.FIRST)


def test_large_type_and_the_page_of_wishes_are_left_to_the_rest(wide: Kit) -> None:
    view = dict(samples("zh"))["idle"]
    large = kit_for(wide.panel, LOOKS["large"].theme())
    assert first.compose(view, large, WORDS["zh"], Moment()) is None
    assert first.compose(view, wide, WORDS["zh"], Moment(ease=Ease())) is None


def test_a_piece_at_a_time_and_all_at_once_when_another_screen_is_asked(wide: Kit) -> None:
    asked: list[str] = []

    def load(name: str, piece: object) -> object:
        asked.append(name)
        return piece

    views = dict(samples("zh"))
    pieces = (load(name, whole) for name in "abc")
    later = Later(pieces)
    later.compose(views["idle"], wide, WORDS["zh"], Moment())
    assert asked == []
    later.fetch()
    assert asked == ["a"]
    scene = later.compose(views["choose"], wide, WORDS["zh"], Moment())
    assert asked == ["a", "b", "c"]
    assert scene == every.compose(views["choose"], wide, WORDS["zh"], Moment())


def test_the_first_picture_loads_none_of_the_rest() -> None:
    program = (
        "import sys\n"
        "from kiosk.cli.main import main\n"
        "main(['screen', '--config', '/nonexistent'])\n"
        "import ui.process\n"
        "print(*sys.modules)"
    )
    # -S: an editable install's own finder loads some of them.
    command = (sys.executable, "-S", "-c", program)
    done = subprocess.run(command, check=True, capture_output=True, env={"PYTHONPATH": PATH})
    loaded = set(done.stdout.decode().split())
    assert "ui.screens.idle" in loaded and not LATE & loaded
