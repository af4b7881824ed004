"""What a process said last, in short, for a person."""

from pathlib import Path

from kiosk.demo import last_words

TRACEBACK = (
    '{"event":"log","text":"Traceback (most recent call last):\\n  File x\\n'
    'sync.errors.EndpointError: books.db is no database\\n(Background: see elsewhere)"}'
)


def test_events_are_told_in_short_and_errors_by_their_own_line(tmp_path: Path) -> None:
    log = tmp_path / "endpoint.log"
    event = '{"event":"process_not_started","reason":"no memory"}'
    log.write_text(f"serving\n{event}\n{TRACEBACK}\n[1]\n" + '{"event":"ended"}\n')
    assert last_words.of(log).splitlines() == [
        "  serving",
        "  process_not_started: no memory",
        "  log: sync.errors.EndpointError: books.db is no database",
        "  [1]",
        "  ended",
    ]


def test_only_whole_last_lines_of_a_long_log_are_told(tmp_path: Path) -> None:
    log = tmp_path / "endpoint.log"
    log.write_text("x" * 100_000 + "\n" + "".join(f"line {one}\n" for one in range(9)))
    assert last_words.of(log).splitlines() == [f"  line {one}" for one in range(4, 9)]


def test_nothing_said_is_told_as_nothing(tmp_path: Path) -> None:
    assert last_words.of(tmp_path / "missing") == "(nothing)"
    (tmp_path / "empty").write_text("")
    assert last_words.of(tmp_path / "empty") == "(nothing)"
