"""CI has no excuses: each way of not running a test fails there, though not at a desk."""

from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent

EXCUSES = {
    "skip in a test": "import pytest\ndef test_a() -> None:\n    pytest.skip('no chromium')\n",
    "skip mark": "import pytest\n@pytest.mark.skip(reason='later')\ndef test_a() -> None: ...\n",
    "skip in a fixture": (
        "import pytest\n@pytest.fixture\ndef port() -> None:\n    pytest.skip('none')\n"
        "def test_a(port: None) -> None: ...\n"
    ),
    "skip of a module": "import pytest\npytest.skip('not here', allow_module_level=True)\n",
    "import or skip": "import pytest\npytest.importorskip('no_such_module_at_all')\n",
    "expected failure": "import pytest\n@pytest.mark.xfail\ndef test_a() -> None:\n    assert 0\n",
    "unexpected pass": (
        "import pytest\n@pytest.mark.xfail(strict=False)\ndef test_a() -> None: ...\n"
    ),
    "xfail in a test": "import pytest\ndef test_a() -> None:\n    pytest.xfail('known')\n",
    "skip in a subtest": (
        "import pytest\ndef test_a(subtests: pytest.Subtests) -> None:\n"
        "    with subtests.test('one'):\n        pytest.skip('none')\n"
    ),
    "unittest skip": (
        "import unittest\nclass A(unittest.TestCase):\n"
        "    @unittest.skip('later')\n    def test_a(self) -> None: ...\n"
    ),
}


def run(pytester: pytest.Pytester, source: str) -> pytest.RunResult:
    """Run one planted test file under our own conftest, in a process of its own."""
    pytester.makeconftest((HERE / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(test_planted=source)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider")


@pytest.mark.parametrize("excuse", sorted(EXCUSES))
def test_ci_fails_on_every_excuse(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, excuse: str
) -> None:
    monkeypatch.setenv("KIOSK_CI", "1")
    result = run(pytester, EXCUSES[excuse])
    assert result.ret in {pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED}
    result.stdout.fnmatch_lines(["*CI allows no skips and no expected failures*"])


@pytest.mark.parametrize("excuse", ["skip in a test", "expected failure"])
def test_a_desk_may_skip(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, excuse: str
) -> None:
    monkeypatch.delenv("KIOSK_CI", raising=False)
    assert run(pytester, EXCUSES[excuse]).ret == pytest.ExitCode.OK


def test_ci_passes_what_really_ran(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_CI", "1")
    assert run(pytester, "def test_a() -> None:\n    assert 1 + 1 == 2\n").ret == 0
