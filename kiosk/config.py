"""The machine's one configuration file: hardware and site wiring, never prices or secrets.

TOML, read once at start, strict: an unknown or mistyped key is an error that names the file, the
key and the nearest known key (Klipper's habit). Prices, token issuers and contact come as signed
documents (kiosk.documents).
"""

import difflib
import re
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from kiosk.errors import KioskError

Pin = Annotated[int, Meta(ge=0, le=27)]
Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,31}$")]
Grams = Annotated[int, Meta(ge=1, le=1_000_000)]


class ConfigError(KioskError, ValueError):
    """A setting is wrong; the message names file, key, what is allowed and what to do."""


class Machine(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the processes keep and find things."""

    data_dir: Path
    """The controller's own: ledger, record key, documents (mode 0700)."""
    runtime_dir: Path
    """The role sockets: screen.sock, agent.sock, status.sock."""
    agent_dir: Path
    """The agent's own: transport key and enrolment (mode 0700)."""
    board: str = "auto"
    """The board's serial number; ``auto`` reads the device tree, else the machine id."""
    synchronized: Path = Path("/run/systemd/timesync/synchronized")
    """The file whose presence shows that time was synchronised in this boot."""
    reserve_mib: Annotated[int, Meta(ge=1, le=100_000)] = 64
    """Below this free space on ``data_dir`` the machine stops selling (P5)."""
    retention_days: Annotated[int, Meta(ge=1, le=3650)] = 90
    """How long acknowledged records stay on the machine at least (M-14)."""


class Gpio(Struct, frozen=True, forbid_unknown_fields=True):
    """Which pin factory; named, never guessed."""

    factory: Literal["lgpio", "virtual"]
    bridge: Path | None = None
    """With ``virtual``: the Unix socket of the simulated world that moves the pins."""


class Serial(Struct, frozen=True, forbid_unknown_fields=True):
    """A serial line. ``port`` is a stable link (udev, by path), never ttyUSB0."""

    port: Path
    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] = 9600
    data_bits: Literal[7, 8] = 8
    parity: Literal["none", "even", "odd"] = "none"
    stop_bits: Literal[1, 2] = 1


Register = Annotated[int, Meta(ge=0, le=65_535)]
Mask = Annotated[int, Meta(ge=1, le=65_535)]


