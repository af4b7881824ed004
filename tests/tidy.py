"""The habits of the house as rules over the syntax tree; each finding names the cure.

`python -m tests.tidy` prints what is longer than our guide (files, functions): a report to read,
not a wall to climb over.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES_MAX = 350
FUNCTION_LINES_MAX = 50

PRODUCT = ("drivers", "kiosk", "sync", "ui")
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
# In two halves, so that this file does not contain what it looks for.
FOREIGN_TEXT = {
    "".join(halves): cure
    for halves, cure in (
        (("pypi.", "org"), "name the package, not the registry it came from"),
        (("files.pythonhosted", ".org"), "name the package, not where it was downloaded"),
        (("registry.npmjs", ".org"), "name the package, not the registry it came from"),
        (("deb.debian", ".org"), "name the package, not the mirror it came from"),
        (("deb.node", "source.com"), "name the package, not the mirror it came from"),
        (("proxy.golang", ".org"), "name the package, not the registry it came from"),
        (("index.crates", ".io"), "name the package, not the registry it came from"),
        (("/work", "/"), "use a path relative to the project"),
        ((".library", "/"), "leave the workplace out of the project"),
        (("--index", "-url"), "leave the choice of registry to the machine that installs"),
        (("--find", "-links"), "leave the choice of registry to the machine that installs"),
    )
}
BOUNDARY = "# boundary: "
MONEY_MODULES = ("kiosk/ledger", "kiosk/money", "kiosk/units", "kiosk/weighing")


class Finding(NamedTuple):
    """One place that breaks a habit; `rule` names the ban, `cure` what to write instead."""

    path: str
    line: int
    rule: str
    cure: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.cure}"


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


def is_product(path: str) -> bool:
    """Tell product code from tests and tools."""
    return path.split("/", 1)[0] in PRODUCT


def is_under(path: str, modules: Sequence[str]) -> bool:
    """Tell whether a file is one of the modules or lies in one of the packages."""
    return any(path == f"{module}.py" or path.startswith(f"{module}/") for module in modules)


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for a chain of names, else nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (head := dotted(node.value)):
        return f"{head}.{node.attr}"
    return ""


def real_names(tree: ast.AST) -> dict[str, str]:
    """Map the names a file uses to what they import: `import time as t` gives t -> time."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    names[alias.asname] = alias.name
                else:
                    top = alias.name.split(".")[0]
                    names[top] = top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def real_uses(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and full dotted name of every use of something imported."""
    names = real_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and (name := dotted(node)):
            head, _, rest = name.partition(".")
            if head in names:
                yield node.lineno, names[head] + ("." + rest if rest else "")
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def imported_modules(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of every absolute import (`from a import b` gives a.b)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


WALL_CLOCKS = frozenset(
    {
        "datetime.date.today",
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "time.gmtime",
        "time.localtime",
        "time.time",
        "time.time_ns",
    }
)
STEADY_CLOCKS = frozenset(
    {
        "time.clock_gettime",
        "time.clock_gettime_ns",
        "time.monotonic",
        "time.monotonic_ns",
        "time.perf_counter",
        "time.perf_counter_ns",
    }
)


def sleeps(path: str, tree: ast.AST) -> Iterator[Finding]:
    """A sleeping thread can be neither stopped nor simulated."""
    cure = "wait on a queue, an Event or a selector with a time-out; in tests advance the clock"
    for line, name in real_uses(tree):
        if name == "time.sleep":
            yield Finding(path, line, "sleep", cure)


def naked_clocks(path: str, tree: ast.AST) -> Iterator[Finding]:
    """Time is an argument. Tests of real processes may have a steady clock for deadlines."""
    if path == "kiosk/clock.py":
        return
    banned = WALL_CLOCKS | STEADY_CLOCKS if is_product(path) else WALL_CLOCKS
    for line, name in real_uses(tree):
        if name in banned:
            yield Finding(path, line, "naked clock", f"{name}: take a kiosk.clock.Clock instead")


def prints(path: str, tree: ast.AST) -> Iterator[Finding]:
    """Only the command line talks to a terminal."""
    if not is_product(path) or path.startswith("kiosk/cli/"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func) == "print":
            yield Finding(path, node.lineno, "print", "log an event with fields (kiosk.logs)")


def broad_excepts(path: str, tree: ast.AST, lines: Sequence[str]) -> Iterator[Finding]:
    """A net that catches everything also catches the bug; at a boundary, say why it must."""
    cure = f"catch what you expect, or end the line with `{BOUNDARY}<why everything>`"
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        broad = any(
            kind is None or dotted(kind) in {"Exception", "BaseException"} for kind in kinds
        )
        reason = lines[node.lineno - 1].partition(BOUNDARY)[2].strip()
        if broad and not reason:
            yield Finding(path, node.lineno, "broad except", cure)


def hidden_imports(path: str, tree: ast.AST) -> Iterator[Finding]:
    """An import inside a function hides a circle or a cost; the command line may, to start fast."""
    if path.startswith("kiosk/cli/"):
        return
    cure = "import at the top; break the circle by moving the shared type down"
    hidden = {
        node.lineno
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for node in ast.walk(outer)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    for line in sorted(hidden):
        yield Finding(path, line, "hidden import", cure)
    if is_product(path):
        for line, name in real_uses(tree):
            if name == "importlib.import_module":
                yield Finding(path, line, "hidden import", "pass the thing in by constructor")


def module_state(path: str, tree: ast.Module) -> Iterator[Finding]:
    """What a module remembers, two tests share."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield Finding(path, node.lineno, "module state", "hold it in an object passed around")
    if not is_product(path):
        return
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            value: ast.expr | None = statement.value
        elif isinstance(statement, ast.AnnAssign):
            value = statement.value
        else:
            continue
        if value is not None and is_empty_container(value):
            cure = "an empty container at the top waits to be filled: hold it in an object"
            yield Finding(path, statement.lineno, "module state", cure)


def is_empty_container(node: ast.expr) -> bool:
    """Tell `[]`, `{}`, `set()`, `deque(...)` and the like: made to be changed."""
    if isinstance(node, ast.List):
        return not node.elts
    if isinstance(node, ast.Dict):
        return not node.keys
    makers = {"Counter", "OrderedDict", "defaultdict", "deque", "dict", "list", "set"}
    if isinstance(node, ast.Call):
        name = dotted(node.func).rpartition(".")[2]
        return name in {"defaultdict", "deque"} or (name in makers and not node.args)
    return False


def vague_names(path: str) -> Iterator[Finding]:
    """A file called utils is where nouns go to be forgotten."""
    if PurePosixPath(path).stem in {"helper", "helpers", "util", "utils"}:
        yield Finding(path, 1, "vague name", "name the file after the noun it holds")


def floats(path: str, tree: ast.AST) -> Iterator[Finding]:
    """0.1 + 0.2 is not 0.3, and somebody is paid by it."""
    if not is_under(path, MONEY_MODULES):
        return
    cure = "integer grams and minor units; Decimal or Fraction for prices"
    for node in ast.walk(tree):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if literal or (isinstance(node, ast.Name) and node.id == "float"):
            assert isinstance(node, ast.expr)
            yield Finding(path, node.lineno, "float", cure)


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
            cure = "put it into a package, tests/ or docs/, or add the name to tests/tidy.py"
            yield Finding(path, 1, "top level", cure)


def findings_in(path: str, source: str) -> list[Finding]:
    """Run every rule that needs one Python file only."""
    tree = ast.parse(source, filename=path)
    return [
        *vague_names(path),
        *sleeps(path, tree),
        *naked_clocks(path, tree),
        *prints(path, tree),
        *broad_excepts(path, tree, source.splitlines()),
        *hidden_imports(path, tree),
        *module_state(path, tree),
        *floats(path, tree),
    ]


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


def lengths(path: str, source: str) -> Iterator[str]:
    """Report what is longer than our guide."""
    count = len(source.splitlines())
    if count > FILE_LINES_MAX:
        yield f"{path}: {count} lines (guide: {FILE_LINES_MAX})"
    for node in ast.walk(ast.parse(source, filename=path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            count = (node.end_lineno or node.lineno) - node.lineno + 1
            if count > FUNCTION_LINES_MAX:
                where = f"{path}:{node.lineno}: {node.name}"
                yield f"{where} has {count} lines (guide: {FUNCTION_LINES_MAX})"


def main() -> int:
    """Print the report of lengths; always succeeds, because it is a guide."""
    for path in project_files():
        if path.endswith(".py"):
            for line in lengths(path, (ROOT / path).read_text(encoding="utf-8")):
                sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
