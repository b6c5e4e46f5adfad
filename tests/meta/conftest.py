"""The stage: an account with an object of every kind, shared by the tests of this folder."""

import pytest
from flask import Flask

from tests.meta.stage import Stage
from tests.support.cast import Cast
from tests.support.snapshot import Snapshots


@pytest.fixture
def stage(app: Flask, cast: Cast, snapshots: Snapshots) -> Stage:
    """An account with an object of every kind."""
    return snapshots.begin_with("stage", lambda: staged(app, cast)).again()


def staged(app: Flask, cast: Cast) -> Stage:
    stage = Stage(app, cast)
    stage.set()
    return stage
