"""The tokens keep their promises: contrast, sizes in millimetres."""

import pytest

from tests.ui.contrast import contrast_milli
from ui.kit import Kit
from ui.panels import PANELS
from ui.theme import DAY, Colour, Panel, Size, Tone, Weight

COLOURS = DAY.colours
BODY_MILLI, LEAST_MILLI, EDGE_MILLI = 7000, 4500, 3000


def test_contrast_is_the_formula_of_wcag() -> None:
    assert contrast_milli(Colour(0, 0, 0), Colour(255, 255, 255)) == 21_000
    assert contrast_milli(Colour(0x77, 0x77, 0x77), Colour(255, 255, 255)) == 4478


@pytest.mark.parametrize("ground", [COLOURS.paper, COLOURS.card])
def test_body_text(ground: Colour) -> None:
    for ink in (COLOURS.ink, COLOURS.soft):
        assert contrast_milli(ink, ground) >= BODY_MILLI


@pytest.mark.parametrize("tone", Tone)
def test_status_colours_on_every_ground_they_stand_on(tone: Tone) -> None:
    for ground in (COLOURS.paper, COLOURS.card, COLOURS.wash(tone)):
        assert contrast_milli(COLOURS.tone(tone), ground) >= LEAST_MILLI


def test_the_accent_carries_white_words() -> None:
    assert contrast_milli(COLOURS.on_accent, COLOURS.accent) >= BODY_MILLI


def test_quiet_things_can_be_told_from_their_ground() -> None:
    disabled = COLOURS.line.over(COLOURS.paper, 45)
    assert contrast_milli(COLOURS.soft, disabled) >= LEAST_MILLI
    assert contrast_milli(COLOURS.wait, disabled) >= LEAST_MILLI
    assert contrast_milli(COLOURS.soft, COLOURS.line) >= EDGE_MILLI


@pytest.mark.parametrize("name", PANELS)
def test_type_is_large_enough(name: str, kits: dict[str, Kit]) -> None:
    """Section 508 402.4: capitals of 4.8 mm for what must be read; M-26: digits of 9.5 mm."""
    kit = kits[name]
    micrometres_per_px = 10_000 // kit.panel.pitch

    def capital_um(size: Size) -> int:
        box = kit.fonts.font(size, Weight.BOLD, "H").getmask("H", "L").getbbox()
        return int(box[3] - box[1]) * micrometres_per_px

    assert capital_um(Size.BODY) >= 4700
    assert capital_um(Size.HUGE) >= 9500
    assert capital_um(Size.SMALL) >= 3400


def test_units_and_millimetres() -> None:
    panel = Panel(720, 1280, 82)
    assert panel.unit_percent == 100
    assert (panel.px(10), panel.px(0, 5), panel.mm(20)) == (82, 4, 164)
    assert Panel(800, 480, 52, 56).mm(20) == 112
    assert Panel(1080, 1920, 40).unit_percent == 230
    assert [one.tower for one in PANELS.values()] == [False, False, False, True]
