"""What people and spreadsheets get of a ledger: sums, rows, and words that fit each deposit."""

import csv
import io
import json
from pathlib import Path

import msgspec
import pytest

from kiosk import records
from kiosk.cli.main import main
from kiosk.ledger import export
from kiosk.records import Collection, Piece
from kiosk.wire import SignedRecord
from tests.ledger.samples import STAMP, draft, held, ledger_in, opened, outcome, pay, stored
from tests.ledger.test_earlier import decide
from tests.ledger.test_verify import STAY, tampered

BY_PIECE = msgspec.structs.replace(opened(4, 12_500, bag="bag-2"), by_piece=True, price_e4=0)
PIECES = (Piece("6901234567892", 3, 10, 15, 25), Piece("6901234567808", 1, 5, 15, 25))


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Two paid by weight, one held, one paid by the piece, and a collection in between."""
    data_dir = tmp_path / "data"
    ledger = ledger_in(data_dir / "ledger")
    pay(ledger, 1)
    pay(ledger, 2, 700)
    begun = opened(3, 12_500)
    ledger.append([draft(begun), draft(held(begun, ledger.head_seq + 1))], STAMP)
    ledger.append([draft(bag(3, 2_500))], STAMP)
    paid = outcome(BY_PIECE, ledger.head_seq + 1, 80, pieces=PIECES, amount_minor=35)
    paid = msgspec.structs.replace(paid, price_e4=0)
    ledger.append([draft(BY_PIECE), draft(paid)], STAMP)
    ledger.close()
    return data_dir


def bag(deposits: int, sum_g: int) -> Collection:
    return Collection(
        compartment="paper",
        bag_out="bag-1",
        bag_in="bag-2",
        deposits=deposits,
        sum_g=sum_g,
        removed_g=sum_g + 20,
        tolerance_g=63,
        difference_g=20,
    )


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """``kiosk ledger ...``, which must end well."""
    assert main(["ledger", *words]) == 0
    return capsys.readouterr().out


def test_totals_are_verified_and_told_for_life_and_for_the_bag(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run(capsys, "totals", "--data-dir", str(data_dir)).splitlines()
    assert said[1:] == [
        "lifetime  paper cardboard: 4 deposits, 2.580 kg, 2.35 CNY",
        "in bag    paper cardboard: 1 deposits, 0.080 kg, 0.35 CNY",
        "source    this machine's own records, all of them",
        "VERIFIED",
    ]
    answer = json.loads(run(capsys, "totals", "--data-dir", str(data_dir), "--json"))
    assert answer["totals"][0]["net_g"] == 2_580
    assert answer["since_collection"][0] == {
        "compartment": "paper",
        "material": "cardboard",
        "currency": "CNY",
        "deposits": 1,
        "net_g": 80,
        "amount_minor": 35,
    }


def test_csv_has_a_row_for_each_outcome_and_nobody_in_it(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run(capsys, "export", "--data-dir", str(data_dir))
    assert "r-7f3a" not in said
    first, _, third, fourth = csv.DictReader(io.StringIO(said))
    signed = stored(data_dir / "ledger")
    assert first["hash"] == records.digest(signed[2].data)
    assert {name: first[name] for name in ("seq", "outcome", "before_kg", "after_kg")} == {
        "seq": "3",
        "outcome": "PAID",
        "before_kg": "10.000",
        "after_kg": "11.800",
    }
    assert (first["net_kg"], first["price"], first["amount"]) == ("1.800", "0.80", "1.44")
    assert (third["outcome"], third["reason"], third["net_kg"]) == ("HELD", "power_lost", "")
    assert (fourth["by_piece"], fourth["pieces"], fourth["amount_minor"]) == ("True", "4", "35")


def test_json_has_the_same_one_a_line(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "export", "--data-dir", str(data_dir), "--format", "json")
    rows = [json.loads(line) for line in said.splitlines()]
    assert rows == list(export.rows(stored(data_dir / "ledger")))
    assert tuple(rows[0]) == export.COLUMNS
    assert (rows[2]["net_g"], rows[3]["by_piece"]) == (None, True)


def test_an_unreadable_record_is_passed_over(data_dir: Path) -> None:
    whole = stored(data_dir / "ledger")[2]
    rows = list(export.rows([SignedRecord(1, b"{}", bytes(64)), whole]))
    assert [row["seq"] for row in rows] == [3]


@pytest.mark.parametrize("sign", ["=", "+", "@", "\t", "\r"])
def test_no_cell_begins_a_formula(sign: str) -> None:
    stream = io.StringIO(newline="")
    row: dict[str, export.Cell] = dict.fromkeys(export.COLUMNS, f"{sign}1+1")
    row |= {"net_kg": "-0.005", "net_g": -5}
    export.write_csv([row], stream)
    (read,) = csv.DictReader(io.StringIO(stream.getvalue(), newline=""))
    assert (read["kiosk"], read["net_kg"], read["net_g"]) == (f"'{sign}1+1", "-0.005", "-5")


def test_show_prints_pieces_for_what_was_paid_by_the_piece(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run(capsys, "show", "--data-dir", str(data_dir), "--deposits").splitlines()
    assert said[0].endswith("11.800 - 10.000 = 1.800 kg x 0.80 = 1.44 CNY")
    assert said[3].endswith("12.580 - 12.500 = 0.080 kg, 3 x 0.10 + 1 x 0.05 = 0.35 CNY")
    whole = run(capsys, "show", "--data-dir", str(data_dir))
    assert "by the piece, before 12.500 kg" in whole
    assert (
        "paper bag bag-1 out, bag-2 in: 3 deposits, 2.500 kg, "
        "2.520 kg by the machine's own scale, 0.020 kg off, 0.063 kg allowed" in whole
    )


def test_what_the_operator_decided_stands_apart_from_the_totals(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = ledger_in(data_dir / "ledger")
    before = ledger.totals
    for seq, amount in ((7, 80), (9, 0)):
        decide(ledger, seq, amount)
    assert ledger.totals == before
    ledger.close()
    said = run(capsys, "totals", "--data-dir", str(data_dir)).splitlines()
    assert "decided   2 held deposits by the operator: 0.80 CNY, not in the totals" in said
    answer = json.loads(run(capsys, "verify", "--data-dir", str(data_dir), "--json"))
    assert [one["amount_minor"] for one in answer["decided"]] == [80, 0]


def test_an_export_of_a_tampered_ledger_says_so(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever pays by a spreadsheet does not run ``verify``."""
    tampered(data_dir / "ledger", STAY, "UPDATE records SET sig = zeroblob(64) WHERE seq = 3")
    assert main(["ledger", "export", "--data-dir", str(data_dir)]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("seq,utc,")
    assert told.err.startswith("kiosk: NOT VERIFIED, ") and "kiosk ledger verify" in told.err
