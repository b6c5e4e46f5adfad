"""The application with its limits on, and behind proxies."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.test import Client

from promosms import create_app
from promosms.extensions import db, limiter
from promosms.settings import settings_of
from promosms.web.security import ForwardedHeaders
from tests.support.settings import copied

Behind = Callable[[int], Client]


@pytest.fixture
def limited(app: Flask, redis_url: str) -> Iterator[Flask]:
    """A second application on the same database, with its limits on."""
    names = ("DATABASE_URL", "SECRET_KEY", "ARGON2_TIME", "ARGON2_MEMORY_KIB")
    settings = {**copied(app, *names), "TESTING": True}
    before = dict(vars(limiter))  # one for all applications
    second = create_app({**settings, "REDIS_URL": redis_url, "RATE_LIMITS": True})
    yield second
    with second.app_context():
        db.session.remove()
        db.engine.dispose()
    vars(limiter).clear()
    vars(limiter).update(before)


@pytest.fixture
def behind(app: Flask) -> Behind:
    """A browser of the application behind this number of proxies."""

    def browser(proxies: int) -> Client:
        inner = vars(app.wsgi_app)["wsgi_app"]
        return Client(ForwardedHeaders(inner, proxies, settings_of(app).proxy_networks))

    return browser
