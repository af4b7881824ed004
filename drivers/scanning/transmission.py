"""One whole transmission of an unknown scanner, for the technician's bench.

The machine's framers know their family by configuration. Here the shapes that cannot be anything
else are taken off: packets whose checksum holds, acknowledgements, STX and ETX, line ends.
"""

from drivers.labels.bench import UNKNOWN, read_unnamed
from drivers.labels.label import Label
from drivers.labels.reader import read
from drivers.labels.symbology import SSI_TYPES, split_vendor
from drivers.scanning.families import GM65_ACK, SSI_ACK
from drivers.scanning.ssi import DECODE_DATA, DECODER, checksum

_ACKS = (GM65_ACK, SSI_ACK, b"\x06")
_STX, _ETX = b"\x02", b"\x03"
_LINE_ENDS = b"\t\r\n"
_SSI_DATA_AT = 5
_BARE = -1
"""No type: not an SSI packet."""


def read_transmission(data: bytes, vendor: str | None = None) -> Label:
    """Read what came in one go; ``vendor`` names the maker whose letters stand first."""
    code = _without_acks(data)
    if data and not code:
        return Label(False, UNKNOWN, reason="an acknowledgement of the scanner, and no code")
    framed = code != data
    kind, code = _unpacked(code)
    code = code.lstrip(_LINE_ENDS).rstrip(_LINE_ENDS)
    code = code.removeprefix(_STX).removesuffix(_ETX).rstrip(_LINE_ENDS)
    if vendor is not None:
        parts = split_vendor(code, vendor)
        if parts is None:
            return Label(False, UNKNOWN, reason=f"begins with no letter of {vendor}")
        return read(*parts)
    if kind in SSI_TYPES and not code.startswith(b"]"):
        return read(code, SSI_TYPES[kind])
    # Whoever acknowledges or sends packets is a scanner, and what came with it is a whole code.
    return read_unnamed(code, from_scanner=framed or kind != _BARE)


def _without_acks(data: bytes) -> bytes:
    """Acknowledgements have no terminator: they glue to the code that follows (serial.md 3)."""
    while True:
        ack = next((one for one in _ACKS if data.startswith(one)), None)
        if ack is None:
            return data
        data = data[len(ack) :]


def _unpacked(data: bytes) -> tuple[int, bytes]:
    """Type and data of an SSI decode packet; ``_BARE`` and the data itself else."""
    length = data[0] if data else 0
    whole = _SSI_DATA_AT < length == len(data) - 2
    if not whole or (data[1], data[2]) != (DECODE_DATA, DECODER):
        return _BARE, data
    if checksum(data[:length]) != data[length:]:
        return _BARE, data
    return data[_SSI_DATA_AT - 1], data[_SSI_DATA_AT:length]
