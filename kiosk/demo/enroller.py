"""The technician's first act: shows the enrolment QR to the machine's scanner until it took.

Trust enters through the machine's own eyes (architecture.md, "Keys and trust"); the demo only
holds the code up. A code works once, so every try gets a fresh one.
"""

from drivers.errors import ImpossibleError
from drivers.sim.machine import VirtualMachine
from kiosk.clock import Clock
from kiosk.demo.bench import QR_AIM
from kiosk.units import Millis
from kiosk.wire import Status
from sync.endpoint.operator import Operator, code_text

SITE = "yard-1"
TRY_AGAIN_MS = 8_000


class Enroller:
    """Looks at the machine's status and holds up a code while it has no operator."""

    def __init__(self, operator: Operator, machine: VirtualMachine, clock: Clock) -> None:
        self._operator = operator
        self._machine = machine
        self._clock = clock
        self._shown_ms: Millis | None = None

    def look(self, status: Status | None) -> None:
        """Show a code if one is due."""
        if status is None or status.kiosk is not None or not status.agent_attached:
            return
        now_ms = self._clock.monotonic_ms()
        if self._shown_ms is not None and now_ms - self._shown_ms < TRY_AGAIN_MS:
            return
        self._shown_ms = now_ms
        code = code_text(self._operator.new_code(SITE)).encode()
        try:
            self._machine.call(lambda world: world.show_code(code, QR_AIM))
        except ImpossibleError:
            # The scanner is unplugged or without power; the next look tries again.
            pass
