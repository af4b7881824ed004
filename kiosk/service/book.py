"""What technicians have shown of each scale: whose it is (M-31), and that it is right (M-19).

One small file, replaced whole. The ledger holds the records with their evidence; this says what
holds now, so that a start need not read years of records. Without it everything is to be shown
again, which costs a technician's visit and no money.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from kiosk import durable
from kiosk.errors import KioskError
from kiosk.units import CompartmentId

DAY_MS = 86_400_000


class ServiceBookError(KioskError, ValueError):
    """The file of what technicians have shown is damaged."""


class Check(Struct, frozen=True, forbid_unknown_fields=True):
    """The last check mass. ``utc_ms`` is None while the machine did not know the time."""

    passed: bool
    utc_ms: int | None


class _Saved(Struct, frozen=True, forbid_unknown_fields=True):
    ports: dict[str, str] = {}
    """By compartment: the line of the scale that was verified."""
    checks: dict[str, Check] = {}
    since_ms: dict[str, int] = {}
    """By compartment: when the time until its first check began."""
    steps: dict[str, str] = {}
    """By compartment: mass that went, in words, until a technician or a collector was there."""
    adjusting: tuple[str, ...] = ()
    """Compartments whose scale is being adjusted, until a mass has passed (M-18)."""


class ServiceBook:
    """Remembers what was shown; ``path`` keeps it. Raises ServiceBookError, OSError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._saved = msgspec.json.decode(path.read_bytes(), type=_Saved)
        except FileNotFoundError:
            self._saved = _Saved()
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ServiceBookError(
                f"{path}: damaged ({error}); remove it and verify every compartment anew"
            ) from error

    def verified(self, compartment: CompartmentId, port: Path) -> bool:
        """Whether a known mass has shown that this line's scale is this compartment's."""
        return self._saved.ports.get(compartment) == str(port)

    def verify(self, compartment: CompartmentId, port: Path) -> None:
        """It has; durable when this returns."""
        ports = {**self._saved.ports, compartment: str(port)}
        self._save(msgspec.structs.replace(self._saved, ports=ports))

    def unverify(self, compartment: CompartmentId) -> None:
        """It has shown that it is not; durable when this returns."""
        ports = {name: port for name, port in self._saved.ports.items() if name != compartment}
        self._save(msgspec.structs.replace(self._saved, ports=ports))

    def failed(self, compartment: CompartmentId) -> bool:
        """Whether the last check mass was beyond its limit."""
        check = self._saved.checks.get(compartment)
        return check is not None and not check.passed

    def checked(self, compartment: CompartmentId, passed: bool, utc_ms: int | None) -> None:
        """A check mass was put on; durable when this returns."""
        checks = {**self._saved.checks, compartment: Check(passed, utc_ms)}
        self._save(msgspec.structs.replace(self._saved, checks=checks))

    @property
    def steps(self) -> dict[str, str]:
        """By compartment: mass that went and that nobody has answered for (M-28)."""
        return self._saved.steps

    def stepped(self, compartment: CompartmentId, words: str) -> None:
        """Mass went; durable when this returns."""
        if self._saved.steps.get(compartment) != words:
            steps = {**self._saved.steps, compartment: words}
            self._save(msgspec.structs.replace(self._saved, steps=steps))

    def answered(self, compartment: CompartmentId) -> None:
        """A person was there and recorded what lies in the bin; durable when this returns."""
        if compartment in self._saved.steps:
            steps = {name: one for name, one in self._saved.steps.items() if name != compartment}
            self._save(msgspec.structs.replace(self._saved, steps=steps))

    def adjusting(self, compartment: CompartmentId) -> bool:
        """Whether an adjustment was begun that no mass has shown to be right."""
        return compartment in self._saved.adjusting

    def adjust(self, compartment: CompartmentId, *, pending: bool) -> None:
        """An adjustment begins, or has passed; durable when this returns."""
        others = tuple(one for one in self._saved.adjusting if one != compartment)
        adjusting = (*others, compartment) if pending else others
        if adjusting != self._saved.adjusting:
            self._save(msgspec.structs.replace(self._saved, adjusting=adjusting))

    def days_since_check(self, compartment: CompartmentId, utc_ms: int) -> int:
        """Whole days since the last check, or since this was first asked about a new scale."""
        check = self._saved.checks.get(compartment)
        if check is not None and check.utc_ms is not None:
            return (utc_ms - check.utc_ms) // DAY_MS
        since = self._saved.since_ms.get(compartment)
        if since is None:
            begun = {**self._saved.since_ms, compartment: utc_ms}
            self._save(msgspec.structs.replace(self._saved, since_ms=begun))
            return 0
        return (utc_ms - since) // DAY_MS

    def _save(self, saved: _Saved) -> None:
        durable.replace(self._path, msgspec.json.encode(saved))
        self._saved = saved
