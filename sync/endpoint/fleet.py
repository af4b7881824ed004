"""How the fleet does: last reports, what is wrong since when, who was not heard of."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Select, and_, delete, false, func, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.cloud import (
    CompartmentReport,
    MachineReport,
    PublicCompartment,
    PublicFleet,
    PublicKiosk,
)
from sync.endpoint.database import insert_new
from sync.endpoint.machines import Machine
from sync.endpoint.rows import UNCLAIMED
from sync.endpoint.tables import (
    adjudications,
    conditions,
    credits_,
    deposits,
    forks,
    ledgers,
    machines,
    records,
    reports,
)

SILENT_INTERVALS = 3
"""A machine that missed so many heartbeats is not there for anybody."""

COMPARTMENTS_MOST = 64
FAULTS_MOST = 64
FOR_MOST_S = 10 * 366 * 24 * 3600
"""Longer than this nothing has been wrong."""
_POWER = ("under_voltage", "throttled")


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is not as it should be. ``place`` empty: the machine."""

    kiosk: str
    place: str
    what: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class Kiosk:
    """One machine as the operator sees it."""

    kiosk: str
    site: str
    version: str
    seen_ms: int
    online: bool
    ledger: str
    head_seq: int
    acked_through: int
    report: MachineReport
    conditions: tuple[Condition, ...]

    @property
    def backlog(self) -> int:
        """Records the machine has and the books do not, as far as it said."""
        return max(0, self.head_seq - self.acked_through)


@dataclass(frozen=True, slots=True)
class Fleet:
    """Everything that a page or a monitor asks."""

    now_ms: int
    kiosks: tuple[Kiosk, ...]
    held: int
    suspects: int
    forks: int
    boards: int
    """Ledgers on other boards that wait for the operator."""
    unclaimed: int = 0
    """Credits to phone numbers that the operator has given to nobody yet."""


async def note(
    connection: AsyncConnection, machine: Machine, report: MachineReport, now_ms: int
) -> None:
    """Keep a machine's report, and since when what it complains of is so."""
    report = _bounded(report)
    row = {"kiosk": machine.kiosk, "report": msgspec.json.encode(report), "seen_ms": now_ms}
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    fresh = {name: row[name] for name in ("report", "seen_ms")}
    await connection.execute(
        make(reports)
        .values(row)
        .on_conflict_do_update(index_elements=[reports.c.kiosk], set_=fresh)
    )
    found = _wrong(report, now_ms)
    wrong = sorted(found)
    of = conditions.c
    still = or_(false(), *(and_(of.place == place, of.what == what) for place, what in wrong))
    await connection.execute(delete(conditions).where(of.kiosk == machine.kiosk, ~still))
    rows = [
        {"kiosk": machine.kiosk, "place": place, "what": what, "since_ms": found[place, what]}
        for place, what in wrong
    ]
    await insert_new(connection, conditions, rows)


async def read(connection: AsyncConnection, interval_s: int, now_ms: int) -> Fleet:
    """Look at all machines at once."""
    wrong: dict[str, list[Condition]] = {}
    for row in await connection.execute(select(conditions).order_by(conditions.c.since_ms)):
        found = Condition(row.kiosk, row.place, row.what, row.since_ms)
        wrong.setdefault(row.kiosk, []).append(found)
    silent_ms = SILENT_INTERVALS * interval_s * 1000
    kiosks = []
    for row in await connection.execute(_latest()):
        report = MachineReport()
        if row.report is not None:
            report = msgspec.json.decode(row.report, type=MachineReport)
        kiosks.append(
            Kiosk(
                kiosk=row.kiosk,
                site=row.site,
                version=row.version,
                seen_ms=row.seen_ms,
                online=now_ms - row.seen_ms <= silent_ms,
                ledger=row.ledger,
                head_seq=row.head_seq,
                acked_through=row.acked_through,
                report=report,
                conditions=tuple(wrong.get(row.kiosk, ())),
            )
        )
    return Fleet(now_ms, tuple(kiosks), **await _counts(connection))


def public(fleet: Fleet) -> PublicFleet:
    """What anybody may know: where, whether it works, what is full."""
    return PublicFleet(
        fleet.now_ms,
        tuple(
            PublicKiosk(
                kiosk=one.kiosk,
                site=one.site,
                online=one.online,
                seen_ms=one.seen_ms,
                compartments=tuple(
                    PublicCompartment(
                        part.material,
                        part.state if one.online else "unknown",
                        part.full_percent if one.online else None,
                    )
                    for part in one.report.compartments
                ),
            )
            for one in fleet.kiosks
        ),
    )


async def _counts(connection: AsyncConnection) -> dict[str, int]:
    undecided = (
        select(func.count())
        .select_from(deposits)
        .outerjoin(
            adjudications,
            and_(
                adjudications.c.kiosk == deposits.c.kiosk,
                adjudications.c.ledger == deposits.c.ledger,
                adjudications.c.seq == deposits.c.seq,
            ),
        )
        .where(deposits.c.outcome == "HELD", adjudications.c.seq.is_(None))
    )
    suspects = select(func.count()).select_from(records).where(text("suspect != ''"))
    pending = select(func.count()).select_from(ledgers).where(ledgers.c.state == "pending")
    asked = {
        "held": undecided,
        "suspects": suspects,
        "forks": select(func.count()).select_from(forks),
        "boards": pending,
        "unclaimed": select(func.count()).where(credits_.c.cursor == UNCLAIMED),
    }
    return {name: (await connection.execute(query)).scalar_one() for name, query in asked.items()}


def _latest() -> Select[Any]:
    of = ledgers.c
    newest = (
        select(of.kiosk, func.max(of.generation).label("generation"))
        .where(of.state == "accepted")
        .group_by(of.kiosk)
        .subquery()
    )
    return (
        select(machines, of.ledger, of.acked_through, reports.c.report)
        .join(newest, newest.c.kiosk == machines.c.kiosk)
        .join(ledgers, and_(of.kiosk == newest.c.kiosk, of.generation == newest.c.generation))
        .outerjoin(reports, reports.c.kiosk == machines.c.kiosk)
        .order_by(machines.c.kiosk)
    )


def _wrong(report: MachineReport, now_ms: int) -> dict[tuple[str, str], int]:
    """What is wrong where, and since when as far as the machine knows: it may have been off-line
    when it began."""
    found = {("", f"fault:{code}"): now_ms for code in report.faults}
    found |= {("", f"power:{name}"): now_ms for name in _POWER if getattr(report, name)}
    for part in report.compartments:
        found |= {(part.id, f"fault:{code}"): now_ms for code in part.faults}
        if part.state not in ("", "open"):
            state = "closed_by_operator" if part.closed_by_operator else part.state
            for_ms = min(max(part.for_s, 0), FOR_MOST_S) * 1000
            found[part.id, f"state:{state}"] = now_ms - for_ms
    return found


def _bounded(report: MachineReport) -> MachineReport:
    """A machine that has gone mad fills no table."""
    parts = tuple(_short(part) for part in report.compartments[:COMPARTMENTS_MOST])
    faults = tuple(code[:64] for code in report.faults[:FAULTS_MOST])
    return msgspec.structs.replace(report, compartments=parts, faults=faults)


def _short(part: CompartmentReport) -> CompartmentReport:
    return msgspec.structs.replace(
        part,
        id=part.id[:64],
        material=part.material[:64],
        state=part.state[:32],
        faults=tuple(code[:64] for code in part.faults[:FAULTS_MOST]),
    )
