"""Reads what an enrolment QR holds, as an operator's desk wrote it."""

import re

import msgspec

from kiosk.cloud import EnrolmentCode
from sync.conformance.errors import ConformanceError

_PREFIX = "KIOSK1:"
_ROOT = re.compile(r"[0-9a-f]{64}", re.ASCII)


def read_code(text: str) -> EnrolmentCode:
    """Return an enrolment code. Raises ConformanceError saying what it should look like."""
    found = text.strip()
    if not found.startswith(_PREFIX):
        raise ConformanceError(
            f"an enrolment code is the whole text of the QR, {_PREFIX}{{...}}; "
            "the reference desk prints one with: kiosk endpoint code DIR --site SITE"
        )
    try:
        code = msgspec.json.decode(found.removeprefix(_PREFIX), type=EnrolmentCode)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConformanceError(f"the enrolment code cannot be read: {error}") from error
    if _ROOT.fullmatch(code.root) is None:
        raise ConformanceError("`root` of the enrolment code is not a SHA-256 in hexadecimal")
    return code
