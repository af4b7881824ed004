"""The reference can say no to what the operator and the people rely on: caps, orders, decisions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from kiosk import commander, reception
from kiosk.bookkeeper import Bookkeeper
from kiosk.caps import Tallies
from kiosk.commander import Commander
from kiosk.commands import CommandBook, Standing, Waiting, judge
from kiosk.earlier import EarlierDeposits
from kiosk.helpdesk import HelpDesk
from kiosk.operator_link import OperatorLink
from kiosk.records import Correction
from kiosk.session import greeting, view
from kiosk.trust import Trust
from sync.agent.errands import Errands
from sync.agent.keyring import KeyRing
from tests.simulator import cloud
from tests.simulator.scenes import Deal, Mishap, Quiet, Scene, Visit
from tests.simulator.test_planted import CUT, HOUR, PAPER, SALE, broken, is_found

Plant = Callable[[pytest.MonkeyPatch], None]


def caps_are_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(greeting, "reached", lambda *_: None)


def caps_forget(patch: pytest.MonkeyPatch) -> None:
    """What somebody brought is not counted."""
    patch.setattr(Tallies, "note", lambda *_: None)


def everybody_had_enough(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(greeting, "reached", lambda *_: "deposits")


def numbers_are_written_down(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reception, "seal_phone", lambda digits, _: digits)


def gifts_are_shown_as_paid(patch: pytest.MonkeyPatch) -> None:
    real = view._receipt

    def receipt(*given: Any) -> Any:
        shown = real(*given)
        return replace(shown, total_g=sum(one.net_g or 0 for one in shown.lines))

    patch.setattr(view, "_receipt", receipt)


def orders_are_done_twice(patch: pytest.MonkeyPatch) -> None:
    real = Commander._carry_out

    def carry_out(self: Commander, *given: Any) -> None:
        real(self, *given)
        real(self, *given)

    patch.setattr(Commander, "_carry_out", carry_out)


def orders_come_to_nothing(patch: pytest.MonkeyPatch) -> None:
    """Answered, and a closed compartment goes on."""
    patch.setattr(Commander, "_stand", lambda _: None)


def out_of_service_goes_on(patch: pytest.MonkeyPatch) -> None:
    real = vars(CommandBook)["standing"].fget
    standing = property(lambda book: real(book).having(out_of_service=False))
    patch.setattr(CommandBook, "standing", standing)


def restarts_do_not_happen(patch: pytest.MonkeyPatch) -> None:
    restarting = property(lambda _: False, lambda *_: None)
    patch.setattr(Commander, "restarting", restarting, raising=False)


def orders_are_lost(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(CommandBook, "next", lambda _: None)


def late_orders_are_done(patch: pytest.MonkeyPatch) -> None:
    def judged(waiting: Waiting, standing: Standing, known: frozenset[str], _: int) -> Any:
        return judge(waiting, standing, known, 0)

    patch.setattr(commander, "judge", judged)


def diagnostics_stay_here(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OperatorLink, "upload", lambda _: None)


def the_next_key_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """The cloud may know it already, and an agent that starts makes another one."""

    def load(self: KeyRing) -> None:
        self._next_path.unlink(missing_ok=True)

    patch.setattr(KeyRing, "_load_following", load)


def keys_are_not_renewed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Errands, "renew", lambda *_: None)


def decisions_are_closed_again(patch: pytest.MonkeyPatch) -> None:
    real = Bookkeeper.write

    def write(self: Bookkeeper, cause: str, session: str | None, bodies: Any) -> None:
        again = tuple(body for body in bodies if isinstance(body, Correction))
        real(self, cause, session, bodies + again)

    patch.setattr(Bookkeeper, "write", write)


def decisions_are_not_closed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Trust, "untold_decisions", lambda _: ())


def decisions_are_not_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(EarlierDeposits, "_decide", lambda *_: None)


def a_decision_is_told_wrong(patch: pytest.MonkeyPatch) -> None:
    real = EarlierDeposits._decide

    def decide(self: EarlierDeposits, decided: Any) -> None:
        real(self, replace(decided, amount_minor=decided.amount_minor + 1))

    patch.setattr(EarlierDeposits, "_decide", decide)


def a_decision_is_credited_twice(patch: pytest.MonkeyPatch) -> None:
    real = cloud.Cloud.decide

    def decide(self: cloud.Cloud, decision: Any) -> None:
        held = self._held[decision.ledger, decision.seq]
        real(self, decision)
        self._credited(held.hash, held.subject or "", decision.amount_minor)

    patch.setattr(cloud.Cloud, "decide", decide)


def it_is_taken_on_top_of_what_fell_in(patch: pytest.MonkeyPatch) -> None:
    real = HelpDesk.took

    def took(self: HelpDesk, ticket: Any, now_ms: Any) -> None:
        real(self, replace(ticket, about="help"), now_ms)

    patch.setattr(HelpDesk, "took", took)


def tickets_are_invented(patch: pytest.MonkeyPatch) -> None:
    """The screen names a number that no record has."""
    real = view.screen_of

    def screen_of(*given: Any) -> Any:
        shown = real(*given)
        return replace(shown, number="T-0") if hasattr(shown, "number") else shown

    patch.setattr("kiosk.controller.screen_of", screen_of)


def soon(*mishaps: Mishap) -> Quiet:
    """Something changes, and the machine hears of it."""
    return Quiet(3_600_000, mishaps)


ONE_A_DAY = soon(Mishap(1, "rules change", size=1))
PHONE = Visit(1, (PAPER,), code="phone")
METAL = Deal("metal", (("put", 1_500),))
GIVES = Visit(2, (PAPER, METAL))
"""Whoever has an even number gives what is over the cap."""
CLOSED = Quiet(3_600_000, (Mishap(1, "order", for_ms=7_200_000, size=32),))
OUT = Quiet(3_600_000, (Mishap(1, "order", for_ms=7_200_000, size=2),))
RESTART = soon(Mishap(1, "order", size=4))
DIAGNOSTICS = soon(Mishap(1, "order", size=6))
ROTATE = Mishap(2, "order", size=7)
CUTS_IN_KEYS = [
    soon(Mishap(1, "cut in a write", size=size), ROTATE, Mishap(3, "agent restarts"))
    for size in range(18, 23)
]
LATE = Quiet(
    3_600_000,
    (
        Mishap(1, "clock jump", for_ms=3_000_000, size=30),
        Mishap(2, "order", for_ms=3_000_000, size=40),
        Mishap(3, "agent restarts"),
    ),
)
DECIDED: list[Scene] = [CUT, HOUR, soon(Mishap(1, "decisions"))]
DROPPED = Visit(1, (PAPER,), asks="report:dropped")
DISPUTED = Visit(1, (PAPER,), asks="dispute")

DEFECTS: dict[str, tuple[Plant, list[Scene], str]] = {
    "no caps": (caps_are_not_looked_at, [ONE_A_DAY, SALE, SALE], "caps: .* and paper is opened"),
    "caps forget": (caps_forget, [ONE_A_DAY, PHONE, PHONE], "caps: 139.* and paper is opened"),
    "enough": (everybody_had_enough, [ONE_A_DAY, SALE], "caps: resident-1 is turned away"),
    "numbers": (numbers_are_written_down, [HOUR, PHONE], "a phone number stands in record"),
    "gifts": (gifts_are_shown_as_paid, [ONE_A_DAY, GIVES], "P2: the receipt's totals"),
    "twice": (orders_are_done_twice, [CLOSED], "order: 1 .close_compartment. is answered again"),
    "nothing": (orders_come_to_nothing, [CLOSED, SALE], "order: paper is opened, closed by order"),
    "out": (out_of_service_goes_on, [OUT, SALE], "order: paper is opened, out of service by"),
    "restart": (restarts_do_not_happen, [RESTART, SALE], "order: paper is opened by a run that"),
    "lost": (orders_are_lost, [DIAGNOSTICS, HOUR], "owed: ..order 1"),
    "late": (late_orders_are_done, [LATE], "order: 1 .* is done at"),
    "diagnostics": (diagnostics_stay_here, [DIAGNOSTICS, HOUR], "owed: ..diagnostics"),
    "no new key": (keys_are_not_renewed, [soon(ROTATE), HOUR], "owed: ..key after"),
    "next key": (the_next_key_is_forgotten, [*CUTS_IN_KEYS, HOUR], "owed: ..key after"),
    "closed again": (decisions_are_closed_again, DECIDED, "decision: .* is corrected twice"),
    "not closed": (decisions_are_not_closed, [*DECIDED, HOUR], "owed: ..decision about"),
    "not told": (decisions_are_not_told, [*DECIDED, SALE], "news: resident-1 is told"),
    "told wrong": (a_decision_is_told_wrong, [*DECIDED, SALE], "news: resident-1 is told .*was"),
    "credited": (a_decision_is_credited_twice, DECIDED, "P1: .* is credited twice"),
    "fell in": (it_is_taken_on_top_of_what_fell_in, [DROPPED, SALE], "ticket: paper is opened"),
    "ticket": (tickets_are_invented, [DISPUTED], "ticket: T-0 is shown and not recorded"),
}


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_a_planted_defect_is_found(name: str, tmp_path: Path) -> None:
    is_found(DEFECTS[name], tmp_path)


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_the_same_scenes_are_fine_without_it(name: str, tmp_path: Path) -> None:
    assert broken(tmp_path, DEFECTS[name][1]) == ""
