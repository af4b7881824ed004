"""What each person brought today, for the operator's caps per person and day (M-30).

A person is known here by an id that is keyed with a random key of the day and worth nothing
outside of it: at midnight key and tallies are thrown away. They are kept in ``runtime_dir``, which
is memory: a restart of the process counts on, a power cut forgets (docs/decisions/0065).
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from kiosk import durable
from kiosk.clock import Clock
from kiosk.documents import Caps
from kiosk.logs import get
from kiosk.records import Deposit
from kiosk.views import IdLevel, Limit

_log = get(__name__)

DAY_MS = 24 * 3600 * 1000
KEY_BYTES = 32


class Spent(Struct, frozen=True):
    """One person's day: deposits that put something in, their grams, the money paid."""

    deposits: int = 0
    grams: int = 0
    minor: int = 0


NOTHING = Spent()


def reached(caps: Caps, spent: Spent) -> Limit | None:
    """The first cap that leaves nothing over, or None: then a door may open."""
    if caps.deposits is not None and spent.deposits >= caps.deposits:
        return "deposits"
    if caps.grams is not None and spent.grams >= caps.grams:
        return "grams"
    if caps.minor is not None and spent.minor >= caps.minor:
        return "money"
    return None


def most(caps: Caps, limit: Limit) -> int:
    """The cap itself: deposits, grams or minor units."""
    found = {"deposits": caps.deposits, "grams": caps.grams, "money": caps.minor}[limit]
    return 0 if found is None else found


class _Saved(Struct, frozen=True, forbid_unknown_fields=True):
    day: str
    key: bytes
    spent: dict[str, Spent]


class Tallies:
    """The day's tallies. ``path`` keeps them over a restart; it should lie in memory.

    ``rules`` gives the caps in force: without any, nothing is counted.
    """

    def __init__(self, path: Path, clock: Clock, rules: Callable[[], Caps | None]) -> None:
        self._path = path
        self._clock = clock
        self._rules = rules
        self._saved = self._load() or self._fresh()

    def person(self, level: IdLevel, name: str) -> str:
        """Today's id of a token's subject or a phone number."""
        self._roll()
        return hmac.digest(self._saved.key, f"{level} {name}".encode(), hashlib.sha256).hex()[:32]

    def today(self) -> Mapping[str, Spent]:
        """What each person brought since midnight, where the caps say midnight is."""
        self._roll()
        return self._saved.spent

    def note(self, person: str, deposit: Deposit) -> None:
        """Count one outcome; VOID ones put nothing in."""
        if deposit.outcome == "VOID" or self._rules() is None:
            return
        self._roll()
        had = self._saved.spent.get(person, NOTHING)
        has = Spent(
            had.deposits + 1,
            had.grams + max(0, deposit.net_g or 0),
            had.minor + deposit.amount_minor,
        )
        self._saved.spent[person] = has
        self._save()

    def _roll(self) -> None:
        if self._saved.day != self._day():
            self._saved = self._fresh()
            self._save()

    def _day(self) -> str:
        """The date where the machine stands; without a clock, days count from the start."""
        utc_ms, rules = self._clock.wall().utc_ms, self._rules()
        if utc_ms is None:
            return f"boot {self._clock.monotonic_ms() // DAY_MS}"
        offset_min = Caps().utc_offset_min if rules is None else rules.utc_offset_min
        return str((utc_ms + offset_min * 60_000) // DAY_MS)

    def _fresh(self) -> _Saved:
        return _Saved(self._day(), secrets.token_bytes(KEY_BYTES), {})

    def _load(self) -> _Saved | None:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Saved)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            _log.warning("caps.unreadable", error=type(error).__name__)
            return None

    def _save(self) -> None:
        """Caps are a convenience of the operator: a full disk stops no deposit here."""
        try:
            durable.replace(self._path, msgspec.json.encode(self._saved))
        except OSError as error:
            _log.warning("caps.not_kept", error=error.strerror or "")
