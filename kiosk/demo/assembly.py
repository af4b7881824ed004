"""The virtual kiosk put together: the operator, the world, the cable, the glass, the processes.

Order at start: the world and the endpoint first, because the machine is born into them. At the
end: screen, agent, controller, endpoint, world; each sees its neighbour close in order.
"""

import socket
import sys
from contextlib import ExitStack, suppress
from types import TracebackType

from drivers.sim.machine import VirtualMachine
from drivers.sim.world import BinSpec, World
from kiosk import config
from kiosk.clock import Clock
from kiosk.demo import bottles, numbers
from kiosk.demo.collector import Collector
from kiosk.demo.errors import DemoError
from kiosk.demo.facts import cloud_books
from kiosk.demo.layout import EFFECT, PRICES_E4, Layout
from kiosk.demo.panel import Panel
from kiosk.demo.patience import Patience
from kiosk.demo.relay import Relay
from kiosk.demo.supervisor import Program, Supervisor
from kiosk.documents import Settings
from kiosk.units import CompartmentId
from sync.endpoint import operator as desk
from sync.endpoint.operator import Operator

MACHINE = ("screen", "sync", "controller")
"""The machine's own processes, in the order they end; the power cut kills these."""
ENDPOINT = "endpoint"
READY_MS = 30_000
END_MS = 1_500
"""Time for all processes together to end in order; with the rest it stays within 2 s."""

NAME, CONTACT = "Demo Recycling 示范回收", "400-800-0000"
SITE_ZH, SITE_EN = "幸福里小区 东门", "Happiness Yard, East Gate"

# Plausible loads at the start, so that the first weighing does not begin at zero.
_START_G = {"paper": 6_240, "plastic": 1_365, "metal": 2_180, "textiles": 3_600}


class Assembly:
    """Everything of the virtual kiosk but its page. Use as a context: leaving it ends all."""

    def __init__(self, layout: Layout, seed: int, clock: Clock, *, by_piece: bool = False) -> None:
        """Make every part; nothing runs yet. ``layout`` is ours (kiosk.demo.home).

        ``by_piece``: plastic is paid by scanned bottles (M-29), not by weight. Raises DemoError or
        the parts' own KioskError.
        """
        self.layout = layout
        self.clock = clock
        self.by_piece = by_piece
        self._powered = True
        with ExitStack() as undo:
            layout.prepare()
            cable, self.endpoint_port = layout.remembered_ports()
            self.endpoint_port = free_port(self.endpoint_port)
            self.relay = Relay(cable, ("127.0.0.1", self.endpoint_port))
            undo.callback(self.relay.stop)
            layout.remember_ports(self.relay.port, self.endpoint_port)
            self.operator = _operator(layout, self.relay.port, clock)
            _price(self.operator, by_piece=by_piece)
            self.config = config.load(layout.config)
            self.machine = VirtualMachine(self.config, _world(seed, layout), clock)
            service = self.config.machine.runtime_dir / "service.sock"
            self.collector = Collector(service, self.machine)
            self.panel = Panel(layout.panel)
            undo.callback(self.panel.stop)
            self.supervisor = Supervisor(
                _programs(layout, self.endpoint_port), layout.run, layout.logs, clock
            )
            self._undo = undo.pop_all()

    def __enter__(self) -> "Assembly":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, patience: Patience) -> None:
        """Start everything; returns when every process said it is ready."""
        self.relay.start()
        self.panel.start()
        self.machine.start()
        self._undo.callback(self.machine.stop)
        self.supervisor.start()
        self.supervisor.run(ENDPOINT, *MACHINE)
        self.supervisor.wait_ready((ENDPOINT, *MACHINE), READY_MS, patience)
        self.supervisor.wait_until(
            lambda: cloud_books(self.endpoint_port) is not None,
            READY_MS,
            patience,
            lambda: (
                f"the endpoint does not answer on port {self.endpoint_port}; "
                f"{self.supervisor.last_words(ENDPOINT)}"
            ),
        )

    def end_machine(self) -> None:
        """End the machine's processes in order; the cloud and the world live on."""
        self.supervisor.end(MACHINE, END_MS)

    def stop(self) -> None:
        """End everything in order and release it; at any moment, and more than once."""
        self.supervisor.end((*MACHINE, ENDPOINT), END_MS)
        self.supervisor.stop()
        self._keep_masses()
        self._undo.close()

    def _keep_masses(self) -> None:
        masses = self.machine.call(lambda world: world.snapshot().compartments)
        with suppress(OSError):
            # A full disk; the next demo then begins with other masses, and the machine notices.
            self.layout.remember_masses({name: one.grams_in_bin for name, one in masses.items()})

    # ---- what the bench switches (kiosk.demo.bench.Mains) ----

    @property
    def powered(self) -> bool:
        """False between a power cut and its end."""
        return self._powered

    def power(self, on: bool) -> None:
        """Cut: SIGKILL the three processes at once, motors and devices die. Or restore."""
        if on == self._powered:
            return
        self._powered = on
        if on:
            self.machine.call(lambda world: world.power(True))
            self.supervisor.run(*MACHINE)
        else:
            self.supervisor.kill(*MACHINE)
            self.machine.call(lambda world: world.power(False))

    def network(self, up: bool) -> None:
        """Cut or mend the cable between the agent and the cloud."""
        if up:
            self.relay.mend()
        else:
            self.relay.cut()


