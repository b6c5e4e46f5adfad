"""PromoSMS: a small business texts its own customers."""

from collections.abc import Mapping

from flask import Flask

from promosms import extensions, language, logs, settings
from promosms.db import transactions
from promosms.lib.folding import fold
from promosms.lib.garbage import uncollected


@uncollected()  # all that is imported stays: a search for cycles would find nothing
def create_app(overrides: Mapping[str, object] | None = None, *, pages: bool = True) -> Flask:
    """The application, a table of contents: every part registers itself.

    Workers do without `pages`: that saves them memory, and time at their start.
    """
    app = Flask(__name__, instance_path=settings.instance_path(), instance_relative_config=True)
    settings.init_app(app, overrides)
    logs.init_app(app)
    if pages:
        _init_requests(app)
    extensions.init_app(app)
    transactions.init_app(app, {"folded": fold})
    language.init_app(app)
    if pages:
        _init_pages(app)
    return app


def _init_requests(app: Flask) -> None:
    """First of all parts: nothing may answer before HTTPS is enforced."""
    from promosms.logs import requests as request_log
    from promosms.views.links import redirects
    from promosms.web import compression, nul, secret_addresses, security
    from promosms.web.api import exposure, room

    redirects.init_app(app)
    room.init_app(app)
    request_log.init_app(app)
    compression.init_app(app)
    exposure.init_app(app)
    security.init_app(app)
    nul.init_app(app)
    secret_addresses.init_app(app)


def _init_pages(app: Flask) -> None:
    from promosms import views
    from promosms.web import access, assets

    access.init_app(app)
    assets.init_app(app)
    views.init_app(app)
