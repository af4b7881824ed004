"""A document takes effect only if the operator signed it, for this machine, now, and not again."""

from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import documents
from kiosk.clock import WallTime
from kiosk.documents import Document, Effect, EndpointKeys, Issuers, Settings, Tariff
from kiosk.envelope import TrustError, seal
from kiosk.keys import public_bytes

ROOT = Ed25519PrivateKey.from_private_bytes(b"r" * 32)
NOW_MS = 1_795_000_000_000
TARIFF = Document(
    "tariff", "site:yard-7", 3, NOW_MS, NOW_MS + 1000, Tariff("CNY", 1, {"paper": 8000})
)


def check(envelope: bytes, **changes: Any) -> Document:
    """Check as machine k-1 of yard-7, which has version 3, at the first valid moment."""
    facts: dict[str, Any] = {
        "kiosk": "k-1",
        "site": "yard-7",
        "now": WallTime(NOW_MS, "S"),
        "adopted": 3,
    }
    return documents.check(envelope, public_bytes(ROOT), **{**facts, **changes})


def refusal(envelope: bytes, **changes: Any) -> str:
    with pytest.raises(TrustError) as caught:
        check(envelope, **changes)
    return str(caught.value)


BODIES = [
    ("tariff", Tariff("CNY", 1, {"paper": 8000, "metal": 26000})),
    ("issuers", Issuers((b"k" * 32, b"l" * 32))),
    ("endpoint_keys", EndpointKeys((b"e" * 32,))),
    ("settings", Settings("绿色", "400-1", True, "七号院", "Yard 7")),
    (
        "settings",
        Settings(
            *("绿色", "400-1", True, "七号院", "Yard 7"),
            effect=Effect({"paper": 900}, {"zh": "手册", "en": "Handbook"}, 170),
            materials={"glass": {"zh": "玻璃瓶", "zh_TW": "玻璃瓶"}},
        ),
    ),
]


@pytest.mark.parametrize(("name", "body"), BODIES)
def test_every_kind_comes_as_it_was_issued(name: str, body: documents.Body) -> None:
    document = Document(name, "*", 1, 0, None, body)
    envelope = documents.issue(document, ROOT)
    assert check(envelope, adopted=None) == document
    assert documents.name_of(envelope, public_bytes(ROOT)) == name


@pytest.mark.parametrize(
    "wrong",
    [
        {"effect": Effect({"paper": -1}, {"en": "Handbook"})},
        {"effect": Effect({"paper": 900}, {})},
        {"effect": Effect({"paper": 900}, {"English": "Handbook"})},
        {"effect": Effect({"paper": 900}, {"en": "Handbook"}, 0)},
        {"materials": {"glass": {"en": ""}}},
        {"materials": {"glass": {}}},
    ],
)
def test_a_factor_without_its_source_and_a_material_without_a_name_are_not_signed(
    wrong: dict[str, Any],
) -> None:
    settings = Settings("绿色", "400-1", True, "七号院", "Yard 7", **wrong)
    with pytest.raises(TrustError):
        documents.issue(Document("settings", "*", 1, 0, None, settings), ROOT)


@pytest.mark.parametrize("scope", ["*", "site:yard-7", "kiosk:k-1"])
def test_a_scope_that_names_this_machine(scope: str) -> None:
    envelope = documents.issue(msgspec.structs.replace(TARIFF, scope=scope), ROOT)
    assert check(envelope).scope == scope


@pytest.mark.parametrize("scope", ["site:yard-8", "kiosk:k-2", "site:k-1", "kiosk:yard-7"])
def test_a_scope_that_does_not(scope: str) -> None:
    envelope = documents.issue(msgspec.structs.replace(TARIFF, scope=scope), ROOT)
    assert refusal(envelope) == f"tariff version 3 is for {scope}, not for k-1"


def test_an_old_price_is_not_played_back() -> None:
    envelope = documents.issue(TARIFF, ROOT)
    assert check(envelope, adopted=2) == check(envelope, adopted=3) == TARIFF
    assert refusal(envelope, adopted=4) == (
        "tariff version 3 is older than version 4, which is in force"
    )


def test_validity_needs_a_clock_that_claims_to_know() -> None:
    envelope = documents.issue(TARIFF, ROOT)
    for quality in ("S", "R", "I"):
        assert "not valid before 2026-" in refusal(envelope, now=WallTime(NOW_MS - 1, quality))
        assert "was valid until 2026-" in refusal(envelope, now=WallTime(NOW_MS + 1001, quality))
    assert check(envelope, now=WallTime(NOW_MS + 1000, "S")) == TARIFF
    assert check(envelope, now=WallTime(None, "U")) == TARIFF
    assert check(envelope, now=WallTime(0, "U")) == TARIFF


def test_a_time_no_calendar_can_write_is_still_refused_in_words() -> None:
    far = msgspec.structs.replace(TARIFF, not_before_ms=10**18, not_after_ms=None)
    assert "not valid before 1000000000000000000 ms" in refusal(documents.issue(far, ROOT))


def test_another_root_is_not_the_operator() -> None:
    assert "not trusted here" in refusal(
        documents.issue(TARIFF, Ed25519PrivateKey.from_private_bytes(b"x" * 32))
    )


def test_something_else_under_the_root_is_no_document() -> None:
    payload = msgspec.json.encode(TARIFF)
    assert "not 'application/vnd.kiosk.document+json'" in refusal(seal("x/mark", payload, ROOT))


def test_a_flipped_byte_anywhere_is_refused() -> None:
    envelope = documents.issue(TARIFF, ROOT)
    for place in range(len(envelope)):
        changed = bytearray(envelope)
        changed[place] ^= 1
        refusal(bytes(changed))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "issuers"}, "named 'issuers' holds 'tariff'"),
        ({"version": 0}, "version"),
        ({"scope": "everyone"}, "scope"),
        ({"extra": 1}, "extra"),
        ({"body": {"type": "tariff", "currency": "yuan", "step_minor": 1, "prices": {}}}, "curr"),
        ({"body": {"type": "tariff", "currency": "CNY", "step_minor": 0, "prices": {}}}, "step"),
        ({"body": {"type": "tariff", "currency": "CNY", "step_minor": 1, "prices": {"a": -1}}}, ""),
        (
            {"body": {"type": "tariff", "currency": "CNY", "step_minor": 1, "prices": {"a": 0.5}}},
            "",
        ),
        ({"name": "issuers", "body": {"type": "issuers", "keys": ["AAAA"]}}, "keys"),
        ({"body": {"type": "poem"}}, "poem"),
    ],
)
def test_a_signed_but_senseless_document_is_refused(change: dict[str, Any], words: str) -> None:
    payload = msgspec.json.encode({**msgspec.to_builtins(TARIFF), **change})
    assert words in refusal(seal(documents.DOCUMENT_TYPE, payload, ROOT))


def test_a_senseless_document_is_not_issued_either() -> None:
    wrong = msgspec.structs.replace(TARIFF, name="issuers")
    with pytest.raises(TrustError, match="named 'issuers'"):
        documents.issue(wrong, ROOT)
