"""Help: a ticket or a dispute is recorded once, and one comes back to where one came from."""

from dataclasses import replace

import pytest

from kiosk.records import Dispute, Ticket
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.session.table import step
from kiosk.units import Grams, Millis, MinorUnits, Seq
from kiosk.views import FiledAbout, ReportAbout
from tests.session.worlds import DEAL, PERSON, facts

THEN, NOW = Millis(1_000), Millis(9_000)
PAID = s.Finished("0123AB-7", "paper", Grams(1800), MinorUnits(144), "PAID", "token")
VISIT = s.Visit("visit-1", "en", s.Subject("token", "subject-1", "token-1", PERSON), (PAID,))
SHOWN = s.Showing(
    THEN,
    VISIT,
    DEAL,
    s.Result(Grams(6800), Grams(1800), MinorUnits(144), "PAID", None),
    Seq(8),
    filed=(("help", "0123AB-5"),),
    extensions=2,
)
AT_IDLE = s.Asking(THEN, "ask-1", "bo", None)
ABOUT_IT = s.Asking(THEN, "visit-1", "bo", SHOWN)
WORLD = facts(now_ms=NOW, next_seq=9, ledger="0123abcd" * 4, fresh_id="fresh-1", language="zh")


def test_help_is_asked_for_at_the_idle_screen_or_about_the_result() -> None:
    at_idle = step(s.Idle("en"), i.Help(), WORLD)
    assert at_idle.state == s.Asking(NOW, "fresh-1", "en", None)
    about = step(SHOWN, i.Help(), WORLD)
    assert about.state == s.Asking(NOW, "visit-1", "en", SHOWN)
    assert at_idle.records == about.records == ()


@pytest.mark.parametrize("about", ["dropped", "help"])
def test_a_ticket_at_the_idle_screen_knows_of_no_deposit(about: ReportAbout) -> None:
    taken = step(AT_IDLE, i.Report(about), WORLD)
    assert taken.state == s.Filed(NOW, "ask-1", "bo", None, about, "0123AB-9")
    ticket = Ticket(number="0123AB-9", about=about, compartment=None, bag=None, receipt=None)
    assert taken.records == (ticket,)


def test_a_ticket_about_a_result_names_where_it_lies() -> None:
    taken = step(ABOUT_IT, i.Report("dropped"), WORLD)
    filed: tuple[tuple[FiledAbout, str], ...] = (("help", "0123AB-5"), ("dropped", "0123AB-9"))
    shown = replace(SHOWN, filed=filed)
    assert taken.state == s.Filed(NOW, "visit-1", "bo", shown, "dropped", "0123AB-9")
    ticket = Ticket(
        number="0123AB-9",
        about="dropped",
        compartment="paper",
        bag="paper-1",
        receipt="0123AB-7",
    )
    assert taken.records == (ticket,)


def test_a_dispute_is_tied_to_the_record_of_its_deposit() -> None:
    taken = step(ABOUT_IT, i.Disputed(), WORLD)
    filed: tuple[tuple[FiledAbout, str], ...] = (("help", "0123AB-5"), ("dispute", "0123AB-9"))
    shown = replace(SHOWN, filed=filed)
    assert taken.state == s.Filed(NOW, "visit-1", "bo", shown, "dispute", "0123AB-9")
    assert taken.records == (Dispute(number="0123AB-9", receipt="0123AB-7", of_seq=8),)
    nothing_to_dispute = step(AT_IDLE, i.Disputed(), WORLD)
    assert (nothing_to_dispute.state, nothing_to_dispute.records) == (AT_IDLE, ())


def test_pressed_again_it_is_the_same_number_and_no_other_record() -> None:
    known = replace(WORLD, tickets={"dropped": "0123AB-3"})
    taken = step(AT_IDLE, i.Report("dropped"), known)
    assert taken.state == s.Filed(NOW, "ask-1", "bo", None, "dropped", "0123AB-3")
    assert taken.records == ()
    taken = step(ABOUT_IT, i.Report("help"), known)
    assert taken.state == s.Filed(NOW, "visit-1", "bo", SHOWN, "help", "0123AB-5")
    assert taken.records == ()
    # What was reported at the idle screen a moment ago is not about this deposit.
    assert len(step(ABOUT_IT, i.Report("dropped"), known).records) == 1
    disputed = replace(SHOWN, filed=(("dispute", "0123AB-6"),))
    taken = step(replace(ABOUT_IT, shown=disputed), i.Disputed(), WORLD)
    assert taken.state == s.Filed(NOW, "visit-1", "bo", disputed, "dispute", "0123AB-6")
    assert taken.records == ()


def test_back_is_where_one_came_from_in_the_language_chosen_meanwhile() -> None:
    there = replace(SHOWN, since_ms=NOW, visit=replace(VISIT, language="bo"))
    for about in (ABOUT_IT, s.Filed(THEN, "visit-1", "bo", SHOWN, "help", "0123AB-5")):
        assert step(about, i.Cancel(), WORLD).state == there
    for idle in (AT_IDLE, s.Filed(THEN, "ask-1", "bo", None, "help", "0123AB-5")):
        assert step(idle, i.Cancel(), WORLD).state == s.Idle("bo", NOW)


def test_whoever_is_gone_gets_a_receipt_if_something_was_brought() -> None:
    thanks = s.Thanking(NOW, replace(VISIT, language="bo"))
    for shown, then in ((SHOWN, thanks), (None, s.Idle("zh"))):
        for state in (
            s.Asking(THEN, "visit-1", "bo", shown),
            s.Filed(THEN, "visit-1", "bo", shown, "help", "0123AB-5"),
            s.Informing(THEN, "visit-1", "bo", shown),
        ):
            assert step(state, i.TimedOut(), WORLD).state == then


@pytest.mark.parametrize("asking", [AT_IDLE, ABOUT_IT])
def test_what_the_machine_is_can_be_read_from_the_help(asking: s.Asking) -> None:
    informing = s.Informing(NOW, asking.id, "bo", asking.shown)
    assert step(asking, i.Inform(), WORLD).state == informing
    assert step(informing, i.Cancel(), WORLD).state == replace(asking, since_ms=NOW)
