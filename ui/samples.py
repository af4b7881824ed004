"""One of each view, with realistic and with difficult values: for the gallery and its tests."""

from collections.abc import Iterator
from typing import get_args

from kiosk import views
from kiosk.records import Reason
from kiosk.views import Language, Live, Offer, Screen, View
from ui.samples_people import EARLIER, ENTRIES, people

CONTACT = "400-820-1688"
RECEIPT = "7F3K-000412"
CODE = "R1." + "kwSLF3mQ8dZ-b2Vt" * 12
"""As long as a signed receipt is; what it says is no matter to a picture."""

PAPER = Offer("paper", "paper", 8000, "open", 200)
PLASTIC = Offer("plastic", "plastic", 12_000, "open", 100)
PLACES: dict[Language, str] = {"zh": "桂花园小区 南门", "en": "Osmanthus Yard, South Gate"}
BOTTLES = Offer("plastic", "plastic", 0, "open", 25, by_piece=True)
METAL = Offer("metal", "metal", 20_500, "open", 100)
TEXTILES = Offer("textiles", "textiles", 5000, "open", 200)
OFFERS = (PAPER, PLASTIC, METAL, TEXTILES)
MIXED = (
    PAPER,
    Offer("plastic", "plastic", 12_000, "full", 100),
    METAL,
    Offer("textiles", "textiles", 5000, "faulty", 200),
)
SIX = (
    *OFFERS,
    Offer("paper-2", "paper", 8000, "open", 200),
    Offer("glass", "glass", 1000, "closed", 500),
)


SO_FAR = views.Saved(1_284_300, 7_554_705)
THIS_TIME = views.Saved(3_140, 18_470)
KINDS = tuple(
    Offer(name, name, 1000 * place, "open", 200)
    for place, name in enumerate(
        ("cardboard", "books", "wood", "shoes", "bottles", "cans", "glass", "electronics", "foam"),
        1,
    )
)
OWN_NAMES = {"zh": {"foam": "泡沫箱"}, "en": {"foam": "Foam boxes"}}
"""What an operator calls a material that no catalogue has a word for."""


NOTHING_IN = ("nothing_deposited", "door_not_opened")
NOT_HELD = (*NOTHING_IN, "below_minimum", "no_items")
"""Reasons of outcomes that nobody has to check."""

Sample = tuple[str, Screen, int | None, Live | None]
"""Name, screen, seconds left and live weight."""


def _result(outcome: views.OutcomeName, **changes: object) -> views.Result:
    fields: dict[str, object] = {
        "offer": PAPER,
        "currency": "CNY",
        "receipt": RECEIPT,
        "before_g": 12_340,
        "after_g": 14_140,
        "net_g": 1800,
        "amount_minor": 144,
        "outcome": outcome,
        "reason": None,
        "id_level": "token",
        "contact": CONTACT,
        "another_allowed": True,
    }
    return views.Result(**(fields | changes))  # type: ignore[arg-type]


def _receipt(count: int, id_level: views.IdLevel = "token", held: bool = False) -> views.Receipt:
    line = views.ReceiptLine(RECEIPT, "paper", 1800, 144, "PAID", CODE)
    lines = [
        line,
        views.ReceiptLine("7F3K-000413", "plastic", 640, 77, "PAID", CODE),
        views.ReceiptLine("7F3K-000414", "textiles", 90, 0, "UNPRICED", CODE),
    ][:count] + [line] * max(0, count - 3)
    if held:
        lines.append(views.ReceiptLine("7F3K-000415", "metal", None, None, "HELD", CODE))
    total = sum(line.amount_minor or 0 for line in lines)
    grams = sum(line.net_g or 0 for line in lines)
    return views.Receipt(tuple(lines), total, grams, "CNY", id_level, CONTACT, THIS_TIME)


def _screens() -> Iterator[Sample]:
    """All of them, in the order in which a visit shows them."""
    yield from _nobody_here()
    yield from _choosing()
    yield from _door_open()
    yield from _results()
    yield from _receipts()
    for name, screen, seconds in people():
        yield name, screen, seconds, None


def _nobody_here() -> Iterator[Sample]:
    """The machine waits, or is out of service."""
    yield "starting", views.Starting(), None, None
    yield "not-enrolled", views.NotEnrolled(False, None), None, None
    yield "not-enrolled-waiting", views.NotEnrolled(True, None), None, None
    yield "not-enrolled-failed", views.NotEnrolled(False, "the code was used before"), None, None
    for reason in get_args(views.OutOfService.__annotations__["reason"]):
        yield f"out-{reason}", views.OutOfService(reason, CONTACT), None, None
    yield "idle", views.Idle(OFFERS, "CNY", CONTACT, None, SO_FAR), None, None
    yield "idle-mixed", views.Idle(MIXED, "CNY", CONTACT), None, None
    yield "idle-held", views.Idle(OFFERS, "CNY", CONTACT, RECEIPT), None, None
    yield "idle-pieces", views.Idle((PAPER, BOTTLES, METAL), "CNY", CONTACT), None, None
    yield "idle-kinds", views.Idle(KINDS[4:], "CNY", CONTACT), None, None
    yield "idle-six", views.Idle(SIX, "CNY", CONTACT, None, SO_FAR), None, None


