"""Registration asks for two fields and ignores all others."""

from flask import Flask
from sqlalchemy import Column, select

from promosms.extensions import db
from promosms.models import Account, Company, EmailLink, Model, User
from promosms.services.policies import versions as policy_versions
from tests.support.pages import PageClient
from tests.views.auth.outbox import last_link

FORM = {"email": "anna@example.com", "phone": "+44 7400 123456"}
# The CSRF token, the honeypots, the time when the page was opened, and the proof of work.
TECHNICAL = {"csrf_token", "website", "altcha", "opened", "proof"}
CANARY = "canary-4711"
# What differs between two registrations of the same person.
OWN = {
    *("id", "public_id", "account_id", "user_id", "system_hash", "token_hash"),
    *("created_at", "expires_at", "system_expires_at", "signed_in_at", "seen_at"),
}


def register(app: Flask, extra: dict[str, str]) -> dict[str, dict[str, object]]:
    """Register with extra fields; returns the columns of the stored rows."""
    browser = PageClient(app)
    browser.post_page("/register", {**FORM, **extra})
    link = last_link(app)
    with app.app_context():
        request = columns_of(db.session.scalars(select(EmailLink)).one())
    browser.post_page(link, extra)
    with app.app_context():
        user = db.session.scalars(select(User)).one()
        return {"asked": request, "user": columns_of(user), "account": columns_of(user.account)}


def columns_of(row: object) -> dict[str, object]:
    """The columns of a row that are the same in every registration."""
    assert isinstance(row, Model)
    return {c.name: getattr(row, c.name) for c in row.__table__.columns if c.name not in OWN}


def _default(column: Column[object]) -> object:
    """The default value of a column."""
    default = column.default
    return default.arg if default is not None and default.is_scalar else None


def test_the_form_has_two_personal_fields_and_no_other(visitor: PageClient) -> None:
    page = visitor.get_page("/register")
    form = page.select_one("main form")
    assert form is not None
    names = {str(tag["name"]) for tag in form.select("input, select, textarea") if tag.get("name")}
    assert names - TECHNICAL == {"email", "phone"}
    hidden = {str(tag["name"]) for tag in form.select("input[type=hidden]")}
    assert hidden <= TECHNICAL


def test_extra_fields_are_not_stored(app: Flask) -> None:
    columns = {
        column.name
        for model in (Account, User, EmailLink, Company)
        for column in model.__table__.columns
    }
    extra = dict.fromkeys(columns - set(FORM), CANARY)
    extra |= {f"{model}.{name}": CANARY for model in ("user", "account") for name in ("role", "id")}
    assert len(extra) >= 30
    stored = register(app, extra)
    with app.app_context():
        for table in Model.metadata.sorted_tables:
            for row in db.session.execute(select(table)):
                assert CANARY not in str(tuple(row)), table.name
    account, user = stored["account"], stored["user"]
    assert (account["region"], account["timezone"]) == ("GB", "Europe/London")
    assert (user["role"], user["email"], user["phone"]) == (
        "owner",
        "anna@example.com",
        "+447400123456",
    )
    assert user["password_hash"] is None
    left = {**account, **user}
    for name in ("region", "timezone", "role", "email", "phone", "language"):
        del left[name]
    assert left["terms_version"]
    defaults = {"status", "balance", "terms_version", "log_key"}  # set by the application
    usual = {c.name: _default(c) for m in (Account, User) for c in m.__table__.columns}
    assert {n: v for n, v in left.items() if n not in defaults and v} == {
        n: usual[n] for n in left if n not in defaults and usual[n]
    }


def test_the_accepted_version_is_stored(app: Flask, visitor: PageClient) -> None:
    terms = visitor.get_page("/terms").get_text()
    assert "article 28 of the General Data Protection Regulation" in terms
    assert register(app, {})["account"]["terms_version"] == policy_versions.latest().name
    page = visitor.get_page(f"/privacy/versions/{policy_versions.latest().name}")
    assert "article 28 of the General Data Protection Regulation" in page.get_text()
