"""What machines bring for technicians: diagnostics, by their SHA-256, a bounded number of each."""

import hashlib
import os
import re
from pathlib import Path

from sync.endpoint.operator import make_folder, write_durably
from sync.endpoint.problems import RefusedError

KEPT_MOST = 20
"""Of one machine; the oldest goes."""
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Uploads:
    """The folder ``uploads/<kiosk>/<sha256>``. Machines put things in and read nothing out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, kiosk: str, sha256: str, data: bytes) -> None:
        """Keep it, durable when this returns. Raises RefusedError 422."""
        if _SHA256.fullmatch(sha256) is None or hashlib.sha256(data).hexdigest() != sha256:
            raise RefusedError(422, "blob", "The bytes are not those of this name")
        folder = self._folder / kiosk.replace(os.sep, "_")
        path = folder / sha256
        if path.exists():
            return
        make_folder(folder)
        write_durably(path, data)
        kept = sorted(
            (one for one in folder.iterdir() if _SHA256.fullmatch(one.name)),
            key=lambda one: one.stat().st_mtime_ns,
        )
        for old in kept[:-KEPT_MOST]:
            old.unlink(missing_ok=True)
