"""The parameters of weight and money, as one set with a hash and a counter nobody can reset (M-16).

The set is what the configuration says of every scale, plus our own constants of the same kind. At
each start it is compared with the set in force before; each difference counts one event and goes
into a ``parameter_change`` record with old and new value. Documents (prices) count their own
changes (kiosk.trust); the counter in records and on the status is the sum.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec
from msgspec import Struct

from kiosk import durable
from kiosk.config import Config
from kiosk.errors import KioskError
from kiosk.ledger import Ledger, LedgerReader
from kiosk.records import Calibration, DepositOpened, ParameterChange, ParameterChanged, decode
from kiosk.units import Grams, Seq

STEP_DOWN_G = Grams(500)
"""A fall between two stable readings that makes a deposit HELD (M-30)."""

MACHINE_PARAMETERS = (
    "require_verification",
    "check_mass_days",
    "check_mass_grace_days",
    "temperature_input",
    "temperature_min_c",
    "temperature_max_c",
    "retention_days",
)
"""What of the machine's settings decides whether and how it weighs, and how long that is kept."""
LOOK_BACK = 1_000
READ_MOST, READ_BYTES = 200, 1 << 20


class ParametersError(KioskError, ValueError):
    """The file of parameters is damaged."""


class InLedger(NamedTuple):
    """What the ledger says of parameters, so that removing the file hides nothing."""

    counter: int = 0
    """The highest counter it has seen, without the documents' part."""
    parameters: str = ""
    """Hash of the set under which it was written last; empty: there is no such record."""
    calibrations: Mapping[str, int] = MappingProxyType({})
    """The last version of each scale's adjustment in it."""


class _Saved(Struct, frozen=True):
    counter: int
    values: dict[str, str]
    untold: tuple[ParameterChanged, ...]
    """What the ledger was not told of yet."""
    calibrated: dict[str, int] = {}
    """By compartment: how often its scale was adjusted on this machine (M-18)."""


class _Older(Struct, frozen=True):
    """How the file was written before changes named who and why."""

    counter: int
    values: dict[str, str]
    untold: tuple[ParameterChange, ...]
    adjusted: tuple[ParameterChange, ...]
    calibrated: dict[str, int] = {}


class Parameters:
    """The set in force. ``path`` keeps it."""

    def __init__(self, path: Path, settings: Config, told: InLedger) -> None:
        self._path = path
        earlier = self._load()
        if earlier is not None and not _fits(earlier, told.parameters):
            # An older copy was put back: it says no more than one that is gone.
            earlier = None
        known = _Saved(0, {}, (), _adjusted(settings, told)) if earlier is None else earlier
        self.values = values_of(settings, known.calibrated)
        changes: tuple[ParameterChange, ...] = ()
        if earlier is not None:
            changes = _differences(known.values, self.values)
        elif told.parameters not in ("", self.hash):
            # The old values went with the file; that they were others is not to be hidden.
            changes = (ParameterChange("every parameter (SHA-256)", told.parameters, self.hash),)
        new = () if not changes else (_by(settings, changes),)
        self._saved = msgspec.structs.replace(
            known,
            counter=max(known.counter, told.counter) + len(changes),
            values=self.values,
            untold=known.untold + new,
        )
        if self._saved != earlier:
            self._save()

    @property
    def hash(self) -> str:
        """SHA-256 over the set, in a fixed order."""
        return _hash(self.values)

    @property
    def counter(self) -> int:
        """How many parameters were ever changed on this machine."""
        return self._saved.counter

    def untold_records(self) -> tuple[ParameterChanged, ...]:
        """The records of what changed since the ledger was told, or nothing."""
        return self._saved.untold

    def calibration(self, compartment: str) -> int:
        """The version of a scale's adjustment: as configured, and one for each since."""
        return int(self.values[_calibration(compartment)])

    def calibrated(self, compartment: str, who: str, why: str) -> tuple[int, int]:
        """A scale was adjusted: count it. Returns old and new version; durable when it returns."""
        name, old = _calibration(compartment), self.calibration(compartment)
        self.values = {**self.values, name: str(old + 1)}
        times = self._saved.calibrated.get(compartment, 0) + 1
        change = ParameterChange(name, str(old), str(old + 1))
        self._saved = msgspec.structs.replace(
            self._saved,
            counter=self.counter + 1,
            values=self.values,
            untold=(*self._saved.untold, ParameterChanged(who, (change,), why)),
            calibrated={**self._saved.calibrated, compartment: times},
        )
        self._save()
        return old, old + 1

    def told(self) -> None:
        """The ledger holds what ``untold_records`` returned."""
        if self._saved.untold:
            self._saved = msgspec.structs.replace(self._saved, untold=())
            self._save()

    def _load(self) -> _Saved | None:
        try:
            return _read(self._path)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ParametersError(
                f"{self._path}: damaged ({error}); remove it: the counter goes on from the ledger"
            ) from error

    def _save(self) -> None:
        durable.replace(self._path, msgspec.json.encode(self._saved))


