"""The routes of the application, and how they are called."""

from collections.abc import Iterator

from flask import Flask, url_for
from werkzeug.routing import Rule

from tests.meta.stage import ARGUMENTS, Stage

IGNORED = {"HEAD", "OPTIONS"}
# What providers call: no page, no session and no form, but a secret address or a signature.
# Their tests stand in tests/views/webhooks and tests/cards.
# Browsers call the last one by themselves; its tests stand in tests/views/security.
PROVIDERS = {"webhooks.receipt", "webhooks.inbound", "billing.stripe_webhook", "security.report"}


def routes(app: Flask, method: str) -> Iterator[Rule]:
    """All rules for people that take this method."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or set()) and rule.endpoint not in PROVIDERS:
            yield rule


def path(stage: Stage, rule: Rule, name: str = "") -> str:
    """The address of a route for a thing: the named one, or the one its action is made for."""
    if rule.endpoint == "static":
        return "/static/app.css"
    values = {"kind": "pdf"} if "kind" in rule.arguments else {}  # a file of an invoice
    for argument in rule.arguments - values.keys():
        assert rule.endpoint in ARGUMENTS, f"tests/meta/stage.py has no thing for {rule.endpoint}"
        values[argument] = name or stage.things[ARGUMENTS[rule.endpoint]]
    with stage.app.test_request_context(base_url="https://localhost"):
        return url_for(rule.endpoint, **values)
