"""What every record says about the machine it was written on."""

from pathlib import Path

from kiosk.clock import Clock, utc_text
from kiosk.config import Config
from kiosk.errors import KioskError
from kiosk.ledger import Stamp
from kiosk.parameters import Parameters
from kiosk.trust import Trust


class StampMaker:
    """Makes the stamp of the next record. ``boot_id`` is the kernel's, ``software`` our version."""

    def __init__(
        self,
        settings: Config,
        trust: Trust,
        parameters: Parameters | None,
        clock: Clock,
        boot_id: str,
        software: str,
    ) -> None:
        """``parameters`` is None for the one stamp that opens the ledger, before it is known
        how far the counter had come."""
        self._parameters = parameters
        self._compartments = frozenset(one.id for one in settings.compartment)
        self._trust = trust
        self._clock = clock
        self._boot_id = boot_id
        self._software = software

    @property
    def event_counter(self) -> int:
        """Changes of documents and of parameters together; never reset (M-16)."""
        own = 0 if self._parameters is None else self._parameters.counter
        return self._trust.counter + own

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
            parameters="" if self._parameters is None else self._parameters.hash,
            event_counter=self.event_counter,
            calibration=self._calibration(compartment),
        )

    def _calibration(self, compartment: str | None) -> int:
        if self._parameters is None or compartment not in self._compartments:
            return 0
        return self._parameters.calibration(compartment)


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
