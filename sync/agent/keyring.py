"""The transport key, and the one that is to follow it: two files, each whole or absent.

    transport.key        signs requests
    transport.next.key   made and told to the cloud, not in use yet

The next key takes the other's place in one rename, once the cloud has said that it knows it. Killed
anywhere, the agent finds where it stood: a next key that is there is told to the cloud again.
"""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import keys
from kiosk.envelope import TrustError, key_id


class KeyRing:
    """The keys in ``directory``. Raises TrustError for a key that cannot be read or made."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "transport.key"
        self._next_path = directory / "transport.next.key"
        self.key = keys.load_or_create(self._path)
        self.following = self._load_following()

    @property
    def public(self) -> bytes:
        """The public half of the key in use."""
        return keys.public_bytes(self.key)

    @property
    def id(self) -> str:
        """Id of the key in use."""
        return key_id(self.public)

    def begin(self) -> Ed25519PrivateKey:
        """Return the key that is to follow, made if there is none yet; durable."""
        self.following = keys.load_or_create(self._next_path)
        return self.following

    def finish(self) -> None:
        """Put the following key in use: the cloud knows it."""
        if self.following is None:
            return
        try:
            os.replace(self._next_path, self._path)
            directory = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
        except OSError as error:
            raise TrustError(f"{self._path}: cannot be replaced ({error.strerror})") from error
        self.key, self.following = self.following, None

    def _load_following(self) -> Ed25519PrivateKey | None:
        there = self._next_path.exists() or self._next_path.is_symlink()
        return keys.load_or_create(self._next_path) if there else None
