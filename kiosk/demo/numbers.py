"""Residents of the demo may type a phone number, as `kiosk endpoint phones` lets them elsewhere.

The number is sealed on the machine to a key of this desk. A real operator keeps the private half
far from the server; the demo's lies beside the books, so that `kiosk endpoint open-phones` can be
tried on them.
"""

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from kiosk.documents import Phones, Settings
from sync.endpoint.operator import Operator, write_durably

KEY_FILE = "phones.key"


def take(desk: Operator, settings: Settings) -> None:
    """Make the key and sign ``settings`` with it. Raises EndpointError when it cannot be kept."""
    key = X25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_durably(desk.directory / KEY_FILE, pem)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    desk.publish("settings", msgspec.structs.replace(settings, phones=Phones(public)))
