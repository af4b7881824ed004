"""The kit itself: the reference endpoint keeps every rule, and the command tells what it found."""

import argparse
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk.cli import conformance as command
from kiosk.cloud import EnrolmentCode
from kiosk.records import Body, encode
from sync.agent.errors import UnreachableError
from sync.conformance import drafts, report
from sync.conformance.chain import Chain, Machine
from sync.conformance.codes import read_code
from sync.conformance.desk import Desk
from sync.conformance.errors import ConformanceError
from sync.conformance.feed import Feed
from sync.conformance.kit import Kit
from sync.conformance.line import HttpLine, Request
from sync.conformance.rule import Result, Rule, choose, run
from sync.conformance.rules import ALL
from sync.endpoint.operator import Operator, code_text
from tests.sync.lists import a_list
from tests.sync.places import CLOCK, EndpointProcess, make_desk, running_endpoint
from tests.sync.postgres import Postgres, programs

REFERENCE = Path(__file__).parents[2] / "docs" / "protocol" / "reference.md"


@pytest.fixture
def desk(tmp_path: Path) -> Operator:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    desk.publish_products(a_list())
    return desk


@pytest.fixture
def line() -> Iterator[HttpLine]:
    line = HttpLine(CLOCK, pause_s=0.05)
    yield line
    line.close()


def told(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args(words))


def test_the_reference_keeps_every_rule_over_http(
    desk: Operator, line: HttpLine, database: str | None = None
) -> None:
    """Over real connections; the only rule that is left out kills the endpoint."""
    with running_endpoint(desk.directory, database) as url:
        kit = Kit(
            url,
            line,
            CLOCK,
            Feed(line, url, CLOCK),
            (desk.new_code("yard-07"), desk.new_code("yard-08")),
            Desk(desk.root_key, CLOCK),
        )
        broken = [one for one in run(ALL, kit) if one.verdict != "pass"]
    assert [(one.rule.name, one.verdict) for one in broken] == [("durable.killed", "skipped")]


def test_the_reference_keeps_every_rule_on_postgresql(desk: Operator, line: HttpLine) -> None:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with Postgres() as server:
        test_the_reference_keeps_every_rule_over_http(desk, line, server.new_database())


