"""The manual names every command and option of ``kiosk endpoint``, and none that is gone."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from kiosk.cli import endpoint as command

MANUAL = Path("docs/operations-endpoint.md").read_text("utf-8")


def actions() -> dict[str, argparse.ArgumentParser]:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    (found,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    return dict(found.choices)


def options() -> Iterator[str]:
    for name, parser in actions().items():
        # What a single order takes is told by its own --help.
        if name != "command":
            for one in parser._actions:
                yield from (text for text in one.option_strings if text.startswith("--"))


def test_every_command_and_option_is_in_the_manual() -> None:
    said = set(re.findall(r"--[a-z][a-z-]*", MANUAL))
    assert set(options()) - {"--help"} <= said
    for name in actions():
        assert re.search(rf"`[^`]*\b{name}\b[^`]*`", MANUAL), name


def test_no_option_in_the_manual_is_gone() -> None:
    assert set(re.findall(r"--[a-z][a-z-]*", MANUAL)) - set(options()) == set()