def _operator(layout: Layout, cable: int, clock: Clock) -> Operator:
    if (layout.operator / "operator.json").exists():
        return Operator.load(layout.operator, clock)
    operator = desk.create(
        layout.operator,
        f"http://127.0.0.1:{cable}",
        PRICES_E4,
        clock,
        operator=NAME,
        contact=CONTACT,
        site_name_zh=SITE_ZH,
        site_name_en=SITE_EN,
        interval_s=5,
        retry_cap_s=5,
    )
    settings = Settings(NAME, CONTACT, True, SITE_ZH, SITE_EN, effect=EFFECT)
    numbers.take(operator, settings)
    return operator


def _price(operator: Operator, *, by_piece: bool) -> None:
    """Publish the tariff that was asked for this time; a new desk has the one by weight."""
    if by_piece:
        operator.publish_products(bottles.product_list())
        by_weight = {one: PRICES_E4[one] for one in PRICES_E4 if one != bottles.COMPARTMENT}
        operator.publish_tariff(by_weight, by_piece=(bottles.COMPARTMENT,))
    elif operator.versions("products"):
        operator.publish_tariff(PRICES_E4)


def _world(seed: int, layout: Layout) -> World:
    masses = _START_G | layout.remembered_masses()
    specs = {
        CompartmentId(one.id): BinSpec(
            e_g=one.e_g, max_g=one.max_g, travel_ms=layout.pace.travel_ms, start_g=masses[one.id]
        )
        for one in layout.bins
    }
    return World(specs, seed)


def _programs(layout: Layout, endpoint_port: int) -> tuple[Program, ...]:
    # -P: what lies in the directory a person happens to be in is none of the machine.
    kiosk = (sys.executable, "-P", "-m", "kiosk.cli.main")
    settings = ("--config", str(layout.config))
    serve = ("endpoint", "serve", str(layout.operator), "--port", str(endpoint_port))
    return (
        Program(ENDPOINT, (*kiosk, *serve), notifies=False, keeps=layout.operator),
        Program("controller", (*kiosk, "controller", *settings), keeps=layout.ledger_home),
        Program("screen", (*kiosk, "screen", *settings)),
        Program("sync", (*kiosk, "sync", *settings), keeps=layout.agent_home),
    )


def free_port(wanted: int) -> int:
    """This port if it is free, or another: only the cable has to know where the endpoint is."""
    for one in (wanted, 0):
        with socket.socket() as sock, suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("127.0.0.1", one))
            port: int = sock.getsockname()[1]
            return port
    raise DemoError("no port is free on 127.0.0.1 for the demo's endpoint")
