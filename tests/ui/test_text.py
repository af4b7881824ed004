"""Line breaking: nothing is lost, nothing forbidden begins or ends a line."""

from hypothesis import given
from hypothesis import strategies as st

from ui.text import NOT_AT_END, NOT_AT_START, balanced, pieces, wrap

CHINESE = "请把手拿开箱门正在关闭称重后付款，。、；：？！”）“（《》…％"
MIXED = CHINESE + "abc XYZ 0123.,%¥ "


def monospaced(text: str) -> int:
    """Ten pixels a Latin character, twenty a Chinese one."""
    return sum(10 if char.isascii() else 20 for char in text)


def lay(text: str) -> str:
    return "".join(text.split())


@given(st.text(MIXED, max_size=60), st.integers(20, 400))
def test_nothing_is_lost_and_lines_fit(text: str, width: int) -> None:
    for breaker in (wrap, balanced):
        lines = breaker(text, width, monospaced)
        assert lay("".join(lines)) == lay(text)
        assert all(monospaced(line) <= width or len(line) == 1 for line in lines)


@given(st.text(MIXED, max_size=60))
def test_pieces_join_to_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


@given(st.lists(st.sampled_from(CHINESE), min_size=1, max_size=60), st.integers(100, 400))
def test_kinsoku(chars: list[str], width: int) -> None:
    text = "".join(chars)
    if any(monospaced(piece) > width for piece in pieces(text)):
        return  # a run of marks longer than the line has to be cut somewhere
    lines = wrap(text, width, monospaced)
    assert all(line[0] not in NOT_AT_START for line in lines[1:])
    assert all(line[-1] not in NOT_AT_END for line in lines[:-1])


def test_english_breaks_between_words() -> None:
    assert wrap("Put your paper in", 100, monospaced) == ["Put your", "paper in"]


def test_a_number_stays_whole_and_a_slash_does_not_begin_a_line() -> None:
    assert wrap("约0.80元/公斤", 85, monospaced) == ["约0.80", "元/公斤"]


def test_a_word_wider_than_the_line_is_cut_not_lost() -> None:
    assert wrap("Donaudampfschiff", 50, monospaced) == ["Donau", "dampf", "schif", "f"]


def test_balanced_avoids_a_lonely_last_character() -> None:
    assert wrap("请把手从门口拿开一点", 180, monospaced) == ["请把手从门口拿开一", "点"]
    assert balanced("请把手从门口拿开一点", 180, monospaced) == ["请把手从门", "口拿开一点"]


def test_balanced_never_cuts_a_word_to_be_even() -> None:
    assert balanced("Shutting down", 110, monospaced) == ["Shutting", "down"]


def test_newlines_are_kept() -> None:
    assert wrap("一\n二", 100, monospaced) == ["一", "二"]
