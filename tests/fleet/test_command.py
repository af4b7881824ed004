"""``kiosk fleet`` on the command line."""

from pathlib import Path

import pytest

from kiosk.cli.fleet import read_codes
from kiosk.cli.main import main
from sync.endpoint.operator import code_text
from sync.fleet.errors import FleetError
from tests.sync.places import make_desk, running_endpoint


def test_against_an_endpoint_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    codes = tmp_path / "codes.txt"
    codes.write_text("".join(f"▄▀█\n{code_text(desk.new_code('yard-07'))}\n" for _ in range(3)))
    with running_endpoint(desk.directory) as url:
        words = ["fleet", "--url", url, "--codes", str(codes), "--kiosks", "2", "--seed", "2"]
        assert main([*words, "--outage", "1m", "--deposits-per-day", "14400"]) == 0
    told = capsys.readouterr().out
    assert "backlog        40 records of 2 machines" in told
    assert "none lost, none doubled" in told


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--kiosks", "0"], "1 to 100000"),
        (["--url", "http://127.0.0.1:1"], "go together"),
        (["--url", "http://x", "--codes", "CODES"], "use https"),
        (["--url", "http://127.0.0.1:1", "--codes", "CODES", "--kiosks", "9"], "holds 1 codes"),
        (["--url", "http://127.0.0.1:1", "--codes", "CODES"], "cannot be reached"),
    ],
)
def test_what_cannot_be_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    codes = tmp_path / "codes.txt"
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    codes.write_text(code_text(desk.new_code("yard-07")))
    assert main(["fleet", *(str(codes) if word == "CODES" else word for word in words)]) == 2
    assert why in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "24", "0h", "1w", "-1h", "1.5h"])
def test_times_are_written_with_their_unit(text: str) -> None:
    with pytest.raises(SystemExit):
        main(["fleet", f"--outage={text}"])


@pytest.mark.parametrize("text", ["", "KIOSK1:", "KIOSK1:{}", "nothing of the kind"])
def test_files_without_codes(tmp_path: Path, text: str) -> None:
    path = tmp_path / "codes.txt"
    path.write_text(text)
    with pytest.raises(FleetError, match="codes"):
        read_codes(path)
