"""The operator's hand: signs orders, settings and decisions, and tells the reference of each."""

from collections.abc import Callable

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk import cloud as c
from kiosk.documents import Adjudication, Adjudications, Caps, Phones, Settings
from kiosk.envelope import seal
from kiosk.subjects import open_phone
from tests.journeys.operator import KIOSK, Operator
from tests.simulator.cloud import Cloud, HeldDeposit
from tests.simulator.office import Decision, Office, Order
from tests.simulator.scenes import BINS

PHONE_KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
LIVES_MS = 30 * 86_400_000
SHORT_MS = 1_200_000
REJECTED = 3
"""One deposit in so many is rejected."""


def unseal(subject: str) -> str:
    """Read a phone number. Raises TrustError."""
    return open_phone(subject, PHONE_KEY)


class Bureau:
    """One operator; ``now_ms`` is what the time really is."""

    def __init__(
        self, operator: Operator, cloud: Cloud, office: Office, now_ms: Callable[[], int]
    ) -> None:
        self._operator = operator
        self._cloud = cloud
        self._office = office
        self._now_ms = now_ms
        self._number = 0
        self._settings = 1
        self._decided = 0

    # ---- settings ----

    def change_rules(self, size: int) -> None:
        """Other caps, or none; phone numbers are always taken."""
        deposits = (None, 1, 2, 3)[size % 4]
        grams = (None, 2_000, 10_000)[size // 4 % 3]
        minor = (None, 500, 3_000)[size // 12 % 3]
        self._settings += 1
        self._office.rules(self._settings, (deposits, grams, minor))
        phones = Phones(PHONE_KEY.public_key().public_bytes_raw())
        body = Settings(
            "Operator", "400-800-0000", True, "东门", "East gate", phones,
            Caps(deposits, grams, minor),
        )  # fmt: skip
        document = self._operator.document("settings", self._settings, body)
        self._cloud.documents["settings"] = (self._settings, document)

    # ---- orders ----

    def order(self, size: int) -> Callable[[], None] | None:
        """Give an order; returns what takes it back, where anything has to be."""
        where = BINS[size // 8 % len(BINS)]
        lives_ms = SHORT_MS if size % 5 == 0 else LIVES_MS
        match size % 8:
            case 0 | 1:
                self._give(c.CloseCompartment(where), lives_ms)
                return lambda: self._give(c.OpenCompartment(where), LIVES_MS)
            case 2:
                self._give(c.TakeOutOfService(), lives_ms)
                return lambda: self._give(c.PutInService(), LIVES_MS)
            case 3:
                self._give(c.ChangeInterval(size % 1_000 + 60), lives_ms)
                return lambda: self._give(c.ChangeInterval(0), LIVES_MS)
            case 4 | 5:
                self._give(c.Restart(), lives_ms)
            case 6:
                self._give(c.SendDiagnostics(), lives_ms)
            case _:
                self._give(c.RotateKey(), lives_ms)
        return None

    def _give(self, order: c.Order, lives_ms: int) -> None:
        self._number += 1
        expires_ms = self._now_ms() + lives_ms
        said = c.Command(KIOSK, self._number, expires_ms, "operator", order)
        envelope = seal(c.COMMAND_TYPE, msgspec.json.encode(said), self._operator.root)
        kind = str(type(order).__struct_config__.tag)
        where = getattr(order, "compartment", "")
        self._office.ordered(self._number, Order(kind, where, expires_ms))
        self._cloud.commands[self._number] = (expires_ms, envelope)

    # ---- decisions ----

    def decide(self) -> int:
        """Decide about every HELD deposit that waits; returns how many there were."""
        waiting = self._cloud.undecided()
        for held in waiting:
            self._cloud.decide(self._decision(held))
        if waiting:
            self._decided += 1
            body = Adjudications(self._cloud.open_decisions())
            document = self._operator.document(
                "adjudications", self._decided, body, f"kiosk:{KIOSK}"
            )
            self._cloud.documents["adjudications"] = (self._decided, document)
        return len(waiting)

    def _decision(self, held: HeldDeposit) -> Adjudication:
        amount = 0 if held.seq % REJECTED == 0 else 1 + 37 * held.seq % 500
        told = Decision(held.receipt, held.subject, amount)
        self._office.decided(held.ledger, held.seq, held.hash, told)
        return Adjudication(
            held.ledger, held.seq, held.hash, amount, "CNY", "operator", "looked at it",
            self._now_ms(),
        )  # fmt: skip
