"""The page of books, drawn on the server: Chinese first, English beside it, everything escaped.

``web/books.otf`` is cut from the screen's Noto Sans SC to the characters of this file, of the
files named below and ASCII (a test says when one is missing), so the pages read well where no
Chinese font is installed:

    (cd sync/endpoint; cat page.py prices.py fleet_page.py tariff*.py) > letters.txt
    pyftsubset ui/assets/fonts/NotoSansSC-Regular.otf --output-file=sync/endpoint/web/books.otf \
        --text-file=letters.txt --unicodes=20-7e,2014,2026 --layout-features=kern,tnum
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib import resources
from typing import Any

from kiosk.money import money_text, price_text, weight_text
from kiosk.units import Grams, MinorUnits, PriceE4
from sync.endpoint.books import Books
from sync.endpoint.prices import MATERIALS
from sync.endpoint.rows import UNCLAIMED

_WEB = resources.files("sync.endpoint").joinpath("web")
_CSS = _WEB.joinpath("books.css").read_text("utf-8")
_JS = _WEB.joinpath("books.js").read_text("utf-8")
FONT = _WEB.joinpath("books.otf").read_bytes()

_OUTCOMES = {
    "PAID": ("已付", "Paid"),
    "UNPRICED": ("未计价", "Unpriced"),
    "HELD": ("待核", "Held"),
    "VOID": ("作废", "Void"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and its style: ``n`` number, ``m`` money, ``c`` code, ``w`` on wide pages only."""

    chinese: str
    english: str
    css: str = ""


_DEPOSITS = (
    Column("收到", "Received", "w"),
    Column("单号", "Receipt", "c"),
    Column("机器", "Machine", "w"),
    Column("材料", "Material"),
    Column("公斤", "kg", "n"),
    Column("单价", "Price / kg", "n"),
    Column("金额", "Amount", "n m"),
    Column("结果", "Outcome"),
)
_TOTALS = (
    Column("材料", "Material"),
    Column("次数", "Deposits", "n"),
    Column("公斤", "kg", "n"),
    Column("金额", "Amount", "n m"),
)
_CREDITS = (
    Column("序号", "No.", "w"),
    Column("居民", "Resident", "c"),
    Column("金额", "Amount", "n m"),
    Column("单号", "Receipt", "c"),
    Column("永久编号", "Permanent key", "c w"),
)
_MACHINES = (
    Column("机器", "Machine"),
    Column("站点", "Site"),
    Column("已确认记录", "Records", "n"),
    Column("最近联系", "Last seen"),
    Column("版本", "Version", "w"),
)


_NAV = " ".join(
    f'<a href="/{path}">{name}</a>'
    for path, name in (("books", "账本 Books"), ("fleet", "机群 Fleet"), ("tariff", "价目 Tariff"))
)


def _allowed(kind: str, text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"{kind} 'sha256-{digest}'"


def _policy(framed_by: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "font-src 'self'",
            "img-src data:",
            _allowed("script-src", _JS),
            _allowed("style-src", _CSS),
            f"frame-ancestors {framed_by}",
        )
    )


CONTENT_POLICY = _policy("'self' http://127.0.0.1:* http://localhost:*")
"""The demo shows the books inside its own page, from another port of the same machine."""

FORM_POLICY = _policy("'none'")
"""No other page may lay itself over a form."""


def frame(
    chinese: str, title: str, operator: str, body: str, *, embed: bool = False, live: bool = True
) -> str:
    """Return a whole page around what changes; ``body`` is HTML already.

    ``live``: it asks for its part each second; a form must not change below one's hands.
    """
    script = f"<script>{_JS}</script>" if live else ""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{chinese} {title}</title><style>{_CSS}</style></head>"
        f'<body class="{"embed" if embed else "page"}">'
        f"<header><h1>{chinese}{english(title + ' of ' + operator)}</h1><nav>{_NAV}</nav></header>"
        f"<main>{body}</main>{script}</body></html>"
    )


def part(books: Books) -> str:
    """Return what changes: the page asks for it each second."""
    suspects = ""
    if books.suspects:
        suspects = (
            f"<p>存疑记录，不入账：{books.suspects}{english('suspect records, not credited')}</p>"
        )
    return "".join(
        (
            section("最新投递", "Deposits", "deposits", table(_DEPOSITS, _deposits(books))),
            section("已付合计", "Totals paid", "totals", table(_TOTALS, _totals(books))),
            section("入账", "Credits to residents", "credits", table(_CREDITS, _credits(books))),
            section("机器", "Machines", "machines", table(_MACHINES, _machines(books))),
            suspects,
        )
    )


def _deposits(books: Books) -> Iterable[tuple[str, ...]]:
    for row in books.deposits:
        yield (
            clock_time(row.stored_ms),
            escape(row.receipt),
            escape(row.kiosk),
            material(row.material),
            weight(row.net_g),
            price_text(PriceE4(row.price_e4)),
            money(row.amount_minor, row.currency),
            outcome(row.outcome),
        )


def _totals(books: Books) -> Iterable[tuple[str, ...]]:
    for row in books.totals:
        yield (
            material(row.material),
            str(row.paid),
            weight(int(row.net_g or 0)),
            money(int(row.amount_minor), row.currency),
        )


def _credits(books: Books) -> Iterable[tuple[str, ...]]:
    for row in books.credits:
        claimed = row.cursor != UNCLAIMED
        yield (
            str(row.cursor) if claimed else "—",
            escape(row.subject) if claimed else f"未认领{english('unclaimed phone number')}",
            money(row.amount_minor, row.currency),
            escape(row.receipt),
            escape(f"{row.ledger[:8]}…/{row.seq}"),
        )


def _machines(books: Books) -> Iterable[tuple[str, ...]]:
    for row in books.machines:
        yield (
            escape(row.kiosk),
            escape(row.site),
            str(row.acked_through),
            clock_time(row.seen_ms),
            escape(row.version or "—"),
        )


def section(chinese: str, title: str, name: str, inside: str) -> str:
    """Draw a heading and what stands below it, HTML already."""
    return f'<section id="{name}"><h2>{chinese}{english(title)}</h2>{inside}</section>'


def table(columns: tuple[Column, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Draw rows whose cells are HTML already."""
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{column.css}">{cell}</td>'
            for column, cell in zip(columns, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    if not body:
        return f'<p class="none">还没有{english("None yet")}</p>'
    head = "".join(
        f'<th class="{column.css}">{column.chinese}{english(column.english)}</th>'
        for column in columns
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def english(text: str) -> str:
    """Draw the English beside the Chinese."""
    return f' <span lang="en">{escape(text)}</span>'


def material(name: str) -> str:
    """Draw a material by both its names."""
    chinese = MATERIALS.get(name)
    return f"{chinese}{english(name)}" if chinese else escape(name)


def outcome(name: str) -> str:
    """Draw an outcome in its colour."""
    chinese, text = _OUTCOMES.get(name, (name, ""))
    return f'<span class="outcome {escape(name)}">{escape(chinese)}{english(text)}</span>'


def weight(net_g: Any) -> str:
    """Draw grams as kilograms."""
    return "—" if net_g is None else weight_text(Grams(net_g))


def money(minor: int, currency: str) -> str:
    """Draw minor units with their currency."""
    css = "" if minor else ' class="zero"'
    return f"<span{css}>{money_text(MinorUnits(minor))}</span> {english(currency)}"


def clock_time(utc_ms: int) -> str:
    """Time of day where the server stands."""
    return f"{datetime.fromtimestamp(utc_ms // 1000, UTC).astimezone():%m-%d %H:%M:%S}"