def _choosing() -> Iterator[Sample]:
    """A visit before the door opens."""
    yield "identify", views.Identify(None, True), 52, None
    for notice in (*get_args(views.TokenNotice), "scanner_lost"):
        yield f"identify-{notice}", views.Identify(notice, True), 52, None
    yield "choose", views.Choose(OFFERS, "CNY", "token", None), 48, None
    yield "choose-mixed", views.Choose(MIXED, "CNY", "donation", None), 48, None
    yield "choose-pieces", views.Choose((PAPER, BOTTLES, METAL), "CNY", "token", None), 48, None
    yield "choose-kinds", views.Choose((*KINDS[:5], KINDS[-1]), "CNY", "token", None), 48, None
    yield "choose-six", views.Choose(SIX, "CNY", "token", None), 48, None
    for wrong in get_args(views.ChooseNotice):
        yield f"choose-{wrong}", views.Choose(OFFERS, "CNY", "token", wrong), 48, None
    for kind, news in EARLIER.items():
        yield f"choose-earlier-{kind}", views.Choose(OFFERS, "CNY", "token", None, news), 48, None
    yield "weighing-before", views.WeighingBefore(PAPER, "CNY"), 8, None


def _door_open() -> Iterator[Sample]:
    """A deposit, from the opening of the door to the weighing."""
    yield "opening", views.Opening(PAPER, "CNY"), 1, None
    yield "depositing", views.Depositing(PAPER, "CNY", 10), 84, Live(1805, False)
    yield "depositing-pieces", views.Depositing(BOTTLES, "CNY", 10, 3, 18), 84, Live(85, True)
    for odd in get_args(views.ItemNotice):
        yield f"depositing-{odd}", views.Depositing(BOTTLES, "CNY", 10, 12, 60, odd), 84, None
    yield "depositing-heavy", views.Depositing(TEXTILES, "CNY", 0), 9, Live(88_888, True)
    yield "depositing-no-weight", views.Depositing(METAL, "CNY", 3), 30, Live(None, False)
    yield "closing", views.Closing(PAPER, "CNY", 1), 1, Live(1800, True)
    yield "closing-moving", views.Closing(PAPER, "CNY", 1), None, Live(1805, False)
    yield "closing-no-weight", views.Closing(PAPER, "CNY", 1), 1, None
    yield "closing-again", views.Closing(PAPER, "CNY", 2), 1, Live(1800, True)
    yield "blocked", views.Blocked(PAPER, "CNY", 2), 3, Live(1800, False)
    yield "blocked-last", views.Blocked(PAPER, "CNY", 0), None, Live(1800, False)
    yield "weighing-after", views.WeighingAfter(PAPER, "CNY"), 10, Live(1800, False)


def _results() -> Iterator[Sample]:
    """What a deposit came to."""
    yield "result-paid", _result("PAID"), 28, None
    yield "result-last", _result("PAID", another_allowed=False), 28, None
    yield (
        "result-large",
        _result("PAID", before_g=10_120, after_g=99_998, net_g=89_878, amount_minor=718_902),
        28,
        None,
    )
    yield "result-donated", _result("PAID", id_level="donation"), 28, None
    yield (
        "result-pieces",
        _result("PAID", offer=BOTTLES, pieces=12, net_g=310, after_g=12_650, amount_minor=60),
        28,
        None,
    )
    yield "result-unpriced", _result("UNPRICED", after_g=12_390, net_g=50, amount_minor=0), 28, None
    unscanned = _result(
        "UNPRICED",
        offer=BOTTLES,
        pieces=0,
        amount_minor=0,
        reason="no_items",
        net_g=85,
        after_g=12_425,
    )
    yield "result-unscanned", unscanned, 28, None
    for reason in (one for one in get_args(Reason) if one not in NOT_HELD):
        yield (
            f"result-held-{reason}",
            _result("HELD", after_g=None, net_g=None, amount_minor=None, reason=reason),
            28,
            None,
        )
    for reason in NOTHING_IN:
        yield (
            f"result-void-{reason}",
            _result("VOID", after_g=12_340, net_g=0, amount_minor=0, reason=reason),
            28,
            None,
        )


def _receipts() -> Iterator[Sample]:
    """The end of a visit."""
    plain = views.Receipt(
        (views.ReceiptLine(RECEIPT, "paper", 1800, 144, "PAID"),),
        144,
        1800,
        "CNY",
        "token",
        CONTACT,
    )
    yield "receipt", _receipt(2), 12, None
    yield "receipt-many", _receipt(9, held=True), 12, None
    yield "receipt-one", _receipt(1), 12, None
    yield "receipt-donation", _receipt(1, "donation"), 12, None
    yield "receipt-plain", plain, 12, None


def samples(language: Language) -> Iterator[tuple[str, View]]:
    """Every sample in one language, by name."""
    for number, (name, screen, seconds, live) in enumerate(_screens(), 1):
        total = None if seconds is None else seconds * (1250 if seconds >= 8 else 1000)
        left = None if seconds is None else seconds * 1000
        yield (
            name,
            View(
                number,
                language,
                screen,
                left,
                total,
                live,
                "yard-7-03",
                PLACES.get(language, PLACES["en"]),
                ENTRIES.get(name),
                OWN_NAMES.get(language, OWN_NAMES["en"]),
            ),
        )
