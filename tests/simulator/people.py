"""Residents: they look at the screen and do the next thing, sensible or not."""

from collections import deque
from typing import TYPE_CHECKING

from drivers.errors import ImpossibleError
from kiosk import views as v
from kiosk.events import LabelScanned
from kiosk.session.states import Idle
from kiosk.units import CompartmentId
from tests.simulator.bureau import unseal
from tests.simulator.mishaps import true_utc_ms
from tests.simulator.reference import Broken
from tests.simulator.scenes import Visit

if TYPE_CHECKING:
    from tests.simulator.life import Life

BOTTLE = "06901234567892"
VISIT_MS_MAX = 1_200_000
LOOK_MS = 200
WATCH_MS = 400
GONE_LOOK_MS = 1_000
BUSY = v.WeighingBefore | v.Opening | v.Closing | v.WeighingAfter
"""The machine has something to do, and people watch it."""


def number_of(who: int) -> str:
    """A resident's phone number."""
    return f"139{who:08d}"


class Guest:
    """One person's visit to the machine of one life."""

    def __init__(self, life: "Life", scene: Visit) -> None:
        self._life = life
        self._machine = life.machine
        self._office = life.reference.office
        self._scene = scene
        self._subject = f"resident-{scene.who}"
        self._code = self._code_to_show()
        self._deals = deque(scene.deals)
        self._acts: deque[tuple[str, int]] = deque()
        self._known = False
        """The code was shown, or the number typed."""
        self._begun = False
        self._gone = False
        self._asked = not scene.asks
        self._gives = scene.code == "donation"
        """Wants nothing for it, or got all there is today."""

    def visit(self) -> None:
        """Come, do what there is to do, and go. Raises Broken, and PowerCut."""
        machine, opened = self._machine, len(self._life.reference.subjects)
        end_ms = machine.clock.now_ms + VISIT_MS_MAX
        while True:
            screen = machine.screen
            self._gone = self._gone or type(screen).__name__ == self._scene.leaves_at
            over = self._begun or self._gone or not isinstance(screen, v.Idle)
            if over and isinstance(machine.controller.state, Idle):
                break
            if machine.clock.now_ms > end_ms:
                raise Broken(f"the visit does not end: {screen}")
            if not self._gone:
                self._answer(screen)
            self._life.look()
            self._life.wait(self._patience_ms(screen))
        self._check_code(self._life.reference.subjects[opened:])

    def _patience_ms(self, screen: v.Screen) -> int:
        stands = isinstance(screen, v.Depositing) and self._acts and self._acts[0][0] == "stand"
        if self._gone or stands:
            return GONE_LOOK_MS
        return WATCH_MS if isinstance(screen, BUSY) else LOOK_MS

    def _answer(self, screen: v.Screen) -> None:
        """Do the next thing that this screen asks for."""
        touch = self._machine.touch
        match screen:
            case v.Idle() | v.Identify():
                self._greet(screen)
            case v.Phone() | v.ConfirmPhone():
                self._number(screen)
            case v.Limited():
                self._gives = self._scene.who % 2 == 0
                touch("donate" if self._gives else "cancel")
            case v.Choose():
                self._choose(screen)
            case v.Depositing():
                self._act(screen)
            case v.Result() if not self._asked:
                touch("help")
            case v.Result():
                touch("another" if self._deals and screen.another_allowed else "finish")
            case v.Help():
                touch("cancel" if self._asked else self._scene.asks)
                self._asked = True
            case v.Filed() | v.About():
                touch("cancel")
            case v.Receipt():
                touch("finish")

    def _greet(self, screen: v.Idle | v.Identify) -> None:
        """Say who it is, or that it does not matter; go when the machine takes nothing."""
        if self._known:
            self._machine.touch("cancel")
        elif self._code is None:
            self._machine.touch("start" if isinstance(screen, v.Idle) else self._way(screen))
        else:
            good = self._scene.code in ("good", "expired")
            self._office.comes(self._subject if good else None)
            self._machine.scan(self._code)
            self._known = True
            taken = isinstance(self._machine.screen, v.Choose | v.Limited)
            if self._scene.code == "good" and taken:
                # Shown to a machine that takes nothing it was not used up.
                self._life.last_good = self._code
        self._begun = self._begun or not isinstance(self._machine.controller.state, Idle)
        self._gone = not self._begun

    def _way(self, screen: v.Identify) -> str:
        """Which way in somebody takes who shows no code."""
        if self._gives or not screen.phone_allowed:
            self._gives = True
            self._office.comes(None)
            return "donate"
        return "phone"

    def _number(self, screen: v.Phone | v.ConfirmPhone) -> None:
        """Type a number, and confirm it when it is shown."""
        number = number_of(self._scene.who)
        self._known = True
        if isinstance(screen, v.ConfirmPhone):
            if screen.number != number:
                raise Broken(f"P2: {number} was typed, the screen shows {screen.number}")
            self._office.comes(number)
        else:
            self._office.numbers.add(number)
            for digit in number:
                self._machine.touch(f"digit:{digit}")
        self._machine.touch("confirm")

    def _choose(self, screen: v.Choose) -> None:
        """Take the next deal whose compartment is open; leave when there is none."""
        self._begun = True
        self._acts.clear()
        while self._deals:
            deal = self._deals.popleft()
            if any(one.compartment == deal.where and one.state == "open" for one in screen.offers):
                self._machine.touch(f"compartment:{deal.where}")
                self._acts.extend((*deal.acts, ("done", 0) if deal.done else ("stand", 0)))
                return
        self._machine.touch("cancel")

    def _act(self, screen: v.Depositing) -> None:
        machine, world = self._machine, self._machine.world
        where = CompartmentId(screen.offer.compartment)
        act, size = self._acts[0] if self._acts else ("done", 0)
        if act == "stand":
            return
        if self._acts:
            self._acts.popleft()
        try:
            match act:
                case "put":
                    world.put(where, size)
                case "take":
                    world.take(where, min(size, world.pans[where].grams))
                case "bump":
                    world.bump(where, size)
                case "swap":
                    world.empty(where)
                case "wait":
                    self._life.wait(size)
                case "scan":
                    for _ in range(size):
                        now = machine.clock.monotonic_ms()
                        code = LabelScanned(BOTTLE[1:].encode(), "E0", now, BOTTLE)
                        machine.controller.handle(code)
                        self._life.wait(800)
                case _:
                    machine.touch(act)
        except ImpossibleError:
            pass  # the door is closing already, or nothing is left to take

    def _code_to_show(self) -> bytes | None:
        operator, now = self._machine.operator, true_utc_ms(self._machine.clock)
        subject = self._subject
        match self._scene.code:
            case "donation" | "phone":
                return None
            case "expired":
                return operator.token(subject, now - 3_600_000)
            case "forged":
                token = operator.token(subject, now)
                return token[:-8] + bytes((token[-8] ^ 1,)) + token[-7:]
            case "replayed":
                return self._life.last_good or b"K1:"
            case "nonsense":
                return b"https://example.com/menu"
        return operator.token(subject, now)

    def _check_code(self, opened: list[str | None]) -> None:
        """Whoever deposits is who they showed to be."""
        code = self._scene.code
        good: set[str | None] = {self._subject} if code == "good" else set()
        if code == "phone":
            number = number_of(self._scene.who)
            good = {one for one in opened if one and unseal(one) == number}
        if self._gives:
            good |= {None}
        if code == "expired" and self._life.mishaps.told["clock jump"]:
            good |= {self._subject}  # nothing known to be past forbids it (architecture.md, "Time")
        if not set(opened) <= good:
            raise Broken(f"{code}: a deposit was opened for {opened}")
