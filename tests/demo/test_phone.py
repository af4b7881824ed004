"""The resident's phone: its codes are what a machine says of them, and they change."""

from dataclasses import dataclass
from urllib.parse import unquote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import tokens
from kiosk.clock import WallTime
from kiosk.demo.errors import DemoError
from kiosk.demo.phone import RENEW_MS, SUBJECT, Phone
from kiosk.keys import public_bytes
from kiosk.tokens import TokenError
from kiosk.units import Millis

KEY = Ed25519PrivateKey.generate()
NOW_MS = 1_790_000_000_000


@dataclass
class FakeClock:
    """Time that a test moves."""

    ms: int = 0
    utc_ms: int | None = NOW_MS

    def monotonic_ms(self) -> Millis:
        return Millis(self.ms)

    def wall(self) -> WallTime:
        return WallTime(None if self.utc_ms is None else self.utc_ms + self.ms, "S")


def check(code: bytes) -> tokens.Token:
    return tokens.check(code, [public_bytes(KEY)], WallTime(NOW_MS, "S"), 0)


def test_a_fresh_code_is_accepted() -> None:
    assert check(Phone(KEY, FakeClock()).code("fresh")).subject == SUBJECT


def test_an_expired_code_is_expired() -> None:
    with pytest.raises(TokenError) as refused:
        check(Phone(KEY, FakeClock()).code("expired"))
    assert refused.value.notice == "expired"


def test_a_forged_code_is_forged() -> None:
    with pytest.raises(TokenError) as refused:
        check(Phone(KEY, FakeClock()).code("forged"))
    assert refused.value.notice == "forged"


def test_a_used_code_is_the_one_that_was_shown() -> None:
    phone = Phone(KEY, FakeClock())
    with pytest.raises(DemoError, match="no code was used"):
        phone.code("used")
    shown = phone.code("fresh")
    phone.was_shown()
    assert phone.code("used") == shown
    assert phone.code("fresh") != shown


def test_the_code_changes_every_minute_and_not_before() -> None:
    clock = FakeClock()
    phone = Phone(KEY, clock)
    first = phone.state()
    clock.ms = RENEW_MS - 1
    assert phone.state() == first
    clock.ms = RENEW_MS
    second = phone.state()
    assert second.picture != first.picture
    assert second.until_utc_ms == NOW_MS + 2 * RENEW_MS


def test_the_picture_is_an_svg_that_needs_no_network() -> None:
    picture = Phone(KEY, FakeClock()).state().picture
    assert picture.startswith("data:image/svg+xml")
    assert "<svg" in unquote(picture)
    assert "href" not in unquote(picture)


def test_without_the_time_no_code_can_be_made() -> None:
    with pytest.raises(DemoError, match="set its clock"):
        Phone(KEY, FakeClock(utc_ms=None))
