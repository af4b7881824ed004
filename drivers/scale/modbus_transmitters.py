"""The transmitters whose register map we know from their manuals or from captures."""

from collections.abc import Mapping

from drivers.scale.modbus import Modbus
from drivers.scale.modbus_profile import Complaint, Division, Profile, Status, profile_of
from kiosk.config import Registers, Scale

GENERIC_0050 = Profile(weight=0x50, decimals=2, unit="kg")
"""Chinese transmitters, 19200-8N1 (captures: 198 is 1.98 kg, all FF is -0.01). Another
installation had another scale factor: then ``modbus-profile`` with its own ``decimals``."""

_FLINTEC_CODE = 0xE000
FLINTEC = Profile(
    weight=0,
    status=Status(
        register=2,
        moving=1 << 2,
        valid=1 << 1,
        net=1 << 3,
        complaints=(
            Complaint(_FLINTEC_CODE, 1 << 13, "not_executable"),
            Complaint(_FLINTEC_CODE, 2 << 13, "overload"),
            Complaint(_FLINTEC_CODE, 3 << 13, "underload"),
            *(Complaint(_FLINTEC_CODE, code << 13, "not_executable") for code in (4, 5, 6, 7)),
            Complaint(1, 1, "not_executable"),
        ),
    ),
)
"""FT-12, FT-13 p46, FT-16 p28: display value (gross or net) at 0, status at 2 with busy, data ok,
motion, net and an error code in its three highest bits. No decimals and no unit: the profile
counts whole units, so give ``modbus-profile`` where the indicator shows decimals."""

_NEGATIVE = 1 << 7
_BEYOND = 1 << 4
_LAUMAS_STATUS = Status(
    register=6,
    stable=1 << 11,
    negative=_NEGATIVE,
    complaints=(
        Complaint(1 << 0, 1 << 0, "not_executable"),
        Complaint(1 << 1, 1 << 1, "not_executable"),
        Complaint(_BEYOND | _NEGATIVE, _BEYOND | _NEGATIVE, "underload"),
        Complaint(_BEYOND, _BEYOND, "overload"),
        Complaint(1 << 3, 1 << 3, "overload"),
        Complaint(1 << 2, 1 << 2, "overload"),
    ),
)
LAUMAS = Profile(
    weight=7,
    signed=False,
    always_gross=True,
    status=_LAUMAS_STATUS,
    division=Division(
        register=13,
        units={0: "kg", 1: "g", 2: "t", 3: "lb"},
        # 100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05 and so on to 0.0001.
        decimals=(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4),
    ),
)
"""Laumas TLB, TLU p30: 40007 status, 40008 gross without its sign (status bit 7), 40014 unit and
division. The CAS CI-600D has the same map but raw counts at 40014: ``modbus-profile`` for it."""

_KNOWN: Mapping[str, Profile] = {
    "modbus-0050": GENERIC_0050,
    "modbus-flintec": FLINTEC,
    "modbus-laumas": LAUMAS,
}


def modbus_0050() -> Modbus:
    """Make the decoder of ``modbus-0050`` at address 1."""
    return Modbus(GENERIC_0050)


def modbus_flintec() -> Modbus:
    """Make the decoder of ``modbus-flintec`` at address 1."""
    return Modbus(FLINTEC)


def modbus_laumas() -> Modbus:
    """Make the decoder of ``modbus-laumas`` at address 1."""
    return Modbus(LAUMAS)


def modbus_profile() -> Modbus:
    """Make the decoder of ``modbus-profile`` without a configuration: whole numbers at 0."""
    return Modbus(profile_of(Registers(weight=0)))


def configured(settings: Scale) -> Modbus:
    """Make the decoder of one configured transmitter: its address, and its own registers."""
    profile = _KNOWN.get(settings.dialect) or profile_of(settings.registers or Registers(weight=0))
    return Modbus(profile, settings.address)
