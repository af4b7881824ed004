"""What a run showed, as lines for a terminal."""

from collections.abc import Iterator

from sync.fleet.books import TOLD_MOST, Verdict
from sync.fleet.fleet import Drained, Fleet
from sync.fleet.tally import QUANTILES, Tally

_KINDS = {"status": "heartbeats", "ledger": "ledgers opened", "batch": "batches"}


def measured(fleet: Fleet, lasting_s: float, drained: Drained) -> Iterator[str]:
    """Tell how the network's absence and the way back went."""
    tries, tally = fleet.tries, drained.tally
    yield (
        f"outage         {tries.total} tries in {lasting_s / 3600:g} h (virtual), "
        f"{tries.total / lasting_s:.1f}/s, {tries.worst_second} in the worst second"
    )
    machines = len(fleet.machines)
    yield f"backlog        {drained.backlog} records of {machines} machines"
    missing = machines - len(drained.done_s)
    if missing:
        yield f"drained        NOT: {missing} machines still wait after {drained.took_s:.0f} s"
    if drained.done_s:
        halfway, most, last = (_share(drained.done_s, part) for part in (50, 90, 100))
        yield f"drained        half in {halfway:.0f} s, 90 % in {most:.0f} s, all in {last:.0f} s"
    batches, took_s = tally.count("batch"), drained.done_s[-1] if drained.done_s else 1.0
    yield (
        f"rate           {tally.records / took_s:.0f} records/s, {batches / took_s:.1f} batches/s, "
        f"{tally.busiest_second} requests in the busiest second"
    )
    yield from _latencies(tally)
    told = ", ".join(f"{count} {what}" for what, count in sorted(tally.troubles.items()))
    yield (
        f"failed         {tally.failed} requests, {tally.worst_second} in the worst second"
        f"{': ' + told if told else ''}"
    )


def compared(verdict: Verdict) -> Iterator[str]:
    """Tell whether the books agree."""
    whole = f"{verdict.ledgers} ledgers, {verdict.records} records, {verdict.credits} credits"
    if verdict.agrees:
        yield f"books          {whole}: none lost, none doubled"
        return
    yield f"books          {whole}: {len(verdict.differences)} DIFFERENCES"
    yield from (f"  {one}" for one in verdict.differences[:TOLD_MOST])


def _latencies(tally: Tally) -> Iterator[str]:
    for kind, name in _KINDS.items():
        *several, longest = tally.quantiles_ms(kind)
        shown = ", ".join(f"p{n} {ms:.0f}" for n, ms in zip(QUANTILES, several, strict=True))
        yield f"{name:<14} {tally.count(kind)}: {shown}, longest {longest:.0f} ms"


def _share(ordered: tuple[float, ...], percent: int) -> float:
    return ordered[max(0, len(ordered) * percent // 100 - 1)]
