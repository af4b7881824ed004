"""How simulated indicators talk: by themselves, or when asked (drivers.sim.scales.ByteDevice)."""

from collections.abc import Callable

HEARD_MAX = 64


class Streaming:
    """Sends a frame of what the pan shows now, ten times a second, and takes no commands."""

    def __init__(self, frame: Callable[[], bytes], period_ms: int = 100) -> None:
        self._frame = frame
        self._period_ms = period_ms
        self._waited_ms = 0

    def advance(self, dt_ms: int) -> bytes:
        """Send the frames that are due."""
        self._waited_ms += dt_ms
        frames, self._waited_ms = divmod(self._waited_ms, self._period_ms)
        return b"".join(self._frame() for _ in range(frames))

    def receive(self, data: bytes) -> bytes:
        """Continuous output takes no commands."""
        return b""


class Answering:
    """Answers commands that end with the same bytes; silent unless asked."""

    def __init__(self, answer: Callable[[bytes], bytes], end: bytes) -> None:
        """``answer`` takes one command without its end."""
        self._answer = answer
        self._end = end
        self._heard = b""

    def advance(self, dt_ms: int) -> bytes:
        """Say nothing: nobody asked."""
        return b""

    def receive(self, data: bytes) -> bytes:
        """Answer each complete command."""
        *commands, rest = (self._heard + data).split(self._end)
        self._heard = rest[-HEARD_MAX:]
        return b"".join(self._answer(command) for command in commands if command)
