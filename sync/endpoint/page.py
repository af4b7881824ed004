"""The page of books, drawn on the server: Chinese first, English beside it, everything escaped.

``web/books.otf`` is cut from the screen's Noto Sans SC to the characters of this file and ASCII
(a test says when one is missing), so the page reads well where no Chinese font is installed:

    pyftsubset ui/assets/fonts/NotoSansSC-Regular.otf --output-file=sync/endpoint/web/books.otf \
        --text-file=sync/endpoint/page.py --unicodes=20-7e,2014,2026 --layout-features=kern,tnum
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
_MATERIALS = {
    "paper": "纸类",
    "cardboard": "纸板",
    "plastic": "塑料",
    "metal": "金属",
    "textiles": "纺织品",
    "glass": "玻璃",
}


@dataclass(frozen=True, slots=True)
class _Column:
    """A heading and its style: ``n`` number, ``m`` money, ``c`` code, ``w`` on wide pages only."""

    chinese: str
    english: str
    css: str = ""


_DEPOSITS = (
    _Column("收到", "Received", "w"),
    _Column("单号", "Receipt", "c"),
    _Column("机器", "Machine", "w"),
    _Column("材料", "Material"),
    _Column("公斤", "kg", "n"),
    _Column("单价", "Price / kg", "n"),
    _Column("金额", "Amount", "n m"),
    _Column("结果", "Outcome"),
)
_TOTALS = (
    _Column("材料", "Material"),
    _Column("次数", "Deposits", "n"),
    _Column("公斤", "kg", "n"),
    _Column("金额", "Amount", "n m"),
)
_CREDITS = (
    _Column("序号", "No.", "w"),
    _Column("居民", "Resident", "c"),
    _Column("金额", "Amount", "n m"),
    _Column("单号", "Receipt", "c"),
    _Column("永久编号", "Permanent key", "c w"),
)
_MACHINES = (
    _Column("机器", "Machine"),
    _Column("站点", "Site"),
    _Column("已确认记录", "Records", "n"),
    _Column("最近联系", "Last seen"),
    _Column("版本", "Version", "w"),
)


def _allowed(kind: str, text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"{kind} 'sha256-{digest}'"


CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "connect-src 'self'",
        "font-src 'self'",
        "img-src data:",
        _allowed("script-src", _JS),
        _allowed("style-src", _CSS),
        # The demo shows this page inside its own, from another port of the same machine.
        "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*",
    )
)


def whole(books: Books, operator: str, *, embed: bool) -> str:
    """Return the page; ``embed`` leaves out the heading."""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>账本 Books</title><style>{_CSS}</style></head>"
        f'<body class="{"embed" if embed else "page"}">'
        f"<header><h1>账本{_english('Books of ' + operator)}</h1></header>"
        f"<main>{part(books)}</main><script>{_JS}</script></body></html>"
    )


def part(books: Books) -> str:
    """Return what changes: the page asks for it each second."""
    suspects = ""
    if books.suspects:
        suspects = (
            f"<p>存疑记录，不入账：{books.suspects}{_english('suspect records, not credited')}</p>"
        )
    return "".join(
        (
            _section("最新投递", "Deposits", "deposits", _table(_DEPOSITS, _deposits(books))),
            _section("已付合计", "Totals paid", "totals", _table(_TOTALS, _totals(books))),
            _section("入账", "Credits to residents", "credits", _table(_CREDITS, _credits(books))),
            _section("机器", "Machines", "machines", _table(_MACHINES, _machines(books))),
            suspects,
        )
    )


def _deposits(books: Books) -> Iterable[tuple[str, ...]]:
    for row in books.deposits:
        yield (
            _clock_time(row.stored_ms),
            escape(row.receipt),
            escape(row.kiosk),
            _material(row.material),
            _weight(row.net_g),
            price_text(PriceE4(row.price_e4)),
            _money(row.amount_minor, row.currency),
            _outcome(row.outcome),
        )


def _totals(books: Books) -> Iterable[tuple[str, ...]]:
    for row in books.totals:
        yield (
            _material(row.material),
            str(row.paid),
            _weight(int(row.net_g or 0)),
            _money(int(row.amount_minor), row.currency),
        )


def _credits(books: Books) -> Iterable[tuple[str, ...]]:
    for row in books.credits:
        yield (
            str(row.cursor),
            escape(row.subject),
            _money(row.amount_minor, row.currency),
            escape(row.receipt),
            escape(f"{row.ledger[:8]}…/{row.seq}"),
        )


def _machines(books: Books) -> Iterable[tuple[str, ...]]:
    for row in books.machines:
        yield (
            escape(row.kiosk),
            escape(row.site),
            str(row.acked_through),
            _clock_time(row.seen_ms),
            escape(row.version or "—"),
        )


def _section(chinese: str, english: str, name: str, table: str) -> str:
    return f'<section id="{name}"><h2>{chinese}{_english(english)}</h2>{table}</section>'


def _table(columns: tuple[_Column, ...], rows: Iterable[tuple[str, ...]]) -> str:
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
        return f'<p class="none">还没有{_english("None yet")}</p>'
    head = "".join(
        f'<th class="{column.css}">{column.chinese}{_english(column.english)}</th>'
        for column in columns
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _english(text: str) -> str:
    return f' <span lang="en">{escape(text)}</span>'


def _material(name: str) -> str:
    chinese = _MATERIALS.get(name)
    return f"{chinese}{_english(name)}" if chinese else escape(name)


def _outcome(name: str) -> str:
    chinese, english = _OUTCOMES.get(name, (name, ""))
    return f'<span class="outcome {escape(name)}">{escape(chinese)}{_english(english)}</span>'


def _weight(net_g: Any) -> str:
    return "—" if net_g is None else weight_text(Grams(net_g))


def _money(minor: int, currency: str) -> str:
    css = "" if minor else ' class="zero"'
    return f"<span{css}>{money_text(MinorUnits(minor))}</span> {_english(currency)}"


def _clock_time(utc_ms: int) -> str:
    """Time of day where the server stands."""
    return f"{datetime.fromtimestamp(utc_ms // 1000, UTC).astimezone():%m-%d %H:%M:%S}"