class Registers(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a Modbus RTU transmitter keeps its weight: there is no common map (serial.md 1.8).

    Addresses count from 0, as on the wire: a manual's 40008 is 7. Whole numbers only: a register
    that holds a float is refused, because its decimals are a guess.
    """

    weight: Register
    words: Literal[1, 2] = 2
    high_first: bool = True
    signed: bool = True
    decimals: Annotated[int, Meta(ge=0, le=6)] = 0
    """Digits after the point: 198 with 2 is 1.98."""
    function: Literal[3, 4] = 3
    status: Register | None = None
    """One register of flags; without it stability is the host's own (M-32)."""
    stable: Mask | None = None
    """Bits that are all set while the weight rests."""
    moving: Mask | None = None
    """Bits of which any means motion."""
    overload: Mask | None = None
    underload: Mask | None = None
    error: Mask | None = None
    """Bits of which any means that there is no weight."""
    net: Mask | None = None
    negative: Mask | None = None
    """Bits set for a negative weight whose registers hold its size without sign (Laumas, CAS)."""


Dialect = Literal[
    "and",
    "cas-10",
    "cas-eb",
    "cas-soh",
    "modbus-0050",
    "modbus-flintec",
    "modbus-laumas",
    "modbus-profile",
    "mt-print",
    "mt-sics",
    "nci-scp-01",
    "nci-scp-02",
    "nci-scp-12",
    "ohaus",
    "ohaus-defender",
    "radwag",
    "rice-lake-355",
    "sartorius-sbi",
    "sma",
    "st-gs",
    "st-gs-unit",
    "toledo-8217",
    "toledo-continuous",
    "yaohua-a12e",
    "yaohua-a9",
    "yaohua-cmd",
    "yaohua-eq-forward",
    "yaohua-eq-reversed",
]
"""What drivers.scale.registry decodes; a test holds the two together."""


class Scale(Struct, frozen=True, forbid_unknown_fields=True):
    """One scale: its line, its dialect, and its parameters of weight (M-16)."""

    line: Serial
    dialect: Dialect
    unit: Literal["kg", "g"]
    """The unit the indicator is set to; a frame that says otherwise is refused."""
    e_g: Annotated[int, Meta(ge=1, le=1000)]
    max_g: Grams
    min_g: Grams
    """Minimum load: below it a deposit is UNPRICED (M-04)."""
    decimal_comma: bool = False
    """The indicator writes 1,234 for 1.234; refused otherwise, as it may mean thousands."""
    accept_net: bool = False
    """Take a net weight for gross: only where the tare on the device is known (M-05)."""
    address: Annotated[int, Meta(ge=1, le=247)] = 1
    """Of the device on an RS-485 line (Modbus; Yaohua's letter A is 1)."""
    registers: Registers | None = None
    """With the dialect ``modbus-profile``."""
    motion_bit: Literal["set", "clear"] | None = None
    """NCI: which value of the status bit means motion, once the bench has shown it; unset, it is
    "set" on SCP-01 and SCP-02, and on SCP-12 the host alone judges (serial.md 1.7)."""
    stream: bool = False
    """The device was set to send by itself: never ask, though the dialect could."""
    request: Annotated[str, Meta(pattern="^([0-9a-f]{2}){0,32}$")] = ""
    """Bytes to ask with instead of the dialect's own, in hexadecimal (READ: 524541440d0a)."""
    echo: bool = False
    """The RS-485 adaptor returns what is sent: that much is discarded after each request."""
    agree_frames: Annotated[int, Meta(ge=2, le=10)] = 2
    """How many frames must say the same before their weight may count (serial.md 4)."""
    spy: Path | None = None
    """A file that takes every byte of the line, for a technician; bounded."""
    poll_ms: Annotated[int, Meta(ge=50, le=5000)] = 100
    """How often a polled dialect asks."""
    silence_ms: Annotated[int, Meta(ge=200, le=60_000)] = 2000
    """Without a frame for this long the scale is lost and its last value is no value."""
    window_ms: Annotated[int, Meta(ge=300, le=10_000)] = 1000
    """Length of the stability window (M-02)."""
    window_frames: Annotated[int, Meta(ge=2, le=100)] = 5
    """Least number of agreeing frames in it."""
    calibration: Annotated[int, Meta(ge=0)] = 1


class Door(Struct, frozen=True, forbid_unknown_fields=True):
    """One powered door; pins by BCM number."""

    open_pin: Pin
    close_pin: Pin
    opened_switch_pin: Pin
    closed_switch_pin: Pin
    beam_pin: Pin
    beam_test_pin: Pin | None = None
    """Switches the beam's sender off for its self-test before each closing (D-07)."""
    travel_ms: Annotated[int, Meta(ge=200, le=10_000)] = 2500
    """Learned travel time; the motor is cut at 1.3 times it, 10 s at most (D-09)."""
    announce_ms: Annotated[int, Meta(ge=1000, le=10_000)] = 1000
    """Buzzer and words before any motion (D-12)."""


class Compartment(Struct, frozen=True, forbid_unknown_fields=True):
    """One bin with its own door and scale."""

    id: Name
    material: Name
    scale: Scale
    door: Door
    full_g: Grams
    """At this net load of the bag the compartment counts as full."""


class Scanner(Struct, frozen=True, forbid_unknown_fields=True):
    """The code reader."""

    line: Serial
    suffix: Literal["cr", "lf", "crlf", "tab", "etx"] = "cr"
    prefix: Annotated[str, Meta(max_length=8, pattern="^[\\x00-\\xff]*$")] = ""
    """What the scanner is set to send before each code, such as "\\u0002"; without it, no code."""
    aim: bool = True
    """The scanner is set to send AIM identifiers."""
    code_id: Literal["none", "symbol", "honeywell", "metrologic", "datalogic", "gm65"] = "none"
    """With aim = false: whose own letters stand before each code instead (drivers.labels)."""
    family: Literal["line", "gm65", "ssi", "honeywell", "datalogic"] = "line"
    """What it speaks beside its codes: commands and their answers, or packets (ssi)."""
    trigger: Literal["presentation", "host"] = "presentation"
    """Whether it reads by itself, or is kept reading by this machine's commands."""


class Screen(Struct, frozen=True, forbid_unknown_fields=True):
    """The panel."""

    width: Annotated[int, Meta(ge=320, le=4096)] = 1280
    height: Annotated[int, Meta(ge=320, le=4096)] = 800
    px_per_cm: Annotated[int, Meta(ge=20, le=200)] = 59
    """Pixels per centimetre, from the panel's data sheet (10.1" 1280x800: 59)."""
    px_per_cm_down: Annotated[int, Meta(ge=0, le=200)] = 0
    """The same from top to bottom where pixels are not square (Pi 7" 800x480: 52 and 56)."""
    rotate: Literal[0, 90, 180, 270] = 0
    """How far the panel is mounted turned, clockwise: picture and touch turn together. ``width``
    and ``height`` are as a person sees them."""
    surface: Literal["browser", "framebuffer", "memory"] = "browser"
    browser_socket: Path | None = None
    """With ``browser``: the Unix socket that takes the picture and returns touches."""
    framebuffer: Path = Path("/dev/fb0")
    """With ``framebuffer``: the panel's node; a stable link, as fb0 and fb1 may change places."""
    touch: Path | None = None
    """With ``framebuffer``: the touch device, by its stable link in /dev/input/by-path."""
    console: Path | None = Path("/dev/tty1")
    """With ``framebuffer``: the terminal on the panel, put into graphics mode."""
    backlight: Path | None = None
    """With ``framebuffer``: the light's folder in /sys/class/backlight."""
    dark_after_s: Annotated[int, Meta(ge=0, le=86_400)] = 0
    """The light goes out after so long without a finger or a new picture; 0: never."""
    language: Literal["zh", "en"] = "zh"


class Timing(Struct, frozen=True, forbid_unknown_fields=True):
    """How long each question waits for a person, in milliseconds; walking away ends well."""

    identify_ms: Annotated[int, Meta(ge=5_000, le=600_000)] = 60_000
    choose_ms: Annotated[int, Meta(ge=5_000, le=600_000)] = 60_000
    before_ms: Annotated[int, Meta(ge=1_000, le=60_000)] = 8_000
    door_ms: Annotated[int, Meta(ge=5_000, le=30_000)] = 15_000
    """Longest time from an order to a door's confirmed end, waiting for its turn included."""
    deposit_ms: Annotated[int, Meta(ge=5_000, le=600_000)] = 90_000
    blocked_dwell_ms: Annotated[int, Meta(ge=2_000, le=60_000)] = 3_000
    after_ms: Annotated[int, Meta(ge=1_000, le=60_000)] = 10_000
    result_ms: Annotated[int, Meta(ge=3_000, le=600_000)] = 30_000
    receipt_ms: Annotated[int, Meta(ge=3_000, le=600_000)] = 15_000
    before_age_ms: Annotated[int, Meta(ge=5_000, le=600_000)] = 60_000
    """Oldest "before" a door may open on (M-22)."""


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    machine: Machine
    gpio: Gpio
    scanner: Scanner
    screen: Screen
    compartment: tuple[Compartment, ...]
    timing: Timing = Timing()


def load(path: Path) -> Config:
    """Read and check the file. Raises ConfigError with what is wrong, where and what to do."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}); name the file with --config"
        ) from error
    return parse(data, str(path))


def parse(data: bytes, source: str) -> Config:
    """Check the bytes of a configuration; ``source`` is the file's name for messages."""
    try:
        tree = msgspec.toml.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{source}: not valid TOML: {error}") from error
    _refuse_unknown_keys(tree, Config, source, "")
    try:
        config = msgspec.convert(tree, Config, dec_hook=_to_path)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source}: {_plain(str(error))}") from error
    _refuse_conflicts(config, source)
    return config


