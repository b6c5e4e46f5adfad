"""The installation of these tests."""

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
    made = Installation(folder)
    yield made
    made.kill()
    shutil.rmtree(folder, ignore_errors=True)
