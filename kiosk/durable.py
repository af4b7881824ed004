"""A small file that is replaced whole: after a power cut it is the old one or the new one."""

import os
from pathlib import Path


def replace(path: Path, data: bytes) -> None:
    """Write ``data`` beside ``path``, flush it, and rename it into place, mode 0600.

    Durable when it returns: file and directory are flushed. Raises OSError (a full disk) and then
    leaves the old file as it was.
    """
    fresh = path.with_name(f".{path.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)
    os.replace(fresh, path)
    _flush(path)


def remove(path: Path) -> None:
    """Remove ``path``, if it is there; durable when it returns. Raises OSError."""
    path.unlink(missing_ok=True)
    _flush(path)


def _flush(path: Path) -> None:
    """Make what its directory says of ``path`` durable."""
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
