"""Admins see no numbers and no texts that an account collected, on any page and in any file."""

import io
import re
import zipfile
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import String, Text, select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.models import (
    FIELD_NAMES,
    Account,
    Consent,
    ConsentHow,
    Gateway,
    Model,
    Privacy,
    Recipient,
    User,
)
from promosms.models.guards import GUARDED
from promosms.services.auth.rights import Right
from promosms.services.gateways import gateways, test_texts
from promosms.services.recipients import consents, wordings
from promosms.services.recipients.consent import Basis
from promosms.web.access import Access, access_of
from tests.meta.route_arguments import ARGUMENTS
from tests.meta.routes import path, routes
from tests.meta.stage import FORMS, Stage, form
from tests.support.pages import PageClient

CANARY = "Zyxkanarek"
NUMBER = re.compile(r"601\D{0,8}2\D{0,3}9\D{0,3}9\D{0,3}\d\D{0,3}\d\D{0,3}\d")
WORDS = (
    *(name for name in FIELD_NAMES if name != "phone"),
    "search",
    *("content", "typed", "text", "text_b", "name", "filename", "target"),
    *("title_en", "title_pl", "lead_en", "lead_pl", "keyword", "delivery_url", "why"),
)
NO_WORDS = (
    *("public_id", "country", "consent", "problem", "reference", "status", "source", "language"),
    *(
        "attention_status",
        "event",
        "word",
        "batch",
        "recipient",
        "decision",
        "decided_by",
        "by",
        "series",
        "digest",
        "how",
        "state",
    ),
    *(
        "kind",
        "grouped_by",
        "follow_up_kind",
        "our_reference",
        "inbound_number",
        "concat_ref",
        "sender",
        "encoding",
        "reason",
        "lease_token",
    ),
    *("stored_as", "zone", "delimiter", "mapping", "mode", "error", "phone"),
    *("address", "address_hash", "code_hash", "decided_by", "standing", "token", "created_by"),
    *("stopped_why", "guard_passed", "planned_time", "planned_zone", "first_zone"),
    *("service_confirmed_by", "not_started", "detail", "window"),
    *("trigger", "weekdays", "clock", "outcome", "occasion"),
    *("measure", "better", "request"),
    *("about", "asked_by"),
)
"""Columns with codes and internal names. A new column must be here or in WORDS."""


def number(row: int) -> str:
    return f"+48601299{row % 1000:03d}"


def plant(stage: Stage) -> None:
    """Write a canary into every field that contains data of a customer."""
    with stage.app.app_context(), transaction() as session:
        for table in Model.metadata.sorted_tables:
            collected = table.name in COLLECTED
            if table.name in GUARDED or not (collected or table is User.__table__):
                continue
            names = {column.name for column in table.columns}
            for (row,) in session.execute(select(table.c.id)).all() if "id" in names else ():
                values = {"phone": number(row)} if "phone" in names else {}
                if collected:
                    for column in names & set(WORDS):
                        longest = getattr(table.c[column].type, "length", None)
                        values[column] = f"{CANARY} {row}"[:longest]
                if values:
                    session.execute(update(table).where(table.c.id == row).values(values))
        for account_id in session.scalars(select(Account.id)).all():
            _plant_consents(session, account_id)


def _plant_consents(session: Session, account_id: int) -> None:
    """The database refuses to change the evidence of consents: new ones, with a canary."""
    words = wordings.add(account_id, CANARY, "en", f"{CANARY} agrees", "")
    basis = Basis(Consent.GIVEN, CANARY, date(2026, 1, 2), words.id)
    act_id = consents.make(session, account_id, basis, ConsentHow.HAND)
    mine = update(Recipient).where(Recipient.account_id == account_id)
    session.execute(mine.values(consent="given", consent_id=act_id))


COLLECTED = {
    mapper.class_.__tablename__
    for mapper in Model.registry.mappers
    if mapper.class_.privacy is Privacy.COLLECTED
}


def contents(data: bytes) -> str:
    """The content of a response, also of a ZIP."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        return "\n".join(contents(files.read(name)) for name in files.namelist())


def shown(text: str) -> list[str]:
    """The canaries in a response."""
    plain = text.replace("&#43;", "+").replace("&nbsp;", " ")
    return [*re.findall(CANARY, plain, re.IGNORECASE), *NUMBER.findall(plain)]


def of_admins(app: Flask, endpoint: str) -> bool:
    with app.app_context():
        return access_of(endpoint) is Access.ADMIN


def test_every_text_column_has_a_canary_or_an_exception() -> None:
    for name in COLLECTED:
        for column in Model.metadata.tables[name].columns:
            if isinstance(column.type, String | Text):
                assert column.name in WORDS or column.name in NO_WORDS, f"{name}.{column.name}"


@pytest.mark.parametrize("text", ["Hi ZYXKANAREK 1", "+48 601 299 123", "601-299-123"])
def test_canaries_are_detected(text: str) -> None:
    assert shown(text)
    assert not shown("+48 *** *** 123")


def test_no_page_or_file_for_admins_shows_collected_data(stage: Stage) -> None:
    with stage.app.app_context():
        test_texts.send(gateway_of(stage), "+48601299777", "Hello", "admin")
    plant(stage)
    admin, owner = stage.cast.admin.browser(), stage.cast.owner.browser()
    assert shown(owner.get_page("/recipients").get_text())
    seen = 0
    for rule in routes(stage.app, "GET"):
        if not of_admins(stage.app, rule.endpoint):
            continue
        for name in stage.of(ARGUMENTS[rule.endpoint]) if rule.arguments else [""]:
            address = path(stage, rule, name)
            response = admin.get(address)
            assert response.status_code in (200, 303, 404), address
            assert shown(contents(response.data)) == [], address
            response.close()
            seen += response.status_code == 200
    assert seen > 20
    searched = f"/admin/accounts?q={number(stage.cast.owner.user_id)[1:]}"
    assert shown(without_typed_values(admin, searched)) == []


def without_typed_values(admin: PageClient, address: str) -> str:
    page = admin.get_page(address)
    return str(page.select("main table") or "")


def gateway_of(stage: Stage) -> Gateway:
    """The first gateway."""
    gateway = gateways.find(stage.ids["gateway"])
    assert gateway is not None
    return gateway


def test_no_form_of_admins_shows_collected_data(stage: Stage) -> None:
    plant(stage)
    admin = stage.cast.admin.browser()
    rules = {rule.endpoint: rule for rule in routes(stage.app, "POST")}
    for endpoint in FORMS:
        if of_admins(stage.app, endpoint):
            response = admin.send(path(stage, rules[endpoint]), form(endpoint, stage))
            assert response.status_code < 500
            assert shown(contents(response.data)) == [], endpoint


def test_admins_cannot_act_as_a_user(stage: Stage) -> None:
    admin = stage.cast.admin.browser()
    for rule in routes(stage.app, "GET"):
        with stage.app.app_context():
            access = access_of(rule.endpoint)
        if isinstance(access, Right):
            assert admin.get(path(stage, rule)).status_code == 403, rule.endpoint
