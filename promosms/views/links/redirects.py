"""Who opens a short link is led on before the application does anything else.

Thousands open theirs in the minutes after a campaign has left. What every page needs besides
(a session, a language, a user, forms) would cost several times as much as to store the click. All
that is not a person on the way to an address goes on to the view: robots, browsers that load ahead,
links to opt out, links that lead nowhere, connections without TLS. The answer here is the same as
that of the view: its headers are made by the same functions, once.
"""

import re
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import SecurityError
from werkzeug.test import EnvironBuilder
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Request
from werkzeug.wsgi import get_host

from promosms.services.links import clicks, links
from promosms.web import robots

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = re.compile(rf"{links.PATH}[0-9A-Za-z]+", re.ASCII)
OTHERS = 4
"""So many requests for a link go on to the view at the same time: each of these may need a
connection to the database of its own, and the web server has many more threads for links."""


class Redirects:
    """Stands before the application, and behind what knows which proxies are trusted."""

    def __init__(self, app: Flask, wsgi_app: "WSGIApplication") -> None:
        self.app = app
        self.wsgi_app = wsgi_app
        self.common: list[tuple[str, str]] = []
        self.others = threading.BoundedSemaphore(OTHERS)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(links.PATH):
            return self.wsgi_app(environ, start_response)
        if PATH.fullmatch(path) and (headers := self._headers(environ)):
            start_response("302 FOUND", headers)
            return []
        with self.others:
            return self.wsgi_app(environ, start_response)

    def _headers(self, environ: "WSGIEnvironment") -> list[tuple[str, str]] | None:
        """The headers of the answer to a person who is led on; None for all others."""
        request = Request(environ, populate_request=False)
        if not (request.is_secure and self._is_ours(environ) and robots.is_person(request)):
            return None
        try:
            with self.app.app_context():
                target = clicks.follow(request.path.removeprefix(links.PATH))
        except SQLAlchemyError:
            return None  # the view says what is wrong, on a page
        if target is None:
            return None
        return [*self._common(environ), ("Location", iri_to_uri(target))]

    def _is_ours(self, environ: "WSGIEnvironment") -> bool:
        """Is it one of the hosts of this installation?"""
        try:
            return bool(get_host(environ, self.app.config["TRUSTED_HOSTS"]))
        except SecurityError:
            return False

    def _common(self, environ: "WSGIEnvironment") -> list[tuple[str, str]]:
        """What stands on every such answer, whoever asks and wherever it leads."""
        if not self.common:
            path = links.PATH + links.EXAMPLE
            alone = EnvironBuilder(path, base_url=f"https://{get_host(environ)}").get_environ()
            with self.app.request_context(alone):
                response = self.app.process_response(Response(status=302))
            self.common = response.get_wsgi_headers(alone).to_wsgi_list()
        return self.common


def init_app(app: Flask) -> None:
    """Before the parts that look at where a request comes from: these stand around it."""
    app.__dict__["wsgi_app"] = Redirects(app, app.wsgi_app)
