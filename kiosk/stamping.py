"""What every record says about the machine it was written on."""

import hashlib
from pathlib import Path

import msgspec

from kiosk.clock import Clock, utc_text
from kiosk.config import Config
from kiosk.errors import KioskError
from kiosk.ledger import Stamp
from kiosk.trust import Trust


class StampMaker:
    """Makes the stamp of the next record. ``boot_id`` is the kernel's, ``software`` our version."""

    def __init__(
        self, settings: Config, trust: Trust, clock: Clock, boot_id: str, software: str
    ) -> None:
        self._parameters = parameters_hash(settings)
        self._calibrations = {one.id: one.scale.calibration for one in settings.compartment}
        self._trust = trust
        self._clock = clock
        self._boot_id = boot_id
        self._software = software

    def stamp(self, *, offline: bool, compartment: str | None = None) -> Stamp:
        """The stamp for records written now; ``compartment`` names whose calibration counts."""
        wall = self._clock.wall()
        return Stamp(
            kiosk=self._trust.kiosk,
            offline=offline,
            boot_id=self._boot_id,
            mono_ms=self._clock.monotonic_ms(),
            utc=None if wall.utc_ms is None else utc_text(wall.utc_ms),
            clk=wall.quality,
            software=self._software,
            parameters=self._parameters,
            event_counter=self._trust.counter,
            calibration=self._calibrations.get(compartment or "", 0),
        )


def parameters_hash(settings: Config) -> str:
    """SHA-256 over every parameter of weight in force (M-16), in a fixed order."""
    scales = {
        one.id: (
            one.material,
            one.scale.dialect,
            one.scale.unit,
            one.scale.e_g,
            one.scale.min_g,
            one.scale.max_g,
            one.scale.window_ms,
            one.scale.window_frames,
            one.scale.calibration,
        )
        for one in settings.compartment
    }
    return hashlib.sha256(msgspec.json.encode(scales, order="deterministic")).hexdigest()


def read_boot_id(path: Path = Path("/proc/sys/kernel/random/boot_id")) -> str:
    """The kernel's id of this boot: monotonic times compare within it only."""
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise KioskError(f"{path}: no boot id ({error.strerror}); Linux is needed") from error


def read_board(setting: str) -> str:
    """The board's serial number: as configured, or the device tree's, or the machine id."""
    if setting != "auto":
        return setting
    for path in (Path("/proc/device-tree/serial-number"), Path("/etc/machine-id")):
        try:
            text = path.read_text(encoding="ascii").strip("\0\n ")
        except OSError:
            continue
        if text:
            return text
    raise KioskError("no board serial found: set machine.board in the configuration")
