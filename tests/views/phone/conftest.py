"""A visitor who has opened the phone."""

import pytest
from flask import Flask

from tests.support.pages import PageClient
from tests.support.phone import open_phone


@pytest.fixture
def visitor(app: Flask) -> PageClient:
    """A browser of this machine that nobody has signed in, and that came by the link."""
    return open_phone(PageClient(app))
