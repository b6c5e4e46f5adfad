"""Ids of another account in unexpected fields and queries; and no sequential ids."""

import re

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from promosms.extensions import db
from promosms.models import Account, Model
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from promosms.web.access import Access, access_of
from tests.meta.routes import path, routes
from tests.meta.stage import FORMS, Stage, form
from tests.meta.test_masking import contents
from tests.meta.test_tenancy import OWN, of_accounts

# Parameters by which a request could name objects, if a view read them.
NAMES = {
    "list": "list",
    "lists": "list",
    "from_list": "list",
    "audience": "list",
    "recipient": "recipient",
    "key": "campaign draft",
    "campaign": "campaign sending",
    "after": "recipient",
    "before": "campaign draft",
    "import": "import mapping",
    "session": "session",
    "guest": "guest",
    "export": "account_export",
    "workbook": "workbook",
    "top_up": "top_up open",
    "order": "top_up open",
    "invoice": "invoice",
    "suppression": "suppression by hand",
    "account": "account",
    "account_id": "account",
    "public_id": "recipient",
}
COUNTED = re.compile(r"/\d{1,19}(?:/|$)")


def own_rows(stage: Stage) -> dict[str, list[str]]:
    """All rows of the owner's account."""
    with stage.app.app_context():
        rows = {}
        for table in Model.metadata.sorted_tables:
            if "account_id" in table.c:
                query = select(table).where(table.c.account_id == stage.cast.owner.account_id)
                rows[table.name] = sorted(repr(tuple(row)) for row in db.session.execute(query))
        db.session.remove()
    return rows


def check(response: TestResponse, address: str) -> None:
    assert response.status_code < 500, address
    text = contents(response.data)
    assert not [word for word in OWN if word in text], address
    response.close()


def test_no_page_accepts_ids_of_another_account(stage: Stage) -> None:
    strangers, before = stage.cast.stranger.browser(), own_rows(stage)
    named = {name: stage.ids[kind] for name, kind in NAMES.items()}
    number = {**named, "account_id": str(stage.cast.owner.account_id), "before": "999", "id": "1"}
    for rule in routes(stage.app, "GET"):
        if of_accounts(stage.app, rule.endpoint) and not rule.arguments:
            for query in (named, number):
                address = path(stage, rule)
                check(strangers.get(address, query_string=query), address)
    assert own_rows(stage) == before


def test_no_form_accepts_ids_of_another_account(stage: Stage) -> None:
    before = own_rows(stage)
    named = {name: stage.ids[kind] for name, kind in NAMES.items()}
    named["account_id"] = str(stage.cast.owner.account_id)
    for rule in routes(stage.app, "POST"):
        if of_accounts(stage.app, rule.endpoint) and not rule.arguments:
            address = path(stage, rule)
            strangers = stage.cast.stranger.browser()
            check(strangers.send(address, {**form(rule.endpoint, stage), **named}), address)
    after = own_rows(stage)
    assert {name for name in before if before[name] != after[name]} == set()


def test_a_recipient_is_not_put_on_a_list_of_another_account(stage: Stage) -> None:
    with stage.app.app_context():
        account = db.session.get_one(Account, stage.cast.stranger.account_id)
        recipient_id = recipients.add(account, {"phone": "+48601222444"}, Basis()).public_id
    before, strangers = stage.rows()["list_recipients"], stage.cast.stranger.browser()
    rules = {rule.endpoint: rule for rule in routes(stage.app, "POST")}
    filled = {**FORMS["recipients.edit"], "lists": stage.ids["list"]}
    check(
        strangers.send(path(stage, rules["recipients.edit"], recipient_id), filled),
        "recipients.edit",
    )
    assert stage.rows()["list_recipients"] == before


def test_no_address_contains_a_sequential_id(stage: Stage) -> None:
    browsers = {name: getattr(stage.cast, name).browser() for name in ("owner", "admin")}
    seen = 0
    for rule in routes(stage.app, "GET"):
        admins = access(stage.app, rule.endpoint) is Access.ADMIN
        response = browsers["admin" if admins else "owner"].get(path(stage, rule))
        if response.mimetype == "text/html":
            for link_path in re.findall(r'(?:href|action)="(/[^"?#]*)', response.text):
                assert not COUNTED.search(link_path), f"{rule.endpoint}: {link_path}"
                seen += 1
        response.close()
    assert seen > 500


def test_no_route_has_a_numeric_argument(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert not re.search(r"<(int|float)\b", rule.rule), rule.rule


def test_public_ids_are_random(app: Flask) -> None:
    for mapper in Model.registry.mappers:
        column = mapper.class_.__table__.c.get("public_id")
        if column is not None and column.default is not None:
            ids = {column.default.arg(None) for _ in range(50)}
            assert len(ids) == 50
            assert all(len(public_id) >= 20 for public_id in ids), mapper.class_.__tablename__


def access(app: Flask, endpoint: str) -> Access | None:
    with app.app_context():
        return access_of(endpoint)
