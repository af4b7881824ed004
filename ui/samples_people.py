"""Samples of the screens that ask something of a person beside a deposit."""

from collections.abc import Iterator

from kiosk import views
from kiosk.views import Screen

CONTACT = "400-820-1688"
RECEIPT = "7F3K-000412"
NUMBER = "13800138000"
NEARBY = (
    views.Nearby("桂花园小区 北门", "Osmanthus Yard, North Gate", 180),
    views.Nearby("兰亭小区 东门", "Orchid Court, East Gate", 420),
)
EARLIER = {
    "interrupted": views.Earlier(RECEIPT, "2026-11-23", True, None, "CNY"),
    "held": views.Earlier(RECEIPT, "2026-11-23", False, None, "CNY"),
    "decided": views.Earlier(RECEIPT, "2026-11-23", True, 888_888, "CNY"),
    "refused": views.Earlier(RECEIPT, "", True, 0, "CNY"),
}
"""News of earlier deposits."""
PAPER = views.Offer("paper", "paper", 8000, "open", 200)
PAID = views.Result(
    offer=PAPER,
    currency="CNY",
    receipt=RECEIPT,
    before_g=12_340,
    after_g=14_140,
    net_g=1800,
    amount_minor=144,
    outcome="PAID",
    reason=None,
    id_level="phone",
    contact=CONTACT,
    another_allowed=True,
)
MIXED_RECEIPT = views.Receipt(
    lines=(
        views.ReceiptLine(RECEIPT, "paper", 1800, 144, "PAID"),
        views.ReceiptLine("7F3K-000413", "metal", 500, 103, "PAID", donated=True),
    ),
    total_minor=144,
    total_g=1800,
    currency="CNY",
    id_level="phone",
    contact=CONTACT,
)
ABOUT = views.About(
    version="0.4.0",
    legal="1-0f3d9a77c2b1e845",
    parameters="5e2a" * 16,
    event_counter=27,
    ledger="7f3k" * 8,
    head_seq=41_207,
    scales=(
        views.AboutScale("paper", 30_000, 200, 10, 70),
        views.AboutScale("plastic", 15_000, 100, 5, 35),
        views.AboutScale("metal", 15_000, 100, 5, 35),
        views.AboutScale("textiles", 60_000, 400, 20, 140),
    ),
    effect_source={"zh": "示例数据手册 2026", "en": "Handbook of samples, 2026"},
)


def people() -> Iterator[tuple[str, Screen, int | None]]:
    """Name, screen, seconds left."""
    for then in ("leave", "receipt", "close_door"):
        yield f"still-there-{then}", views.StillThere(then), 18
    yield "identify-phone", views.Identify(None, True, phone_allowed=True), 52
    yield "identify-phone-only", views.Identify(None, False, phone_allowed=True), 52
    yield "phone", views.Phone(11), 55
    yield "phone-typed", views.Phone(11), 55
    yield "phone-wrong", views.Phone(11), 55
    yield "confirm-phone", views.ConfirmPhone(NUMBER, "Green Loop", CONTACT), 50
    yield "limited-deposits", views.Limited("deposits", 5, "CNY", True, CONTACT), 40
    yield "limited-grams", views.Limited("grams", 20_000, "CNY", True, CONTACT), 40
    for kind in ("interrupted", "decided"):
        news = EARLIER[kind]
        yield f"limited-{kind}", views.Limited("deposits", 5, "CNY", True, CONTACT, news), 40
    yield "limited-money", views.Limited("money", 3000, "CNY", False, CONTACT), 40
    yield "help", views.Help(CONTACT, None), 40
    yield "help-result", views.Help(CONTACT, RECEIPT), 40
    yield "filed-dropped", views.Filed("dropped", "7F3K-000413", CONTACT), 40
    yield "filed-help", views.Filed("help", "7F3K-000413", CONTACT), 40
    yield "filed-dispute", views.Filed("dispute", "7F3K-000413", CONTACT), 40
    yield "about", ABOUT, 40
    yield "result-phone", PAID, 28
    yield "receipt-gift", MIXED_RECEIPT, 12
    yield "out-away-unheard", views.OutOfService("away", ""), None
    yield "out-nearby", views.OutOfService("all_full", CONTACT, NEARBY), None


ENTRIES = {
    "phone": views.Entry("", False),
    "phone-typed": views.Entry("13800138", False),
    "phone-wrong": views.Entry("2380013800", True),
}
"""What is typed on which sample."""
