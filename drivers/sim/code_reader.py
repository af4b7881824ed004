"""A simulated code reader: sends each code it is shown once, as its family does."""

from drivers.labels.symbology import VENDOR_CODES
from drivers.scanning.families import FAMILIES, GM65_ACK
from drivers.scanning.framer import SUFFIXES
from drivers.scanning.ssi import ACK, CONTINUED, DECODE_DATA, DECODER, HOST, RETRANSMITTED, packet
from drivers.sim.world import Code, World
from kiosk.config import Scanner

HOLD_MS = 2000
"""How long a person holds a code before a reader that is not looking."""
SESSION_MS = 5000
ANSWER_MS = 1000
"""SSI: a packet that is not acknowledged for so long is sent again."""
SENDS_MAX = 3
_PART = 240
"""Bytes of a code in one SSI packet."""
_SSI_TYPE = {"E0": 0x0B, "E4": 0x0A, "C1": 0x0F, "C0": 0x03, "Q1": 0x1C, "Q3": 0xC2, "d2": 0xC1}


class CodeReader:
    """Reads the codes that somebody holds before it in the world."""

    def __init__(self, world: World, settings: Scanner) -> None:
        self._world = world
        self._settings = settings
        self._family = FAMILIES[settings.family]
        self._host = settings.trigger == "host"
        self._session_ms = 0
        """What is left of the session that the host began."""
        self._held: list[tuple[Code, int]] = []
        self._heard = b""
        self._packets = Unacknowledged()

    def advance(self, dt_ms: int) -> bytes:
        """Send what was shown since the last call, if it is looking."""
        self._session_ms = max(0, self._session_ms - dt_ms)
        held = [(code, left - dt_ms) for code, left in self._held if left > dt_ms]
        held += [(code, HOLD_MS) for code in self._world.take_codes()]
        self._held = held
        sent = self._packets.advance(dt_ms)
        while self._held and (self._session_ms > 0 or not self._host):
            code, _ = self._held.pop(0)
            self._session_ms = 0
            sent += self._encoded(code)
        return sent

    def receive(self, data: bytes) -> bytes:
        """Obey the trigger commands of the family and answer as it does."""
        self._heard = (self._heard + data)[-64:]
        if self._settings.family == "ssi":
            return self._receive_packets()
        answer = b""
        while found := self._next_command():
            self._session_ms = SESSION_MS if found == self._family.on else 0
            if self._settings.family == "gm65":
                answer += GM65_ACK
        return answer

    def _next_command(self) -> bytes:
        """Cut the first known command out of what was heard."""
        known = [one for one in (self._family.on, self._family.off) if one and one in self._heard]
        first = min(known, key=self._heard.index, default=b"")
        if first:
            self._heard = self._heard.partition(first)[2]
        return first

    def _receive_packets(self) -> bytes:
        answer = b""
        self._heard = self._heard.lstrip(b"\x00")
        while self._heard and len(self._heard) >= self._heard[0] + 2:
            length = self._heard[0]
            whole, self._heard = self._heard[: length + 2], self._heard[length + 2 :]
            if whole == packet(ACK, source=HOST):
                answer += self._packets.acknowledged()
            elif whole in (self._family.on, self._family.off):
                self._session_ms = SESSION_MS if whole == self._family.on else 0
                answer += packet(ACK, source=DECODER)
            self._heard = self._heard.lstrip(b"\x00")
        return answer

    def _encoded(self, code: Code) -> bytes:
        line = self._settings.prefix.encode("latin-1") + self._letters(code) + code.data
        if self._settings.family != "ssi":
            return line + SUFFIXES[self._settings.suffix]
        kind = bytes((_SSI_TYPE.get(code.symbology, 0x1C),))
        parts = [line[at : at + _PART] for at in range(0, len(line), _PART)] or [b""]
        for part in parts[:-1]:
            self._packets.add(kind + part, CONTINUED)
        self._packets.add(kind + parts[-1], 0)
        return self._packets.advance(0)

    def _letters(self, code: Code) -> bytes:
        if self._settings.aim:
            return b"]" + code.symbology.encode("ascii")
        table = VENDOR_CODES.get(self._settings.code_id, {})
        return next((key for key, one in table.items() if one.aim == code.symbology), b"")


class Unacknowledged:
    """SSI packets on their way: one at a time, sent again with the bit set until acknowledged."""

    def __init__(self) -> None:
        self._queue: list[tuple[bytes, int]] = []
        self._sends = 0
        self._waited_ms = 0

    def add(self, data: bytes, status: int) -> None:
        """Queue one packet's data: its type and its part of the code."""
        self._queue.append((data, status))

    def acknowledged(self) -> bytes:
        """The host has the first one; send the next, if any."""
        if self._queue and self._sends:
            self._queue.pop(0)
            self._sends = 0
        return self.advance(0)

    def advance(self, dt_ms: int) -> bytes:
        """Send what is due; give a packet up after three times."""
        self._waited_ms += dt_ms
        if not self._queue or (self._sends and self._waited_ms < ANSWER_MS):
            return b""
        if self._sends >= SENDS_MAX:
            self._queue.clear()
            self._sends = 0
            return b""
        data, status = self._queue[0]
        again = RETRANSMITTED if self._sends else 0
        self._sends += 1
        self._waited_ms = 0
        return packet(DECODE_DATA, data, DECODER, status | again)
