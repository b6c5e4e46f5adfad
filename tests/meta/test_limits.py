"""Every public form has a rate limit."""

from flask import Flask
from flask_limiter.util import get_qualified_name
from werkzeug.routing import Rule

from promosms.extensions import limiter
from promosms.web.access import Access, access_of
from tests.meta.routes import IGNORED
from tests.meta.sources import PACKAGE


def public(app: Flask) -> list[Rule]:
    with app.app_context():
        return [
            rule
            for rule in app.url_map.iter_rules()
            if access_of(rule.endpoint) is Access.PUBLIC
            and (rule.methods or set()) - IGNORED - {"GET"}
        ]


def test_every_public_form_has_a_limit(app: Flask) -> None:
    rules = public(app)
    assert {"auth.sign_in", "webhooks.receipt", "policies.choose_language"} <= {
        rule.endpoint for rule in rules
    }
    for rule in rules:
        view = app.view_functions[rule.endpoint]
        limits = limiter.limit_manager.decorated_limits(get_qualified_name(view))
        assert limits, rule.endpoint
        for limit in limits:
            assert not limit.methods or "POST" in {name.upper() for name in limit.methods}


def test_every_limit_follows_the_rule_of_lines_and_networks() -> None:
    users = {file.name for file in PACKAGE.rglob("*.py") if "limiter.limit(" in file.read_text()}
    assert users == {"limits.py"}
