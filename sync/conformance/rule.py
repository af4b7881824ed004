"""A rule of the protocol, and what came of trying it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from kiosk.envelope import TrustError
from sync.agent.errors import SyncError
from sync.conformance.errors import BrokenRuleError, CannotTellError, ConformanceError
from sync.conformance.kit import Kit

Verdict = Literal["pass", "fail", "skipped"]


@dataclass(frozen=True, slots=True)
class Rule:
    """``section`` is a heading of docs/protocol/reference.md, which ``check`` tries.

    ``check`` raises BrokenRuleError when the endpoint does not keep it, CannotTellError when it
    cannot be tried.
    """

    name: str
    says: str
    section: str
    check: Callable[[Kit], None]


@dataclass(frozen=True, slots=True)
class Result:
    """``reason`` is empty for a rule that is kept."""

    rule: Rule
    verdict: Verdict
    reason: str


def choose(rules: Iterable[Rule], wanted: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules of these names, or of groups such as ``enrol``; all when none is named.

    Raises ConformanceError for a name that is none.
    """
    rules = tuple(rules)
    names = tuple(wanted)
    for name in names:
        if not any(_is_of(rule, name) for rule in rules):
            raise ConformanceError(f"there is no rule {name!r}; --list shows them")
    return tuple(rule for rule in rules if not names or any(_is_of(rule, one) for one in names))


def run(rules: Iterable[Rule], kit: Kit) -> Iterator[Result]:
    """Try one rule after the other. Raises nothing for what an endpoint may do."""
    for rule in rules:
        yield _judge(rule, kit)


def _judge(rule: Rule, kit: Kit) -> Result:
    try:
        rule.check(kit)
    except CannotTellError as error:
        return Result(rule, "skipped", str(error))
    except BrokenRuleError as error:
        return Result(rule, "fail", str(error))
    except SyncError as error:
        return Result(rule, "fail", f"no whole answer came: {error}")
    except TrustError as error:
        return Result(rule, "fail", f"a document cannot be signed for this machine: {error}")
    return Result(rule, "pass", "")


def _is_of(rule: Rule, name: str) -> bool:
    return rule.name == name or rule.name.partition(".")[0] == name
