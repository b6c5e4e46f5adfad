"""The stage of these tests."""

import pytest
from flask import Flask

from tests.meta.stage import Stage
from tests.support.cast import invite_cast
from tests.support.snapshot import Snapshot

LONGEST = 60
"""Seconds for which a stage is used again: what it has just been made must still be new."""
_kept: dict[Flask, tuple[Stage, Snapshot]] = {}


@pytest.fixture
def stage(app: Flask, redis_url: str) -> Stage:
    """An account with one of everything."""
    if app in _kept and _kept[app][1].age() < LONGEST:
        made, snapshot = _kept[app]
        snapshot.put_back()
        return made.again()
    made = Stage(app, invite_cast(app))
    made.set()
    _kept.clear()
    _kept[app] = made, Snapshot(app, redis_url)
    return made
