"""A fixture with an installation."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running.installation import Installation

# What a URL, a configuration file or a shell would read as something else.
ODD = "Ola’s żółty sklep, 100 %41 #1?a=b&c [d-e]* {f} \\z 'x' \"y\""


@pytest.fixture
def installation() -> Iterator[Installation]:
    """An installation that has never been started, in a folder with an odd name."""
    folder = Path(tempfile.mkdtemp(prefix="ps-up-"), ODD)
    folder.mkdir()
    installation = Installation(folder)
    yield installation
    installation.kill()
    shutil.rmtree(folder.parent, ignore_errors=True)
