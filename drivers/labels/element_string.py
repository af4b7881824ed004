"""GS1 element strings: identifiers and values in a row (General Specifications 7.8).

A value of predefined length needs no separator after it, but one there is tolerated; every other
value ends at the next separator or with the data.
"""

from drivers.labels.identifiers import leading
from drivers.labels.label import LabelError

GS = "\x1d"
"""FNC1 as it is transmitted."""


def parse(data: str, separators: str = GS) -> dict[str, str]:
    """Values by identifier, in order. Raises LabelError naming the first that is wrong."""
    rest = data.removeprefix(GS)
    if not rest:
        raise LabelError("empty GS1 data")
    found: dict[str, str] = {}
    while rest:
        identifier = leading(rest)
        rest = rest[len(identifier.number) :]
        ends = [at for mark in separators if (at := rest.find(mark)) >= 0]
        end = min(ends, default=len(rest))
        if identifier.length is not None:
            end = min(identifier.length, end)
        value, rest = rest[:end], rest[end:]
        identifier.check(value)
        if found.setdefault(identifier.number, value) != value:
            raise LabelError(f"AI {identifier.number} stands twice with different values")
        if rest and rest[0] in separators:
            rest = rest[1:]
    return found
