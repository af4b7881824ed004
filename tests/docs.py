"""Writes the generated parts of docs/ again: ``python -m tests.docs`` (``make docs``).

Each part stands between ``<!-- begin generated: NAME -->`` and ``<!-- end generated: NAME -->``;
``tests/test_docs.py`` compares what is committed with what the code says.
"""

import re
from collections.abc import Callable
from pathlib import Path

from kiosk.faults import CATALOGUE
from kiosk.session.diagram import mermaid

DOCS = Path(__file__).parents[1] / "docs"


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


PARTS: dict[str, Callable[[], str]] = {"visit": visit, "faults": faults}


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


if __name__ == "__main__":
    main()
