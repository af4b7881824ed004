"""The QR code that enrols a machine, as its own scanner sees it."""

import msgspec

from kiosk import cloud
from kiosk.envelope import TrustError

CODE_PREFIX = b"KIOSK1:"
CODE_BYTES_MAX = 1000


def read_code(data: bytes) -> cloud.EnrolmentCode | None:
    """Read what the scanner saw as an enrolment code; None when it is something else.

    Raises TrustError for one that claims to be an enrolment code and is damaged.
    """
    if not data.startswith(CODE_PREFIX):
        return None
    if len(data) > CODE_BYTES_MAX:
        raise TrustError("this enrolment code is too long to be one")
    try:
        return msgspec.json.decode(data[len(CODE_PREFIX) :], type=cloud.EnrolmentCode)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TrustError(f"this enrolment code is damaged: {error}") from error
