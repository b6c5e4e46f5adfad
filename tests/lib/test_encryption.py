"""A new key of the installation still opens what the old one has encrypted and signed."""

from collections.abc import Iterator

import pytest
from flask import Flask

from promosms import create_app
from promosms.extensions import db
from promosms.lib import encryption
from promosms.settings import settings_of
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.settings import copied, override

OLD, NEW, FOREIGN = "old key 5d1f" * 3, "new key 83ac" * 3, "foreign 71be" * 3


@pytest.fixture
def replaced(app: Flask) -> Iterator[Flask]:
    """The same installation after its key was replaced, the old one kept as a fallback."""
    names = ("DATABASE_URL", "REDIS_URL", "ARGON2_TIME", "ARGON2_MEMORY_KIB", "RATE_LIMITS")
    settings = copied(app, *names)
    old = settings_of(app).secret_key
    made = create_app({**settings, "SECRET_KEY": NEW, "SECRET_KEY_FALLBACKS": [OLD, old]})
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def test_old_keys_decrypt_what_they_encrypted(app: Flask) -> None:
    with app.app_context():
        override(app, secret_key=OLD, secret_key_fallbacks=[])
        encrypted = encryption.encrypt("gateway", "token")
        override(app, secret_key=NEW, secret_key_fallbacks=[])
        assert encryption.decrypt("gateway", encrypted) is None
        override(app, secret_key=NEW, secret_key_fallbacks=[FOREIGN, OLD])
        assert encryption.decrypt("gateway", encrypted) == "token"
        assert encryption.decrypt("password", encrypted) is None


def test_the_new_key_encrypts(app: Flask) -> None:
    with app.app_context():
        override(app, secret_key=NEW, secret_key_fallbacks=[OLD])
        encrypted = encryption.encrypt("gateway", "token")
        override(app, secret_key=OLD, secret_key_fallbacks=[])
        assert encryption.decrypt("gateway", encrypted) is None


def test_nobody_is_signed_out_and_no_open_form_is_lost(
    app: Flask, cast: Cast, replaced: Flask
) -> None:
    before = cast.owner.browser()
    token = str(before.get_page("/lists").select("input[name=csrf_token]")[0]["value"])
    cookie = before.get_cookie("__Host-session", "localhost")
    assert cookie is not None
    after = PageClient(replaced)
    after.set_cookie("__Host-session", cookie.value, domain="localhost", secure=True)
    assert after.get("/dashboard").status_code == 200
    answer = after.post("/lists", data={"csrf_token": token, "name": "Regulars"})
    assert answer.status_code == 303


def test_a_removed_key_decrypts_nothing(app: Flask, cast: Cast, replaced: Flask) -> None:
    before = cast.owner.browser()
    before.get_page("/lists")
    cookie = before.get_cookie("__Host-session", "localhost")
    assert cookie is not None
    override(replaced, secret_key_fallbacks=[])
    after = PageClient(replaced)
    after.set_cookie("__Host-session", cookie.value, domain="localhost", secure=True)
    assert after.get("/dashboard").status_code == 302
