"""The operator's commands, and what they lead to: diagnostics, and keys that follow one another."""

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.cloud import (
    BODY_MAX_BYTES,
    KEYS_TYPE,
    KeyAnswer,
    KeyRequest,
    KeyRotation,
    StatusRequest,
)
from kiosk.envelope import key_id, seal
from kiosk.keys import public_bytes
from kiosk.records import CommandDone
from sync.agent.http import Answer
from sync.conformance.chain import Chain, Machine
from sync.conformance.desk import Desk
from sync.conformance.errors import BrokenRuleError
from sync.conformance.kit import REFUSED, Kit, need, read, sha256, took
from sync.conformance.rule import Rule
from sync.conformance.rules.decisions import desk_of

_COMMANDS = "POST /v1/commands"
_KEYS = "POST /v1/keys"
_BLOBS = "PUT /v1/blobs/{sha256}"
_LONG_AGO_MS = -10 * 24 * 3600 * 1000
_OCTETS = {"Content-Type": "application/octet-stream"}


def _sent(kit: Kit, chain: Chain) -> tuple[bytes, ...]:
    return kit.status(chain.machine, chain.ledger).commands


def _commanded(kit: Kit) -> None:
    desk, chain = desk_of(kit), kit.open()
    kit.stored(chain)
    number, command = desk.command(chain.machine)
    for _ in range(2):
        need(kit.feed.ask("/v1/commands", command), "a command", 201)
    if command not in _sent(kit, chain):
        raise BrokenRuleError("a command is not in the next status answer, byte for byte")
    chain.append(
        CommandDone(
            number=number,
            command="send_diagnostics",
            result="done",
            detail="",
            envelope=sha256(command),
        )
    )
    took(kit.send(chain, chain.records[1:]), "the record that answers a command")
    if command in _sent(kit, chain):
        raise BrokenRuleError("a command is sent again after its record command_done")


def _expired(kit: Kit) -> None:
    desk, chain = desk_of(kit), kit.open()
    _, command = desk.command(chain.machine, lives_ms=_LONG_AGO_MS)
    need(kit.feed.ask("/v1/commands", command), "a command that has expired", 201, *REFUSED, 409)
    if command in _sent(kit, chain):
        raise BrokenRuleError("a command is sent after it expired")


def _numbered(kit: Kit) -> None:
    desk, chain = desk_of(kit), kit.open()
    number, command = desk.command(chain.machine)
    need(kit.feed.ask("/v1/commands", command), "a command", 201)
    _, other = desk.command(chain.machine, number=number, lives_ms=1000)
    need(kit.feed.ask("/v1/commands", other), "another command of the same number", 409)
    sent = _sent(kit, chain)
    if command not in sent or other in sent:
        raise BrokenRuleError("the first command of a number does not stand")


def _commanded_by_nobody(kit: Kit) -> None:
    desk_of(kit)
    chain = kit.open()
    _, command = Desk(Ed25519PrivateKey.generate(), kit.clock).command(chain.machine)
    need(kit.feed.ask("/v1/commands", command), "a command that the root did not sign", 403)
    if command in _sent(kit, chain):
        raise BrokenRuleError("a command that the root did not sign is sent to the machine")


def _rotate(
    kit: Kit, machine: Machine, new: Ed25519PrivateKey, *signers: Ed25519PrivateKey, name: str = ""
) -> Answer:
    """Ask for a new key, signed by the machine's present one or by what is given."""
    old = machine.transport_key
    said = KeyRotation(name or machine.kiosk, public_bytes(old), public_bytes(new))
    sealed = seal(KEYS_TYPE, msgspec.json.encode(said), *(signers or (old, new)))
    return kit.call(machine, "POST", "/v1/keys", msgspec.json.encode(KeyRequest(sealed)))


def _followed(kit: Kit) -> None:
    machine = kit.machine()
    old, new = machine.transport_key, Ed25519PrivateKey.generate()
    what = "a new transport key"
    said = KeyRotation(machine.kiosk, public_bytes(old), public_bytes(new))
    sealed = seal(KEYS_TYPE, msgspec.json.encode(said), old, new)
    body = msgspec.json.encode(KeyRequest(sealed))
    first = read(kit.call(machine, "POST", "/v1/keys", body), KeyAnswer, what)
    if first.key != key_id(public_bytes(new)):
        raise BrokenRuleError(f"{what}: in use is {first.key!r}")
    # By the new key, and by the old one for a while: an answer may have been lost.
    try:
        for key in (new, old):
            machine.transport_key = key
            again = read(kit.call(machine, "POST", "/v1/keys", body), KeyAnswer, f"{what}, again")
            if again != first:
                raise BrokenRuleError(f"{what}, again: {again} instead of {first}")
            kit.status(machine)
        third = Ed25519PrivateKey.generate()
        need(_rotate(kit, machine, third), "a rotation by a key that was followed", 409)
    finally:
        machine.transport_key = new


def _both_sign(kit: Kit) -> None:
    machine, new = kit.machine(), Ed25519PrivateKey.generate()
    old = machine.transport_key
    need(_rotate(kit, machine, new, old), "a new key that did not sign", *REFUSED)
    need(_rotate(kit, machine, new, new), "a rotation that the old key did not sign", *REFUSED)
    answer = _rotate(kit, machine, new, name=f"not-{machine.kiosk}")
    need(answer, "a rotation of another machine's key", 403)
    machine.transport_key = new
    body = msgspec.json.encode(StatusRequest("conformance", "", 0, 0, {}))
    answer = kit.call(machine, "POST", "/v1/status", body)
    machine.transport_key = old
    need(answer, "a heartbeat by a key that was refused", 401)


def _kept(kit: Kit) -> None:
    machine = kit.machine()
    data = b"what a technician wants to know"
    path = f"/v1/blobs/{sha256(data)}"
    for _ in range(2):
        need(kit.call(machine, "PUT", path, data, _OCTETS), "diagnostics", 200, 201, 204)


def _named(kit: Kit) -> None:
    machine = kit.machine()
    path = f"/v1/blobs/{sha256(b'something else')}"
    answer = kit.call(machine, "PUT", path, b"diagnostics", _OCTETS)
    need(answer, "bytes that do not have the hash that names them", *REFUSED)
    long = b"x" * (BODY_MAX_BYTES + 1)
    answer = kit.call(machine, "PUT", f"/v1/blobs/{sha256(long)}", long, _OCTETS)
    need(answer, f"diagnostics of {len(long)} bytes", 413)


RULES = (
    Rule(
        "command.sent",
        "A command goes down with the status answers until the machine's record answers it.",
        _COMMANDS,
        _commanded,
    ),
    Rule("command.expired", "A command that has expired is not sent.", _COMMANDS, _expired),
    Rule(
        "command.number",
        "Another command of a number that is taken is refused (409).",
        _COMMANDS,
        _numbered,
    ),
    Rule(
        "command.signed",
        "A command that the root did not sign is refused (403) and never sent.",
        _COMMANDS,
        _commanded_by_nobody,
    ),
    Rule(
        "key.followed",
        "A new transport key follows the old one; both are heard, and only the new one goes on.",
        _KEYS,
        _followed,
    ),
    Rule(
        "key.both-sign",
        "A rotation is refused unless both keys signed it, for this machine.",
        "KeyRequest",
        _both_sign,
    ),
    Rule("blob.kept", "Diagnostics are taken under their hash, twice if need be.", _BLOBS, _kept),
    Rule(
        "blob.named",
        "Diagnostics are refused when they are not what names them, or too long.",
        _BLOBS,
        _named,
    ),
)
