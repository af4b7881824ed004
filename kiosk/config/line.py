"""A serial line."""

from pathlib import Path
from typing import Literal

from msgspec import Struct


class Serial(Struct, frozen=True, forbid_unknown_fields=True):
    """A serial line. ``port`` is a stable link (udev, by path), never ttyUSB0."""

    port: Path
    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] = 9600
    data_bits: Literal[7, 8] = 8
    parity: Literal["none", "even", "odd"] = "none"
    stop_bits: Literal[1, 2] = 1
