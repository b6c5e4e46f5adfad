"""The application with its limits on, and behind proxies."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.test import Client

from promosms.settings import settings_of
from promosms.web.security import ForwardedHeaders
from tests.support.limits import with_limits

Behind = Callable[[int], Client]


@pytest.fixture
def limited(app: Flask, redis_url: str) -> Iterator[Flask]:
    """The application with its limits on."""
    with with_limits(app, redis_url) as second:
        yield second


@pytest.fixture
def behind(app: Flask) -> Behind:
    """A browser of the application behind this number of proxies."""

    def browser(proxies: int) -> Client:
        inner = vars(app.wsgi_app)["wsgi_app"]
        return Client(ForwardedHeaders(inner, proxies, settings_of(app).proxy_networks))

    return browser
