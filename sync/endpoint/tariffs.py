"""Tariffs as people edit them: a draft is checked, compared, and carried to where it is signed.

The server need not hold the root key: it makes the document that is to be signed, as a file, and
takes the signed one back. What somebody else published meanwhile is noticed by the version.
"""

import difflib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.documents import DOCUMENT_TYPE, Document, Tariff
from kiosk.envelope import TrustError, unseal
from kiosk.errors import KioskError
from sync.endpoint import prices
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import SLOW_CLOCK_MS, Profile
from sync.endpoint.tables import documents, machines

NAME = "tariff"
AHEAD_MS_MAX = 366 * 24 * 3600 * 1000
"""Whoever plans further ahead has mistyped the year."""

_decoder = msgspec.json.Decoder(Document)


class Words(NamedTuple):
    """The same in Chinese and in English."""

    chinese: str
    english: str


class DraftError(KioskError):
    """What was filled in, or brought back signed, cannot be published; each mistake in words."""

    def __init__(self, *mistakes: Words) -> None:
        super().__init__("; ".join(one.english for one in mistakes))
        self.mistakes = mistakes


class WishedRow(NamedTuple):
    """One line of the form. ``how``: ``kg``, ``piece`` or empty for a material not taken."""

    material: str
    price: str
    how: str


@dataclass(frozen=True, slots=True)
class Wish:
    """The form as it was filled in."""

    scope: str
    valid_from: str
    """Like 2026-12-01T00:00 in the server's time; empty: at once."""
    rows: tuple[WishedRow, ...]


@dataclass(frozen=True, slots=True)
class Running:
    """What a draft is measured against."""

    tariff: Tariff | None
    """The newest for the wished scope."""
    version: int
    """Of the tariff above; 0: there is none."""
    newest: int
    """Highest version of any scope: the next one is higher."""
    scopes: tuple[str, ...]


class Difference(NamedTuple):
    """How a material is paid before and after: PriceE4, ``piece`` or None."""

    material: str
    before: int | str | None
    after: int | str | None

    @property
    def is_steep(self) -> bool:
        """More than twice or less than half: perhaps the decimal point slipped."""
        old, new = self.before, self.after
        if not isinstance(old, int) or not isinstance(new, int) or not old:
            return False
        return new > 2 * old or 2 * new < old


def open_tariff(envelope: bytes, root_public: bytes) -> Document:
    """Return a signed tariff. Raises TrustError for anything else."""
    payload = unseal(envelope, DOCUMENT_TYPE, (root_public,))
    try:
        return read_tariff(payload)
    except EndpointError as error:
        raise TrustError(str(error)) from error


def read_tariff(payload: bytes) -> Document:
    """Return a tariff that is not signed yet, or no more. Raises EndpointError."""
    try:
        document = _decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EndpointError(f"this is no document: {error}") from error
    if document.name != NAME or not isinstance(document.body, Tariff):
        raise EndpointError(f"this is a document named {document.name[:40]!r}, not a tariff")
    return document


async def running(
    connection: AsyncConnection, root_public: bytes, scope: str, signed: int
) -> Running:
    """Read what a draft for a scope is measured against.

    ``signed``: the highest version on the desk, which may hold from tomorrow on only.
    """
    of = documents.c
    newest = (
        await connection.execute(select(func.max(of.version)).where(of.name == NAME))
    ).scalar_one()
    wider = {scope, "*"}
    if scope.startswith("kiosk:"):
        site = select(machines.c.site).where(machines.c.kiosk == scope.partition(":")[2])
        wider |= {f"site:{one}" for one in (await connection.execute(site)).scalars()}
    query = select(of.envelope).where(of.name == NAME, of.scope.in_(sorted(wider)))
    found = (await connection.execute(query.order_by(of.version.desc()).limit(1))).scalar()
    document = None if found is None else open_tariff(bytes(found), root_public)
    places = (await connection.execute(select(machines.c.site, machines.c.kiosk))).all()
    scopes = {f"site:{row.site}" for row in places} | {f"kiosk:{row.kiosk}" for row in places}
    return Running(
        document.body if document is not None and isinstance(document.body, Tariff) else None,
        0 if document is None else document.version,
        max(newest or 0, signed),
        ("*", *sorted(scopes, reverse=True)),
    )


