"""The screens: from a view to a scene, pure functions, one small group a file."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from kiosk import views
from ui.kit import Kit
from ui.outlines import outline_of
from ui.scene import Scene
from ui.screens import choose, deposit, ease, identify, idle, large, out, receipt, result
from ui.sheet import Moment, Sheet
from ui.words import Words

Setter = Callable[[Sheet, views.View, Any], None]

SETTERS: Mapping[type, Setter] = MappingProxyType(
    {
        views.Starting: out.starting,
        views.NotEnrolled: out.not_enrolled,
        views.OutOfService: out.out_of_service,
        views.Idle: idle.idle,
        views.Identify: identify.identify,
        views.Choose: choose.choose,
        views.WeighingBefore: deposit.weighing_before,
        views.Opening: deposit.opening,
        views.Depositing: deposit.depositing,
        views.Closing: deposit.closing,
        views.Blocked: deposit.blocked,
        views.WeighingAfter: deposit.weighing_after,
        views.Result: result.result,
        views.Receipt: receipt.receipt,
    }
)


def compose(view: views.View, kit: Kit, words: Words, moment: Moment) -> Scene:
    """Set the screen that ``view`` asks for: the page that makes things easier over it, or in
    large type from its outline, or as it was drawn."""
    sheet = Sheet(kit, words, moment)
    if moment.ease is not None:
        ease.ease(sheet, view, moment.ease)
        return sheet.scene()
    if sheet.large and (outline := outline_of(view, words)) is not None:
        large.large(sheet, view, outline)
        return sheet.scene()
    SETTERS[type(view.screen)](sheet, view, view.screen)
    return sheet.scene()
