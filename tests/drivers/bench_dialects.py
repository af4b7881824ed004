"""The conformance bench of decoders: what every dialect owes us, checked from outside.

``findings`` takes a decoder and its valid frames and returns what is wrong with it, in words. It is
held to its own word in ``test_bench_catches.py``, where planted bad decoders must be found.
"""

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from decimal import Decimal
from typing import NamedTuple

from drivers.scale.decoded import Decoded, Dialect, Weight
from tests.drivers.bench_frames import Frames

Make = Callable[[], Dialect]
GRAMS = (1235, 0, 5, 20, 940, 12340, 60090, 88880, 47610, 33330)
"""Between them every digit stands in several places."""
HELD_BYTES_MAX = 2048
GARBAGE_BYTES = 20_000
TRIALS = 60
NUMBER = b" +-.0123456789"
NOISE = (
    b"\x00" * 40,
    b"\xff" * 40,
    b"\x7f\x00\xfe",
    b"\x02",
    b"\x02\x02\x02",
    b"\x03",
    b"\x01\x02",
    b"=",
    b"==",
    b"\r\n",
    b"\r",
    b"\n",
    b"ST,",
    b"?",
    b"0",
    b"1.2",
    b"\x06\x15\x05",
    b"Error 12\r\n",
)


class Finding(NamedTuple):
    """One broken duty."""

    duty: str
    detail: str


class Damage(NamedTuple):
    """What single-byte corruption does to a dialect: counts of all tries."""

    tries: int
    rejected: int
    same: int
    other_mass: int
    """A weight that was not sent, in the sent unit: what agreeing frames are for."""


def masses(frames: Collection[Decoded]) -> list[tuple[Decimal, str | None]]:
    """The weights among what was decoded."""
    return [(frame.weight, frame.unit) for frame in frames if isinstance(frame, Weight)]


def live(make: Make, *pieces: bytes) -> list[Decoded]:
    """Decode pieces as they come from a line."""
    decoder = make()
    return [frame for piece in pieces for frame in decoder.feed(piece)]


def tidied(frames: Frames, grams: int) -> int:
    """``grams`` as this dialect can show it."""
    step: int = 10 ** max(0, 3 - frames.decimals)
    return grams // step * step


def findings(make: Make, frames: Frames) -> list[Finding]:
    """Every duty; an exception in any of them is a finding of its own."""
    found: list[Finding] = []
    for duty in (exact, no_weight, split, truncated, corrupted, noise, glued, bounded):
        try:
            found += [Finding(duty.__name__, detail) for detail in duty(make, frames)]
        except Exception as error:  # boundary: whatever a decoder raises is the finding
            found.append(Finding("raises", f"{duty.__name__}: {type(error).__name__}: {error}"))
    return found


def exact(make: Make, frames: Frames) -> Iterator[str]:
    """The mass is the digits that were sent, with as many decimals, and the unit."""
    for grams in (tidied(frames, one) for one in GRAMS):
        data = frames.encode(grams)
        seen = masses(live(make, data, data))
        if not seen:
            yield f"{data!r} is no weight"
        for weight, unit in seen:
            if str(weight) != str(frames.mass(grams)) or unit != frames.unit:
                yield f"{data!r} is {weight} {unit}, not {frames.mass(grams)} {frames.unit}"


def no_weight(make: Make, frames: Frames) -> Iterator[str]:
    """Overload and its like are never a mass, before or after a good frame."""
    good = frames.encode(GRAMS[0])
    for data in frames.no_weight:
        if masses(live(make, data)):
            yield f"{data!r} is a weight"
        seen = masses(live(make, good, good, data))
        if len(seen) > 2:
            yield f"{data!r} repeats the weight before it"


def split(make: Make, frames: Frames) -> Iterator[str]:
    """The same frames wherever the bytes are split, down to single bytes."""
    stream = b"".join(frames.encode(tidied(frames, grams)) for grams in GRAMS[:3])
    whole = live(make, stream)
    if live(make, *(bytes((byte,)) for byte in stream)) != whole:
        yield "byte by byte differs"
    for cut in range(len(stream)):
        if live(make, stream[:cut], stream[cut:]) != whole:
            yield f"split at {cut} differs"


def truncated(make: Make, frames: Frames) -> Iterator[str]:
    """No part of a frame is another mass: at the end, at the start, or run into the next one."""
    for grams in (tidied(frames, one) for one in GRAMS):
        data = frames.encode(grams)
        right = (frames.mass(grams), frames.unit)
        for cut in range(len(data)):
            decoder = make()
            ended = [*decoder.feed(data[:cut]), *decoder.end()]
            runs = {
                f"ends at {cut}": masses(ended),
                f"begins at {cut}": masses(live(make, data[cut:])),
                f"begins at {cut} of a stream": masses(live(make, data[cut:], data, data)),
                f"is cut at {cut} and runs on": masses(live(make, data, data[:cut], data, data)),
            }
            for what, seen in runs.items():
                if any(one != right for one in seen):
                    yield f"{data!r} {what}: {seen}"


