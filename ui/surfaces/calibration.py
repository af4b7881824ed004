"""How a touch device's own places lie under the picture: the matrix that udev knows of it.

``LIBINPUT_CALIBRATION_MATRIX`` is six numbers, the first two rows of a 3x3 matrix over places in
unit space, 0 to 1 on either axis (libinput's documentation, "Static device configuration"): one
udev rule serves a desktop and this screen alike. It corrects the device; how the panel is mounted
is ``screen.rotate``, which turns picture and touch together and comes after it.
"""

import math
import os
from pathlib import Path
from typing import NamedTuple

UDEV = Path("/run/udev/data")
"""udev's own notes, a file for each device: ``E:NAME=value`` is a property."""
PROPERTY = "E:LIBINPUT_CALIBRATION_MATRIX="


class Calibration(NamedTuple):
    """x' = a x + b y + c, y' = d x + e y + f."""

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 0
    e: float = 1
    f: float = 0

    def seen(self, x: float, y: float) -> tuple[float, float]:
        """Where a person touched, in unit space, for what the device says."""
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f


STRAIGHT = Calibration()


def parsed(text: str) -> Calibration:
    """Six numbers and spaces. Raises ValueError for anything else."""
    numbers = [float(one) for one in text.split()]
    if len(numbers) != len(STRAIGHT) or not all(map(math.isfinite, numbers)):
        raise ValueError(f"no six numbers: {text!r}")
    return Calibration(*numbers)


def calibration_of(device: int, udev: Path = UDEV) -> Calibration:
    """What udev knows of an open device; straight where it knows nothing.

    Raises ValueError for a property that is no matrix.
    """
    number = os.fstat(device).st_rdev
    file = udev / f"c{os.major(number)}:{os.minor(number)}"
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        # No udev (a container, a test bench): the device is what it says.
        return STRAIGHT
    found = [line.removeprefix(PROPERTY) for line in lines if line.startswith(PROPERTY)]
    return parsed(found[-1]) if found else STRAIGHT
