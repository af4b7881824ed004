"""``kiosk scale``: for a technician with a scale nobody knows, and for those who test decoders."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, get_args

import msgspec

from drivers.errors import DriverError
from drivers.scale import capture
from drivers.scale.decoded import Decoded, Dialect
from drivers.scale.identify import COVERAGE_PERCENT_MIN, Fit, fits
from drivers.scale.registry import DIALECTS
from drivers.scale.transcript import transmission, understood
from drivers.serial_port import SerialPort
from kiosk.clock import SystemClock
from kiosk.config import Serial

HELP = "Listen to a scale, record it, find out what it speaks, decode frames."
EXAMPLES = """examples:
  kiosk scale listen /dev/ttyUSB0                           what comes, with nothing sent
  kiosk scale listen /dev/ttyUSB0 --dialect mt-sics         asks as the controller would
  kiosk scale capture /dev/ttyUSB0 weigh.jsonl --seconds 30 put a known mass on meanwhile
  kiosk scale identify weigh.jsonl                          which dialects fit, and what to check
  kiosk scale replay weigh.jsonl --dialect st-gs            bytes beside readings
  echo 53542c47532c2b2020312e3233364b470d0a | kiosk scale decode --protocol st-gs

The way from an unlabelled indicator to a configuration: docs/bring-up-a-scale.md.
Stop the controller first: a port has one user.
"""
READ_MS = 100
ANSWER_MS = 500
LINE_MAX = 1_000_000
"""Longest line of hexadecimal text taken from standard input."""
BAUDS = get_args(Serial.__annotations__["baud"])


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    live = argparse.ArgumentParser(add_help=False)
    _add_line(live)
    for name, body, text in (
        ("listen", listen, "show raw bytes beside decoded readings, live"),
        ("capture", record, "record a line into a file"),
    ):
        action = actions.add_parser(name, help=text, description=text, parents=[live])
        action.set_defaults(body=body)
        if name == "capture":
            action.add_argument("file", type=Path, help="the recording; must not exist yet")
    replaying = actions.add_parser("replay", help="show a recording as `listen` would have")
    replaying.add_argument("file", type=Path)
    replaying.add_argument("--dialect", choices=sorted(DIALECTS))
    replaying.set_defaults(body=replay)
    identifying = actions.add_parser("identify", help="which dialects could have sent a recording")
    identifying.add_argument("file", type=Path)
    identifying.set_defaults(body=identify)
    decoding = actions.add_parser(
        "decode", help="one transmission in hexadecimal a line in, one JSON line each out"
    )
    decoding.add_argument("--protocol", required=True, choices=sorted(DIALECTS), metavar="NAME")
    decoding.set_defaults(body=decode)
    listing = actions.add_parser("dialects", help="list the dialects by name")
    listing.set_defaults(body=dialects)


def _add_line(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("port", type=Path, metavar="PORT")
    parser.add_argument("--dialect", choices=sorted(DIALECTS), help="decode, and ask as it does")
    parser.add_argument("--baud", type=int, choices=BAUDS, default=9600)
    parser.add_argument("--data-bits", type=int, choices=(7, 8), default=8)
    parser.add_argument("--parity", choices=("none", "even", "odd"), default="none")
    parser.add_argument("--stop-bits", type=int, choices=(1, 2), default=1)
    parser.add_argument("--seconds", type=int, help="end by itself after this time")
    parser.add_argument("--ask", metavar="HEX", help="send these bytes twice a second")
    parser.add_argument("--mute", action="store_true", help="never send, whatever the dialect does")


def run(args: argparse.Namespace) -> int:
    body: object = args.body
    assert callable(body)
    return int(body(args))


# ---- a live line ----


class LiveLine:
    """An open port for a person: asks now and then, and gives what comes with its time."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.settings = Serial(args.port, args.baud, args.data_bits, args.parity, args.stop_bits)
        self.dialect: Dialect | None = DIALECTS[args.dialect]() if args.dialect else None
        self._ask = b"" if args.ask is None else _hex(args.ask, "--ask")
        self._mute: bool = args.mute
        self._end_ms: int | None = None if args.seconds is None else args.seconds * 1000

    def pieces(self) -> Iterator[capture.Piece]:
        """What is sent and heard, until the time is over. Raises PortError."""
        clock = SystemClock(Path("/nonexistent"), 0)
        port = SerialPort(self.settings)
        try:
            port.flush_input()
            start = clock.monotonic_ms()
            ask_at: int = start
            asked = b""
            while self._end_ms is None or clock.monotonic_ms() - start < self._end_ms:
                now = clock.monotonic_ms()
                request = self._request()
                if request and (now >= ask_at or request != asked):
                    port.write(request)
                    asked, ask_at = request, now + ANSWER_MS
                    yield capture.Piece(now - start, "host", request.hex())
                if data := port.read(READ_MS):
                    heard_ms = clock.monotonic_ms() - start
                    yield capture.Piece(heard_ms, "device", data.hex())
        finally:
            port.close()

    def _request(self) -> bytes:
        if self._mute:
            return b""
        return self._ask or (self.dialect.request if self.dialect else None) or b""


