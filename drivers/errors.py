"""What can go wrong with a device, as exceptions.

KioskError
 +-- DriverError        a device cannot be used or does not make sense
 |    +-- PortError     a serial port cannot be opened, read or written
 +-- ImpossibleError    a person asked the simulated world for something physics forbids
"""

from kiosk.errors import KioskError


class DriverError(KioskError):
    """A device cannot be used or does not make sense."""


class PortError(DriverError, OSError):
    """A serial port is missing, busy, closed or broken; the message says which and why."""


class ImpossibleError(KioskError, ValueError):
    """The simulated world refuses what physics forbids, in words for the person at the bench."""
