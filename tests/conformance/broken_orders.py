"""Broken where the operator gives orders: commands, keys, diagnostics."""

from typing import Any

import msgspec

from kiosk.cloud import KeyRequest, KeyRotation
from sync.endpoint import keys
from tests.conformance.broken import Asked, Broken, Stage, Told, lies, on_path, replaced


def _for_ever(stage: Stage) -> None:
    """Every command is sent, done or expired."""
    taken: list[str] = []

    def change(asked: Asked, told: Told) -> Told | None:
        if asked.path == "/v1/commands" and told.status == 201:
            taken.append(msgspec.to_builtins(asked.body))
        elif asked.path == "/v1/status" and told.status == 200:
            return told.saying(commands=taken)
        return None

    stage.after(change)


def _hears_one_key(stage: Stage) -> None:
    """The old key is refused as soon as another one follows it."""
    followed: set[str] = set()

    def change(asked: Asked, told: Told) -> Told | None:
        by = asked.headers.get("signature-input", "").partition('keyid="')[2].partition('"')[0]
        if by in followed:
            return Told(401)
        if asked.path == "/v1/keys" and told.status == 200 and told.json()["key"] != by:
            followed.add(by)
        return None

    stage.after(change)


def _unsigned(asked: KeyRequest) -> Any:
    payload = msgspec.json.decode(asked.rotation)["payload"]
    return msgspec.json.decode(msgspec.convert(payload, bytes), type=KeyRotation)


def _once(stage: Stage) -> None:
    kept: set[str] = set()

    def change(asked: Asked, _told: Told) -> Told | None:
        if asked.method != "PUT":
            return None
        again = asked.path in kept
        kept.add(asked.path)
        return Told(409) if again else None

    stage.after(change)


ORDERS = (
    lies(
        "forgets commands",
        on_path("/v1/status", lambda told: told.saying(commands=[])),
        "command.sent",
        "command.number",
    ),
    Broken("sends commands for ever", ("command.sent", "command.expired"), _for_ever),
    lies(
        "takes two commands of a number",
        on_path("/v1/commands", lambda _told: Told(201), 409),
        "command.number",
    ),
    lies(
        "takes anybody's commands",
        on_path("/v1/commands", lambda _told: Told(201), 403),
        "command.signed",
    ),
    Broken("hears one key only", ("key.followed",), _hears_one_key),
    replaced("asks one key only", keys, "read", _unsigned, "key.both-sign"),
    Broken("keeps diagnostics once", ("blob.kept",), _once),
    lies(
        "keeps what has another name",
        lambda asked, told: (
            Told(204, {}, b"") if asked.method == "PUT" and told.status == 422 else None
        ),
        "blob.named",
    ),
)
