"""The deciding thread: takes events, handles them, feeds the watchdog. Nobody else does either."""

from kiosk.clock import Clock
from kiosk.controller import TICK_MS, Controller
from kiosk.eventqueue import EventQueue
from kiosk.events import StopRequested, Ticked
from kiosk.logs import get
from kiosk.notify import Notifier
from kiosk.timefloor import TimeFloor

_log = get(__name__)


def run(
    controller: Controller, events: EventQueue, clock: Clock, notifier: Notifier, floor: TimeFloor
) -> None:
    """Handle events until asked to stop. Raises LedgerError when the ledger fails: the process
    ends, and the next start recovers what was open."""
    controller.start()
    notifier.ready("controller runs")
    fed_ms = ticked_ms = clock.monotonic_ms()
    while True:
        event = events.get(controller.wait_ms())
        if event is not None:
            controller.handle(event)
        stopping = isinstance(event, StopRequested)
        now_ms = clock.monotonic_ms()
        # Streaming scales leave no pause in which a wait could end, and the ledger's upkeep and
        # the time floor hang on ticks.
        if not stopping and (event is None or now_ms - ticked_ms >= TICK_MS):
            ticked_ms = now_ms
            controller.handle(Ticked())
            _note(floor, clock)
        if stopping or controller.restarting:
            notifier.stopping()
            return
        if notifier.watchdog_ms is not None and now_ms - fed_ms >= notifier.watchdog_ms:
            fed_ms = now_ms
            notifier.watchdog()


def _note(floor: TimeFloor, clock: Clock) -> None:
    """Keep the time; a disk that refuses it stops nothing (P5)."""
    try:
        floor.note(clock.wall())
    except OSError as error:
        _log.warning("time_floor_not_saved", why=str(error))
