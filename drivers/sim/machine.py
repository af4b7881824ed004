"""Stub: signatures only."""

from collections.abc import Callable
from typing import TypeVar

from drivers.sim.world import World
from kiosk.clock import Clock
from kiosk.config import Config

T = TypeVar("T")


class VirtualMachine:
    """The host of a World: ptys behind the configured links, the pin bridge, real time."""

    def __init__(self, config: Config, world: World, clock: Clock) -> None:
        raise NotImplementedError

    def start(self) -> None:
        """Make the ptys and links, serve the pin bridge, let time run."""

    def stop(self) -> None:
        """Remove everything it made."""

    def call(self, act: Callable[[World], T]) -> T:
        """Run ``act`` on the world between two steps of time; its exception comes back."""
        raise NotImplementedError
