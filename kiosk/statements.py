"""What the operator's endpoint signs about one machine: acknowledgements and totals."""

from typing import TypeVar

import msgspec

from kiosk.cloud import LedgerTotals, Mark
from kiosk.envelope import TrustError, unseal

Said = TypeVar("Said", Mark, LedgerTotals)


def read(
    envelope: bytes, payload_type: str, kind: type[Said], keys: tuple[bytes, ...], kiosk: str
) -> Said:
    """Return what one of these keys signed about this machine. Raises TrustError."""
    payload = unseal(envelope, payload_type, keys)
    try:
        said = msgspec.json.decode(payload, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TrustError(f"not a {kind.__name__} of the cloud: {error}") from error
    if said.kiosk != kiosk:
        raise TrustError(f"this {kind.__name__} is for {said.kiosk}, not for {kiosk}")
    return said
