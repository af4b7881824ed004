"""``kiosk controller``: the composition root of the deciding process."""

import argparse
import os
import signal
import sys
import threading
import uuid
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.pins import PinFactory, lgpio_pins
from drivers.rig import build
from drivers.sim.virtual_pins import connect
from drivers.thermometer import Thermometer
from kiosk import loop
from kiosk.board import BoardWatch
from kiosk.caps import Tallies
from kiosk.clock import Clock, SystemClock
from kiosk.commands import CommandBook
from kiosk.config import Config, load
from kiosk.controller import Controller
from kiosk.diagnostics import LINES_MOST
from kiosk.disk import DiskWatch
from kiosk.eventqueue import EventQueue
from kiosk.events import StopRequested
from kiosk.gauges import Gauges
from kiosk.keys import load_or_create
from kiosk.ledger import DataLock, Ledger
from kiosk.legal import legal_label
from kiosk.logs import keep, setup
from kiosk.notify import Notifier
from kiosk.operator_link import OperatorLink
from kiosk.outlets import Outlets
from kiosk.parameters import Parameters, in_ledger
from kiosk.parts import Parts
from kiosk.ports import Device, EventSink
from kiosk.product_shelf import ProductShelf
from kiosk.reception import Reception
from kiosk.refusal_book import RefusalBook
from kiosk.roles.agent import AgentRole
from kiosk.roles.screen import ScreenRole
from kiosk.roles.service import ServiceRole
from kiosk.roles.status import StatusRole
from kiosk.service.book import ServiceBook
from kiosk.stamping import StampMaker, read_board, read_boot_id
from kiosk.timefloor import TimeFloor
from kiosk.tokens import SeenTokens
from kiosk.trust import Trust

HELP = "Run the controller: it decides, weighs, pays and records. It has no network and no pixel."
EXAMPLES = """examples:
  kiosk controller --config /etc/kiosk/kiosk.toml

Serves screen.sock, agent.sock, status.sock and service.sock in machine.runtime_dir. One controller
per machine.data_dir; a second one exits at once and says so.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, default=Path("/etc/kiosk/kiosk.toml"), help="the machine's file"
    )


def run(args: argparse.Namespace) -> int:
    settings = load(args.config)
    data = settings.machine.data_dir
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with DataLock(data):
        floor = TimeFloor(data / "time_floor")
        clock = SystemClock(settings.machine.synchronized, floor.floor_ms)
        setup("controller", clock, sys.stderr, journal="JOURNAL_STREAM" in os.environ)
        _serve(settings, clock, floor)
    return 0


def _serve(settings: Config, clock: Clock, floor: TimeFloor) -> None:
    """Put the parts together, run until asked to stop, take them apart in order."""
    data, runtime = settings.machine.data_dir, settings.machine.runtime_dir
    events = EventQueue()
    _on_signals(lambda: events.put(StopRequested()))
    key = load_or_create(data / "record.key")
    board = read_board(settings.machine.board)
    trust = Trust(data / "trust.json")
    package = version("paid-recycling-kiosk")
    legal = legal_label(Path(__file__).parents[2])
    ledger, parameters, stamps = _books(settings, key, board, trust, clock, f"{package} {legal}")
    products = ProductShelf(data / "products")
    commands = CommandBook(data, floor.floor_ms)
    tallies = Tallies(
        runtime / "caps.json",
        clock,
        lambda: None if trust.settings is None else trust.settings.caps,
    )
    agent = AgentRole(runtime, events.put, ledger, products)
    parts = Parts(
        settings=settings,
        clock=clock,
        ledger=ledger,
        record_key=key,
        trust=trust,
        link=OperatorLink(trust, ledger, products, commands, key, board, clock, agent.tell),
        reception=Reception(
            trust, SeenTokens(data / "seen_tokens"), tallies, clock, floor.floor_ms
        ),
        tallies=tallies,
        products=products,
        commands=commands,
        parameters=parameters,
        service=ServiceBook(data / "service.json"),
        refusal=RefusalBook(data / "refusal.json"),
        stamps=stamps,
        disk=DiskWatch(data, settings.machine.reserve_mib),
        gauges=Gauges(BoardWatch(), ledger),
        version=package,
        legal=legal,
        recent_log=keep("controller", clock, LINES_MOST),
        fresh_id=lambda: str(uuid.uuid4()),
    )
    _run(parts, agent, events, floor)


def _books(
    settings: Config,
    key: Ed25519PrivateKey,
    board: str,
    trust: Trust,
    clock: Clock,
    software: str,
) -> tuple[Ledger, Parameters, StampMaker]:
    """Open the ledger and what stamps its records.

    A ledger that is begun needs a stamp before there are parameters, because their event counter
    goes on from what the ledger says.
    """
    data, boot_id = settings.machine.data_dir, read_boot_id()
    opening = StampMaker(settings, trust, None, clock, boot_id, software)
    ledger = Ledger.open(
        data / "ledger",
        key,
        board,
        opening.stamp(offline=True),
        retention_days=settings.machine.retention_days,
    )
    kept = data / "parameters.json"
    parameters = Parameters(kept, settings, in_ledger(ledger, trust.counter, kept))
    return ledger, parameters, StampMaker(settings, trust, parameters, clock, boot_id, software)


def _run(parts: Parts, agent: AgentRole, events: EventQueue, floor: TimeFloor) -> None:
    """Connect the outside (sockets, pins, ports), decide until asked to stop, let go of it."""
    settings, clock, runtime = parts.settings, parts.clock, parts.settings.machine.runtime_dir
    screen = ScreenRole(runtime, events.put)
    status = StatusRole(runtime)
    service = ServiceRole(runtime, events.put)
    pins = _pins(settings)
    rig = build(settings, events.put, clock, pins)
    controller = Controller(parts, Outlets(rig.doors, screen.show, status.publish, service.answer))
    stops: list[Callable[[], None]] = [parts.ledger.close, pins.close]
    try:
        thermometers = _thermometers(settings, events.put)
        devices: tuple[Device, ...] = (status, agent, screen, service, rig, *thermometers)
        for part in devices:
            stops.append(part.stop)
            part.start()
        loop.run(controller, events, clock, Notifier(os.environ), floor)
    finally:
        for stop in reversed(stops):
            stop()


def _thermometers(settings: Config, sink: EventSink) -> tuple[Thermometer, ...]:
    path = settings.machine.temperature_input
    return () if path is None else (Thermometer(path, sink),)


def _pins(settings: Config) -> PinFactory:
    if settings.gpio.factory == "virtual":
        assert settings.gpio.bridge is not None  # kiosk.config refuses it
        return connect(settings.gpio.bridge)
    return lgpio_pins(settings.machine.runtime_dir)


def _on_signals(stop: Callable[[], None]) -> None:
    """SIGTERM and SIGINT ask for an end in order.

    A thread waits for them, because a handler would interrupt the deciding thread anywhere.
    Called before any other thread starts, so that all of them inherit the blocked signals.
    """
    asked = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, asked)

    def wait() -> None:
        signal.sigwait(asked)
        stop()

    threading.Thread(target=wait, name="signals", daemon=True).start()
