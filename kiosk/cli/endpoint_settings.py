"""What the desk says in its machines' settings: ``kiosk endpoint patience``, ``effect`` and
``material``."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from kiosk.clock import Clock
from kiosk.documents import DOCUMENT_TYPE, Document, Effect, Settings
from kiosk.envelope import unseal
from sync.endpoint import prices
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator

DAYS_MAX = 3650


def configure(actions: Any) -> None:
    """Add the subcommands to those of ``kiosk endpoint``."""
    patience = actions.add_parser(
        "patience", help="say how long a machine that the cloud refuses takes deposits"
    )
    patience.add_argument("directory", type=Path, metavar="DIR")
    ends = "then it sells nothing; 0: for ever (a new desk says 30)"
    patience.add_argument("--days", type=int, required=True, metavar="N", help=ends)

    effect = actions.add_parser(
        "effect", help="say what a kilogram of each material saves, and who says so"
    )
    effect.add_argument("directory", type=Path, metavar="DIR")
    _repeated(effect, "--factor", "MATERIAL=GRAMS", "CO2 equivalent that a kilogram avoids")
    _repeated(effect, "--source", "LANGUAGE=TEXT", "who says so, such as en=...")
    way = "what a car emits on a kilometre: savings are told as a way, too"
    effect.add_argument("--car", type=int, metavar="GRAMS", help=way)
    effect.add_argument("--off", action="store_true", help="say nothing of savings any more")
    material = actions.add_parser("material", help="name a material in the screens' languages")
    material.add_argument("directory", type=Path, metavar="DIR")
    material.add_argument("material", metavar="MATERIAL", help="as machines' kiosk.toml writes it")
    _repeated(material, "--name", "LANGUAGE=NAME", "such as zh=...")
    material.add_argument("--off", action="store_true", help="use the screens' own word again")


def _repeated(parser: argparse.ArgumentParser, option: str, metavar: str, said: str) -> None:
    """Add an option of which each use gives one more."""
    parser.add_argument(
        option, action="append", default=[], metavar=metavar, help=f"{said}; repeat it"
    )


def run(args: argparse.Namespace, clock: Clock) -> int:
    """Do it. Raises EndpointError or TrustError saying what is wrong."""
    return ACTIONS[args.action](args, clock)


def settings_of(desk: Operator) -> Settings:
    """Return the newest that the desk signed for everybody. Raises EndpointError without any."""
    for version in reversed(desk.versions("settings")):
        path = desk.directory / "documents" / f"settings-{version:08d}.json"
        payload = unseal(path.read_bytes(), DOCUMENT_TYPE, (desk.root_public,))
        document = msgspec.json.decode(payload, type=Document)
        if document.scope == "*" and isinstance(document.body, Settings):
            return document.body
    raise EndpointError(f"{desk.directory} holds no settings; restore its documents/")


def _patience(args: argparse.Namespace, clock: Clock) -> int:
    if not 0 <= args.days <= DAYS_MAX:
        raise EndpointError(f"--days: 0 to {DAYS_MAX}")
    desk = Operator.load(args.directory, clock)
    settings = msgspec.structs.replace(settings_of(desk), refused_days=args.days)
    version = desk.publish("settings", settings)
    lasts = f"for {args.days} days" if args.days else "for ever"
    sys.stdout.write(f"settings version {version} is signed: refused, deposits go on {lasts}\n")
    return 0


def _effect(args: argparse.Namespace, clock: Clock) -> int:
    desk = Operator.load(args.directory, clock)
    settings = settings_of(desk)
    if args.off:
        version = desk.publish("settings", msgspec.structs.replace(settings, effect=None))
        sys.stdout.write(f"settings version {version} is signed: nothing is said of savings\n")
        return 0
    factors = {name: _grams(text) for name, text in _pairs("--factor", args.factor).items()}
    prices.check_names(factors, tuple(settings.materials))
    effect = Effect(factors, _pairs("--source", args.source), args.car)
    version = desk.publish("settings", msgspec.structs.replace(settings, effect=effect))
    sys.stdout.write(
        f"settings version {version} is signed: savings of {', '.join(factors)}, by their source\n"
    )
    return 0


def _material(args: argparse.Namespace, clock: Clock) -> int:
    if not prices.is_name(args.material):
        raise EndpointError(f"{args.material[:40]!r} cannot be a material: see kiosk.toml")
    desk = Operator.load(args.directory, clock)
    settings = settings_of(desk)
    named = {name: said for name, said in settings.materials.items() if name != args.material}
    if not args.off:
        named[args.material] = _pairs("--name", args.name)
    version = desk.publish("settings", msgspec.structs.replace(settings, materials=named))
    sys.stdout.write(f"settings version {version} is signed: {len(named)} materials are named\n")
    return 0


def _pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    """Read ``KEY=VALUE`` texts. Raises EndpointError for none, or one that says nothing."""
    found = {}
    for text in given:
        key, _, value = text.partition("=")
        if not (key.strip() and value.strip()) or key in found:
            raise EndpointError(f"{option} {text!r}: write KEY=VALUE, each key once")
        found[key.strip()] = value.strip()
    if not found:
        raise EndpointError(f"{option} is missing; see --help")
    return found


def _grams(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text, re.ASCII):
        raise EndpointError(f"--factor: {text!r} is no whole number of grams a kilogram")
    return int(text)


ACTIONS: dict[str, Callable[[argparse.Namespace, Clock], int]] = {
    "patience": _patience,
    "effect": _effect,
    "material": _material,
}
