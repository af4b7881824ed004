"""The soak runs, and its audit can say no."""

from pathlib import Path

import pytest

from kiosk.records import Deposit
from tests.journeys.desk import Desk
from tests.soak import visits


def test_a_few_visits_close_the_books(capsys: pytest.CaptureFixture[str]) -> None:
    assert visits.main(["6", "1"]) == 0
    assert capsys.readouterr().out.startswith("6 visits")


def test_a_doubled_deposit_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    once = Desk.deposits

    def twice(desk: Desk) -> list[Deposit]:
        return [one for one in once(desk) for _ in range(2)]

    monkeypatch.setattr(Desk, "deposits", twice)
    story = visits.Soak(tmp_path, seed=1)
    with pytest.raises(visits.BrokenPromiseError, match="P1"):
        for _ in range(5):
            story.visit()
    story.desk.power_cut()
