"""Commands of the operator: verified here, recorded before they take effect, answered once.

A command is signed under the operator's root, names this machine, and has a number that rises and
a moment after which it is not done. The agent that carries it is not trusted. None opens a door,
and none is carried out while somebody is being served.
"""

import hashlib
from pathlib import Path
from typing import Any, Literal, assert_never

import msgspec
from msgspec import Struct

from kiosk import cloud, durable
from kiosk.clock import WallTime
from kiosk.envelope import TrustError
from kiosk.errors import KioskError
from kiosk.ledger import Ledger
from kiosk.records import CommandDone, decode
from kiosk.units import Seq

FILE = "commands.json"
BUNDLE_FILE = "diagnostics.json.gz"
WAITING_MAX = 64
"""More commands than these wait for their turn at the cloud, not here."""
LOOK_BACK = 16
"""Records after a saved intention among which its own record is, if it was written."""

Result = Literal["done", "expired", "refused"]


class CommandsError(KioskError, ValueError):
    """The file of commands is damaged."""


class _Head(Struct, frozen=True):
    """What can be read of a command of any version, so that each can be answered."""

    kiosk: str
    number: int
    expires_ms: int
    order: msgspec.Raw


class _Kind(Struct, frozen=True):
    type: str


class Standing(Struct, frozen=True, forbid_unknown_fields=True):
    """What the commands so far add up to."""

    closed: tuple[str, ...] = ()
    """Compartments that are not offered."""
    out_of_service: bool = False
    interval_s: int | None = None
    """How often to ask for news; None: as the cloud's answers say."""
    replace_key: str | None = None
    """Id of the transport key to be replaced; done as soon as the agent shows another one."""
    bundle: str | None = None
    """SHA-256 of the diagnostics that the cloud does not have yet."""

    def having(self, **changes: Any) -> "Standing":
        """Return it with some facts changed."""
        return msgspec.structs.replace(self, **changes)


class _Saved(Struct, frozen=True, forbid_unknown_fields=True):
    """The file. ``untold``: the answer that the ledger may not hold yet."""

    kiosk: str
    through: int
    standing: Standing
    untold: CommandDone | None = None
    ledger: str = ""
    head_seq: int = 0
    """Head of the ledger when ``untold`` was saved: its record can only lie after it."""


class Waiting(Struct, frozen=True):
    """A verified command that waits until nobody is being served."""

    number: int
    kind: str
    expires_ms: int
    order: cloud.Order | None
    """None: not known to this version."""
    envelope: str
    """SHA-256 of its envelope."""