def _to_path(kind: type, value: Any) -> Any:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(f"no way to read a {kind.__name__} from {value!r}")


def _plain(message: str) -> str:
    """Turn msgspec's ``... - at `$.compartment[0].door` `` into ``compartment[0].door: ...``."""
    match = re.fullmatch(r"(.*) - at `\$\.?(.*)`", message)
    if match is None:
        return message
    text, place = match[1], match[2]
    chosen = re.fullmatch(r"Invalid enum value (.*)", text)
    if chosen is not None:
        text = f"{chosen[1]} is not one of {', '.join(str(one) for one in _choices(place))}"
    return f"{place}: {text}"


def _choices(place: str) -> tuple[Any, ...]:
    """What a key may be set to, found by its path among the types above."""
    kind: Any = Config
    for name in re.sub(r"\[\d+\]", "", place).split("."):
        kind = _required({field.name: field.type for field in msgspec.structs.fields(kind)}[name])
        if get_origin(kind) is tuple:
            kind = get_args(kind)[0]
    return get_args(kind)


def _required(kind: Any) -> Any:
    """``Registers`` of ``Registers | None``."""
    if get_origin(kind) is UnionType:
        kind = next(one for one in get_args(kind) if one is not NoneType)
    return kind


def _refuse_unknown_keys(tree: Any, kind: Any, source: str, where: str) -> None:
    """Name an unknown key with the nearest known one, before types are looked at."""
    if not isinstance(tree, dict) or not isinstance(kind, type) or not issubclass(kind, Struct):
        return
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    for key, value in tree.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(fields)}"
            raise ConfigError(f"{source}: unknown key '{where}{key}'; {hint}")
        if isinstance(value, list):
            for index, item in enumerate(value):
                if key == "compartment":
                    inner = f"{where}{key}[{index}]."
                    _refuse_unknown_keys(item, Compartment, source, inner)
        else:
            _refuse_unknown_keys(value, _required(fields[key]), source, f"{where}{key}.")


