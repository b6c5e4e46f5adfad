"""PromoSMS: a small business texts its own customers."""

from collections.abc import Mapping

from flask import Flask

from promosms import extensions, language, logs, settings, views
from promosms.db import transactions
from promosms.logs import requests as request_log
from promosms.web import access, nul, security


def create_app(overrides: Mapping[str, object] | None = None, *, pages: bool = True) -> Flask:
    """The application, a table of contents: every part registers itself.

    Workers do without `pages`, which are a fifth of its memory and a third of its start.
    """
    app = Flask(__name__, instance_path=settings.instance_path(), instance_relative_config=True)
    settings.init_app(app, overrides)
    logs.init_app(app)
    request_log.init_app(app)
    security.init_app(app)
    nul.init_app(app)
    extensions.init_app(app)
    transactions.init_app(app)
    language.init_app(app)
    access.init_app(app)
    if pages:
        views.init_app(app)
    return app
