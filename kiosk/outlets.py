"""Where the controller's outputs go."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk import views as v
from kiosk import wire
from kiosk.ports import Doors


@dataclass(frozen=True, slots=True)
class Outlets:
    """Each call returns at once."""

    doors: Doors
    show: Callable[[v.View], None]
    publish: Callable[[wire.Status], None]
    answer: Callable[[int, wire.ServiceSaid], None]
    """Tells the technician at the other end of a line of the service socket."""
