"""The one literal table of a visit: (state, input) to handler and the states it may lead to.

A pair is either in ``TABLE`` or in ``IGNORED``, never in both or neither: an absent pair would be
an accident (h11). ``tests/session`` explores it exhaustively, and ``diagram`` prints it.
"""

from typing import Any, get_args

from kiosk.errors import KioskError
from kiosk.session import asking as a
from kiosk.session import greeting as g
from kiosk.session import handlers as h
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.session.steps import Handler, Step

Pair = tuple[type[Any], type[Any]]
Row = tuple[Handler, tuple[type[Any], ...]]

TABLE: dict[Pair, Row] = {
    (s.Idle, i.Start): (g.begin, (s.Idle, s.Identifying)),
    (s.Idle, i.SetLanguage): (g.idle_language, (s.Idle,)),
    (s.Idle, i.TimedOut): (g.idle_forgets, (s.Idle,)),
    (s.Idle, i.Identified): (g.scanned_at_idle, (s.Choosing, s.Limited)),
    (s.Idle, i.TokenRefused): (g.refused_at_idle, (s.Idle, s.Identifying)),
    (s.Idle, i.Help): (a.from_idle, (s.Asking,)),
    #
    (s.Identifying, i.SetLanguage): (g.greeting_language, (s.Identifying,)),
    (s.Identifying, i.Donate): (g.donate, (s.Identifying, s.Choosing)),
    (s.Identifying, i.UsePhone): (g.to_phone, (s.Identifying, s.Typing)),
    (s.Identifying, i.Identified): (g.identified, (s.Choosing, s.Limited)),
    (s.Identifying, i.TokenRefused): (g.refused, (s.Identifying,)),
    (s.Identifying, i.MoreTime): (g.more_time, (s.Identifying,)),
    (s.Identifying, i.Reading): (g.reading, (s.Identifying,)),
    (s.Identifying, i.Cancel): (g.leave_unidentified, (s.Idle,)),
    (s.Identifying, i.TimedOut): (g.leave_unidentified, (s.Idle,)),
    #
    (s.Typing, i.SetLanguage): (g.greeting_language, (s.Typing,)),
    (s.Typing, i.Digit): (g.digit, (s.Typing,)),
    (s.Typing, i.Erase): (g.erase, (s.Typing,)),
    (s.Typing, i.Confirm): (g.typed, (s.Typing, s.ConfirmingNumber)),
    (s.Typing, i.Identified): (g.identified, (s.Choosing, s.Limited)),
    (s.Typing, i.TokenRefused): (g.refused, (s.Identifying,)),
    (s.Typing, i.MoreTime): (g.more_time, (s.Typing,)),
    (s.Typing, i.Reading): (g.reading, (s.Typing,)),
    (s.Typing, i.Cancel): (g.typing_left, (s.Identifying,)),
    (s.Typing, i.TimedOut): (g.leave_unidentified, (s.Idle,)),
    #
    (s.ConfirmingNumber, i.SetLanguage): (g.greeting_language, (s.ConfirmingNumber,)),
    (s.ConfirmingNumber, i.NumberSealed): (g.number_sealed, (s.Choosing, s.Limited)),
    (s.ConfirmingNumber, i.Identified): (g.identified, (s.Choosing, s.Limited)),
    (s.ConfirmingNumber, i.TokenRefused): (g.refused, (s.Identifying,)),
    (s.ConfirmingNumber, i.MoreTime): (g.more_time, (s.ConfirmingNumber,)),
    (s.ConfirmingNumber, i.Reading): (g.reading, (s.ConfirmingNumber,)),
    (s.ConfirmingNumber, i.Cancel): (g.type_again, (s.Typing,)),
    (s.ConfirmingNumber, i.TimedOut): (g.leave_unidentified, (s.Idle,)),
    #
    (s.Limited, i.SetLanguage): (g.visit_language, (s.Limited,)),
    (s.Limited, i.Donate): (g.give_instead, (s.Limited, s.Choosing)),
    (s.Limited, i.MoreTime): (g.more_time, (s.Limited,)),
    (s.Limited, i.Reading): (g.reading, (s.Limited,)),
    (s.Limited, i.Cancel): (g.leave, (s.Idle, s.Thanking)),
    (s.Limited, i.TimedOut): (g.leave, (s.Idle, s.Thanking)),
    #
    (s.Choosing, i.SetLanguage): (g.visit_language, (s.Choosing,)),
    (s.Choosing, i.Select): (h.select, (s.Choosing, s.WeighingBefore)),
    (s.Choosing, i.MoreTime): (g.more_time, (s.Choosing,)),
    (s.Choosing, i.Reading): (g.reading, (s.Choosing,)),
    (s.Choosing, i.Cancel): (g.leave, (s.Idle, s.Thanking)),
    (s.Choosing, i.TimedOut): (g.leave, (s.Idle, s.Thanking)),
    #
    (s.WeighingBefore, i.SetLanguage): (g.visit_language, (s.WeighingBefore,)),
    (s.WeighingBefore, i.Settled): (
        h.before_settled,
        (s.WeighingBefore, s.Choosing, s.Opening),
    ),
    (s.WeighingBefore, i.ScaleBroke): (h.before_failed, (s.WeighingBefore, s.Choosing)),
    (s.WeighingBefore, i.DoorMoved): (h.before_failed, (s.WeighingBefore, s.Choosing)),
    (s.WeighingBefore, i.DoorBroke): (h.before_failed, (s.WeighingBefore, s.Choosing)),
    (s.WeighingBefore, i.Cancel): (h.before_cancelled, (s.Choosing,)),
    (s.WeighingBefore, i.TimedOut): (h.before_unsteady, (s.Choosing,)),
    #
    (s.Opening, i.SetLanguage): (g.visit_language, (s.Opening,)),
    (s.Opening, i.DoorBegan): (h.began, (s.Opening,)),
    (s.Opening, i.DoorMoved): (h.opening_moved, (s.Opening, s.Depositing)),
    (s.Opening, i.DoorBroke): (h.opening_failed, (s.Opening, s.Halting)),
    (s.Opening, i.TimedOut): (h.opening_failed, (s.Halting,)),
    (s.Opening, i.Settled): (h.plateau, (s.Opening,)),
    (s.Opening, i.ScaleBroke): (h.doubted, (s.Opening,)),
    #
    (s.Halting, i.SetLanguage): (g.visit_language, (s.Halting,)),
    (s.Halting, i.DoorMoved): (h.halting_moved, (s.Halting,)),
    (s.Halting, i.DoorHalted): (
        h.halted,
        (s.Halting, s.Showing, s.WeighingAfter, s.Closing),
    ),
    (s.Halting, i.TimedOut): (h.halting_failed, (s.Showing,)),
    (s.Halting, i.Settled): (h.plateau, (s.Halting,)),
    (s.Halting, i.ScaleBroke): (h.doubted, (s.Halting,)),
    #
    (s.Depositing, i.SetLanguage): (g.visit_language, (s.Depositing,)),
    (s.Depositing, i.Done): (h.enough, (s.Closing,)),
    (s.Depositing, i.TimedOut): (h.enough, (s.Closing,)),
    (s.Depositing, i.ItemScanned): (h.item, (s.Depositing,)),
    (s.Depositing, i.MoreTime): (g.more_time, (s.Depositing,)),
    (s.Depositing, i.Reading): (g.reading, (s.Depositing,)),
    (s.Depositing, i.DoorMoved): (h.depositing_moved, (s.Depositing, s.WeighingAfter)),
    (s.Depositing, i.Settled): (h.plateau, (s.Depositing,)),
    (s.Depositing, i.ScaleBroke): (h.doubted, (s.Depositing,)),
    #
    (s.Closing, i.SetLanguage): (g.visit_language, (s.Closing,)),
    (s.Closing, i.DoorBegan): (h.began, (s.Closing,)),
    (s.Closing, i.DoorMoved): (h.closing_moved, (s.Closing, s.WeighingAfter)),
    (s.Closing, i.DoorBlocked): (h.closing_blocked, (s.Closing, s.Blocked, s.Showing)),
    (s.Closing, i.DoorBroke): (h.closing_failed, (s.Closing, s.Showing)),
    (s.Closing, i.TimedOut): (h.closing_failed, (s.Showing,)),
    (s.Closing, i.Settled): (h.plateau, (s.Closing,)),
    (s.Closing, i.ScaleBroke): (h.doubted, (s.Closing,)),
    #
    (s.Blocked, i.SetLanguage): (g.visit_language, (s.Blocked,)),
    (s.Blocked, i.DoorMoved): (h.closing_moved, (s.Blocked, s.WeighingAfter)),
    (s.Blocked, i.DoorBroke): (h.closing_failed, (s.Blocked, s.Showing)),
    (s.Blocked, i.TimedOut): (h.dwelt, (s.Blocked, s.Closing)),
    (s.Blocked, i.Settled): (h.plateau, (s.Blocked,)),
    (s.Blocked, i.ScaleBroke): (h.doubted, (s.Blocked,)),
    #
    (s.WeighingAfter, i.SetLanguage): (g.visit_language, (s.WeighingAfter,)),
    (s.WeighingAfter, i.Settled): (h.after_settled, (s.WeighingAfter, s.Showing)),
    (s.WeighingAfter, i.ScaleBroke): (h.doubted, (s.WeighingAfter,)),
    (s.WeighingAfter, i.DoorMoved): (h.reopened, (s.WeighingAfter, s.Showing)),
    (s.WeighingAfter, i.TimedOut): (h.after_unsteady, (s.Showing,)),
    #
    (s.Showing, i.SetLanguage): (g.visit_language, (s.Showing,)),
    (s.Showing, i.Another): (h.another, (s.Choosing, s.Limited, s.Thanking)),
    (s.Showing, i.Help): (a.from_result, (s.Asking,)),
    (s.Showing, i.MoreTime): (g.more_time, (s.Showing,)),
    (s.Showing, i.Reading): (g.reading, (s.Showing,)),
    (s.Showing, i.Finish): (h.thank, (s.Thanking,)),
    (s.Showing, i.TimedOut): (h.thank, (s.Thanking,)),
    #
    (s.Thanking, i.SetLanguage): (g.visit_language, (s.Thanking,)),
    (s.Thanking, i.Finish): (h.goodbye, (s.Idle,)),
    (s.Thanking, i.MoreTime): (g.more_time, (s.Thanking,)),
    (s.Thanking, i.Reading): (g.reading, (s.Thanking,)),
    (s.Thanking, i.TimedOut): (h.goodbye, (s.Idle,)),
    #
    (s.Asking, i.SetLanguage): (g.own_language, (s.Asking,)),
    (s.Asking, i.Report): (a.report, (s.Filed,)),
    (s.Asking, i.Disputed): (a.dispute, (s.Asking, s.Filed)),
    (s.Asking, i.Inform): (a.inform, (s.Informing,)),
    (s.Asking, i.MoreTime): (g.more_time, (s.Asking,)),
    (s.Asking, i.Reading): (g.reading, (s.Asking,)),
    (s.Asking, i.Cancel): (a.back, (s.Idle, s.Showing)),
    (s.Asking, i.TimedOut): (a.over, (s.Idle, s.Thanking)),
    #
    (s.Filed, i.SetLanguage): (g.own_language, (s.Filed,)),
    (s.Filed, i.MoreTime): (g.more_time, (s.Filed,)),
    (s.Filed, i.Reading): (g.reading, (s.Filed,)),
    (s.Filed, i.Cancel): (a.back, (s.Idle, s.Showing)),
    (s.Filed, i.TimedOut): (a.over, (s.Idle, s.Thanking)),
    #
    (s.Informing, i.SetLanguage): (g.own_language, (s.Informing,)),
    (s.Informing, i.MoreTime): (g.more_time, (s.Informing,)),
    (s.Informing, i.Reading): (g.reading, (s.Informing,)),
    (s.Informing, i.Cancel): (a.informed, (s.Asking,)),
    (s.Informing, i.TimedOut): (a.over, (s.Idle, s.Thanking)),
}

