"""Style is a test: the project keeps its habits, and each ban is shown to catch what it bans."""

import ast
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests import tidy, tidy_places, tidy_report

SOURCES = {
    path: (tidy_places.ROOT / path).read_text(encoding="utf-8")
    for path in tidy_places.project_files()
    if path.endswith(".py")
}


def listed(findings: Iterable[tidy.Finding]) -> str:
    """Show findings one a line, as an editor can jump to them."""
    return "\n".join(str(finding) for finding in findings)


def test_every_python_file_keeps_the_habits() -> None:
    assert not listed(
        finding for path, source in SOURCES.items() for finding in tidy.findings_in(path, source)
    )


def test_each_hardware_library_is_imported_in_one_file() -> None:
    trees = {path: ast.parse(source) for path, source in SOURCES.items()}
    assert not listed(tidy_places.hardware(trees))


def test_no_tracked_file_names_a_registry_or_the_workplace() -> None:
    found: list[tidy.Finding] = []
    for path in tidy_places.tracked_files():
        file = tidy_places.ROOT / path
        if file.is_file():
            text = file.read_bytes().decode("utf-8", errors="replace")
            found.extend(tidy_places.foreign_text(path, text))
    assert not listed(found)


def test_nothing_new_lies_at_the_top_level() -> None:
    assert not listed(tidy_places.stray_paths(tidy_places.tracked_files()))


CAUGHT = [
    ("sleep", "kiosk/door.py", "import time\ntime.sleep(1)\n"),
    ("sleep", "tests/test_door.py", "from time import sleep\nsleep(1)\n"),
    ("sleep", "drivers/door.py", "import time as clock\nclock.sleep(1)\n"),
    ("naked clock", "kiosk/door.py", "import time\nnow = time.monotonic()\n"),
    ("naked clock", "kiosk/door.py", "from time import time_ns\n"),
    ("naked clock", "sync/agent.py", "from datetime import datetime\ndatetime.now(tz=None)\n"),
    ("naked clock", "tests/test_door.py", "import datetime\ndatetime.datetime.now()\n"),
    ("naked clock", "kiosk/door.py", "import time\nclass A:\n    now = time.monotonic\n"),
    ("print", "kiosk/door.py", "print('open')\n"),
    ("broad except", "kiosk/door.py", "try:\n    pass\nexcept Exception:\n    pass\n"),
    ("broad except", "tests/test_x.py", "try:\n    pass\nexcept:\n    pass\n"),
    ("broad except", "ui/x.py", "try:\n    pass\nexcept (OSError, BaseException):\n    pass\n"),
    (
        "broad except",
        "ui/x.py",
        "try:\n    pass\nexcept Exception:  # boundary:  \n    pass\n",
    ),
    ("hidden import", "kiosk/door.py", "def f() -> None:\n    import json\n"),
    ("hidden import", "tests/test_x.py", "async def f() -> None:\n    from json import loads\n"),
    ("hidden import", "drivers/x.py", "import importlib\nimportlib.import_module('json')\n"),
    ("module state", "kiosk/door.py", "n = 0\ndef f() -> None:\n    global n\n    n = 1\n"),
    ("module state", "kiosk/door.py", "cache: dict[str, int] = {}\n"),
    ("module state", "kiosk/door.py", "import collections\nseen = collections.deque(maxlen=3)\n"),
    ("vague name", "kiosk/utils.py", ""),
    ("vague name", "tests/helpers.py", ""),
    ("float", "kiosk/money.py", "rate = 0.8\n"),
    ("float", "kiosk/ledger/totals.py", "def f(x: int) -> object:\n    return float(x)\n"),
    ("float", "kiosk/weighing.py", "def f(x: float) -> None:\n    pass\n"),
]


@pytest.mark.parametrize(("rule", "path", "source"), CAUGHT)
def test_a_planted_sin_is_caught(rule: str, path: str, source: str) -> None:
    assert [finding.rule for finding in tidy.findings_in(path, source)][:1] == [rule]


