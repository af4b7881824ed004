"""Who asks: RFC 9421 signatures by the transport key, and the digest of the body."""

import gzip
from collections.abc import Mapping

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.clock import WallTime
from kiosk.cloud import SIGNED_BODY_COMPONENTS, SIGNED_COMPONENTS, StatusRequest
from kiosk.envelope import key_id
from kiosk.keys import public_bytes
from kiosk.units import Millis
from sync.agent.signing import Signer
from sync.conformance import forger
from sync.conformance.chain import Chain
from sync.conformance.forger import Forgery
from sync.conformance.kit import GZIP, JSON, Kit, batch_body, need, took
from sync.conformance.line import Request
from sync.conformance.rule import Rule

_SECTION = "What holds for everything"


class _StoppedClock:
    """A machine whose clock stands somewhere else."""

    def __init__(self, utc_ms: int) -> None:
        self._utc_ms = utc_ms

    def monotonic_ms(self) -> Millis:
        return Millis(0)

    def wall(self) -> WallTime:
        return WallTime(self._utc_ms, "U")


def _unsigned(kit: Kit, chain: Chain) -> Request:
    body = gzip.compress(batch_body(chain, chain.records), mtime=0)
    return Request("POST", kit.url + chain.path, GZIP, body)


def _changed(request: Request, headers: Mapping[str, str], body: bytes | None = None) -> Request:
    # Signing adds "Content-Digest" under some spelling: replace, never send it twice.
    changed = {name.lower() for name in headers}
    kept = {name: value for name, value in request.headers.items() if name.lower() not in changed}
    return Request(
        request.method, request.url, {**kept, **headers}, request.body if body is None else body
    )


def _without(request: Request, name: str) -> Request:
    kept = {key: value for key, value in request.headers.items() if key.lower() != name}
    return Request(request.method, request.url, kept, request.body)


def _refused(kit: Kit, chain: Chain, request: Request, what: str) -> None:
    need(kit.line.exchange(request), what, 401)
    kit.unchanged(chain, 0, what)


def _missing(kit: Kit) -> None:
    chain = kit.open()
    _refused(kit, chain, _unsigned(kit, chain), "a batch that is not signed")
    status = msgspec.json.encode(StatusRequest("conformance", chain.ledger, 0, 0, {}))
    for method, path, body in (
        ("POST", "/v1/status", status),
        ("GET", f"/v1/ledgers/{chain.ledger}", None),
        ("GET", "/v1/documents/tariff", None),
        ("GET", f"/v1/blobs/{'0' * 64}", None),
        ("PUT", f"/v1/blobs/{'0' * 64}", b"diagnostics"),
        ("POST", "/v1/keys", b'{"rotation":""}'),
    ):
        need(kit.plain(method, path, body), f"{method} {path} without a signature", 401)


def _unknown_key(kit: Kit) -> None:
    chain = kit.open()
    stranger = Ed25519PrivateKey.generate()
    how = Forgery(stranger, key_id(public_bytes(stranger)))
    signed = forger.sign(_unsigned(kit, chain), how)
    _refused(kit, chain, signed, "a batch signed by a key that nobody enrolled")


def _wrong_key(kit: Kit) -> None:
    chain = kit.open()
    how = Forgery(Ed25519PrivateKey.generate(), chain.machine.key_id)
    signed = forger.sign(_unsigned(kit, chain), how)
    _refused(kit, chain, signed, "a stranger's signature under the machine's key id")
    # Ed25519 signatures have 64 bytes: this one has three.
    honest = kit.batch(chain, chain.records)
    _refused(kit, chain, _changed(honest, {"Signature": "kiosk=:AAAA:"}), "a short signature")


def _elsewhere(kit: Kit) -> None:
    chain = kit.open()
    honest = kit.batch(chain, chain.records)
    other = kit.open()
    # The path is signed, so this one was made for the other ledger.
    moved = Request(honest.method, kit.url + other.path, honest.headers, honest.body)
    _refused(kit, other, moved, "a signature made for another path")
    queried = Request(honest.method, f"{honest.url}?more=1", honest.headers, honest.body)
    need(kit.line.exchange(queried), "a signature made for another query", 401)


def _covers(kit: Kit) -> None:
    chain = kit.open()
    key, claimed = chain.machine.transport_key, chain.machine.key_id
    for left_out in (*SIGNED_COMPONENTS, *SIGNED_BODY_COMPONENTS):
        signed = forger.sign(_unsigned(kit, chain), Forgery(key, claimed, left_out))
        need(kit.line.exchange(signed), f"a signature that does not cover {left_out}", 401)
    kit.unchanged(chain, 0, "signatures that cover too little")


def _tag(kit: Kit) -> None:
    chain = kit.open()
    how = Forgery(chain.machine.transport_key, chain.machine.key_id, tag="another-protocol")
    signed = forger.sign(_unsigned(kit, chain), how)
    _refused(kit, chain, signed, "a signature with the tag of another protocol")


def _any_age(kit: Kit) -> None:
    chain = kit.open()
    for utc_ms, when in ((0, "1970"), (4_102_444_800_000, "2100")):
        unsigned = _unsigned(kit, chain)
        signer = Signer(chain.machine.transport_key, _StoppedClock(utc_ms))
        headers = signer.sign("POST", unsigned.url, unsigned.headers, unsigned.body)
        request = Request("POST", unsigned.url, headers, unsigned.body)
        took(kit.line.exchange(request), f"a batch signed in {when} by the machine's clock")


def _body(kit: Kit) -> None:
    chain = kit.open()
    honest = kit.batch(chain, chain.records)
    other = gzip.compress(batch_body(chain, chain.records) + b" ", mtime=0)
    _refused(kit, chain, _changed(honest, {}, other), "a body that was changed on its way")


def _digest(kit: Kit) -> None:
    chain = kit.open()
    honest = kit.batch(chain, chain.records)
    wrong = {"Content-Digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"}
    _refused(kit, chain, _changed(honest, wrong), "the Content-Digest of another body")
    _refused(kit, chain, _without(honest, "content-digest"), "no Content-Digest")
    # The header is signed, and right for nobody: signed by the machine itself.
    status = kit.signed(chain.machine, "POST", "/v1/status", b"{}", JSON)
    need(kit.line.exchange(_changed(status, wrong)), "the digest of another heartbeat", 401)


RULES = (
    Rule(
        "signature.missing",
        "What only a machine may ask is refused without a signature (401).",
        _SECTION,
        _missing,
    ),
    Rule(
        "signature.unknown-key",
        "A key that nobody enrolled signs for nobody (401).",
        _SECTION,
        _unknown_key,
    ),
    Rule(
        "signature.wrong-key",
        "A signature is checked, not only its key's name (401).",
        _SECTION,
        _wrong_key,
    ),
    Rule(
        "signature.elsewhere",
        "A signature made for another path or query does not count (401).",
        _SECTION,
        _elsewhere,
    ),
    Rule(
        "signature.covers",
        "A signature that leaves out any component that is asked for is refused (401).",
        _SECTION,
        _covers,
    ),
    Rule(
        "signature.tag",
        "A signature for another protocol (RFC 9421 `tag`) does not count (401).",
        _SECTION,
        _tag,
    ),
    Rule(
        "signature.any-age",
        "The age of a signature is not judged: a machine's clock may be years off.",
        _SECTION,
        _any_age,
    ),
    Rule("digest.body", "A body that differs from its digest is refused (401).", _SECTION, _body),
    Rule(
        "digest.header",
        "A request with the wrong Content-Digest, or none, is refused (401).",
        _SECTION,
        _digest,
    ),
)
