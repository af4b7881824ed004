"""From a decoded frame to a :class:`~kiosk.readings.Reading`: whole grams, or the reason why not.

Nothing is clamped, rounded or guessed (M-01): what is not exactly a gross weight that this scale
can show carries a defect, and the raw bytes in either case.
"""

from decimal import Decimal
from typing import NamedTuple

from drivers.scale.decoded import Error, ErrorName, Weight
from kiosk.config import Scale
from kiosk.readings import Defect
from kiosk.units import Grams

GRAMS_PER = {"g": Decimal(1), "kg": Decimal(1000)}
_DEFECTS: dict[ErrorName, Defect] = {
    "overload": Defect.OVERLOAD,
    "underload": Defect.UNDERLOAD,
    "under_zero": Defect.UNDER_ZERO,
    "motion": Defect.MOTION,
    "not_executable": Defect.NOT_EXECUTABLE,
    "syntax": Defect.SYNTAX,
    "transmission": Defect.TRANSMISSION,
    "logical": Defect.LOGICAL,
    "zero_error": Defect.ZERO_ERROR,
    "zero_range_lower": Defect.ZERO_ERROR,
    "zero_range_upper": Defect.ZERO_ERROR,
    "unknown_command": Defect.SYNTAX,
}


class Gross(NamedTuple):
    """Exactly one of the two is None."""

    grams: Grams | None
    defect: Defect | None


def gross_of(frame: Weight | Error, settings: Scale) -> Gross:
    """Judge one frame by the scale's settings: unit, step ``e_g`` and range of M-03."""
    if isinstance(frame, Error):
        return Gross(None, _DEFECTS[frame.name])
    if frame.net and not settings.accept_net:
        # Somebody took a tare on the device; payment rests on gross (serial.md, rule 5).
        return Gross(None, Defect.NET)
    if (frame.unit or settings.unit) != settings.unit:
        return Gross(None, Defect.UNIT)
    grams = frame.weight * GRAMS_PER[settings.unit]
    if frame.expanded or grams != int(grams) or int(grams) % settings.e_g:
        return Gross(None, Defect.RESOLUTION)
    if not -20 * settings.e_g <= grams <= settings.max_g + 9 * settings.e_g:
        return Gross(None, Defect.RANGE)
    return Gross(Grams(int(grams)), None)
