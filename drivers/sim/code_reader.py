"""A simulated code reader: sends each code it is shown once, with its AIM identifier."""

from drivers.sim.world import World

_SUFFIX = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "tab": b"\t", "etx": b"\x03"}


class CodeReader:
    """Reads the codes that somebody holds before it in the world."""

    def __init__(self, world: World, suffix: str, *, aim: bool) -> None:
        self._world = world
        self._suffix = _SUFFIX[suffix]
        self._aim = aim

    def advance(self, dt_ms: int) -> bytes:
        """Send what was shown since the last call."""
        return b"".join(
            (b"]" + code.symbology.encode("ascii") if self._aim else b"") + code.data + self._suffix
            for code in self._world.take_codes()
        )

    def receive(self, data: bytes) -> bytes:
        """This reader triggers by itself and takes no commands."""
        return b""
