"""Every screen has the pixels somebody looked at and accepted: ``ui.gallery --accept``."""

from pathlib import Path

import pytest
from PIL import Image

from ui import goldens
from ui.darkroom import restore
from ui.ease import LOOKS
from ui.gallery import main, page
from ui.kit import Kit
from ui.plates import Film, Plate, Sitting, fingerprint, names, picture, plates, sittings
from ui.samples import samples

ACCEPTED = goldens.read()


def looked_at() -> tuple[Sitting, ...]:
    """By day every panel; the other looks on the smallest panel that has them. The whole set takes
    a minute: ``make gallery`` compares it, and so does whoever accepts."""
    days = sittings(looks=["day"])
    others = [one for one in sittings(["800x480"]) if one.look != "day"]
    return (*days, *others, *sittings(["720x1280"], ["low"]))


@pytest.mark.parametrize("sitting", looked_at(), ids=lambda one: one.name)
def test_every_screen_looks_as_accepted(sitting: Sitting, kits: dict[str, Kit]) -> None:
    made = plates(sitting, kits[sitting.panel].dressed(LOOKS[sitting.look].theme()))
    if changed := goldens.compare(made, ACCEPTED):
        restore([one.plate for one in changed], ACCEPTED)
        shown = goldens.report(changed, goldens.REPORT / sitting.name.replace("/", "-"))
        names = ", ".join(one.plate for one in changed)
        pytest.fail(f"look at {shown}: {names}", pytrace=False)


def test_a_fingerprint_knows_pixels_and_size_not_modes() -> None:
    one = Image.new("RGB", (4, 6), (1, 2, 3))
    assert fingerprint(one) == fingerprint(one.convert("RGBA"))
    assert fingerprint(one) != fingerprint(Image.new("RGB", (6, 4), (1, 2, 3)))
    other = one.copy()
    other.putpixel((0, 0), (1, 2, 4))
    assert fingerprint(one) != fingerprint(other)


def test_a_film_is_exposed_again_and_again(kits: dict[str, Kit]) -> None:
    """What was drawn before shows nowhere, and the mark is that of the picture as others draw it:
    through the canvas, on memory of its own."""
    kit = kits["720x1280"]
    views, film = dict(samples("zh")), Film(kit.panel)
    film.expose(kit, views["depositing"])
    for name in ("still-there-leave", "idle"):
        mark = film.expose(kit, views[name])
        assert mark == fingerprint(film.image) == fingerprint(picture(kit, views[name]))


def test_the_report_shows_old_new_and_difference(tmp_path: Path) -> None:
    old, new = Image.new("RGB", (8, 8), "white"), Image.new("RGB", (8, 8), "white")
    new.putpixel((3, 3), (0, 0, 0))
    (tmp_path / "kept").mkdir()
    old.save(goldens.plate_file(tmp_path / "kept", "p/zh/a"))
    accepted = {"p/zh/a": fingerprint(old), "p/zh/same": fingerprint(old)}
    made = [("p/zh/a", new), ("p/zh/same", old), ("p/zh/unseen", new)]
    changed = goldens.compare([Plate(*one, fingerprint(one[1])) for one in made], accepted)
    assert [one.plate for one in changed] == ["p/zh/a", "p/zh/unseen"]
    shown = goldens.report(changed, tmp_path / "out", tmp_path / "kept").read_text()
    for file in ("p-zh-a-old.png", "p-zh-a-new.png", "p-zh-a-difference.png"):
        assert file in shown and (tmp_path / "out" / file).exists()
    assert "not on this desk" in shown
    with Image.open(tmp_path / "out" / "p-zh-a-difference.png") as marked:
        assert marked.getpixel((3, 3)) == (208, 0, 32)
        assert marked.getpixel((0, 0)) == (255, 255, 255)


def test_every_plate_is_named_without_drawing(kits: dict[str, Kit]) -> None:
    assert set(names()) == set(ACCEPTED)
    sitting = sittings()[0]
    drawn = {one.name for one in plates(sitting, kits[sitting.panel], {"idle", "opening"})}
    assert drawn == {f"{sitting.name}/{name}" for name in ("idle", "idle-eased", "opening")}


def test_fingerprints_are_written_sorted_and_read_again(tmp_path: Path) -> None:
    goldens.write({"b/zh/x": "2", "a/zh/x": "1"}, tmp_path / "goldens.json")
    assert goldens.read(tmp_path / "goldens.json") == {"a/zh/x": "1", "b/zh/x": "2"}
    text = (tmp_path / "goldens.json").read_text()
    assert text.index("a/zh/x") < text.index("b/zh/x") and text.count("\n") >= 3


def test_the_gallery_is_a_page_with_every_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = [
        "--panel",
        "1280x800",
        "--look",
        "day",
        "--look",
        "night",
        "--only",
        "opening,blocked",
    ]
    assert main([str(tmp_path), *chosen]) == 0
    shown = (tmp_path / "index.html").read_text()
    files = {file.name for file in tmp_path.glob("*.jpg")}
    wanted = [
        f"1280x800/{language}/{look}/{name}"
        for language in ("zh", "en")
        for look in ("day", "night")
        for name in ("opening", "blocked")
    ]
    assert files == {f"{plate.replace('/', '-')}.jpg" for plate in wanted}
    assert all(file in shown for file in files)
    assert shown == page(wanted)
    assert "all as accepted" in capsys.readouterr().out
