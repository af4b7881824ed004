"""A resident's token: a signed claim in a QR code, checked without a network.

``K1:`` and the base45 text (RFC 9285) of a COSE_Sign1 (RFC 9052, EdDSA) over CWT claims (RFC
8392): subject, expiry, token id, optionally when it was issued. There is exactly one spelling of
a token: a text that differs in any character is another one, and not signed.
"""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kiosk.clock import WallTime
from kiosk.envelope import TrustError
from kiosk.errors import KioskError
from kiosk.logs import get
from kiosk.views import TokenNotice

_log = get(__name__)

PREFIX = b"K1:"
TEXT_BYTES_MAX = 400
SUBJECT_CHARS_MAX = 64
ID_BYTES = 16
SKEW_MS = 60_000
"""How far an issuer's clock may be ahead of the machine's."""

# COSE header parameters 1 (alg) = -8 (EdDSA) and 4 (kid); CWT claims by number.
_ALG, _EDDSA, _KID = 1, -8, 4
_SUB, _EXP, _IAT, _CTI = 2, 4, 6, 7
_KID_BYTES = 8
_SIGNATURE_BYTES = 64
# Tag 18, an array of four, a byte string of 13: {alg: EdDSA, kid: 8 bytes}; then an empty map.
_KID_AT = len(bytes.fromhex("d2844da2012704") + b"\x48")
_PAYLOAD_AT = _KID_AT + _KID_BYTES + len(b"\xa0")

_BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_BASE45_VALUES = {ord(character): value for value, character in enumerate(_BASE45)}


class TokenError(TrustError):
    """A resident's token is not acceptable; ``notice`` is what the screen tells them."""

    def __init__(self, message: str, notice: TokenNotice) -> None:
        super().__init__(message)
        self.notice: TokenNotice = notice


class SeenTokensError(KioskError):
    """The accepted tokens cannot be kept, so none may be accepted."""


@dataclass(frozen=True, slots=True)
class Token:
    """Who shows it, under which id, until when (milliseconds since 1970 UTC)."""

    subject: str
    id: str
    expires_ms: int


