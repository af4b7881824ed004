"""What a running controller says of itself, in Prometheus' text format (exposition 0.0.4).

For a collector on the machine itself; the operator's server has the whole fleet at /metrics.
"""

from collections.abc import Iterable

from kiosk.exposition import Sample, page
from kiosk.wire import CompartmentStatus, Status

_HELP = {
    "kiosk_records": "records of the ledger",
    "kiosk_backlog_records": "records that the cloud has not acknowledged",
    "kiosk_agent_attached": "1 when the cloud agent is connected",
    "kiosk_screen_attached": "1 when a screen is connected",
    "kiosk_free_mebibytes": "room on the disk",
    "kiosk_clock_synchronised": "1 when time is of quality S",
    "kiosk_event_counter": "changes of parameters of weight and money; never goes back",
    "kiosk_temperature_celsius": "of the board",
    "kiosk_under_voltage": "1 when the supply is too weak now",
    "kiosk_throttled": "1 when it runs slower than it could now",
    "kiosk_fault": "1 for every fault that is raised",
    "kiosk_compartment_open": "1 when it is offered",
    "kiosk_compartment_state_seconds": "how long it has been as it is",
    "kiosk_compartment_gross_grams": "what stands on the scale, bag included",
    "kiosk_compartment_full_percent": "how much of the mass it takes is in it, bag included",
    "kiosk_compartment_full_in_seconds": "when it will be full if people go on as in the last days",
}


def write(status: Status) -> str:
    """Return the page."""
    return page(_HELP, _samples(status))


def _samples(status: Status) -> Iterable[Sample]:
    yield "kiosk_records", {}, status.head_seq
    yield "kiosk_backlog_records", {}, status.head_seq - status.acked_through
    yield "kiosk_agent_attached", {}, int(status.agent_attached)
    yield "kiosk_screen_attached", {}, int(status.screen_attached)
    yield "kiosk_free_mebibytes", {}, status.free_mib
    yield "kiosk_clock_synchronised", {}, int(status.clock == "S")
    yield "kiosk_event_counter", {}, status.event_counter
    for name, value in (
        ("kiosk_temperature_celsius", status.temperature_c),
        ("kiosk_under_voltage", status.under_voltage),
        ("kiosk_throttled", status.throttled),
    ):
        if value is not None:
            yield name, {}, int(value)
    for fault in status.faults:
        yield "kiosk_fault", {"compartment": "", "fault": fault}, 1
    for one in status.compartments:
        yield from _compartment(one)


def _compartment(one: CompartmentStatus) -> Iterable[Sample]:
    where = {"compartment": one.id, "material": one.material}
    for fault in one.faults:
        yield "kiosk_fault", {"compartment": one.id, "fault": fault}, 1
    yield "kiosk_compartment_open", where, int(one.state == "open")
    yield "kiosk_compartment_state_seconds", where | {"state": one.state}, one.for_s
    for name, value in (
        ("kiosk_compartment_gross_grams", one.gross_g),
        ("kiosk_compartment_full_percent", one.full_percent),
        ("kiosk_compartment_full_in_seconds", one.full_in_s),
    ):
        if value is not None:
            yield name, where, value
