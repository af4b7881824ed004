"""A temperature sensor that the kernel shows as a file: hwmon ``temp1_input``, iio
``in_temp_input``; both in thousandths of a degree Celsius (Documentation/ABI of Linux).

A thread of its own, because a sensor on a slow bus may take a second to answer, or never does.
"""

import threading
from pathlib import Path

from kiosk.events import TemperatureRead
from kiosk.ports import EventSink

EVERY_S = 60
BYTES_MAX = 16
PLAUSIBLE_MC = range(-60_000, 120_000)
"""What a sensor can mean; a bus that is torn off answers 85 or 127 degrees, or nothing."""


class Thermometer:
    """Reads ``path`` once a minute."""

    def __init__(self, path: Path, sink: EventSink) -> None:
        self._path = path
        self._sink = sink
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="thermometer", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Read no more; a sensor that does not answer is left behind."""
        self._stop.set()
        self._thread.join(timeout=1)

    def _run(self) -> None:
        while True:
            self._sink(measure(self._path))
            if self._stop.wait(EVERY_S):
                return


def measure(path: Path) -> TemperatureRead:
    """Read a sensor's file once, a few bytes of it; whatever is no temperature says why."""
    try:
        with path.open("rb") as file:
            text = file.read(BYTES_MAX)
        milli_c = int(text)
    except OSError as error:
        return TemperatureRead(None, f"{path}: {error.strerror or error}")
    except ValueError:
        return TemperatureRead(None, f"{path}: {text!r} is no temperature")
    if milli_c not in PLAUSIBLE_MC:
        return TemperatureRead(None, f"{path}: {milli_c} thousandths of a degree is none")
    return TemperatureRead(milli_c, "")
