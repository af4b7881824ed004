"""How many batches a second the endpoint takes, over HTTP with every check.

    python -m tests.sync.endpoint_bench [--postgresql] [--machines 40] [--batches 25]
        [--lines 8] [--workers 2]

Machines, signatures and bodies are made before the clock starts; the client then only writes bytes
and reads answers, so that what is measured is the server and its database.
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


def prepare(url: str, number: int, batches: int, http: Http, code: str) -> list[bytes]:
    """Enrol one machine and return its batches as whole HTTP requests."""
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
    return found


async def drive(url: str, work: list[list[bytes]], lines: int) -> list[float]:
    """Send every machine's batches in order, ``lines`` machines at a time; seconds per batch."""
    waiting, took = list(work), []
    parts = urlsplit(url)

    async def line() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while waiting:
            for request in waiting.pop():
                began = time.perf_counter()
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200"), head + await reader.read(500)
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                took.append(time.perf_counter() - began)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(line() for _ in range(lines)))
    return took


def cpu_s(pids: Iterable[int]) -> float:
    """Return the processor time that processes and their ended children have used."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def family(parent: int) -> list[int]:
    """Return a process and its children."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *(int(child) for child in children)]


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
        before = {name: cpu_s(family(pid)) for name, pid in watched.items()}
        own, began = time.process_time(), time.perf_counter()
        took = asyncio.run(drive(url, work, args.lines))
        whole, own = time.perf_counter() - began, time.process_time() - own
        spent = {name: cpu_s(family(pid)) - before[name] for name, pid in watched.items()}
        each = {name: one * 1000 / len(took) for name, one in (spent | {"client": own}).items()}
    took.sort()
    size = statistics.mean(len(one) for batches in work for one in batches) / RECORDS
    sys.stdout.write(
        f"{'postgresql' if database else 'sqlite'}: {len(took)} batches of {RECORDS} in "
        f"{whole:.1f} s: {len(took) / whole:.0f} batches/s, {len(took) * RECORDS / whole:.0f} "
        f"records/s; p50 {took[len(took) // 2] * 1000:.0f} ms, "
        f"p99 {took[len(took) * 99 // 100] * 1000:.0f} ms; {size:.0f} bytes a record on the wire; "
        f"load {os.getloadavg()[0]:.1f}; processor ms a batch: "
        + ", ".join(f"{name} {one:.1f}" for name, one in each.items())
        + f", so {2000 / sum(each.values()):.0f} batches/s on two free cores\n"
    )


if __name__ == "__main__":
    main()
