"""A dialect whose frames are lines and whose lines need no memory: most of them."""

from collections.abc import Callable, Mapping

from drivers.scale.decoded import Decoded, OtherKind
from drivers.scale.lines import LineCutter

NOT_A_MASS: Mapping[str, OtherKind] = {
    "pcs": "count",
    "pc": "count",
    "%": "percent",
}
"""Units, in lower case, that make a line something else than a weight."""


class LineDialect:
    """Cuts lines and decodes each by itself; the modules of the dialects derive from it."""

    def __init__(self, decode: Callable[[bytes], Decoded], request: bytes | None = None) -> None:
        """``decode`` takes one line without its terminator."""
        self.request = request
        self._decode = decode
        self._lines = LineCutter()

    def feed(self, data: bytes) -> list[Decoded]:
        """Take the next bytes and return what they completed."""
        return [self._decode(line) for line in self._lines.feed(data)]

    def end(self) -> list[Decoded]:
        """Take the end of a recorded transmission for the end of a line."""
        return [self._decode(line) for line in self._lines.end()]