def _refuse_conflicts(config: Config, source: str) -> None:
    """What types cannot say: names, pins and ports are used once, limits fit each other."""
    if not config.compartment:
        raise ConfigError(f"{source}: no [[compartment]]: a machine needs one at least")
    seen: dict[tuple[str, Any], str] = {("port", config.scanner.line.port): "scanner.line.port"}
    for index, one in enumerate(config.compartment):
        where = f"compartment[{index}]"
        door = one.door
        pins = {
            name: getattr(door, name)
            for name in msgspec.structs.asdict(door)
            if name.endswith("_pin") and getattr(door, name) is not None
        }
        used: list[tuple[tuple[str, Any], str]] = [
            (("id", one.id), f"{where}.id"),
            (("port", one.scale.line.port), f"{where}.scale.line.port"),
            *((("pin", pin), f"{where}.door.{name}") for name, pin in pins.items()),
        ]
        for key, place in used:
            if key in seen:
                raise ConfigError(
                    f"{source}: {place}: {key[0]} {key[1]} is already used by {seen[key]}"
                )
            seen[key] = place
        scale = one.scale
        if not scale.e_g <= scale.min_g < scale.max_g:
            raise ConfigError(
                f"{source}: {where}.scale: needs e_g <= min_g < max_g, "
                f"has {scale.e_g}, {scale.min_g}, {scale.max_g}"
            )
        if scale.dialect == "modbus-profile" and scale.registers is None:
            raise ConfigError(
                f'{source}: {where}.scale.registers: needed with dialect = "modbus-profile"'
            )
        if scale.dialect == "yaohua-cmd" and scale.address > 26:
            raise ConfigError(f"{source}: {where}.scale.address: 1 to 26 are Yaohua's A to Z")
        if scale.line.port == config.scanner.line.port:
            raise ConfigError(f"{source}: {where}.scale.line.port is the scanner's port")
    if config.timing.door_ms >= config.timing.before_age_ms:
        raise ConfigError(
            f"{source}: timing.before_age_ms: {config.timing.before_age_ms} must be above "
            f"timing.door_ms ({config.timing.door_ms}), or no door could ever open (M-22)"
        )
    _refuse_scanner_conflicts(config.scanner, source)
    if config.gpio.factory == "virtual" and config.gpio.bridge is None:
        raise ConfigError(f'{source}: gpio.bridge: needed with factory = "virtual"')
    if config.screen.surface == "browser" and config.screen.browser_socket is None:
        raise ConfigError(f'{source}: screen.browser_socket: needed with surface = "browser"')


def _refuse_scanner_conflicts(scanner: Scanner, source: str) -> None:
    if scanner.trigger == "host" and scanner.family == "line":
        raise ConfigError(
            f'{source}: scanner.trigger = "host" needs a scanner.family with commands'
        )
    if scanner.aim and scanner.code_id != "none":
        raise ConfigError(f"{source}: scanner.code_id: needs scanner.aim = false")
