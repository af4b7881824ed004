"""How the computer itself does: its temperature, and whether its supply is too weak.

Read from the kernel's files, which cost microseconds; what a board does not have is None.
Under-voltage: the ``rpi_volt`` sensor (Linux drivers/hwmon/raspberrypi-hwmon.c). Throttling: the
firmware's word, whose low bits say what is so now (Raspberry Pi documentation, "get_throttled").
"""

from dataclasses import dataclass
from pathlib import Path

from kiosk.units import Millis

LOOK_EVERY_MS = 10_000
UNDER_VOLTAGE = 1 << 0
SLOWED = (1 << 1) | (1 << 2) | (1 << 3)
"""Frequency capped, throttled, or the soft temperature limit reached."""


@dataclass(frozen=True, slots=True)
class BoardFacts:
    """What is known now; None: this board does not say."""

    temperature_c: int | None = None
    under_voltage: bool | None = None
    throttled: bool | None = None


class BoardWatch:
    """Looks every few seconds. ``root`` is ``/sys``."""

    def __init__(self, root: Path = Path("/sys")) -> None:
        self._root = root
        self._looked_ms: Millis | None = None
        self._facts = BoardFacts()

    def facts(self, now_ms: Millis) -> BoardFacts:
        """Return what is known."""
        if self._looked_ms is None or now_ms - self._looked_ms >= LOOK_EVERY_MS:
            self._looked_ms = now_ms
            self._facts = self._look()
        return self._facts

    def _look(self) -> BoardFacts:
        firmware = self._firmware()
        weak = self._alarm()
        if weak is None and firmware is not None:
            weak = bool(firmware & UNDER_VOLTAGE)
        slowed = None if firmware is None else bool(firmware & SLOWED)
        return BoardFacts(self._temperature(), weak, slowed)

    def _temperature(self) -> int | None:
        milli = _number(self._root / "class/thermal/thermal_zone0/temp", 10)
        return None if milli is None else (milli + 500) // 1000

    def _alarm(self) -> bool | None:
        for name in sorted(self._root.glob("class/hwmon/hwmon*/name")):
            if _text(name) == "rpi_volt":
                alarm = _number(name.with_name("in0_lcrit_alarm"), 10)
                return None if alarm is None else alarm != 0
        return None

    def _firmware(self) -> int | None:
        # The node is soc:firmware on a Pi 4 and has an address in its name on later ones.
        for path in sorted(self._root.glob("devices/platform/soc*/soc*firmware/get_throttled")):
            return _number(path, 16)
        return None


def _number(path: Path, base: int) -> int | None:
    try:
        return int(_text(path), base)
    except ValueError:
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
