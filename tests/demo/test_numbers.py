"""A resident of the demo may type a number, and its desk can read it back."""

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kiosk.clock import SystemClock
from kiosk.demo import numbers
from kiosk.demo.layout import PRICES_E4
from kiosk.documents import DOCUMENT_TYPE, Document, Settings
from kiosk.envelope import unseal
from kiosk.subjects import open_phone, seal_phone
from sync.endpoint import operator as desk

SETTINGS = Settings("Demo", "400", True, "东门", "East Gate")


def test_what_is_sealed_to_the_demos_key_can_be_opened_with_it(tmp_path: Path) -> None:
    clock = SystemClock(tmp_path / "synchronized", floor_ms=0)
    operator = desk.create(tmp_path / "operator", "http://127.0.0.1:1", PRICES_E4, clock)
    numbers.take(operator, SETTINGS)
    last = max(operator.versions("settings"))
    path = operator.directory / "documents" / f"settings-{last:08d}.json"
    document = msgspec.json.decode(
        unseal(path.read_bytes(), DOCUMENT_TYPE, (operator.root_public,)), type=Document
    )
    assert isinstance(document.body, Settings)
    assert document.body.phones is not None
    assert msgspec.structs.replace(document.body, phones=None) == SETTINGS
    file = operator.directory / numbers.KEY_FILE
    assert file.stat().st_mode & 0o077 == 0, "nobody else may read it"
    key = load_pem_private_key(file.read_bytes(), None)
    assert isinstance(key, X25519PrivateKey)
    assert open_phone(seal_phone("13812345678", document.body.phones.key), key) == "13812345678"
