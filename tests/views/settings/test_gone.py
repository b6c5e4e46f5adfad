"""After the deletion: progress, certificate, and deletion without signing in."""

import io
import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import erasure as job
from promosms.models import Account, Email, EmailLink, Erasure, User, now
from promosms.services.auth import registration
from promosms.services.privacy import certificates, erasure_requests
from tests.support import engine
from tests.support.cast import PASSWORD, Cast
from tests.support.pages import PageClient, words
from tests.support.settings import override

YES = {"password": PASSWORD, "confirmed": "y"}


def leave(owner: PageClient) -> str:
    return owner.send("/settings/leave", YES).location


def erase(app: Flask, cast: Cast) -> None:
    with app.app_context():
        engine.erase(cast.owner.account_id)


def test_the_page_shows_the_progress_and_then_the_certificate(
    app: Flask, cast: Cast, owner: PageClient, visitor: PageClient
) -> None:
    link = leave(owner)
    page = visitor.get_page(link)
    assert page.select_one("[data-refresh]")
    assert visitor.get(f"{link}/certificate.json").status_code == 404
    erase(app, cast)
    page = visitor.get_page(link)
    assert not page.select_one("[data-refresh]")
    assert "Sign-ins of people 3" in words(page.get_text(" "))
    assert "gone from our servers" in visitor.get(f"{link}/progress").text
    response = visitor.get(f"{link}/certificate.json")
    assert "attachment" in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "no-store"
    with app.app_context():
        certificate = certificates.read(response.data)
    assert certificate["account"] == cast.owner.account_public_id
    assert certificate["erased"]["users"] == 3
    assert certificate["kept"] == []
    assert "@" not in response.text


def test_anybody_can_verify_a_certificate(
    app: Flask, cast: Cast, owner: PageClient, visitor: PageClient
) -> None:
    link = leave(owner)
    erase(app, cast)
    content = visitor.get(f"{link}/certificate.json").data
    page = visitor.post_page("/certificate", {"file": _file(content)})
    assert "The certificate is genuine" in page.get_text()
    changed = content.replace(b'"users": 3', b'"users": 1')
    assert changed != content
    for wrong in (changed, b"", b"{}", b"[]", b"\xff", b"[" * 50_000, content[:-9]):
        page = visitor.post_page("/certificate", {"file": _file(wrong)}, 422)
        assert "no certificate of ours" in page.get_text() or not wrong
    assert "PUBLIC KEY" in visitor.get("/.well-known/deletion-key.pem").text


def test_a_certificate_is_not_valid_elsewhere(app: Flask, cast: Cast, owner: PageClient) -> None:
    link = leave(owner)
    erase(app, cast)
    content = owner.get(f"{link}/certificate.json").data
    override(app, secret_key="another installation has another key")
    with app.app_context(), pytest.raises(certificates.NotOurs):
        certificates.read(content)


def test_the_page_is_available_for_a_week(
    app: Flask, cast: Cast, owner: PageClient, visitor: PageClient
) -> None:
    link = leave(owner)
    erase(app, cast)
    with app.app_context():
        with transaction() as session:
            session.execute(update(Erasure).values(finished_at=now() - timedelta(days=7, hours=1)))
        assert visitor.get(link).status_code == 404
        assert visitor.get(f"{link}/certificate.json").status_code == 404
        assert erasure_requests.forget_old() == 1
        assert db.session.scalar(select(func.count()).select_from(Erasure)) == 0


def test_unknown_links_get_the_same_status_and_store_nothing(
    app: Flask, cast: Cast, owner: PageClient, visitor: PageClient
) -> None:
    link = leave(owner)
    erase(app, cast)
    before = _stored(app)
    paths = ("/gone/unknown", "/gone/unknown/progress", "/gone/unknown/certificate.json")
    for path in (*paths, "/register/unknown", "/forgotten/unknown", "/leave/unknown"):
        response = visitor.get(path)
        assert response.status_code in (404, 410), path
        assert "unknown" not in response.text.replace("/unknown", "")
    assert _stored(app) == before
    assert visitor.get(link).status_code == 200


