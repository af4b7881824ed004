"""The panels every screen is proved on, with the pitch of their data sheets (screen.md 4)."""

from collections.abc import Mapping
from types import MappingProxyType

from ui.theme import Panel

PANELS: Mapping[str, Panel] = MappingProxyType(
    {
        "800x480": Panel(800, 480, 52, 56),
        "1280x800": Panel(1280, 800, 59),
        "720x1280": Panel(720, 1280, 82),
        "1080x1920": Panel(1080, 1920, 40),
    }
)
