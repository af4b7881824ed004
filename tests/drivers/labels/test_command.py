"""``kiosk scanner decode``, and the conformance set through it."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kiosk.cli.main import main

ROOT = Path(__file__).resolve().parents[3]
CONFORMANCE = Path(os.environ.get("KIOSK_CONFORMANCE", ROOT.parent / "shared" / "conformance"))


def decode(lines: str, *options: str) -> list[dict[str, Any]]:
    """Run the command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.cli.main", "scanner", "decode", *options],
        input=lines.encode(),
        capture_output=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    assert not done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_line_each() -> None:
    found = decode("5d453035393031323334313233343537\n\nzz\n5D 51 31 41\n")
    assert found[0] == {
        "valid": True,
        "symbology": "EAN-13",
        "gtin": "05901234123457",
        "text": "5901234123457",
        "ai": {},
        "reason": None,
    }
    assert [one["valid"] for one in found] == [True, False, True]
    assert found[1]["reason"] == "not a hex string"
    assert found[2]["text"] == "A"


def test_text_and_letters() -> None:
    assert decode("]C10105901234123457\n", "--text")[0]["ai"] == {"01": "05901234123457"}
    assert decode("4135393031323334313233343537\n", "--code-id", "symbol")[0]["symbology"] == (
        "EAN/UPC"
    )


def test_in_process(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"5d513158\n")))
    assert main(["scanner", "decode"]) == 0
    assert json.loads(capsys.readouterr().out)["text"] == "X"


def test_the_conformance_set() -> None:
    path = CONFORMANCE / "scanner_payloads.jsonl"
    if not path.exists():
        pytest.skip(f"no conformance set at {CONFORMANCE}")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = decode("".join(f"{row['hex']}\n" for row in rows))
    assert len(found) == len(rows) > 0
    for row, label in zip(rows, found, strict=True):
        expect = row["expect"]
        assert label["valid"] == expect["valid"], row
        for name in ("ai", "text"):
            assert name not in expect or label[name] == expect[name], row
        if "gtin" in expect:
            assert (label["gtin"] or "").lstrip("0") == expect["gtin"].lstrip("0"), row
