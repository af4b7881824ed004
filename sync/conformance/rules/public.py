"""What anybody may see, and how anything is refused."""

import msgspec

from kiosk.cloud import PROBLEM_MEDIA, Problem, PublicFleet
from sync.agent.http import Answer
from sync.conformance import drafts
from sync.conformance.errors import BrokenRuleError
from sync.conformance.kit import JSON, Kit, need, read
from sync.conformance.rule import Rule

_SECTION = "What holds for everything"


def _is_problem(answer: Answer, what: str, *statuses: int) -> None:
    need(answer, what, *statuses)
    if answer.media != PROBLEM_MEDIA:
        raise BrokenRuleError(f"{what}: the media type is {answer.media!r}, not {PROBLEM_MEDIA!r}")
    try:
        problem = msgspec.json.decode(answer.body, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BrokenRuleError(f"{what}: the problem cannot be read: {error}") from error
    if problem.status != answer.status or not problem.title or not problem.type:
        raise BrokenRuleError(f"{what}: answered {answer.status} with {problem}")


def _problems(kit: Kit) -> None:
    what = "a batch that nobody signed"
    _is_problem(kit.plain("POST", f"/v1/ledgers/{'0' * 32}/batches", b"{}"), what, 401)
    _is_problem(kit.plain("POST", "/v1/enrol", b"{"), "an enrolment that is no JSON", 400, 422)
    _is_problem(kit.plain("GET", "/v1/nothing"), "a path that is none", 404)
    # An agent follows nobody who sends it elsewhere.
    _is_problem(kit.plain("POST", "/v1/enrol/", b"{}"), "a path with a slash too many", 404)
    _is_problem(kit.plain("GET", "/v1/enrol"), "GET of what is posted", 405)


def _machine_problems(kit: Kit) -> None:
    chain = kit.open()
    machine = chain.machine
    chain.append(drafts.noise())
    _is_problem(kit.send(chain, chain.records[1:]), "a gap", 409)
    _is_problem(kit.call(machine, "GET", f"/v1/ledgers/{'0' * 32}"), "an unknown ledger", 404)
    _is_problem(kit.call(machine, "GET", "/v1/documents/none"), "an unknown document", 404)
    _is_problem(kit.call(machine, "POST", chain.path, b"{}"), "a batch that is none", 400)
    encoded = {**JSON, "Content-Encoding": "br"}
    answer = kit.call(machine, "POST", chain.path, b"{}", encoded)
    _is_problem(answer, "an unknown encoding", 415)


def _methods(kit: Kit) -> None:
    for path in ("/v1/enrol", "/v1/ledgers", "/v1/status"):
        answer = kit.plain("GET", path)
        need(answer, f"GET {path}", 405)
        allowed = [one.strip() for one in answer.headers.get("allow", "").split(",")]
        if "POST" not in allowed:
            raise BrokenRuleError(f"GET {path}: Allow is {answer.headers.get('allow', '')!r}")
    need(kit.plain("DELETE", "/v1/documents/tariff"), "DELETE of a document", 405)


def _map(kit: Kit) -> None:
    kiosk = kit.machine().kiosk
    kit.status(kit.machine())
    fleet = read(kit.plain("GET", "/v1/public/kiosks"), PublicFleet, "the public map")
    if not any(one.kiosk == kiosk and one.online for one in fleet.kiosks):
        raise BrokenRuleError(f"{kiosk} was heard of just now and is not on-line on the map")


def _private(kit: Kit) -> None:
    chain = kit.open()
    chain.append(drafts.deposit(2))
    kit.stored(chain)
    answer = kit.plain("GET", "/v1/public/kiosks")
    need(answer, "the public map", 200)
    told = (drafts.SUBJECT, "amount_minor", chain.ledger, chain.machine.board)
    for secret in told:
        if secret.encode() in answer.body:
            raise BrokenRuleError(f"the public map says {secret!r}")


def _health(kit: Kit) -> None:
    need(kit.plain("GET", "/healthz"), "GET /healthz", 200)


RULES = (
    Rule(
        "problem.public",
        "What anybody asks wrongly is refused with a problem (RFC 9457).",
        "Problem",
        _problems,
    ),
    Rule(
        "problem.machine",
        "What a machine asks wrongly is refused with a problem (RFC 9457).",
        "Problem",
        _machine_problems,
    ),
    Rule(
        "method.refused",
        "A method that is none is refused (405), and Allow names the right one.",
        _SECTION,
        _methods,
    ),
    Rule(
        "public.map",
        "The public map shows a machine that was heard of.",
        "GET /v1/public/kiosks",
        _map,
    ),
    Rule(
        "public.private",
        "The public map says nothing about residents, money, ledgers or boards.",
        "GET /v1/public/kiosks",
        _private,
    ),
    Rule("public.health", "GET /healthz answers when the books can be read.",
         "GET /healthz", _health),
)  # fmt: skip
