"""A resident's token: only the exact text an issuer signed is accepted, whatever is shown."""

import random
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pytest_mock import MockerFixture

from kiosk import tokens
from kiosk.clock import WallTime
from kiosk.keys import public_bytes
from kiosk.tokens import SeenTokens, SeenTokensError, Token, TokenError, base45_decode

KEY = Ed25519PrivateKey.from_private_bytes(b"i" * 32)
ISSUERS = (public_bytes(KEY),)
NOW_MS = 1_795_000_000_000
NOW = WallTime(NOW_MS, "S")
EXPIRES_MS = NOW_MS + 300_000
ID = bytes(range(16))
TOKEN = Token("r-7f3a", ID.hex(), EXPIRES_MS)
TEXT = tokens.issue("r-7f3a", ID, EXPIRES_MS, KEY, issued_ms=NOW_MS).encode()


def refusal(text: bytes, now: WallTime = NOW, floor_ms: int = 0) -> str:
    """The notice of a token that must not be accepted."""
    with pytest.raises(TokenError) as caught:
        tokens.check(text, ISSUERS, now, floor_ms)
    return caught.value.notice


def signed(claims: object, *, payload: bytes | None = None) -> bytes:
    """A token with claims of one's choice, properly signed."""
    kid = tokens._kid(ISSUERS[0])
    payload = cbor2.dumps(claims, canonical=True) if payload is None else payload
    signature = KEY.sign(tokens._to_be_signed(kid, payload))
    return b"K1:" + tokens.base45_encode(tokens._assemble(kid, payload, signature)).encode()


def test_a_fresh_token_is_read_as_issued() -> None:
    assert tokens.check(TEXT, ISSUERS, NOW, 0) == TOKEN


def test_it_is_cose_that_others_can_read() -> None:
    """RFC 9052: tag 18, [protected, unprotected, payload, signature]."""
    message = cbor2.loads(base45_decode(TEXT[3:]))
    assert message.tag == 18
    protected, unprotected, payload, signature = message.value
    assert cbor2.loads(protected)[1] == -8
    assert (unprotected, len(signature)) == ({}, 64)
    claims = {2: "r-7f3a", 4: EXPIRES_MS // 1000, 6: NOW_MS // 1000, 7: ID}
    assert cbor2.loads(payload) == claims


def test_it_fits_a_small_code_of_alphanumeric_mode() -> None:
    assert len(TEXT) < 200
    assert set(TEXT.decode()) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def test_each_refusal_has_its_own_notice() -> None:
    stranger = Ed25519PrivateKey.generate()
    assert refusal(TEXT, WallTime(EXPIRES_MS, "S")) == "expired"
    assert refusal(tokens.issue("r", ID, EXPIRES_MS, stranger).encode()) == "unknown_issuer"
    data = bytearray(base45_decode(TEXT[3:]))
    data[-1] ^= 1
    assert refusal(b"K1:" + tokens.base45_encode(bytes(data)).encode()) == "forged"
    late = tokens.issue("r", ID, EXPIRES_MS, KEY, issued_ms=NOW_MS + 120_000).encode()
    assert refusal(late) == "not_yet"
    for text in (b"", b"6901234567892", b"K1:", b"K1:a", TEXT.lower(), TEXT + b"\r", b"\xff" * 99):
        assert refusal(text) == "unreadable"


@pytest.mark.parametrize("now", [WallTime(None, "U"), WallTime(NOW_MS + 10**10, "I")])
def test_without_a_known_time_only_the_floor_is_held_against_it(now: WallTime) -> None:
    assert tokens.check(TEXT, ISSUERS, now, EXPIRES_MS - 1) == TOKEN
    assert refusal(TEXT, now, EXPIRES_MS) == "expired"


def test_an_issuer_slightly_ahead_is_no_reason_to_refuse() -> None:
    text = tokens.issue("r", ID, EXPIRES_MS, KEY, issued_ms=NOW_MS + 59_000).encode()
    assert tokens.check(text, ISSUERS, NOW, 0).subject == "r"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        [],
        7,
        {2: "r", 4: 1},
        {2: "", 4: 1, 7: ID},
        {2: "a\nb", 4: 1, 7: ID},
        {2: "r", 4: True, 7: ID},
        {2: "r", 4: 1, 7: b"short"},
        {2: 5, 4: 1, 7: ID},
        {2: "r", 4: 1, 6: "x", 7: ID},
    ],
)
def test_signed_nonsense_is_unreadable(claims: object) -> None:
    assert refusal(signed(claims)) == "unreadable"


