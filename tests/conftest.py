"""What every test runs under: in CI nothing may be skipped, and no test has a stopwatch.

A skipped test is a promise nobody looked at. On a desk that may do; CI installs what the tests
need, so with KIOSK_CI=1 a skip or an expected failure, in a test or of a whole module, fails.
"""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

pytest_plugins = ["pytester"]

# Machines are shared: an example that takes long once is no finding.
settings.register_profile("kiosk", deadline=None)
settings.load_profile("kiosk")


def forbid_excuses(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip, an expected failure or an unexpected pass into a plain failure."""
    expected_to_fail = getattr(report, "wasxfail", None)
    if report.outcome != "skipped" and expected_to_fail is None:
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    if expected_to_fail is not None:
        reason = f"expected failure {expected_to_fail}"
        del report.wasxfail
    report.outcome = "failed"
    report.longrepr = f"CI allows no skips and no expected failures: {report.nodeid}: {reason}"


def in_ci() -> bool:
    """Tell whether .ci/run started these tests."""
    return os.environ.get("KIOSK_CI") == "1"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Look at the report of every phase of every test."""
    report = yield
    if in_ci():
        forbid_excuses(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Look at the report of every collected module, for skips at module level."""
    report = yield
    if in_ci():
        forbid_excuses(report)
    return report
