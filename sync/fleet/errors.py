"""What can go wrong with a simulated fleet."""

from kiosk.errors import KioskError


class FleetError(KioskError):
    """The fleet cannot be set up, or the endpoint does not answer as it has to."""
