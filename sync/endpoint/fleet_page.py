"""The page of the fleet: what waits for people, what is wrong for how long, every machine."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from sqlalchemy import Row

from kiosk.cloud import CompartmentReport
from sync.endpoint.adjudication import Held
from sync.endpoint.fleet import Condition, Fleet, Kiosk
from sync.endpoint.page import (
    Column,
    clock_time,
    english,
    material,
    money,
    outcome,
    section,
    table,
    weight,
)

_STATES = {
    "open": ("可用", "open"),
    "full": ("已满", "full"),
    "faulty": ("故障", "faulty"),
    "closed": ("关闭", "closed"),
    "closed_by_operator": ("运营方关闭", "closed by the operator"),
}
_POWER = {
    "under_voltage": ("供电不足", "supply too weak"),
    "throttled": ("降频运行", "slowed down"),
}
_WAITING = (Column("等待人工处理", "Waits for people"), Column("数量", "How many", "n"))
_WRONG = (
    Column("机器", "Machine"),
    Column("位置", "Where"),
    Column("问题", "What is wrong"),
    Column("持续", "For", "n"),
)
_KIOSKS = (
    Column("机器", "Machine"),
    Column("站点", "Site", "w"),
    Column("最近联系", "Last seen"),
    Column("投口", "Compartments"),
    Column("未上传", "Backlog", "n"),
    Column("磁盘 MiB", "Disk", "n w"),
    Column("温度", "°C", "n w"),
    Column("时钟", "Clock", "w"),
    Column("版本", "Version", "w"),
)
_HELD = (
    Column("等待", "Waiting", "n"),
    Column("单号", "Receipt", "c"),
    Column("机器", "Machine"),
    Column("材料", "Material"),
    Column("公斤", "kg", "n"),
    Column("原因", "Reason"),
    Column("账本/序号", "Ledger/number", "c w"),
)
_PARTS = (
    Column("投口", "Compartment"),
    Column("材料", "Material"),
    Column("状态", "State"),
    Column("公斤", "kg", "n"),
    Column("占用", "Fill", "n"),
    Column("预计装满", "Full in", "n"),
    Column("门", "Door"),
    Column("秤", "Scale"),
    Column("故障", "Faults"),
)
_DEPOSITS = (
    Column("收到", "Received"),
    Column("单号", "Receipt", "c"),
    Column("材料", "Material"),
    Column("公斤", "kg", "n"),
    Column("金额", "Amount", "n m"),
    Column("结果", "Outcome"),
)

_BAGS = (
    Column("收到", "Received"),
    Column("投口", "Compartment"),
    Column("编号", "Bag", "c"),
    Column("次数", "Deposits", "n"),
    Column("账本公斤", "By the books, kg", "n"),
    Column("公斤", "Weighed, kg", "n"),
    Column("差", "Off, kg", "n"),
    Column("站点公斤", "Station, kg", "n"),
)


def part(fleet: Fleet, held: Sequence[Held]) -> str:
    """Return what changes of the fleet's page."""
    wrong = sorted(
        (one for kiosk in fleet.kiosks for one in kiosk.conditions), key=lambda one: one.since_ms
    )
    return "".join(
        (
            section("待办", "To do", "todo", table(_WAITING, _waiting(fleet))),
            section("问题", "What is wrong", "wrong", table(_WRONG, _wrong(fleet.now_ms, wrong))),
            section("待核投递", "Held deposits", "held", table(_HELD, _held(fleet.now_ms, held))),
            section("机器", "Machines", "machines", table(_KIOSKS, _kiosks(fleet))),
        )
    )


def machine_part(
    fleet: Fleet, kiosk: Kiosk, deposits: Sequence[Row[Any]], bags: Sequence[Row[Any]]
) -> str:
    """Return what changes of one machine's page."""
    only = Fleet(fleet.now_ms, (kiosk,), 0, 0, 0, 0)
    wrong = table(_WRONG, _wrong(fleet.now_ms, kiosk.conditions))
    return "".join(
        (
            section("机器", "Machine", "machine", table(_KIOSKS, _kiosks(only))),
            section("问题", "What is wrong", "wrong", wrong),
            section("投口", "Compartments", "parts", table(_PARTS, _parts(kiosk))),
            section("最新投递", "Deposits", "deposits", table(_DEPOSITS, _deposits(deposits))),
            section("已收", "Bags collected", "bags", table(_BAGS, _bags(bags))),
        )
    )


