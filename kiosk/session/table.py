"""The one literal table of a visit: (state, input) to handler and the states it may lead to.

A pair is either in ``TABLE`` or in ``IGNORED``, never in both or neither: an absent pair would be
an accident (h11). ``tests/session`` explores it exhaustively, and ``diagram`` prints it.
"""

from typing import Any, get_args

from kiosk.errors import KioskError
from kiosk.session import handlers as h
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.session.handlers import Handler, Step

Pair = tuple[type[Any], type[Any]]
Row = tuple[Handler, tuple[type[Any], ...]]

TABLE: dict[Pair, Row] = {
    (s.Idle, i.Start): (h.begin, (s.Idle, s.Identifying)),
    (s.Idle, i.SetLanguage): (h.idle_language, (s.Idle,)),
    (s.Idle, i.Identified): (h.scanned_at_idle, (s.Choosing,)),
    (s.Idle, i.TokenRefused): (h.refused_at_idle, (s.Idle, s.Identifying)),
    #
    (s.Identifying, i.SetLanguage): (h.identifying_language, (s.Identifying,)),
    (s.Identifying, i.Donate): (h.donate, (s.Identifying, s.Choosing)),
    (s.Identifying, i.Identified): (h.identified, (s.Choosing,)),
    (s.Identifying, i.TokenRefused): (h.refused, (s.Identifying,)),
    (s.Identifying, i.Cancel): (h.leave_unidentified, (s.Idle,)),
    (s.Identifying, i.TimedOut): (h.leave_unidentified, (s.Idle,)),
    #
    (s.Choosing, i.SetLanguage): (h.visit_language, (s.Choosing,)),
    (s.Choosing, i.Select): (h.select, (s.Choosing, s.WeighingBefore)),
    (s.Choosing, i.Cancel): (h.leave, (s.Idle, s.Thanking)),
    (s.Choosing, i.TimedOut): (h.leave, (s.Idle, s.Thanking)),
    #
    (s.WeighingBefore, i.SetLanguage): (h.visit_language, (s.WeighingBefore,)),
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
    (s.Opening, i.SetLanguage): (h.visit_language, (s.Opening,)),
    (s.Opening, i.DoorMoved): (h.opening_moved, (s.Opening, s.Depositing)),
    (s.Opening, i.DoorBroke): (h.opening_failed, (s.Opening, s.Closing, s.Showing)),
    (s.Opening, i.TimedOut): (h.opening_failed, (s.Closing, s.Showing)),
    (s.Opening, i.Settled): (h.plateau, (s.Opening,)),
    (s.Opening, i.ScaleBroke): (h.doubted, (s.Opening,)),
    #
    (s.Depositing, i.SetLanguage): (h.visit_language, (s.Depositing,)),
    (s.Depositing, i.Done): (h.enough, (s.Closing,)),
    (s.Depositing, i.TimedOut): (h.enough, (s.Closing,)),
    (s.Depositing, i.ItemScanned): (h.item, (s.Depositing,)),
    (s.Depositing, i.MoreTime): (h.more_time, (s.Depositing,)),
    (s.Depositing, i.DoorMoved): (h.depositing_moved, (s.Depositing, s.WeighingAfter)),
    (s.Depositing, i.Settled): (h.plateau, (s.Depositing,)),
    (s.Depositing, i.ScaleBroke): (h.doubted, (s.Depositing,)),
    #
    (s.Closing, i.SetLanguage): (h.visit_language, (s.Closing,)),
    (s.Closing, i.DoorMoved): (h.closing_moved, (s.Closing, s.WeighingAfter)),
    (s.Closing, i.DoorBlocked): (h.closing_blocked, (s.Closing, s.Blocked, s.Showing)),
    (s.Closing, i.DoorBroke): (h.closing_failed, (s.Closing, s.Showing)),
    (s.Closing, i.TimedOut): (h.closing_failed, (s.Showing,)),
    (s.Closing, i.Settled): (h.plateau, (s.Closing,)),
    (s.Closing, i.ScaleBroke): (h.doubted, (s.Closing,)),
    #
    (s.Blocked, i.SetLanguage): (h.visit_language, (s.Blocked,)),
    (s.Blocked, i.DoorMoved): (h.closing_moved, (s.Blocked, s.WeighingAfter)),
    (s.Blocked, i.DoorBroke): (h.closing_failed, (s.Blocked, s.Showing)),
    (s.Blocked, i.TimedOut): (h.dwelt, (s.Blocked, s.Closing)),
    (s.Blocked, i.Settled): (h.plateau, (s.Blocked,)),
    (s.Blocked, i.ScaleBroke): (h.doubted, (s.Blocked,)),
    #
    (s.WeighingAfter, i.SetLanguage): (h.visit_language, (s.WeighingAfter,)),
    (s.WeighingAfter, i.Settled): (h.after_settled, (s.WeighingAfter, s.Showing)),
    (s.WeighingAfter, i.ScaleBroke): (h.doubted, (s.WeighingAfter,)),
    (s.WeighingAfter, i.DoorMoved): (h.reopened, (s.WeighingAfter, s.Showing)),
    (s.WeighingAfter, i.TimedOut): (h.after_unsteady, (s.Showing,)),
    #
    (s.Showing, i.SetLanguage): (h.visit_language, (s.Showing,)),
    (s.Showing, i.Another): (h.another, (s.Choosing, s.Thanking)),
    (s.Showing, i.Finish): (h.thank, (s.Thanking,)),
    (s.Showing, i.TimedOut): (h.thank, (s.Thanking,)),
    #
    (s.Thanking, i.SetLanguage): (h.visit_language, (s.Thanking,)),
    (s.Thanking, i.Finish): (h.goodbye, (s.Idle,)),
    (s.Thanking, i.TimedOut): (h.goodbye, (s.Idle,)),
}

