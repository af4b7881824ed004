"""The deciding thread: takes events, handles them, feeds the watchdog. Nobody else does either."""

from kiosk.clock import Clock
from kiosk.controller import Controller
from kiosk.eventqueue import EventQueue
from kiosk.events import StopRequested, Ticked
from kiosk.notify import Notifier
from kiosk.timefloor import TimeFloor


def run(
    controller: Controller, events: EventQueue, clock: Clock, notifier: Notifier, floor: TimeFloor
) -> None:
    """Handle events until asked to stop. Raises LedgerError when the ledger fails: the process
    ends, and the next start recovers what was open."""
    controller.start()
    notifier.ready("controller runs")
    fed_ms = clock.monotonic_ms()
    while True:
        event = events.get(controller.wait_ms())
        controller.handle(Ticked() if event is None else event)
        if isinstance(event, StopRequested) or controller.restarting:
            notifier.stopping()
            return
        if event is None:
            floor.note(clock.wall())
        now_ms = clock.monotonic_ms()
        if notifier.watchdog_ms is not None and now_ms - fed_ms >= notifier.watchdog_ms:
            fed_ms = now_ms
            notifier.watchdog()
