"""What is known of the hardware right now: one :class:`Bin` per compartment.

The controller notes events here; sessions and recovery read it as facts. Nothing here decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk import config
from kiosk.events import DoorMotion, DoorPosition, DoorReported
from kiosk.faultbook import FaultBook
from kiosk.faults import ITEM_DROPPED
from kiosk.ledger.tolerance import step_tolerance
from kiosk.readings import Reading, StableWeight
from kiosk.recovery import Recovery
from kiosk.session.inputs import CompartmentFacts
from kiosk.units import CompartmentId, Grams, Millis, PriceE4
from kiosk.views import OfferState
from kiosk.weighing import StabilityWindow

States = Mapping[CompartmentId, OfferState]
"""How a person sees each compartment."""


@dataclass(slots=True)
class Bin:
    """One compartment: its wiring, its latest reading, its door, its recovery."""

    id: CompartmentId
    settings: config.Compartment
    window: StabilityWindow
    reading: Reading | None = None
    """The latest frame; None before the first one and while the scale is lost."""
    scale: str = "starting"
    """For people: ``starting``, ``ok`` or why it is lost."""
    door: DoorReported | None = None
    shut_ms: Millis | None = None
    """Since when the door is confirmed closed, while it is."""
    recovery: Recovery | None = None
    closed_by_operator: bool = False
    """By a command (kiosk.commands); its faults are still told."""
    compared: bool = False
    """Since the scale is heard, its gross was held against the last recorded one (M-28)."""
    compare_from_ms: int = 0
    """Not before then: a hand on the bin may be gone in a moment."""
    unweighed: str | None = None
    """The receipt of a deposit here whose "after" could not be weighed; None: all were."""

    @classmethod
    def of(cls, settings: config.Compartment) -> "Bin":
        """A compartment nothing is known of yet."""
        scale = settings.scale
        window = StabilityWindow(Grams(scale.e_g), Millis(scale.window_ms), scale.window_frames)
        return cls(CompartmentId(settings.id), settings, window)

    @property
    def position(self) -> DoorPosition:
        """Where the door is known to be; UNKNOWN before the first report (D-08)."""
        return DoorPosition.UNKNOWN if self.door is None else self.door.position

    @property
    def way_blocked(self) -> bool:
        """Whether the beam across the door's way is interrupted."""
        return self.door is not None and self.door.blocked

    def weight(self, since_ms: Millis) -> StableWeight | None:
        """The stable gross from frames since ``since_ms``; None while the scale is lost."""
        return None if self.reading is None else self.window.stable(since_ms)

    def noted(self, reading: Reading) -> None:
        """Take a frame."""
        self.reading = reading
        self.scale = "ok" if reading.defect is None else reading.defect.value
        self.window.add(reading)

    def lost(self, reason: str) -> None:
        """The scale cannot be heard: its last value is no value."""
        self.reading = None
        self.scale = reason
        self.compared = False
        self.unweighed = None
        self.window.reset()

    def touched(self) -> None:
        """Hands were in it: what its scale shows from now on is held against the books (M-28)."""
        self.compared, self.unweighed = False, None
        self.window.reset()

    def moved(self, weight: StableWeight, recorded: int | None) -> str | None:
        """How far a weight is off the last recorded gross, in words; None: within M-28."""
        if recorded is None:
            return None
        allowed = self.step_g(recorded, weight.grams)
        if abs(weight.grams - recorded) <= allowed:
            return None
        return f"was {recorded} g, is {weight.grams} g; {allowed} g are allowed"

    def step_g(self, old_g: int, new_g: int) -> Grams:
        """How far two weighings of the untouched bin may lie apart (M-28)."""
        scale = self.settings.scale
        return step_tolerance(Grams(old_g), Grams(new_g), Grams(scale.e_g), scale.accuracy)

    def offer_state(self, faults: FaultBook) -> OfferState:
        """How a person sees it. Full by the gross in it, bag included."""
        if self.closed_by_operator:
            return "closed"
        raised = [one for one in faults.of(self.id) if one.stops == "compartment"]
        if raised == [ITEM_DROPPED]:
            return "closed"
        if raised:
            return "faulty"
        if self.recovery is not None or self.reading is None or self.door is None:
            return "closed"
        if not self.compared:
            return "closed"
        if self.reading.grams is None:
            return "faulty"
        if self.door.position is not DoorPosition.CLOSED:
            return "closed"
        if self.reading.grams >= self.settings.full_g:
            return "full"
        return "open"

    def facts(
        self, price: PriceE4 | None, by_piece: bool, bag: str, state: OfferState
    ) -> CompartmentFacts:
        """This compartment as a visit may see it; ``state``: of :meth:`offer_state`."""
        scale = self.settings.scale
        reading = self.reading
        return CompartmentFacts(
            material=self.settings.material,
            price_e4=price,
            by_piece=by_piece,
            state=state,
            bag=bag,
            e_g=Grams(scale.e_g),
            min_g=Grams(scale.min_g),
            max_g=Grams(scale.max_g),
            gross_g=None if reading is None else reading.grams,
            steady=reading is not None and reading.stable is not False,
            position=self.position,
            way_blocked=self.way_blocked,
        )

    @property
    def door_text(self) -> str:
        """For people: position, and motion while it moves."""
        if self.door is None:
            return "starting"
        if self.door.motion is DoorMotion.STOPPED:
            return str(self.door.position.value)
        return str(self.door.motion.value)


@dataclass(slots=True)
class Machine:
    """All compartments, by id, in the order of the configuration."""

    bins: dict[CompartmentId, Bin] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: config.Config) -> "Machine":
        """A machine nothing is known of yet."""
        made = [Bin.of(one) for one in settings.compartment]
        return cls({one.id: one for one in made})

    def announce_ms(self, compartment: CompartmentId | None) -> int:
        """How long before it moves that compartment's door is announced (D-12)."""
        return 0 if compartment is None else self.bins[compartment].settings.door.announce_ms

    def states(self, faults: FaultBook) -> States:
        """How a person sees each compartment now."""
        return {name: one.offer_state(faults) for name, one in self.bins.items()}
