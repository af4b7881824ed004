"""Faults of the machine: state that is raised and cleared, catalogued for people (EVerest).

A fault of a compartment stops that compartment, never the machine (P8). The resident's words live
with the screen; here stand severity, what it stops and what the technician does.
"""

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How urgent a fault is to the operator."""

    INFO = "info"
    WARNING = "warning"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True)
class Fault:
    """One catalogued fault."""

    code: str
    severity: Severity
    stops: str
    """What it stops: ``compartment``, ``machine`` or ``nothing``."""
    clears: str
    """How it ends: ``itself`` when its cause is gone, or ``technician``."""
    meaning: str
    cure: str


SCALE_LOST = Fault(
    "scale_lost", Severity.SEVERE, "compartment", "itself",
    "The scale's port is missing, busy, closed or silent.",
    "Check the scale's power and cable; `kiosk status` names the port and the reason.",
)  # fmt: skip
DOOR_BLOCKED = Fault(
    "door_blocked", Severity.SEVERE, "compartment", "itself",
    "The door could not close in three tries; it stands open (D-06).",
    "Clear the way; the compartment returns when the door is confirmed closed.",
)  # fmt: skip
DOOR_FAILED = Fault(
    "door_failed", Severity.SEVERE, "compartment", "itself",
    "The door missed its end position or its switches contradict each other (D-08).",
    "Check motor, end switches and wiring; it clears when the door is confirmed closed.",
)  # fmt: skip
SCANNER_LOST = Fault(
    "scanner_lost", Severity.WARNING, "nothing", "itself",
    "The scanner's port is missing, busy or closed: nobody can show a code.",
    "Check the scanner's cable; donations go on.",
)  # fmt: skip
MASS_STEP = Fault(
    "mass_step", Severity.SEVERE, "compartment", "technician",
    "The gross is not the last recorded one after a start or a reconnection, or mass went (M-28).",
    "Look into the bin, then `kiosk service accept-mass COMPARTMENT --who NAME --why REASON`.",
)  # fmt: skip
CHANNEL_UNVERIFIED = Fault(
    "channel_unverified", Severity.SEVERE, "compartment", "technician",
    "No known mass has shown yet that this door and this scale belong together (M-31).",
    "Run `kiosk service verify-channel COMPARTMENT GRAMS --who NAME` with a known mass.",
)  # fmt: skip
SCALE_INACCURATE = Fault(
    "scale_inaccurate", Severity.SEVERE, "compartment", "technician",
    "The last check mass was beyond the in-service limit (M-19), or an adjustment has not passed.",
    "Have the scale adjusted: `kiosk service calibrate`; or repeat `kiosk service check-mass`.",
)  # fmt: skip
CHECK_DUE = Fault(
    "check_due", Severity.WARNING, "nothing", "technician",
    "The last check mass was long ago (M-19); the compartment stops when the grace is over.",
    "Run `kiosk service check-mass COMPARTMENT GRAMS --who NAME` with a known mass.",
)  # fmt: skip
CHECK_OVERDUE = Fault(
    "check_overdue", Severity.SEVERE, "compartment", "technician",
    "The check mass is overdue and its grace is over (M-19).",
    "Run `kiosk service check-mass COMPARTMENT GRAMS --who NAME` with a known mass.",
)  # fmt: skip
TEMPERATURE = Fault(
    "temperature", Severity.SEVERE, "compartment", "itself",
    "It is colder or warmer than the scales are approved for, or not known since the start (M-23).",
    "Wait, or heat, shade or air the machine; it returns 1 degree within the range.",
)  # fmt: skip
THERMOMETER_LOST = Fault(
    "thermometer_lost", Severity.WARNING, "nothing", "itself",
    "The configured temperature sensor cannot be read; what it said since the start holds (M-23).",
    "Check the sensor and the path in `machine.temperature_input`.",
)  # fmt: skip
LEDGER_OLD_DAMAGED = Fault(
    "ledger_old_damaged", Severity.WARNING, "nothing", "technician",
    "A closed segment of the ledger does not hold what it held; the current one is whole.",
    "Run `kiosk ledger verify`, keep the disk as evidence, and plan its replacement.",
)  # fmt: skip
LEDGER_DISOWNED = Fault(
    "ledger_disowned", Severity.SEVERE, "machine", "technician",
    "The cloud cannot go on with this ledger: an older copy of the disk, a fork, or a clone.",
    "Nothing is credited until it is resolved: call the operator before anything is replaced.",
)  # fmt: skip
BOARD_WAITS = Fault(
    "board_waits", Severity.WARNING, "nothing", "itself",
    "The disk is in another computer: the cloud keeps what it sends, and credits nothing yet.",
    "Tell the operator that the computer was changed; it clears when the operator approves it.",
)  # fmt: skip
BOARD_REJECTED = Fault(
    "board_rejected", Severity.SEVERE, "machine", "itself",
    "The operator says that this computer is not the machine its disk says it is.",
    "Nothing is credited: call the operator before anything is replaced.",
)  # fmt: skip
CLOUD_REFUSES = Fault(
    "cloud_refuses", Severity.WARNING, "nothing", "itself",
    "The cloud refuses this machine (401, 403, 426): deposits go on and wait in the ledger.",
    "Ask the operator whether the machine was revoked; it clears when the cloud takes records.",
)  # fmt: skip
REFUSED_TOO_LONG = Fault(
    "refused_too_long", Severity.SEVERE, "machine", "itself",
    "The cloud has refused this machine for longer than the operator allows (`refused_days`).",
    "Nothing is lost: the machine sells again when the cloud takes records.",
)  # fmt: skip
DISK_FULL = Fault(
    "disk_full", Severity.SEVERE, "machine", "itself",
    "Free space is below the watermark: the machine stops selling, nothing is dropped (P5).",
    "Let the machine reach the cloud, or make space on the disk.",
)  # fmt: skip

ITEM_DROPPED = Fault(
    "item_dropped", Severity.WARNING, "compartment", "itself",
    "A resident dropped something in that must not be recycled; the ticket names the bag.",
    "Look into the bag before it is taken away; the compartment returns after two hours.",
)  # fmt: skip
BAG_DIFFERENCE = Fault(
    "bag_difference", Severity.WARNING, "nothing", "technician",
    "A bag that was taken out is not as heavy as its deposits, or could not be weighed (M-34).",
    "Compare with the transfer station's weight; it clears with the next bag that fits.",
)  # fmt: skip

_ALL = (
    SCALE_LOST,
    DOOR_BLOCKED,
    DOOR_FAILED,
    SCANNER_LOST,
    MASS_STEP,
    CHANNEL_UNVERIFIED,
    SCALE_INACCURATE,
    CHECK_DUE,
    CHECK_OVERDUE,
    TEMPERATURE,
    THERMOMETER_LOST,
    LEDGER_OLD_DAMAGED,
    LEDGER_DISOWNED,
    BOARD_WAITS,
    BOARD_REJECTED,
    CLOUD_REFUSES,
    REFUSED_TOO_LONG,
    DISK_FULL,
    ITEM_DROPPED,
    BAG_DIFFERENCE,
)

CATALOGUE: dict[str, Fault] = {fault.code: fault for fault in _ALL}
