"""The protocol's examples hold on both sides, and its document says what is served."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.routing import Route

from kiosk import documents
from kiosk.cloud import MARK_TYPE, EnrolRequest, LedgerRequest, Mark, StatusRequest
from kiosk.documents import Tariff
from kiosk.envelope import key_id, unseal
from kiosk.keys import public_bytes
from kiosk.records import decode, digest
from kiosk.wire import Enrol, Enrolment, SignedRecord
from sync.agent import answers
from sync.agent.client import Client, Fetched
from sync.agent.http import Answer, Http
from sync.agent.outcomes import Heard, Opened, Rotated, Took
from sync.agent.signing import Signer
from sync.endpoint.app import make_app
from sync.endpoint.protocol import OPERATIONS
from sync.endpoint.signing import SignedRequest, claimed_key, verify
from tests.sync import examples
from tests.sync.places import CLOCK
from tests.sync.places import make_desk as make_any_desk

TOLD = examples.written()


class Recording(Http):
    """Answers with an example and keeps what it was asked."""

    def __init__(self, example: dict[str, Any]) -> None:
        super().__init__(examples.StoppedClock())
        self._example = example["answer"]
        self.asked: list[tuple[str, str, dict[str, str], bytes | None]] = []

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        self.asked.append((method, url, dict(headers), body))
        return answer_of(self._example)


def answer_of(example: dict[str, Any]) -> Answer:
    headers = example["headers"]
    body = msgspec.json.encode(example["body"])
    return Answer(example["status"], headers["content-type"], headers, body)


def agent(name: str) -> tuple[Client, Recording]:
    http = Recording(TOLD[name])
    return Client(http, Signer(examples.seeded("transport"), examples.StoppedClock())), http


def sent(http: Recording, name: str) -> None:
    """The agent's request is the example's, signature and all."""
    ((method, url, headers, body),) = http.asked
    http.close()
    example = TOLD[name]["request"]
    assert f"https://{examples.HOST}{example['path']}" == url and method == example["method"]
    assert (None if body is None else msgspec.json.decode(body)) == example["body"]
    assert headers == example["headers"]


def test_the_endpoint_still_answers_so(tmp_path: Path) -> None:
    told = examples.play(tmp_path)
    assert [one.name for one in told] == sorted(TOLD, key=[one.name for one in told].index)
    for one in told:
        text = (examples.FOLDER / f"{one.name}.json").read_text(encoding="utf-8")
        assert one.as_json() == text, f"{one.name}: python -m tests.sync.examples; make docs"


BASE = f"https://{examples.HOST}"


def test_the_agent_opens_a_ledger_so() -> None:
    client, http = agent("open_ledger")
    machine = examples.make_machine()
    assert client.open_ledger(BASE, machine.ledger, machine.board) == Opened(1, 0)
    sent(http, "open_ledger")


def test_the_agent_beats_so() -> None:
    client, http = agent("take_status")
    status = msgspec.convert(TOLD["take_status"]["request"]["body"], StatusRequest)
    heard = client.status(BASE, status)
    assert isinstance(heard, Heard) and heard.documents["tariff"] == 1
    sent(http, "take_status")


def test_the_agent_fetches_a_document_so() -> None:
    client, http = agent("show_document")
    found = client.document(BASE, "tariff", "")
    sent(http, "show_document")
    assert isinstance(found, Fetched) and found.etag
    document = documents.check(
        found.envelope,
        public_bytes(examples.seeded("root")),
        kiosk="yard-07-01",
        site="yard-07",
        now=examples.StoppedClock().wall(),
        adopted=None,
    )
    assert isinstance(document.body, Tariff) and document.body.prices["cardboard"] == 8000


def test_the_agent_renews_its_key_so() -> None:
    client, http = agent("rotate_key")
    old, new = examples.seeded("transport"), examples.seeded("next transport")
    rotated = client.rotate(BASE, "yard-07-01", old, new)
    assert rotated == Rotated(key_id(public_bytes(new)))
    sent(http, "rotate_key")


def test_the_agent_enrols_so() -> None:
    client, http = agent("enrol")
    body = msgspec.convert(TOLD["enrol"]["request"]["body"], EnrolRequest)
    answer = client.enrol(Enrol(BASE, "yard-07", body.code, body.statement))
    http.close()
    assert isinstance(answer, Enrolment) and answer.kiosk == "yard-07-01"
    ((_, _, _, encoded),) = http.asked
    assert encoded == msgspec.json.encode(TOLD["enrol"]["request"]["body"])


def test_the_agent_believes_the_mark_and_the_mark_is_signed() -> None:
    example = TOLD["take_batch"]
    records = [msgspec.convert(one, SignedRecord) for one in example["request"]["body"]["records"]]
    hashes = tuple(digest(record.data) for record in records)
    digest_sent = example["answer"]["body"]["batch_digest"]
    what = answers.Sent(digest_sent, examples.make_machine().ledger, 1, hashes)
    took = answers.of_batch(answer_of(example["answer"]), what)
    assert isinstance(took, Took) and took.through == 5
    mark = unseal(took.envelope, MARK_TYPE, (public_bytes(examples.seeded("endpoint")),))
    assert msgspec.json.decode(mark, type=Mark).head_hash == hashes[-1]
    assert [decode(record.data).seq for record in records] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "name", sorted(set(TOLD) - {"enrol", "feed_credits", "take_adjudications", "take_command"})
)
def test_the_examples_signatures_are_good(name: str) -> None:
    one = TOLD[name]["request"]
    headers = {key.lower(): value for key, value in one["headers"].items()} | {
        "host": examples.HOST
    }
    request = SignedRequest(one["method"], f"http://{examples.HOST}{one['path']}", headers)
    body = b"" if one["body"] is None else msgspec.json.encode(one["body"])
    key = public_bytes(examples.seeded("transport"))
    verify(request, body, claimed_key(request), key)


def test_every_operation_has_an_example_and_is_served(tmp_path: Path) -> None:
    assert {one.name for one in OPERATIONS} - set(TOLD) == {
        "health",
        "show_blob",
        "keep_blob",
        "take_approval",
        "show_public",
    }
    app = make_app(make_any_desk(tmp_path / "desk", "http://127.0.0.1:1"), CLOCK)
    served = {
        (method, route.path)
        for route in app.routes
        if isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"HEAD"})
        if route.path.startswith(("/v1/", "/healthz"))
    }
    assert {(one.method, one.path) for one in OPERATIONS} == served


def test_a_newer_peer_may_say_more() -> None:
    """An addition is passed over; it never breaks an older reader."""
    body = TOLD["open_ledger"]["request"]["body"] | {"colour": "green"}
    assert msgspec.convert(body, LedgerRequest).board == "board-1"
    answer = TOLD["take_status"]["answer"]
    newer = answer | {"body": answer["body"] | {"weather": {"tomorrow": "rain"}}}
    assert isinstance(answers.of_status(answer_of(newer)), Heard)


@pytest.mark.parametrize(
    ("schema", "field"),
    [
        ("Collection", "sum_g"),
        ("Deposit", "door"),
        ("CheckMass", "error_g"),
        ("CompartmentReport", "for_s"),
        ("Batch", "quarantined"),
    ],
)
def test_the_words_below_a_field_are_in_the_document(schema: str, field: str) -> None:
    """Found when the records became a package: half the protocol fell silent, and no test said."""
    path = Path(__file__).parents[2] / "docs" / "protocol" / "openapi.json"
    document = msgspec.json.decode(path.read_bytes())
    assert document["components"]["schemas"][schema]["properties"][field]["description"]
