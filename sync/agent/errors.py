"""What can go wrong at the agent.

KioskError
 +-- SyncError              the cloud or the controller cannot be used as asked
      +-- UnreachableError  no whole answer came: name, route, TLS, time-out, cut off
      +-- LinkLostError     the controller's socket is gone or speaks nonsense
"""

from kiosk.errors import KioskError


class SyncError(KioskError):
    """The cloud's address or answer cannot be used."""


class UnreachableError(SyncError):
    """No whole answer came from the cloud."""


class LinkLostError(SyncError):
    """The controller's socket is gone or speaks nonsense; connect again."""