_STATES: tuple[type[Any], ...] = get_args(s.State)
_TOUCHES = (
    i.Start,
    i.Donate,
    i.UsePhone,
    i.Digit,
    i.Erase,
    i.Confirm,
    i.NumberSealed,
    i.Select,
    i.Cancel,
    i.Done,
    i.MoreTime,
    i.Reading,
    i.Another,
    i.Finish,
    i.Help,
    i.Report,
    i.Disputed,
    i.Inform,
)
_SCANS = (i.Identified, i.TokenRefused)
_DOORS = (i.DoorBegan, i.DoorHalted, i.DoorMoved, i.DoorBlocked, i.DoorBroke)
_ASKED_WHO = (s.Idle, s.Identifying, s.Typing, s.ConfirmingNumber)
_OPENED = (s.Opening, s.Halting, s.Depositing, s.Closing, s.Blocked, s.WeighingAfter)
_WATCHED = (s.WeighingBefore, *_OPENED)
"""While these last, scale and door of the chosen compartment are the visit's business."""
_TAKES: dict[type[Any], tuple[type[Any], ...]] = {
    s.Idle: (i.Start, i.Help),
    s.Identifying: (i.Donate, i.UsePhone, i.MoreTime, i.Reading, i.Cancel),
    s.Typing: (i.Digit, i.Erase, i.Confirm, i.MoreTime, i.Reading, i.Cancel),
    # The confirmed number is sealed before the visit hears of it.
    s.ConfirmingNumber: (i.NumberSealed, i.MoreTime, i.Reading, i.Cancel),
    s.Limited: (i.Donate, i.MoreTime, i.Reading, i.Cancel),
    s.Choosing: (i.Select, i.MoreTime, i.Reading, i.Cancel),
    s.WeighingBefore: (i.Cancel,),
    s.Depositing: (i.Done, i.MoreTime, i.Reading),
    s.Showing: (i.Another, i.Finish, i.Help, i.MoreTime, i.Reading),
    s.Thanking: (i.Finish, i.MoreTime, i.Reading),
    s.Asking: (i.Report, i.Disputed, i.Inform, i.MoreTime, i.Reading, i.Cancel),
    s.Filed: (i.MoreTime, i.Reading, i.Cancel),
    s.Informing: (i.MoreTime, i.Reading, i.Cancel),
}
"""The touches that a question offers; while a door moves there are none."""

