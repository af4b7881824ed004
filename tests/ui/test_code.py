"""The receipt's code on the panel: every module where the encoder put it, dark on light."""

import pytest
import zxingcpp

from kiosk.receipts import TEXT_CHARS_MAX
from tests.ui import exam
from tests.ui.exam import WORDS
from ui.canvas import Canvas
from ui.code import QUIET, Code, modules
from ui.ease import LOOKS, PAGE
from ui.kit import Kit
from ui.panels import PANELS
from ui.parts import Text
from ui.plates import Sitting, picture, sittings
from ui.samples import CODE, samples
from ui.screens.every import compose
from ui.sheet import Moment

PAGES_MOST = 8


def codes(kit: Kit, name: str, page: int = 0) -> list[Code]:
    view = dict(samples("zh"))[name]
    scene = compose(view, kit, WORDS["zh"], Moment(view.left_ms, page=page))
    return [part for part in scene.parts if isinstance(part, Code)]


@pytest.mark.parametrize("look", ["day", "contrast"])
@pytest.mark.parametrize("panel", PANELS)
def test_a_camera_sees_the_modules_that_were_encoded(
    panel: str, look: str, kits: dict[str, Kit]
) -> None:
    """Read back from the pixels: the middle of each module, and light all around."""
    kit = kits[panel].dressed(LOOKS[look].theme())
    (code,) = codes(kit, "receipt-one")
    image = picture(kit, dict(samples("zh"))["receipt-one"]).convert("L")
    wanted = modules(code.text)
    one = code.rect.w // len(wanted)

    def dark(column: int, row: int) -> bool:
        place = (code.rect.x + column * one + one // 2, code.rect.y + row * one + one // 2)
        level = image.getpixel(place)
        assert level in (0, 255), place
        return level == 0

    count = len(wanted)
    seen = tuple(tuple(dark(x, y) for x in range(count)) for y in range(count))
    assert seen == wanted
    around = [*range(-QUIET, 0), *range(count, count + QUIET)]
    for far in around:
        for along in range(count):
            assert not dark(far, along) and not dark(along, far)


@pytest.mark.parametrize("sitting", sittings(), ids=lambda one: one.name)
def test_a_phone_reads_the_receipt(sitting: Sitting) -> None:
    """A decoder that is not ours, on the whole picture; in large type the code has its own page."""
    kit, view = sitting.kit(), dict(samples(sitting.language))["receipt-one"]
    read: list[str] = []
    for page in range(PAGES_MOST):
        scene = compose(view, kit, WORDS[sitting.language], Moment(view.left_ms, page=page))
        canvas = Canvas(kit)
        canvas.draw(scene, (canvas.bounds,))
        read += [one.text for one in zxingcpp.read_barcodes(canvas.image.convert("L"))]
        if read:
            break
    assert read == [CODE]


def test_each_deposit_has_its_code_and_a_press_shows_the_next(wide: Kit) -> None:
    view = dict(samples("en"))["receipt"]
    scene = compose(view, wide, WORDS["en"], Moment(view.left_ms))
    assert PAGE in {target.choice for target in scene.targets}
    texts = [
        " ".join(
            " ".join(getattr(part, "lines", ()))
            for part in compose(view, wide, WORDS["en"], Moment(view.left_ms, page=page)).parts
        )
        for page in range(3)
    ]
    assert "1/2" in texts[0] and "2/2" in texts[1] and "1/2" in texts[2]


def test_without_a_code_there_is_none(wide: Kit) -> None:
    assert codes(wide, "receipt-plain") == []
    assert [code.text for code in codes(wide, "receipt-one")] == [CODE]


def test_the_longest_receipt_still_has_a_code() -> None:
    assert len(modules("R" * TEXT_CHARS_MAX)) <= 77


@pytest.mark.parametrize("sitting", sittings(), ids=lambda one: one.name)
def test_nobody_has_to_guess_what_the_code_is_for(sitting: Sitting, kits: dict[str, Kit]) -> None:
    """On the page that shows it: scan it, to keep the receipt; and that there are more."""
    kit = kits[sitting.panel].dressed(LOOKS[sitting.look].theme())
    keep, following = {"zh": ("扫码", "下一张"), "en": ("Scan", "next")}[sitting.language]
    views = dict(samples(sitting.language))
    for name in ("receipt-one", "receipt", "receipt-many"):
        shown = [
            scene
            for scene in exam.pages(views[name], kit, exam.WORDS[sitting.language])
            if any(isinstance(part, Code) for part in scene.parts)
        ]
        assert shown, name
        for scene in shown:
            lines = [part.lines for part in scene.parts if isinstance(part, Text)]
            said = " ".join(line for some in lines for line in some)
            assert keep in said, (name, said)
            pressable = [one for one in scene.targets if one.choice == PAGE]
            button = exam.WORDS[sitting.language].say("button.more")
            if name != "receipt-one" and pressable and button not in said:
                assert following in said, (name, said)
