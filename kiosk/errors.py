"""The root of every exception this project raises on purpose; docs/architecture.md lists them.

Faults of the machine are state, raised and cleared (kiosk.faults); they are not exceptions.
"""


class KioskError(Exception):
    """Something this project noticed is wrong, told so that a person can act on it."""
