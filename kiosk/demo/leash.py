"""Becomes another program that cannot outlive the demo: ``leash.py PARENT COMMAND...``.

Linux sends the signal set by PR_SET_PDEATHSIG when the parent is gone, however it went
(prctl(2)). Set here, in a program of its own, rather than in ``preexec_fn``, which may lock up in
a parent with threads. PARENT 0 only clears the signal mask that the demo's processes inherit.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Tie this process to ``parent`` and become ``command``."""
    if parent:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("the demo ended before this process began")
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.execv(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
