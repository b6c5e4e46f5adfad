"""A fixture with an installation."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running.installation import Installation


@pytest.fixture
def installation() -> Iterator[Installation]:
    """An installation that has never been started."""
    folder = Path(tempfile.mkdtemp(prefix="ps-up-"))
    installation = Installation(folder)
    yield installation
    installation.kill()
    shutil.rmtree(folder, ignore_errors=True)
