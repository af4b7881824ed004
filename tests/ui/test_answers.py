"""One huge answer, none that shouts it down, and a name for whoever calls: in every type."""

import pytest

from tests.ui import exam
from tests.ui.test_every_screen import DRESSED
from ui.parts import Text
from ui.plates import Sitting, sittings
from ui.samples import samples
from ui.scene import Scene

HUGE_UM = 25_000
"""More than any finger needs: it is looked for with seconds left."""
MAIN = {"result": "finish", "confirm-phone": "confirm", "depositing": "done", "receipt": "finish"}
"""The answer that is expected, by the samples' names' beginnings."""

LAID_OUT = [one for one in sittings() if one.look not in DRESSED]


def shown(scene: Scene) -> str:
    return " ".join(" ".join(part.lines) for part in scene.parts if isinstance(part, Text))


@pytest.mark.parametrize("sitting", LAID_OUT, ids=lambda one: one.name)
def test_the_one_huge_button_is_huge(sitting: Sitting) -> None:
    kit = sitting.kit()
    down = kit.panel.px_per_cm_down or kit.panel.px_per_cm
    for name, view in samples(sitting.language):
        if not name.startswith("still-there"):
            continue
        (scene,) = exam.pages(view, kit, exam.WORDS[sitting.language])
        rect = next(one.rect for one in scene.targets if one.choice == "more_time")
        assert rect.h * 10_000 // down >= HUGE_UM, name
        assert rect.w * 10 >= kit.panel.width * 9, name


@pytest.mark.parametrize("sitting", LAID_OUT, ids=lambda one: one.name)
def test_no_button_speaks_louder_than_the_one_we_expect(sitting: Sitting) -> None:
    kit = sitting.kit()
    for name, view in samples(sitting.language):
        main = next((choice for begin, choice in MAIN.items() if name.startswith(begin)), None)
        if main is None:
            continue
        for scene in exam.pages(view, kit, exam.WORDS[sitting.language]):
            foot = {
                target.choice: part.size.em_tenths
                for target in scene.targets
                for part in scene.parts
                if isinstance(part, Text) and target.rect.contains(part.rect)
            }
            if main in foot:
                louder = {one for one, size in foot.items() if size > foot[main]}
                assert not louder, (name, louder)


@pytest.mark.parametrize("sitting", LAID_OUT, ids=lambda one: one.name)
def test_whoever_calls_can_name_the_machine(sitting: Sitting) -> None:
    """It is the first thing they are asked; without a visit no number of a receipt says it."""
    kit = sitting.kit()
    for name, view in samples(sitting.language):
        calls = name.startswith(("idle", "out-")) or (name == "help" and not kit.theme.large)
        if not calls or not getattr(view.screen, "contact", ""):
            continue
        pages = exam.pages(view, kit, exam.WORDS[sitting.language])
        assert any(view.kiosk in shown(scene) for scene in pages), name


@pytest.mark.parametrize(
    "sitting", [one for one in LAID_OUT if one.look == "day"], ids=lambda one: one.name
)
def test_an_inspector_turns_few_pages(sitting: Sitting) -> None:
    """Four scales and the software: small type is right for a table that residents never need."""
    view = dict(samples(sitting.language))["about"]
    pages = list(exam.pages(view, sitting.kit(), exam.WORDS[sitting.language]))
    assert len(pages) <= 3
    said = " ".join(shown(scene) for scene in pages)
    for fact in ("1-0f3d9a77c2b1e845", "5e2a5e2a5e2a5e2a", "7f3k7f3k-41207", "140 g"):
        assert fact in said
