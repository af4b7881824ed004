"""Breaking text into lines: per character in Chinese, per word in English.

Chinese has no spaces, so a line may break between any two characters except where the rules of
line breaking forbid it (kinsoku; GB/T 15834 5.1: a line does not begin with a closing mark nor
end with an opening one). Runs of Latin letters, digits and their signs stay whole.
"""

from collections.abc import Callable

NOT_AT_START = frozenset("，。、；：？！”’）》〉」』】〕…—～·％℃,.;:?!)]}%/")
NOT_AT_END = frozenset("“‘（《〈「『【〔([{￥¥$€£")

Measure = Callable[[str], int]
"""Width of a string in pixels."""


def _is_wide(char: str) -> bool:
    """True for characters that allow a break beside them: hanzi, kana, full-width forms."""
    point = ord(char)
    return 0x2E80 <= point <= 0x9FFF or 0xF900 <= point <= 0xFAFF or 0xFF00 <= point <= 0xFFEF


def pieces(text: str) -> list[str]:
    """The unbreakable pieces of one paragraph, in order; joined they are the text again.

    A space belongs to the end of the piece before it.
    """
    done: list[str] = []
    for char in text:
        last = done[-1] if done else ""
        if not last or not _joins(last, char):
            done.append(char)
        else:
            done[-1] = last + char
    return done


def _joins(last: str, char: str) -> bool:
    """True if ``char`` may not be parted from the piece ``last`` before it."""
    if char == " ":
        return True
    if last[-1] == " ":
        return not last.strip()
    if char in NOT_AT_START or last[-1] in NOT_AT_END:
        return True
    return not (_is_wide(char) or _is_wide(last[-1]))


def wrap(text: str, width: int, measure: Measure) -> list[str]:
    """Break ``text`` into lines of at most ``width`` pixels; newlines are kept.

    A piece wider than the line is cut between characters: a long foreign word is better broken
    than lost.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in pieces(paragraph):
            if not line or measure((line + piece).rstrip()) <= width:
                line += piece
            else:
                lines.append(line.rstrip())
                line = piece
            while measure(line.rstrip()) > width and len(line.rstrip()) > 1:
                cut = _fitting(line, width, measure)
                lines.append(line[:cut].rstrip())
                line = line[cut:]
        lines.append(line.rstrip())
    return lines


def _fitting(line: str, width: int, measure: Measure) -> int:
    """How many characters of ``line`` fit in ``width`` pixels; at least one."""
    count = 1
    while count < len(line) and measure(line[: count + 1]) <= width:
        count += 1
    return count


def balanced(text: str, width: int, measure: Measure) -> list[str]:
    """Like :func:`wrap`, with the lines of each paragraph made about equally long.

    A title whose last line holds a single character looks like an accident; the narrowest width
    that needs no more lines avoids it.
    """
    return [line for paragraph in text.split("\n") for line in _balanced(paragraph, width, measure)]


def _balanced(paragraph: str, width: int, measure: Measure) -> list[str]:
    lines = wrap(paragraph, width, measure)
    if len(lines) < 2:
        return lines
    longest = max(measure(piece.rstrip()) for piece in pieces(paragraph))
    low, high = max(longest, width * (len(lines) - 1) // len(lines)) - 1, width
    if high <= low:
        return lines
    while high - low > 4:
        middle = (low + high) // 2
        if len(wrap(paragraph, middle, measure)) <= len(lines):
            high = middle
        else:
            low = middle
    return wrap(paragraph, high, measure)
