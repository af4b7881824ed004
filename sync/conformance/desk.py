"""The operator's decisions, signed with the root key of an endpoint that is being tried."""

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.clock import Clock
from kiosk.cloud import APPROVAL_TYPE, COMMAND_TYPE, Approval, Command, SendDiagnostics
from kiosk.documents import Adjudication, Adjudications, Document, issue
from kiosk.envelope import seal
from kiosk.keys import public_bytes
from sync.conformance.chain import Chain, Machine
from sync.conformance.drafts import CURRENCY

_WHO = "conformance kit"


class Desk:
    """Holds the root key, and what was decided under it so far."""

    def __init__(self, root_key: Ed25519PrivateKey, clock: Clock) -> None:
        self.public = public_bytes(root_key)
        self.decided: tuple[Adjudication, ...] = ()
        """Every document repeats them: no correction has closed them."""
        self._key = root_key
        self._clock = clock
        self._version = 0

    def decision(self, chain: Chain, seq: int, amount_minor: int) -> Adjudication:
        """Decide about a HELD deposit."""
        return Adjudication(
            ledger=chain.ledger,
            seq=seq,
            hash=chain.hash_of(seq),
            amount_minor=amount_minor,
            currency=CURRENCY,
            who=_WHO,
            why=_WHO,
            decided_ms=self._now_ms(),
        )

    def document(self, machine: Machine, *more: Adjudication) -> bytes:
        """Sign the next version of a machine's document ``adjudications``."""
        # The kit does not know which versions there were: seconds since 1970 are above them.
        self._version = max(self._version + 1, self._now_ms() // 1000)
        document = Document(
            name="adjudications",
            scope=f"kiosk:{machine.kiosk}",
            version=self._version,
            not_before_ms=0,
            not_after_ms=None,
            body=Adjudications((*self.decided, *more)),
        )
        return issue(document, self._key)

    def approval(self, chain: Chain, board: str) -> bytes:
        """Sign that this board is the machine."""
        said = Approval(chain.ledger, board, True, _WHO, _WHO, self._now_ms())
        return seal(APPROVAL_TYPE, msgspec.json.encode(said), self._key)

    def command(
        self, machine: Machine, *, number: int | None = None, lives_ms: int = 600_000
    ) -> tuple[int, bytes]:
        """Sign an order that changes nothing at a machine; return its number, too."""
        if number is None:
            number = self._version = max(self._version + 1, self._now_ms() // 1000)
        said = Command(machine.kiosk, number, self._now_ms() + lives_ms, _WHO, SendDiagnostics())
        return number, seal(COMMAND_TYPE, msgspec.json.encode(said), self._key)

    def _now_ms(self) -> int:
        return self._clock.wall().utc_ms or 0
