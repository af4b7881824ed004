"""What came of it, for people as a table and for programs as JSON."""

from collections.abc import Iterable, Sequence

import msgspec

from sync.conformance.rule import Result, Rule

PASSED, FAILED, SKIPPED = 0, 1, 3


def line(result: Result) -> str:
    """One row of the table: verdict, rule, and why it is not kept or could not be tried."""
    told = result.reason or result.rule.says
    return f"{_MARKS[result.verdict]}  {result.rule.name:<24}{told}\n"


def summary(results: Sequence[Result]) -> str:
    """The last line, and what the failing rules say in the reference."""
    by = {verdict: [one for one in results if one.verdict == verdict] for verdict in _MARKS}
    told = "".join(
        f"\n{one.rule.name}: {one.rule.says}\n    reference.md, {one.rule.section}"
        for one in by["fail"]
    )
    counts = ", ".join(f"{len(found)} {_WORDS[verdict]}" for verdict, found in by.items())
    return f"{told}\n\n{counts}\n" if told else f"\n{counts}\n"


def as_json(url: str, results: Iterable[Result]) -> str:
    """All of it."""
    rows = [
        {
            "rule": one.rule.name,
            "says": one.rule.says,
            "section": one.rule.section,
            "verdict": one.verdict,
            "reason": one.reason,
        }
        for one in results
    ]
    return msgspec.json.format(msgspec.json.encode({"url": url, "rules": rows})).decode() + "\n"


def listed(rules: Iterable[Rule]) -> str:
    """Each rule, what it says, and where that comes from."""
    return "".join(f"{one.name:<24}{one.says}  [{one.section}]\n" for one in rules)


def exit_status(results: Sequence[Result]) -> int:
    """0 only when every rule was tried and is kept; 1: one is broken; 3: one was not tried."""
    verdicts = {one.verdict for one in results}
    return FAILED if "fail" in verdicts else SKIPPED if "skipped" in verdicts else PASSED


_MARKS = {"pass": "pass", "fail": "FAIL", "skipped": "skip"}
_WORDS = {"pass": "kept", "fail": "broken", "skipped": "not tried"}
