"""Broken at the door: enrolment, signatures, digests, and how a body travels."""

import hashlib
import zlib
from typing import Any

from http_message_signatures import InvalidSignature

from kiosk.cloud import DECODED_MAX_BYTES
from sync.endpoint import app, batches, bodies, machines, signing
from tests.conformance.broken import JSON, Asked, Broken, Stage, Told, lies, refuses, replaced

WHOLE = Told(201, {"content-type": JSON}, b"{}")


def _enrols(status: int, word: bytes) -> Any:
    """Say yes where the endpoint refuses an enrolment with this word."""

    def change(asked: Asked, told: Told) -> Told | None:
        refused = told.status == status and word in told.body
        return WHOLE if asked.path == "/v1/enrol" and refused else None

    return change


def _enrols_once(stage: Stage) -> None:
    seen: set[bytes] = set()

    def change(asked: Asked, told: Told) -> Told | None:
        if asked.path != "/v1/enrol" or told.status != 201:
            return None
        again = asked.body in seen
        seen.add(asked.body)
        return Told(403) if again else None

    stage.after(change)


def _another_root(asked: Asked, told: Told) -> Told | None:
    if asked.path != "/v1/enrol" or told.status != 201:
        return None
    return told.saying(root_key="A" * 43 + "=")


def _believes_everybody(stage: Stage) -> None:
    stage.replace(app, "verify", lambda *_: None)


def _wants_no_signature(stage: Stage) -> None:
    honest, claimed = stage.part(app, "verify"), stage.part(app, "claimed_key")
    last = [""]

    def claimed_key(request: Any) -> str:
        if "signature-input" in request.headers:
            last[0] = claimed(request)
        return last[0]

    def verify(request: Any, *rest: Any) -> None:
        if "signature-input" in request.headers:
            honest(request, *rest)

    stage.replace(app, "claimed_key", claimed_key)
    stage.replace(app, "verify", verify)


def _takes_unknown_keys(stage: Stage) -> None:
    honest, find = stage.part(app, "verify"), stage.part(machines, "find")
    known: list[Any] = []
    stranger = [False]

    async def find_any(database: Any, key_id: str) -> Any:
        found = await find(database, key_id)
        stranger[0] = found is None
        known.extend([found] if found else [])
        return found or known[-1]

    def verify(*what: Any) -> None:
        if not stranger[0]:
            honest(*what)

    stage.replace(machines, "find", find_any)
    stage.replace(app, "verify", verify)


def _covers_nothing(stage: Stage) -> None:
    stage.replace(signing, "SIGNED_COMPONENTS", ())
    stage.replace(signing, "SIGNED_BODY_COMPONENTS", ())


def _judges_clocks(stage: Stage) -> None:
    def judge(_self: Any, sig_input: Any, max_age: Any = None) -> None:
        if not 1_700_000_000 < sig_input.params["created"] < 4_000_000_000:
            raise InvalidSignature("the clock is off")

    stage.replace(signing._AgelessVerifier, "validate_created_and_expires", judge)


def _unpacks_bombs(stage: Stage) -> None:
    stage.replace(bodies, "RATIO_MAX", 10**9)
    stage.replace(bodies, "DECODED_MAX_BYTES", 10**9)


def _cut_gzip(stage: Stage) -> None:
    honest = stage.part(bodies, "decompress")

    def decompress(body: bytes, encoding: str) -> Any:
        unpacker = zlib.decompressobj(31)
        if body[:1] != b"\x1f":
            return honest(body, encoding)
        unpacked = unpacker.decompress(body, DECODED_MAX_BYTES)
        return honest(body, encoding) if unpacker.unconsumed_tail else unpacked

    stage.replace(bodies, "decompress", decompress)


def _any_encoding(stage: Stage) -> None:
    honest = stage.part(bodies, "decompress")
    stage.replace(
        bodies, "decompress", lambda body, how: honest(body, "gzip" if how == "gzip" else "")
    )


