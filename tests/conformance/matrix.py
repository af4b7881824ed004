"""Every broken endpoint against every rule: ``python -m tests.conformance.matrix [NAME...]``.

The tests try each broken endpoint with the rules that catch it and a few others; this takes a few
minutes and says which rules fail where nobody said so.
"""

import sys
import tempfile
from pathlib import Path

from sync.conformance.rules import ALL
from tests.conformance.broken import Broken
from tests.conformance.broken_books import BOOKS
from tests.conformance.broken_doors import DOORS
from tests.conformance.broken_money import MONEY
from tests.conformance.broken_orders import ORDERS
from tests.conformance.broken_pages import PAGES
from tests.conformance.broken_totals import TOTALS
from tests.conformance.places import Place

BROKEN: tuple[Broken, ...] = DOORS + PAGES + BOOKS + MONEY + ORDERS + TOTALS


def main(names: list[str]) -> int:
    """Print what differs; 1 if anything does."""
    wrong = 0
    with tempfile.TemporaryDirectory() as home, Place(Path(home)) as place:
        for one in BROKEN:
            if names and one.name not in names:
                continue
            found = place.failures(one, ALL)
            missed = [name for name in one.caught_by if name not in found]
            more = [f"{name} ({found[name]})" for name in found if name not in one.caught_by]
            wrong += bool(missed or more)
            sys.stdout.write(f"{'WRONG' if missed or more else 'ok   '} {one.name}\n")
            sys.stdout.writelines(f"    not caught: {name}\n" for name in missed)
            sys.stdout.writelines(f"    caught too: {text}\n" for text in more)
            sys.stdout.flush()
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
