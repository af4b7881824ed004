"""Gathers what a visit may know, and what the machine says of itself when nobody is here."""

from kiosk import views as v
from kiosk.faultbook import FaultBook
from kiosk.faults import LEDGER_DISOWNED, SCANNER_LOST
from kiosk.machine import Machine
from kiosk.parameters import STEP_DOWN_G
from kiosk.parts import Parts
from kiosk.session.inputs import Facts
from kiosk.session.view import Face
from kiosk.trust import Trust
from kiosk.units import Millis, MinorUnits, PriceE4, Seq


def face_of(
    parts: Parts, machine: Machine, faults: FaultBook, stopping: bool, held: str | None
) -> Face:
    """Whether the machine sells, and if not, why. ``held``: receipt of an interrupted deposit."""
    trust, link = parts.trust, parts.link
    contact = "" if trust.settings is None else trust.settings.contact
    bins = machine.bins.values()
    if not trust.enrolled:
        return Face(v.NotEnrolled(link.enrolling, link.refusal), contact)
    if stopping:
        return Face(v.OutOfService("stopping", contact), contact)
    if parts.commands.standing.out_of_service:
        return Face(v.OutOfService("operator", contact), contact)
    if trust.tariff is None:
        return Face(v.OutOfService("no_tariff", contact), contact)
    if LEDGER_DISOWNED in faults.of(None):
        return Face(v.OutOfService("disowned", contact), contact)
    if faults.stops_machine():
        return Face(v.OutOfService("disk_full", contact), contact)
    if any(one.offer_state(faults) == "open" for one in bins):
        return Face(None, contact, held)
    if all(one.recovery is not None for one in bins):
        return Face(v.Starting(), contact)
    if all(one.closed_by_operator for one in bins):
        return Face(v.OutOfService("operator", contact), contact)
    return Face(v.OutOfService("all_compartments", contact), contact)


def facts_of(
    parts: Parts, machine: Machine, faults: FaultBook, face: Face, now_ms: Millis
) -> Facts:
    """The machine as it is now, for one step or one view."""
    tariff, settings = parts.trust.tariff, parts.trust.settings
    return Facts(
        now_ms=now_ms,
        next_seq=Seq(parts.ledger.head_seq + 1),
        ledger=parts.ledger.id,
        fresh_id=parts.fresh_id(),
        sells=face.idle is None,
        donation_allowed=settings is not None and settings.donation_allowed,
        scanner_ok=SCANNER_LOST not in faults.of(None),
        currency="" if tariff is None else tariff.currency,
        step_minor=MinorUnits(1 if tariff is None else tariff.step_minor),
        tariff_version=parts.trust.versions.get("tariff", 0),
        products_version=parts.trust.versions.get("products", 0),
        language=parts.settings.screen.language,
        step_down_g=STEP_DOWN_G,
        compartments={
            name: one.facts(*_price(parts, one.settings.material), faults)
            for name, one in machine.bins.items()
        },
    )


def name_of(trust: Trust, language: v.Language) -> tuple[str, str]:
    """The machine's name, and where it stands in a person's language; empty when unknown."""
    settings = trust.settings
    if settings is None:
        return trust.kiosk, ""
    return trust.kiosk, settings.site_name_zh if language == "zh" else settings.site_name_en


def _price(parts: Parts, material: str) -> tuple[PriceE4 | None, bool]:
    """The price per kilogram, or 0 and True for a material paid by piece (M-13, M-29)."""
    tariff = parts.trust.tariff
    if tariff is None:
        return None, False
    if material in tariff.by_piece:
        known = parts.products.in_use(parts.trust.products)
        return (PriceE4(0) if known else None), True
    price = tariff.prices.get(material)
    return (None if price is None else PriceE4(price)), False
