"""How a scanner is triggered by the host, family by family (serial.md 3, "Commands")."""

from dataclasses import dataclass
from typing import Literal

FamilyName = Literal["line", "gm65", "ssi", "honeywell", "datalogic"]

GM65_ACK = bytes.fromhex("02000001003331")
"""GM65 manual: success, with a CRC-16 over type, length and value. No terminator follows it."""
SSI_ACK = bytes.fromhex("04D00000FF2C")


@dataclass(frozen=True, slots=True)
class Family:
    """The commands of one family of scanners."""

    wake: bytes
    """Sent once after the line was opened, ``WAKE_MS`` before anything else."""
    on: bytes
    off: bytes
    answers: tuple[bytes, ...]
    """What it may send back among its codes, to be cut out before they are framed."""
    must_answer: bool
    """A command without an answer was not heard."""


FAMILIES: dict[FamilyName, Family] = {
    # Reads by itself, and takes no commands.
    "line": Family(b"", b"", b"", (), False),
    # GROW GM65, GM861, GM60, GM810; EM1365: zone bit 0002, CRC skipped with AB CD.
    "gm65": Family(
        b"",
        bytes.fromhex("7E000801000201ABCD"),
        bytes.fromhex("7E000801000200ABCD"),
        (GM65_ACK,),
        True,
    ),
    # Zebra/Symbol SSI, GROW GM67 and GM72, M5 units: START_SESSION, STOP_SESSION; 00 wakes it.
    "ssi": Family(
        b"\x00",
        bytes.fromhex("04E40400FF14"),
        bytes.fromhex("04E50400FF13"),
        (),  # packets, told apart by their framer
        True,
    ),
    # SYN T CR and SYN U CR, in serial trigger mode (TRGMOD0). Not every model acknowledges them.
    "honeywell": Family(b"", b"\x16T\r", b"\x16U\r", (b"\x06", b"\x15"), False),
    # E enables the scanner; T pulls the trigger, X releases it.
    "datalogic": Family(b"E", b"T", b"X", (b"\x06",), False),
}
