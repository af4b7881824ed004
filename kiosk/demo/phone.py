"""The resident's phone: shows a code that the machine checks without a network.

A real phone gets its code from the operator; here the demo holds the operator's issuer key. The
code changes every minute and after it was shown. For trying the machine's patience the phone can
also show an expired code, a forged one and one that was used before.
"""

import secrets
from typing import Literal

import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from kiosk import tokens
from kiosk.clock import Clock
from kiosk.demo.errors import DemoError

CodeKind = Literal["fresh", "expired", "forged", "used"]

RENEW_MS = 60_000
LIFE_MS = 5 * 60_000
"""How long a machine accepts a code (cloud.md, "Resident tokens")."""
SUBJECT = "resident-demo-7"


class PhoneState(Struct, frozen=True):
    """What the phone shows: the code as a picture, and for how long."""

    picture: str
    """An SVG as a data URI."""
    until_utc_ms: int
    total_ms: int
    subject: str
    """The resident's pseudonym, which the operator's credits name."""


class Phone:
    """One resident's phone; used by one thread at a time (the caller's lock)."""

    def __init__(self, issuer_key: Ed25519PrivateKey, clock: Clock) -> None:
        self._issuer_key = issuer_key
        self._clock = clock
        self._used: str | None = None
        self._renew()

    def state(self) -> PhoneState:
        """What it shows now, with a new code when the minute is over."""
        if self._clock.monotonic_ms() - self._made_ms >= RENEW_MS:
            self._renew()
        return PhoneState(self._picture, self._until_utc_ms, RENEW_MS, SUBJECT)

    def code(self, kind: CodeKind) -> bytes:
        """What a scanner reads from it. Raises DemoError if there is no used code yet."""
        if kind == "expired":
            return self._token(-LIFE_MS).encode()
        if kind == "forged":
            return _forged(self._token(LIFE_MS))
        if kind == "used":
            if self._used is None:
                raise DemoError("no code was used yet: show the fresh one first")
            return self._used.encode()
        return self._text.encode()

    def was_shown(self) -> None:
        """The fresh code was held before a scanner: it is spent, show the next."""
        self._used = self._text
        self._renew()

    def _renew(self) -> None:
        self._text = self._token(LIFE_MS)
        self._made_ms = self._clock.monotonic_ms()
        self._until_utc_ms = self._now_ms() + RENEW_MS
        code = segno.make(self._text, error="m", micro=False)
        self._picture = code.svg_data_uri(border=2, dark="#10231a", light="#ffffff")

    def _token(self, life_ms: int) -> str:
        expires_ms = self._now_ms() + life_ms
        return tokens.issue(SUBJECT, secrets.token_bytes(16), expires_ms, self._issuer_key)

    def _now_ms(self) -> int:
        now_ms = self._clock.wall().utc_ms
        if now_ms is None:
            raise DemoError("this computer does not know the time; set its clock and try again")
        return now_ms


def _forged(text: str) -> bytes:
    """The same code with one bit of its signature turned: well-formed, and not signed."""
    data = bytearray(tokens.base45_decode(text[len(tokens.PREFIX) :].encode()))
    data[-1] ^= 1
    return tokens.PREFIX + tokens.base45_encode(bytes(data)).encode()