def listen(args: argparse.Namespace) -> int:
    line = LiveLine(args)
    try:
        for piece in line.pieces():
            sys.stdout.write(_row(piece, _decoded(line.dialect, piece)))
            sys.stdout.flush()
    except KeyboardInterrupt:
        pass  # the person has seen enough
    return 0


def record(args: argparse.Namespace) -> int:
    line = LiveLine(args)
    count = 0
    try:
        with args.file.open("xb") as file:
            file.write(capture.head_line(line.settings))
            try:
                for piece in line.pieces():
                    file.write(capture.piece_line(piece.ms, piece.sender, piece.data))
                    file.flush()
                    _decoded(line.dialect, piece)  # a handshake's next request depends on it
                    count += len(piece.data) if piece.sender == "device" else 0
            except KeyboardInterrupt:
                pass  # the recording is long enough
    except FileExistsError as error:
        raise DriverError(f"{args.file} exists: a recording is never written over") from error
    except OSError as error:
        raise DriverError(f"{args.file}: {error.strerror or error}") from error
    sys.stdout.write(f"{args.file}: {count} bytes from the device\n")
    return 0 if count else 1


# ---- recordings ----


def replay(args: argparse.Namespace) -> int:
    dialect = DIALECTS[args.dialect]() if args.dialect else None
    for piece in _load(args.file).pieces:
        sys.stdout.write(_row(piece, _decoded(dialect, piece)))
    return 0


def identify(args: argparse.Namespace) -> int:
    """1 when nothing fits, as grep does."""
    recording = _load(args.file)
    found = fits(recording.heard, DIALECTS)
    clean = [fit for fit in found if fit.clean]
    size = len(recording.heard)
    sys.stdout.write(f"{args.file}: {size} bytes in {recording.seconds} s, {len(found)} read\n")
    for fit in clean:
        sys.stdout.write(_fit_text(fit))
    if not clean:
        sys.stdout.write(_no_fit_text(recording, found))
        return 1
    sys.stdout.write(
        "\nA fit is no proof: dialects share their shapes. Choose the one the manual names, and\n"
        "compare a known mass, a negative one, motion and overload with the display.\n"
    )
    return 0


def _fit_text(fit: Fit) -> str:
    counts = f"{fit.weights} weights, {fit.errors} errors, {fit.coverage_percent} % of the bytes"
    lines = [
        f"\nfits: {fit.dialect}   {counts}",
        f"  reads   {', '.join(fit.values) or 'no weight, only errors'}",
    ]
    if fit.masked:
        lines.append("  check   the line has 7 data bits: set data_bits = 7 and its parity")
    lines += [f"  check   {text}" for text in fit.caveats]
    return "\n".join(lines) + "\n"


def _no_fit_text(recording: capture.Capture, found: list[Fit]) -> str:
    if not recording.heard:
        return "nothing was heard: cable, RX/TX crossed, output switched off, or it waits for ENQ\n"
    lines = [f"no dialect reads it without rejects and {COVERAGE_PERCENT_MIN} % of its bytes"]
    lines += [
        f"  {fit.dialect}: {fit.weights} weights, {fit.rejects} rejects, {fit.coverage_percent} %"
        for fit in found[:5]
    ]
    lines.append("wrong baud rate or parity make such bytes too: try the other line settings")
    return "\n".join(lines) + "\n"


def _load(path: Path) -> capture.Capture:
    try:
        with path.open("rb") as file:
            return capture.read(file, str(path))
    except OSError as error:
        raise DriverError(f"{path}: {error.strerror or error}") from error


# ---- frames ----


def decode(args: argparse.Namespace) -> int:
    """One answer for each line, in order, whatever the line holds; 1 if a line held no bytes."""
    status = 0
    for number, text in enumerate(_lines(sys.stdin), start=1):
        try:
            data = _hex(text, f"line {number}")
        except DriverError as error:
            sys.stderr.write(f"kiosk: {error}\n")
            data, status = b"", 1
        frames = transmission(args.protocol, DIALECTS[args.protocol], data)
        sys.stdout.write(_json({"frames": frames}) + "\n")
        sys.stdout.flush()
    return status


def dialects(args: argparse.Namespace) -> int:
    sys.stdout.write("".join(f"{name}\n" for name in sorted(DIALECTS)))
    return 0


def _lines(stream: IO[str]) -> Iterator[str]:
    while line := stream.readline(LINE_MAX):
        yield line.strip()


def _hex(text: str, where: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise DriverError(f"{where}: not hexadecimal: {text[:40]!r}") from error


def _decoded(dialect: Dialect | None, piece: capture.Piece) -> list[Decoded]:
    if dialect is None or piece.sender == "host":
        return []
    return dialect.feed(piece.data)


def _row(piece: capture.Piece, frames: list[Decoded]) -> str:
    """Time, direction, bytes, text; then a line for each reading."""
    shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in piece.data)
    arrow = "<" if piece.sender == "device" else ">"
    rows = [f"{piece.ms / 1000:9.3f} {arrow} {piece.data.hex(' ')}  |{shown}|"]
    told = understood(frames)
    rows += [f"{'':10}= {_json(one)}" for one in told]
    if len(told) < len(frames):
        rows.append(f"{'':10}= {len(frames) - len(told)} not understood")
    return "\n".join(rows) + "\n"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