_STATES: tuple[type[Any], ...] = get_args(s.State)
_TOUCHES = (i.Start, i.Donate, i.Select, i.Cancel, i.Done, i.MoreTime, i.Another, i.Finish)
_SCANS = (i.Identified, i.TokenRefused)
_DOORS = (i.DoorMoved, i.DoorBlocked, i.DoorBroke)

IGNORED: frozenset[Pair] = frozenset(
    {
        # Nobody's deposit is open: scales and doors are the machine's business, not the visit's.
        *(
            (state, event)
            for state in (s.Idle, s.Identifying, s.Choosing, s.Showing, s.Thanking)
            for event in (i.Settled, i.ScaleBroke, *_DOORS)
        ),
        # Idle has no deadline.
        (s.Idle, i.TimedOut),
        # A beam that is interrupted while no door closes means nothing.
        (s.WeighingBefore, i.DoorBlocked),
        (s.Opening, i.DoorBlocked),
        (s.Depositing, i.DoorBlocked),
        (s.Blocked, i.DoorBlocked),
        (s.WeighingAfter, i.DoorBlocked),
        # The door is open, or confirmed closed: a motor that failed since then changes nothing.
        (s.Depositing, i.DoorBroke),
        (s.WeighingAfter, i.DoorBroke),
        # A barcode counts only while the door is open for it.
        *((state, i.ItemScanned) for state in _STATES if state is not s.Depositing),
        # Scans perish: a code shown at any other time is not kept for later.
        *(
            (state, event)
            for state in (
                s.Choosing,
                s.WeighingBefore,
                s.Opening,
                s.Depositing,
                s.Closing,
                s.Blocked,
                s.WeighingAfter,
                s.Showing,
                s.Thanking,
            )
            for event in _SCANS
        ),
        # A touch that the question did not offer.
        *((s.Idle, touch) for touch in _TOUCHES if touch is not i.Start),
        *((s.Identifying, t) for t in _TOUCHES if t not in (i.Donate, i.Cancel)),
        *((s.Choosing, t) for t in _TOUCHES if t not in (i.Select, i.Cancel)),
        *((s.WeighingBefore, t) for t in _TOUCHES if t is not i.Cancel),
        *((s.Opening, t) for t in _TOUCHES),
        *((s.Depositing, t) for t in _TOUCHES if t not in (i.Done, i.MoreTime)),
        *((s.Closing, t) for t in _TOUCHES),
        *((s.Blocked, t) for t in _TOUCHES),
        *((s.WeighingAfter, t) for t in _TOUCHES),
        *((s.Showing, t) for t in _TOUCHES if t not in (i.Another, i.Finish)),
        *((s.Thanking, t) for t in _TOUCHES if t is not i.Finish),
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
