"""The import contracts hold, and each one is shown to catch the import it was written against."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.tidy_places import ROOT

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"

# A small project with the shape of ours, in which every arrow points the right way.
GOOD = {
    "kiosk/events.py": "import kiosk.units\n",
    "kiosk/units.py": "",
    "kiosk/session.py": "import kiosk.events\n",
    "kiosk/cli/__init__.py": "",
    "kiosk/cli/main.py": "import kiosk.demo\nimport drivers.sim.world\nimport ui.app\n",
    "kiosk/demo/__init__.py": "import drivers.sim.world\nimport sync.endpoint.app\n",
    "drivers/scale.py": "from kiosk.events import Weight\n",
    "drivers/sim/__init__.py": "",
    "drivers/sim/world.py": "import drivers.scale\n",
    "ui/app.py": "import kiosk.views\n",
    "sync/agent.py": "import kiosk.wire\nimport sync.client\n",
    "sync/client.py": "import kiosk.wire\n",
    "sync/endpoint/__init__.py": "import sync.endpoint.app\n",
    "sync/endpoint/app.py": "import kiosk.wire\n",
    "kiosk/views.py": "",
    "kiosk/wire.py": "",
}

BAD = [
    ("drivers/scale.py", "kiosk.session"),
    ("ui/app.py", "kiosk.session"),
    ("sync/agent.py", "kiosk.session"),
    ("sync/endpoint/app.py", "kiosk.session"),
    ("kiosk/units.py", "kiosk.session"),
    ("drivers/scale.py", "ui.app"),
    ("ui/app.py", "sync.client"),
    ("sync/client.py", "drivers.scale"),
    ("kiosk/session.py", "drivers.scale"),
    ("kiosk/session.py", "ui.app"),
    ("kiosk/session.py", "sync.client"),
    ("kiosk/session.py", "kiosk.demo"),
    ("kiosk/session.py", "kiosk.cli.main"),
    ("kiosk/demo/__init__.py", "kiosk.cli.main"),
    ("drivers/scale.py", "drivers.sim.world"),
    ("kiosk/session.py", "drivers.sim.world"),
    ("ui/app.py", "kiosk.demo"),
    ("sync/agent.py", "sync.endpoint.app"),
    ("sync/endpoint/app.py", "sync.client"),
]


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter as `make test` does."""
    command = [sys.executable, "-c", LINT, "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)


def plant(root: Path, files: dict[str, str]) -> None:
    """Write a project that is held to our own pyproject.toml."""
    for path, source in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(source, encoding="utf-8")
    for package in ("kiosk", "drivers", "ui", "sync"):
        (root / package / "__init__.py").touch()
    shutil.copy(ROOT / "pyproject.toml", root)
    contracts = shutil.ignore_patterns("test_*", "__pycache__")
    shutil.copytree(ROOT / "tests/contracts", root / "tests/contracts", ignore=contracts)
    (root / "tests/__init__.py").touch()


def test_this_project_keeps_its_contracts() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_project_with_the_right_arrows_passes(tmp_path: Path) -> None:
    plant(tmp_path, GOOD)
    done = lint(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("importer", "imported"), BAD)
def test_a_wrong_arrow_is_caught_and_named(tmp_path: Path, importer: str, imported: str) -> None:
    plant(tmp_path, GOOD | {importer: GOOD[importer] + f"import {imported}\n"})
    done = lint(tmp_path)
    name = importer.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    assert done.returncode == 1, done.stdout + done.stderr
    assert name in done.stdout
    assert imported in done.stdout


def test_every_word_of_the_vocabulary_exists() -> None:
    """A misspelled allowance allows nothing, and nobody would notice."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    first = contracts["tool"]["importlinter"]["contracts"][0]
    missing = [
        name
        for name in first["may_import"]
        if not (ROOT / f"{name.replace('.', '/')}.py").is_file()
        and not (ROOT / name.replace(".", "/") / "__init__.py").is_file()
    ]
    assert not missing
