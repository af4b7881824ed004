"""The operator's factors and names reach the screen; without them it says nothing of its own."""

from msgspec.structs import replace

from kiosk import views as v
from kiosk.documents import Effect, Settings
from kiosk.events import DocumentOffered
from tests.journeys.desk import Desk
from tests.journeys.test_people import deposits

PLAIN = Settings("Green Loop", "400-800-0000", True, "东门", "East gate")
EFFECT = Effect({"paper": 900}, {"zh": "测试手册", "en": "A handbook for tests"}, 170)
NAMES = {"paper": {"zh": "纸箱", "en": "Cartons"}, "glass": {"zh": "玻璃瓶"}}


def publish(desk: Desk, version: int, settings: Settings) -> None:
    desk.controller.handle(DocumentOffered(desk.operator.document("settings", version, settings)))


def saved(desk: Desk) -> v.Saved | None:
    assert isinstance(desk.screen, v.Idle | v.Receipt)
    return desk.screen.saved


def visit(desk: Desk, grams: int) -> None:
    desk.touch("start")
    desk.touch("donate")
    deposits(desk, grams)
    desk.touch("finish")


def test_what_is_saved_is_told_for_the_visit_and_for_the_machine(desk: Desk) -> None:
    visit(desk, 1_000)
    assert saved(desk) is None, "no operator stated a factor"
    desk.touch("finish")
    publish(desk, 2, replace(PLAIN, effect=EFFECT))
    assert saved(desk) == v.Saved(900, 5_294), "its whole life, from the ledger's totals"
    visit(desk, 2_000)
    assert saved(desk) == v.Saved(1_800, 10_588)
    desk.touch("finish")
    assert saved(desk) == v.Saved(2_700, 15_882)
    publish(desk, 3, PLAIN)
    assert saved(desk) is None


def test_who_says_so_stands_among_the_machines_particulars(desk: Desk) -> None:
    publish(desk, 2, replace(PLAIN, effect=EFFECT))
    desk.touch("help")
    desk.touch("about")
    assert isinstance(desk.screen, v.About)
    assert desk.screen.effect_source == EFFECT.source


def test_the_operators_names_come_in_the_persons_language(desk: Desk) -> None:
    publish(desk, 2, replace(PLAIN, materials=NAMES))
    assert desk.views[-1].materials == {"paper": "纸箱", "glass": "玻璃瓶"}
    desk.touch("language:en")
    assert desk.views[-1].materials == {"paper": "Cartons", "glass": "玻璃瓶"}
    desk.touch("language:zh_TW")
    assert desk.views[-1].materials["paper"] == "纸箱"
    assert desk.views[-1].place == "东门", "whoever reads zh_TW reads zh before en"
