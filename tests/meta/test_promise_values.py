"""Every value of a promise is tested: if it is doubled, the test of that promise fails."""

import os
import re
import subprocess
import sys

import pytest

from promosms.services.policies.promises import entries
from tests.meta.sources import ROOT
from tests.support import varied

pytestmark = pytest.mark.xdist_group("promise values")
FAILED = 1  # the exit code of pytest when a test failed
FAILURE = re.compile(r"^FAILED \S+?\[(.*?)\] - (?:Assertion|assert )", re.MULTILINE)


def test_every_value_has_a_test_of_its_promise() -> None:
    for entry in entries().values():
        for name in entry.get("values", ()):
            assert varied.VALUES[name].test in entry["tests"], name


@pytest.fixture(scope="module")
def failures() -> list[str]:
    """The parameters of the tests that fail when the values are doubled, each in its test."""
    tests = sorted({value.test for value in varied.VALUES.values()})
    options = ["-q", "-n0", "--database", "sqlite", "-p", "no:cacheprovider", "--vary"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *tests, *options],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "500"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == FAILED, run.stdout
    return FAILURE.findall(run.stdout)


@pytest.mark.parametrize("name", sorted(varied.VALUES))
def test_a_doubled_value_is_noticed(failures: list[str], name: str) -> None:
    assert any(name in parameters.split("-") for parameters in failures), failures
