"""No URL and no form reaches objects of another account."""

import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import Account
from promosms.services.recipients import lists, recipients
from promosms.services.recipients.consent import Basis
from promosms.web.access import Access, access_of
from tests.meta.route_arguments import ARGUMENTS
from tests.meta.routes import path, routes
from tests.meta.stage import CONSENT, DRAFT, Stage, form

# Ending a session that has already ended must not be an error, so this accepts every id.
SILENT = {"settings.end_session"}
# Ids of objects of another account in form fields and query strings.
BY_FIELD = [
    ("recipients.delete_many", "recipient", "recipient"),
    ("recipients.bulk", "recipient", "recipient"),
    ("recipients.bulk", "list", "list"),
    ("recipients.bulk", "from_list", "list"),
    ("bulk_actions.choose", "recipient", "recipient"),
    ("bulk_actions.choose", "list", "list"),
    ("bulk_actions.choose", "to-list", "list"),
    ("workbooks.start", "list", "list"),
    ("workbooks.start", "segment", "segment"),
    ("recipients.add", "lists", "list"),
    ("recipients.add", "wording", "wording"),
    ("sign_up_forms.new", "list", "list"),
    ("imports.paste", "wording", "wording"),
    ("imports.paste", "list", "list"),
    ("segments.new", "c0-list", "list"),
    ("segments.count", "c0-list", "list"),
    ("campaigns.new", "audience", "list"),
    ("campaigns.new", "key", "campaign draft"),
    ("campaigns.new", "without", "list"),
    ("campaigns.new", "sender", "sender approved"),
    ("campaigns.autosave", "sender", "sender approved"),
    ("campaigns.autosave", "draft", "campaign draft"),
    ("campaigns.autosave", "key", "campaign draft"),
    ("campaigns.autosave", "audience", "list"),
    ("automations.new", "audience", "list"),
    ("automations.new", "joined", "list"),
    ("automations.new", "without", "list"),
    ("automations.new", "sender", "sender approved"),
    ("automations.new", "key", "automation off"),
]
BY_QUERY = {
    "/recipients?list={}": "list",
    "/recipients?after={}": "recipient",
    "/recipients/add?list={}": "list",
    "/recipients/opt-outs?after={}": "suppression",
    "/campaigns/new?list={}": "list",
    "/segments/new?list={}": "list",
    "/sign-up-forms/new?list={}": "list",
    "/campaigns/new?segment={}": "segment",
    "/templates/new?campaign={}": "campaign finished",
    "/recipients?segment={}": "segment",
}
OWN = ("Regulars", "+48601111111", "601 111 111", "+48601111119", "601 111 119")


def of_accounts(app: Flask, endpoint: str) -> bool:
    with app.app_context():
        return access_of(endpoint) not in (Access.PUBLIC, Access.ADMIN)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_objects_of_another_account_are_not_found(stage: Stage, method: str) -> None:
    strangers = stage.cast.stranger.browser()
    strangers.get_page("/privacy")
    before = stage.rows()
    for rule in routes(stage.app, method):
        if not rule.arguments or not of_accounts(stage.app, rule.endpoint):
            continue
        for name in stage.of(ARGUMENTS[rule.endpoint]):
            address = path(stage, rule, name)
            if method == "GET":
                response = strangers.get(address)
            else:
                response = strangers.send(address, form(rule.endpoint, stage))
            expected = 303 if rule.endpoint in SILENT else 404
            assert response.status_code == expected, f"{method} {address}: {response.status}"
            assert not [word for word in OWN if word in response.text], address
    assert stage.rows() == before


def test_an_object_of_another_account_looks_like_a_missing_object(stage: Stage) -> None:
    strangers = stage.cast.stranger.browser()
    for rule in routes(stage.app, "GET"):
        if rule.arguments and of_accounts(stage.app, rule.endpoint):
            existing = strangers.get(path(stage, rule)).text
            missing = strangers.get(path(stage, rule, "0" * 20)).text
            assert without_addresses(existing) == without_addresses(missing), rule.endpoint


@pytest.mark.parametrize(("endpoint", "field", "kind"), BY_FIELD)
def test_a_form_cannot_name_objects_of_another_account(
    stage: Stage, endpoint: str, field: str, kind: str
) -> None:
    strangers = stage.cast.stranger.browser()
    own_objects = {"recipient": recipient_of(stage, "601222444"), "list": list_of(stage, "Mine")}
    filled = {"phone": "+48601222333", "text": "+48601222333", **CONSENT}
    if endpoint == "recipients.bulk":
        filled = own_objects
    elif endpoint.startswith("segments."):
        filled = {"c0-kind": "list", "c0-subject": "list", "c0-test": "on", "name": "Theirs"}
    elif endpoint.startswith("sign_up_forms."):
        filled = form(endpoint, stage)
    elif endpoint.startswith("campaigns."):
        filled = dict(DRAFT)
    elif endpoint.startswith("automations."):
        filled = form(endpoint, stage) | ({"trigger": "joined"} if field == "joined" else {})
    (rule,) = (rule for rule in routes(stage.app, "POST") if rule.endpoint == endpoint)
    before = stage.rows()
    for action in ("save", "remove", "delete"):
        named = {**filled, "action": action, field: stage.ids[kind]}
        response = strangers.send(path(stage, rule), named)
        assert response.status_code < 500
        assert not [word for word in OWN if word in response.text]
    after = stage.rows()
    for table, rows in before.items():
        assert set(rows) <= set(after[table]), table
    assert after["list_recipients"] == before["list_recipients"]
    assert after["campaign_lists"] == before["campaign_lists"]


def recipient_of(stage: Stage, number: str) -> str:
    """A recipient of the stranger, on no list."""
    with stage.app.app_context():
        account = db.session.get_one(Account, stage.cast.stranger.account_id)
        return recipients.add(account, {"phone": number}, Basis()).public_id


def list_of(stage: Stage, name: str) -> str:
    """An empty list of the stranger."""
    with stage.app.app_context():
        return lists.create(stage.cast.stranger.account_id, name).public_id


@pytest.mark.parametrize("address", BY_QUERY)
def test_a_query_cannot_name_objects_of_another_account(stage: Stage, address: str) -> None:
    for public_id in stage.of(BY_QUERY[address]):
        page = stage.cast.stranger.browser().get_page(address.format(public_id))
        assert not [word for word in OWN if word in page.get_text()]


def without_addresses(html: str) -> str:
    """The page without the lines that contain its own address."""
    lines = html.splitlines()
    return "\n".join(line for line in lines if 'name="page"' not in line and "csrf" not in line)
