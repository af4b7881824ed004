"""``python -m tests.powerloss --cuts 2000``: record one life, cut it everywhere, say what held.

Ends non-zero if a promise was broken, naming seed and cut; with ``--normal``, the control, if none
was: a harness that cannot catch ``synchronous=NORMAL`` proves nothing.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.powerloss.cuts import Verdict, cut_everywhere
from tests.powerloss.journal import COMPILER, compile_shim, record

SHOWN = 10
MEMORY = Path("/dev/shm")


def run(folder: Path, cuts: int, seed: int, *, normal: bool = False) -> Verdict:
    """Record a life in ``folder`` and cut it."""
    root = folder / "machine"
    root.mkdir()
    words = ["NORMAL"] if normal else []
    changes = record(compile_shim(folder), root, ["-m", "tests.powerloss.life", str(root), *words])
    return cut_everywhere(changes, root, folder, cuts, seed)


def main() -> int:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.powerloss", description=__doc__)
    parser.add_argument("--cuts", type=int, default=2_000, help="how many (default: 2000)")
    parser.add_argument("--seed", type=int, default=1, help="of the cuts (default: 1)")
    parser.add_argument("--normal", action="store_true", help="the control: synchronous=NORMAL")
    args = parser.parse_args()
    if COMPILER is None:
        sys.stderr.write("no C compiler here, and the shim needs one: install gcc\n")
        return 2
    began = perf_counter()
    # What a cut leaves need not survive a real one: memory will do.
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        verdict = run(Path(folder).resolve(), args.cuts, args.seed, normal=args.normal)
    took = perf_counter() - began
    for line in verdict.failures[:SHOWN]:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{verdict}; {took:.0f} s\n")
    return int(bool(verdict.failures) != args.normal)


if __name__ == "__main__":
    sys.exit(main())