@pytest.mark.parametrize("state", ["a password", "none yet"])
def test_an_account_is_deleted_by_a_link_without_signing_in(
    app: Flask, cast: Cast, visitor: PageClient, state: str
) -> None:
    if state == "none yet":
        with app.app_context(), transaction() as session:
            user = session.get_one(User, cast.owner.user_id)
            user.password_hash, user.must_choose_password = None, True
    link = _asked(app, visitor, cast.owner.email)
    page = visitor.get_page(link)
    assert bool(page.select("input[type=password]")) == (state == "a password")
    if state == "a password":
        visitor.post_page(link, {"password": "wrong", "confirmed": "y"}, 422)
    visitor.post_page(link, {"password": PASSWORD}, 422)
    response = visitor.send(link, YES)
    assert response.status_code == 303
    erase(app, cast)
    assert "certificate" in visitor.get_page(response.location).get_text()
    visitor.get_page(link, 410)


def test_an_unfinished_registration_is_deleted(app: Flask, cast: Cast, visitor: PageClient) -> None:
    with app.app_context():
        registration.ask("half@example.com", "+48601000777")
    link = _asked(app, visitor, "half@example.com")
    visitor.get_page(link)
    visitor.post_page(link, {"confirmed": "y"})
    with app.app_context():
        job.tidy()
        assert db.session.scalar(select(func.count()).select_from(EmailLink)) == 0
        assert db.session.scalar(select(func.count()).select_from(Email)) == 0
        assert db.session.scalar(select(func.count()).select_from(Account)) == 2


def test_the_answer_is_the_same_for_known_and_unknown_addresses(
    app: Flask, cast: Cast, visitor: PageClient
) -> None:
    addresses = (cast.owner.email, cast.colleague.email, "nobody@example.com")
    pages = {
        words(visitor.post_page("/leave", {"email": address}).get_text()).replace(address, "…")
        for address in addresses
    }
    assert len(pages) == 1
    with app.app_context():
        emails = {row.recipient: row.subject for row in db.session.scalars(select(Email))}
    assert emails == {
        cast.owner.email: "Delete your PromoSMS account",
        cast.colleague.email: "Only the owner can delete the account",
        "nobody@example.com": "There is nothing to delete",
    }


def test_a_user_who_must_choose_a_password_may_delete_the_account(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    with app.app_context(), transaction() as session:
        user = session.get_one(User, cast.owner.user_id)
        user.password_hash, user.must_choose_password = None, True
    page = owner.get_page("/settings/leave")
    assert not page.select("input[type=password]")
    assert owner.send("/settings/leave", {"confirmed": "y"}).status_code == 303
    erase(app, cast)


def test_it_takes_three_steps_from_the_dashboard(owner: PageClient) -> None:
    assert owner.get_page("/dashboard").select('a[href="/settings"]')
    assert owner.get_page("/settings").select('a[href="/settings/leave"]')
    assert owner.get_page("/settings/leave").select('form[action="/settings/leave"]')


def _file(content: bytes) -> tuple[object, str]:
    return io.BytesIO(content), "certificate.json"


def _asked(app: Flask, visitor: PageClient, email: str) -> str:
    visitor.post_page("/leave", {"email": email})
    with app.app_context():
        query = select(Email.body).where(Email.recipient == email).order_by(Email.id.desc())
        body = db.session.scalars(query).first()
    assert body is not None
    link = next(line for line in body.splitlines() if "/leave/" in line)
    return link[link.index("/leave/") :]


def _stored(app: Flask) -> str:
    with app.app_context():
        tables = db.metadata.sorted_tables
        rows = [[tuple(row) for row in db.session.execute(table.select())] for table in tables]
    return json.dumps(rows, default=str)
