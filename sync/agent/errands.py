"""What the agent does beside carrying records and documents: diagnostics out, its key renewed, and
what the cloud says that all records add up to.

None is urgent and none may hold up records, so each is tried once a turn and then waits with
growing patience of its own.
"""

from dataclasses import dataclass, replace
from random import Random

from kiosk.clock import Clock
from kiosk.logs import get
from kiosk.wire import Attach, Hello, Reckoned, Upload, Uploaded
from sync.agent.client import Client
from sync.agent.course import Pace
from sync.agent.keyring import KeyRing
from sync.agent.link import Link
from sync.agent.outcomes import Barred, Failed, Rotated
from sync.agent.signing import Signer

_log = get(__name__)


@dataclass(frozen=True, slots=True)
class _Patience:
    """When to try again."""

    from_ms: int = 0
    failures: int = 0


class Errands:
    """Done by the agent's one thread."""

    def __init__(
        self, ring: KeyRing, client: Client, clock: Clock, dice: Random, pace: Pace
    ) -> None:
        self._ring = ring
        self._client = client
        self._clock = clock
        self._dice = dice
        self._pace = pace
        self._upload: Upload | None = None
        self._uploading = _Patience()
        self._rotating = _Patience()
        self._reckoned = ""
        self._reckoning = _Patience()

    def take(self, upload: Upload) -> None:
        """The controller has something for the cloud; only the newest counts."""
        if upload != self._upload:
            self._upload, self._uploading = upload, _Patience()

    def renew(self, link: Link, hello: Hello) -> None:
        """Have the transport key followed by a new one, if the operator wants it or it is under
        way: also while the cloud refuses everything, because a lost answer may be the reason."""
        ring = self._ring
        wanted = hello.replace_key is not None and hello.replace_key == ring.id
        if hello.kiosk is None or hello.url is None or not (wanted or ring.following):
            return
        if self._clock.monotonic_ms() < self._rotating.from_ms:
            return
        following = ring.begin()
        rotated = self._client.rotate(hello.url, hello.kiosk, ring.key, following)
        if isinstance(rotated, Barred):
            # The answer to an earlier try was lost so long ago that the old key is not accepted.
            asking = self._client.signed_by(Signer(following, self._clock))
            rotated = asking.rotate(hello.url, hello.kiosk, ring.key, following)
        if not isinstance(rotated, Rotated):
            self._rotating = self._later(self._rotating)
            _log.warning("key_not_renewed", why=getattr(rotated, "why", type(rotated).__name__))
            return
        ring.finish()
        self._rotating = _Patience()
        self._client.sign_with(Signer(ring.key, self._clock))
        _log.event("key_renewed", key=ring.id)
        link.send(Attach(ring.public))

    def go(self, link: Link, hello: Hello | None, url: str, until_ms: int) -> int:
        """Do what can be done now; returns when something is to be done again, or ``until_ms``."""
        again = [until_ms, self.bring(link, url)]
        if hello is not None:
            again.append(self.reckon(link, hello, url))
        return min(at_ms for at_ms in again if at_ms is not None)

    def bring(self, link: Link, url: str) -> int | None:
        """Bring what the controller has for the cloud; returns when to try again, or None."""
        upload = self._upload
        if upload is None:
            return None
        if self._clock.monotonic_ms() >= self._uploading.from_ms:
            why = self._client.upload(url, upload.sha256, upload.data)
            if why is None:
                self._upload = None
                link.send(Uploaded(upload.sha256))
                return None
            self._uploading = self._later(self._uploading)
            _log.warning("upload_failed", sha256=upload.sha256, why=why)
        return self._uploading.from_ms

    def reckon(self, link: Link, hello: Hello, url: str) -> int | None:
        """Bring what all records add up to, once the cloud has all of them; returns when to try
        again, or None. The controller may have recorded more meanwhile and refuse it."""
        if not hello.totals_wanted or hello.acked_through < hello.head_seq:
            return None
        if self._reckoned != hello.ledger:
            self._reckoned, self._reckoning = hello.ledger, _Patience()
        if self._clock.monotonic_ms() >= self._reckoning.from_ms:
            found = self._client.totals(url, hello.ledger)
            self._reckoning = self._later(self._reckoning)
            if isinstance(found, Failed):
                _log.warning("totals_not_fetched", ledger=hello.ledger, why=found.why)
            else:
                link.send(Reckoned(found))
        return self._reckoning.from_ms

    def _later(self, before: _Patience) -> _Patience:
        """Full jitter up to a cap, as for everything else (policy); never at once."""
        ceiling_ms = min(
            self._pace.backoff_cap_ms, self._pace.backoff_ms << min(before.failures, 30)
        )
        wait_ms = ceiling_ms // 2 + self._dice.randint(0, ceiling_ms // 2)
        from_ms = self._clock.monotonic_ms() + wait_ms
        return replace(before, from_ms=from_ms, failures=before.failures + 1)
