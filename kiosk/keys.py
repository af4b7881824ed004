"""A private key in a file of its own: made once, readable by its owner only.

The record key lives with the controller, the transport key with the agent, the operator's keys
with the endpoint. The file is PEM (PKCS #8), so ``openssl pkey`` reads it too.
"""

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from kiosk.envelope import TrustError

KEY_FILE_BYTES_MAX = 4096


def load_or_create(path: Path) -> Ed25519PrivateKey:
    """Return the key in ``path``; make it if there is none, durable before it is used.

    Raises TrustError when the file cannot be read or written, is open to others, or holds
    something else: a key is never replaced silently.
    """
    try:
        if not path.exists() and not path.is_symlink():
            _create(path)
        return _load(path)
    except OSError as error:
        raise TrustError(f"{path}: the key cannot be read or made ({error.strerror})") from error


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 public bytes of a key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _load(path: Path) -> Ed25519PrivateKey:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode) or mode & 0o077:
            raise TrustError(
                f"{path}: others may read this key (mode {stat.S_IMODE(mode):o}); "
                "it needs mode 600: consider the key disclosed, or repair with chmod 600"
            )
        pem = file.read(KEY_FILE_BYTES_MAX)
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise TrustError(f"{path}: holds no private key that can be read; restore it") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise TrustError(f"{path}: holds another kind of key; Ed25519 is needed")
    return key


def _create(path: Path) -> None:
    """Write a new key beside ``path``, flush it, then link it into place: all or nothing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(handle)
        # link() never overwrites: of two processes that start at once, the first one's key wins.
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
    finally:
        fresh.unlink(missing_ok=True)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
