"""Why a request is refused."""

from msgspec import Struct


class Problem(Struct, frozen=True, omit_defaults=True):
    """RFC 9457, media type application/problem+json."""

    type: str
    title: str
    status: int
    detail: str = ""
    expected_seq: int | None = None
    """409, gap: the record that comes first."""
    schemas: tuple[int, ...] = ()
    """426: what ``Batch.schema`` may be here."""
