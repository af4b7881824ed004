"""Valid frames of every dialect, written from the manuals' rules and not from our decoders.

An encoder takes whole grams (0 or more, below 100 kg, multiples of 10 for two-decimal formats) and
gives one frame. ``checked`` says that the frame carries a check over its weight, so that any single
wrong byte must be noticed. ``odds`` is the theory of the check: one in so many random damages may
pass it.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import reduce
from operator import xor
from typing import NamedTuple

Encoder = Callable[[int], bytes]


class Frames(NamedTuple):
    """How one dialect writes a weight, and what it says when there is none."""

    family: str
    encode: Encoder
    unit: str | None = "kg"
    decimals: int = 3
    """Digits after the point of kilograms; 0 for a format that counts grams."""
    checked: bool = False
    odds: int = 1
    net: bool = False
    """Its weights say that they are net."""
    no_weight: tuple[bytes, ...] = ()
    """Overload, underload, motion without a value: never a mass."""

    def mass(self, grams: int) -> Decimal:
        """What a decoder must make of ``encode(grams)``, with the digits as sent."""
        if self.decimals == 0:
            return Decimal(grams)
        return Decimal(grams).scaleb(-3).quantize(Decimal(1).scaleb(-self.decimals))


def kg(grams: int) -> str:
    """1235 is ``1.235``."""
    return f"{grams // 1000}.{grams % 1000:03d}"


def nibbles(data: bytes) -> bytes:
    """Yaohua's XOR in two characters: up to 9 plus 30h, above plus 37h (A26 p12)."""
    high, low = divmod(reduce(xor, data), 16)
    return bytes(n + (0x30 if n < 10 else 0x37) for n in (high, low))


def st_gs(grams: int) -> bytes:
    return f"ST,GS,+{kg(grams):>7}KG\r\n".encode()


def st_gs_unit(grams: int) -> bytes:
    return f"ST,GS,{kg(grams):>8},kg\r\n".encode()


def mt_sics(grams: int) -> bytes:
    return f"S S {kg(grams):>10} kg\r\n".encode()


def mt_print(grams: int) -> bytes:
    return f"     N  {kg(grams):>10} kg  \r\n".encode()


def toledo_8217(grams: int) -> bytes:
    return b"\x02" + f"{kg(grams):0>6}".encode() + b"\r"


def toledo_continuous(grams: int) -> bytes:
    """Three decimals (code 5), kilograms, resting; with its check byte (Wildcat p40)."""
    body = b"\x02" + bytes((0x2D, 0x30, 0x20)) + f"{grams:06d}000000".encode() + b"\r"
    return body + bytes((-sum(body) & 0x7F,))


def toledo_unchecked(grams: int) -> bytes:
    return toledo_continuous(grams)[:-1]


def yaohua_a9(grams: int) -> bytes:
    body = f"+{grams:06d}3".encode()
    return b"\x02" + body + nibbles(body) + b"\x03"


def yaohua_cmd(grams: int) -> bytes:
    body = f"AB+{grams:06d}3".encode()
    return b"\x02" + body + nibbles(body) + b"\x03"


def yaohua_a12e(grams: int) -> bytes:
    body = f"WG{kg(grams):0>7}kg".encode()
    return body + f"{reduce(xor, body):02X}".encode() + b"\r\n"


def eq_forward(grams: int) -> bytes:
    return f"=0{kg(grams):0>7}".encode()


def eq_reversed(grams: int) -> bytes:
    return f"={kg(grams):0>7}0".encode().replace(
        f"{kg(grams):0>7}".encode(), f"{kg(grams):0>7}"[::-1].encode()
    )


def cas_soh(grams: int) -> bytes:
    body = f"S {kg(grams):>6}kg".encode()
    return b"\x01\x02" + body + bytes((reduce(xor, body),)) + b"\x03\x04"


def cas_eb(grams: int) -> bytes:
    return f"S {kg(grams)}kg\r\n".encode()


