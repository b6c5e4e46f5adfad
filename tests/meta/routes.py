"""The routes of the application, and how they are called."""

from collections.abc import Iterator

from flask import Flask, url_for
from werkzeug.routing import Rule

from promosms.web.access import Access
from tests.meta.route_arguments import ARGUMENTS
from tests.meta.stage import Stage

IGNORED = {"HEAD", "OPTIONS"}
# Routes that providers call: no session and no form, but a secret address or a signature.
# They are tested in tests/views/webhooks and tests/cards.
# Browsers call the last one by themselves; it is tested in tests/views/security.
PROVIDERS = {"webhooks.receipt", "webhooks.inbound", "billing.stripe_webhook", "security.report"}


def for_programs(app: Flask, endpoint: str) -> bool:
    """Is it an endpoint of the API, which a key opens, and no user in any role?

    Each is called with every kind of key in tests/views/api and tests/views/rest32.
    """
    return getattr(app.view_functions[endpoint], "access", None) in (Access.KEY, Access.LOGIN)


def routes(app: Flask, method: str) -> Iterator[Rule]:
    """All routes for people that accept this method."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PROVIDERS or for_programs(app, rule.endpoint):
            continue
        if method in (rule.methods or set()):
            yield rule


def path(stage: Stage, rule: Rule, name: str = "") -> str:
    """The path of a route for the object `name`, or for that of ARGUMENTS."""
    if rule.endpoint == "static":
        return "/static/css/components.css"
    file = rule.arguments > {"kind"}  # of an invoice
    values = {"kind": "pdf"} if file else {}
    for argument in rule.arguments - values.keys():
        assert rule.endpoint in ARGUMENTS, (
            f"tests/meta/route_arguments.py has no object for {rule.endpoint}"
        )
        values[argument] = name or stage.ids[ARGUMENTS[rule.endpoint]]
    with stage.app.test_request_context(base_url="https://localhost"):
        return url_for(rule.endpoint, **values)
