"""The endpoint's side of a transport key that another follows."""

import asyncio

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import cloud
from kiosk.cloud import KEY_OVERLAP_MS, KeyRequest, KeyRotation
from kiosk.envelope import key_id, seal
from kiosk.keys import public_bytes
from sync.endpoint import keys
from sync.endpoint.database import Database
from sync.endpoint.machines import Machine as Known
from tests.commands.turning import ask, beats, rotated, rotation
from tests.sync.peer import Peer, problem
from tests.sync.places import CLOCK


def test_both_keys_are_good_for_a_week(peer: Peer, database: str) -> None:
    old, new = peer.transport, Ed25519PrivateKey.generate()
    assert beats(peer, new) == 401
    first = rotated(ask(peer, rotation(peer, old, new), old))
    now_ms = CLOCK.wall().utc_ms or 0
    assert first.key == key_id(public_bytes(new))
    assert abs(first.old_until_ms - now_ms - KEY_OVERLAP_MS) < 60_000
    assert beats(peer, old) == beats(peer, new) == 200
    # The answer was lost: asking again by either key changes nothing.
    assert rotated(ask(peer, rotation(peer, old, new), old)) == first
    assert rotated(ask(peer, rotation(peer, old, new), new)) == first

    async def look(later_ms: int) -> Known | None:
        books = Database(database)
        try:
            return await keys.find_retired(books, key_id(public_bytes(old)), now_ms + later_ms)
        finally:
            await books.close()

    known = asyncio.run(look(KEY_OVERLAP_MS - 60_000))
    assert known is not None and known.kiosk == peer.machine.kiosk
    assert asyncio.run(look(KEY_OVERLAP_MS + 60_000)) is None


def test_a_key_that_was_followed_starts_nothing(peer: Peer) -> None:
    """A copy of the old key cannot push the new one out."""
    old, new, thief = peer.transport, *(Ed25519PrivateKey.generate() for _ in range(2))
    rotated(ask(peer, rotation(peer, old, new), old))
    problem(ask(peer, rotation(peer, old, thief), old), 409)
    assert beats(peer, thief) == 401 and beats(peer, new) == 200
    third = Ed25519PrivateKey.generate()
    rotated(ask(peer, rotation(peer, new, third), new))
    # Round in a circle: a key that ever was in use is nobody's new one.
    problem(ask(peer, rotation(peer, third, old), third), 403)


def test_both_keys_must_sign(peer: Peer) -> None:
    old, new = peer.transport, Ed25519PrivateKey.generate()
    said = KeyRotation(peer.machine.kiosk, public_bytes(old), public_bytes(new))
    payload = msgspec.json.encode(said)
    for signers in ((old,), (new,), ()):
        problem(ask(peer, KeyRequest(seal(cloud.KEYS_TYPE, payload, *signers)), old), 422)
    problem(ask(peer, KeyRequest(seal(cloud.COMMAND_TYPE, payload, old, new)), old), 422)
    problem(ask(peer, rotation(peer, old, old), old), 422)
    problem(ask(peer, rotation(peer, old, new, kiosk="yard-99-01"), old), 403)
    problem(ask(peer, KeyRequest(b"{}"), old), 422)
    assert beats(peer, new) == 401