def issue(
    subject: str,
    token_id: bytes,
    expires_ms: int,
    issuer_key: Ed25519PrivateKey,
    *,
    issued_ms: int | None = None,
) -> str:
    """Make a token's text. Claims count whole seconds, so times are rounded down to them.

    Raises ValueError for a subject or an id that no machine would accept.
    """
    if not _is_subject(subject) or len(token_id) != ID_BYTES:
        raise ValueError(f"needs 1 to {SUBJECT_CHARS_MAX} printable characters, {ID_BYTES} bytes")
    claims: dict[int, object] = {_SUB: subject, _EXP: expires_ms // 1000, _CTI: token_id}
    if issued_ms is not None:
        claims[_IAT] = issued_ms // 1000
    payload = cbor2.dumps(claims, canonical=True)
    kid = _kid(issuer_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    signature = issuer_key.sign(_to_be_signed(kid, payload))
    return PREFIX.decode() + base45_encode(_assemble(kid, payload, signature))


def check(text: bytes, issuers: Iterable[bytes], now: WallTime, floor_ms: int) -> Token:
    """Return what a token says, if one of the issuers (32 public bytes each) signed it.

    With a clock of quality S or R it must be valid now; with I or U only ``floor_ms``, the
    latest time known to be past, is held against it (architecture.md, "Time"). Whether its id
    was accepted before is for :class:`SeenTokens`. Raises TokenError, and nothing else.
    """
    kid, payload, signature = _take_apart(text)
    public = {_kid(issuer): issuer for issuer in issuers}.get(kid)
    if public is None:
        raise TokenError(f"issued by {kid.hex()}, which is not known here", "unknown_issuer")
    try:
        verifier = Ed25519PublicKey.from_public_bytes(public)
        verifier.verify(signature, _to_be_signed(kid, payload))
    except (InvalidSignature, ValueError) as error:
        raise TokenError("the token's signature is wrong", "forged") from error
    token, issued_ms = _claims(payload)
    known = now.utc_ms is not None and now.quality in ("S", "R")
    now_ms = max(now.utc_ms, floor_ms) if known and now.utc_ms is not None else floor_ms
    if token.expires_ms <= now_ms:
        raise TokenError(f"expired {(now_ms - token.expires_ms) // 1000} s ago", "expired")
    if known and issued_ms is not None and issued_ms > now_ms + SKEW_MS:
        raise TokenError(f"valid in {(issued_ms - now_ms) // 1000} s", "not_yet")
    return token


def _take_apart(text: bytes) -> tuple[bytes, bytes, bytes]:
    """Cut a text into key id, payload and signature.

    Cut by place and put together again to compare, rather than given to a CBOR decoder: nothing
    interprets a stranger's bytes (tags can ask for dates, patterns, huge numbers) before their
    signature is verified, and no second spelling exists.
    """
    if len(text) > TEXT_BYTES_MAX or not text.startswith(PREFIX):
        raise TokenError("not a resident's token", "unreadable")
    try:
        data = base45_decode(text[len(PREFIX) :])
    except ValueError as error:
        raise TokenError(f"not a resident's token: {error}", "unreadable") from error
    kid = data[_KID_AT : _KID_AT + _KID_BYTES]
    signature = data[-_SIGNATURE_BYTES:]
    body = data[_PAYLOAD_AT : -_SIGNATURE_BYTES - 2]
    payload = body[2:] if body[:1] == b"\x58" else body[1:]
    if _assemble(kid, payload, signature) != data:
        raise TokenError("not a resident's token: not COSE_Sign1 as issued here", "unreadable")
    return kid, payload, signature


def _claims(payload: bytes) -> tuple[Token, int | None]:
    """Read the claims of a verified token; also when it was issued, in milliseconds."""
    try:
        claims = cbor2.loads(payload)
        subject, expiry, token_id = claims[_SUB], claims[_EXP], claims[_CTI]
        issued = claims.get(_IAT)
        canonical = cbor2.dumps(claims, canonical=True) == payload
    except Exception as error:  # boundary: a CBOR decoder raises many kinds, even from signed bytes
        raise TokenError("the token's claims cannot be read", "unreadable") from error
    if not (
        canonical
        and isinstance(subject, str)
        and _is_subject(subject)
        and type(expiry) is int
        and (issued is None or type(issued) is int)
        and isinstance(token_id, bytes)
        and len(token_id) == ID_BYTES
    ):
        raise TokenError("the token's claims are not those of a resident", "unreadable")
    issued_ms = None if issued is None else issued * 1000
    return Token(subject, token_id.hex(), expiry * 1000), issued_ms


def _protected(kid: bytes) -> bytes:
    return cbor2.dumps({_ALG: _EDDSA, _KID: kid}, canonical=True)


def _to_be_signed(kid: bytes, payload: bytes) -> bytes:
    """RFC 9052, 4.4: Sig_structure of COSE_Sign1 without external data."""
    return cbor2.dumps(["Signature1", _protected(kid), b"", payload])


def _assemble(kid: bytes, payload: bytes, signature: bytes) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(18, [_protected(kid), {}, payload, signature]))


def _kid(public: bytes) -> bytes:
    """The key id of kiosk.envelope.key_id, as bytes."""
    return hashlib.sha256(public).digest()[:_KID_BYTES]


def _is_subject(subject: str) -> bool:
    return 1 <= len(subject) <= SUBJECT_CHARS_MAX and subject.isprintable()


def base45_encode(data: bytes) -> str:
    """Write two bytes as three characters, a last single one as two (RFC 9285)."""
    text = []
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, value = divmod(number, 45)
            text.append(_BASE45[value])
    return "".join(text)


def base45_decode(text: bytes) -> bytes:
    """Read base45. Raises ValueError for a wrong character, length or a value out of range."""
    if len(text) % 3 == 1:
        raise ValueError(f"{len(text)} characters are no base45")
    data = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        try:
            number = sum(_BASE45_VALUES[byte] * 45**power for power, byte in enumerate(group))
            data += number.to_bytes(len(group) - 1, "big")
        except (KeyError, OverflowError) as error:
            raise ValueError(f"no base45 at character {start}") from error
    return bytes(data)


class SeenTokens:
    """Ids of accepted tokens, kept in a file until they have expired.

    One line a token, appended and flushed before :meth:`accept` returns; a line torn by a power
    cut was never answered for and is dropped. Expired ones are kept for a day, lest a clock that
    is set back lets them in again, and leave the file when it is next rewritten.
    """

    MARGIN_MS = 24 * 3600 * 1000
    REWRITE_LINES_MIN = 1000

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines_left = 0
        try:
            self._expiries = self._load()
        except OSError as error:
            raise self._failed(error) from error
        try:
            self._rewrite()
        except OSError as error:
            # On a full disk a machine must start all the same, to say so and to end what was
            # begun (P5). No line is left, so the next token is refused unless this works then.
            _log.warning("seen_tokens_not_rewritten", why=str(self._failed(error)))

    def accept(self, token: Token, now_ms: int) -> bool:
        """Keep a token's id, durable before this returns; False: it was accepted before.

        ``now_ms`` is the latest wall time known to be past: only ids that expired a day before
        it are forgotten. Raises SeenTokensError when the id cannot be kept (a full disk): accept
        nothing then.
        """
        if token.id in self._expiries:
            return False
        try:
            if self._lines_left <= 0:
                oldest = now_ms - self.MARGIN_MS
                self._expiries = {i: ms for i, ms in self._expiries.items() if ms > oldest}
                self._rewrite()
            self._append(f"{token.id} {token.expires_ms}\n".encode())
        except OSError as error:
            self._lines_left = 0  # half a line may stand at the end: write the file anew
            raise self._failed(error) from error
        self._lines_left -= 1
        self._expiries[token.id] = token.expires_ms
        return True

    def _load(self) -> dict[str, int]:
        """Read what is there. A line that a failing disk garbled is passed over: a replay mostly
        gifts its victim, and a machine that refused to start would serve nobody."""
        expiries = {}
        garbled = 0
        if self._path.exists():
            for line in self._path.read_bytes().split(b"\n")[:-1]:
                token_id, _, expires_ms = line.decode("ascii", "replace").partition(" ")
                if len(token_id) == 2 * ID_BYTES and expires_ms.lstrip("-").isdecimal():
                    expiries[token_id] = int(expires_ms)
                else:
                    garbled += 1
        if garbled:
            _log.warning("seen_tokens_damaged", file=str(self._path), lines=garbled)
        return expiries

    def _append(self, line: bytes) -> None:
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        try:
            if os.write(handle, line) != len(line):
                raise OSError(0, "the disk is full")
            os.fsync(handle)
        finally:
            os.close(handle)

    def _rewrite(self) -> None:
        """Write all ids to a new file and put it in place of the old one, all or nothing."""
        fresh = self._path.with_name(f".{self._path.name}.new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            for token_id, expires_ms in self._expiries.items():
                file.write(f"{token_id} {expires_ms}\n".encode())
            file.flush()
            os.fsync(handle)
        os.replace(fresh, self._path)
        directory = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        # Let the file double before it is written again, so that this costs little on average.
        self._lines_left = max(self.REWRITE_LINES_MIN, len(self._expiries))

    def _failed(self, error: OSError) -> SeenTokensError:
        return SeenTokensError(f"{self._path}: accepted tokens cannot be kept ({error.strerror})")
