"""The operator says how long a machine that the cloud refuses takes deposits."""

import argparse

import pytest

from kiosk.cli import endpoint as command
from kiosk.cli.endpoint_settings import settings_of
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args(words))


@pytest.mark.parametrize(("days", "said"), [("0", "for ever"), ("45", "for 45 days")])
def test_patience_is_signed_and_keeps_the_other_settings(
    desk: Operator, days: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert settings_of(desk).refused_days == 30
    run("phones", str(desk.directory), "--key", "11" * 32)
    assert run("patience", str(desk.directory), "--days", days) == 0
    settings = settings_of(desk)
    assert (settings.refused_days, settings.contact) == (int(days), "400-000-0000")
    assert settings.phones is not None
    assert capsys.readouterr().out.endswith(f"deposits go on {said}\n")


@pytest.mark.parametrize("days", ["-1", "3651"])
def test_patience_that_no_machine_would_read_is_refused(desk: Operator, days: str) -> None:
    with pytest.raises(EndpointError, match="--days"):
        run("patience", str(desk.directory), "--days", days)
    assert settings_of(desk).refused_days == 30
