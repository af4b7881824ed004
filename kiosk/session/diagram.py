"""Prints the picture of the table for docs/architecture.md: ``python -m kiosk.session.diagram``.

A test compares the committed picture with this, so the two cannot drift apart.
"""

import sys

from kiosk.session import states as s
from kiosk.session.table import TABLE


def mermaid() -> str:
    """The table as a Mermaid state diagram; inputs that stay in a state are left out."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, event), (_, allowed) in TABLE.items():
        for target in allowed:
            if target is not state:
                arrows.setdefault((state.__name__, target.__name__), []).append(event.__name__)
    lines = ["stateDiagram-v2", f"    [*] --> {s.Idle.__name__}"]
    lines += [f"    {a} --> {b}: {', '.join(names)}" for (a, b), names in arrows.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(mermaid())
