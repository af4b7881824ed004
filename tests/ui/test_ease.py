"""What a person asks for to see better: it is the screen's own, and gone with the visit."""

from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from kiosk import views
from kiosk.clock import WallTime
from kiosk.views import Live, View
from kiosk.wire import Touch
from ui.dark import HOUR_MS, Dark
from ui.ease import LOUDEST, OPEN, PAGE, SOFTEST, Ease, capital_um, theme_for
from ui.kit import Kit, kit_for
from ui.panels import PANELS
from ui.plates import picture
from ui.samples import OFFERS, PAPER, SIX
from ui.screens.every import compose
from ui.show import ABANDONED_MS, READING, SIGN_MS, Show
from ui.theme import CONTRAST, DAY, NIGHT, Palette
from ui.touch import SCREEN_DEAD_MS, Contact
from ui.words import all_words

IDLE = View(1, "zh", views.Idle(OFFERS, "CNY", "400"), None, None, None, "03")
CHOOSE = View(2, "zh", views.Choose(OFFERS, "CNY", "token", None), 60_000, 60_000, None, "03")
AGAIN = View(3, "zh", views.Idle(OFFERS, "CNY", "400"), None, None, None, "03")


class Person:
    """Presses what stands on the screen, with time passing as it does."""

    def __init__(self, kit: Kit) -> None:
        self.show = Show(kit, all_words(), "zh", compose)
        self.now_ms = 0

    def sees(self, view: View) -> None:
        self.show.take(view, self.now_ms)
        self.show.draw(self.now_ms)

    def waits(self, for_ms: int) -> None:
        self.now_ms += for_ms
        self.show.draw(self.now_ms)

    def presses(self, choice: str) -> Touch | None:
        self.waits(SCREEN_DEAD_MS + 400)
        rect = next(one.rect for one in self.show.places.targets if one.choice == choice)
        self.show.contact(Contact(rect.x + 5, rect.y + 5, "down"), self.now_ms)
        self.show.draw(self.now_ms)
        touch = self.show.contact(Contact(rect.x + 5, rect.y + 5, "up"), self.now_ms)
        self.show.draw(self.now_ms)
        return touch

    @property
    def choices(self) -> set[str]:
        return {one.choice for one in self.show.places.targets}


@pytest.fixture
def person() -> Person:
    one = Person(kit_for(PANELS["800x480"]))
    one.sees(IDLE)
    return one


def test_what_is_asked_for_stays_here_and_shows_at_once(person: Person) -> None:
    assert person.presses(OPEN) is None
    assert "ease:large" in person.choices and "start" not in person.choices
    assert person.presses("ease:large") is None
    assert person.presses("ease:contrast") is None
    assert person.presses("ease:close") is None
    assert person.show.ease == Ease(large=True, contrast=True)
    kit = kit_for(PANELS["800x480"], theme_for(person.show.ease, False, 500))
    assert person.show.canvas.image.tobytes() == picture(kit, IDLE).tobytes()


def test_it_lasts_through_the_visit_and_ends_with_it(person: Person) -> None:
    person.presses(OPEN)
    person.presses("ease:large")
    person.sees(CHOOSE)
    assert person.show.ease.large and not person.show.easing
    assert person.presses("compartment:metal") == Touch(2, "compartment:metal")
    person.sees(AGAIN)
    assert person.show.ease == Ease()
    assert (
        person.show.canvas.image.tobytes() == picture(kit_for(PANELS["800x480"]), AGAIN).tobytes()
    )


def test_who_asks_and_leaves_the_idle_screen_is_forgotten(person: Person) -> None:
    person.presses(OPEN)
    person.presses("ease:large")
    pressed_ms = person.now_ms
    assert person.show.next_ms(person.now_ms) == pressed_ms + ABANDONED_MS
    person.waits(ABANDONED_MS - 1)
    assert person.show.ease.large
    person.waits(1)
    assert person.show.ease == Ease() and not person.show.easing
    assert person.show.next_ms(person.now_ms) is None


