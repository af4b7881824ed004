"""What can go wrong with the demo itself.

DemoError
 +-- PortTakenError     another program listens on the page's port
 +-- OverdueError       something did not happen in the time it may take
"""

from kiosk.errors import KioskError


class DemoError(KioskError):
    """The demo cannot start or go on."""


class PortTakenError(DemoError):
    """Another program listens on the port that the page was to have."""


class OverdueError(DemoError, TimeoutError):
    """A step took longer than it may; the message names the step and what is seen instead."""
