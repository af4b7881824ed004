"""`kiosk scale`: frames, live lines and recordings, as a technician and as a judge use it."""

import io
import json
import os
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from drivers.scale.registry import DIALECTS
from drivers.sim.cable import Cable
from kiosk.cli.main import main
from tests.drivers.bench_frames import FRAMES

ROOT = Path(__file__).resolve().parents[2]
CONFORMANCE = Path(os.environ.get("KIOSK_CONFORMANCE", ROOT.parent / "shared" / "conformance"))
COMPARED = ("unit", "stable", "net", "error")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line with a standard input; status, output and errors."""

    def once(*words: str, given: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        status = main(["scale", *words])
        told = capsys.readouterr()
        return status, told.out, told.err

    return once


def agrees(frame: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Compare what the conformance README says is compared."""
    same_weight = "weight" not in expected or (
        "weight" in frame and Decimal(frame["weight"]) == Decimal(expected["weight"])
    )
    named = [name for name in COMPARED if name in expected]
    same = all(frame.get(name) == expected[name] for name in named)
    return frame["kind"] == expected["kind"] and same_weight and same


def conformance_rows() -> list[dict[str, Any]]:
    file = CONFORMANCE / "scale_frames.jsonl"
    if not file.is_file():
        pytest.skip(f"no conformance set at {CONFORMANCE}")
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_every_row_of_the_conformance_set_through_the_command(run: Run) -> None:
    rows = conformance_rows()
    for protocol in {row["protocol"] for row in rows}:
        mine = [row for row in rows if row["protocol"] == protocol]
        given = "".join(row["hex"] + "\n" for row in mine)
        status, out, _ = run("decode", "--protocol", protocol, given=given)
        assert status == 0
        answers = [json.loads(line)["frames"] for line in out.splitlines()]
        for row, frames in zip(mine, answers, strict=True):
            expect = row["expect"]
            wanted = expect.get("frames", [] if expect["kind"] == "reject" else [expect])
            assert len(frames) == len(wanted), row["id"]
            assert all(map(agrees, frames, wanted)), (row["id"], frames)


def test_a_weight_keeps_the_digits_that_were_sent(run: Run) -> None:
    _, out, _ = run("decode", "--protocol", "st-gs", given=b"ST,GS,+ 01.230KG\r\n".hex() + "\n")
    assert out == (
        '{"frames":[{"kind":"weight","weight":"1.230","unit":"kg","stable":true,"net":false}]}\n'
    )


def test_errors_requests_counts_and_rejects_by_their_kind(run: Run) -> None:
    sent = [b"S +\r\n", b"SI\r\n", b"S S       12 PCS\r\n", b"Z A\r\n", b'I4 A "1"\r\n', b"\xff"]
    _, out, _ = run("decode", "--protocol", "mt-sics", given="\n".join(one.hex() for one in sent))
    frames = [json.loads(line)["frames"] for line in out.splitlines()]
    assert frames == [
        [{"kind": "error", "error": "overload"}],
        [{"kind": "request"}],
        [{"kind": "count", "count": 12, "unit": "PCS"}],
        [{"kind": "ack"}],
        [{"kind": "info"}],
        [],
    ]


def test_a_line_that_is_no_hexadecimal_is_named_and_the_others_are_answered(run: Run) -> None:
    status, out, err = run("decode", "--protocol", "st-gs", given="zz\n\nff\n")
    assert (status, out.splitlines()) == (1, ['{"frames":[]}'] * 3)
    assert "line 1" in err


def test_the_dialects_are_listed(run: Run) -> None:
    _, out, _ = run("dialects")
    assert out.split() == sorted(DIALECTS)


class Talker:
    """A device at the far end of a pty that sends and answers until it is stopped."""

    def __init__(self, port: Path, frame: bytes, asked: bytes = b"") -> None:
        self.cable = Cable(port)
        self._frame = frame
        self._asked = asked
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopping.wait(0.05):
            heard = self.cable.read() or b""
            if not self._asked or self._asked in heard:
                self.cable.write(self._frame)

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self.cable.pull()


