"""Keeps the pages informed: looks at the world, the processes, the machine and the cloud."""

from typing import Any

from msgspec import Struct

from drivers.sim.world import WorldState
from kiosk.clock import Clock
from kiosk.demo.assembly import ENDPOINT, MACHINE, Assembly
from kiosk.demo.bench import Bench
from kiosk.demo.enroller import Enroller
from kiosk.demo.facts import cloud_books, machine_status
from kiosk.demo.hub import Hub
from kiosk.wire import Status

LOOK_MS = 150
ASK_MS = 700
"""How often the processes themselves are asked."""


class Process(Struct, frozen=True):
    """One process for the page."""

    running: bool
    ready: bool
    ends: int


class State(Struct, frozen=True):
    """Everything the bench shows."""

    world: WorldState
    powered: bool
    network: bool
    processes: dict[str, Process]
    machine: Status | None


class Watch:
    """``look`` is called often, by one thread; it tells the hub what changed."""

    def __init__(
        self, assembly: Assembly, bench: Bench, hub: Hub, enroller: Enroller, clock: Clock
    ) -> None:
        self._assembly = assembly
        self._bench = bench
        self._hub = hub
        self._enroller = enroller
        self._clock = clock
        self._asked_ms = -ASK_MS
        self.status: Status | None = None
        self.books: dict[str, Any] | None = None

    def look(self) -> None:
        """Look at everything once; ask the processes if it is time to."""
        now_ms = self._clock.monotonic_ms()
        if now_ms - self._asked_ms >= ASK_MS:
            self._asked_ms = now_ms
            self._ask()
        self._hub.tell("state", self._state())
        with self._bench.lock:
            phone = self._bench.phone.state()
        self._hub.tell("phone", phone)

    def _ask(self) -> None:
        self.status = machine_status(self._assembly.layout.status)
        self._enroller.look(self.status)
        books = cloud_books(self._assembly.endpoint_port)
        if books is not None:
            self.books = books
            self._hub.tell("books", books)

    def _state(self) -> State:
        health = {name: self._assembly.supervisor.health(name) for name in (ENDPOINT, *MACHINE)}
        return State(
            world=self._assembly.machine.call(lambda world: world.snapshot()),
            powered=self._assembly.powered,
            network=self._assembly.relay.mended,
            processes={
                name: Process(one.running, one.ready, one.ends) for name, one in health.items()
            },
            # What it last said is not true of a machine without power.
            machine=self.status if self._assembly.powered else None,
        )
