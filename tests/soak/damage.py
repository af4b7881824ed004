"""Ways in which a line damages a frame, and how often the check of each kind may miss it.

Theory (per damaged frame, before asking whether what passes is well-formed at all): an exclusive or
misses two changes that cancel, 1 in 255 for two random bytes and 1 in 8 for two flipped bits; a sum
modulo 128 misses 1 in 127 and 1 in 16; CRC-16 misses no one-byte or two-bit error and 1 in 65536 of
bursts and losses, but of two wrong bytes as many as 1 in 8000: counted, 31 of the 65025 patterns
that lie two bytes apart, 1.23e-4 over a frame of nine bytes. No check misses a single wrong byte.
"""

import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Literal

Kind = Literal["byte", "two bytes", "two bits", "burst", "lost", "added", "doubled", "cut"]
Damage = Callable[[bytes, random.Random], bytes]


def byte(frame: bytes, chance: random.Random) -> bytes:
    """One wrong byte."""
    at = int(chance.random() * len(frame))
    wrong = (frame[at] + 1 + int(chance.random() * 255)) & 0xFF
    return frame[:at] + bytes((wrong,)) + frame[at + 1 :]


def two_bytes(frame: bytes, chance: random.Random) -> bytes:
    """Two wrong bytes, anywhere."""
    first, second = chance.sample(range(len(frame)), 2)
    bad = bytearray(frame)
    for at in (first, second):
        bad[at] = (bad[at] + 1 + int(chance.random() * 255)) & 0xFF
    return bytes(bad)


def two_bits(frame: bytes, chance: random.Random) -> bytes:
    """Two flipped bits in two bytes."""
    bad = bytearray(frame)
    for at in chance.sample(range(len(frame)), 2):
        bad[at] ^= 1 << int(chance.random() * 8)
    return bytes(bad)


def burst(frame: bytes, chance: random.Random) -> bytes:
    """Three to six bytes in a row replaced by noise, as by a spark."""
    length = chance.randint(3, 6)
    at = int(chance.random() * max(1, len(frame) - length))
    return frame[:at] + chance.randbytes(length) + frame[at + length :]


def lost(frame: bytes, chance: random.Random) -> bytes:
    """One to three bytes lost, as by an overrun."""
    at = int(chance.random() * len(frame))
    return frame[:at] + frame[at + chance.randint(1, 3) :]


def added(frame: bytes, chance: random.Random) -> bytes:
    """One to three bytes of noise between two."""
    at = int(chance.random() * len(frame))
    return frame[:at] + chance.randbytes(chance.randint(1, 3)) + frame[at:]


def doubled(frame: bytes, chance: random.Random) -> bytes:
    """A part of the frame twice."""
    at, to = sorted(chance.sample(range(len(frame) + 1), 2))
    return frame[:to] + frame[at:]


def cut(frame: bytes, chance: random.Random) -> bytes:
    """Only the beginning, or only the end."""
    at = 1 + int(chance.random() * (len(frame) - 1))
    return frame[:at] if chance.random() < 0.5 else frame[at:]


DAMAGES: Mapping[Kind, Damage] = {
    "byte": byte,
    "two bytes": two_bytes,
    "two bits": two_bits,
    "burst": burst,
    "lost": lost,
    "added": added,
    "doubled": doubled,
    "cut": cut,
}


def theory(kind: Kind, odds: int) -> Fraction | None:
    """The most that may pass a check of these odds; None without a check."""
    if odds == 1:
        return None
    if kind == "byte":
        return Fraction(0)
    if kind == "two bits":
        return Fraction(0) if odds == 65536 else Fraction(1, 16 if odds == 128 else 8)
    if kind == "two bytes" and odds == 65536:
        return Fraction(1, 8000)
    return Fraction(1, odds - 1)