@pytest.mark.parametrize(
    "end", [views.OutOfService("all_full", "400"), views.NotEnrolled(False, None)]
)
def test_a_visit_that_ends_out_of_service_ends_what_was_asked_for_in_it(
    person: Person, end: views.Screen
) -> None:
    person.sees(CHOOSE)
    for wish in (OPEN, "ease:large", "ease:voice", "ease:louder"):
        person.presses(wish)
    person.sees(View(4, "zh", end, None, None, None, "03"))
    assert person.show.ease == Ease() and not person.show.easing
    # Whoever reads a large notice and leaves is not the next person either.
    person.presses(OPEN)
    person.presses("ease:large")
    assert person.show.ease.large
    person.waits(ABANDONED_MS)
    assert person.show.ease == Ease() and not person.show.easing


def test_a_controller_that_starts_anew_takes_no_wish_from_who_is_there(person: Person) -> None:
    person.sees(CHOOSE)
    person.presses(OPEN)
    person.presses("ease:large")
    person.show.lose_controller(person.now_ms)
    person.sees(replace(AGAIN, id=4))
    assert person.show.ease.large
    person.waits(ABANDONED_MS)
    assert person.show.ease == Ease()


def test_a_door_that_is_about_to_move_closes_the_page_over_it(person: Person) -> None:
    person.sees(CHOOSE)
    person.presses(OPEN)
    opening = View(4, "zh", views.Opening(PAPER, "CNY"), None, None, None, "03")
    person.sees(opening)
    assert not person.show.easing
    assert (
        person.show.canvas.image.tobytes() == picture(kit_for(PANELS["800x480"]), opening).tobytes()
    )


def test_the_page_turns_and_begins_again_with_another_question(person: Person) -> None:
    person.presses(OPEN)
    person.presses("ease:large")
    person.presses("ease:close")
    first = person.show.canvas.image.tobytes()
    assert person.presses(PAGE) is None
    assert person.show.canvas.image.tobytes() != first
    person.sees(CHOOSE)
    large = kit_for(PANELS["800x480"], theme_for(Ease(large=True), False, 500))
    assert person.show.canvas.image.tobytes() == picture(large, CHOOSE).tobytes()


def test_the_live_weight_moves_in_large_type_as_it_does_in_small(person: Person) -> None:
    person.presses(OPEN)
    person.presses("ease:large")
    for net_g in (0, 5, 1805, 12_345):
        screen = views.Depositing(PAPER, "CNY", 3)
        person.sees(View(9, "zh", screen, None, None, Live(net_g, False), "03"))
        large = kit_for(PANELS["800x480"], theme_for(Ease(large=True), False, 500))
        assert person.show.canvas.image.tobytes() == picture(large, person.show.view).tobytes()


def test_a_panel_with_blue_first_keeps_its_order_in_every_look() -> None:
    swapped = Show(kit_for(PANELS["800x480"], DAY.swapped()), all_words(), "zh", compose)
    plain = Show(kit_for(PANELS["800x480"]), all_words(), "zh", compose)
    for show in (swapped, plain):
        show.take(IDLE, 0)
        show.at_night(night=True)
        show.draw(0)
    red, green, blue, _ = swapped.canvas.image.split()
    assert [band.tobytes() for band in (blue, green, red)] == [
        band.tobytes() for band in plain.canvas.image.split()[:3]
    ]


def test_volume_has_ends_and_changing_it_asks_for_the_voice() -> None:
    ease = Ease()
    for _ in range(5):
        ease = ease.after("ease:louder")
    assert (ease.volume, ease.voice) == (LOUDEST, True)
    for _ in range(5):
        ease = ease.after("ease:softer")
    assert ease.volume == SOFTEST
    assert Ease().after("ease:no_such_wish") == Ease()
    for name in ("large", "contrast", "low", "voice"):
        assert Ease().after(f"ease:{name}").after(f"ease:{name}") == Ease()


