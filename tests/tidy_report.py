"""`python -m tests.tidy_report` prints what is longer than our guide: to read, not a wall."""

import ast
import sys
from collections.abc import Iterator

from tests.tidy_places import ROOT, project_files

FILE_LINES_MAX = 350
FUNCTION_LINES_MAX = 50


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
