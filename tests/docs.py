"""Writes the generated parts of docs/ again: ``python -m tests.docs`` (``make docs``).

Each part stands between ``<!-- begin generated: NAME -->`` and ``<!-- end generated: NAME -->``;
``tests/test_docs.py`` compares what is committed with what the code says.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from kiosk.faults import CATALOGUE
from kiosk.legal import LEGAL_FILES, legal_label
from kiosk.session.diagram import mermaid
from sync.conformance.rules import ALL
from sync.endpoint import openapi, reference

DOCS = Path(__file__).parents[1] / "docs"
CODE = ("kiosk", "drivers", "ui", "sync")


def visit() -> str:
    """The diagram of a visit, from its table."""
    return f"```mermaid\n{mermaid()}```\n"


def faults() -> str:
    """The catalogue of faults."""
    head = "| fault | severity | stops | clears by | what it means | what to do |\n"
    rows = (
        f"| `{one.code}` | {one.severity.value} | {one.stops} | {one.clears} "
        f"| {one.meaning} | {one.cure} |\n"
        for one in CATALOGUE.values()
    )
    return head + "|---|---|---|---|---|---|\n" + "".join(rows)


def errors() -> str:
    """Every exception that is raised on purpose, each beneath what it is a kind of."""
    beneath: dict[str, list[tuple[str, str, str]]] = {}
    for path in sorted(file for one in CODE for file in (DOCS.parent / one).rglob("*.py")):
        module = ".".join(path.relative_to(DOCS.parent).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error") and node.bases:
                told = (ast.get_docstring(node) or "").splitlines()[0]
                beneath.setdefault(ast.unparse(node.bases[0]), []).append((node.name, module, told))

    def rows(parent: str, depth: int) -> Iterator[str]:
        for name, module, told in sorted(beneath.get(parent, ())):
            yield f"| {'&emsp;' * depth}`{name}` | `{module}` | {told} |\n"
            yield from rows(name, depth + 1)

    return "| error | where | when |\n|---|---|---|\n" + "".join(rows("KioskError", 0))


def protocol() -> str:
    """The cloud protocol's tables."""
    return reference.write(_openapi())


def _openapi() -> dict[str, Any]:
    """The protocol with the examples of docs/protocol/examples (python -m tests.sync.examples)."""
    found = {
        path.stem: msgspec.json.decode(path.read_bytes())
        for path in sorted((DOCS / "protocol" / "examples").glob("*.json"))
    }
    return openapi.assemble(
        {
            name: {side: one[side]["body"] for side in ("request", "answer")}
            for name, one in found.items()
        }
    )


def rules() -> str:
    """The rules of the conformance kit."""
    head = "| rule | says | reference |\n|---|---|---|\n"
    return head + "".join(
        f"| `{one.name}` | {one.says} | {_in_reference(one.section)} |\n" for one in ALL
    )


def _in_reference(section: str) -> str:
    """A link to a heading of the reference; requests have none that is easily spelt."""
    if "/" in section:
        return f"`{section}`"
    return f"[{section}](reference.md#{section.lower().replace(' ', '-')})"


def legal() -> str:
    """The legally relevant software: a changed hash is seen in a commit, and asks whether the
    version has to rise (M-17)."""
    listed = ", ".join(f"`{one}`" for one in LEGAL_FILES)
    return f"Version and hash now: `{legal_label(DOCS.parent)}`, over {listed}.\n"


PARTS: dict[str, Callable[[], str]] = {
    "visit": visit,
    "faults": faults,
    "errors": errors,
    "protocol": protocol,
    "rules": rules,
    "legal": legal,
}

FILES: dict[str, Callable[[], str]] = {
    "protocol/openapi.json": lambda: openapi.encode(_openapi()),
}
"""Files that are generated whole."""


def rewritten(text: str) -> str:
    """The page with every generated part as it should be. Raises KeyError for an unknown part."""

    def part(match: re.Match[str]) -> str:
        return f"{match[1]}{PARTS[match[2]]()}{match[3]}"

    return re.sub(
        r"(<!-- begin generated: (\w+) -->\n).*?(<!-- end generated: \2 -->)",
        part,
        text,
        flags=re.DOTALL,
    )


def main() -> None:
    """Rewrite every page that has generated parts."""
    for page in sorted(DOCS.glob("**/*.md")):
        text = page.read_text(encoding="utf-8")
        fresh = rewritten(text)
        if fresh != text:
            page.write_text(fresh, encoding="utf-8")
    for name, write in FILES.items():
        (DOCS / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
