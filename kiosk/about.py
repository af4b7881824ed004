"""What an inspector reads off the machine (M-16, M-17): software, parameters, limits."""

from kiosk import views as v
from kiosk.config import Scale
from kiosk.ledger.tolerance import in_service_limit
from kiosk.parts import Parts
from kiosk.units import Grams


def about_of(parts: Parts) -> v.About:
    """Gathered only while somebody asks."""
    settings = parts.trust.settings
    effect = None if settings is None else settings.effect
    return v.About(
        version=parts.version,
        legal=parts.legal,
        parameters=parts.parameters.hash,
        event_counter=parts.stamps.event_counter,
        ledger=parts.ledger.id,
        head_seq=parts.ledger.head_seq,
        scales=tuple(
            v.AboutScale(
                material=one.material,
                max_g=one.scale.max_g,
                min_g=one.scale.min_g,
                e_g=one.scale.e_g,
                worst_g=worst_g(one.scale),
            )
            for one in parts.settings.compartment
        ),
        effect_source={} if effect is None else effect.source,
    )


def worst_g(scale: Scale) -> Grams:
    """How far one deposit may be off at most, in grams: each of its two readings by the limit in
    service at the full load and by half a step of rounding (docs/metrology.md)."""
    e_g = Grams(scale.e_g)
    return Grams(2 * in_service_limit(Grams(scale.max_g), e_g, scale.accuracy) + e_g)
