"""HTTPS and trusted proxies, as far as Talisman does not do it; headers are in `headers.py`."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Request

from promosms.language import gettext as _
from promosms.settings import settings_of
from promosms.web import headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SAFE_METHODS = ("GET", "HEAD")


class ForwardedHeaders:
    """Accepts forwarded headers of trusted proxies only.

    Talisman accepts `X-Forwarded-Proto` from everybody, so all of them are removed before it.
    """

    NAMES = ("PROTO", "FOR", "HOST", "PORT", "PREFIX", "SSL")

    def __init__(
        self, wsgi_app: "WSGIApplication", proxies: int, networks: Iterable[str] = ()
    ) -> None:
        self.wsgi_app = wsgi_app
        self.fixed = ProxyFix(self._without_port, x_for=proxies, x_proto=proxies, x_host=0)
        self.proxies = proxies
        self.networks = [ip_network(network) for network in networks]

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        forwarded = any(f"HTTP_X_FORWARDED_{name}" in environ for name in self.NAMES)
        environ["promosms.forwarded"] = forwarded or "HTTP_FORWARDED" in environ
        if self.proxies and self._from_proxy(environ.get("REMOTE_ADDR", "")):
            return self.fixed(environ, start_response)
        return self._without(environ, start_response)

    def _from_proxy(self, peer: str) -> bool:
        """Is the peer a trusted proxy? A peer without an address is connected by a Unix socket."""
        try:
            address = ip_address(peer)
        except ValueError:
            return not peer
        return any(address in network for network in self.networks)

    def _without_port(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = _address(environ.get("REMOTE_ADDR", ""))
        return self._without(environ, start_response)

    def _without(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        for name in self.NAMES:
            environ.pop(f"HTTP_X_FORWARDED_{name}", None)
        environ.pop("HTTP_FORWARDED", None)
        return self.wsgi_app(environ, start_response)


def _address(written: str) -> str:
    """The address alone: some proxies write the port of the client behind it."""
    written = written.strip().strip('"')
    if written.startswith("["):
        return written[1:].partition("]")[0]
    return written.partition(":")[0] if written.count(":") == 1 else written


def init_app(app: Flask) -> None:
    """First of all extensions: nothing may answer before HTTPS is enforced."""
    settings = settings_of(app)
    trusted = settings.trusted_proxies, settings.proxy_networks
    app.__dict__["wsgi_app"] = ForwardedHeaders(
        app.wsgi_app, *trusted
    )  # where Flask wants middleware
    app.before_request(_refuse_unencrypted)
    headers.init_app(app)


def came_directly(request: Request) -> bool:
    """Did the request come from this machine itself, not through any proxy?"""
    local = request.remote_addr in ("127.0.0.1", "::1")
    return local and not request.environ.get("promosms.forwarded")


def _refuse_unencrypted() -> Response | None:
    # With a redirect the browser would send the form, with its password, a second time.
    if request.method in SAFE_METHODS or request.is_secure:
        return None
    words = _(
        "Nothing was done: what you sent came over a connection that others can read. Open the "
        "page again with an address that begins with https:// and change your password if it "
        "was part of what you sent."
    )
    # Plain text, because a page would start a session over this connection.
    return Response(words, status=403, mimetype="text/plain")
