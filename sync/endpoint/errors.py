"""What can go wrong at the endpoint, told to the operator.

KioskError
 +-- EndpointError      the operator's directory or the server cannot be used
"""

from kiosk.errors import KioskError


class EndpointError(KioskError):
    """The operator's directory, a key, a price or the port cannot be used."""
