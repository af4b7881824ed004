"""``python -m tests.bench``: run every benchmark, or those named, and print their rows."""

import platform
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.bench import delivery, endpoint, ledger, screen, serial, visit

BENCHES: dict[str, Callable[[], Iterable[str]]] = {
    "endpoint": endpoint.rows,
    "delivery": delivery.rows,
    "ledger": ledger.rows,
    "screen": screen.rows,
    "serial": serial.rows,
    "visit": visit.rows,
}


def machine() -> str:
    """What this was measured on."""
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":")[1].strip() for line in cpuinfo if "model name" in line), "?")
    cores = sum(line.startswith("processor") for line in cpuinfo)
    return f"{cores} x {model}, Python {platform.python_version()}"


def main(names: list[str]) -> int:
    """Run the named benchmarks, all of them by default."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        sys.stderr.write(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHES)}\n")
        return 2
    sys.stdout.write(f"{machine()}\n")
    for name in names or BENCHES:
        sys.stdout.write(f"\n{name}\n")
        for row in BENCHES[name]():
            sys.stdout.write(f"  {row}\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