ALLOWED = [
    ("kiosk/clock.py", "import time\nnow = time.monotonic()\n"),
    ("tests/test_process.py", "import time\ndeadline = time.monotonic() + 5\n"),
    ("kiosk/cli/ledger.py", "print('seq')\n"),
    ("kiosk/cli/main.py", "def f() -> None:\n    import json\n"),
    (
        "kiosk/door.py",
        "try:\n    pass\nexcept Exception:  # boundary: a plug-in may raise anything\n    pass\n",
    ),
    ("kiosk/door.py", "class Rest:\n    def sleep(self) -> None: ...\nRest().sleep()\n"),
    ("kiosk/door.py", "NAMES = {'a': 1}\nKINDS = frozenset()\n"),
    ("ui/theme.py", "ratio = 0.5\n"),
]


@pytest.mark.parametrize(("path", "source"), ALLOWED)
def test_what_is_allowed_is_left_alone(path: str, source: str) -> None:
    assert not listed(tidy.findings_in(path, source))


HARDWARE_CASES = [
    ({"drivers/serial_port.py": "import serial\n"}, []),
    (
        {"drivers/a.py": "import serial\n", "drivers/b.py": "from serial import Serial\n"},
        ["drivers/b.py"],
    ),
    ({"kiosk/a.py": "import serial.tools.list_ports\n"}, ["kiosk/a.py"]),
    ({"tests/test_a.py": "import serial\n"}, []),
    ({"drivers/pins.py": "import gpiozero\nimport lgpio\n"}, []),
    ({"drivers/door.py": "from gpiozero import Button\n"}, ["drivers/door.py"]),
    ({"drivers/sim/pins.py": "from gpiozero.pins.mock import MockFactory\n"}, []),
    (
        {
            "drivers/sim/a.py": "from gpiozero.pins.mock import MockFactory\n",
            "drivers/sim/b.py": "from gpiozero.pins.mock import MockPin\n",
        },
        ["drivers/sim/b.py"],
    ),
    ({"drivers/sim/a.py": "from gpiozero import Device\n"}, ["drivers/sim/a.py"]),
    ({"sync/client.py": "import requests\n", "sync/b.py": "import requests\n"}, ["sync/client.py"]),
    ({"kiosk/a.py": "from requests import get\n"}, ["kiosk/a.py"]),
    ({"ui/touch.py": "import evdev\n"}, []),
]


@pytest.mark.parametrize(("files", "caught"), HARDWARE_CASES)
def test_hardware_libraries_stay_in_their_file(files: dict[str, str], caught: list[str]) -> None:
    trees = {path: ast.parse(source) for path, source in files.items()}
    assert [finding.path for finding in tidy_places.hardware(trees)] == caught


@pytest.mark.parametrize("needle", sorted(tidy_places.FOREIGN_TEXT))
def test_foreign_text_is_caught_with_its_line(needle: str) -> None:
    (finding,) = tidy_places.foreign_text("docs/setup.md", f"first\nsee {needle} for more\n")
    assert (finding.path, finding.line) == ("docs/setup.md", 2)


def test_a_stray_file_at_the_top_is_caught() -> None:
    paths = ["kiosk/door.py", "notes.txt", "scripts/run.sh"]
    assert [finding.path for finding in tidy_places.stray_paths(paths)] == [
        "notes.txt",
        "scripts/run.sh",
    ]


def test_lengths_are_reported_but_build_no_wall(tmp_path: Path) -> None:
    body = "".join(f"    x{number} = {number}\n" for number in range(60))
    report = list(tidy_report.lengths("kiosk/long.py", f"def long() -> None:\n{body}" + "\n" * 400))
    assert report == [
        "kiosk/long.py: 461 lines (guide: 350)",
        "kiosk/long.py:1: long has 61 lines (guide: 50)",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "tests.tidy_report"], cwd=tidy_places.ROOT, check=False
    )
    assert done.returncode == 0
