"""The page of books, drawn on the server: Chinese first, English beside it, everything escaped."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from importlib import resources
from typing import Any

from kiosk.money import money_text, price_text, weight_text
from kiosk.units import Grams, MinorUnits, PriceE4
from sync.endpoint.books import Books

_CSS = resources.files("sync.endpoint").joinpath("books.css").read_text("utf-8")
_JS = resources.files("sync.endpoint").joinpath("books.js").read_text("utf-8")

_OUTCOMES = {
    "PAID": "已付 Paid",
    "UNPRICED": "未计价 Unpriced",
    "HELD": "待核 Held",
    "VOID": "作废 Void",
}
_MATERIALS = {
    "paper": "纸类",
    "cardboard": "纸板",
    "plastic": "塑料",
    "metal": "金属",
    "textiles": "纺织品",
    "glass": "玻璃",
}


def _allowed(kind: str, text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"{kind} 'sha256-{digest}'"


CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "connect-src 'self'",
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
        f"<header><h1>账本<small>Books of {escape(operator)}</small></h1></header>"
        f"<main>{part(books)}</main><script>{_JS}</script></body></html>"
    )


def part(books: Books) -> str:
    """Return what changes: the page asks for it each second."""
    return "".join(
        (
            _section("最新投递", "Deposits", "deposits", _deposits(books)),
            _section("合计", "Totals paid", "totals", _totals(books)),
            _section("入账", "Credits to residents", "credits", _credits(books)),
            _section("机器", "Machines", "machines", _machines(books)),
        )
    )


def _section(chinese: str, english: str, name: str, table: str) -> str:
    heading = f"<h2>{chinese}<small>{english}</small></h2>"
    return f'<section id="{name}">{heading}{table}</section>'


def _deposits(books: Books) -> str:
    heads = ("收到 Received", "单号 Receipt", "机器 Machine", "材料 Material")
    numbers = ("重量 Weight (kg)", "单价 Price / kg", "金额 Amount")
    rows = (
        (
            _cell(_clock_time(row.stored_ms)),
            _cell(row.receipt, "code"),
            _cell(row.kiosk),
            _cell(_material(row.material)),
            _cell(_weight(row.net_g), "n"),
            _cell(price_text(PriceE4(row.price_e4)), "n"),
            _cell(_money(row.amount_minor, row.currency), "n money"),
            _outcome(row.outcome),
        )
        for row in books.deposits
    )
    return _table((*heads, *numbers, "结果 Outcome"), rows, numeric=range(4, 7))


def _totals(books: Books) -> str:
    rows = (
        (
            _cell(_material(row.material)),
            _cell(str(row.paid), "n"),
            _cell(_weight(int(row.net_g or 0)), "n"),
            _cell(_money(int(row.amount_minor), row.currency), "n money"),
        )
        for row in books.totals
    )
    heads = ("材料 Material", "次数 Deposits", "重量 Weight (kg)", "金额 Amount")
    return _table(heads, rows, numeric=range(1, 4))


def _credits(books: Books) -> str:
    rows = (
        (
            _cell(str(row.cursor), "n"),
            _cell(row.subject, "code"),
            _cell(_money(row.amount_minor, row.currency), "n money"),
            _cell(row.receipt, "code"),
            _cell(f"{row.ledger[:8]}…/{row.seq}", "code"),
        )
        for row in books.credits
    )
    heads = ("序号 No.", "居民 Resident", "金额 Amount", "单号 Receipt", "永久编号 Permanent key")
    return _table(heads, rows, numeric=(0, 2))


def _machines(books: Books) -> str:
    rows = (
        (
            _cell(row.kiosk),
            _cell(row.site),
            _cell(f"{row.acked_through}", "n"),
            _cell(_clock_time(row.seen_ms)),
            _cell(row.version),
        )
        for row in books.machines
    )
    heads = ("机器 Machine", "站点 Site", "已确认 Records", "最近联系 Last seen", "版本 Version")
    table = _table(heads, rows, numeric=(2,))
    if books.suspects:
        table += f"<p>存疑记录 Suspect records, not credited: {books.suspects}</p>"
    return table


def _table(
    heads: Sequence[str], rows: Iterable[tuple[str, ...]], numeric: Iterable[int] = ()
) -> str:
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    if not body:
        return '<p class="none">还没有 None yet</p>'
    right = frozenset(numeric)
    head = "".join(
        f"<th{' class=n' if index in right else ''}>{text}</th>" for index, text in enumerate(heads)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(text: str, css: str = "") -> str:
    return f'<td class="{css}">{escape(text)}</td>'


def _outcome(name: str) -> str:
    words = escape(_OUTCOMES.get(name, name))
    return f'<td><span class="outcome {escape(name)}">{words}</span></td>'


def _material(name: str) -> str:
    chinese = _MATERIALS.get(name)
    return f"{chinese} {name}" if chinese else name


def _weight(net_g: Any) -> str:
    return "—" if net_g is None else weight_text(Grams(net_g))


def _money(minor: int, currency: str) -> str:
    return f"{money_text(MinorUnits(minor))} {currency}"


def _clock_time(utc_ms: int) -> str:
    """Time of day where the server stands."""
    return f"{datetime.fromtimestamp(utc_ms // 1000, UTC).astimezone():%m-%d %H:%M:%S}"
