"""CRC-16 of Modbus RTU: polynomial 0xA001 reflected, start 0xFFFF, low byte sent first."""


def crc(data: bytes) -> bytes:
    """Return the two bytes that end a frame with this content, in the order of the wire."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value.to_bytes(2, "little")


def sealed(data: bytes) -> bytes:
    """Return ``data`` with its check."""
    return data + crc(data)


def is_sealed(frame: bytes) -> bool:
    """Tell whether the last two bytes are the check of the rest."""
    return crc(frame[:-2]) == frame[-2:]
