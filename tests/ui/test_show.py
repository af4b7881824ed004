"""The countdown, counted here from a view's arrival, with a clock that is an argument."""

import pytest
from msgspec.structs import replace

from kiosk import views
from kiosk.views import View
from kiosk.wire import Touch
from ui.ease import OPEN, PAGE
from ui.kit import Kit
from ui.samples import OFFERS, PAPER, samples
from ui.screens.every import compose
from ui.show import Show
from ui.touch import Contact
from ui.words import all_words

CHOOSE = View(5, "en", views.Choose(OFFERS, "CNY", "token", None), 10_000, 60_000, None, "")


@pytest.fixture
def show(wide: Kit) -> Show:
    one = Show(wide, all_words(), "zh", compose)
    one.draw(0)
    return one


def test_it_counts_down_to_nothing(show: Show) -> None:
    show.take(CHOOSE, 1000)
    assert [show.left_ms(now_ms) for now_ms in (1000, 1400, 10_999, 11_000, 50_000)] == [
        10_000,
        9600,
        1,
        0,
        0,
    ]


def test_it_wakes_when_the_number_changes_and_not_between(show: Show) -> None:
    show.take(CHOOSE, 1000)
    show.draw(1000)
    assert show.next_ms(1000) == 2000
    assert show.draw(1999) == ()
    assert len(show.draw(2000)) == 1
    assert show.next_ms(2300) == 3000
    assert show.next_ms(11_000) is None


def test_a_view_without_a_deadline_never_wakes(show: Show) -> None:
    show.take(View(6, "zh", views.Opening(PAPER, "CNY"), None, None, None, ""), 1000)
    show.draw(1000)
    assert show.next_ms(1000) is None


def test_the_press_is_drawn_and_the_release_answers_its_view(show: Show) -> None:
    show.take(CHOOSE, 1000)
    show.draw(1000)
    target = next(one for one in show.places.targets if one.choice == "cancel")
    x, y = target.rect.x + 5, target.rect.y + 5
    assert show.contact(Contact(x, y, "down"), 1300) is None
    assert show.draw(1300)
    assert show.contact(Contact(x, y, "up"), 1350) == Touch(5, "cancel")
    assert show.draw(1350)
    assert show.draw(1350) == ()


def test_without_a_controller_nothing_old_stays(show: Show) -> None:
    show.take(CHOOSE, 1000)
    show.draw(1000)
    show.lose_controller(2000)
    show.draw(2000)
    assert (show.places.view, show.places.screen) == (-1, "starting")
    assert show.alone
    # The language of the last person stays.
    assert {target.choice for target in show.places.targets} == {"language:zh", OPEN}


MANY = dict(samples("zh"))["receipt-many"]
ASKED = View(8, "zh", views.StillThere("leave"), 25_000, 25_000, None, "")


def press(show: Show, choice: str, now_ms: int) -> Touch | None:
    rect = next(one.rect for one in show.places.targets if one.choice == choice)
    place = rect.x + rect.w // 2, rect.y + rect.h // 2
    show.contact(Contact(*place, "down"), now_ms)
    touch = show.contact(Contact(*place, "up"), now_ms + 50)
    show.draw(now_ms + 50)
    return touch


def test_a_turned_page_tells_the_controller_that_somebody_reads(show: Show) -> None:
    show.take(replace(MANY, id=7), 1000)
    show.draw(1000)
    first = show.canvas.image.tobytes()
    assert press(show, PAGE, 2000) == Touch(7, "reading")
    assert show.canvas.image.tobytes() != first
    # Where nothing is counted there is nothing to tell.
    show.take(replace(MANY, id=8, left_ms=None, total_ms=None), 3000)
    show.draw(3000)
    assert press(show, PAGE, 4000) is None


def test_whoever_is_asked_in_between_reads_on_where_they_were(show: Show) -> None:
    show.take(replace(MANY, id=7), 1000)
    show.draw(1000)
    press(show, PAGE, 2000)
    press(show, PAGE, 3000)
    third = show.canvas.image.tobytes()
    show.take(ASKED, 4000)
    show.draw(4000)
    # The same time left as on the third page: its ring looks the same.
    show.take(replace(MANY, id=9, left_ms=10_000), 5000)
    show.draw(5000)
    assert show.canvas.image.tobytes() == third
    # Another question begins on its first page, even if it was on the screen before.
    show.take(CHOOSE, 6000)
    show.take(replace(MANY, id=10, left_ms=10_000), 7000)
    show.draw(7000)
    assert show.canvas.image.tobytes() != third
