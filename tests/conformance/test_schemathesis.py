"""The published document against the endpoint that is served: schemathesis makes the requests.

What a machine asks is signed, so that what is generated comes further than 401. The kit tries
what the protocol means; this tries that every answer is one the document names, in its form, and
that nothing ends in a 500.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, Phase, given, settings

from kiosk.keys import public_bytes
from sync.agent.http import Http
from sync.agent.signing import Signer
from sync.endpoint.protocol import OPERATIONS, Operation
from tests.sync.machine import Machine
from tests.sync.peer import enrol
from tests.sync.places import CLOCK, make_desk, running_endpoint

DOCUMENT = Path(__file__).parents[2] / "docs" / "protocol" / "openapi.json"

REQUESTS = 10
"""Of each operation and mode; all of them together take some seconds."""

WITHOUT_CHOICE = {"health", "show_public"}
"""Nothing can be wrong in a request that holds nothing."""

schemathesis = pytest.importorskip("schemathesis", reason="requirements/dev.in names it")


class Signed(requests.auth.AuthBase):
    """Signs what is generated as a machine does."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body.encode() if isinstance(request.body, str) else request.body
        assert request.method and request.url
        headers = self._signer.sign(request.method, request.url, dict(request.headers), body)
        request.headers.update(headers)
        return request


@dataclass(frozen=True)
class Served:
    """An endpoint, the document it is held against, and an enrolled machine."""

    url: str
    document: Any
    ledger: str
    auth: Signed
    session: requests.Session


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    desk = make_desk(tmp_path_factory.mktemp("served") / "desk", "http://127.0.0.1:1")
    machine, transport = Machine(), Ed25519PrivateKey.generate()
    document = schemathesis.openapi.from_dict(msgspec.json.decode(DOCUMENT.read_bytes()))
    with ExitStack() as stack:
        url = stack.enter_context(running_endpoint(desk.directory))
        session = stack.enter_context(requests.Session())
        session.trust_env = False
        code = desk.new_code("yard-07")
        http = Http(CLOCK)
        stack.callback(http.close)
        statement = machine.statement("yard-07", code.code, public_bytes(transport))
        assert enrol(http, url, statement, code.code).status == 201
        auth = Signed(Signer(transport, CLOCK))
        yield Served(url, document, machine.ledger, auth, session)


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_every_answer_is_in_the_document(operation: Operation, mode: str, served: Served) -> None:
    if operation.name in WITHOUT_CHOICE and mode == "negative":
        return
    generation = schemathesis.GenerationMode(mode)
    cases = served.document[operation.path][operation.method].as_strategy(
        generation_mode=generation
    )
    checks = schemathesis.checks.CHECKS
    wanted = checks.get_by_names(
        [
            "not_a_server_error",
            "status_code_conformance",
            "content_type_conformance",
            "response_schema_conformance",
        ]
    )

    dice = Random(operation.name)

    @settings(
        max_examples=REQUESTS,
        # The same requests each time: what a run finds, the next one finds again.
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def try_it(case: Any) -> None:
        # A made-up ledger is 404 and no more; now and then it is one that is open.
        if "ledger" in (case.path_parameters or {}) and dice.random() < 0.5:
            case.path_parameters["ledger"] = served.ledger
        answer = case.call(base_url=served.url, session=served.session, auth=served.auth)
        case.validate_response(answer, checks=wanted)

    try_it()
