"""What the controller holds in its hands, as protocols; ``drivers`` implements them.

A driver is given its settings and a sink by constructor, starts nothing until ``start``, and
reports only by events. No driver knows sessions, money or screens.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from kiosk.events import Event
from kiosk.units import CompartmentId

EventSink = Callable[[Event], None]
"""Puts an event into the controller's queue; may be called from any thread, never blocks long."""


@dataclass(frozen=True, slots=True)
class DoorOrder:
    """Move a door, once: an order whose ``id`` was carried out before is ignored (D-15)."""

    compartment: CompartmentId
    id: str
    """Unique per motion: the receipt id and the try."""
    want: Literal["open", "close"]


class Device(Protocol):
    """Anything with a thread or a handle of its own."""

    def start(self) -> None:
        """Open what is needed and begin to report; a missing port is an event, not an error."""
        ...

    def stop(self) -> None:
        """Stop reporting and release everything; returns when the threads have ended."""
        ...


class Doors(Device, Protocol):
    """All doors of the machine; one in motion at a time (D-13)."""

    def order(self, order: DoorOrder) -> None:
        """Begin to carry out ``order``; what comes of it arrives as events."""
        ...

    def halt(self, compartment: CompartmentId) -> None:
        """Stop the door where it is and forget its orders; ``DoorHalted`` tells that it rests."""
        ...
