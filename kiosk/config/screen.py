"""The panel that a person touches."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from kiosk.language import CODE


class Screen(Struct, frozen=True, forbid_unknown_fields=True):
    """The panel."""

    width: Annotated[int, Meta(ge=320, le=4096)] = 1280
    height: Annotated[int, Meta(ge=320, le=4096)] = 800
    px_per_cm: Annotated[int, Meta(ge=20, le=200)] = 59
    """Pixels per centimetre, from the panel's data sheet (10.1" 1280x800: 59)."""
    px_per_cm_down: Annotated[int, Meta(ge=0, le=200)] = 0
    """The same from top to bottom where pixels are not square (Pi 7" 800x480: 52 and 56)."""
    rotate: Literal[0, 90, 180, 270] = 0
    """How far the panel is mounted turned, clockwise: picture and touch turn together. ``width``
    and ``height`` are as a person sees them."""
    surface: Literal["browser", "framebuffer", "memory"] = "browser"
    browser_socket: Path | None = None
    """With ``browser``: the Unix socket that takes the picture and returns touches."""
    framebuffer: Path = Path("/dev/fb0")
    """With ``framebuffer``: the panel's node; a stable link, as fb0 and fb1 may change places."""
    touch: Path | None = None
    """With ``framebuffer``: the touch device, by its stable link in /dev/input/by-path."""
    console: Path | None = Path("/dev/tty1")
    """With ``framebuffer``: the terminal on the panel, put into graphics mode."""
    backlight: Path | None = None
    """With ``framebuffer``: the light's folder in /sys/class/backlight."""
    dark_after_s: Annotated[int, Meta(ge=0, le=86_400)] = 0
    """With ``framebuffer``: the picture goes black, and the light out where there is one, after so
    long without a finger or a new picture; 0: never."""
    language: Annotated[str, Meta(pattern=f"^{CODE}$")] = "zh"
    """The language every visit begins with; the screen has a catalogue of it."""
    distance_mm: Annotated[int, Meta(ge=300, le=1500)] = 500
    """From where it is read: large type is 0.7 degrees high from there (EN 301 549 5.1.4)."""
    night_from_h: Annotated[int, Meta(ge=0, le=23)] = 19
    night_to_h: Annotated[int, Meta(ge=0, le=23)] = 6
    """From this hour to that one (local time) the screen is dark; the same hour twice: never."""
    voice: Literal["never", "asked", "always"] = "asked"
    """``asked``: it speaks once a person has asked for it; ``always``: until one asks it not to."""
