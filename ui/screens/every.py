"""Every screen: which function sets which question, and when it is set from its outline."""

from collections.abc import Mapping
from types import MappingProxyType

from kiosk import views
from ui.kit import Kit
from ui.outlines import outline_of
from ui.scene import Scene
from ui.screens import (
    choose,
    deposit,
    ease,
    flow,
    identify,
    people,
    phone,
    receipt,
    result,
)
from ui.screens.first import FIRST, Setter
from ui.sheet import Moment, Sheet
from ui.words import Words

SETTERS: Mapping[type, Setter] = MappingProxyType(
    {
        **FIRST,
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
        views.Phone: phone.phone,
        views.ConfirmPhone: people.told,
        views.Limited: people.told,
        views.StillThere: people.still_there,
        views.Help: people.help_menu,
        views.Filed: people.told,
        views.About: people.about,
    }
)
DRAWN = (views.Phone,)
"""A keypad is drawn the same in every type: its keys are large, and pages would tear it apart."""
HUGE = (views.StillThere,)
"""One huge button is large type already: it is drawn in every type in which its words fit."""


def compose(view: views.View, kit: Kit, words: Words, moment: Moment) -> Scene:
    """Set the screen that ``view`` asks for: the page that makes things easier over it, or as it
    was drawn; from its outline in large type, and where its words do not fit the drawing."""
    sheet = Sheet(kit, words, moment)
    if moment.ease is not None:
        ease.ease(sheet, view, moment.ease)
        return sheet.scene()
    if not sheet.large or isinstance(view.screen, DRAWN + HUGE):
        SETTERS[type(view.screen)](sheet, view, view.screen)
        if not sheet.cut or isinstance(view.screen, DRAWN):
            return sheet.scene()
    outline = outline_of(view, words)
    if outline is not None:
        sheet = Sheet(kit, words, moment)
        flow.flow(sheet, view, outline)
    elif sheet.large:
        SETTERS[type(view.screen)](sheet, view, view.screen)
    return sheet.scene()
