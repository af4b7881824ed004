"""Which dialects could have sent a recording. Never certain: shapes are shared (serial.md 1).

A fit means that everything in the recording reads as this dialect, no more: forward and reversed
``=`` frames read as each other, a unit may be missing, a flag may have the other polarity. The
caveats say what a person must still find out with a known mass on the scale.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from drivers.scale.decoded import Dialect, Error, Other, Weight

COVERAGE_PERCENT_MIN = 70
"""Least share of the recording's bytes that must lie in understood frames (without line ends)."""
SHOWN_MAX = 3


@dataclass(frozen=True, slots=True)
class Fit:
    """What one dialect makes of a recording."""

    dialect: str
    weights: int
    errors: int
    others: int
    rejects: int
    coverage_percent: int
    masked: bool
    """The eighth bit had to be taken off: the line is set to 7 bits."""
    values: tuple[str, ...]
    """The first different weights, with their unit."""
    caveats: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """No rejects (the first frame may have been cut) and little left over."""
        understood = self.weights + self.errors
        return (
            understood > 0 and self.rejects == 0 and self.coverage_percent >= COVERAGE_PERCENT_MIN
        )


def fits(heard: bytes, dialects: Mapping[str, Callable[[], Dialect]]) -> list[Fit]:
    """Every dialect that decodes at least one weight or error, the cleanest first."""
    found: list[Fit] = []
    for name, make in dialects.items():
        tries = [_fit(name, make, heard, masked=False)]
        if any(byte & 0x80 for byte in heard):
            seven = bytes(byte & 0x7F for byte in heard)
            tries.append(_fit(name, make, seven, masked=True))
        best = max(tries, key=lambda fit: (fit.clean, fit.coverage_percent))
        if best.weights + best.errors:
            found.append(best)
    return sorted(found, key=lambda fit: (not fit.clean, -fit.coverage_percent, fit.dialect))


def _fit(name: str, make: Callable[[], Dialect], heard: bytes, *, masked: bool) -> Fit:
    frames = make().feed(heard)
    first = frames[0] if frames else None
    if isinstance(first, Other) and first.kind == "reject":
        frames = frames[1:]  # recordings begin anywhere
    weights = [one for one in frames if isinstance(one, Weight)]
    errors = [one for one in frames if isinstance(one, Error)]
    rejects = [one for one in frames if isinstance(one, Other) and one.kind == "reject"]
    read = sum(len(one.raw) for one in frames) - sum(len(one.raw) for one in rejects)
    line_ends = sum(heard.count(byte) for byte in b"\r\n")
    size = max(1, len(heard) - line_ends)
    values = dict.fromkeys(f"{one.weight:f} {one.unit or '(no unit)'}" for one in weights)
    return Fit(
        dialect=name,
        weights=len(weights),
        errors=len(errors),
        others=len(frames) - len(weights) - len(errors) - len(rejects),
        rejects=len(rejects),
        coverage_percent=min(100, read * 100 // size),
        masked=masked,
        values=tuple(values)[:SHOWN_MAX],
        caveats=tuple(_caveats(name, weights)),
    )


def _caveats(name: str, weights: list[Weight]) -> list[str]:
    """What the bytes can't tell, so that a person has to."""
    told = [text for start, text in _BY_DIALECT if name.startswith(start)]
    if weights and all(one.unit is None for one in weights):
        told.append("no unit in the frames: read it off the display and set `unit`")
    if weights and all(one.stable is None for one in weights):
        told.append("no stability in the frames: the host derives it (M-32)")
    if any(one.net for one in weights):
        told.append("net weights: clear the tare on the device")
    if weights and len({one.weight for one in weights}) == 1:
        told.append("only one value: record again with a known mass, put on and taken off")
    if weights and all(one.weight == Decimal(0) for one in weights):
        told.append("only zeros: every order of digits and every factor fits them")
    return told


_BY_DIALECT = (
    ("yaohua-eq", "forward and reversed `=` frames have the same shape: try a known mass"),
    ("yaohua-a9", "it has no overload flag either: try what the display does above Max"),
    ("toledo-8217", "the 8213 sends grams without a point: a switch on the scale means x1000"),
    ("toledo-continuous", "the check byte may be off: both lengths fit"),
    ("nci-scp", "makers print opposite polarities of the motion bit: move the load and look"),
    ("modbus", "registers have no common map: factor, sign and word order need a known mass"),
    ("cas-soh", "GRAM writes a decimal comma, CAS a point"),
    ("st-gs", "makers share this shape: `and`, `st-gs` and `st-gs-unit` may all fit"),
    ("and", "makers share this shape: `and`, `st-gs` and `st-gs-unit` may all fit"),
    ("ohaus", "plain text with a unit fits many makers: see that `?` comes with motion"),
    ("mt-print", "a print key's output has no stability: better ask with `mt-sics`"),
    ("sartorius", "the unit is blank while unstable"),
)
