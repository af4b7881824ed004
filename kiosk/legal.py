"""The legally relevant software: what weighs, prices and records, under one hash (M-17).

The hash covers the source of these files byte for byte, so that an inspector can compare the
machine's with that of the software that was examined. It is in every record and on the status.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

LEGAL_VERSION = "2"
"""Raised by hand whenever what these files decide changes: docs/metrology.md names the hash, so
that a change of it is seen."""

LEGAL_FILES = (
    # What is measured, and when it counts.
    "drivers/scale",
    "kiosk/equipment.py",
    "kiosk/machine.py",
    "kiosk/moved_mass.py",
    "kiosk/readings.py",
    "kiosk/recovery.py",
    "kiosk/service",
    "kiosk/units.py",
    "kiosk/weighing.py",
    # What it is worth, to whom, and by which prices and parameters.
    "kiosk/documents.py",
    "kiosk/enrolment_code.py",
    "kiosk/envelope.py",
    "kiosk/facts.py",
    "kiosk/money.py",
    "kiosk/parameters.py",
    "kiosk/products.py",
    "kiosk/session",
    "kiosk/trust.py",
    "kiosk/upcoming.py",
    # What is recorded, and shown of the three values.
    "kiosk/ledger",
    "kiosk/records",
    "ui/naming.py",
    "ui/screens/result.py",
)
"""Files and folders, from the folder that holds ``kiosk``, ``drivers`` and ``ui``."""


def legal_hash(root: Path, names: Iterable[str] = LEGAL_FILES) -> str:
    """SHA-256 over names and contents, in order of names. Raises OSError for a missing file."""
    sources = sorted(
        path
        for name in names
        for path in ((root / name).rglob("*.py") if (root / name).is_dir() else (root / name,))
    )
    total = hashlib.sha256()
    for path in sources:
        content = path.read_bytes()
        total.update(f"{path.relative_to(root)} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def legal_label(root: Path) -> str:
    """How it is written in records and on screens: version and the first 16 digits."""
    return f"{LEGAL_VERSION}-{legal_hash(root)[:16]}"
