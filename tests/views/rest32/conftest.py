"""Plug-ins with a key of the owner's account, with one of the sandbox, and of a stranger."""

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.services.gateways import route_file
from tests.support.api import new_key
from tests.support.cast import Cast
from tests.support.rest32 import Plugin

FOUR = """
[eco]
name = "ECO"
sender = "+48732000001"
names = false
offered = true
rest_types = [1]
prices = { PL = "0.03" }
[full]
name = "FULL"
sender = "+48732000001"
offered = true
rest_types = [3]
prices = { PL = "0.04", DE = "0.08" }
[speed]
name = "SPEED"
sender = "+48732000001"
urgent = true
offered = true
rest_types = [4]
prices = { PL = "0.07" }
[flash]
name = "FLASH"
sender = "+48732000001"
names = false
flash = true
offered = true
rest_types = [0]
prices = { PL = "0.06" }
"""


@pytest.fixture
def plugin(app: Flask, cast: Cast) -> Plugin:
    """One with all rights."""
    return Plugin(app, new_key(app, cast.owner.account_id))


@pytest.fixture
def trial(app: Flask, cast: Cast) -> Plugin:
    """One that tries things out in the sandbox."""
    return Plugin(app, new_key(app, cast.owner.account_id, name="Trial", sandbox=True))


@pytest.fixture
def four_routes(app: Flask, cast: Cast) -> None:
    """ECO, FULL, SPEED and FLASH, each with a price of its own."""
    with app.app_context(), transaction():
        route_file.apply(route_file.read(FOUR), "test")
