"""What Flask and its extensions want to know, derived from the settings."""

from datetime import timedelta

from flask import Flask

from promosms.settings import store_options
from promosms.settings.schema import Settings

EXTENSIONS = ("BABEL_", "RATELIMIT_", "SQLALCHEMY_", "WTF_")


def known(name: str) -> bool:
    """Is it a name of Flask or of an extension?"""
    return name in Flask.default_config or name.startswith(EXTENSIONS)


def derived(settings: Settings) -> dict[str, object]:
    """The configuration of Flask and its extensions."""
    return {
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": list(settings.secret_key_fallbacks),
        "TRUSTED_HOSTS": list(settings.trusted_hosts),
        "MAX_CONTENT_LENGTH": settings.max_content_length,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "SESSION_COOKIE_NAME": "__Host-session",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # Only the cookie of somebody who stays signed in outlives the browser; it is not renewed.
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "SESSION_REFRESH_EACH_REQUEST": False,
        "REMEMBER_COOKIE_SECURE": True,  # never set by us; were it ever, then so
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": store_options.engine(settings),
        # The last one signs, the older ones still open what they have signed.
        "WTF_CSRF_SECRET_KEY": [*settings.secret_key_fallbacks, settings.secret_key],
        "WTF_CSRF_TIME_LIMIT": None,  # the token lives as long as the session
        "BABEL_DEFAULT_LOCALE": settings.languages[0],
        **_rate_limits(settings),
    }


def _rate_limits(settings: Settings) -> dict[str, object]:
    url = settings.redis_url
    # A Redis that starts again is waited for: without it each process would count for itself.
    options = store_options.redis(settings, connect=1, answer=2, pause=0.2, tries=3)
    return {
        "RATELIMIT_ENABLED": settings.rate_limits,
        "RATELIMIT_STORAGE_URI": url.replace("unix://", "redis+unix://", 1),
        "RATELIMIT_STORAGE_OPTIONS": {} if url.startswith("memory:") else options,
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
    }
