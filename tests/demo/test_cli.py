"""What `kiosk demo` says to a person before anything runs, and how it is looked at."""

import argparse
import shlex
from pathlib import Path

import pytest

from kiosk.cli import demo
from kiosk.demo.layout import Layout


@pytest.mark.parametrize("text", ["abc", "-1", "65536", "8o8o", "", "²"])
def test_a_port_that_is_none_is_told_in_plain_words(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    demo.configure(parser)
    with pytest.raises(SystemExit):
        parser.parse_args([f"--port={text}"])
    said = capsys.readouterr().err
    assert f"argument --port: {text!r} is no port: 0 (any free one) to 65535" in said


def test_a_port_is_taken_as_it_is() -> None:
    parser = argparse.ArgumentParser()
    demo.configure(parser)
    assert [parser.parse_args(["--port", one]).port for one in ("0", "65535")] == [0, 65535]


@pytest.mark.parametrize("home", ["/tmp/machine", "/tmp/a b/纸"])
def test_the_two_commands_that_look_can_be_typed_as_they_are(home: str) -> None:
    layout = Layout(Path(home), Path("/tmp/run"))
    where, *commands = demo.how_to_look(layout, kept=True).splitlines()
    assert home in where
    assert "kept" in where
    assert [shlex.split(one)[1:] for one in commands] == [
        ["ledger", "show", "--config", f"{home}/kiosk.toml"],
        ["status", "--config", f"{home}/kiosk.toml"],
    ]
    assert all(shlex.split(one)[0].endswith("kiosk") for one in commands)


def test_a_temporary_home_is_told_to_be_removed() -> None:
    layout = Layout(Path("/tmp/machine"), Path("/tmp/run"))
    assert "--dir DIR keeps it" in demo.how_to_look(layout, kept=False)
