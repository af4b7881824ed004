"""The code reader on its line: listens, triggers it where configured, and names products.

What is framed is read by the rules of its symbology before it is told: a code whose check digit
or structure is wrong was damaged on the line, and must be shown again (serial.md 3).
"""

from drivers.labels.reader import read
from drivers.scanning.families import FAMILIES
from drivers.scanning.framer import ScanFramer
from drivers.scanning.scan import Framer, Scan
from drivers.scanning.ssi import SsiFramer
from drivers.scanning.trigger import Trigger
from drivers.serial_link import READ_MS, SerialLink
from drivers.serial_port import SerialPort
from kiosk import logs
from kiosk.clock import Clock
from kiosk.config import Scanner
from kiosk.events import LabelScanned, ScannerLost, ScannerReady
from kiosk.ports import EventSink
from kiosk.units import Millis


class ScannerDevice:
    """The scanner on its port; a ``kiosk.ports.Device``."""

    def __init__(self, settings: Scanner, sink: EventSink, clock: Clock) -> None:
        self._link = SerialLink(settings.line, ScannerTalk(settings, sink, clock), clock)

    def start(self) -> None:
        """Begin; a missing or busy port is a ``ScannerLost``, and is tried again for ever."""
        self._link.start()

    def stop(self) -> None:
        """End the thread and close the port."""
        self._link.stop()


class ScannerTalk:
    """The conversation; a scanner may be silent for days, so silence alone proves nothing."""

    def __init__(self, settings: Scanner, sink: EventSink, clock: Clock) -> None:
        self._settings = settings
        self._sink = sink
        self._clock = clock
        self._framer = make_framer(settings)
        self._trigger: Trigger | None = None
        self._lost = False
        self._log = logs.get(__name__)

    def opened(self) -> None:
        """A new session: nothing of the last one may complete a code of this one."""
        self._framer = make_framer(self._settings)
        if self._settings.trigger == "host":
            family = FAMILIES[self._settings.family]
            self._trigger = Trigger(family, self._clock.monotonic_ms())
        self._lost = False
        self._sink(ScannerReady())

    def step(self, port: SerialPort) -> None:
        """Command, read once, report complete codes, acknowledge. Raises PortError."""
        if self._trigger and (command := self._trigger.due(self._clock.monotonic_ms())):
            port.write(command)
        data = port.read(READ_MS)
        now = self._clock.monotonic_ms()
        rejected, answered = self._framer.rejected, self._framer.answered
        scans = self._framer.feed(data, now)
        if replies := self._framer.take_replies():
            port.write(replies)
        if self._trigger and self._framer.answered > answered:
            self._trigger.answered()
        for scan in scans:
            if self._trigger:
                self._trigger.decoded(now)
            self._tell(scan, now)
        if self._framer.rejected > rejected:
            # Not the bytes: they may be most of somebody's token.
            self._log.warning("scan_rejected", read_bytes=len(data))

    def lost(self, reason: str) -> None:
        """Tell the loss once."""
        self._trigger = None
        if not self._lost:
            self._lost = True
            self._sink(ScannerLost(reason))

    def _tell(self, scan: Scan, now: Millis) -> None:
        if scan.symbology is None:
            self._sink(LabelScanned(scan.data, "", now))
            return
        label = read(scan.data, scan.symbology)
        if not label.valid:
            self._log.warning("label_refused", symbology=label.symbology)
            return
        self._sink(LabelScanned(scan.data, scan.symbology.aim, now, label.gtin))


def make_framer(settings: Scanner) -> Framer:
    """The framer of the configured family."""
    if settings.family == "ssi":
        return SsiFramer(settings)
    return ScanFramer(settings, FAMILIES[settings.family].answers)
