"""Where things run in these tests: an agent in a thread, an endpoint in a thread or a process."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import requests

from kiosk import config
from kiosk.clock import SystemClock
from kiosk.notify import Notifier
from sync.agent import agent
from sync.agent.course import Pace
from sync.agent.stop import Stop
from sync.endpoint import operator
from sync.endpoint.serve import Server

CLOCK = SystemClock(Path("/nonexistent/synchronized"), floor_ms=0)

QUICK = Pace(
    backoff_ms=20,
    backoff_cap_ms=200,
    barred_ms=100,
    busy_spread_ms=20,
    interval_ms=60_000,
    interval_min_ms=50,
)
"""The real agent, less patient: the numbers of the product are judged in virtual time."""

_TOML = """
[machine]
data_dir = "{home}/data"
runtime_dir = "{home}/run"
agent_dir = "{home}/agent"
[gpio]
factory = "lgpio"
[scanner]
line = {{ port = "/dev/scanner" }}
[screen]
surface = "memory"
[[compartment]]
id = "paper-1"
material = "cardboard"
full_g = 40000
[compartment.scale]
line = {{ port = "/dev/scale" }}
dialect = "st-gs"
unit = "kg"
e_g = 10
max_g = 60000
min_g = 200
[compartment.door]
open_pin = 1
close_pin = 2
opened_switch_pin = 3
closed_switch_pin = 4
beam_pin = 5
"""


def make_config(home: Path) -> config.Config:
    """A machine's configuration with its own directories under ``home``."""
    (home / "run").mkdir(exist_ok=True)
    return config.parse(config_text(home).encode(), "test.toml")


def config_text(home: Path) -> str:
    """The same as the file's text."""
    return _TOML.format(home=home)


def make_desk(directory: Path, url: str, interval_s: int = 60) -> operator.Operator:
    """An operator with two prices and no patience."""
    return operator.create(
        directory,
        url,
        {"cardboard": 8000, "metal": 24_000},
        CLOCK,
        contact="400-000-0000",
        interval_s=interval_s,
        retry_cap_s=1,
    )


@contextlib.contextmanager
def running_agent(settings: config.Config) -> Iterator[None]:
    """The real agent in a thread; it must end in order."""
    stop = Stop()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            agent.run(settings, stop, CLOCK, Random(7), Notifier({}), "0.1.0", QUICK)
        except BaseException as error:  # boundary: a thread's death must fail the test
            failures.append(error)

    thread = threading.Thread(target=work, name="agent")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(15)
        stop.close()
    assert not thread.is_alive() and not failures, failures


@contextlib.contextmanager
def running_endpoint(directory: Path, database: str | None = None) -> Iterator[str]:
    """The real endpoint in a thread; gives its address."""
    server = Server(directory, "127.0.0.1", 0, CLOCK, database)
    thread = threading.Thread(target=server.run, name="endpoint")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()
        thread.join(15)
    assert not thread.is_alive()


class EndpointProcess:
    """The real endpoint in a process of its own, to be killed."""

    def __init__(self, directory: Path, database: str = "", workers: int = 1) -> None:
        command = [sys.executable, "-m", "tests.sync.endpoint_process", "serve", str(directory)]
        command += ["--database", database] if database else []
        command += ["--workers", str(workers)] if workers > 1 else []
        self._process = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode()
        assert line.startswith("serving "), line
        self.port = int(line.rpartition(":")[2].partition("/")[0])
        self.pid = self._process.pid

    def wait(self) -> int:
        """Wait for it to end by itself; returns its exit code."""
        return self._process.wait(20)

    def kill(self) -> None:
        """As a power cut does."""
        self._process.kill()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


def get_json(url: str) -> Any:
    """Read one of the operator's pages."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(url, timeout=10)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content)


class AgentProcess:
    """The real agent in a process of its own, to be watched and killed."""

    def __init__(self, home: Path, env: Mapping[str, str] | None = None) -> None:
        make_config(home)
        settings = home / "kiosk.toml"
        settings.write_text(config_text(home))
        start = "import sys; from kiosk.cli.main import main; sys.exit(main())"
        self.process = subprocess.Popen(
            [sys.executable, "-c", start, "sync", "--config", str(settings)],
            env=os.environ | (env or {}),
            stderr=subprocess.PIPE,
        )

    def kill(self) -> bytes:
        """As a power cut does; returns what it had logged."""
        self.process.kill()
        return self.process.communicate(timeout=10)[1]