def _read(path: Path) -> _Saved | None:
    """Raises msgspec.DecodeError, UnicodeDecodeError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    if b'"adjusted":' not in data:
        return msgspec.json.decode(data, type=_Saved)
    older = msgspec.json.decode(data, type=_Older)
    by = (("configuration", older.untold), ("calibration", older.adjusted))
    untold = tuple(ParameterChanged(who, changes) for who, changes in by if changes)
    return _Saved(older.counter, older.values, untold, older.calibrated)


def _is_of(path: Path, parameters: str) -> bool:
    """Whether the file is the one under which the last record was written, or newer."""
    try:
        kept = _read(path)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return kept is not None and _fits(kept, parameters)


def _fits(kept: _Saved, parameters: str) -> bool:
    """Whether the last record was written under what is kept, or before it was changed."""
    return bool(kept.untold) or parameters in ("", _hash(kept.values))


def _hash(values: Mapping[str, str]) -> str:
    return hashlib.sha256(msgspec.json.encode(values, order="deterministic")).hexdigest()


def in_ledger(ledger: Ledger, documents: int, path: Path) -> InLedger:
    """Ask a ledger what it knows of parameters; ``documents`` counted so many events.

    Where ``path`` holds the set of its last record, calibrations are not looked for: that reads
    every record.
    """
    reader = ledger.reader()
    try:
        counter, parameters = 0, ""
        for seq in range(ledger.head_seq, max(0, ledger.head_seq - LOOK_BACK), -1):
            record = decode(reader.one(Seq(seq)).data)
            counter = max(counter, record.event_counter)
            # Whatever begins a ledger is written before the set is known (kiosk.stamping).
            if record.parameters:
                parameters = record.parameters
                break
        known = {} if _is_of(path, parameters) else _calibrations(reader)
        return InLedger(counter - documents, parameters, known)
    finally:
        reader.close()


def _calibrations(reader: LedgerReader) -> dict[str, int]:
    found: dict[str, int] = {}
    after = Seq(0)
    while several := reader.after(after, READ_MOST, READ_BYTES):
        for one in several:
            record = decode(one.data)
            if isinstance(record.body, Calibration):
                where, version = record.body.compartment, record.body.new_version
            elif isinstance(record.body, DepositOpened):
                where, version = record.body.compartment, record.calibration
            else:
                continue
            # Versions only rise, so the highest is the last.
            found[where] = max(version, found.get(where, 0))
        after = Seq(several[-1].seq)
    return found


def _adjusted(settings: Config, told: InLedger) -> dict[str, int]:
    """How often each scale was adjusted, by the versions that the ledger names."""
    several = {one.id: told.calibrations.get(one.id, 0) for one in settings.compartment}
    since = {one.id: several[one.id] - one.scale.calibration for one in settings.compartment}
    return {name: times for name, times in since.items() if times > 0}


def _by(settings: Config, changes: tuple[ParameterChange, ...]) -> ParameterChanged:
    by = settings.change
    if by is None:
        return ParameterChanged("configuration", changes, "not said")
    return ParameterChanged(by.who, changes, by.why)


def values_of(settings: Config, calibrated: Mapping[str, int] | None = None) -> dict[str, str]:
    """Every parameter by its name, as text, so that old and new can be told to a person.

    ``calibrated``: how often each scale was adjusted since it was configured.
    """
    values = {"step_down_g": str(STEP_DOWN_G)}
    for name in MACHINE_PARAMETERS:
        values[f"machine.{name}"] = str(getattr(settings.machine, name))
    values["timing.before_age_ms"] = str(settings.timing.before_age_ms)
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
