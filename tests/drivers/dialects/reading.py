"""What the tests of single dialects share: decoding in words, and a pan behind an indicator."""

import random
from decimal import Decimal

from drivers.scale.decoded import Decoded, Dialect, Weight
from drivers.scale.transcript import Words, understood
from drivers.sim.indicators import device
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit

STEP_MS = 10


def said(decoder: Dialect, data: bytes) -> list[Words]:
    """One transmission in the words of the conformance files, rejects left out."""
    frames = understood([*decoder.feed(data), *decoder.end()])
    # Of a count or a percentage only that it is none of ours matters here.
    return [{"kind": one["kind"]} if one["kind"] in ("count", "percent") else one for one in frames]


def weight(
    text: str, unit: str | None, *, stable: bool | None = None, net: bool | None = None
) -> Words:
    """A weight in those words."""
    return {"kind": "weight", "weight": text, "unit": unit, "stable": stable, "net": net}


def error(name: str) -> Words:
    """An error in those words."""
    return {"kind": "error", "error": name}


def a_pan(start_g: int = 0) -> Pan:
    """A quiet pan of 60 kg by 5 g."""
    return Pan(
        step_g=5,
        max_g=60_000,
        settle_ms=120,
        noise_mg=0,
        chance=random.Random(3),
        start_g=start_g,
    )


class Line:
    """An indicator on a pan, polled by its decoder as the link does."""

    def __init__(self, name: str, decoder: Dialect, pan: Pan, unit: Unit) -> None:
        self._decoder = decoder
        self._pan = pan
        self._device: ByteDevice = device(name, pan, unit)

    def run(self, ms: int) -> list[Decoded]:
        """Let time pass, asking whenever the dialect asks at all."""
        frames: list[Decoded] = []
        for _ in range(ms // STEP_MS):
            self._pan.advance(STEP_MS)
            heard = self._device.advance(STEP_MS)
            if self._decoder.request is not None:
                heard += self._device.receive(self._decoder.request)
            frames += self._decoder.feed(heard)
        return frames


def grams(frames: list[Decoded], unit: Unit) -> list[Decimal]:
    """The masses among what was decoded, in grams."""
    per = {"kg": 1000, "g": 1}[unit]
    return [frame.weight * per for frame in frames if isinstance(frame, Weight)]
