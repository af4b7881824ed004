"""What a Mettler-Toledo balance prints when its print key is pressed (captures of an MS204TS).

    [sequence] N       0.3747 g       N net, G gross, T tare; CR LF

Not MT-SICS: no stability is said, so the host must derive it (M-32). The line is printed once per
key press; use ``mt-sics`` where the balance answers.
"""

import re
from decimal import Decimal

from drivers.scale.decoded import Decoded, Other, Weight
from drivers.scale.line_dialect import NOT_A_MASS, LineDialect

# Only units no other unit begins with: "g" of a cut "gn" (grain) would be another mass.
_LINE = re.compile(
    rb" *(?:\d{1,5} +)?(?P<mode>[NGBT]) +(?P<number>-?\d{1,9}(?:\.\d{1,6})?)"
    rb" (?P<unit>kg|g|mg|t|lb|oz|ct|PCS|%) *"
)


class MtPrint(LineDialect):
    """Decoder of printed lines; nothing is asked."""

    def __init__(self) -> None:
        super().__init__(decode)


def decode(line: bytes) -> Decoded:
    """Decode one line without its terminator."""
    match = _LINE.fullmatch(line)
    if match is None:
        return Other("reject", line)
    unit = match["unit"].decode("ascii").lower()
    if kind := NOT_A_MASS.get(unit):
        return Other(kind, line)
    if match["mode"] == b"T":
        # The tare alone: it says nothing about the load.
        return Other("info", line)
    return Weight(
        weight=Decimal(match["number"].decode("ascii")),
        unit=unit,
        stable=None,
        net=match["mode"] == b"N",
        raw=line,
    )