def test_listening_shows_bytes_beside_readings(run: Run, tmp_path: Path) -> None:
    talker = Talker(tmp_path / "port", FRAMES["st-gs"].encode(1235))
    status, out, _ = run("listen", str(tmp_path / "port"), "--dialect", "st-gs", "--seconds", "1")
    talker.stop()
    assert status == 0
    assert "53 54 2c 47 53" in out
    assert "|ST,GS,+  1.235KG..|" in out
    assert '"weight":"1.235"' in out


def test_listening_asks_as_the_dialect_does_unless_mute(run: Run, tmp_path: Path) -> None:
    talker = Talker(tmp_path / "port", FRAMES["mt-sics"].encode(1235), asked=b"SI\r\n")
    words = ("listen", str(tmp_path / "port"), "--dialect", "mt-sics", "--seconds", "1")
    _, loud, _ = run(*words)
    _, mute, _ = run(*words, "--mute")
    talker.stop()
    assert "> 53 49 0d 0a" in loud
    assert '"weight":"1.235"' in loud
    assert mute == ""


def test_a_recording_is_made_replayed_and_identified(run: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "weigh.jsonl")
    talker = Talker(tmp_path / "port", FRAMES["yaohua-a12e"].encode(4139))
    status, out, _ = run("capture", str(tmp_path / "port"), file, "--seconds", "1")
    talker.stop()
    assert status == 0
    assert "bytes from the device" in out
    _, shown, _ = run("replay", file, "--dialect", "yaohua-a12e")
    assert '"weight":"4.139"' in shown
    status, told, _ = run("identify", file)
    assert status == 0
    assert "fits: yaohua-a12e" in told
    assert "A fit is no proof" in told
    again, _, err = run("capture", str(tmp_path / "port"), file)
    assert again == 2
    assert "never written over" in err


def a_recording(path: Path, data: bytes) -> str:
    head = '{"capture":1,"port":"x","baud":9600,"data_bits":8,"parity":"none","stop_bits":1}\n'
    piece = json.dumps({"ms": 5, "from": "device", "hex": data.hex()})
    path.write_text(head + piece + "\n")
    return str(path)


@pytest.mark.parametrize("dialect", sorted(set(DIALECTS) - {"modbus-profile"}))
def test_identify_finds_each_dialect_and_never_claims_to_know(
    run: Run, tmp_path: Path, dialect: str
) -> None:
    masses = (1230, 1230, 12340, 500, 60090, 0)
    data = b"".join(FRAMES[dialect].encode(grams) for grams in masses)
    status, out, _ = run("identify", a_recording(tmp_path / "one", data))
    assert status == 0
    assert f"fits: {dialect} " in out
    assert "A fit is no proof" in out


def test_identify_names_both_orders_of_equal_signs_and_says_why(run: Run, tmp_path: Path) -> None:
    _, out, _ = run("identify", a_recording(tmp_path / "one", b"=000.3000" * 5))
    assert "fits: yaohua-eq-forward" in out
    assert "fits: yaohua-eq-reversed" in out
    assert out.count("known mass") >= 2


def test_identify_sees_a_seven_bit_line_opened_with_eight(run: Run, tmp_path: Path) -> None:
    frame = FRAMES["st-gs"].encode(1235)
    odd = bytes(byte | (0x80 if byte.bit_count() % 2 else 0) for byte in frame)
    _, out, _ = run("identify", a_recording(tmp_path / "one", odd * 5))
    assert "fits: st-gs " in out
    assert "data_bits = 7" in out


@pytest.mark.parametrize("data", [b"", bytes(range(1, 255)) * 4])
def test_identify_says_when_nothing_fits(run: Run, tmp_path: Path, data: bytes) -> None:
    status, out, _ = run("identify", a_recording(tmp_path / "one", data))
    assert status == 1
    assert "fits:" not in out


@pytest.mark.parametrize("text", ["", "{}\n", '{"capture":2}\n', "not json\n"])
def test_what_is_no_recording_is_named(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "one").write_text(text)
    status, _, err = run("replay", str(tmp_path / "one"))
    assert status == 2
    assert str(tmp_path / "one") in err
