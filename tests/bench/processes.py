"""What the kernel says of a process: its CPU time, its memory, what it read from files."""

import re
import time
from pathlib import Path


def cpu_ms(pid: int) -> float:
    """CPU time of all its threads so far, in milliseconds, to the nanosecond.

    The clock of another process (clock_getcpuclockid(3), Linux): /proc counts in 10 ms.
    """
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e6


def tree_cpu_ms(pid: int) -> float:
    """CPU time of a process and of all that it started and that still run, in milliseconds."""
    total, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        total += cpu_ms(one)
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            waiting += [int(child) for child in children.read_text().split()]
    return total


def pss_mib(pid: int) -> float:
    """The share of memory that is its own, in MiB; 0 for one that is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def file_mb(pid: int) -> float:
    """What it needed from files so far, in MB: the bytes it read, and the pages of mapped files
    it touched. What a start with empty caches has to get from the disk, whatever is cached now."""
    read = re.search(r"^rchar: (\d+)", Path(f"/proc/{pid}/io").read_text(), re.MULTILINE)
    touched: dict[str, int] = {}
    name = ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-", line):
            name = "".join(line.split(maxsplit=5)[5:])
        elif line.startswith("Rss:") and name.startswith("/") and "(deleted)" not in name:
            touched[name] = touched.get(name, 0) + int(line.split()[1]) * 1024
    # A file that is mapped twice (a font in two sizes) comes from the disk once.
    mapped = sum(min(size, Path(name).stat().st_size) for name, size in touched.items())
    return ((int(read[1]) if read else 0) + mapped) / 1e6


def wake_ups(pid: int) -> int:
    """How often any thread of it was given a core of its own accord."""
    total = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        found = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status.read_text(), re.MULTILINE)
        total += int(found[1]) if found else 0
    return total
