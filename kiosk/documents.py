"""Documents: what the operator decides for its machines, signed under the operator's root key.

Prices, token issuers and contacts reach a machine only so. A document carries a name, a scope, a
version that must rise and a validity; the controller checks all of it before it takes effect, and
the cloud agent that carries it is not trusted (architecture.md, "Keys and trust").
"""

import re
from collections.abc import Container
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Meta, Struct

from kiosk.clock import WallTime, utc_text
from kiosk.envelope import TrustError, seal, unseal
from kiosk.language import CODE

DOCUMENT_TYPE = "application/vnd.kiosk.document+json"

PublicKey = Annotated[bytes, Meta(min_length=32, max_length=32)]
PriceE4 = Annotated[int, Meta(ge=0, le=100_000_000)]
Version = Annotated[int, Meta(ge=1)]
Text = Annotated[str, Meta(max_length=200)]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
LedgerId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Scope = Annotated[str, Meta(pattern=r"^(\*|(site|kiosk):[^\s]{1,64})$")]
LanguageCode = Annotated[str, Meta(pattern=f"^{CODE}$")]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Names = Annotated[dict[LanguageCode, Name], Meta(min_length=1, max_length=20)]
"""What something is called, by language; other languages take the nearest (kiosk.language)."""


class Tariff(Struct, frozen=True, forbid_unknown_fields=True, tag="tariff"):
    """What a material is worth: 1/10 000 of the currency's major unit per kilogram."""

    currency: Currency
    step_minor: Annotated[int, Meta(ge=1, le=1000)]
    """Amounts are rounded half up to this many minor units (M-12)."""
    prices: dict[str, PriceE4]
    by_piece: tuple[str, ...] = ()
    """Materials paid per piece by barcode instead (M-29), at the prices of ``products``."""


class Issuers(Struct, frozen=True, forbid_unknown_fields=True, tag="issuers"):
    """Who may issue residents' tokens (kiosk.tokens)."""

    keys: tuple[PublicKey, ...]


class EndpointKeys(Struct, frozen=True, forbid_unknown_fields=True, tag="endpoint_keys"):
    """Who may sign acknowledgements (kiosk.cloud.Mark)."""

    keys: tuple[PublicKey, ...]


class Phones(Struct, frozen=True, forbid_unknown_fields=True):
    """Residents may type a phone number; it is sealed to this key at once (kiosk.subjects)."""

    key: PublicKey
    """The operator's X25519 public key; its private half is on no server and no machine."""
    pattern: Annotated[str, Meta(min_length=1, max_length=100)] = "1[3-9][0-9]{9}"
    """What a whole number looks like; the default is a Chinese mobile number."""
    digits_max: Annotated[int, Meta(ge=3, le=15)] = 11

    def __post_init__(self) -> None:
        """Raises ValueError for a pattern that no machine could use."""
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"the pattern of phone numbers is none: {error}") from error


Cap = Annotated[int, Meta(ge=1, le=100_000_000)]


class Caps(Struct, frozen=True, forbid_unknown_fields=True):
    """What one person may do a day; None: as much as they like. Looked at before a door opens,
    never afterwards, so the deposit that passes a cap is still paid whole (M-30)."""

    deposits: Cap | None = None
    grams: Cap | None = None
    minor: Cap | None = None
    """Minor units of the tariff's currency."""
    utc_offset_min: Annotated[int, Meta(ge=-720, le=840)] = 480
    """Where a day begins: 480 is China's."""


class Neighbour(Struct, frozen=True, forbid_unknown_fields=True):
    """Another machine in walking distance."""

    place_zh: Text
    place_en: Text
    distance_m: Annotated[int, Meta(ge=1, le=100_000)]


class Neighbours(Struct, frozen=True, forbid_unknown_fields=True, tag="neighbours"):
    """Where else a resident may go when this machine takes nothing."""

    machines: Annotated[tuple[Neighbour, ...], Meta(max_length=20)]


class Effect(Struct, frozen=True, forbid_unknown_fields=True):
    """What taking things back avoids, as the operator states it: no factor is ours to know."""

    co2e_g_per_kg: dict[str, Annotated[int, Meta(ge=0, le=100_000)]]
    """Grams of CO2 equivalent that a kilogram avoids, by material; others count nothing."""
    source: Names
    """Who says so: shown among the machine's particulars."""
    car_g_per_km: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    """What a car emits on a kilometre, by the same source: with it the effect is also told as
    kilometres not driven. None: in kilograms alone."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True, tag="settings"):
    """What the machine says of itself, and what it offers."""

    operator: Text
    contact: Text
    donation_allowed: bool
    site_name_zh: Text
    site_name_en: Text
    phones: Phones | None = None
    """None: no phone numbers are taken."""
    caps: Caps | None = None
    refused_days: Annotated[int, Meta(ge=0, le=3650)] = 30
    """So long a machine that the cloud refuses (401, 403) goes on with deposits; 0: for ever."""
    effect: Effect | None = None
    """None: the machine says nothing of what is saved."""
    materials: Annotated[dict[str, Names], Meta(max_length=100)] = {}
    """What the operator calls a material, in the place of the screen's own word for it."""


