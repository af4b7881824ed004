"""Documents whose time has not come: kept, to begin without a network (kiosk.trust keeps the file).

Also prices of a machine that does not know the day: tomorrow's come today.
"""

from collections.abc import Iterable, Iterator, Mapping

from kiosk.clock import WallTime
from kiosk.documents import Document

Kept = tuple[bytes, Document]
"""An envelope, and what it holds."""


MOST = 4
"""So many versions of a name may wait: one for each change of prices that was announced."""


class Upcoming:
    """By name and version: the next tariff begins when this one ends, and then the one after."""

    def __init__(self, kept: Iterable[Kept] = ()) -> None:
        self._kept = {(one.name, one.version): (envelope, one) for envelope, one in kept}

    def __bool__(self) -> bool:
        return bool(self._kept)

    def has(self, document: Document) -> bool:
        """Whether it waits already."""
        return (document.name, document.version) in self._kept

    def keeping(self, envelope: bytes, document: Document) -> "Upcoming":
        """The same with one more; of too many of a name the oldest versions go."""
        kept = Upcoming([*self._kept.values(), (envelope, document)])
        mine = sorted(version for name, version in kept._kept if name == document.name)
        for version in mine[:-MOST]:
            del kept._kept[document.name, version]
        return kept

    def due(self, now: WallTime) -> Iterator[tuple[str, Kept]]:
        """Yield those whose time has come, and is not over, by a clock that claims to know."""
        if now.utc_ms is None or now.quality == "U":
            return
        for (name, _), (envelope, document) in sorted(self._kept.items()):
            over = document.not_after_ms is not None and now.utc_ms > document.not_after_ms
            if begins(document, now) and not over:
                yield name, (envelope, document)

    def without(self, adopted: Mapping[str, Kept]) -> "Upcoming":
        """What still waits when these are adopted."""
        return Upcoming(
            kept
            for (name, version), kept in self._kept.items()
            if name not in adopted or version > adopted[name][1].version
        )

    def envelopes(self) -> dict[str, bytes]:
        """What the file keeps."""
        return {f"{name}/{version}": kept[0] for (name, version), kept in self._kept.items()}


def begins(document: Document, now: WallTime) -> bool:
    """Whether its time has come; a clock that does not know keeps nothing back."""
    return now.utc_ms is None or now.quality == "U" or now.utc_ms >= document.not_before_ms
