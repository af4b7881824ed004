"""What hosts send, so that a recording with both sides in it can be read (serial.md 1).

Only for the tools: the link knows what it sent.
"""

import re

_LINE_END = rb"\r?\n?"
_TEXT: dict[str, re.Pattern[bytes]] = {
    # Dini Argeo 3590 p65; the address is its RS-485 form.
    "st-gs": re.compile(rb"(?:\d\d)?(?:READ|REXT|TARE|ZERO|CLEAR|[RTZC])" + _LINE_END),
    "mt-sics": re.compile(rb"(?:SIR?|SR|S|ZI?|TI?|@|I[0-5])" + _LINE_END),
    "cas-soh": re.compile(rb"\x05|\x11"),
    "toledo-8217": re.compile(rb"[WZTCABFHLK]|E(?:hello)?"),
    "nci": re.compile(rb"[WSZHUMT]\r"),
    "sma": re.compile(rb"\n[WHPZTRABIN]\r|\x1b"),
    "ohaus": re.compile(rb"(?:P|SP|IP|CP|Z|T|PV)" + _LINE_END),
    "sartorius": re.compile(rb"\x1b(?:P|kP|T|Z|f3_|f4_)" + _LINE_END),
    "and": re.compile(rb"(?:Q|SIR?|S|C|Z|T)" + _LINE_END),
}
_FAMILIES = (("st-gs", "st-gs"), ("ohaus", "ohaus"), ("sartorius", "sartorius"), ("nci", "nci"))
_MODBUS_WRITES = {5: 8, 6: 8}
_MODBUS_READS = (1, 2, 3, 4)


def is_request(dialect: str, data: bytes) -> bool:
    """Tell whether ``data`` is exactly one thing that a host of this dialect sends."""
    if dialect.startswith("modbus"):
        return _is_modbus(data)
    if dialect == "yaohua-cmd":
        return _is_yaohua(data)
    family = next((to for start, to in _FAMILIES if dialect.startswith(start)), dialect)
    pattern = _TEXT.get(family)
    return pattern is not None and pattern.fullmatch(data) is not None


def _is_modbus(data: bytes) -> bool:
    """A read, or a write, with its CRC-16; an answer has another length (Modbus RTU)."""
    if len(data) < 8 or _crc(data[:-2]) != data[-2:]:
        return False
    function = data[1]
    if function in _MODBUS_READS:
        return len(data) == 8
    if function == 16:
        return len(data) == 9 + data[6]
    return _MODBUS_WRITES.get(function) == len(data)


def _crc(data: bytes) -> bytes:
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


def _is_yaohua(data: bytes) -> bool:
    """02, address A-Z, command, XOR of both as two characters, 03 (XK3190-DS3 p8)."""
    match = re.fullmatch(rb"\x02([A-Z])([A-Z])(..)\x03", data, re.DOTALL)
    if match is None:
        return False
    check = match[1][0] ^ match[2][0]
    return match[3] == bytes(n + (0x30 if n < 10 else 0x37) for n in divmod(check, 16))
