"""What is measured of a fleet: requests, how long they took, what failed and when."""

from collections import Counter
from dataclasses import dataclass, field

from sync.agent.outcomes import Heard, Opened, Took, Trouble

QUANTILES = (50, 95, 99)


@dataclass
class Tally:
    """Counts of one stretch of time; all times are seconds of the event loop's clock."""

    began_s: float
    records: int = 0
    took_s: dict[str, list[float]] = field(default_factory=dict)
    """How long each request took until its whole answer was there, by kind of request."""
    troubles: Counter[str] = field(default_factory=Counter)
    """Requests that are made again, by kind and outcome, such as ``batch Failed``."""
    failed_in: Counter[int] = field(default_factory=Counter)
    """Failed requests in each second since the beginning."""
    sent_in: Counter[int] = field(default_factory=Counter)
    """Requests in each second since the beginning."""

    def note(
        self, kind: str, began_s: float, now_s: float, outcome: Heard | Opened | Took | Trouble
    ) -> None:
        """Note a request and what became of it."""
        self.took_s.setdefault(kind, []).append(now_s - began_s)
        self.sent_in[int(began_s - self.began_s)] += 1
        if not isinstance(outcome, Heard | Opened | Took):
            self.troubles[f"{kind} {type(outcome).__name__}"] += 1
            self.failed_in[int(now_s - self.began_s)] += 1

    def count(self, kind: str) -> int:
        """How many requests of a kind were made."""
        return len(self.took_s.get(kind, ()))

    def quantiles_ms(self, kind: str) -> tuple[float, ...]:
        """Return the quantiles of :data:`QUANTILES` and the longest, in milliseconds."""
        return quantiles_ms(self.took_s.get(kind, []))

    @property
    def failed(self) -> int:
        """Failed requests."""
        return self.troubles.total()

    @property
    def worst_second(self) -> int:
        """Most failed requests in one second."""
        return max(self.failed_in.values(), default=0)

    @property
    def busiest_second(self) -> int:
        """Most requests in one second."""
        return max(self.sent_in.values(), default=0)


def quantiles_ms(took_s: list[float]) -> tuple[float, ...]:
    """Return the quantiles of :data:`QUANTILES` and the longest, in milliseconds; 0 for none."""
    if not took_s:
        return (0.0,) * (len(QUANTILES) + 1)
    ordered = sorted(took_s)
    places = [min(len(ordered) - 1, len(ordered) * one // 100) for one in QUANTILES]
    return tuple(ordered[place] * 1000 for place in (*places, -1))
