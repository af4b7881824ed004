"""The machine's one configuration file: hardware and site wiring, never prices or secrets.

TOML, read once at start, strict: an unknown or mistyped key is an error that names the file, the
key and the nearest known key (Klipper's habit). Prices, token issuers and contact come as signed
documents (kiosk.documents).
"""

from kiosk.config.compartment import Compartment, Door
from kiosk.config.line import Serial
from kiosk.config.machine import Change, Config, Gpio, Machine, Timing
from kiosk.config.reading import ConfigError, load, parse
from kiosk.config.scale import Dialect, Registers, Scale
from kiosk.config.scanner import Scanner
from kiosk.config.screen import Screen

__all__ = [
    "Change",
    "Compartment",
    "Config",
    "ConfigError",
    "Dialect",
    "Door",
    "Gpio",
    "Machine",
    "Registers",
    "Scale",
    "Scanner",
    "Screen",
    "Serial",
    "Timing",
    "load",
    "parse",
]
