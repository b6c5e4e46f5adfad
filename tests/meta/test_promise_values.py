"""Every value of a promise is tested: if it is doubled, a test of that promise fails."""

import subprocess
import sys

import pytest

from promosms.services.policies.promises import entries
from tests.meta.sources import ROOT
from tests.support import varied

FAILED = 1  # the exit code of pytest when a test failed


def test_every_value_has_a_test_of_its_promise() -> None:
    for entry in entries().values():
        for name in entry.get("values", ()):
            assert varied.VALUES[name].test in entry["tests"], name


@pytest.mark.parametrize("name", sorted(varied.VALUES))
def test_a_doubled_value_is_noticed(name: str) -> None:
    """It runs in its own process, because the application is created with the doubled value."""
    options = ["-q", "-n0", "--database", "sqlite", "-p", "no:cacheprovider", "--vary", name]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", varied.VALUES[name].test, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == FAILED, run.stdout
    assert "AssertionError" in run.stdout or "assert " in run.stdout
