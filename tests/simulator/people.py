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
from tests.simulator.scenes import Deal, Visit

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


class People:
    """Whoever comes to the machine of one life."""

    def __init__(self, life: "Life") -> None:
        self.life = life
        self._office = life.reference.office
        self._gives = False
        """Whoever is here wants nothing for it, or got all there is today."""

    def visit(self, scene: Visit) -> None:
        machine, clock = self.life.machine, self.life.machine.clock
        opened = len(self.life.reference.subjects)
        subject = f"resident-{scene.who}"
        code = self._code(scene, subject)
        deals = deque(scene.deals)
        acts: deque[tuple[str, int]] = deque()
        gone, begun, code_shown, asked = False, False, False, not scene.asks
        self._gives = code is None and scene.code != "phone"
        end_ms = clock.now_ms + VISIT_MS_MAX
        while True:
            screen = machine.screen
            gone = gone or type(screen).__name__ == scene.leaves_at
            waiting = isinstance(machine.controller.state, Idle)
            if waiting and (begun or gone or not isinstance(screen, v.Idle)):
                break
            if clock.now_ms > end_ms:
                raise Broken(f"the visit does not end: {screen}")
            if gone:
                pass
            elif isinstance(screen, v.Idle | v.Identify):
                if code_shown:
                    machine.touch("cancel")
                elif code is None:
                    machine.touch("start" if isinstance(screen, v.Idle) else self._way(screen))
                else:
                    self._office.comes(subject if scene.code in ("good", "expired") else None)
                    machine.scan(code)
                    code_shown = True
                begun = begun or not isinstance(machine.controller.state, Idle)
                gone = not begun
            elif isinstance(screen, v.Choose):
                begun = True
                acts = self._choose(screen, deals)
            elif isinstance(screen, v.Depositing):
                self._act(screen, acts)
            elif isinstance(screen, v.Result) and not asked:
                machine.touch("help")
            elif isinstance(screen, v.Result):
                machine.touch("another" if deals and screen.another_allowed else "finish")
            elif isinstance(screen, v.Help):
                machine.touch("cancel" if asked else scene.asks)
                asked = True
            elif isinstance(screen, v.Filed | v.About):
                machine.touch("cancel")
            elif isinstance(screen, v.Phone | v.ConfirmPhone):
                self._number(screen, number_of(scene.who))
                code_shown = True
            elif isinstance(screen, v.Limited):
                self._gives = scene.who % 2 == 0
                machine.touch("donate" if self._gives else "cancel")
            elif isinstance(screen, v.Receipt):
                machine.touch("finish")
            self.life.look()
            stands = isinstance(screen, v.Depositing) and acts and acts[0][0] == "stand"
            if gone or stands:
                self.life.wait(GONE_LOOK_MS)
            else:
                self.life.wait(WATCH_MS if isinstance(screen, BUSY) else LOOK_MS)
        self._check_code(scene, subject, self.life.reference.subjects[opened:])

    def _way(self, screen: v.Screen) -> str:
        """Which way in somebody takes who shows no code."""
        if self._gives or not isinstance(screen, v.Identify) or not screen.phone_allowed:
            self._gives = True
            self._office.comes(None)
            return "donate"
        return "phone"

    def _number(self, screen: v.Phone | v.ConfirmPhone, number: str) -> None:
        """Type a number, and confirm it when it is shown."""
        if isinstance(screen, v.ConfirmPhone):
            if screen.number != number:
                raise Broken(f"P2: {number} was typed, the screen shows {screen.number}")
            self._office.comes(number)
        else:
            self._office.numbers.add(number)
            for digit in number:
                self.life.machine.touch(f"digit:{digit}")
        self.life.machine.touch("confirm")

    def _choose(self, screen: v.Choose, deals: deque[Deal]) -> deque[tuple[str, int]]:
        """Take the next deal whose compartment is open; leave when there is none."""
        while deals:
            deal = deals.popleft()
            if any(one.compartment == deal.where and one.state == "open" for one in screen.offers):
                self.life.machine.touch(f"compartment:{deal.where}")
                return deque([*deal.acts, ("done", 0) if deal.done else ("stand", 0)])
        self.life.machine.touch("cancel")
        return deque()

    def _act(self, screen: v.Depositing, acts: deque[tuple[str, int]]) -> None:
        machine, world = self.life.machine, self.life.machine.world
        where = CompartmentId(screen.offer.compartment)
        act, size = acts[0] if acts else ("done", 0)
        if act == "stand":
            return
        if acts:
            acts.popleft()
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
                    self.life.wait(size)
                case "scan":
                    for _ in range(size):
                        now = machine.clock.monotonic_ms()
                        code = LabelScanned(BOTTLE[1:].encode(), "E0", now, BOTTLE)
                        machine.controller.handle(code)
                        self.life.wait(800)
                case _:
                    machine.touch(act)
        except ImpossibleError:
            pass  # the door is closing already, or nothing is left to take

    def _code(self, scene: Visit, subject: str) -> bytes | None:
        operator, now = self.life.machine.operator, true_utc_ms(self.life.machine.clock)
        match scene.code:
            case "donation" | "phone":
                return None
            case "expired":
                return operator.token(subject, now - 3_600_000)
            case "forged":
                token = operator.token(subject, now)
                return token[:-8] + bytes((token[-8] ^ 1,)) + token[-7:]
            case "replayed":
                return self.life.last_good or b"K1:"
            case "nonsense":
                return b"https://example.com/menu"
        self.life.last_good = operator.token(subject, now)
        return self.life.last_good

    def _check_code(self, scene: Visit, subject: str, opened: list[str | None]) -> None:
        good: set[str | None] = {subject} if scene.code == "good" else set()
        if scene.code == "phone":
            good = {one for one in opened if one and unseal(one) == number_of(scene.who)}
        if self._gives:
            good |= {None}
        if scene.code == "expired" and self.life.mishaps.told["clock jump"]:
            good = {subject}  # nothing known to be past forbids it (architecture.md, "Time")
        if not set(opened) <= good:
            raise Broken(f"{scene.code}: a deposit was opened for {opened}")
