"""Enrolment. The order matters: what must be refused is tried while the code is still unused."""

import re
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.cloud import EnrolAnswer
from sync.conformance.chain import Machine
from sync.conformance.documents import read_document
from sync.conformance.errors import BrokenRuleError, CannotTellError
from sync.conformance.kit import REFUSED, Kit, need, read, sha256
from sync.conformance.rule import Rule

_SECTION = "POST /v1/enrol"


def _unknown_code(kit: Kit) -> None:
    machine = Machine("conformance", "conformance-board", secrets.token_hex(16))
    code = secrets.token_hex(10)
    need(kit.enrol(code, machine.statement(code)), "a code that nobody issued", 403)


def _wrong_site(kit: Kit) -> None:
    applicant = kit.applicant()
    if applicant.answer is not None:
        raise CannotTellError("the code is used up already; run all rules of `enrol` together")
    code = applicant.code.code
    statement = applicant.machine.statement(code, site=f"not-{applicant.machine.site}")
    need(kit.enrol(code, statement), "a code of another site", 403)


def _statement(kit: Kit) -> None:
    applicant = kit.applicant()
    machine, code = applicant.machine, applicant.code.code
    forged = machine.statement(code, by=Ed25519PrivateKey.generate())
    need(kit.enrol(code, forged), "a statement that its record key did not sign", *REFUSED)
    other = machine.statement(secrets.token_hex(10))
    need(kit.enrol(code, other), "a statement about another code", *REFUSED)
    need(kit.enrol(code, b"{}"), "a statement that is no envelope", *REFUSED)


def _answers(kit: Kit) -> None:
    applicant = kit.applicant()
    try:
        kit.machine()
    except CannotTellError as error:
        raise BrokenRuleError(str(error)) from error
    answer = applicant.answer
    assert answer is not None
    # As a document's scope must be able to name it: kiosk:NAME.
    if re.fullmatch(r"[^\s]{1,64}", answer.kiosk) is None:
        raise BrokenRuleError(f"the machine's name is {answer.kiosk[:80]!r}")
    if sha256(answer.root_key) != applicant.code.root:
        raise BrokenRuleError("the root key is not the one whose hash stands in the code")
    names = {read_document(one, applicant.machine, "enrolling").name for one in answer.documents}
    if missing := {"endpoint_keys", "tariff", "issuers", "settings"} - names:
        raise BrokenRuleError(f"the first documents lack {', '.join(sorted(missing))}")


def _again(kit: Kit) -> None:
    machine, applicant = kit.machine(), kit.applicant()
    code = applicant.code.code
    what = "enrolling again with the same keys"
    answer = read(kit.enrol(code, machine.statement(code)), EnrolAnswer, what, 201)
    if (answer.kiosk, answer.root_key) != (machine.kiosk, machine.root):
        raise BrokenRuleError(f"{what}: the machine is {answer.kiosk!r} now, not {machine.kiosk!r}")


def _once(kit: Kit) -> None:
    kit.machine()
    code = kit.applicant().code.code
    other = Machine(kit.applicant().machine.site, "conformance-board-2", secrets.token_hex(16))
    need(kit.enrol(code, other.statement(code)), "a used code, from another machine", 403)


RULES = (
    Rule("enrol.unknown-code", "A code that nobody issued is refused.", _SECTION, _unknown_code),
    Rule(
        "enrol.wrong-site",
        "A code is refused for another site than its own, and is not used up by that.",
        _SECTION,
        _wrong_site,
    ),
    Rule(
        "enrol.statement",
        "A statement is refused unless the record key it names signed it, for this code.",
        "Statement",
        _statement,
    ),
    Rule(
        "enrol.answers",
        "The answer names the machine, the root key of the code, and first documents under it.",
        "EnrolAnswer",
        _answers,
    ),
    Rule(
        "enrol.again",
        "Asking again with the same keys gives the same answer: a lost one costs nothing.",
        _SECTION,
        _again,
    ),
    Rule("enrol.once", "A code enrols one machine; another one is refused.", _SECTION, _once),
)
