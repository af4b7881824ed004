"""GS1 Digital Link URIs, uncompressed (GS1 Digital Link Standard: URI Syntax 1.4)."""

from urllib.parse import parse_qsl, unquote, urlsplit

from drivers.labels.identifiers import find
from drivers.labels.label import LabelError

_QUALIFIERS = {
    "00": (),
    "01": ("22", "10", "21", "235"),
    "253": (),
    "255": (),
    "401": (),
    "402": (),
    "414": ("254", "7040"),
    "415": ("8020",),
    "417": ("7040",),
    "8003": (),
    "8004": ("7040",),
    "8006": ("22", "10", "21"),
    "8010": ("8011",),
    "8013": (),
    "8017": ("8019",),
    "8018": ("8019",),
}
"""Primary keys, and what may qualify each of them in the path, in this order (4.3)."""
_GTIN_LENGTHS = (8, 12, 13, 14)
_GTIN_KEYS = ("01", "02", "03")


def is_link(text: str) -> bool:
    """Whether it is a web address at all."""
    return text[:8].lower().startswith(("http://", "https://"))


def parse(text: str) -> dict[str, str]:
    """Values by identifier, primary key first. Raises LabelError for a link that names none."""
    if not text.isascii() or any(char <= " " for char in text):
        raise LabelError("a web address has no blanks and no characters beyond ASCII")
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise LabelError(f"not a web address: {error}") from error
    if not parts.netloc:
        raise LabelError("a web address without a host")
    found = _of_path(parts.path)
    # An identifier that is repeated counts by its last value (4.7).
    said = dict(parse_qsl(parts.query.replace(";", "&")))
    for number, value in said.items():
        if find(number) is not None:
            _add(found, number, value)
    return found


def _of_path(path: str) -> dict[str, str]:
    """The keys at the path's end; what stands before them is the web site's own (4.3)."""
    segments = path.rstrip("/").split("/")
    problem = LabelError("no primary identifier in path")
    for at in range(len(segments) - 2, -1, -1):
        if segments[at] not in _QUALIFIERS or (len(segments) - at) % 2:
            continue
        try:
            return _of_segments([unquote(one) for one in segments[at:]])
        except LabelError as error:
            # A batch may be called 01: look further to the left before giving up.
            problem = error
    raise problem


def _of_segments(segments: list[str]) -> dict[str, str]:
    key = segments[0]
    found: dict[str, str] = {}
    _add(found, key, segments[1])
    allowed = list(_QUALIFIERS[key])
    for number, value in zip(segments[2::2], segments[3::2], strict=True):
        if number not in allowed:
            raise LabelError(f"{number!r} does not qualify AI {key} here")
        del allowed[: allowed.index(number) + 1]
        _add(found, number, value)
    return found


def _add(found: dict[str, str], number: str, value: str) -> None:
    identifier = find(number)
    assert identifier is not None
    if number in _GTIN_KEYS and len(value) in _GTIN_LENGTHS:
        value = value.zfill(14)
    identifier.check(value)
    if found.setdefault(number, value) != value:
        raise LabelError(f"AI {number} stands twice with different values")
