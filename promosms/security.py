"""HTTPS, trusted proxies and security headers: Talisman, and what it leaves open."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from flask_login import current_user
from flask_talisman import Talisman
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}
DENIED = ("browsing-topics", "camera", "geolocation", "microphone", "payment", "usb")
PERMISSIONS = dict.fromkeys(DENIED, "()")


class ForwardedHeaders:
    """Drops the forwarded headers that no trusted proxy of ours can have written.

    Talisman believes `X-Forwarded-Proto` from anybody, so the headers go before it looks.
    """

    NAMES = ("PROTO", "FOR", "HOST", "PORT", "PREFIX", "SSL")

    def __init__(self, wsgi_app: "WSGIApplication", proxies: int) -> None:
        self.trusted = ProxyFix(wsgi_app, x_for=proxies, x_proto=proxies)
        self.proxies = proxies

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        forwarded = any(f"HTTP_X_FORWARDED_{name}" in environ for name in self.NAMES)
        environ["promosms.forwarded"] = forwarded or "HTTP_FORWARDED" in environ
        if not self.proxies:
            for name in self.NAMES:
                environ.pop(f"HTTP_X_FORWARDED_{name}", None)
        return self.trusted(environ, start_response)


def init_app(app: Flask) -> None:
    """First of all extensions, so that nothing answers before HTTPS is enforced."""
    stripped = ForwardedHeaders(app.wsgi_app, app.config["TRUSTED_PROXIES"])
    app.__dict__["wsgi_app"] = stripped  # the documented place for middleware
    app.before_request(_refuse_unencrypted_posts)
    Talisman(
        app,
        force_https_permanent=True,
        strict_transport_security_include_subdomains=False,
        content_security_policy=CONTENT_POLICY,
        permissions_policy=PERMISSIONS,
        referrer_policy="same-origin",
        frame_options="DENY",
        session_cookie_samesite="Lax",
    )
    app.after_request(_complete_headers)


def came_directly(request: Request) -> bool:
    """Did the request come from this machine itself, not through any proxy?"""
    local = request.remote_addr in ("127.0.0.1", "::1")
    return local and not request.environ.get("promosms.forwarded")


def _refuse_unencrypted_posts() -> tuple[str, int] | None:
    # A redirect would make the browser send the form, password included, a second time.
    if request.method not in ("GET", "HEAD", "OPTIONS") and not request.is_secure:
        return "This address accepts forms over HTTPS only.", 403
    return None


def _complete_headers(response: Response) -> Response:
    headers = response.headers
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.endpoint != "static" and "Cache-Control" not in headers:
        signed_in = current_user and current_user.is_authenticated
        headers["Cache-Control"] = "no-store" if signed_in else "no-cache"
    return response
