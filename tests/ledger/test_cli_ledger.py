"""``kiosk ledger`` for people and scripts: from the files, and beside a running controller."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk import wire
from kiosk.cli.main import main
from kiosk.keys import public_bytes
from kiosk.ledger import DataLock, Ledger
from kiosk.ledger.folders import current, segments
from kiosk.product_shelf import ProductShelf
from kiosk.roles.agent import AgentRole
from tests.ledger.samples import BOARD, KEY, STAMP, draft, ledger_in, opened, pay, stored


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A machine's data folder with two paid deposits and one that is still open."""
    data_dir = tmp_path / "data"
    ledger = ledger_in(data_dir / "ledger", records_max=3)
    pay(ledger, 1)
    pay(ledger, 2, 700)
    ledger.append([draft(opened(3))], STAMP)
    ledger.close()
    return data_dir


@pytest.fixture
def config(machine_file: Path, data_dir: Path) -> Path:
    """Its configuration."""
    assert str(data_dir) in machine_file.read_text()
    return machine_file


def hello(ledger: Ledger) -> wire.Hello:
    """What a controller says first."""
    return wire.Hello(
        kiosk=None,
        url=None,
        ledger=ledger.id,
        board=BOARD,
        record_key=public_bytes(KEY),
        head_seq=ledger.head_seq,
        acked_through=0,
        documents={},
    )


@pytest.fixture
def running(tmp_path: Path, data_dir: Path) -> Iterator[tuple[Ledger, AgentRole]]:
    """A controller's lock, ledger and agent socket."""
    with DataLock(data_dir):
        ledger = ledger_in(data_dir / "ledger")
        role = AgentRole(tmp_path, lambda event: None, ledger, ProductShelf(tmp_path))
        role.start()
        role.tell(hello(ledger))
        yield ledger, role
        role.stop()
        ledger.close()


def test_verify_says_so_and_in_json_with_every_outcome(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", "verify", "--data-dir", str(data_dir)]) == 0
    told = capsys.readouterr().out
    assert told.endswith("VERIFIED\n")
    assert "2: 2 PAID" in told
    assert "2.500 kg, 2.00 CNY" in told
    assert main(["ledger", "verify", "--data-dir", str(data_dir), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["verified"] is True
    assert report["records"] == len(stored(data_dir / "ledger")) == 8
    assert report["deposits"] == [
        {
            "seq": seq,
            "outcome": "PAID",
            "net_g": net_g,
            "unit_price": "0.80",
            "amount_minor": fen,
            "currency": "CNY",
        }
        for seq, net_g, fen in ((3, 1800, 144), (6, 700, 56))
    ]
    assert report["open"] == [8]


def test_verify_fails_when_anything_was_changed(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = current(data_dir / "ledger")
    assert folder is not None
    path = segments(folder)[0][1]
    path.write_bytes(path.read_bytes().replace(b'"net_g":1800', b'"net_g":1900', 1))
    assert main(["ledger", "verify", "--data-dir", str(data_dir)]) == 1
    assert "NOT VERIFIED" in capsys.readouterr().out
    assert main(["ledger", "verify", "--data-dir", str(data_dir), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["verified"] is False


def test_show_is_a_table_without_people(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["ledger", "show", "--data-dir", str(data_dir)]
    assert main(where) == 0
    told = capsys.readouterr().out
    assert len(told.splitlines()) == 8
    assert "PAID  paper cardboard, 11.800 - 10.000 = 1.800 kg x 0.80 = 1.44 CNY" in told
    assert "r-7f3a" not in told
    assert main([*where, "--deposits", "--last", "1"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.split()[0] == "6"


def test_show_as_json_carries_the_exact_bytes(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", "show", "--data-dir", str(data_dir), "--json", "--last", "0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for line, signed in zip(lines, stored(data_dir / "ledger"), strict=True):
        assert signed.data in line.encode()
        assert json.loads(line)["seq"] == signed.seq


@pytest.mark.usefixtures("running")
def test_beside_a_running_controller_it_asks_the_controller(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", "verify", "--config", str(config), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["records"] == 8
    assert main(["ledger", "show", "--config", str(config), "--deposits"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_without_a_controller_the_configuration_names_the_files(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", "verify", "--config", str(config)]) == 0
    assert capsys.readouterr().out.endswith("VERIFIED\n")


def test_a_controller_that_lies_about_its_key_or_length_is_found_out(
    running: tuple[Ledger, AgentRole], config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger, role = running
    role.tell(msgspec.structs.replace(hello(ledger), record_key=b"x" * 32))
    assert main(["ledger", "verify", "--config", str(config)]) == 1
    assert "signed under key" in capsys.readouterr().out
    role.tell(msgspec.structs.replace(hello(ledger), head_seq=99))
    assert main(["ledger", "verify", "--config", str(config)]) == 2
    assert "named 99 records, sent 8" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verify", "--data-dir", "nowhere"], "nowhere"),
        (["show", "--data-dir", "{empty}"], "holds no ledger"),
        (["show", "--data-dir", "{data}", "--last", "-1"], "--last -1"),
        (["verify", "--config", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_what_cannot_be_read_is_told_with_status_2(
    tmp_path: Path,
    data_dir: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    (tmp_path / "empty").mkdir()
    filled = [part.format(empty=tmp_path / "empty", data=data_dir) for part in arguments]
    assert main(["ledger", *filled]) == 2
    assert words in capsys.readouterr().err


def test_a_running_controller_without_its_configuration(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with DataLock(data_dir):
        assert main(["ledger", "verify", "--data-dir", str(data_dir)]) == 2
    assert "--config" in capsys.readouterr().err


def test_a_controller_that_does_not_answer(
    data_dir: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with DataLock(data_dir):
        assert main(["ledger", "show", "--config", str(config)]) == 2
    assert "does not answer" in capsys.readouterr().err
