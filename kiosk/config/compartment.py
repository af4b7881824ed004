"""One bin with its door and its scale."""

from typing import Annotated

from msgspec import Meta, Struct

from kiosk.config.scale import Grams, Scale

Pin = Annotated[int, Meta(ge=0, le=27)]
Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,31}$")]


class Door(Struct, frozen=True, forbid_unknown_fields=True):
    """One powered door; pins by BCM number."""

    open_pin: Pin
    close_pin: Pin
    opened_switch_pin: Pin
    closed_switch_pin: Pin
    beam_pin: Pin
    beam_test_pin: Pin | None = None
    """Switches the beam's sender off for its self-test before each closing (D-07)."""
    travel_ms: Annotated[int, Meta(ge=200, le=10_000)] = 2500
    """Learned travel time; the motor is cut at 1.3 times it, 10 s at most (D-09)."""
    announce_ms: Annotated[int, Meta(ge=1000, le=10_000)] = 1000
    """Buzzer and words before any motion (D-12)."""


class Compartment(Struct, frozen=True, forbid_unknown_fields=True):
    """One bin with its own door and scale."""

    id: Name
    material: Name
    scale: Scale
    door: Door
    full_g: Grams
    """At this net load of the bag the compartment counts as full."""