def _only_gzip(asked: Asked) -> Told | None:
    plain = asked.is_batch and "content-encoding" not in asked.headers
    return Told(415) if plain else None


def _falls_over(_asked: Asked, told: Told) -> Told | None:
    return Told(500, {"content-type": "text/html"}, b"oh") if told.status == 400 else None


def _strict(asked: Asked) -> Told | None:
    return Told(400) if b'"weather"' in asked.text else None


def _digest_of_text(asked: Asked, told: Told) -> Told | None:
    if not asked.is_batch or told.status != 200:
        return None
    return told.saying(batch_digest=hashlib.sha256(asked.text).hexdigest())


DOORS = (
    lies(
        "enrols nobody",
        lambda asked, told: Told(500) if told.status == 201 and "enrol" in asked.path else None,
        "enrol.answers",
    ),
    lies(
        "takes any code",
        _enrols(403, b""),
        "enrol.unknown-code",
        "enrol.wrong-site",
        "enrol.once",
    ),
    lies("forgets that a code was used", _enrols(403, b"was used"), "enrol.once"),
    lies("takes a code at any site", _enrols(403, b"another site"), "enrol.wrong-site"),
    lies("does not check statements", _enrols(422, b""), "enrol.statement"),
    Broken("gives no second answer to an enrolment", ("enrol.again",), _enrols_once),
    lies(
        "gives another root key",
        _another_root,
        "enrol.answers",
        "document.signed",
        "mark.signed",
        "blob.whole",
        "blob.parts",
    ),
    Broken(
        "ignores signatures",
        (
            "signature.wrong-key",
            "signature.elsewhere",
            "signature.covers",
            "signature.tag",
            "digest.body",
            "digest.header",
        ),
        _believes_everybody,
    ),
    Broken("wants no signature", ("signature.missing", "problem.public"), _wants_no_signature),
    Broken(
        "takes keys nobody enrolled",
        ("signature.unknown-key", "key.both-sign"),
        _takes_unknown_keys,
    ),
    Broken("does not ask what is signed", ("signature.covers",), _covers_nothing),
    replaced("takes any tag", signing, "SIGNATURE_TAG", None, "signature.tag"),
    Broken("follows clock skew", ("signature.any-age",), _judges_clocks),
    replaced(
        "does not check the digest",
        signing._AgelessVerifier,
        "verify_body",
        lambda _self, _message, results, _body: results,
        "digest.body",
    ),
    Broken("unpacks bombs", ("body.bomb",), _unpacks_bombs),
    Broken("takes half a gzip", ("body.gzip",), _cut_gzip),
    Broken("takes any encoding", ("body.other-encoding", "problem.machine"), _any_encoding),
    refuses(
        "takes nothing but gzip",
        _only_gzip,
        "body.encodings",
        "limit.bytes",
        "batch.form",
        "batch.schema",
        "body.unknown-fields",
        "answer.digest",
        "problem.public",
        "problem.machine",
    ),
    replaced("takes any number of records", batches, "BATCH_MAX_RECORDS", 10**6, "limit.records"),
    replaced("takes few records", batches, "BATCH_MAX_RECORDS", 100, "limit.records"),
    replaced("takes any length", bodies, "BODY_MAX_BYTES", 1 << 24, "limit.bytes", "blob.named"),
    replaced("has no room", bodies, "DECODED_MAX_BYTES", 240 * 1024, "limit.room"),
    lies(
        "falls over nonsense",
        _falls_over,
        "batch.form",
        "body.gzip",
        "problem.public",
        "problem.machine",
        "credit.cursor",
    ),
    lies(
        "offers no schema",
        lambda _asked, told: Told(400) if told.status == 426 else None,
        "batch.schema",
    ),
    lies(
        "does not say which schema it offers",
        lambda _asked, told: told.saying(schemas=[]) if told.status == 426 else None,
        "batch.schema",
    ),
    refuses("refuses new fields", _strict, "body.unknown-fields"),
    lies("echoes the digest of what it unpacked", _digest_of_text, "answer.digest"),
)
