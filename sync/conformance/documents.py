"""Reads signed documents as a machine does, save that a newer kind of document may exist."""

from typing import Any

import msgspec
from msgspec import Struct

from kiosk.documents import DOCUMENT_TYPE
from kiosk.envelope import TrustError, unseal
from sync.conformance.chain import Machine
from sync.conformance.errors import BrokenRuleError


class Signed(Struct, frozen=True):
    """What every document has."""

    name: str
    scope: str
    version: int
    body: dict[str, Any]


def read_document(envelope: bytes, machine: Machine, what: str) -> Signed:
    """Return a document that this machine's root signed. Raises BrokenRuleError."""
    try:
        payload = unseal(envelope, DOCUMENT_TYPE, (machine.root,))
        document = msgspec.json.decode(payload, type=Signed)
    except (TrustError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BrokenRuleError(f"{what}: a document is refused: {error}") from error
    if document.scope not in ("*", f"site:{machine.site}", f"kiosk:{machine.kiosk}"):
        raise BrokenRuleError(f"{what}: {document.name} is for {document.scope}")
    return document
