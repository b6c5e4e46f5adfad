"""A second application on the same database, with its rate limits on."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from promosms import create_app
from promosms.extensions import db, limiter
from tests.support.settings import copied

SHARED = ("DATABASE_URL", "SECRET_KEY", "ARGON2_TIME", "ARGON2_MEMORY_KIB")


@contextmanager
def with_limits(app: Flask, redis_url: str, **more: object) -> Iterator[Flask]:
    """The application, which counts in the store at this URL; `more` are other settings."""
    settings = {**copied(app, *SHARED), "TESTING": True, "REDIS_URL": redis_url, **more}
    before = dict(vars(limiter))  # one for all applications
    second = create_app({**settings, "RATE_LIMITS": True})
    try:
        yield second
    finally:
        with second.app_context():
            db.session.remove()
            db.engine.dispose()
        vars(limiter).clear()
        vars(limiter).update(before)