class CommandBook:
    """Which commands were answered, and what they add up to, in two files of ``directory``.

    ``floor_ms`` is the latest wall time known to be past, for a clock that does not know.

    The order is: the intention and its state into the file, the answer into the ledger, then the
    effect. A power cut after the first is made good at the next start, exactly once: the ledger
    is asked whether it holds the answer already.
    """

    def __init__(self, directory: Path, floor_ms: int) -> None:
        self._path = directory / FILE
        self._bundle_path = directory / BUNDLE_FILE
        self._floor_ms = floor_ms
        self._saved = self._load()
        self._waiting: dict[int, Waiting] = {}

    @property
    def through(self) -> int:
        """Number of the last command that was answered."""
        return self._saved.through

    @property
    def standing(self) -> Standing:
        """What the commands so far add up to."""
        return self._saved.standing

    def past_ms(self, wall: WallTime) -> int:
        """Return a wall time that is certainly past: the floor, or the clock's if it knows."""
        known = wall.utc_ms is not None and wall.quality != "U"
        return max(self._floor_ms, wall.utc_ms or 0) if known else self._floor_ms

    def offer(self, kiosk: str, envelope: bytes, payload: bytes) -> int:
        """Keep a command for its turn; ``payload`` was verified under the operator's root.

        Returns its number. Raises TrustError for one that is for another machine, was answered
        before or does not make sense: such a one is never recorded, or the agent could fill the
        ledger with it.
        """
        try:
            head = msgspec.json.decode(payload, type=_Head)
            kind = msgspec.json.decode(head.order, type=_Kind).type
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise TrustError(f"not a command: {error}") from error
        if head.kiosk != kiosk:
            raise TrustError(f"command {head.number} is for {head.kiosk}, not for {kiosk}")
        if self._saved.kiosk != kiosk:
            # Numbers count per name: another operator begins anew, with nothing closed.
            self._saved = _Saved(kiosk, 0, Standing())
        if head.number <= self.through:
            raise TrustError(f"command {head.number} is not above {self.through}, the last done")
        if len(self._waiting) >= WAITING_MAX and head.number not in self._waiting:
            raise TrustError(f"{WAITING_MAX} commands wait already")
        try:
            order = msgspec.json.decode(payload, type=cloud.Command).order
        except msgspec.DecodeError:
            order = None
        hashed = hashlib.sha256(envelope).hexdigest()
        waiting = Waiting(head.number, kind[:64], head.expires_ms, order, hashed)
        self._waiting.setdefault(head.number, waiting)
        return head.number

    def next(self) -> Waiting | None:
        """Return the command whose turn it is, and wait for it no longer."""
        if not self._waiting:
            return None
        return self._waiting.pop(min(self._waiting))

    def intend(self, done: CommandDone, standing: Standing, ledger: Ledger) -> None:
        """Save an answer and what follows from it; :meth:`told` once the ledger holds it."""
        self._save(
            msgspec.structs.replace(
                self._saved,
                through=done.number,
                standing=standing,
                untold=done,
                ledger=ledger.id,
                head_seq=ledger.head_seq,
            )
        )

    def told(self) -> None:
        """The ledger holds the answer."""
        if self._saved.untold is not None:
            self._save(msgspec.structs.replace(self._saved, untold=None))

    def untold(self, ledger: Ledger) -> CommandDone | None:
        """Return the answer that a power cut kept out of the ledger, if there is one."""
        done = self._saved.untold
        if done is None or self._holds(ledger, done):
            return None
        return done

    def key_replaced(self) -> None:
        """The agent shows another transport key than the one to be replaced."""
        self._stand(self.standing.having(replace_key=None))

    def keep_bundle(self, data: bytes) -> str:
        """Keep diagnostics until the cloud has them; returns their SHA-256."""
        durable.replace(self._bundle_path, data)
        return hashlib.sha256(data).hexdigest()

    def bundle(self) -> bytes | None:
        """Return the diagnostics that the cloud does not have yet."""
        if self.standing.bundle is None:
            return None
        try:
            data = self._bundle_path.read_bytes()
        except OSError:
            return None
        # A power cut between newer diagnostics and their answer: those were never promised.
        return data if hashlib.sha256(data).hexdigest() == self.standing.bundle else None

    def bundle_sent(self, sha256: str) -> None:
        """The cloud has these diagnostics."""
        if self.standing.bundle == sha256:
            self._stand(self.standing.having(bundle=None))
            self._bundle_path.unlink(missing_ok=True)

    def _stand(self, standing: Standing) -> None:
        self._save(msgspec.structs.replace(self._saved, standing=standing))

    def _holds(self, ledger: Ledger, done: CommandDone) -> bool:
        if ledger.id != self._saved.ledger:
            return False
        reader = ledger.reader()
        try:
            found = reader.after(Seq(self._saved.head_seq), LOOK_BACK, cloud.BATCH_MAX_BYTES)
        finally:
            reader.close()
        return any(decode(one.data).body == done for one in found)

    def _load(self) -> _Saved:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Saved)
        except FileNotFoundError:
            return _Saved("", 0, Standing())
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise CommandsError(
                f"{self._path}: damaged ({error}); remove it: what was closed is open then, and "
                "the operator commands it anew"
            ) from error

    def _save(self, saved: _Saved) -> None:
        durable.replace(self._path, msgspec.json.encode(saved))
        self._saved = saved


def judge(
    waiting: Waiting, standing: Standing, compartments: frozenset[str], now_ms: int
) -> tuple[Result, str, Standing]:
    """Decide about a command whose turn it is: result, detail, and what stands afterwards.

    ``now_ms``: a wall time that is certainly past (architecture.md, "Time").
    """
    order = waiting.order
    if now_ms > waiting.expires_ms:
        return "expired", "", standing
    match order:
        case None:
            return "refused", "this version does not know it", standing
        case cloud.CloseCompartment(compartment=name) | cloud.OpenCompartment(compartment=name):
            if name not in compartments:
                return "refused", f"there is no compartment {name}", standing
            closed = set(standing.closed) - {name}
            if isinstance(order, cloud.CloseCompartment):
                closed |= {name}
            return "done", name, standing.having(closed=tuple(sorted(closed)))
        case cloud.TakeOutOfService():
            return "done", "", standing.having(out_of_service=True)
        case cloud.PutInService():
            return "done", "", standing.having(out_of_service=False)
        case cloud.ChangeInterval(interval_s=interval_s):
            return "done", f"{interval_s} s", standing.having(interval_s=interval_s or None)
        case cloud.Restart() | cloud.SendDiagnostics() | cloud.RotateKey():
            return "done", "", standing
        case _:
            assert_never(order)
