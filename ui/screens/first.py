"""The screens of a machine that nobody uses: all that the first picture after a start needs."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from kiosk import views
from ui.kit import Kit
from ui.scene import Scene
from ui.screens import idle, out
from ui.sheet import Moment, Sheet
from ui.words import Words

Setter = Callable[[Sheet, views.View, Any], None]

FIRST: Mapping[type, Setter] = MappingProxyType(
    {
        views.Starting: out.starting,
        views.NotEnrolled: out.not_enrolled,
        views.OutOfService: out.out_of_service,
        views.Idle: idle.idle,
    }
)


def compose(view: views.View, kit: Kit, words: Words, moment: Moment) -> Scene | None:
    """Set one of these screens as it is drawn; None for what ``ui.screens.every`` has to set:
    other screens, large type, the page that makes things easier, words that do not fit."""
    setter = FIRST.get(type(view.screen))
    if setter is None or moment.ease is not None or kit.theme.large:
        return None
    sheet = Sheet(kit, words, moment)
    setter(sheet, view, view.screen)
    return None if sheet.cut else sheet.scene()
