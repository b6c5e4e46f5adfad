"""The application in a thread of the test process: for browsers, with access to its database."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext
from werkzeug.serving import make_server

from promosms import create_app
from promosms.extensions import db, limiter
from promosms.services.installation import defaults
from promosms.supervisor import certificate
from promosms.supervisor.catalogues import compile_catalogues
from tests.browser.checked_window import CheckedWindow
from tests.support.cast import Cast, Person, invite_cast

PACKAGE = Path(__file__).resolve().parents[2] / "promosms"
SESSION = "__Host-session"


class Site:
    """An installation on SQLite with the users of the cast."""

    def __init__(self, app: Flask, cast: Cast, url: str) -> None:
        self.app, self.cast, self.url = app, cast, url

    def open(
        self, chromium: Browser, person: Person | None = None, **options: object
    ) -> CheckedWindow:
        """A new window, in which `person` is signed in if given."""
        window = CheckedWindow(chromium, self.url, **options)
        if person is not None:
            self.sign_in(window.context, person)
        return window

    def sign_in(self, context: BrowserContext, person: Person) -> None:
        """Give the browser the cookie of a session."""
        cookie = person.browser().get_cookie(SESSION)
        assert cookie is not None
        values = {"name": SESSION, "value": cookie.value, "url": self.url, "secure": True}
        context.add_cookies([{**values, "httpOnly": True, "sameSite": "Lax"}])


@contextmanager
def running_site(redis_url: str) -> Iterator[Site]:
    """Run an installation on a free port of this machine."""
    folder = Path(tempfile.mkdtemp(prefix="ps-site-"))
    shutil.copytree(PACKAGE / "translations", folder / "translations")
    compile_catalogues(folder / "translations")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROMOSMS_INSTANCE", str(folder))
        app = create_app(
            {
                "TESTING": True,
                "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
                "REDIS_URL": redis_url,
                "SECRET_KEY": "a key for the tests, long enough for anybody",
                "RATE_LIMITS": False,
                "VIES_URL": "",
                "ADMIN_TOTP": False,  # the admin of the cast has no app
                "ARGON2_TIME": 1,
                "ARGON2_MEMORY_KIB": 64,
                "BABEL_TRANSLATION_DIRECTORIES": str(folder / "translations"),
            }
        )
    limiter.enabled = False
    with app.app_context():
        db.create_all()
        defaults.ensure_defaults()
        db.session.remove()
    pem = str(certificate.ensure(folder / "certificate.pem", "localhost"))
    server = make_server("localhost", 0, app, threaded=True, ssl_context=(pem, pem))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Site(app, invite_cast(app), f"https://localhost:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)