def _waiting(fleet: Fleet) -> Iterable[tuple[str, ...]]:
    for chinese, text, count in (
        ("待核投递", "held deposits: kiosk endpoint held", fleet.held),
        ("换板待批", "boards to approve: kiosk endpoint boards", fleet.boards),
        ("未认领入账", "credits to claim: kiosk endpoint unclaimed", fleet.unclaimed),
        ("存疑记录", "suspect records", fleet.suspects),
        ("分叉记录", "forked records", fleet.forks),
        ("失联机器", "silent machines", sum(not one.online for one in fleet.kiosks)),
    ):
        if count:
            yield f"{chinese}{english(text)}", f'<span class="bad">{count}</span>'


def _wrong(now_ms: int, wrong: Iterable[Condition]) -> Iterable[tuple[str, ...]]:
    for one in wrong:
        kind, _, what = one.what.partition(":")
        told = _state(what) if kind == "state" else escape(what)
        if kind == "power" and what in _POWER:
            told = f"{_POWER[what][0]}{english(_POWER[what][1])}"
        where = escape(one.place) or f"整机{english('machine')}"
        yield _named(one.kiosk), where, told, age_text(now_ms - one.since_ms)


def _held(now_ms: int, held: Iterable[Held]) -> Iterable[tuple[str, ...]]:
    for one in held:
        row = one.row
        yield (
            age_text(now_ms - row.stored_ms),
            escape(row.receipt),
            _named(one.kiosk),
            material(row.material),
            weight(row.net_g),
            escape(row.reason or ""),
            f"{escape(one.ledger)}/{one.seq}",
        )


def _kiosks(fleet: Fleet) -> Iterable[tuple[str, ...]]:
    for one in fleet.kiosks:
        report = one.report
        seen = clock_time(one.seen_ms)
        yield (
            _named(one.kiosk),
            escape(one.site),
            seen if one.online else f'<span class="bad">{seen} 失联{english("silent")}</span>',
            " ".join(_short(part) for part in report.compartments),
            str(one.backlog),
            "—" if report.free_mib is None else str(report.free_mib),
            "—" if report.temperature_c is None else str(report.temperature_c),
            escape(report.clock or "—"),
            escape(one.version or "—"),
        )


def _parts(kiosk: Kiosk) -> Iterable[tuple[str, ...]]:
    for one in kiosk.report.compartments:
        yield (
            escape(one.id),
            material(one.material),
            _state("closed_by_operator" if one.closed_by_operator else one.state),
            weight(one.gross_g),
            "—" if one.full_percent is None else f"{one.full_percent} %",
            "—" if one.full_in_s is None else age_text(one.full_in_s * 1000),
            escape(one.door),
            escape(one.scale),
            escape(" ".join(one.faults)),
        )


def _deposits(rows: Iterable[Row[Any]]) -> Iterable[tuple[str, ...]]:
    for row in rows:
        yield (
            clock_time(row.stored_ms),
            escape(row.receipt),
            material(row.material),
            weight(row.net_g),
            money(row.amount_minor, row.currency),
            outcome(row.outcome),
        )


def _bags(rows: Iterable[Row[Any]]) -> Iterable[tuple[str, ...]]:
    for row in rows:
        off = row.difference_g
        css = "" if off is not None and abs(off) <= row.tolerance_g else ' class="bad"'
        yield (
            clock_time(row.stored_ms),
            escape(row.compartment),
            escape(row.bag),
            str(row.deposits),
            weight(row.sum_g),
            weight(row.removed_g),
            f"<span{css}>{weight(off)}</span>",
            weight(row.station_g),
        )


def _named(kiosk: str) -> str:
    return f'<a href="/fleet/{quote(kiosk, safe="")}">{escape(kiosk)}</a>'


def _short(part: CompartmentReport) -> str:
    return f"{material(part.material)} {_state(part.state)}"


def _state(state: str) -> str:
    chinese, text = _STATES.get(state, (state, ""))
    css = "" if state == "open" else ' class="bad"'
    return f"<span{css}>{escape(chinese)}{english(text) if text else ''}</span>"


def age_text(ms: int) -> str:
    """Write how long something lasts, in the two largest units."""
    minutes = max(0, ms) // 60_000
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
