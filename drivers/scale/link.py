"""A scale on its port: asks or listens, and turns every frame into an event.

``ScaleReady`` comes with the first understood frame after an opening, not with the opening: a
half-open adaptor opens and stays silent (serial.md 4). Silence beyond ``silence_ms`` is a loss and
the port is reopened; the last value is then no value, and agreement begins afresh.
"""

from collections import Counter

from drivers.errors import PortError
from drivers.scale.agreement import Agreement
from drivers.scale.conversion import gross_of
from drivers.scale.decoded import Decoded, Error, Other, Weight
from drivers.scale.echo import Echo
from drivers.scale.modbus import gap_ms
from drivers.scale.registry import dialect_for
from drivers.scale.spy import Spy
from drivers.serial_link import READ_MS, SerialLink
from drivers.serial_port import SerialPort
from drivers.sparse_log import SparseLog
from kiosk import logs
from kiosk.clock import Clock
from kiosk.config import Scale
from kiosk.events import ScaleLost, ScaleReady, WeightRead
from kiosk.ports import EventSink
from kiosk.readings import Reading
from kiosk.units import CompartmentId, Millis

ANSWER_MS = 500
"""A polled device is asked again when it did not answer for this long; never before."""
LOGGED_BYTES_MAX = 64


class ScaleDevice:
    """One scale; a ``kiosk.ports.Device``."""

    def __init__(
        self, settings: Scale, compartment: CompartmentId, sink: EventSink, clock: Clock
    ) -> None:
        self._talk = ScaleTalk(settings, compartment, sink, clock)
        self._link = SerialLink(settings.line, self._talk, clock)

    def start(self) -> None:
        """Begin; a missing or busy port is a ``ScaleLost``, and is tried again for ever."""
        self._link.start()

    def stop(self) -> None:
        """End the thread and close the port."""
        self._link.stop()


class ScaleTalk:
    """The conversation with one scale; all calls come from the link's thread."""

    def __init__(
        self, settings: Scale, compartment: CompartmentId, sink: EventSink, clock: Clock
    ) -> None:
        self._settings = settings
        self._compartment = compartment
        self._sink = sink
        self._clock = clock
        self._dialect = dialect_for(settings)
        self._echo = Echo(expected=settings.echo)
        self._agreement = Agreement(settings.agree_frames, settings.e_g)
        self._spy = None if settings.spy is None else Spy(settings.spy, settings.line, clock)
        self._passed_over: Counter[str] = Counter()
        self._link_opens = 0
        self._sequence = 0
        self._ready = False
        self._lost = False
        self._heard_at = clock.monotonic_ms()
        self._ask_at = self._heard_at
        self._asked: bytes | None = None
        self._asked_at: Millis | None = None
        self._log = SparseLog(logs.get(__name__), clock)

    def opened(self) -> None:
        """A new session: a fresh decoder, a new number, and nothing heard yet."""
        self._link_opens += 1
        self._dialect = dialect_for(self._settings)
        self._echo.reset()
        self._agreement.reset()
        self._ready = False
        self._heard_at = self._clock.monotonic_ms()
        self._ask_at = self._heard_at
        self._asked_at = None

    def step(self, port: SerialPort) -> None:
        """Ask if it is time, read once, report. Raises PortError on silence or a restart."""
        data = port.read(self._ask(port))
        if self._spy is not None:
            self._spy.heard(data)
        now = self._clock.monotonic_ms()
        for frame in self._dialect.feed(self._echo.strip(data)):
            self._take(frame, now)
        if self._asked_at is not None and self._request() != self._asked:
            self._ask_at = now  # the next part of a handshake (ENQ, ACK, DC1), or of two registers
        if now - self._heard_at > self._settings.silence_ms:
            raise PortError(
                f"{self._settings.line.port}: no {self._settings.dialect} frame for "
                f"{self._settings.silence_ms} ms; check the scale's power, cable and settings"
            )

    def lost(self, reason: str) -> None:
        """Tell the loss once; the tries that follow stay quiet."""
        self._ready = False
        if not self._lost:
            self._lost = True
            self._sink(ScaleLost(self._compartment, reason, self._clock.monotonic_ms()))

    def _ask(self, port: SerialPort) -> int:
        """Send the request if it is due; return how long to wait for bytes, in milliseconds."""
        request = self._request()
        if not request:
            return READ_MS
        now = self._clock.monotonic_ms()
        if now >= self._ask_at:
            if self._asked_at is not None and request == self._asked:
                # No answer: one that was cut short must not be finished by the next.
                self._dialect = dialect_for(self._settings)
                request = self._request() or request
            port.write(request)
            self._echo.sent(request)
            if self._spy is not None:
                self._spy.sent(request)
            self._asked = request
            self._asked_at = now
            self._ask_at = Millis(now + max(ANSWER_MS, self._settings.poll_ms))
        return min(READ_MS, max(1, self._ask_at - now))

    def _request(self) -> bytes | None:
        """Ask the dialect each time: one may alternate between its weight and its status."""
        if self._settings.stream:
            return None
        return bytes.fromhex(self._settings.request) or self._dialect.request

    def _take(self, frame: Decoded, now: Millis) -> None:
        if isinstance(frame, Other):
            self._note(frame)
            return
        self._heard_at = now
        if self._asked_at is not None:
            rested = now + gap_ms(self._settings.line.baud)  # Modbus asks for it, none minds
            self._ask_at = Millis(max(rested, self._asked_at + self._settings.poll_ms))
            self._asked_at = None
        if not self._ready:
            self._ready = True
            self._lost = False
            self._sink(ScaleReady(self._compartment, self._link_opens, now))
        if (reading := self._agreement.judge(self._reading(frame, now))) is not None:
            self._sink(WeightRead(reading))

    def _reading(self, frame: Weight | Error, now: Millis) -> Reading:
        self._sequence += 1
        gross = gross_of(frame, self._settings)
        return Reading(
            compartment=self._compartment,
            sequence=self._sequence,
            at_ms=now,
            grams=gross.grams,
            defect=gross.defect,
            stable=frame.stable if isinstance(frame, Weight) else None,
            link_opens=self._link_opens,
            raw=frame.raw,
        )

    def _note(self, frame: Other) -> None:
        """Count it, and show one now and then: a rejected scale must not fill the disk."""
        self._passed_over[frame.kind] += 1
        self._log.event(
            "not_a_weight",
            key=frame.kind,
            compartment=self._compartment,
            kind=frame.kind,
            times=self._passed_over[frame.kind],
            raw=frame.raw[:LOGGED_BYTES_MAX].hex(),
        )
        if frame.kind == "power_on" and self._ready:
            # It may have zeroed itself on the load: as bad as a cut cable (metrology.md).
            raise PortError(f"{self._settings.line.port}: the scale was switched on again")
