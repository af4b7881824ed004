"""Somebody needs help: a ticket, a dispute, or what the machine is. Nothing here changes money."""

from dataclasses import replace

from kiosk.records import Body, Dispute, Ticket
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.session.steps import Step
from kiosk.views import FiledAbout


def from_idle(state: s.Idle, _: i.Help, facts: i.Facts) -> Step:
    return Step(s.Asking(facts.now_ms, facts.fresh_id, state.language, None))


def from_result(state: s.Showing, _: i.Help, facts: i.Facts) -> Step:
    visit = state.visit
    return Step(s.Asking(facts.now_ms, visit.id, visit.language, state))


def report(state: s.Asking, event: i.Report, facts: i.Facts) -> Step:
    """Open a ticket, once: who presses twice gets the same number again."""
    shown = state.shown
    known = (facts.tickets if shown is None else dict(shown.filed)).get(event.about)
    if known is not None:
        return Step(_filed(state, event.about, known, facts))
    number = _number(facts)
    ticket = Ticket(
        number=number,
        about=event.about,
        compartment=None if shown is None else shown.deal.compartment,
        bag=None if shown is None else shown.deal.bag,
        receipt=None if shown is None else shown.deal.receipt,
    )
    return _record(state, event.about, number, ticket, facts)


def dispute(state: s.Asking, _: i.Disputed, facts: i.Facts) -> Step:
    """Tie the complaint to the deposit's record, with both weighings' raw frames in it."""
    shown = state.shown
    if shown is None:
        return Step(state)
    known = dict(shown.filed).get("dispute")
    if known is not None:
        return Step(_filed(state, "dispute", known, facts))
    number = _number(facts)
    record = Dispute(number=number, receipt=shown.deal.receipt, of_seq=shown.seq)
    return _record(state, "dispute", number, record, facts)


def back(state: s.Asking | s.Filed, _: i.Cancel, facts: i.Facts) -> Step:
    """To where they came from, in the language they chose meanwhile."""
    if state.shown is None:
        return Step(s.Idle(state.language, facts.now_ms))
    visit = replace(state.shown.visit, language=state.language)
    return Step(replace(state.shown, since_ms=facts.now_ms, visit=visit))


def over(state: s.Asking | s.Filed | s.Informing, _: i.TimedOut, facts: i.Facts) -> Step:
    if state.shown is None:
        return Step(s.Idle(facts.language))
    visit = replace(state.shown.visit, language=state.language)
    return Step(s.Thanking(facts.now_ms, visit))


def inform(state: s.Asking, _: i.Inform, facts: i.Facts) -> Step:
    return Step(s.Informing(facts.now_ms, state.id, state.language, state.shown))


def informed(state: s.Informing, _: i.Cancel, facts: i.Facts) -> Step:
    return Step(s.Asking(facts.now_ms, state.id, state.language, state.shown))


# ---- shared ----


def _number(facts: i.Facts) -> str:
    """Of the same form as a receipt's: the ledger and the record's place in it."""
    return f"{facts.ledger[:6].upper()}-{facts.next_seq}"


def _filed(state: s.Asking, about: FiledAbout, number: str, facts: i.Facts) -> s.Filed:
    return s.Filed(facts.now_ms, state.id, state.language, state.shown, about, number)


def _record(state: s.Asking, about: FiledAbout, number: str, body: Body, facts: i.Facts) -> Step:
    shown = state.shown
    if shown is not None:
        shown = replace(shown, filed=(*shown.filed, (about, number)))
    return Step(_filed(replace(state, shown=shown), about, number, facts), (body,))
