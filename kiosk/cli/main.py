"""``kiosk``: one command for everything. Subcommands are imported only when chosen, so that
``kiosk --help`` costs next to nothing."""

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Sequence

from kiosk.errors import KioskError

COMMANDS: dict[str, str] = {
    "demo": "the whole machine on this computer, in a browser, without hardware",
    "controller": "run the controller: decides, weighs, pays, records",
    "screen": "run the touchscreen",
    "sync": "run the cloud agent: carries records out and documents in",
    "endpoint": "run or set up the reference cloud endpoint",
    "conformance": "hold anybody's endpoint against every rule of the cloud protocol",
    "fleet": "load an endpoint with a whole fleet, and compare every ledger",
    "ledger": "verify or show the ledger",
    "receipt": "check a receipt without a network",
    "scanner": "read scanned codes: what does this scanner send?",
    "config": "check a configuration file",
    "scale": "listen to a scale, record it, find out what it speaks, decode frames",
    "service": "for a technician at the machine: accept a mass, check, verify or adjust a scale",
    "status": "what a running controller says of itself",
}

EXAMPLES = """examples:
  kiosk demo                                     open http://127.0.0.1:8080/ and play
  kiosk demo --once                              one deposit through everything, as JSON
  kiosk config check /etc/kiosk/kiosk.toml       is this file right?
  kiosk ledger verify                            is every record whole, signed and in its place?
  kiosk status                                   doors, scales, faults, backlog

`kiosk COMMAND --help` tells more, with examples.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit status: 2 for anything a person has to put right."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in COMMANDS:
        return _run(words[0], words[1:])
    parser = argparse.ArgumentParser(
        prog="kiosk",
        description="A paid recycling kiosk: edge firmware, virtual machine and tools.",
        epilog=EXAMPLES,
        formatter_class=_formatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name, text in COMMANDS.items():
        commands.add_parser(name, help=text, add_help=False)
    chosen = parser.parse_args(words)
    if chosen.version:
        version = importlib.import_module("importlib.metadata").version("paid-recycling-kiosk")
        sys.stdout.write(f"kiosk {version}\n")
        return 0
    parser.print_help()
    return 0 if not words else 2


def _run(name: str, words: Sequence[str]) -> int:
    # What modules define is kept: looking for garbage in it takes a tenth of the time to load it.
    gc.disable()
    _load_msgspec()
    command = importlib.import_module(f"kiosk.cli.{name}")
    gc.enable()
    parser = argparse.ArgumentParser(
        prog=f"kiosk {name}",
        description=command.HELP,
        epilog=command.EXAMPLES,
        formatter_class=_formatter,
    )
    command.configure(parser)
    arguments = parser.parse_args(words)
    try:
        return int(command.run(arguments))
    except KioskError as error:
        sys.stderr.write(f"kiosk: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output (head, less) went away; python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _load_msgspec() -> None:
    """Load msgspec with what the standard library has.

    It prefers typing_extensions where that is installed, for three names that Python has had since
    3.11. That package loads inspect, ast, dis and tokenize: 10 ms of CPU in every start. Whoever
    else wants it later gets it.
    """
    extensions = "typing_extensions"
    if extensions in sys.modules or "msgspec" in sys.modules:
        return
    # None there is how Python itself says that a module is not to be found (the import system).
    sys.modules[extensions] = None  # type: ignore[assignment]
    try:
        importlib.import_module("msgspec")
    finally:
        del sys.modules[extensions]


def _formatter(prog: str) -> argparse.HelpFormatter:
    """Help as wide as the terminal.

    argparse makes one for every parser, help or not, and by itself asks shutil for the width,
    which loads three compressors: 4 ms of CPU in every start of every command.
    """
    try:
        columns = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        columns = 0
    if columns <= 0:
        try:
            columns = os.get_terminal_size(sys.stdout.fileno()).columns
        except (AttributeError, OSError, ValueError):  # no terminal: a pipe, a file, nothing
            columns = 80
    return argparse.RawDescriptionHelpFormatter(prog, width=columns - 2)


if __name__ == "__main__":
    sys.exit(main())