IGNORED: frozenset[Pair] = frozenset(
    {
        # Nobody's deposit is open: scales and doors are the machine's business, not the visit's.
        *(
            (state, event)
            for state in _STATES
            if state not in _WATCHED
            for event in (i.Settled, i.ScaleBroke, *_DOORS)
        ),
        # A beam that is interrupted while no door closes means nothing.
        (s.WeighingBefore, i.DoorBlocked),
        (s.Opening, i.DoorBlocked),
        (s.Halting, i.DoorBlocked),
        (s.Depositing, i.DoorBlocked),
        (s.Blocked, i.DoorBlocked),
        (s.WeighingAfter, i.DoorBlocked),
        # The door is open, or confirmed closed: a motor that failed since then changes nothing.
        (s.Depositing, i.DoorBroke),
        # Whatever failed, the door rests in a moment and it is looked where.
        (s.Halting, i.DoorBroke),
        (s.WeighingAfter, i.DoorBroke),
        # Only a door that was told to open or to close waits for its turn, and only one that was
        # told to halt answers: what comes later is an echo.
        *((state, i.DoorBegan) for state in _WATCHED if state not in (s.Opening, s.Closing)),
        *((state, i.DoorHalted) for state in _WATCHED if state is not s.Halting),
        # A barcode counts only while the door is open for it.
        *((state, i.ItemScanned) for state in _STATES if state is not s.Depositing),
        # Scans perish: a code shown at any other time is not kept for later.
        *((state, event) for state in _STATES if state not in _ASKED_WHO for event in _SCANS),
        # A touch that the question did not offer.
        *(
            (state, touch)
            for state in _STATES
            for touch in _TOUCHES
            if touch not in _TAKES.get(state, ())
        ),
    }
)


class IllegalStepError(KioskError, AssertionError):
    """A handler led where the table does not allow: a defect of ours, never of a person."""


def step(state: s.State, event: i.Input, facts: i.Facts) -> Step:
    """Take one input. Raises IllegalStepError if the table and its handlers disagree."""
    pair = (type(state), type(event))
    if pair in IGNORED:
        return Step(state)
    handler, allowed = TABLE[pair]
    taken = handler(state, event, facts)
    if type(taken.state) not in allowed:
        raise IllegalStepError(
            f"{pair[0].__name__} on {pair[1].__name__} led to {type(taken.state).__name__}"
        )
    return taken
