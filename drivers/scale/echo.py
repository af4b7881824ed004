"""RS-485 echo: many two-wire adaptors return what the host sends; that is never an answer."""

HELD_MAX = 256


class Echo:
    """Takes the host's own bytes out of what arrives. Does nothing unless ``expected``."""

    def __init__(self, *, expected: bool) -> None:
        self._expected = expected
        self._due = b""
        self._held = b""

    def reset(self) -> None:
        """The line was opened again."""
        self._due = self._held = b""

    def sent(self, data: bytes) -> None:
        """The host sent ``data``; the same bytes are due before anything else."""
        if self._expected:
            self._due = (self._due + data)[-HELD_MAX:]

    def strip(self, data: bytes) -> bytes:
        """Return ``data`` without the echo, wherever the bytes were split.

        What differs from the echo is no echo and is given back whole: the checks of the dialect
        decide about it then.
        """
        if not self._due:
            return data
        held = self._held + data
        if held.startswith(self._due):
            rest = held[len(self._due) :]
            self.reset()
            return rest
        if self._due.startswith(held):
            self._held = held
            return b""
        self.reset()
        return held
