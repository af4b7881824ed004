"""What can go wrong while an endpoint is tried.

KioskError
 +-- ConformanceError     the kit itself cannot work: an address, a code or a key
 +-- BrokenRuleError      the endpoint does not keep the rule that is being tried
 +-- CannotTellError      the rule cannot be tried here, and why
"""

from kiosk.errors import KioskError


class ConformanceError(KioskError):
    """The address, an enrolment code, a key or a choice of rules cannot be used."""


class BrokenRuleError(KioskError):
    """The endpoint did something else than the rule says."""


class CannotTellError(KioskError):
    """The rule cannot be tried with what the kit was given."""
