"""Simulated Modbus RTU transmitters at address 1 (drivers/scale/modbus_transmitters.py)."""

from collections.abc import Callable, Mapping

from drivers.scale.modbus_crc import is_sealed, sealed
from drivers.sim.indicators.talk import WarmUp
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit

DIALECTS = ("modbus-0050", "modbus-flintec", "modbus-laumas", "modbus-profile")
ADDRESS = 1
_READ = 3
_LENGTH = 8
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _DEVICE_FAILURE = 1, 2, 4
Registers = Mapping[int, int]


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """Make the transmitter whose map ``dialect`` names.

    ``modbus-profile`` has grams, signed, at 0 and 1 and a status at 2: bit 0 stable, bit 1 over,
    bit 2 under the range.
    """
    maps: Mapping[str, Callable[[], Registers | None]] = {
        "modbus-0050": lambda: _generic(pan),
        "modbus-flintec": lambda: _flintec(pan),
        "modbus-laumas": lambda: _laumas(pan, unit),
        "modbus-profile": lambda: _plain(pan),
    }
    return ModbusSlave(pan, maps[dialect])


class ModbusSlave:
    """Answers reads of holding registers and refuses everything else as the standard says."""

    def __init__(self, pan: Pan, registers: Callable[[], Registers | None]) -> None:
        """``registers`` gives what they hold now, or None when the device can't weigh."""
        self._registers = registers
        self._warm_up = WarmUp(pan)
        self._mute = False
        self._heard = b""

    def advance(self, dt_ms: int) -> bytes:
        """Send nothing unasked; time only ends the warm-up."""
        self._mute = self._warm_up.advance(dt_ms)
        return b""

    def receive(self, data: bytes) -> bytes:
        """Answer each complete request to this address."""
        self._heard = b"" if self._mute else self._heard + data
        sent = b""
        while len(self._heard) >= _LENGTH:
            request, rest = self._heard[:_LENGTH], self._heard[_LENGTH:]
            if request[0] != ADDRESS or not is_sealed(request):
                self._heard = self._heard[1:]
                continue
            self._heard = rest
            sent += self._answer(request)
        return sent

    def _answer(self, request: bytes) -> bytes:
        function = request[1]
        first, count = int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
        if function != _READ:
            return _exception(function, _ILLEGAL_FUNCTION)
        registers = self._registers()
        if registers is None:
            return _exception(function, _DEVICE_FAILURE)
        if not all(first + index in registers for index in range(count)):
            return _exception(function, _ILLEGAL_ADDRESS)
        data = b"".join(registers[first + index].to_bytes(2, "big") for index in range(count))
        return sealed(bytes((ADDRESS, function, len(data))) + data)


def _exception(function: int, code: int) -> bytes:
    return sealed(bytes((ADDRESS, function | 0x80, code)))


def _words(value: int) -> tuple[int, int]:
    """A signed 32-bit number, high word first."""
    return divmod(value & 0xFFFFFFFF, 0x10000)


def _generic(pan: Pan) -> Registers | None:
    """Hundredths of a kilogram; no status, so an overload is a failure of the device."""
    if pan.overloaded:
        return None
    high, low = _words(pan.shown_g // 10)
    return {0x50: high, 0x51: low}


def _flintec(pan: Pan) -> Registers:
    high, low = _words(pan.shown_g)
    data_ok, moving, over = 1 << 1, 1 << 2, 2 << 13
    status = over if pan.overloaded else data_ok | (0 if pan.stable else moving)
    return {0: high, 1: low, 2: status, 3: 0, 4: 0, 5: high, 6: low}


def _laumas(pan: Pan, unit: Unit) -> Registers:
    grams = pan.shown_g
    over, negative, stable, at_zero = 1 << 2, 1 << 7, 1 << 11, 1 << 12
    status = over if pan.overloaded else 0
    status |= (negative if grams < 0 else 0) | (stable if pan.stable else 0)
    status |= at_zero if grams == 0 else 0
    high, low = _words(abs(grams))
    told = (0 << 8 | 15) if unit == "kg" else (1 << 8 | 6)  # divisions of 0.001 kg and of 1 g
    return {6: status, 7: high, 8: low, 9: high, 10: low, 11: 0, 12: 0, 13: told}


def _plain(pan: Pan) -> Registers:
    grams = pan.shown_g
    high, low = _words(grams)
    stable, over = 1 << 0, 1 << 1
    return {0: high, 1: low, 2: (stable if pan.stable else 0) | (over if pan.overloaded else 0)}
