"""The promises of the privacy policy hold in a run only if the tests that prove them have passed.

Watches the outcomes, also those of other processes, and makes the run fail when a test that a
promise names was skipped or failed; in a run of everything also when one was not run at all.
"""

import re

import pytest
from _pytest.config import Config
from _pytest.terminal import TerminalReporter

from promosms.services.policies.promises import entries

FILTERS = ("keyword", "markexpr", "lf", "failedfirst", "deselect", "maxfail", "ignore", "fast")


def named() -> dict[str, list[str]]:
    """The tests that the promises name, and the promises that name each."""
    promises: dict[str, list[str]] = {}
    for id_, entry in entries().items():
        for test in entry["tests"]:
            promises.setdefault(test, []).append(id_)
    return promises


def missing(
    named_tests: dict[str, list[str]], outcomes: dict[str, set[str]], *, everything: bool
) -> list[str]:
    """What is wrong with the proofs of a run, a line for each.

    `outcomes` are those of every run test, without its parameters.
    """
    problems = []
    for test, promises in sorted(named_tests.items()):
        seen = outcomes.get(test, set())
        if bad := seen - {"passed"}:
            problems.append(f"{', '.join(promises)}: {test} was {' and '.join(sorted(bad))}")
        elif everything and not seen:
            problems.append(f"{', '.join(promises)}: {test} was not run")
    return problems


class Promises:
    """Collects the outcomes of the named tests; a missing one fails the run."""

    def __init__(self, config: pytest.Config) -> None:
        self.config, self.wanted = config, named()
        self.outcomes: dict[str, set[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = re.split(r"[\[@]", report.nodeid)[0]  # without parameters and the group
        if test not in self.wanted:
            return
        outcome = "expected to fail" if hasattr(report, "wasxfail") else report.outcome
        if report.when == "call" or outcome != "passed":
            self.outcomes.setdefault(test, set()).add(outcome)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not self._other_process() and self._wrong() and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        wrong = [] if self._other_process() else self._wrong()
        if wrong:
            terminalreporter.section("promises without proof", red=True)
            for line in wrong:
                terminalreporter.write_line(line)

    def _wrong(self) -> list[str]:
        if self.config.option.collectonly:
            return []
        return missing(self.wanted, self.outcomes, everything=self._everything())

    def _other_process(self) -> bool:
        return hasattr(self.config, "workerinput")  # the first process hears of everything

    def _everything(self) -> bool:
        narrowed = any(self.config.getoption(name, None) for name in FILTERS)
        return self.config.args_source is Config.ArgsSource.TESTPATHS and not narrowed
