"""How each mishap begins and ends; what is under way goes on through power cuts."""

from collections import Counter
from collections.abc import Callable

from drivers.errors import ImpossibleError
from drivers.sim.world import World
from kiosk.documents import Tariff
from kiosk.units import CompartmentId
from tests.journeys.virtual import START_UTC_MS, VirtualClock
from tests.simulator.bureau import Bureau
from tests.simulator.cloud import Cloud, Weather
from tests.simulator.disk import PowerCut
from tests.simulator.machine import SimulatedMachine
from tests.simulator.plan import HOUR_MS
from tests.simulator.scenes import BY_PIECE, Mishap

NOISE_PER_MILLE = 30
WEATHERS: dict[str, Weather] = {
    "network down": "down",
    "lost answers": "lost answers",
    "server errors": "server errors",
    "busy server": "busy",
    "portal": "portal",
}


def true_utc_ms(clock: VirtualClock) -> int:
    """What the time really is."""
    return START_UTC_MS + clock.now_ms - 10_000


def _nothing() -> None:
    """An order that ends by itself."""


class Mishaps:
    """What is wrong now, and what will be."""

    def __init__(self, machine: SimulatedMachine, cloud: Cloud, bureau: Bureau) -> None:
        self._machine = machine
        self._cloud = cloud
        self._bureau = bureau
        self._coming: list[tuple[int, Mishap]] = []
        self._ends: list[tuple[int, str, Callable[[], None]]] = []
        self._prices = 2
        self.told: Counter[str] = Counter()

    @property
    def under_way(self) -> frozenset[str]:
        """What is wrong at this moment."""
        return frozenset(name for _, name, _ in self._ends)

    def expect(self, mishaps: tuple[Mishap, ...]) -> None:
        """A scene begins; what the one before did not come to never happens."""
        now = self._machine.clock.now_ms
        self._machine.disk.cut_in = None
        self._coming = sorted(
            ((now + one.after_ms, one) for one in mishaps), key=lambda due: due[0]
        )

    def forget(self) -> None:
        """The power is gone: nothing else happens in this scene."""
        self._coming = []

    def next_ms(self) -> int | None:
        """When something begins or ends, or None."""
        coming = [due for due, _ in self._coming]
        return min(coming + [due for due, _, _ in self._ends], default=None)

    def end_all(self) -> None:
        """A technician puts everything right."""
        self.forget()
        for _, _, undo in self._ends:
            undo()
        self._ends = []

    def pass_on(self) -> None:
        """Begin and end what is due now. Raises PowerCut."""
        now = self._machine.clock.now_ms
        over = [one for one in self._ends if one[0] <= now]
        self._ends = [one for one in self._ends if one[0] > now]
        for _, _, undo in over:
            undo()
        while self._coming and self._coming[0][0] <= now:
            _, mishap = self._coming.pop(0)
            self._begin(mishap, now)

    def _begin(self, mishap: Mishap, now: int) -> None:
        """Do it, if it can be done now, and note when it ends. Raises PowerCut."""
        if mishap.what == "cut in a write":
            self._machine.disk.cut_in = mishap.size
            return  # counted where it falls
        undo: Callable[[], None] | None = None
        if not self._at_once(mishap):
            undo = self._lasting(mishap)
            if undo is None:
                return
        self.told[mishap.what] += 1
        if mishap.what == "cut":
            raise PowerCut
        if undo is not None:
            self._ends.append((now + max(1, mishap.for_ms), mishap.what, undo))

    def _at_once(self, mishap: Mishap) -> bool:
        """What happens and is over; False: it is none of these."""
        machine, where = self._machine, CompartmentId(mishap.where)
        match mishap.what:
            case "cut":
                pass
            case "bump":
                machine.world.bump(where, mishap.size)
            case "swap":
                machine.world.empty(where)
            case "mass moves":
                # Something falls in by the service side, or somebody takes it there.
                pan = machine.world.pans[where]
                pan.load(pan.grams + mishap.size if mishap.size % 2 else pan.grams // 2)
            case "agent restarts":
                if machine.running:
                    machine.attach()
            case "prices change":
                self.change_prices(mishap.size)
            case "rules change":
                self._bureau.change_rules(mishap.size)
            case "decisions":
                self.told["deposits decided"] += self._bureau.decide()
            case _:
                return False
        return True

    def _lasting(self, mishap: Mishap) -> Callable[[], None] | None:
        """Begin what lasts; returns what ends it, or None where it is impossible now."""
        machine, world = self._machine, self._machine.world
        where = CompartmentId(mishap.where)
        match mishap.what:
            case "hand":
                try:
                    world.hold_hand(where, held=True)
                except ImpossibleError:
                    return None
                return lambda: world.hold_hand(where, held=False)
            case "unplug" | "scale restarts":
                world.unplug(World.scale_name(where))
                return lambda: self._plug(mishap)
            case "noise":
                machine.set_noise(where, NOISE_PER_MILLE)
                return lambda: machine.set_noise(where, 0)
            case "jam":
                world.jam(where, jammed=True)
                return lambda: world.jam(where, jammed=False)
            case "dead beam":
                if world.hatches[where].motor == "close":
                    return None
                world.break_beam(where, stuck_clear=True)
                return lambda: world.break_beam(where, stuck_clear=False)
            case "disk low" | "disk full":
                setattr(machine.disk, mishap.what.partition(" ")[2], True)
                return machine.disk.make_room
            case "clock jump" | "clock unset":
                return self._clock(mishap)
            case "order":
                return self._bureau.order(mishap.size) or _nothing
        self._cloud.weather = WEATHERS[mishap.what]
        return self._fair

    def _plug(self, mishap: Mishap) -> None:
        where = CompartmentId(mishap.where)
        if mishap.what == "scale restarts":
            # A badly set indicator, every other time: what lies on it is nothing from now on.
            self._machine.world.pans[where].switch_on(zero=mishap.size % 2 == 0)
        self._machine.world.plug(World.scale_name(where))

    def _clock(self, mishap: Mishap) -> Callable[[], None]:
        clock = self._machine.clock
        if mishap.what == "clock unset":
            clock.utc_ms, clock.quality = None, "U"
        elif clock.utc_ms is not None:
            clock.utc_ms += mishap.size * HOUR_MS

        def right() -> None:
            clock.utc_ms, clock.quality = true_utc_ms(clock), "S"

        return right

    def _fair(self) -> None:
        self._cloud.weather = "fair"

    def change_prices(self, salt: int) -> None:
        """The operator signs another tariff; the machine fetches it with its next heartbeat."""
        self._prices += 1
        prices = {"paper": 5_000 + salt % 4_999, "metal": 30_000 + salt, "textiles": 3_000 + salt}
        body = Tariff("CNY", 1, prices, by_piece=(BY_PIECE,))
        document = self._machine.operator.document("tariff", self._prices, body)
        self._cloud.documents["tariff"] = (self._prices, document)
