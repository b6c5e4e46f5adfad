"""The stage: an account with an object of every kind, shared by the tests of this folder."""

import pytest
from flask import Flask

from tests.meta.stage import Stage
from tests.support.cast import invite_cast
from tests.support.snapshot import Snapshot

LONGEST = 60
"""Seconds for which a stage is reused: rows that count as recent must still be recent."""
_kept: dict[Flask, tuple[Stage, Snapshot]] = {}


@pytest.fixture
def stage(app: Flask, redis_url: str) -> Stage:
    """An account with an object of every kind."""
    if app in _kept and _kept[app][1].age() < LONGEST:
        stage, snapshot = _kept[app]
        snapshot.put_back()
        return stage.again()
    stage = Stage(app, invite_cast(app))
    stage.set()
    _kept.clear()
    _kept[app] = stage, Snapshot(app, redis_url)
    return stage
