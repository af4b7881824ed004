"""Every screen in every language, on every panel, in every look: whole, apart, readable,
pressable, within reach; and as long as a language may be."""

from pathlib import Path

import pytest

from tests.ui import exam
from tests.ui.ink import faults
from tests.ui.pseudo import CODE, FILE, catalogue
from ui.ease import LOOKS
from ui.kit import Kit, kit_for
from ui.locale.compile import compiled
from ui.panels import PANELS
from ui.plates import EASED, Sitting, sittings
from ui.samples import samples
from ui.words import DIRECTORY, DOMAIN, all_words

DRESSED = {"night", "contrast"}
"""Looks that change colours only: what stands where is proved by day."""


@pytest.mark.parametrize("sitting", sittings(), ids=lambda one: one.name)
def test_every_screen(sitting: Sitting, kits: dict[str, Kit]) -> None:
    look = LOOKS[sitting.look]
    kit = kits[sitting.panel].dressed(look.theme())
    words = exam.WORDS[sitting.language]
    wrong: list[str] = []
    for name, view in samples(sitting.language):
        for ease in (None, look.ease) if name in EASED else (None,):
            for scene in exam.pages(view, kit, words, ease):
                found = [] if sitting.look in DRESSED else list(exam.layout(scene, kit))
                if sitting.look != "large":
                    found += exam.colours(scene, kit, look)
                wrong += [f"{name}: {one}" for one in found]
    assert wrong == []


def test_the_pseudo_language_is_english_made_longer() -> None:
    """Nothing missing, nothing left over: ``python -m tests.ui.pseudo`` writes it again."""
    assert FILE.read_bytes() == catalogue()


@pytest.mark.parametrize("look", ["day", "large"])
@pytest.mark.parametrize("panel", PANELS)
def test_a_third_language_is_one_catalogue(panel: str, look: str, tmp_path: Path) -> None:
    """No word of it is cut, though each is 40 % longer; what does not fit flows over pages."""
    for code in DIRECTORY.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"):
        target = tmp_path / code.relative_to(DIRECTORY)
        target.parent.mkdir(parents=True)
        target.write_bytes(code.read_bytes())
    target = tmp_path / CODE / "LC_MESSAGES" / f"{DOMAIN}.mo"
    target.parent.mkdir(parents=True)
    target.write_bytes(compiled(FILE))
    words = all_words(tmp_path)
    assert [(one.next_language, one.next_name) for one in words.values()] == [
        ("en", "English"),
        ("qps", "Pséudö"),
        ("zh", "中文"),
    ]
    kit = kit_for(PANELS[panel], LOOKS[look].theme())
    wrong: list[str] = []
    for name, view in samples(CODE):
        for scene in exam.pages(view, kit, words[CODE]):
            found = [*faults(scene, kit), *exam.whole(scene)]
            wrong += [f"{name}: {one}" for one in found]
    assert wrong == []
