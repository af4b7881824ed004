"""Journeys that tests/simulator found, shrunk to what matters and mended since."""

import os
from pathlib import Path

from pytest_mock import MockerFixture

from kiosk import views as v
from tests.journeys.desk import Desk
from tests.journeys.steps import OPENS_PAPER, outcome, puts, walk


def test_a_machine_starts_on_a_full_disk_and_says_so(tmp_path: Path, mocker: MockerFixture) -> None:
    """P1, P5: the file of accepted tokens could not be rewritten, and every start failed."""
    desk = Desk(tmp_path)
    walk(desk, [*OPENS_PAPER, puts(1_000)])
    room = os.statvfs(desk.directory)
    full = mocker.patch("kiosk.disk.os.statvfs")
    full.return_value = mocker.Mock(f_bavail=0, f_frsize=room.f_frsize)
    mocker.patch("kiosk.tokens.os.fsync", side_effect=OSError(28, "No space left"))
    desk.power_cut()
    desk.power_on()
    desk.wait(10_000)
    assert isinstance(desk.screen, v.OutOfService) and desk.screen.reason == "disk_full"
    walk(desk, [outcome("HELD", "power_lost", net_g=1_000)])
