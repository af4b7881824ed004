"""The countdown, counted here from a view's arrival, with a clock that is an argument."""

import pytest

from kiosk import views
from kiosk.views import View
from kiosk.wire import Touch
from ui.ease import OPEN
from ui.kit import Kit
from ui.samples import OFFERS, PAPER
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
