"""The stage of these tests."""

import pytest
from flask import Flask

from tests.cast import Cast
from tests.meta.stage import Stage


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Stage:
    """An account with one of everything."""
    made = Stage(app, cast)
    made.set()
    return made
