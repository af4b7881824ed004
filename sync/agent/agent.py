"""The agent's one thread: asks the policy, does what it says, tells it what happened."""

import selectors
from dataclasses import dataclass, field, replace
from random import Random

from kiosk import wire
from kiosk.clock import Clock
from kiosk.cloud import StatusRequest
from kiosk.config import Config
from kiosk.logs import get
from kiosk.notify import Notifier
from kiosk.wire import Enrol, Enrolment, Hello, Kept, Records, SignedRecord, Want
from sync.agent import fetching, policy, report
from sync.agent.client import Client, fitting
from sync.agent.course import PATIENT, Beat, Calm, Carry, Course, OpenLedger, Pace, Rest
from sync.agent.errands import Errands
from sync.agent.errors import LinkLostError
from sync.agent.fetching import Fetching
from sync.agent.http import Http
from sync.agent.keyring import KeyRing
from sync.agent.link import Link
from sync.agent.outcomes import Failed, Forked, Heard, Opened, Took, Trouble
from sync.agent.papers import Papers
from sync.agent.signing import Signer
from sync.agent.stop import Stop
from sync.agent.welcome import Welcome

_log = get(__name__)

RECONNECT_MS = 250
RECONNECT_CAP_MS = 5_000
CONTROLLER_MS = 10_000
"""A controller that does not answer for so long is connected to anew."""
WATCH_MS = 10_000
"""Longest wait in one go; the watchdog is fed between waits."""
NEWS_MS = 20_000
"""Something changed that the operator wants to hear of within a minute; a scale that comes and
goes is told of no more often than this."""


def run(
    config: Config,
    stop: Stop,
    clock: Clock,
    dice: Random,
    notifier: Notifier,
    version: str,
    pace: Pace = PATIENT,
) -> None:
    """Carry records and documents until ``stop``. Raises TrustError for a bad transport key.

    ``version`` is the software's, told to the cloud. May be interrupted anywhere: whatever is
    under way is simply done again by the next run.
    """
    ring = KeyRing(config.machine.agent_dir)
    http = Http(clock)
    client = Client(http, Signer(ring.key, clock))
    agent = Agent(config, ring, client, stop, clock, dice, version, pace)
    notifier.ready("carrying records")
    try:
        while not stop.is_set():
            notifier.watchdog()
            agent.turn()
    finally:
        agent.close()
        http.close()
        notifier.stopping()


@dataclass(slots=True)
class _Session:
    """What is known of one connection to the controller."""

    link: Link
    hello: Hello | None = None
    enrol: Enrol | None = None
    blob: Fetching | None = None
    welcome: Welcome = field(default_factory=Welcome)


