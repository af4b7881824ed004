"""The parameters of weight and money, as one set with a hash and a counter nobody can reset (M-16).

The set is what the configuration says of every scale, plus our own constants of the same kind. At
each start it is compared with the set in force before; each difference counts one event and goes
into a ``parameter_change`` record with old and new value. Documents (prices) count their own
changes (kiosk.trust); the counter in records and on the status is the sum.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from kiosk import durable
from kiosk.config import Config
from kiosk.errors import KioskError
from kiosk.ledger import Ledger
from kiosk.records import ParameterChange, ParameterChanged, decode
from kiosk.units import Grams

STEP_DOWN_G = Grams(500)
"""A fall between two stable readings that makes a deposit HELD (M-30)."""


class ParametersError(KioskError, ValueError):
    """The file of parameters is damaged."""


class _Saved(Struct, frozen=True, forbid_unknown_fields=True):
    counter: int
    values: dict[str, str]
    untold: tuple[ParameterChange, ...]
    adjusted: tuple[ParameterChange, ...] = ()
    """Calibrations that the ledger was not told of yet."""
    calibrated: dict[str, int] = {}
    """By compartment: how often its scale was adjusted on this machine (M-18)."""


class Parameters:
    """The set in force. ``path`` keeps it; ``floor`` is the highest counter the ledger has seen,
    so that removing the file resets nothing."""

    def __init__(self, path: Path, settings: Config, floor: int) -> None:
        self._path = path
        earlier = self._load()
        known = _Saved(0, {}, ()) if earlier is None else earlier
        self.values = values_of(settings, known.calibrated)
        changes = () if earlier is None else _differences(known.values, self.values)
        counter = max(known.counter, floor) + len(changes)
        self._saved = msgspec.structs.replace(
            known, counter=counter, values=self.values, untold=known.untold + changes
        )
        if self._saved != earlier:
            self._save()

    @property
    def hash(self) -> str:
        """SHA-256 over the set, in a fixed order."""
        return hashlib.sha256(msgspec.json.encode(self.values, order="deterministic")).hexdigest()

    @property
    def counter(self) -> int:
        """How many parameters were ever changed on this machine."""
        return self._saved.counter

    def untold_records(self) -> tuple[ParameterChanged, ...]:
        """The records of what changed since the ledger was told, or nothing."""
        by = (("configuration", self._saved.untold), ("calibration", self._saved.adjusted))
        return tuple(ParameterChanged(who, changes) for who, changes in by if changes)

    def calibration(self, compartment: str) -> int:
        """The version of a scale's adjustment: as configured, and one for each since."""
        return int(self.values[_calibration(compartment)])

    def calibrated(self, compartment: str) -> tuple[int, int]:
        """A scale was adjusted: count it. Returns old and new version; durable when it returns."""
        name, old = _calibration(compartment), self.calibration(compartment)
        self.values = {**self.values, name: str(old + 1)}
        times = self._saved.calibrated.get(compartment, 0) + 1
        self._saved = msgspec.structs.replace(
            self._saved,
            counter=self.counter + 1,
            values=self.values,
            adjusted=(*self._saved.adjusted, ParameterChange(name, str(old), str(old + 1))),
            calibrated={**self._saved.calibrated, compartment: times},
        )
        self._save()
        return old, old + 1

    def told(self) -> None:
        """The ledger holds what ``untold_records`` returned."""
        if self._saved.untold or self._saved.adjusted:
            self._saved = msgspec.structs.replace(self._saved, untold=(), adjusted=())
            self._save()

    def _load(self) -> _Saved | None:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Saved)
        except FileNotFoundError:
            return None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ParametersError(
                f"{self._path}: damaged ({error}); remove it: the counter goes on from the ledger"
            ) from error

    def _save(self) -> None:
        durable.replace(self._path, msgspec.json.encode(self._saved))


def last_event_counter(ledger: Ledger) -> int:
    """The counter in the ledger's last record; 0 for a ledger without records."""
    if ledger.head_seq == 0:
        return 0
    reader = ledger.reader()
    try:
        return decode(reader.one(ledger.head_seq).data).event_counter
    finally:
        reader.close()


def values_of(settings: Config, calibrated: Mapping[str, int] | None = None) -> dict[str, str]:
    """Every parameter by its name, as text, so that old and new can be told to a person.

    ``calibrated``: how often each scale was adjusted since it was configured.
    """
    values = {"step_down_g": str(STEP_DOWN_G)}
    for one in settings.compartment:
        where = f"compartment.{one.id}"
        values[f"{where}.material"] = one.material
        values[f"{where}.full_g"] = str(one.full_g)
        for name, value in msgspec.to_builtins(one.scale, enc_hook=str).items():
            if name != "line":
                values[f"{where}.scale.{name}"] = str(value)
        version = one.scale.calibration + (calibrated or {}).get(one.id, 0)
        values[_calibration(one.id)] = str(version)
        # The channel map: which line belongs to which bin (M-31).
        values[f"{where}.scale.port"] = str(one.scale.line.port)
    return values


def _calibration(compartment: str) -> str:
    return f"compartment.{compartment}.scale.calibration"


def _differences(old: dict[str, str], new: dict[str, str]) -> tuple[ParameterChange, ...]:
    return tuple(
        ParameterChange(name, old.get(name), new.get(name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    )