def draft(wish: Wish, against: Running, profile: Profile, now_ms: int) -> Document:
    """Return the document to be signed. Raises DraftError with every mistake there is."""
    mistakes: list[Words] = []
    per_kg: dict[str, int] = {}
    by_piece: list[str] = []
    for row in wish.rows:
        if mistake := _read_row(row, against.tariff, per_kg, by_piece):
            mistakes.append(mistake)
    if not per_kg and not by_piece and not mistakes:
        mistakes.append(Words("价目是空的", "a tariff needs one price at least"))
    if wish.scope not in against.scopes:
        said = wish.scope[:80]
        mistakes.append(Words(f"没有这个范围：{said}", f"there is no such scope: {said}"))
    not_before_ms = now_ms - SLOW_CLOCK_MS
    if wish.valid_from:
        try:
            not_before_ms = _moment_ms(wish.valid_from, now_ms)
        except ValueError as error:
            said = wish.valid_from[:40]
            mistakes.append(Words(f"生效时间不对：{said}", f"valid from {said}: {error}"))
    body = Tariff(profile.currency, profile.step_minor, per_kg, tuple(sorted(by_piece)))
    if not mistakes and not differences(against.tariff, body):
        mistakes.append(Words("与现行价目相同", "nothing differs from the tariff in force"))
    if mistakes:
        raise DraftError(*mistakes)
    return Document(NAME, wish.scope, against.newest + 1, not_before_ms, None, body)


def differences(before: Tariff | None, after: Tariff) -> tuple[Difference, ...]:
    """Return what changes, by material."""
    old, new = _paid(before), _paid(after)
    names = sorted(old.keys() | new.keys())
    found = (Difference(name, old.get(name), new.get(name)) for name in names)
    return tuple(one for one in found if one.before != one.after)


def check_signed(document: Document, newest: int, profile: Profile, now_ms: int) -> None:
    """Raise DraftError for a signed tariff that would do something else than it seems to."""
    if document.version <= newest:
        raise DraftError(
            Words(
                f"版本 {newest} 已经发布，这份是版本 {document.version}：请重新编辑并签名",
                f"version {newest} is published already and this is version {document.version}: "
                "edit and sign it again",
            )
        )
    body = document.body
    if isinstance(body, Tariff) and body.currency != profile.currency:
        raise DraftError(
            Words(
                f"货币是 {body.currency}，应为 {profile.currency}",
                f"its currency is {body.currency}, not {profile.currency}",
            )
        )
    if document.not_after_ms is not None and document.not_after_ms <= now_ms:
        raise DraftError(Words("这份价目已过期", "its validity has ended already"))


def file_name(document: Document, kind: str) -> str:
    """Return what its file is called: ``unsigned`` or ``signed``."""
    return f"{NAME}-{document.version:08d}.{kind}.json"


def _read_row(
    row: WishedRow, tariff: Tariff | None, per_kg: dict[str, int], by_piece: list[str]
) -> Words | None:
    """Put one line where it belongs, or return what is wrong with it."""
    material, price = row.material.strip(), row.price.strip()
    if not row.how or (not material and not price):
        return None
    if mistake := _wrong_name(material, tariff):
        return mistake
    if material in per_kg or material in by_piece:
        return Words(f"{material} 出现了两次", f"{material} is named twice")
    if row.how == "piece":
        if price:
            return Words(
                f"{material} 按件计价，不填每公斤单价",
                f"{material} is paid by the piece: leave its price per kilogram empty",
            )
        by_piece.append(material)
        return None
    try:
        per_kg[material] = prices.parse(price)
    except EndpointError as error:
        return Words(
            f"{material} 的单价读不懂：请写成 0.80 这样，最多四位小数", f"{material}: {error}"
        )
    return None


def _wrong_name(material: str, tariff: Tariff | None) -> Words | None:
    known = {*prices.MATERIALS, *_paid(tariff)}
    if material in known:
        return None
    said = material[:40]
    if not prices.is_name(material):
        return Words(f"材料名不对：{said}", f"{said!r} is no name: small letters, digits, - and _")
    if near := difflib.get_close_matches(material, sorted(known), 1):
        return Words(f"{said}：是不是 {near[0]}？", f"{said}: did you mean {near[0]}?")
    return None


def _paid(tariff: Tariff | None) -> dict[str, int | str]:
    if tariff is None:
        return {}
    return {**tariff.prices, **dict.fromkeys(tariff.by_piece, "piece")}


def _moment_ms(text: str, now_ms: int) -> int:
    """Read a time of the server's own clock. Raises ValueError saying what is wrong."""
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
        found_ms = int(moment.timestamp()) * 1000
    except (ValueError, OverflowError) as error:
        raise ValueError("write it like 2026-12-01T00:00") from error
    if found_ms < now_ms:
        raise ValueError("that is over; leave it empty for at once")
    if found_ms > now_ms + AHEAD_MS_MAX:
        raise ValueError("that is more than a year ahead")
    return found_ms
