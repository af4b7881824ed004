"""How long the cloud has refused this machine (401, 403, 426), counted over restarts.

One small file, replaced whole. Two counts, neither of which a clock that jumps can push forwards:
the time that this machine ran while it was refused, and the span between two synchronised times.
The longer one holds, since a machine that was switched off runs no time.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from kiosk import durable
from kiosk.clock import WallTime
from kiosk.logs import get
from kiosk.units import Millis

SAVE_EVERY_MS = 3_600_000
"""24 small writes a day, and only while the machine is refused; a restart loses an hour of running
time at most, and nothing where time is synchronised."""

_log = get(__name__)


class _Saved(Struct, frozen=True, forbid_unknown_fields=True):
    why: str
    lasted_ms: int
    """At least so long, when this was saved."""
    since_ms: int | None
    """Milliseconds since 1970 UTC, synchronised; None: that was never known."""


class RefusalBook:
    """Remembers a refusal; ``path`` keeps it. A damaged file is as good as none: the agent hears
    of the refusal again within an hour. A full disk is logged: it stops the sale by itself."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._saved: _Saved | None = None
        self._from_ms: Millis | None = None
        """Monotonic time at which ``lasted_ms`` was right; None: not looked at in this run."""
        try:
            self._saved = msgspec.json.decode(path.read_bytes(), type=_Saved)
        except FileNotFoundError:
            pass
        except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
            _log.warning("refusal_unreadable", reason=str(error))

    @property
    def why(self) -> str | None:
        """What the cloud said when it began to refuse, or None: it takes what is brought."""
        return None if self._saved is None else self._saved.why

    def begin(self, why: str, now_ms: Millis) -> None:
        """The cloud refuses from now on."""
        self._from_ms = now_ms
        self._save(_Saved(why, 0, None))

    def end(self) -> None:
        """The cloud takes what is brought again."""
        self._saved = None
        try:
            durable.remove(self._path)
        except OSError as error:
            _log.warning("refusal_not_kept", reason=str(error))

    def lasted_ms(self, now_ms: Millis, wall: WallTime) -> int:
        """Return for how long at least it has been refused, in milliseconds; 0 when it is not."""
        saved = self._saved
        if saved is None:
            return 0
        if self._from_ms is None:
            self._from_ms = now_ms
        ran_ms = now_ms - self._from_ms
        lasted_ms = saved.lasted_ms + ran_ms
        since_ms = saved.since_ms
        if wall.quality == "S" and wall.utc_ms is not None:
            since_ms = wall.utc_ms - lasted_ms if since_ms is None else since_ms
            lasted_ms = max(lasted_ms, wall.utc_ms - since_ms)
        if ran_ms >= SAVE_EVERY_MS or since_ms != saved.since_ms:
            self._from_ms = now_ms
            self._save(_Saved(saved.why, lasted_ms, since_ms))
        return lasted_ms

    def _save(self, saved: _Saved) -> None:
        self._saved = saved
        try:
            durable.replace(self._path, msgspec.json.encode(saved))
        except OSError as error:
            _log.warning("refusal_not_kept", reason=str(error))
