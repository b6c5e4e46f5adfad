"""The security headers of every response, and the address for reports of browsers."""

from flask import Flask, Response, request, session
from flask_login import current_user
from flask_talisman import Talisman

from promosms.settings import settings_of
from promosms.web import secret_addresses

REPORTS = "/security/reports"
# No nonces: nothing is inline. Our scripts never build HTML from text, and `trusted-types 'none'`
# allows no exception.
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
# Style sheets, scripts, type and pictures are no documents: nothing can frame them or use a camera
# in them. On a first visit there would be more of such headers than of content. The first policy is
# for workers, the second one for a picture that somebody opens as a page: no script, no origin.
FILE_POLICY = (
    "default-src 'none'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
PICTURE_POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"
FILES = {
    **dict.fromkeys(("text/css", "text/javascript", "font/woff2"), FILE_POLICY),
    **dict.fromkeys(("image/svg+xml", "image/webp"), PICTURE_POLICY),
}
OF_DOCUMENTS = (
    *("Permissions-Policy", "Reporting-Endpoints", "X-Frame-Options"),
    "Cross-Origin-Opener-Policy",
)
# After these the browser is cleared. Not "cookies": that would also delete the language and cookies
# of other services on sub-domains.
CLEARING = {"auth.sign_out", "delete_account.delete", "delete_account.by_link"}


def init_app(app: Flask) -> None:
    """Talisman sets most headers, `_complete` the others, `_guard` has the last word."""
    app.after_request(_guard)  # what is registered first comes last
    Talisman(
        app,
        force_https_permanent=True,
        strict_transport_security_max_age=YEAR,
        strict_transport_security_include_subdomains=settings_of(app).hsts_subdomains,
        strict_transport_security_preload=False,
        content_security_policy=CONTENT_POLICY,
        permissions_policy=PERMISSIONS,
        referrer_policy="same-origin",
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
        return response  # refused before the user was loaded
    if request.endpoint in CLEARING and response.status_code == 303:
        headers["Clear-Site-Data"] = '"cache", "storage"'
    if request.endpoint != "static" and "Cache-Control" not in headers:
        signed_in = current_user and current_user.is_authenticated
        headers["Cache-Control"] = "no-store" if signed_in else "no-cache"
    return response


def _guard(response: Response) -> Response:
    if request.endpoint == "static" and response.mimetype in FILES:
        response.headers["Content-Security-Policy"] = FILES[response.mimetype]
        for name in OF_DOCUMENTS:
            response.headers.pop(name, None)
        session.accessed = False  # a file is the same for everybody: no "Vary: Cookie"
    secret_addresses.guard(request, response)
    return response
