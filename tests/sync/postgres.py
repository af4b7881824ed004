"""Debian's PostgreSQL for tests: a server of its own in a directory of its own, no TCP."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

WAIT_S = 60
_ENV = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


def programs() -> Path | None:
    """Return where Debian keeps the newest server's programs, or None without a server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_major)
    return found[-1].parent if found else None


def _major(path: Path) -> int:
    return int(path.parent.parent.name)


class Postgres:
    """Runs until it is left. As root it runs as ``nobody``: the server refuses to be root.

    Without ``fsync`` commits still outlive a killed process, and only the kernel's end loses them.
    """

    def __init__(self, *, fsync: bool = True) -> None:
        found = programs()
        assert found is not None, "PostgreSQL is not installed: apt-get install postgresql"
        self.programs = found
        self.home = Path(tempfile.mkdtemp(prefix="kiosk-pg-"))
        self._user = "nobody" if os.geteuid() == 0 else None
        self._fsync = fsync
        self._numbers = itertools.count(1)
        self._emptied: list[str] = []

    def __enter__(self) -> Self:
        if self._user:
            owner = pwd.getpwnam(self._user)
            os.chown(self.home, owner.pw_uid, owner.pw_gid)
        data = str(self.home / "data")
        self.run("initdb", "-D", data, "-U", "kiosk", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {self.home} -c listen_addresses= -c max_connections=60"
        options += "" if self._fsync else " -c fsync=off"
        self.run("pg_ctl", "-D", data, "-w", "-o", options, "-l", f"{data}/log", "start")
        return self

    def __exit__(self, *_: object) -> None:
        self.run("pg_ctl", "-D", str(self.home / "data"), "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.home)

    def run(self, program: str, *words: str) -> str:
        """Run one of PostgreSQL's programs as the server's user; returns what it printed."""
        done = subprocess.run(
            [str(self.programs / program), *words],
            user=self._user,
            env=_ENV | {"PGHOST": str(self.home), "PGUSER": "kiosk"},
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=WAIT_S,
            check=False,
            text=True,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    @property
    def pid(self) -> int:
        """The server's first process."""
        return int((self.home / "data" / "postmaster.pid").read_text().split()[0])

    def new_database(self) -> str:
        """Make an empty database, or take one given back; returns its address."""
        if self._emptied:
            return self._emptied.pop()
        name = f"books{next(self._numbers)}"
        self.run("createdb", name)
        return self.address(name)

    def give_back(self, address: str) -> None:
        """Empty a database that nobody is connected to, for the next test.

        A database is 300 files: making and removing hundreds of them took minutes on a slow disk.
        """
        name = address.partition("@/")[2].partition("?")[0]
        self.run("psql", "-q", "-d", name, "-c", "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        self._emptied.append(address)

    def address(self, name: str) -> str:
        """Return the address of a database of this server."""
        return f"postgresql+asyncpg://kiosk@/{name}?host={self.home}"