def test_seven_tenths_of_a_degree() -> None:
    """EN 301 549 5.1.4: 6.1 mm at half a metre, 7.3 mm at 600 mm."""
    assert capital_um(500) == 6109
    assert capital_um(600) == 7331


def test_contrast_wins_over_night_and_night_over_day() -> None:
    assert theme_for(Ease(contrast=True), True, 500).colours == CONTRAST.colours
    assert theme_for(Ease(), True, 500).colours == NIGHT.colours
    assert theme_for(Ease(), False, 500).colours == Palette()


SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("hours", "utc_h", "night"),
    [
        ((19, 6), 11, True),  # 19:00 in Shanghai
        ((19, 6), 10, False),
        ((19, 6), 21, True),  # 05:00
        ((19, 6), 22, False),  # 06:00
        ((1, 5), 18, True),
        ((1, 5), 21, False),
        ((0, 0), 16, False),
    ],
)
def test_night_goes_by_the_hours_of_the_place(
    hours: tuple[int, int], utc_h: int, night: bool
) -> None:
    assert Dark(*hours, SHANGHAI).at(WallTime(utc_h * HOUR_MS, "S")) is night


def test_it_looks_at_the_clock_once_an_hour_and_not_at_all_without_a_night() -> None:
    dark = Dark(19, 6, SHANGHAI)
    assert dark.wait_ms(WallTime(11 * HOUR_MS - 1, "S")) == 1
    assert dark.wait_ms(WallTime(11 * HOUR_MS, "S")) == HOUR_MS
    assert not dark.at(WallTime(None, "U"))
    assert dark.wait_ms(WallTime(None, "U")) == 60_000
    assert Dark(3, 3).wait_ms(WallTime(0, "S")) == 24 * HOUR_MS


STILL = View(4, "zh", views.StillThere("leave"), 25_000, 25_000, None, "03")


def test_a_finger_on_the_screens_own_page_is_a_sign_of_life(person: Person) -> None:
    """Whoever makes the type larger is here: the time that runs meanwhile is asked for again
    before it is short, and never when there is plenty."""
    person.sees(CHOOSE)
    assert person.presses(OPEN) is None
    assert person.presses("ease:large") is None
    person.waits(60_000 - SIGN_MS)
    assert person.presses("ease:contrast") == Touch(2, READING)
    person.sees(CHOOSE)
    assert person.show.easing and person.presses("ease:close") is None


def test_the_same_finger_turns_the_pages_of_large_type(person: Person) -> None:
    person.presses(OPEN)
    person.presses("ease:large")
    six = views.Choose(SIX, "CNY", "token", None)
    person.sees(View(2, "zh", six, SIGN_MS, 60_000, None, "03"))
    assert person.presses(PAGE) == Touch(2, READING)


def test_asking_for_ease_answers_whether_somebody_is_there(person: Person) -> None:
    """The page that was asked for stays over the question that comes back."""
    person.sees(CHOOSE)
    person.sees(STILL)
    assert person.presses(OPEN) == Touch(4, READING)
    person.sees(replace(CHOOSE, id=5))
    assert person.show.easing and "ease:large" in person.choices


def test_the_page_hides_nothing_that_happens_without_an_answer(person: Person) -> None:
    """The time ran out while the finger was on its way: the door closes, and that is shown."""
    person.sees(View(3, "zh", views.Depositing(PAPER, "CNY", 3), 9000, 90_000, None, "03"))
    person.sees(View(4, "zh", views.StillThere("close_door"), 25_000, 25_000, None, "03"))
    assert person.presses(OPEN) == Touch(4, READING)
    person.sees(View(5, "zh", views.Closing(PAPER, "CNY", 1), 4000, 4000, None, "03"))
    assert not person.show.easing
    person.sees(AGAIN)
    assert not person.show.easing


def test_without_a_countdown_nobody_has_to_be_told(person: Person) -> None:
    assert person.presses(OPEN) is None and person.presses("ease:large") is None
