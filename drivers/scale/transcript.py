"""Decoded frames in the words of the conformance files, for tools and tests (serial.md)."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from drivers.scale.decoded import Decoded, Dialect, Error, Other, Weight
from drivers.scale.host_requests import is_request

Words = dict[str, str | int | bool | None]
_NUMBER = re.compile(rb"(?P<digits>[+-]? *\d+(?:\.\d+)?) *,? *(?P<unit>[A-Za-z%]+) *\Z")
_TOLD_APART = ("reject", "ack", "probe_reply")
"""Kinds that an answer shares with a request: a Yaohua handshake is answered by itself."""


def transmission(dialect: str, make: Callable[[], Dialect], data: bytes) -> list[Words]:
    """Decode one whole transmission: its end ends a frame; what is rejected is left out."""
    decoder = make()
    frames = [*decoder.feed(data), *decoder.end()]
    plain = all(isinstance(one, Other) and one.kind in _TOLD_APART for one in frames)
    if plain and is_request(dialect, data):
        return [{"kind": "request"}]
    return understood(frames)


def understood(frames: Sequence[Decoded]) -> list[Words]:
    """All frames but the rejected ones."""
    return [words(one) for one in frames if not (isinstance(one, Other) and one.kind == "reject")]


def words(frame: Decoded) -> Words:
    """One frame; a weight has its digits as sent and null where the frame says nothing."""
    if isinstance(frame, Error):
        return {"kind": "error", "error": frame.name}
    if isinstance(frame, Other):
        return _other(frame)
    return _weight(frame)


def _other(frame: Other) -> Words:
    told: Words = {"kind": "info" if frame.kind == "power_on" else frame.kind}
    if frame.stable is not None:
        told["stable"] = frame.stable
    if frame.kind in ("count", "percent") and (number := _NUMBER.search(frame.raw)):
        digits = number["digits"].replace(b" ", b"").decode("ascii")
        value = Decimal(digits)
        count = int(value) if value == int(value) else f"{value:f}"
        told |= {frame.kind: count, "unit": number["unit"].decode("ascii")}
    return told


def _weight(frame: Weight) -> Words:
    told: Words = {
        "kind": "weight",
        "weight": f"{frame.weight:f}",
        "unit": frame.unit,
        "stable": frame.stable,
        "net": frame.net,
    }
    return told | {"expanded": True} if frame.expanded else told