def test_trailing_and_non_canonical_claims_are_unreadable_though_signed() -> None:
    claims = cbor2.dumps({2: "r", 4: EXPIRES_MS // 1000, 7: ID}, canonical=True)
    assert tokens.check(signed(None, payload=claims), ISSUERS, NOW, 0).subject == "r"
    assert refusal(signed(None, payload=claims + b"\x00")) == "unreadable"
    long_key = b"\xa3\x18\x02" + claims[2:]
    assert refusal(signed(None, payload=long_key)) == "unreadable"


def test_none_of_ten_thousand_mutants_is_accepted() -> None:
    """cwt accepted 37 of as many, and leaked IndexError (dependencies.md)."""
    source = random.Random(20261123)
    raw = base45_decode(TEXT[3:])
    for number in range(10_000):
        in_text = number % 2 == 0
        mutant = bytearray(TEXT if in_text else raw)
        for _ in range(source.randint(1, 3)):
            place = source.randrange(len(mutant))
            what = source.randrange(4)
            if what == 0:
                mutant[place] ^= 1 << source.randrange(8)
            elif what == 1:
                mutant[place] = source.choice(tokens._BASE45.encode()) if in_text else 0x58
            elif what == 2:
                del mutant[place : place + source.randint(1, 4)]
            else:
                mutant[place:place] = source.randbytes(source.randint(1, 3))
            if not mutant:
                break
        text = bytes(mutant)
        if not in_text:
            text = b"K1:" + tokens.base45_encode(text).encode()
        if text != TEXT:
            refusal(text)


@given(st.binary(max_size=500))
def test_anything_shown_raises_token_errors_only(shown: bytes) -> None:
    refusal(shown)
    refusal(b"K1:" + tokens.base45_encode(shown).encode())


@given(st.binary(max_size=300))
def test_base45_comes_back(data: bytes) -> None:
    assert base45_decode(tokens.base45_encode(data).encode()) == data


@given(st.text(alphabet=tokens._BASE45, max_size=12))
def test_base45_has_one_spelling(text: str) -> None:
    try:
        data = base45_decode(text.encode())
    except ValueError:
        return
    assert tokens.base45_encode(data) == text


def test_base45_as_in_rfc_9285() -> None:
    assert tokens.base45_encode(b"AB") == "BB8"
    assert tokens.base45_encode(b"Hello!!") == "%69 VD92EX0"
    assert base45_decode(b"QED8WEX0") == b"ietf!"


def test_a_subject_no_machine_would_accept_is_not_issued() -> None:
    for subject, token_id in (("", ID), ("x" * 65, ID), ("a\tb", ID), ("r", b"short")):
        with pytest.raises(ValueError, match="needs 1 to 64"):
            tokens.issue(subject, token_id, EXPIRES_MS, KEY)


# ---- tokens seen before ----


def token(number: int, expires_ms: int = EXPIRES_MS) -> Token:
    return Token("r", f"{number:032x}", expires_ms)


def test_a_token_is_accepted_once_also_after_a_restart(tmp_path: Path) -> None:
    seen = SeenTokens(tmp_path / "seen")
    assert seen.accept(token(1), NOW_MS)
    assert not seen.accept(token(1), NOW_MS)
    again = SeenTokens(tmp_path / "seen")
    assert not again.accept(token(1), NOW_MS)
    assert again.accept(token(2), NOW_MS)


def test_a_power_cut_at_any_byte_keeps_every_accepted_token(tmp_path: Path) -> None:
    path = tmp_path / "seen"
    seen = SeenTokens(path)
    ends = []
    for number in range(3):
        seen.accept(token(number), NOW_MS)
        ends.append(path.stat().st_size)
    whole = path.read_bytes()
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        after = SeenTokens(path)
        for number, end in enumerate(ends):
            assert after.accept(token(number), NOW_MS) == (cut < end)


def test_what_a_bad_disk_garbled_does_not_stop_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "seen"
    path.write_bytes(b"\xff\xfe\n" + f"{1:032x} {EXPIRES_MS}\n".encode() + b"zz 1 2\n")
    assert not SeenTokens(path).accept(token(1), NOW_MS)


def test_the_file_stays_bounded_by_what_has_not_expired(tmp_path: Path) -> None:
    path = tmp_path / "seen"
    seen = SeenTokens(path)
    for number in range(SeenTokens.REWRITE_LINES_MIN):
        seen.accept(token(number, NOW_MS), NOW_MS)
    later_ms = NOW_MS + SeenTokens.MARGIN_MS
    assert seen.accept(token(5000, later_ms + 1), later_ms)
    assert path.read_bytes().count(b"\n") == 1


def test_a_full_disk_does_not_stop_a_start(tmp_path: Path, mocker: MockerFixture) -> None:
    """P5, found by tests/simulator: a machine that fell into a restart loop says nothing."""
    path = tmp_path / "seen"
    SeenTokens(path).accept(token(1), NOW_MS)
    fsync = mocker.patch("kiosk.tokens.os.fsync", side_effect=OSError(28, "No space left"))
    seen = SeenTokens(path)
    assert not seen.accept(token(1), NOW_MS)
    with pytest.raises(SeenTokensError, match="No space left"):
        seen.accept(token(2), NOW_MS)
    mocker.stop(fsync)
    assert seen.accept(token(2), NOW_MS)


def test_a_token_that_cannot_be_kept_is_not_accepted(tmp_path: Path, mocker: MockerFixture) -> None:
    path = tmp_path / "seen"
    seen = SeenTokens(path)
    seen.accept(token(1), NOW_MS)
    fsync = mocker.patch("kiosk.tokens.os.fsync", side_effect=OSError(28, "No space left"))
    with pytest.raises(SeenTokensError, match="No space left"):
        seen.accept(token(2), NOW_MS)
    mocker.stop(fsync)
    assert seen.accept(token(2), NOW_MS)
    again = SeenTokens(path)
    assert not again.accept(token(1), NOW_MS)
    assert not again.accept(token(2), NOW_MS)
