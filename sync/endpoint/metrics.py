"""The fleet in Prometheus' text format (exposition format 0.0.4)."""

from collections.abc import Iterable

from kiosk.cloud import CompartmentReport, MachineReport
from kiosk.exposition import Sample, page
from sync.endpoint.fleet import Fleet

_HELP = {
    "kiosk_online": "1 when the machine was heard of lately",
    "kiosk_seen_seconds": "seconds since it was heard of",
    "kiosk_backlog_records": "records it has and the books do not",
    "kiosk_acked_records": "records of its newest ledger in the books",
    "kiosk_free_mebibytes": "room on its disk",
    "kiosk_clock_synchronised": "1 when its time is of quality S",
    "kiosk_event_counter": "changes of parameters of weight and money; never goes back",
    "kiosk_temperature_celsius": "of its board",
    "kiosk_under_voltage": "1 when its supply is too weak now",
    "kiosk_throttled": "1 when it runs slower than it could now",
    "kiosk_compartment_open": "1 when it is offered",
    "kiosk_compartment_full_percent": "how much of the mass it takes is in it, bag included",
    "kiosk_compartment_full_in_seconds": "when it will be full if people go on as in the last days",
    "kiosk_compartment_gross_grams": "what stands on the scale, bag included",
    "kiosk_condition_seconds": "how long something has been wrong",
    "endpoint_held_deposits": "deposits that wait for a decision",
    "endpoint_suspect_records": "records nobody could read",
    "endpoint_forked_records": "records whose number was taken",
    "endpoint_pending_boards": "ledgers on other boards that wait for approval",
    "endpoint_unclaimed_credits": "credits to phone numbers that nobody claimed",
}


def write(fleet: Fleet) -> str:
    """Return the page a Prometheus server reads."""
    return page(_HELP, _samples(fleet))


def _samples(fleet: Fleet) -> Iterable[Sample]:
    for one in fleet.kiosks:
        labels = {"kiosk": one.kiosk, "site": one.site}
        report = one.report
        yield "kiosk_online", labels, int(one.online)
        yield "kiosk_seen_seconds", labels, max(0, fleet.now_ms - one.seen_ms) // 1000
        yield "kiosk_backlog_records", labels, one.backlog
        yield "kiosk_acked_records", labels, one.acked_through
        if report.free_mib is not None:
            yield "kiosk_free_mebibytes", labels, report.free_mib
        if report.clock:
            yield "kiosk_clock_synchronised", labels, int(report.clock == "S")
            yield "kiosk_event_counter", labels, report.event_counter
        yield from _board(labels, report)
        for part in report.compartments:
            yield from _part(labels | {"compartment": part.id, "material": part.material}, part)
        for wrong in one.conditions:
            what = labels | {"compartment": wrong.place, "what": wrong.what}
            yield "kiosk_condition_seconds", what, (fleet.now_ms - wrong.since_ms) // 1000
    yield "endpoint_held_deposits", {}, fleet.held
    yield "endpoint_suspect_records", {}, fleet.suspects
    yield "endpoint_forked_records", {}, fleet.forks
    yield "endpoint_pending_boards", {}, fleet.boards
    yield "endpoint_unclaimed_credits", {}, fleet.unclaimed


def _board(labels: dict[str, str], report: MachineReport) -> Iterable[Sample]:
    for name, value in (
        ("kiosk_temperature_celsius", report.temperature_c),
        ("kiosk_under_voltage", report.under_voltage),
        ("kiosk_throttled", report.throttled),
    ):
        if value is not None:
            yield name, labels, int(value)


def _part(where: dict[str, str], part: CompartmentReport) -> Iterable[Sample]:
    yield "kiosk_compartment_open", where, int(part.state == "open")
    for name, value in (
        ("kiosk_compartment_gross_grams", part.gross_g),
        ("kiosk_compartment_full_percent", part.full_percent),
        ("kiosk_compartment_full_in_seconds", part.full_in_s),
    ):
        if value is not None:
            yield name, where, value
