"""The product lists on this machine's disk: received in parts, checked, compiled, looked up.

Receiving and compiling happen on the agent connection's reader thread, because a list of a hundred
thousand rows takes a second on a Pi; looking up happens on the deciding thread. The two meet only
in whole files that are renamed into place.
"""

import hashlib
from pathlib import Path

from kiosk.documents import Products
from kiosk.errors import KioskError
from kiosk.logs import get
from kiosk.products import BYTES_MAX, Product, ProductList, ProductsError

_log = get(__name__)


class BlobRefusedError(KioskError, ValueError):
    """A part of a blob does not fit, or the whole is not what was named."""


class ProductShelf:
    """Lists by the SHA-256 of the operator's text. ``directory`` is the shelf's own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._loaded: tuple[str, ProductList] | None = None
        self._parts: dict[str, bytearray] = {}

    def has(self, sha256: str) -> bool:
        """Whether a list is compiled and can be put in force."""
        return self._index(sha256).exists()

    def receive(self, sha256: str, offset: int, data: bytes, last: bool) -> bool:
        """Take a part, in order; True when the whole list is compiled.

        Raises BlobRefusedError when it does not fit, is too long, is not the named text, or is
        no product list: the parts so far are dropped then.
        """
        held = self._parts.setdefault(sha256, bytearray()) if offset == 0 else None
        if held is None:
            held = self._parts.get(sha256)
        if held is None or (offset != 0 and offset != len(held)):
            self._parts.pop(sha256, None)
            raise BlobRefusedError(f"part of {sha256[:12]} at {offset} does not follow")
        if offset == 0:
            held.clear()
        held += data
        if len(held) > BYTES_MAX:
            self._parts.pop(sha256, None)
            raise BlobRefusedError(f"{sha256[:12]} is longer than {BYTES_MAX} bytes")
        if not last:
            return False
        text = bytes(self._parts.pop(sha256))
        if hashlib.sha256(text).hexdigest() != sha256:
            raise BlobRefusedError(f"what came is not {sha256[:12]}")
        try:
            products = ProductList.parse(text)
            self._directory.mkdir(mode=0o700, exist_ok=True)
            products.save(self._index(sha256))
        except (ProductsError, OSError) as error:
            raise BlobRefusedError(f"{sha256[:12]}: {error}") from error
        return True

    def use(self, document: Products | None) -> None:
        """Put the list of the document in force in use, and forget the others on the disk.

        A damaged index is removed, so that the list is asked for again.
        """
        if document is None or (self._loaded and self._loaded[0] == document.sha256):
            return
        path = self._index(document.sha256)
        try:
            self._loaded = (document.sha256, ProductList.load(path))
        except FileNotFoundError:
            return
        except (ProductsError, OSError) as error:
            _log.error("product_index_refused", reason=str(error))
            path.unlink(missing_ok=True)
            return
        for other in self._directory.glob("*.index"):
            if other != path:
                other.unlink(missing_ok=True)

    def in_use(self, document: Products | None) -> bool:
        """Whether the list of this document is the one that is looked up in."""
        return (
            document is not None
            and self._loaded is not None
            and (self._loaded[0] == document.sha256)
        )

    def find(self, gtin: str) -> Product | None:
        """A product of the list in use."""
        return None if self._loaded is None else self._loaded[1].find(gtin)

    def _index(self, sha256: str) -> Path:
        return self._directory / f"{sha256}.index"
