"""What people and things do at the desk, as steps that a customer can read."""

from collections.abc import Callable, Sequence

from kiosk import views as v
from kiosk.units import CompartmentId
from tests.journeys.desk import Desk

Step = Callable[[Desk], None]

PAPER = CompartmentId("paper")


def walk(desk: Desk, steps: Sequence[Step]) -> None:
    for step in steps:
        step(desk)


# ---- steps ----


def shows_her_code(desk: Desk) -> None:
    desk.scan(desk.token())


def touches(choice: str) -> Step:
    return lambda desk: desk.touch(choice)


def sees(kind: type[v.Screen]) -> Step:
    return lambda desk: desk.until(lambda: isinstance(desk.screen, kind))


def puts(grams: int, where: str = "paper") -> Step:
    return lambda desk: desk.world.put(CompartmentId(where), grams)


def takes(grams: int, where: str = "paper") -> Step:
    return lambda desk: desk.world.take(CompartmentId(where), grams)


def waits(seconds: int) -> Step:
    return lambda desk: desk.wait(seconds * 1000)


def holds_a_hand_in(desk: Desk) -> None:
    desk.world.hold_hand(PAPER, held=True)


def pulls_the_hand_out(desk: Desk) -> None:
    desk.world.hold_hand(PAPER, held=False)


def pulls_the_scales_plug(desk: Desk) -> None:
    desk.world.unplug("scale:paper")


def plugs_the_scale_in(desk: Desk) -> None:
    desk.world.plug("scale:paper")


def power_fails(desk: Desk) -> None:
    desk.power_cut()
    desk.wait(5_000)


def power_returns(desk: Desk) -> None:
    desk.power_on()


def outcome(name: str, reason: str | None = None, **fields: object) -> Step:
    """The last deposit in the ledger, and on the screen if it is still shown."""

    def check(desk: Desk) -> None:
        last = desk.deposits()[-1]
        assert (last.outcome, last.reason) == (name, reason)
        for field, value in fields.items():
            assert getattr(last, field) == value
        if isinstance(desk.screen, v.Result):
            shown = desk.screen
            assert (shown.outcome, shown.reason) == (name, reason)
            undecided = last.outcome == "HELD"
            assert shown.amount_minor == (None if undecided else last.amount_minor)
            assert shown.net_g == last.net_g
            assert shown.before_g == last.before.gross_g
            assert shown.after_g == (None if last.after is None else last.after.gross_g)

    return check


OPENS_PAPER: list[Step] = [
    shows_her_code,
    sees(v.Choose),
    touches("compartment:paper"),
    sees(v.WeighingBefore),
    sees(v.Opening),
    sees(v.Depositing),
]