def test_the_command_tells_what_it_found(
    desk: Operator, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code = tmp_path / "code.txt"
    code.write_text(code_text(desk.new_code("yard-07")) + "\n")
    with running_endpoint(desk.directory) as url:
        only = ("--only", "enrol", "--only", "order.gap")
        assert told(url, "--code", f"@{code}", *only) == report.PASSED
        lines = capsys.readouterr().out.splitlines()
        assert [line[:4] for line in lines[:7]] == ["pass"] * 7
        assert lines[-1] == "7 kept, 0 broken, 0 not tried"
        # The code is used up: another machine is refused, and says so.
        assert told(url, "--code", f"@{code}", "--only", "order.gap", "--json") == report.SKIPPED
        (row,) = msgspec.json.decode(capsys.readouterr().out)["rules"]
        assert row["verdict"] == "skipped" and "was used by another machine" in row["reason"]
        assert told(url, "--only", "order", "--only", "public.health") == report.SKIPPED
        assert "needs an enrolment code (--code)" in capsys.readouterr().out


def test_the_command_restarts_and_says_what_fails(
    desk: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_endpoint(desk.directory) as url:
        code = code_text(desk.new_code("yard-07"))
        key = str(desk.directory / "root.key")
        words = ("--code", code, "--only", "durable", "--only", "board.signed", "--root-key", key)
        # Nothing is killed by this one: what is tried is that the command is run and waited for.
        assert told(url, *words, "--restart", "true", "--operator-url", url) == report.PASSED
        code = code_text(desk.new_code("yard-07"))
        with pytest.raises(ConformanceError, match="--restart"):
            told(url, "--code", code, "--only", "durable", "--restart", "false")
    capsys.readouterr()


@pytest.mark.e2e
def test_what_was_acknowledged_outlives_a_kill(
    desk: Operator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A real process, killed and started by the command that an operator would give."""
    first = EndpointProcess(desk.directory)
    pid, script = tmp_path / "pid", tmp_path / "restart.sh"
    pid.write_text(str(first.pid))
    serve = f"-m tests.sync.endpoint_process serve {desk.directory} --port {first.port}"
    script.write_text(
        f"kill -KILL $(cat {pid})\n"
        f"{sys.executable} {serve} >{tmp_path}/out 2>{tmp_path}/err &\n"
        f"echo $! >{pid}\n"
    )
    words = ("--code", code_text(desk.new_code("yard-07")), "--only", "durable")
    try:
        url = f"http://127.0.0.1:{first.port}"
        assert told(url, *words, "--restart", f"sh {script}") == report.PASSED
        assert int(pid.read_text()) != first.pid
    finally:
        os.kill(int(pid.read_text()), signal.SIGKILL)
        first.kill()
    capsys.readouterr()


def test_what_a_person_has_to_put_right(tmp_path: Path) -> None:
    with pytest.raises(ConformanceError, match="which endpoint"):
        told()
    with pytest.raises(ConformanceError, match="no rule 'enrole'"):
        told("--list", "--only", "enrole")
    with pytest.raises(UnreachableError):
        told("http://127.0.0.1:1")
    with pytest.raises(ConformanceError, match="KIOSK1:"):
        read_code("K1234")
    with pytest.raises(ConformanceError, match="cannot be read"):
        read_code('KIOSK1:{"url": 1}')
    whole = EnrolmentCode(url="https://x", site="a", code="b", root="not a hash")
    with pytest.raises(ConformanceError, match="root"):
        read_code(code_text(whole))


def test_the_list_names_where_every_rule_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert told("--list") == 0
    assert len(capsys.readouterr().out.splitlines()) == len(ALL)
    text = REFERENCE.read_text(encoding="utf-8")
    headings = {
        re.sub(r"<a [^>]*></a>|`| \(.*\)", "", line.lstrip("# "))
        for line in text.splitlines()
        if line.startswith("#")
    }
    assert {rule.section for rule in ALL} <= headings
    for rule in ALL:
        assert re.fullmatch(r"[a-z]+\.[a-z-]+", rule.name)
        assert rule.says.endswith(".") and len(rule.says) <= 100, rule.name


def test_a_group_and_a_rule_are_chosen_in_the_rules_own_order() -> None:
    found = [rule.name for rule in choose(ALL, ("order", "enrol.once"))]
    assert found == ["enrol.once", "order.gap", "order.fork"]


def test_there_is_a_record_of_every_kind() -> None:
    chain = Chain(Machine("yard-07", "board", "a" * 32), "a" * 32, 1, "")
    kinds = [type(body) for body in drafts.every_kind()]
    assert set(kinds) == set(Body.__args__) and len(kinds) == len(set(kinds))
    for body in drafts.every_kind():
        assert encode(chain.draft(body))


def test_failures_are_told_with_their_section_and_exit_status() -> None:
    rule = Rule("order.gap", "A gap is refused.", "Problem", lambda _kit: None)
    kept = Result(rule, "pass", "")
    broken = Result(rule, "fail", "answered 200, not 409")
    skipped = Result(rule, "skipped", "needs a code")
    assert report.exit_status([kept]) == 0
    assert report.exit_status([kept, skipped]) == 3
    assert report.exit_status([skipped, broken]) == 1
    assert report.line(broken) == "FAIL  order.gap               answered 200, not 409\n"
    assert "reference.md, Problem" in report.summary([kept, broken])
    assert report.summary([kept, broken, skipped]).endswith("\n\n1 kept, 1 broken, 1 not tried\n")


def test_a_line_that_breaks_is_no_answer(line: HttpLine) -> None:
    nowhere = Request("POST", "http://127.0.0.1:1/v1/status", {}, b"{}")
    with pytest.raises(UnreachableError):
        line.slowly(nowhere, lambda: None)
    with pytest.raises(UnreachableError):
        line.together((nowhere, nowhere))
