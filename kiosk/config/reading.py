"""Reads the file, strictly: an unknown or mistyped key is named with the nearest known one."""

import difflib
import re
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

import msgspec
from msgspec import Struct

from kiosk.config.compartment import Compartment
from kiosk.config.conflicts import conflicts
from kiosk.config.machine import Config
from kiosk.errors import KioskError


class ConfigError(KioskError, ValueError):
    """A setting is wrong; the message names file, key, what is allowed and what to do."""


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
    for wrong in conflicts(config):
        raise ConfigError(f"{source}: {wrong}")
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