def number_places(frames: Frames, data: bytes) -> set[int]:
    """Where a wrong byte makes another well-formed number, which no unchecked format can notice.

    The places that vary with the mass, blanks, signs and digits next to them, and the one after
    (a comma that became a digit).
    """
    others = [frames.encode(tidied(frames, grams)) for grams in (*GRAMS, 99990, 11110, 22220)]
    equal = [one for one in others if len(one) == len(data)]
    varying = [at for at, byte in enumerate(data) if any(one[at] != byte for one in equal)]
    first, last = min(varying), max(varying)
    while first > 0 and data[first - 1] in NUMBER:
        first -= 1
    while last + 1 < len(data) and data[last + 1] in NUMBER:
        last += 1
    return set(range(first, last + 2))


def damage(make: Make, frames: Frames, grams: int) -> tuple[Damage, list[str]]:
    """Every single-byte corruption of one frame, between two good ones; and what may not be."""
    data = frames.encode(grams)
    right = (frames.mass(grams), frames.unit)
    places = number_places(frames, data)
    count: Counter[str] = Counter()
    wrong: list[str] = []
    for at in range(len(data)):
        for byte in range(256):
            if byte == data[at]:
                continue
            bad = data[:at] + bytes((byte,)) + data[at + 1 :]
            seen = masses(live(make, bad))
            others = [one for one in seen if one[0] != right[0] and one[1] == right[1]]
            strange = [one for one in seen if one[0] != right[0] and one[1] != right[1]]
            count["other" if others else "same" if seen and not strange else "rejected"] += 1
            if (others or strange) and frames.checked:
                wrong.append(f"{bad!r} passes the check: {seen}")
            elif others and at not in places:
                wrong.append(f"byte {at} of {data!r} made {byte:#04x} changes the mass: {seen}")
    tries = sum(count.values())
    return Damage(tries, count["rejected"], count["same"], count["other"]), wrong


def corrupted(make: Make, frames: Frames) -> Iterator[str]:
    """Checked: no wrong byte passes. Unchecked: only a wrong byte of the number changes it."""
    for grams in GRAMS[:2]:
        _, wrong = damage(make, frames, tidied(frames, grams))
        yield from wrong[:20]


def noise(make: Make, frames: Frames) -> Iterator[str]:
    """Between frames anything may come: the second good frame after it counts, and is right."""
    chance = random.Random(1)
    grams = tidied(frames, GRAMS[0])
    data = frames.encode(grams)
    right = (frames.mass(grams), frames.unit)
    drawn = [chance.randbytes(chance.randint(1, 300)) for _ in range(TRIALS)]
    for rubbish in (*NOISE, *drawn):
        decoder = make()
        seen = masses([*decoder.feed(data), *decoder.feed(data), *decoder.feed(rubbish)])
        after = masses([*decoder.feed(data), *decoder.feed(data), *decoder.feed(data)])
        if not after or after[-1] != right:
            yield f"after {rubbish[:24]!r}...: {after}"
        if any(one != right for one in (*seen, *after)):
            yield f"{rubbish[:24]!r}... gives {seen}, {after}"


def glued(make: Make, frames: Frames) -> Iterator[str]:
    """Two frames in one read are two frames, in order."""
    first, second = tidied(frames, GRAMS[0]), tidied(frames, GRAMS[5])
    data = [frames.encode(grams) for grams in (first, second, first, second)]
    seen = masses(live(make, b"".join(data)))
    right = [(frames.mass(grams), frames.unit) for grams in (first, second, first, second)]
    # A format without an end mark learns that a frame ended from the next one.
    if seen not in (right, right[:-1]):
        yield f"{seen}, not {right}"


def bounded(make: Make, frames: Frames) -> Iterator[str]:
    """Endless garbage of any kind is neither kept nor an exception."""
    chance = random.Random(2)
    good = frames.encode(GRAMS[0])
    streams = {
        "random bytes": chance.randbytes(GARBAGE_BYTES),
        "digits": b"12345.678" * (GARBAGE_BYTES // 9),
        "frames without an end": good[:-2] * (GARBAGE_BYTES // len(good)),
        **{f"{start!r}": start * GARBAGE_BYTES for start in (b"\x02", b"=", b" ", b"\x00", b"\n")},
    }
    for name, stream in streams.items():
        decoder = make()
        for at in range(0, len(stream), 4096):
            decoder.feed(stream[at : at + 4096])
        if (held := held_bytes(decoder)) > HELD_BYTES_MAX:
            yield f"{held} bytes held after {name}"


def held_bytes(thing: object, depth: int = 6) -> int:
    """The bytes and texts that an object keeps, its own objects' included."""
    if isinstance(thing, bytes | bytearray | str):
        return len(thing)
    if depth == 0 or isinstance(thing, type) or callable(thing):
        return 0
    if isinstance(thing, dict):
        return sum(held_bytes(one, depth - 1) for one in thing.values())
    if isinstance(thing, list | tuple | set | frozenset):
        return sum(held_bytes(one, depth - 1) for one in thing)
    slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    kept = [getattr(thing, name, None) for name in slots]
    kept += list(getattr(thing, "__dict__", {}).values())
    if hasattr(thing, "popleft"):
        kept += list(thing)  # type: ignore[call-overload]  # a deque
    return sum(held_bytes(one, depth - 1) for one in kept)
