"""PromoSMS: a small business texts its own customers."""

from collections.abc import Mapping

from flask import Flask

from promosms import (
    access,
    cli,
    config,
    database,
    extensions,
    language,
    logs,
    request_log,
    security,
    views,
)


def create_app(overrides: Mapping[str, object] | None = None, *, pages: bool = True) -> Flask:
    """The application, a table of contents: every part registers itself.

    Workers do without `pages`, which are a fifth of its memory and a third of its start.
    """
    app = Flask(__name__, instance_path=config.instance_path(), instance_relative_config=True)
    config.init_app(app, overrides)
    logs.init_app(app)
    request_log.init_app(app)
    security.init_app(app)
    extensions.init_app(app)
    database.init_app(app)
    language.init_app(app)
    access.init_app(app)
    if pages:
        views.init_app(app)
    cli.init_app(app)
    return app