class Agent:
    """One turn at a time; between turns there is nothing that a restart would miss."""

    def __init__(
        self,
        config: Config,
        ring: KeyRing,
        client: Client,
        stop: Stop,
        clock: Clock,
        dice: Random,
        version: str,
        pace: Pace,
    ) -> None:
        self._path = config.machine.runtime_dir / "agent.sock"
        self._status_path = config.machine.runtime_dir / "status.sock"
        self._ring = ring
        self._errands = Errands(ring, client, clock, dice, pace)
        self._client = client
        self._stop = stop
        self._clock = clock
        self._dice = dice
        self._version = version
        self._pace = pace
        self._session: _Session | None = None
        self._reconnects = 0
        self._course: Course | None = None
        self._ledger: str | None = None
        self._papers = Papers(client, clock)
        self._beat_ms: int = clock.monotonic_ms()

    def turn(self) -> None:
        """Do one thing, or wait for something to do."""
        try:
            if self._session is None:
                self._connect()
            else:
                self._serve(self._session)
        except LinkLostError as error:
            self.close()
            _log.event("controller_lost", why=str(error))
            ceiling_ms = min(RECONNECT_CAP_MS, RECONNECT_MS << min(self._reconnects, 10))
            self._reconnects += 1
            self._wait(self._now() + self._dice.randint(0, ceiling_ms))

    def close(self) -> None:
        """Let go of the controller."""
        if self._session is not None:
            self._session.link.close()
            self._session = None
            self._papers.offer_anew()

    def _connect(self) -> None:
        self._session = _Session(Link(self._path, self._ring.public))

    def _serve(self, session: _Session) -> None:
        self._take(session)
        if session.enrol is not None:
            enrol, session.enrol = session.enrol, None
            self._enrol(session, enrol)
            return
        hello, course = session.hello, self._course
        if hello is None or hello.kiosk is None or hello.url is None:
            self._wait(self._now() + WATCH_MS)
            return
        self._errands.renew(session.link, hello)
        if course is None:
            self._course = policy.start(self._now(), hello.acked_through, self._pace)
            return
        step = policy.next_step(course, hello.head_seq, self._now())
        if isinstance(step, Rest):
            self._idle(session, hello.url, course, step.until_ms)
        elif isinstance(step, Beat):
            self._beat(session, hello, hello.url, course)
        elif isinstance(step, OpenLedger):
            opened = self._client.open_ledger(hello.url, hello.ledger, hello.board)
            if isinstance(opened, Opened) and opened.acked_through > hello.head_seq:
                why = f"the cloud holds {opened.acked_through} records, here are {hello.head_seq}"
                opened = Forked("restored", why)
            self._report(session, hello, opened)
            self._course = policy.after_opening(course, opened, *self._chances())
            self._tell(opened)
        else:
            self._carry(session, hello.url, hello, course, step)

    def _idle(self, session: _Session, url: str, course: Course, until_ms: int) -> None:
        """Records and heartbeats come first; between them, bring a part of a wanted blob.

        While the cloud is in trouble nothing is fetched: the heartbeat finds out when that ends.
        """
        if isinstance(course.mood, Calm):
            until_ms = self._errands.go(session.link, session.hello, url, until_ms)
        blob = session.blob
        if blob is None or blob.whole or not isinstance(course.mood, Calm):
            self._wait(until_ms)
            return
        if blob.from_ms > self._now():
            self._wait(min(until_ms, blob.from_ms))
            return
        part = self._client.blob_part(url, blob.wanted.sha256, blob.offset)
        if isinstance(part, Failed):
            session.blob = fetching.part_failed(blob, self._now(), self._dice, self._pace)
            _log.warning("blob_not_fetched", sha256=blob.wanted.sha256, why=part.why)
            return
        session.blob, carried = fetching.part_came(blob, part)
        session.link.send(carried)

    # ---- the controller's words ----

    def _take(self, session: _Session) -> Records | None:
        """Hear what the controller said; records are returned, all else is acted upon."""
        records = None
        for message in session.link.receive():
            if isinstance(message, Hello):
                self._meet(session, message)
            elif isinstance(message, Enrol):
                session.enrol = message
            elif isinstance(message, Records):
                records = message
                self._reconnects = 0
            elif isinstance(message, wire.WantBlob):
                session.blob = fetching.wanted(session.blob, message, self._now())
            elif isinstance(message, wire.Upload):
                self._errands.take(message)
            elif isinstance(message, Kept):
                _log.event("kept", what=message.what, version=message.version)
            elif isinstance(message, wire.Refused):
                self._refused(session, message)
        return records

    def _meet(self, session: _Session, hello: Hello) -> None:
        before, session.hello = session.hello, hello
        changed, self._ledger = self._ledger not in (None, hello.ledger), hello.ledger
        if hello.kiosk is None:
            self._course = None
            return
        if self._course is None:
            return
        if changed:
            # What kept the ledger before it from going on says nothing about this one.
            self._course = policy.start(self._now(), hello.acked_through, self._pace)
            return
        anew = before is None
        self._course = policy.met(self._course, hello.acked_through, anew=anew)
        if before is not None and before.interval_s != hello.interval_s:
            self._course = replace(self._course, status_due_ms=self._now())
        elif before is not None and before.condition != hello.condition:
            soon_ms = max(self._now(), self._beat_ms + NEWS_MS)
            due_ms = min(soon_ms, self._course.status_due_ms)
            self._course = replace(self._course, status_due_ms=due_ms)

    def _refused(self, session: _Session, refused: wire.Refused) -> None:
        _log.warning("refused_by_controller", what=refused.what, why=refused.reason)
        if refused.what == "blob" and session.blob is not None:
            session.blob = fetching.refused(session.blob, self._now())
        if refused.what == "mark" and self._course is not None and session.hello is not None:
            acked = session.hello.acked_through
            self._course = policy.mark_refused(self._course, acked, *self._chances())

    # ---- what the policy asks for ----

    def _enrol(self, session: _Session, asked: Enrol) -> None:
        answer = self._client.enrol(asked)
        if isinstance(answer, Enrolment):
            _log.event("enrolled", kiosk=answer.kiosk, site=asked.site)
            # What kept an earlier enrolment from working says nothing about this one.
            self._course = None
        else:
            _log.warning("enrolment_refused", site=asked.site, why=answer.reason)
        session.link.send(answer)

    def _beat(self, session: _Session, hello: Hello, url: str, course: Course) -> None:
        status = StatusRequest(
            version=self._version,
            ledger=hello.ledger,
            head_seq=hello.head_seq,
            acked_through=hello.acked_through,
            documents=hello.documents,
            report=report.read(self._status_path),
            commands_through=hello.commands_through,
        )
        self._beat_ms = self._now()
        heard = self._client.status(url, status)
        if isinstance(heard, Heard) and hello.interval_s is not None:
            heard = replace(heard, interval_ms=hello.interval_s * 1000)
        self._course = policy.after_status(course, heard, *self._chances())
        self._report(session, hello, heard)
        self._tell(heard)
        if isinstance(heard, Heard):
            for envelope in heard.commands:
                session.link.send(wire.Command(envelope))
            for offer in self._papers.newer(url, heard.documents, hello.documents):
                session.link.send(offer)

    def _carry(
        self, session: _Session, url: str, hello: Hello, course: Course, step: Carry
    ) -> None:
        records = self._ask(session, hello.ledger, step)
        if not records or self._course != course:
            # The controller opened another ledger or refused a mark meanwhile: decide anew.
            return
        quarantine = step.quarantine
        if quarantine is not None and quarantine != records[0].seq:
            quarantine = None
        took = self._client.send(url, hello.ledger, step.generation, records, quarantine)
        sent = range(records[0].seq, records[-1].seq + 1)
        self._course = policy.after_batch(course, took, sent, *self._chances())
        self._tell(took)
        self._report(session, hello, took)
        if isinstance(took, Took):
            if took.suspects:
                _log.warning("stored_as_suspect", seqs=took.suspects)
            session.link.send(wire.Mark(took.envelope))

    def _ask(self, session: _Session, ledger: str, step: Carry) -> tuple[SignedRecord, ...]:
        """Ask the controller for records and wait for them; empty: ask again next turn."""
        session.link.send(Want(step.after, step.most))
        deadline_ms = self._now() + CONTROLLER_MS
        while (answer := self._take(session)) is None:
            if self._now() > deadline_ms:
                raise LinkLostError("the controller gives no records")
            if self._stop.is_set():
                return ()
            self._wait(deadline_ms)
        numbers = [record.seq for record in answer.records]
        if answer.ledger != ledger or numbers != list(
            range(step.after + 1, step.after + 1 + len(numbers))
        ):
            raise LinkLostError(f"records after {step.after} were asked for; others came")
        if not numbers:
            raise LinkLostError(f"there are no records after {step.after}, though it said so")
        return fitting(answer.records, step.most)

    def _report(
        self, session: _Session, hello: Hello, outcome: Took | Heard | Opened | Trouble
    ) -> None:
        sent_through = 0 if self._course is None else self._course.sent_through
        for news in session.welcome.news(hello, sent_through, outcome):
            session.link.send(news)

    # ---- time ----

    def _tell(self, outcome: Took | Heard | Opened | Trouble) -> None:
        """Log a trouble once it is decided what to do about it."""
        if isinstance(outcome, Took | Heard | Opened) or self._course is None:
            return
        mood = self._course.mood
        until_ms = self._now() if isinstance(mood, Calm) else mood.until_ms
        _log.warning(
            "cloud_trouble",
            outcome=type(outcome).__name__,
            why=getattr(outcome, "why", ""),
            again_in_ms=max(0, until_ms - self._now()),
        )

    def _chances(self) -> tuple[int, Random, Pace]:
        return self._now(), self._dice, self._pace

    def _now(self) -> int:
        return self._clock.monotonic_ms()

    def _wait(self, until_ms: int) -> None:
        """Wait until then, or until the controller says something, or it is time to stop."""
        wait_ms = min(until_ms - self._now(), WATCH_MS)
        if wait_ms <= 0:
            return
        with selectors.DefaultSelector() as selector:
            selector.register(self._stop, selectors.EVENT_READ)
            if self._session is not None:
                selector.register(self._session.link, selectors.EVENT_READ)
            selector.select(wait_ms / 1000)
