"""The tariff's page: what is in force, the form, what would change, and what is wrong with it."""

from collections.abc import Iterable, Sequence
from html import escape

from kiosk.documents import Document, Tariff
from kiosk.money import price_text
from kiosk.units import PriceE4
from sync.endpoint.page import Column, clock_time, english, material, section, table
from sync.endpoint.prices import MATERIALS
from sync.endpoint.tariffs import Difference, Running, Wish, WishedRow, Words

BLANK_ROWS = 2
"""Lines for materials that nobody paid before."""

_HOW = (("kg", "按公斤", "by weight"), ("piece", "按件", "by the piece"), ("", "不收", "not taken"))
_FORM = (
    Column("材料", "Material"),
    Column("现行", "In force", "n"),
    Column("新单价 / 公斤", "New price / kg", "n"),
    Column("怎么算", "How it is paid"),
)
_DIFFERENCE = (
    Column("材料", "Material"),
    Column("现行", "In force", "n"),
    Column("之后", "After", "n"),
    Column("提醒", "Mind"),
)


def part(
    running: Running,
    wish: Wish,
    currency: str,
    *,
    mistakes: Sequence[Words] = (),
    drafted: Document | None = None,
    changes: Sequence[Difference] = (),
    told: Words | None = None,
    waiting: Sequence[Document] = (),
) -> str:
    """Return the page's body; every text of the form is escaped."""
    pieces = [_said(told), _wrong(mistakes), _waiting(waiting, drafted)]
    if drafted is not None:
        pieces.append(
            section("会改变的", "What changes", "changes", table(_DIFFERENCE, _changes(changes)))
        )
    pieces.append(
        section("编辑价目", "Edit the tariff", "edit", _form(running, wish, currency, drafted))
    )
    pieces.append(section("交回已签名的文件", "Bring the signed file back", "signed", _upload()))
    return "".join(pieces)


def wish_of(running: Running, scope: str) -> Wish:
    """Return the form as it stands before anybody changes it."""
    tariff = running.tariff or Tariff("CNY", 1, {})
    names = dict.fromkeys((*tariff.prices, *tariff.by_piece, *MATERIALS))
    rows = [WishedRow(name, _price(tariff, name), _how(tariff, name)) for name in sorted(names)]
    return Wish(scope, "", (*rows, *(WishedRow("", "", "kg"),) * BLANK_ROWS))


def _form(running: Running, wish: Wish, currency: str, drafted: Document | None) -> str:
    version = running.version or "—"
    told = f"现行版本 {version}，货币 {escape(currency)}"
    rows = table(_FORM, _rows(running, wish))
    download = (
        f'<button name="do" value="download">下载待签文件{english("Download to sign")}</button>'
        if drafted is not None
        else ""
    )
    return (
        f'<form method="post" action="/tariff"><p>{told}'
        f"{english(f'version {version} in force, in {currency}')}</p>"
        f'<p><label>范围{english("Scope")} <select name="scope">'
        f"{_options(running.scopes, wish.scope)}</select></label> "
        f'<label>生效时间{english("Valid from, empty: at once")} <input name="valid_from" '
        f'type="datetime-local" value="{escape(wish.valid_from)}"></label></p>{rows}'
        f'<p><button name="do" value="compare">比较{english("Compare")}</button> {download}</p>'
        "</form>"
    )


def _rows(running: Running, wish: Wish) -> Iterable[tuple[str, ...]]:
    tariff = running.tariff or Tariff("CNY", 1, {})
    for row in wish.rows:
        name = escape(row.material)
        known = row.material in MATERIALS or row.material in (*tariff.prices, *tariff.by_piece)
        kind = "hidden" if known else "text"
        price = escape(row.price)
        field = f'<input type="{kind}" name="material" value="{name}" maxlength="32">'
        options = "".join(
            f'<option value="{value}"{" selected" * (value == row.how)}>{chinese} {text}</option>'
            for value, chinese, text in _HOW
        )
        yield (
            (material(row.material) if known else f"新材料{english('new')} ") + field,
            _price(tariff, row.material) or ("按件" if row.material in tariff.by_piece else "—"),
            f'<input name="price" inputmode="decimal" maxlength="12" size="8" value="{price}">',
            f'<select name="how">{options}</select>',
        )


def _upload() -> str:
    steps = "kiosk endpoint sign ROOT.KEY FILE"
    return (
        f"<p>在保管私钥的电脑上签名{english('Sign it where the key is kept')}: "
        f"<code>{steps}</code></p>"
        '<form method="post" action="/tariff/signed" enctype="multipart/form-data">'
        '<input type="file" name="signed" required> '
        f"<button>验证并发布{english('Verify and publish')}</button></form>"
    )


def _changes(changes: Sequence[Difference]) -> Iterable[tuple[str, ...]]:
    for one in changes:
        notes = []
        if one.is_steep:
            notes.append(f'<span class="bad">检查小数点{english("check the decimal point")}</span>')
        if one.material not in MATERIALS and one.before is None:
            notes.append(f"屏幕上没有它的名称{english('no screen has a word for it')}")
        yield material(one.material), _told(one.before), _told(one.after), " ".join(notes)


def _waiting(waiting: Sequence[Document], drafted: Document | None) -> str:
    found = []
    for one in waiting:
        when = clock_time(one.not_before_ms)
        lost = ""
        if drafted is not None:
            lost = f"；发布新版本后它不再生效{english('a newer version takes its place for good')}"
        text = f"version {one.version} ({one.scope}) waits until {when}"
        found.append(
            f"<p>版本 {one.version}（{escape(one.scope)}）等到 {when} 生效{english(text)}{lost}</p>"
        )
    return "".join(found)


def _said(told: Words | None) -> str:
    return (
        "" if told is None else f'<p class="told">{escape(told.chinese)}{english(told.english)}</p>'
    )


def _wrong(mistakes: Sequence[Words]) -> str:
    found = "".join(f"<li>{escape(one.chinese)}{english(one.english)}</li>" for one in mistakes)
    return f'<ul class="bad" id="mistakes">{found}</ul>' if found else ""


def _options(values: Iterable[str], chosen: str) -> str:
    return "".join(
        f'<option value="{escape(value)}"{" selected" * (value == chosen)}>'
        f"{'全部 all' if value == '*' else escape(value)}</option>"
        for value in values
    )


def _told(paid: int | str | None) -> str:
    if paid is None:
        return f"不收{english('not taken')}"
    return price_text(PriceE4(paid)) if isinstance(paid, int) else f"按件{english('by the piece')}"


def _price(tariff: Tariff, name: str) -> str:
    return price_text(PriceE4(tariff.prices[name])) if name in tariff.prices else ""


def _how(tariff: Tariff, name: str) -> str:
    return "kg" if name in tariff.prices else "piece" if name in tariff.by_piece else ""
