"""Read-only facts for `kiosk status`, health checks and metrics; no personal data."""

import hashlib

import msgspec

from kiosk import wire
from kiosk.clock import WallTime
from kiosk.faultbook import FaultBook
from kiosk.machine import Bin, Machine
from kiosk.parts import Parts
from kiosk.session.states import State
from kiosk.units import Millis


def status_of(
    parts: Parts, machine: Machine, faults: FaultBook, state: State, screen_attached: bool
) -> wire.Status:
    """Everything worth knowing about a running controller."""
    now_ms, wall = parts.clock.monotonic_ms(), parts.clock.wall()
    board = parts.gauges.board(now_ms)
    return wire.Status(
        version=parts.version,
        legal=parts.legal,
        kiosk=parts.trust.kiosk or None,
        state=type(state).__name__,
        ledger=parts.ledger.id,
        head_seq=parts.ledger.head_seq,
        acked_through=parts.ledger.acked_through,
        agent_attached=parts.link.attached,
        screen_attached=screen_attached,
        free_mib=parts.disk.free_mib,
        clock=wall.quality,
        event_counter=parts.stamps.event_counter,
        documents=parts.trust.versions,
        compartments=tuple(_bin(parts, one, faults, now_ms, wall) for one in machine.bins.values()),
        faults=tuple(fault.code for fault in faults.of(None)),
        temperature_c=board.temperature_c,
        under_voltage=board.under_voltage,
        throttled=board.throttled,
    )


def condition_of(status: wire.Status, out_of_service: bool) -> str:
    """A fingerprint of what the operator wants to hear of within a minute when it changes."""
    told = (
        [(one.id, one.state, one.closed_by_operator, one.faults) for one in status.compartments],
        status.faults,
        status.under_voltage,
        status.throttled,
        status.screen_attached,
        out_of_service,
    )
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]


def _bin(
    parts: Parts, one: Bin, faults: FaultBook, now_ms: Millis, wall: WallTime
) -> wire.CompartmentStatus:
    state = one.offer_state(faults)
    gross_g = None if one.reading is None else one.reading.grams
    full_g = one.settings.full_g
    return wire.CompartmentStatus(
        id=one.id,
        material=one.settings.material,
        state=state,
        door=one.door_text,
        scale=one.scale,
        gross_g=gross_g,
        faults=tuple(fault.code for fault in faults.of(one.id)),
        closed_by_operator=one.closed_by_operator,
        for_s=parts.gauges.so_for_s(one.id, state, now_ms),
        full_percent=None if gross_g is None else max(0, gross_g) * 100 // full_g,
        full_in_s=parts.gauges.filling.full_in_s(one.id, gross_g, full_g, wall),
    )
