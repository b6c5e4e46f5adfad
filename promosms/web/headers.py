"""The security headers of every answer, and the addresses to which browsers report."""

from flask import Flask, Response, request
from flask_login import current_user
from flask_talisman import Talisman

from promosms.settings import settings_of

REPORTS = "/security/reports"
# No nonces: nothing is inline. The two modules build pages from text nowhere, so that nobody can
# smuggle any in: `trusted-types 'none'` lets no script make an exception.
CONTENT_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
    "report-uri": REPORTS,
    "report-to": "csp",
}
DENIED = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture"),
    *("encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid"),
    *("identity-credentials-get", "idle-detection", "local-fonts", "magnetometer", "microphone"),
    *("midi", "payment", "picture-in-picture", "publickey-credentials-get"),
    *("screen-wake-lock", "serial", "storage-access", "usb", "window-management"),
    "xr-spatial-tracking",
)
PERMISSIONS = dict.fromkeys(DENIED, "()")
YEAR = 31_536_000  # seconds
# Whoever leaves leaves nothing in the browser. Not "cookies": that would also take the language
# and whatever other services on sub-domains have set.
LEAVING = {"auth.sign_out", "leaving.leave", "leaving.by_link"}


def init_app(app: Flask) -> None:
    """Talisman sets what it knows, the rest is added."""
    Talisman(
        app,
        force_https_permanent=True,
        strict_transport_security_max_age=YEAR,
        strict_transport_security_include_subdomains=settings_of(app).hsts_subdomains,
        strict_transport_security_preload=False,
        content_security_policy=CONTENT_POLICY,
        permissions_policy=PERMISSIONS,
        referrer_policy="same-origin",  # with "no-referrer" no form would pass the CSRF check
        frame_options="DENY",
        session_cookie_samesite="Lax",
    )
    app.after_request(_complete)


def _complete(response: Response) -> Response:
    headers = response.headers
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Reporting-Endpoints"] = f'csp="{REPORTS}"'
    if not request.is_secure:
        return response  # whoever has left HTTPS has not been looked at
    if request.endpoint in LEAVING and response.status_code == 303:
        headers["Clear-Site-Data"] = '"cache", "storage"'
    if request.endpoint != "static" and "Cache-Control" not in headers:
        signed_in = current_user and current_user.is_authenticated
        headers["Cache-Control"] = "no-store" if signed_in else "no-cache"
    return response
