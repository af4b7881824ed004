"""The tokens keep their promises: contrast, sizes in millimetres."""

import pytest

from tests.ui.contrast import contrast_milli
from ui.ease import LOOKS, capital_um
from ui.kit import Kit
from ui.panels import PANELS
from ui.theme import CONTRAST, DAY, NIGHT, Colour, Palette, Panel, Size, Tone, Weight

PALETTES = [DAY.colours, NIGHT.colours, CONTRAST.colours]
BODY_MILLI, LEAST_MILLI, EDGE_MILLI = 7000, 4500, 3000


def test_contrast_is_the_formula_of_wcag() -> None:
    assert contrast_milli(Colour(0, 0, 0), Colour(255, 255, 255)) == 21_000
    assert contrast_milli(Colour(0x77, 0x77, 0x77), Colour(255, 255, 255)) == 4478


@pytest.mark.parametrize("colours", PALETTES)
def test_body_text(colours: Palette) -> None:
    for ground in (colours.paper, colours.card):
        for ink in (colours.ink, colours.soft):
            assert contrast_milli(ink, ground) >= BODY_MILLI


@pytest.mark.parametrize("colours", PALETTES)
@pytest.mark.parametrize("tone", Tone)
def test_status_colours_on_every_ground_they_stand_on(tone: Tone, colours: Palette) -> None:
    for ground in (colours.paper, colours.card, colours.wash(tone)):
        assert contrast_milli(colours.tone(tone), ground) >= LEAST_MILLI


@pytest.mark.parametrize("colours", PALETTES)
def test_the_accent_carries_words(colours: Palette) -> None:
    assert contrast_milli(colours.on_accent, colours.accent) >= BODY_MILLI


@pytest.mark.parametrize("colours", PALETTES)
def test_quiet_things_can_be_told_from_their_ground(colours: Palette) -> None:
    disabled = colours.line.over(colours.paper, 45)
    assert contrast_milli(colours.soft, disabled) >= LEAST_MILLI
    assert contrast_milli(colours.wait, disabled) >= LEAST_MILLI
    assert contrast_milli(colours.soft, colours.line) >= EDGE_MILLI


def test_high_contrast_is_seven_to_one_everywhere() -> None:
    colours = CONTRAST.colours
    disabled = colours.line.over(colours.paper, 45)
    assert colours.edge is not None
    assert contrast_milli(colours.edge, colours.paper) >= BODY_MILLI
    for ink in (colours.ink, colours.soft, *map(colours.tone, Tone)):
        for ground in (colours.paper, colours.card, disabled, *map(colours.wash, Tone)):
            assert contrast_milli(ink, ground) >= BODY_MILLI, (ink, ground)


@pytest.mark.parametrize("name", PANELS)
def test_large_type_is_larger_and_nothing_is_below_its_measure(
    name: str, kits: dict[str, Kit]
) -> None:
    plain, large = kits[name], kits[name].dressed(LOOKS["large"].theme())
    for size in Size:
        assert large.fonts.em_px(size) >= plain.fonts.em_px(size)
        box = large.fonts.font(size, Weight.BOLD, "H").getmask("H", "L").getbbox()
        # Half a pixel is the most that the raster takes.
        assert (box[3] - box[1]) * 10_000 + 5000 >= capital_um(500) * large.panel.pitch
    assert large.fonts.em_px(Size.BODY) > plain.fonts.em_px(Size.BODY)


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
