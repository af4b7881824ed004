"""One scale: line, dialect, and its parameters of weight."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from kiosk.config.line import Serial

Grams = Annotated[int, Meta(ge=1, le=1_000_000)]
Register = Annotated[int, Meta(ge=0, le=65_535)]
Mask = Annotated[int, Meta(ge=1, le=65_535)]


class Registers(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a Modbus RTU transmitter keeps its weight: there is no common map (serial.md 1.8).

    Addresses count from 0, as on the wire: a manual's 40008 is 7. Whole numbers only: a register
    that holds a float is refused, because its decimals are a guess.
    """

    weight: Register
    words: Literal[1, 2] = 2
    high_first: bool = True
    signed: bool = True
    decimals: Annotated[int, Meta(ge=0, le=6)] = 0
    """Digits after the point: 198 with 2 is 1.98."""
    function: Literal[3, 4] = 3
    status: Register | None = None
    """One register of flags; without it stability is the host's own (M-32)."""
    stable: Mask | None = None
    """Bits that are all set while the weight rests."""
    moving: Mask | None = None
    """Bits of which any means motion."""
    overload: Mask | None = None
    underload: Mask | None = None
    error: Mask | None = None
    """Bits of which any means that there is no weight."""
    net: Mask | None = None
    negative: Mask | None = None
    """Bits set for a negative weight whose registers hold its size without sign (Laumas, CAS)."""


Dialect = Literal[
    "and",
    "cas-10",
    "cas-eb",
    "cas-soh",
    "modbus-0050",
    "modbus-flintec",
    "modbus-laumas",
    "modbus-profile",
    "mt-print",
    "mt-sics",
    "nci-scp-01",
    "nci-scp-02",
    "nci-scp-12",
    "ohaus",
    "ohaus-defender",
    "radwag",
    "rice-lake-355",
    "sartorius-sbi",
    "sma",
    "st-gs",
    "st-gs-unit",
    "toledo-8217",
    "toledo-continuous",
    "yaohua-a12e",
    "yaohua-a9",
    "yaohua-cmd",
    "yaohua-eq-forward",
    "yaohua-eq-reversed",
]
"""What drivers.scale.registry decodes; a test holds the two together."""


class Scale(Struct, frozen=True, forbid_unknown_fields=True):
    """One scale: its line, its dialect, and its parameters of weight (M-16)."""

    line: Serial
    dialect: Dialect
    unit: Literal["kg", "g"]
    """The unit the indicator is set to; a frame that says otherwise is refused."""
    e_g: Annotated[int, Meta(ge=1, le=1000)]
    max_g: Grams
    min_g: Grams
    """Minimum load: below it a deposit is UNPRICED (M-04)."""
    accuracy: Literal["III", "IIII"] = "III"
    """Accuracy class on the scale's plate (R 76, 3.1): how far it may be off in service."""
    decimal_comma: bool = False
    """The indicator writes 1,234 for 1.234; refused otherwise, as it may mean thousands."""
    accept_net: bool = False
    """Take a net weight for gross: only where the tare on the device is known (M-05)."""
    address: Annotated[int, Meta(ge=1, le=247)] = 1
    """Of the device on an RS-485 line (Modbus; Yaohua's letter A is 1)."""
    registers: Registers | None = None
    """With the dialect ``modbus-profile``."""
    motion_bit: Literal["set", "clear"] | None = None
    """NCI: which value of the status bit means motion, once the bench has shown it; unset, it is
    "set" on SCP-01 and SCP-02, and on SCP-12 the host alone judges (serial.md 1.7)."""
    stream: bool = False
    """The device was set to send by itself: never ask, though the dialect could."""
    request: Annotated[str, Meta(pattern="^([0-9a-f]{2}){0,32}$")] = ""
    """Bytes to ask with instead of the dialect's own, in hexadecimal (READ: 524541440d0a)."""
    echo: bool = False
    """The RS-485 adaptor returns what is sent: that much is discarded after each request."""
    agree_frames: Annotated[int, Meta(ge=2, le=10)] = 2
    """How many frames must say the same before their weight may count (serial.md 4)."""
    spy: Path | None = None
    """A file that takes every byte of the line, for a technician; bounded."""
    poll_ms: Annotated[int, Meta(ge=50, le=5000)] = 100
    """How often a polled dialect asks."""
    silence_ms: Annotated[int, Meta(ge=200, le=60_000)] = 2000
    """Without a frame for this long the scale is lost and its last value is no value."""
    window_ms: Annotated[int, Meta(ge=300, le=10_000)] = 1000
    """Length of the stability window (M-02)."""
    window_frames: Annotated[int, Meta(ge=2, le=100)] = 5
    """Least number of agreeing frames in it."""
    calibration: Annotated[int, Meta(ge=0)] = 1
