"""Whoever reaches a cap is told what they would have been told while choosing."""

import pytest

from kiosk import views
from kiosk.views import Earlier, Language, View
from ui.outlines import outline_of
from ui.words import Words

RECEIPT = "7F3K-000412"
NEWS = {
    "interrupted": Earlier(RECEIPT, "2026-11-23", True, None, "CNY"),
    "held": Earlier(RECEIPT, "", False, None, "CNY"),
    "decided": Earlier(RECEIPT, "2026-11-23", True, 888_888, "CNY"),
    "refused": Earlier(RECEIPT, "2026-11-23", True, 0, "CNY"),
}


def body(language: Language, news: Earlier | None) -> tuple[str, ...]:
    """What stands on the screen and is said aloud."""
    screen = views.Limited("deposits", 5, "CNY", False, "400-820-1688", news)
    outline = outline_of(View(1, language, screen, None, None, None, "k-1"), Words(language))
    assert outline is not None
    return outline.body


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("news", NEWS.values(), ids=NEWS.keys())
def test_the_news_stand_beside_the_rule(language: Language, news: Earlier) -> None:
    """The same sentence as before the question, and everything else as without it."""
    screen = views.Choose((), "CNY", "token", None, news)
    choosing = outline_of(View(1, language, screen, None, None, None, "k-1"), Words(language))
    said, plain = body(language, news), body(language, None)
    (extra,) = set(said) - set(plain)
    assert [one for one in said if one != extra] == list(plain)
    assert RECEIPT in extra
    assert choosing is not None and extra in " ".join(choosing.body)
    if news.amount_minor:
        assert "8,888.88" in extra
