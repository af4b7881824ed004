"""Read-only facts for `kiosk status`, health checks and metrics; no personal data."""

from kiosk import wire
from kiosk.faultbook import FaultBook
from kiosk.machine import Machine
from kiosk.parts import Parts
from kiosk.session.states import State


def status_of(
    parts: Parts, machine: Machine, faults: FaultBook, state: State, screen_attached: bool
) -> wire.Status:
    """Everything worth knowing about a running controller."""
    compartments = tuple(
        wire.CompartmentStatus(
            id=one.id,
            material=one.settings.material,
            state=one.offer_state(faults),
            door=one.door_text,
            scale=one.scale,
            gross_g=None if one.reading is None else one.reading.grams,
            faults=tuple(fault.code for fault in faults.of(one.id)),
            closed_by_operator=one.closed_by_operator,
        )
        for one in machine.bins.values()
    )
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
        clock=parts.clock.wall().quality,
        event_counter=parts.stamps.event_counter,
        documents=parts.trust.versions,
        compartments=compartments,
        faults=tuple(fault.code for fault in faults.of(None)),
    )
