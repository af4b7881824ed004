"""Who is here, and which compartment it shall be: everything before a bin is weighed."""

import re
from dataclasses import replace

from kiosk.caps import NOTHING, reached
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.session.steps import Step
from kiosk.views import Earlier

# ---- who ----


def begin(state: s.Idle, _: i.Start, facts: i.Facts) -> Step:
    if not facts.sells:
        return Step(state)
    return Step(s.Identifying(facts.now_ms, facts.fresh_id, state.language, None))


def scanned_at_idle(state: s.Idle, event: i.Identified, facts: i.Facts) -> Step:
    """Showing the code without touching anything is a greeting too."""
    subject = s.Subject("token", event.subject, event.token, event.person)
    return Step(welcome(s.Visit(facts.fresh_id, state.language, subject), facts))


def refused_at_idle(state: s.Idle, event: i.TokenRefused, facts: i.Facts) -> Step:
    if not facts.sells:
        return Step(state)
    return Step(s.Identifying(facts.now_ms, facts.fresh_id, state.language, event.notice))


def identified(
    state: s.Identifying | s.Typing | s.ConfirmingNumber, event: i.Identified, facts: i.Facts
) -> Step:
    subject = s.Subject("token", event.subject, event.token, event.person)
    return Step(welcome(s.Visit(state.id, state.language, subject), facts))


def refused(
    state: s.Identifying | s.Typing | s.ConfirmingNumber, event: i.TokenRefused, facts: i.Facts
) -> Step:
    return Step(s.Identifying(facts.now_ms, state.id, state.language, event.notice))


def donate(state: s.Identifying, _: i.Donate, facts: i.Facts) -> Step:
    if not facts.donation_allowed:
        return Step(state)
    return Step(welcome(s.Visit(state.id, state.language, s.NOBODY), facts))


def leave_unidentified(
    _: s.Identifying | s.Typing | s.ConfirmingNumber, __: i.Cancel | i.TimedOut, facts: i.Facts
) -> Step:
    return Step(s.Idle(facts.language))


def welcome(visit: s.Visit, facts: i.Facts) -> s.Choosing | s.Limited:
    """Caps are looked at here, before a door opens, and never afterwards (cloud.md)."""
    if facts.caps is not None and visit.subject.person is not None:
        limit = reached(facts.caps, facts.spent.get(visit.subject.person, NOTHING))
        if limit is not None:
            return s.Limited(facts.now_ms, visit, limit, earlier=_earlier(visit, facts))
    return s.Choosing(facts.now_ms, visit, None, earlier=_earlier(visit, facts))


def _earlier(visit: s.Visit, facts: i.Facts) -> Earlier | None:
    """Once a visit, when it begins, and to nobody but the holder of the same token (cloud.md,
    "Subjects"): whoever knows a number could otherwise ask what its owner brought."""
    subject = visit.subject
    if subject.level != "token" or subject.subject is None or visit.finished:
        return None
    return facts.earlier.get(subject.subject)


# ---- a number instead of a code ----


def to_phone(state: s.Identifying, _: i.UsePhone, facts: i.Facts) -> Step:
    if facts.phones is None:
        return Step(state)
    return Step(s.Typing(facts.now_ms, state.id, state.language))


def digit(state: s.Typing, event: i.Digit, facts: i.Facts) -> Step:
    if facts.phones is None or len(state.digits) >= facts.phones.digits_max:
        return Step(state)
    digits = state.digits + event.digit
    return Step(replace(state, since_ms=facts.now_ms, digits=digits, wrong=False))


def erase(state: s.Typing, _: i.Erase, facts: i.Facts) -> Step:
    return Step(replace(state, since_ms=facts.now_ms, digits=state.digits[:-1], wrong=False))


def typed(state: s.Typing, _: i.Confirm, facts: i.Facts) -> Step:
    """A number that could be one is shown again, to be confirmed."""
    phones = facts.phones
    if phones is None or re.fullmatch(phones.pattern, state.digits, re.ASCII) is None:
        return Step(replace(state, since_ms=facts.now_ms, wrong=True))
    confirming = s.ConfirmingNumber(facts.now_ms, state.id, state.language, state.digits)
    return Step(confirming)


def typing_left(state: s.Typing, _: i.Cancel, facts: i.Facts) -> Step:
    return Step(s.Identifying(facts.now_ms, state.id, state.language, None))


def type_again(state: s.ConfirmingNumber, _: i.Cancel, facts: i.Facts) -> Step:
    return Step(s.Typing(facts.now_ms, state.id, state.language, state.digits))


def number_sealed(state: s.ConfirmingNumber, event: i.NumberSealed, facts: i.Facts) -> Step:
    """From here on nothing on the machine knows the number."""
    subject = s.Subject("phone", event.sealed, None, event.person)
    return Step(welcome(s.Visit(state.id, state.language, subject), facts))


# ---- a cap is reached ----


def give_instead(state: s.Limited, _: i.Donate, facts: i.Facts) -> Step:
    """What was paid before stays paid; what follows is a gift."""
    if not facts.donation_allowed:
        return Step(state)
    return Step(welcome(replace(state.visit, subject=s.NOBODY), facts))


def leave(state: s.Choosing | s.Limited, _: i.Cancel | i.TimedOut, facts: i.Facts) -> Step:
    if state.visit.finished:
        return Step(s.Thanking(facts.now_ms, state.visit))
    return Step(s.Idle(facts.language))


# ---- anywhere ----


def idle_language(_: s.Idle, event: i.SetLanguage, facts: i.Facts) -> Step:
    """Whoever chooses a language and leaves is not the next person."""
    return Step(s.Idle(event.language, facts.now_ms))


def idle_forgets(_: s.Idle, __: i.TimedOut, facts: i.Facts) -> Step:
    return Step(s.Idle(facts.language))


def own_language(state: s.Asking | s.Filed | s.Informing, event: i.SetLanguage, _: i.Facts) -> Step:
    return Step(replace(state, language=event.language))


def greeting_language(
    state: s.Identifying | s.Typing | s.ConfirmingNumber, event: i.SetLanguage, _: i.Facts
) -> Step:
    return Step(replace(state, language=event.language))


def visit_language(
    state: s.Choosing
    | s.Limited
    | s.WeighingBefore
    | s.Opening
    | s.Halting
    | s.Depositing
    | s.Closing
    | s.Blocked
    | s.WeighingAfter
    | s.Showing
    | s.Thanking,
    event: i.SetLanguage,
    _: i.Facts,
) -> Step:
    return Step(replace(state, visit=replace(state.visit, language=event.language)))


def more_time(state: s.Patient, _: i.MoreTime, facts: i.Facts) -> Step:
    """Ten times, in every place that waits for a person (WCAG 2.2.1)."""
    if state.extensions >= s.EXTENSIONS_MAX:
        return Step(state)
    return Step(replace(state, since_ms=facts.now_ms, extensions=state.extensions + 1))


def reading(state: s.Patient, _: i.Reading, facts: i.Facts) -> Step:
    """Who turns a page is here: time starts again, and none of the ten times is used up."""
    return Step(replace(state, since_ms=facts.now_ms))
