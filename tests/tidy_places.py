"""What may lie where: libraries in their one file, names at the top, nothing of the workplace."""

import ast
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.tidy import Finding, imported_modules, is_product

ROOT = Path(__file__).resolve().parent.parent

TOP_LEVEL = frozenset(
    {
        ".ci",
        ".editorconfig",
        ".gitattributes",
        ".gitignore",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "Makefile",
        "README.md",
        "docs",
        "drivers",
        "kiosk",
        "pyproject.toml",
        "requirements",
        "sync",
        "systemd",
        "tests",
        "ui",
    }
)
# In parts, so that this file does not contain what it looks for.
REGISTRIES = {
    ".".join(names): cure
    for names, cure in (
        (("pypi", "org"), "name the package, not the registry it came from"),
        (("files", "pythonhosted", "org"), "name the package, not where it was downloaded"),
        (("registry", "npmjs", "org"), "name the package, not the registry it came from"),
        (("deb", "debian", "org"), "name the package, not the mirror it came from"),
        (("deb", "nodesource", "com"), "name the package, not the mirror it came from"),
        (("proxy", "golang", "org"), "name the package, not the registry it came from"),
        (("index", "crates", "io"), "name the package, not the registry it came from"),
    )
}
FOREIGN_TEXT = REGISTRIES | {
    "".join(halves): cure
    for halves, cure in (
        (("/work", "/"), "use a path relative to the project"),
        ((".library", "/"), "leave the workplace out of the project"),
        (("--index", "-url"), "leave the choice of registry to the machine that installs"),
        (("--find", "-links"), "leave the choice of registry to the machine that installs"),
    )
}


class HardwareRule(NamedTuple):
    """A library that only one file of one folder may import, so that one file can be replaced."""

    library: str
    folder: str
    only_file: str | None
    exempt_folder: str | None = None


HARDWARE = (
    HardwareRule("serial", "drivers/", None),
    HardwareRule("gpiozero", "drivers/", "drivers/pins.py", exempt_folder="drivers/sim/"),
    HardwareRule("lgpio", "drivers/", "drivers/pins.py"),
    HardwareRule("evdev", "ui/", None),
    HardwareRule("requests", "sync/", None),
)
MOCK_PINS = HardwareRule("gpiozero.pins.mock", "drivers/sim/", None)


def hardware(trees: dict[str, ast.Module]) -> Iterator[Finding]:
    """Hold each library of the outside world in one file, so that one file can be replaced."""
    for rule in HARDWARE:
        yield from held_in_one_file(rule, trees)
    mocks = {path: tree for path, tree in trees.items() if path.startswith("drivers/sim/")}
    yield from held_in_one_file(MOCK_PINS, mocks)
    for path, tree in mocks.items():
        for line, name in imported_modules(tree):
            if name.startswith("gpiozero") and not within(name, MOCK_PINS.library):
                cure = "the simulator touches gpiozero.pins.mock only"
                yield Finding(path, line, "hardware library", cure)


def held_in_one_file(rule: HardwareRule, trees: dict[str, ast.Module]) -> Iterator[Finding]:
    """Find the imports of one library outside the one file that may have them."""
    uses: dict[str, int] = {}
    for path, tree in sorted(trees.items()):
        if not is_product(path) or (rule.exempt_folder and path.startswith(rule.exempt_folder)):
            continue
        for line, name in imported_modules(tree):
            if within(name, rule.library):
                uses.setdefault(path, line)
    allowed = [path for path in uses if path.startswith(rule.folder)]
    home = rule.only_file or (allowed[0] if allowed else f"one file of {rule.folder}")
    for path, line in uses.items():
        if path != home:
            yield Finding(path, line, "hardware library", f"{rule.library} belongs in {home}")


def within(name: str, library: str) -> bool:
    """Tell whether an imported name is the library or something in it."""
    return name == library or name.startswith(library + ".")


def foreign_text(path: str, text: str) -> Iterator[Finding]:
    """Keep the project free of where it happened to be built."""
    for number, line in enumerate(text.splitlines(), start=1):
        for needle, cure in FOREIGN_TEXT.items():
            if needle in line:
                yield Finding(path, number, "foreign text", cure)


def stray_paths(paths: Sequence[str]) -> Iterator[Finding]:
    """A new name at the top is a decision, not an accident."""
    for path in paths:
        if path.split("/", 1)[0] not in TOP_LEVEL:
            cure = "put it into a package, tests/ or docs/, or add the name to tests/tidy_places.py"
            yield Finding(path, 1, "top level", cure)


# Whoever owns the checkout, listing its files is safe.
GIT_LIST = ("git", "-c", "safe.directory=*", "ls-files", "-z", "--cached")


def project_files(root: Path = ROOT) -> list[str]:
    """List the files git holds or would hold, as paths from the root."""
    command = [*GIT_LIST, "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout
    names = {name for name in listing.decode().split("\0") if name}
    return sorted(name for name in names if (root / name).is_file())


def tracked_files(root: Path = ROOT) -> list[str]:
    """List the files git holds."""
    listing = subprocess.run(GIT_LIST, cwd=root, check=True, capture_output=True).stdout
    return sorted(name for name in listing.decode().split("\0") if name)
