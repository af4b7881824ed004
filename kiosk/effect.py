"""What was saved by not making things anew, by the operator's factors and nobody else's.

A kilogram's worth is a matter of method and place: the operator states factors and their source in
its signed settings (``kiosk.documents.Effect``). Without them a machine shows nothing.
"""

from collections.abc import Iterable

from kiosk.documents import Effect
from kiosk.views import Saved


def saved(effect: Effect | None, masses: Iterable[tuple[str, int]]) -> Saved | None:
    """What ``masses`` (material and grams) saved, rounded down: nobody is told more than is.

    A material without a factor counts nothing. None where there is nothing to say.
    """
    if effect is None:
        return None
    factors = effect.co2e_g_per_kg
    co2e_g = sum(factors.get(material, 0) * grams for material, grams in masses) // 1000
    if co2e_g <= 0:
        return None
    a_km = effect.car_g_per_km
    return Saved(co2e_g, None if a_km is None else co2e_g * 1000 // a_km)
