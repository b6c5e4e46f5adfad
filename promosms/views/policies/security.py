"""Security: a page for readers, security.txt for researchers, reports of browsers."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from promosms import logs
from promosms.extensions import csrf
from promosms.models import now
from promosms.settings import settings
from promosms.urls import public_address
from promosms.web import headers
from promosms.web.access import Access, allow
from promosms.web.limits import limit

bp = Blueprint("security", __name__)
log = logs.get(__name__)

SAMPLES = Path(__file__).resolve().parents[3] / "docs" / "samples"
SHOWN = (("curl", "tls.sh"), ("Python", "tls.py"), ("PHP", "tls.php"))
LARGEST_REPORT = 16 * 1024
MOST_REPORTS = 5  # of one call
VALID = timedelta(days=180)  # RFC 9116 advises less than a year
TEXT = "/.well-known/security.txt"


@bp.route("/security")
@allow(Access.PUBLIC)
def page() -> ResponseReturnValue:
    """How to report a weakness, and how the service is protected."""
    return render_template("security/page.html", address=report_address(), mail=_is_mail())


@bp.route("/security/tls")
@allow(Access.PUBLIC)
def tls() -> ResponseReturnValue:
    """How programs connect; the samples are run by the tests."""
    samples = [(name, file, (SAMPLES / file).read_text()) for name, file in SHOWN]
    return render_template("security/tls.html", samples=samples, address=public_address(""))


@bp.route(TEXT)
@allow(Access.PUBLIC)
def text() -> ResponseReturnValue:
    """How to report a weakness, for programs (RFC 9116)."""
    expires = (now() + VALID).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        ("Contact", f"mailto:{report_address()}" if _is_mail() else report_address()),
        ("Expires", expires.strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("Preferred-Languages", ", ".join(settings.languages)),
        ("Canonical", public_address(TEXT)),
        ("Policy", public_address("/security")),
    )
    written = "".join(f"{name}: {value}\n" for name, value in lines)
    return Response(written, content_type="text/plain; charset=utf-8")


@bp.route(headers.REPORTS, methods=["POST"])
@allow(Access.PUBLIC)
@csrf.exempt  # browsers send these without a token
@limit("20/minute;200/day")
def report() -> ResponseReturnValue:
    """Log violations of the content policy that browsers report: the rule and the endpoint.

    Nothing else is kept: the rest may contain addresses with secrets, and texts.
    """
    request.max_content_length = LARGEST_REPORT
    try:
        violations = list(_violations(json.loads(request.get_data())))[:MOST_REPORTS]
    except RequestEntityTooLarge:
        return Response(status=413)
    except (ValueError, RecursionError):
        return Response(status=400)
    for rule, address in violations:
        code = rule if rule in headers.CONTENT_POLICY else "other"
        log.warning("csp.violation", extra={"code": code, "endpoint": _endpoint(address)})
    return Response(status=204)


def report_address() -> str:
    """The address for reports; without a setting the mailbox of RFC 2142."""
    configured: str = settings.security_contact or settings.operator_email
    host = public_address("").removeprefix("https://").partition(":")[0].partition("/")[0]
    return configured or f"security@{host}"


def _is_mail() -> bool:
    return not report_address().startswith("https://")


def _violations(content: Any) -> Iterator[tuple[str, str]]:
    """Rule and page of each report, in the format of `report-uri` or `report-to`."""
    for report in content if isinstance(content, list) else [content]:
        body = report.get("body", report.get("csp-report")) if isinstance(report, dict) else None
        if isinstance(body, dict):
            rule = body.get("effectiveDirective") or body.get("effective-directive")
            rule = rule or body.get("violated-directive")  # its name in older browsers
            yield str(rule), str(body.get("documentURL") or body.get("document-uri"))


def _endpoint(address: str) -> str:
    """The endpoint of an address, without its arguments."""
    # JSON may hold half of a surrogate pair, which no address can.
    address = address.encode(errors="replace").decode()
    path = "/" + address.partition("://")[2].partition("/")[2].partition("?")[0]
    try:
        endpoint: str = current_app.url_map.bind("").match(path.partition("#")[0], method="GET")[0]
    except HTTPException:
        return "unknown"
    return endpoint