def crc16(data: bytes) -> bytes:
    """Modbus RTU, low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return bytes((crc & 0xFF, crc >> 8))


def modbus_0050(grams: int) -> bytes:
    body = b"\x01\x03\x04" + (grams // 10).to_bytes(4, "big")
    return body + crc16(body)


def modbus_flintec(grams: int) -> bytes:
    """Weight in two registers, then the status with "data ok" (FT-13 p48)."""
    body = b"\x01\x03\x06" + grams.to_bytes(4, "big") + b"\x00\x02"
    return body + crc16(body)


def modbus_laumas(grams: int) -> bytes:
    """40007 to 40014: status (stable), gross, net, two more, unit kg with division 0.001."""
    weights = grams.to_bytes(4, "big") * 2
    body = b"\x01\x03\x10" + b"\x08\x00" + weights + bytes(4) + b"\x00\x0d"
    return body + crc16(body)


def modbus_profile(grams: int) -> bytes:
    body = b"\x01\x03\x04" + grams.to_bytes(4, "big")
    return body + crc16(body)


def cas_ten(grams: int) -> bytes:
    return f"{kg(grams):>8}\r\n".encode()


def radwag(grams: int) -> bytes:
    return f"SI   {' '}{kg(grams):>9} kg \r\n".encode()


def ohaus(grams: int) -> bytes:
    return f"{kg(grams):>12} kg      \r\n".encode()


def ohaus_defender(grams: int) -> bytes:
    return f"{kg(grams):>8} kg    G\r\n".encode()


def sartorius(grams: int) -> bytes:
    return f"+{kg(grams):>9} kg \r\n".encode()


def sma(grams: int) -> bytes:
    return f"\n 1G  {kg(grams):>10}kg \r".encode()


def a_and_d(grams: int) -> bytes:
    return f"ST,+{kg(grams):0>8} kg\r\n".encode()


def rice_lake(grams: int) -> bytes:
    return b"\x02" + f" {kg(grams):>7}KG \r\n".encode()


def nci_scp_01(grams: int) -> bytes:
    return b"\n" + f"{kg(grams):>6}KG\r\n".encode() + b"\x30\x30\r\x03"


def nci_scp_02(grams: int) -> bytes:
    return b"\n" + f"{kg(grams):>6}KG\r\n".encode() + b"S00\r\x03"


def nci_scp_12(grams: int) -> bytes:
    return b"\n" + f"{kg(grams):>6}KG\r".encode() + b"\x30\x30\x03"


FRAMES: Mapping[str, Frames] = {
    "st-gs": Frames(
        "comma lines", st_gs, no_weight=(b"OL,GS,+  1.235KG\r\n", b"UL,GS,-  1.235KG\r\n")
    ),
    "st-gs-unit": Frames("comma lines", st_gs_unit, no_weight=(b"OL,GS,   1.235,kg\r\n",)),
    "mt-sics": Frames("mt-sics", mt_sics, no_weight=(b"S +\r\n", b"S -\r\n", b"S I\r\n")),
    "mt-print": Frames("mt-sics", mt_print, net=True),
    "toledo-8217": Frames(
        "8217", toledo_8217, unit=None, no_weight=(b"\x02?A\r", b"\x02?B\r", b"\x02?D\r")
    ),
    "toledo-continuous": Frames(
        "toledo-continuous",
        toledo_continuous,
        checked=True,
        odds=128,
        no_weight=(b"\x02\x2d\x34\x20001235000000\r\x17",),
    ),
    "yaohua-a9": Frames("yaohua xor", yaohua_a9, unit=None, checked=True, odds=256),
    "yaohua-cmd": Frames("yaohua xor", yaohua_cmd, unit=None, checked=True, odds=256),
    "yaohua-a12e": Frames(
        "yaohua xor",
        yaohua_a12e,
        checked=True,
        odds=256,
        no_weight=(b"         OL23\r\n", b"         LO23\r\n"),
    ),
    "yaohua-eq-forward": Frames("yaohua =", eq_forward, unit=None),
    "yaohua-eq-reversed": Frames("yaohua =", eq_reversed, unit=None),
    "cas-soh": Frames(
        "cas-soh",
        cas_soh,
        checked=True,
        odds=256,
        no_weight=(b"\x01\x02SFFFFFFFkg\x19\x03\x04",),
    ),
    "cas-eb": Frames("comma lines", cas_eb),
    "modbus-0050": Frames("modbus", modbus_0050, decimals=2, checked=True, odds=65536),
    "modbus-flintec": Frames(
        "modbus", modbus_flintec, unit=None, decimals=0, checked=True, odds=65536
    ),
    "modbus-laumas": Frames("modbus", modbus_laumas, checked=True, odds=65536),
    "modbus-profile": Frames(
        "modbus", modbus_profile, unit=None, decimals=0, checked=True, odds=65536
    ),
    "cas-10": Frames("comma lines", cas_ten, unit=None),
    "radwag": Frames("plain text", radwag, no_weight=(b"SI ^           kg \r\n",)),
    "ohaus": Frames("plain text", ohaus),
    "ohaus-defender": Frames("plain text", ohaus_defender),
    "sartorius-sbi": Frames("sartorius-sbi", sartorius, no_weight=(b"       H        \r\n",)),
    "sma": Frames("sma", sma, no_weight=(b"\nO1G  ----------kg \r", b"\n?\r")),
    "and": Frames("comma lines", a_and_d, no_weight=(b"OL,+9999999E+19\r\n",)),
    "rice-lake-355": Frames(
        "rice-lake-355", rice_lake, no_weight=(b"\x02   1.235KGO\r\n", b"\x02   1.235KGI\r\n")
    ),
    "nci-scp-01": Frames("nci", nci_scp_01),
    "nci-scp-02": Frames("nci", nci_scp_02),
    "nci-scp-12": Frames("nci", nci_scp_12),
}
