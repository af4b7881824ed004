"""Where the agent stands and what it may do next: facts only, the policy decides by them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient the agent is, in milliseconds; the server may change interval and cap."""

    backoff_ms: int = 2_000
    backoff_cap_ms: int = 480_000
    """Until the server says otherwise: a fleet is back within eight minutes (decision 62)."""
    barred_ms: int = 3_600_000
    busy_spread_ms: int = 30_000
    interval_ms: int = 60_000
    interval_min_ms: int = 1_000
    interval_max_ms: int = 3_600_000


PATIENT = Pace()


# ---- moods: what is true now -------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calm:
    """Nothing is wrong."""


@dataclass(frozen=True, slots=True)
class BackingOff:
    """Failed ``failures`` times in a row; nothing is sent before ``until_ms``."""

    failures: int
    until_ms: int
    batch: bool
    """A batch was among what failed."""
    probed: bool
    """Status worked since: the batch may go again."""
    why: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The server asked for time; then on as if nothing had been."""

    until_ms: int


@dataclass(frozen=True, slots=True)
class Shut:
    """People have to look: one status request an hour until it is answered well."""

    until_ms: int
    why: str


Mood = Calm | BackingOff | Waiting | Shut


@dataclass(frozen=True, slots=True)
class Course:
    """Where the agent stands with one ledger."""

    mood: Mood
    generation: int | None
    """The ledger's generation as the cloud said; None until the cloud was asked."""
    sent_through: int
    """Records up to here are acknowledged, by this agent's reading or the controller's."""
    limit: int
    """Most records in the next batch."""
    refused_through: int
    """A batch that ended here was refused: what is refused lies no further (0: nothing is)."""
    quarantine: int | None
    """The number of a record that is refused alone: sent again as quarantined."""
    suspicions: int
    marks_refused: int
    status_due_ms: int
    interval_ms: int
    retry_cap_ms: int


# ---- steps -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing to do before then, unless something happens."""

    until_ms: int


@dataclass(frozen=True, slots=True)
class Beat:
    """Send a status request."""


@dataclass(frozen=True, slots=True)
class OpenLedger:
    """Tell the cloud of the ledger."""


@dataclass(frozen=True, slots=True)
class Carry:
    """Send records ``after + 1`` on, at most ``most``."""

    after: int
    most: int
    generation: int
    quarantine: int | None


Step = Rest | Beat | OpenLedger | Carry
