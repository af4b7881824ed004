"""The code reader."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from kiosk.config.line import Serial


class Scanner(Struct, frozen=True, forbid_unknown_fields=True):
    """The code reader."""

    line: Serial
    suffix: Literal["cr", "lf", "crlf", "tab", "etx"] = "cr"
    prefix: Annotated[str, Meta(max_length=8, pattern="^[\\x00-\\xff]*$")] = ""
    """What the scanner is set to send before each code, such as "\\u0002"; without it, no code."""
    aim: bool = True
    """The scanner is set to send AIM identifiers."""
    code_id: Literal["none", "symbol", "honeywell", "metrologic", "datalogic", "gm65"] = "none"
    """With aim = false: whose own letters stand before each code instead (drivers.labels)."""
    family: Literal["line", "gm65", "ssi", "honeywell", "datalogic"] = "line"
    """What it speaks beside its codes: commands and their answers, or packets (ssi)."""
    trigger: Literal["presentation", "host"] = "presentation"
    """Whether it reads by itself, or is kept reading by this machine's commands."""
