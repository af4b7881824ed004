"""Lines end where a reader pauses, in no more lines than before, and nothing is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ui.exam import WORDS
from ui.kit import Kit
from ui.phrases import lines
from ui.theme import Size, Weight

WHOLE = WORDS["zh"].whole
MIXED = "请把手拿开箱门二维码投放称重后付款，。、；：？！”“ab cd 0.20 "


def broken(kit: Kit, text: str, ems: int, whole: frozenset[str] = WHOLE) -> tuple[str, ...]:
    """``text`` in a column of so many hanzi."""
    width = ems * kit.fonts.em_px(Size.BODY)
    return lines(kit.fonts, text, Size.BODY, Weight.REGULAR, width, True, whole)


@pytest.mark.parametrize(
    ("text", "ems", "wanted"),
    [
        ("放完了，请按“放好了”。", 9, ("放完了，", "请按“放好了”。")),
        # After a full stop before a comma.
        ("太冷了，称不准。恢复后会继续服务。", 9, ("太冷了，称不准。", "恢复后会继续服务。")),
        # Never within a word that the catalogue names.
        ("请技术人员出示登记二维码", 8, ("请技术人员", "出示登记二维码")),
        # A number stays with what it counts; a receipt's number is none.
        ("每人每天最多投放 20 公斤。", 9, ("每人每天最多", "投放 20 公斤。")),
        ("投放 7F3K-000412 已核对。", 10, ("投放 7F3K-000412", "已核对。")),
        ("一行就够。", 9, ("一行就够。",)),
        ("两段。\n都短。", 9, ("两段。", "都短。")),
    ],
)
def test_chinese(kits: dict[str, Kit], text: str, ems: int, wanted: tuple[str, ...]) -> None:
    assert broken(kits["1280x800"], text, ems) == wanted


def test_english_does_not_leave_one_word_before_a_comma(kits: dict[str, Kit]) -> None:
    found = broken(kits["1280x800"], "The door is shut. Next, the weight and the amount.", 11)
    assert found == ("The door is shut.", "Next, the weight", "and the amount.")


@settings(max_examples=60)
@given(text=st.text(MIXED, max_size=40), ems=st.integers(4, 20))
def test_nothing_is_lost_nothing_is_longer(kits: dict[str, Kit], text: str, ems: int) -> None:
    kit = kits["1280x800"]
    width = ems * kit.fonts.em_px(Size.BODY)
    plain = kit.fonts.lines(text, Size.BODY, Weight.REGULAR, width)
    found = broken(kit, text, ems)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert len(found) == len(plain)
    most = max((kit.fonts.width(line, Size.BODY, Weight.REGULAR) for line in plain), default=0)
    widest = max((kit.fonts.width(line, Size.BODY, Weight.REGULAR) for line in found), default=0)
    assert widest <= max(width, most)
