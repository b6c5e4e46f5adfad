"""Programs with a key of the owner's account, with one of the sandbox, and of a stranger."""

import pytest
from flask import Flask

from tests.support.api import Program, new_key
from tests.support.cast import Cast


@pytest.fixture
def program(app: Flask, cast: Cast) -> Program:
    """One with all rights."""
    return Program(app, new_key(app, cast.owner.account_id))


@pytest.fixture
def sandbox(app: Flask, cast: Cast) -> Program:
    """One that tries things out."""
    return Program(app, new_key(app, cast.owner.account_id, name="Trial", sandbox=True))


@pytest.fixture
def stranger(app: Flask, cast: Cast) -> Program:
    """One of another account."""
    return Program(app, new_key(app, cast.stranger.account_id))
