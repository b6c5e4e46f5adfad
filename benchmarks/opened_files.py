"""Which files of the application a test runs through: how many somebody opens who follows it.

    python -m pytest -p benchmarks.opened_files --database sqlite \
        tests/services/sending/test_sender.py::test_it_sends_everything_and_finishes

It prints the files of the domain, without models, settings, logs and what else everything uses.
"""

import sys
import threading
from collections.abc import Generator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

PACKAGE = str(Path(__file__).resolve().parent.parent / "promosms") + "/"
EVERYWHERE = (
    *("models/", "settings/", "db/", "lib/", "logs/", "web/"),
    *("__init__.py", "extensions.py", "language.py", "queue.py", "urls.py"),
)
_opened: set[str] = set()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, Any, Any]:
    """Note the files of all functions that are called, in all threads that begin in the test."""
    threading.setprofile(_note)
    sys.setprofile(_note)
    try:
        return (yield)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print them."""
    names = sorted(name for name in _opened if not name.startswith(EVERYWHERE))
    terminalreporter.write_line(f"{len(names)} files: {' '.join(names)}")


def _note(frame: FrameType, event: str, _argument: object) -> None:
    name = frame.f_code.co_filename
    if event == "call" and name.startswith(PACKAGE):
        _opened.add(name.removeprefix(PACKAGE))
