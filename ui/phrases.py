"""Lines that end where a reader pauses.

:mod:`ui.text` knows where a line may break and how many lines a text takes; here, of all ways to
set it in as many, the one is chosen that breaks after a full stop before a comma, between words
before within one, and leaves no short last line. Chinese has no spaces: which characters are one
word, its catalogue says (``words.whole``).
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import accumulate

from ui.fonts import FontBook
from ui.text import pieces
from ui.theme import Size, Weight

STOPS = "。！？.!?"
PAUSES, COMMAS = "，；：、;:", ","
CLOSERS = "”’）》)"
FREE, PAUSE, COMMA, WORD, WITHIN = 0, 100, 550, 600, 2500
"""What a break costs: after a full stop, after a pause (an English comma is hardly one), between
words, within a word or between a number and what it counts."""
UNEVEN = 1000
"""What a line costs that is empty; half a line a quarter of it."""
LONELY, LONELY_EMS = 1500, 2
"""What a last line costs that is no longer than so many ems."""


@lru_cache(maxsize=1024)
def lines(
    fonts: FontBook,
    text: str,
    size: Size,
    weight: Weight,
    width: int,
    even: bool,
    whole: frozenset[str],
) -> tuple[str, ...]:
    """Break ``text`` to ``width`` pixels, in as few lines as :meth:`FontBook.lines` does."""
    done: list[str] = []
    for paragraph in text.split("\n"):
        plain = fonts.lines(paragraph, size, weight, width, even)
        found = None
        if len(plain) > 1:
            found = _best(fonts, paragraph, size, weight, width, len(plain), whole)
        done += plain if found is None else found
    return tuple(done)


def _best(
    fonts: FontBook,
    paragraph: str,
    size: Size,
    weight: Weight,
    width: int,
    count: int,
    whole: Collection[str],
) -> Sequence[str] | None:
    """The cheapest way to set the paragraph in ``count`` lines; None if a piece is too wide."""
    parts = pieces(paragraph)
    wide = [fonts.width(part, size, weight) for part in parts]
    bare = [fonts.width(part.rstrip(), size, weight) for part in parts]
    starts = [0, *accumulate(wide)]
    costs = _costs(parts, whole)
    lonely = LONELY_EMS * fonts.em_px(size)
    # least[i]: the cost of the first i pieces in so many lines, and where the last line begins.
    least: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for line in range(count):
        last = line == count - 1
        following: dict[int, tuple[int, tuple[int, ...]]] = {}
        for begin, (cost, ends) in least.items():
            for end in range(begin + 1, len(parts) + 1):
                used = starts[end - 1] - starts[begin] + bare[end - 1]
                if used > width:
                    break
                if last and end < len(parts):
                    continue
                slack = (width - used) * 1000 // width
                price = cost + slack * slack * UNEVEN // 1_000_000
                price += (LONELY if used <= lonely else 0) if last else costs[end - 1]
                if end not in following or price < following[end][0]:
                    following[end] = (price, (*ends, end))
        least = following
    if len(parts) not in least:
        return None
    ends = least[len(parts)][1]
    return ["".join(parts[a:b]).rstrip() for a, b in zip((0, *ends), ends, strict=False)]


def _costs(parts: Sequence[str], whole: Collection[str]) -> list[int]:
    """What it costs to break after each piece."""
    text, offset = "".join(parts), 0
    inside: set[int] = set()
    for word in whole:
        at = text.find(word)
        while at >= 0:
            inside.update(range(at + 1, at + len(word)))
            at = text.find(word, at + 1)
    costs = []
    for part in parts:
        offset += len(part)
        end = part.rstrip().rstrip(CLOSERS)[-1:] or " "
        if end in STOPS:
            costs.append(FREE)
        elif end in PAUSES + COMMAS:
            costs.append(PAUSE if end in PAUSES else COMMA)
        else:
            counted = part.strip().replace(".", "").isdigit()
            costs.append(WITHIN if offset in inside or counted else WORD)
    return costs