class Products(Struct, frozen=True, forbid_unknown_fields=True, tag="products"):
    """Which product list is in force (kiosk.products): the list itself travels as a blob."""

    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, Meta(ge=1, le=64 << 20)]
    """Bytes of the list, known before they are fetched."""


class Adjudication(Struct, frozen=True, forbid_unknown_fields=True):
    """What the operator decided, once and for good, about one HELD deposit (cloud.md)."""

    ledger: LedgerId
    seq: Annotated[int, Meta(ge=1)]
    """Of the deposit's record."""
    hash: Sha256
    """Of that record's bytes: what was decided about."""
    amount_minor: Annotated[int, Meta(ge=0, le=100_000_000)]
    """What is credited, by the cloud alone; 0: the deposit is rejected."""
    currency: Currency
    who: Annotated[str, Meta(min_length=1, max_length=100)]
    why: Annotated[str, Meta(min_length=1, max_length=200)]
    decided_ms: int


class Adjudications(Struct, frozen=True, forbid_unknown_fields=True, tag="adjudications"):
    """Decisions about one machine's deposits that it has not closed by corrections yet."""

    decided: Annotated[tuple[Adjudication, ...], Meta(max_length=1000)]


Body = Products | Tariff | Issuers | EndpointKeys | Settings | Adjudications | Neighbours


class Document(Struct, frozen=True, forbid_unknown_fields=True):
    """payload of a document's envelope. Times are milliseconds since 1970 UTC."""

    name: str
    """The kind of its body: ``tariff``, ``issuers``, ``endpoint_keys``, ``settings``,
    ``products``, ``adjudications`` or ``neighbours``."""
    scope: Scope
    """``*``, ``site:<site>`` or ``kiosk:<kiosk>``."""
    version: Version
    """Strictly rising per name, so that an old price cannot be played back."""
    not_before_ms: int
    not_after_ms: int | None
    body: Annotated[Body, Meta(description="told apart by its field `type`")]


_decoder = msgspec.json.Decoder(Document)


def issue(document: Document, root_key: Ed25519PrivateKey) -> bytes:
    """Sign a document; returns its envelope. Raises TrustError for one no machine would read."""
    payload = msgspec.json.encode(document)
    _read(payload)
    return seal(DOCUMENT_TYPE, payload, root_key)


def check(
    envelope: bytes,
    root_public: bytes,
    *,
    kiosk: str,
    site: str,
    now: WallTime,
    adopted: int | None,
    early: bool = False,
) -> Document:
    """Return a document this machine may adopt. Raises TrustError naming what is wrong.

    ``adopted`` is the version in force of the same name, or None. A lower version is refused; for
    an equal one the caller compares the bytes, since only it knows those in force. Validity is
    judged only by a clock that claims to know (S, R or I). ``early``: it may begin later.
    """
    document = _read(unseal(envelope, DOCUMENT_TYPE, (root_public,)))
    said = f"{document.name} version {document.version}"
    if document.scope not in ("*", f"site:{site}", f"kiosk:{kiosk}"):
        raise TrustError(f"{said} is for {document.scope}, not for {kiosk or 'this machine'}")
    if adopted is not None and document.version < adopted:
        raise TrustError(f"{said} is older than version {adopted}, which is in force")
    if now.utc_ms is not None and now.quality != "U":
        if now.utc_ms < document.not_before_ms and not early:
            raise TrustError(f"{said} is not valid before {_when(document.not_before_ms)}")
        if document.not_after_ms is not None and now.utc_ms > document.not_after_ms:
            raise TrustError(f"{said} was valid until {_when(document.not_after_ms)}")
    return document


def name_of(envelope: bytes, root_public: bytes) -> str:
    """Return which document an envelope holds, to find the version it must rise above.

    Raises TrustError when it is not signed by the root or cannot be read.
    """
    return _read(unseal(envelope, DOCUMENT_TYPE, (root_public,))).name


def unsettled(
    adjudications: Adjudications, settled: Container[tuple[str, int]]
) -> tuple[Adjudication, ...]:
    """Return the decisions that no ``correction`` has closed yet, in the order they were made.

    ``settled``: ledger and number of every deposit that has one. A decision may be about an
    earlier ledger of the same machine.
    """
    return tuple(one for one in adjudications.decided if (one.ledger, one.seq) not in settled)


def _read(payload: bytes) -> Document:
    try:
        document = _decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TrustError(f"not a document this version knows: {error}") from error
    kind = type(document.body).__struct_config__.tag
    if document.name != kind:
        raise TrustError(f"a document named {document.name!r} holds {kind!r}")
    return document


def _when(utc_ms: int) -> str:
    """A signed time may lie outside of what a calendar can write."""
    try:
        return utc_text(utc_ms)
    except (ValueError, OverflowError, OSError):
        return f"{utc_ms} ms"
