"""How many batches a second the endpoint takes, over HTTP with every check.

    python -m tests.sync.endpoint_bench [--postgresql] [--machines 40] [--batches 25]
        [--lines 8] [--workers 2]

Machines, signatures and bodies are made before the clock starts; the client then only writes bytes
and reads answers, so that what is measured is the server and its database. As many machines send
at once as there are lines, each its next batch as soon as the last one is answered: the server is
never idle, so that the latencies are those of a server that is asked for all it can do.
"""

import argparse
import asyncio
import contextlib
import gzip
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.cloud import Batch, EnrolAnswer
from kiosk.keys import public_bytes
from sync.agent.http import Http
from sync.agent.signing import Signer
from tests.sync.machine import Machine
from tests.sync.peer import GZIP, enrol
from tests.sync.places import CLOCK, EndpointProcess, make_desk
from tests.sync.postgres import Postgres

RECORDS = 60


@dataclass(frozen=True, slots=True)
class Work:
    """One machine and all its batches, as whole HTTP requests in their order."""

    machine: Machine
    batches: list[bytes]


@dataclass(frozen=True, slots=True)
class Measured:
    """``took_ms``: of each batch, sorted; ``cpu_ms``: processor time a batch, by process."""

    took_ms: list[float]
    whole_s: float
    cpu_ms: dict[str, float]
    load: float

    @property
    def rate(self) -> float:
        """Batches a second."""
        return len(self.took_ms) / self.whole_s

    def text(self) -> str:
        """One line for people."""
        took = self.took_ms
        cpu = ", ".join(f"{name} {ms:.1f}" for name, ms in self.cpu_ms.items())
        return (
            f"{self.rate:.0f} batches/s, {self.rate * RECORDS:.0f} records/s; "
            f"p50 {took[len(took) // 2]:.0f} ms, p99 {took[len(took) * 99 // 100]:.0f} ms; "
            f"processor ms a batch: {cpu}, so {2000 / sum(self.cpu_ms.values()):.0f} batches/s "
            f"on two free cores; load before {self.load:.1f}"
        )


def prepare(url: str, number: int, batches: int, http: Http, code: str) -> Work:
    """Enrol one machine and return what it will send."""
    machine, transport = Machine(ledger=f"{number:032x}"), Ed25519PrivateKey.generate()
    statement = machine.statement("yard-07", code, public_bytes(transport))
    answer = enrol(http, url, statement, code)
    assert answer.status == 201, answer.body
    machine.kiosk = msgspec.json.decode(answer.body, type=EnrolAnswer).kiosk
    while machine.head_seq < batches * RECORDS:
        machine.deposit()
    signer, path = Signer(transport, CLOCK), f"/v1/ledgers/{machine.ledger}/batches"
    found = []
    for first in range(0, batches * RECORDS, RECORDS):
        records = tuple(machine.records[first : first + RECORDS])
        batch = Batch(1, 1, first + 1, first + RECORDS, records)
        body = gzip.compress(msgspec.json.encode(batch), compresslevel=6, mtime=0)
        headers = {"Host": urlsplit(url).netloc, "Content-Length": str(len(body)), **GZIP}
        signed = signer.sign("POST", url + path, headers, body)
        head = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
        found.append(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
    return Work(machine, found)


async def drive(port: int, work: Iterable[Work], lines: int) -> list[float]:
    """Send every machine's batches in order, ``lines`` machines at a time; ms of each batch."""
    waiting, took = list(work), []

    async def line() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            for request in waiting.pop().batches:
                began = time.perf_counter()
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200"), head + await reader.read(500)
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                took.append((time.perf_counter() - began) * 1000)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(line() for _ in range(lines)))
    return took


def measure(port: int, work: list[Work], lines: int, watched: dict[str, int]) -> Measured:
    """Send it all; ``watched``: first processes of what to account for, by name."""
    load = os.getloadavg()[0]
    before = {name: cpu_s(pid) for name, pid in watched.items()}
    own, began = time.process_time(), time.perf_counter()
    took = asyncio.run(drive(port, work, lines))
    whole, own = time.perf_counter() - began, time.process_time() - own
    spent = {name: cpu_s(pid) - before[name] for name, pid in watched.items()} | {"client": own}
    each = {name: one * 1000 / len(took) for name, one in spent.items()}
    return Measured(sorted(took), whole, each, load)


def cpu_s(parent: int) -> float:
    """Return the processor time that a process, its children and those that ended have used."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    ticks = 0
    for pid in (parent, *children):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def wire_bytes(work: list[Work]) -> float:
    """Return what a record costs on the wire in bytes, headers and signatures included."""
    return statistics.mean(len(one) for each in work for one in each.batches) / RECORDS


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--machines", type=int, default=40)
    parser.add_argument("--batches", type=int, default=25)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--lines", type=int, default=8)
    args = parser.parse_args()
    with contextlib.ExitStack() as cleaning:
        home = Path(cleaning.enter_context(tempfile.TemporaryDirectory()))
        desk = make_desk(home / "desk", "http://127.0.0.1:1")
        database = ""
        if args.postgresql:
            server = cleaning.enter_context(Postgres())
            database = server.new_database()
        endpoint = EndpointProcess(desk.directory, database, args.workers)
        cleaning.callback(endpoint.kill)
        url, http = f"http://127.0.0.1:{endpoint.port}", Http(CLOCK)
        cleaning.callback(http.close)
        work = [
            prepare(url, number, args.batches, http, desk.new_code("yard-07").code)
            for number in range(args.machines)
        ]
        watched = {"server": endpoint.pid}
        if args.postgresql:
            watched["database"] = server.pid
        found = measure(endpoint.port, work, args.lines, watched)
    sys.stdout.write(
        f"{'postgresql' if database else 'sqlite'}: {len(found.took_ms)} batches of {RECORDS}, "
        f"{wire_bytes(work):.0f} bytes a record on the wire: {found.text()}\n"
    )


if __name__ == "__main__":
    main()
