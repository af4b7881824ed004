"""Documents whose time has not come: kept, to begin without a network (kiosk.trust keeps the file).

Also prices of a machine that does not know the day: tomorrow's come today.
"""

from collections.abc import Iterator, Mapping

from kiosk.clock import WallTime
from kiosk.documents import Document

Kept = tuple[bytes, Document]
"""An envelope, and what it holds."""


class Upcoming:
    """The newest of each name."""

    def __init__(self, kept: Mapping[str, Kept]) -> None:
        self._kept = dict(kept)

    def __bool__(self) -> bool:
        return bool(self._kept)

    def wants(self, document: Document) -> bool:
        """Whether it is newer than what is kept of its name."""
        kept = self._kept.get(document.name)
        return kept is None or kept[1].version < document.version

    def keep(self, envelope: bytes, document: Document) -> None:
        """Let it wait."""
        self._kept[document.name] = (envelope, document)

    def due(self, now: WallTime) -> Iterator[tuple[str, Kept]]:
        """Yield those whose time has come, and is not over, by a clock that claims to know."""
        if now.utc_ms is None or now.quality == "U":
            return
        for name, (envelope, document) in self._kept.items():
            over = document.not_after_ms is not None and now.utc_ms > document.not_after_ms
            if begins(document, now) and not over:
                yield name, (envelope, document)

    def without(self, adopted: Mapping[str, Kept]) -> "Upcoming":
        """What still waits when these are adopted."""
        return Upcoming(
            {
                name: kept
                for name, kept in self._kept.items()
                if name not in adopted or kept[1].version > adopted[name][1].version
            }
        )

    def envelopes(self) -> dict[str, bytes]:
        """What the file keeps."""
        return {name: envelope for name, (envelope, _) in self._kept.items()}


def begins(document: Document, now: WallTime) -> bool:
    """Whether its time has come; a clock that does not know keeps nothing back."""
    return now.utc_ms is None or now.quality == "U" or now.utc_ms >= document.not_before_ms
