"""Gathers what a visit may know, and what the machine says of itself when nobody is here."""

from collections.abc import Mapping, Set

from kiosk import views as v
from kiosk.display import Called
from kiosk.documents import Tariff
from kiosk.effect import saved
from kiosk.faultbook import FaultBook
from kiosk.faults import (
    BOARD_REJECTED,
    LEDGER_DISOWNED,
    REFUSED_TOO_LONG,
    SCANNER_LOST,
    TEMPERATURE,
)
from kiosk.language import base, in_language
from kiosk.machine import Machine, States
from kiosk.parameters import STEP_DOWN_G
from kiosk.parts import Parts
from kiosk.session.inputs import Facts
from kiosk.session.view import Face
from kiosk.trust import Trust
from kiosk.units import Millis, MinorUnits, PriceE4, Seq


def face_of(
    parts: Parts,
    machine: Machine,
    faults: FaultBook,
    states: States,
    stopping: bool,
    held: str | None,
    codes: Mapping[str, str],
) -> Face:
    """Whether the machine sells, and if not, why. ``held``: receipt of an interrupted deposit;
    ``codes``: the signed receipts of this visit."""
    trust, link, settings = parts.trust, parts.link, parts.trust.settings
    contact = "" if settings is None else settings.contact
    operator = "" if settings is None else settings.operator
    effect = None if settings is None else settings.effect
    if not trust.enrolled:
        return Face(v.NotEnrolled(link.enrolling, link.refusal), contact, codes=codes)
    some = set(states.values())
    reason = _closed_for(parts, machine, faults, stopping, some)
    if reason is not None:
        near = () if trust.neighbours is None else trust.neighbours.machines
        nearby = tuple(
            v.Nearby(one.place_zh, one.place_en, one.distance_m)
            for one in sorted(near, key=lambda one: one.distance_m)
        )
        closed = v.OutOfService(reason, contact, nearby)
        return Face(closed, contact, operator, codes=codes, effect=effect)
    if "open" in some:
        lifetime = () if effect is None else parts.ledger.totals
        so_far = saved(effect, ((one.material, one.net_g) for one in lifetime))
        return Face(None, contact, operator, held, codes, effect=effect, saved=so_far)
    return Face(v.Starting(), contact, operator, codes=codes, effect=effect)


def _closed_for(
    parts: Parts,
    machine: Machine,
    faults: FaultBook,
    stopping: bool,
    states: Set[v.OfferState],
) -> v.OutReason | None:
    """Why nothing can be accepted now, or None: the machine sells or is still starting."""
    if stopping:
        return "stopping"
    if parts.commands.standing.out_of_service:
        return "operator"
    if parts.trust.tariff is None or parts.trust.ended("tariff", parts.clock.wall):
        return "no_tariff"
    if not {LEDGER_DISOWNED, BOARD_REJECTED, REFUSED_TOO_LONG}.isdisjoint(faults.of(None)):
        return "disowned"
    if faults.stops_machine():
        return "disk_full"
    bins = machine.bins.values()
    if "open" in states or all(one.recovery is not None for one in bins):
        return None
    if all(one.closed_by_operator for one in bins):
        return "operator"
    if all(TEMPERATURE in faults.of(one.id) for one in bins):
        return "temperature"
    return "all_full" if states == {"full"} else "all_compartments"


def facts_of(
    parts: Parts,
    machine: Machine,
    faults: FaultBook,
    states: States,
    face: Face,
    now_ms: Millis,
    tickets: Mapping[v.FiledAbout, str],
    earlier: Mapping[str, v.Earlier],
    fresh_id: str,
) -> Facts:
    """The machine as it is now, for one step or one view, which names nothing new: ``fresh_id``
    is empty for it."""
    tariff, settings = parts.trust.tariff, parts.trust.settings
    wall, trust = parts.clock.wall, parts.trust
    counts = parts.products.in_use(trust.products) and not trust.ended("products", wall)
    prices = None if trust.ended("tariff", wall) else tariff
    return Facts(
        now_ms=now_ms,
        next_seq=Seq(parts.ledger.head_seq + 1),
        ledger=parts.ledger.id,
        fresh_id=fresh_id,
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
            name: one.facts(
                *_price(prices, one.settings.material, counts),
                parts.ledger.bag_in(name).code,
                states[name],
            )
            for name, one in machine.bins.items()
        },
        phones=None if settings is None else settings.phones,
        caps=None if settings is None else settings.caps,
        spent=parts.tallies.today(),
        tickets=tickets,
        earlier=earlier,
    )


def name_of(trust: Trust, language: v.Language) -> Called:
    """The machine's name, where it stands and what its operator calls materials, in a person's
    language; empty when unknown."""
    settings = trust.settings
    if settings is None:
        return Called(trust.kiosk, "", {})
    chinese = base(language) == "zh"
    place = settings.site_name_zh if chinese else settings.site_name_en
    materials = {one: in_language(names, language) for one, names in settings.materials.items()}
    return Called(trust.kiosk, place, materials)


def _price(tariff: Tariff | None, material: str, counts: bool) -> tuple[PriceE4 | None, bool]:
    """The price per kilogram, or 0 and True for a material paid by piece (M-13, M-29), which has
    one only where the machine knows the pieces (``counts``). None: there are no prices, or they
    ended."""
    if tariff is None:
        return None, False
    if material in tariff.by_piece:
        return (PriceE4(0) if counts else None), True
    price = tariff.prices.get(material)
    return (None if price is None else PriceE4(price)), False
