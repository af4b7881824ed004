"""The habits of the house as rules over one file's syntax tree; each finding names the cure."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

PRODUCT = ("drivers", "kiosk", "sync", "ui")
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
