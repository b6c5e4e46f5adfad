"""Signing in."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms import queue
from promosms.extensions import db
from promosms.models import Account, Session, User
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import Clock
from tests.support.pages import TOKEN, PageClient
from tests.views.auth.outbox import last_link, last_password, texts

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def credentials(cast: Cast, password: str = PASSWORD) -> dict[str, str]:
    return {"email": cast.owner.email, "password": password}


@pytest.fixture
def sent(app: Flask, cast: Cast, visitor: PageClient) -> str:
    """A password that the owner has just received by text."""
    visitor.post_page("/forgotten", {"email": cast.owner.email})
    visitor.post_page(last_link(app))
    return last_password(app)


def test_it_signs_in_with_the_own_password(app: Flask, cast: Cast, visitor: PageClient) -> None:
    response = visitor.send("/login", credentials(cast), headers={"User-Agent": FIREFOX})
    assert (response.status_code, response.location) == (303, "/dashboard")
    with app.app_context():
        opened = db.session.scalars(select(Session)).one()
        assert opened.user_id == cast.owner.user_id
        assert opened.browser == "Firefox on Linux"
    cookie = visitor.get_cookie("__Host-session")
    assert cookie is not None
    assert cookie.secure
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_it_accepts_the_address_in_any_case(cast: Cast, visitor: PageClient) -> None:
    form = {"email": f" {cast.owner.email.upper()} ", "password": PASSWORD}
    assert visitor.send("/login", form).status_code == 303


def test_every_failed_sign_in_gets_the_same_response(cast: Cast, visitor: PageClient) -> None:
    pages = []
    for email in (cast.owner.email, "nobody@example.com"):
        response = visitor.send("/login", {"email": email, "password": "wrong"})
        assert "do not belong together" in response.text
        # The token of the form holds the second in which it was made.
        pages.append((response.status_code, TOKEN.sub("", response.text.replace(email, ""))))
    assert pages[0] == pages[1]


def test_it_never_shows_the_password_again(cast: Cast, visitor: PageClient) -> None:
    page = visitor.post_page("/login", credentials(cast, "some wrong password"))
    assert "some wrong password" not in str(page)
    assert page.select_one("#email")["value"] == cast.owner.email


def test_it_leads_to_the_requested_page(cast: Cast, visitor: PageClient) -> None:
    response = visitor.get("/campaigns?x=1")
    assert response.location == "/login?next=/campaigns?x%3D1"
    page = visitor.get_page(response.location)
    action = page.select_one("main form")["action"]
    assert visitor.send(action, credentials(cast)).location == "/campaigns?x=1"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
     "/\t/evil.example", "evil.example", "\\\\evil.example"],
)  # fmt: skip
def test_it_stays_on_this_site(cast: Cast, visitor: PageClient, target: str) -> None:
    visitor.get_page("/login")
    form = {**credentials(cast), "csrf_token": visitor.token}
    response = visitor.post("/login", query_string={"next": target}, data=form)
    assert response.location == "/dashboard"


def test_it_accepts_the_password_of_the_text_once(
    app: Flask, cast: Cast, visitor: PageClient, sent: str
) -> None:
    first = visitor.send("/login", credentials(cast, sent))
    assert first.location == "/password/new"
    with app.app_context():
        user = db.session.get(User, cast.owner.user_id)
        assert user is not None
        assert user.system_hash is None
        assert user.must_choose_password
    again = PageClient(app)
    assert "do not belong together" in again.send("/login", credentials(cast, sent)).text


@pytest.mark.parametrize("change", [str.lower, lambda p: p.replace("-", ""), " {} ".format])
def test_it_accepts_the_password_of_the_text_in_any_spelling(
    cast: Cast, visitor: PageClient, sent: str, change: object
) -> None:
    assert callable(change)
    assert visitor.send("/login", credentials(cast, change(sent))).status_code == 303


@pytest.mark.parametrize(("minutes", "status"), [(29, 303), (31, 200)])
def test_it_refuses_the_password_of_the_text_after_half_an_hour(
    cast: Cast, clock: Clock, visitor: PageClient, sent: str, minutes: int, status: int
) -> None:
    clock.move(minutes=minutes)
    assert visitor.send("/login", credentials(cast, sent)).status_code == status


@pytest.mark.parametrize(("wrong", "status"), [(4, 303), (5, 200)])
def test_it_allows_five_tries(
    cast: Cast, visitor: PageClient, sent: str, wrong: int, status: int
) -> None:
    for _ in range(wrong):
        visitor.send("/login", credentials(cast, "AAAA-CCCC-DDDD-EEEE"))
    assert visitor.send("/login", credentials(cast, sent)).status_code == status


def test_the_old_password_works_until_a_new_one_is_chosen(
    cast: Cast, visitor: PageClient, sent: str
) -> None:
    assert visitor.send("/login", credentials(cast)).location == "/dashboard"


def test_the_password_of_a_text_to_another_user_is_refused(
    cast: Cast, visitor: PageClient, sent: str
) -> None:
    form = {"email": cast.stranger.email, "password": sent}
    assert visitor.send("/login", form).status_code == 200


def test_suspended_accounts_may_sign_in(app: Flask, cast: Cast, visitor: PageClient) -> None:
    with app.app_context():
        db.session.execute(update(Account).values(status="suspended"))
        db.session.commit()
    assert visitor.send("/login", credentials(cast)).status_code == 303


def test_accounts_that_are_being_deleted_may_not(
    app: Flask, cast: Cast, visitor: PageClient
) -> None:
    with app.app_context():
        db.session.execute(update(Account).values(status="deleting"))
        db.session.commit()
    assert "do not belong together" in visitor.send("/login", credentials(cast)).text


def test_it_replaces_the_cookie(app: Flask, cast: Cast, visitor: PageClient) -> None:
    with visitor.session_transaction(base_url="https://localhost") as cookie:
        cookie["planted"] = "by somebody"
    visitor.send("/login", credentials(cast))
    with visitor.session_transaction(base_url="https://localhost") as cookie:
        assert "planted" not in cookie


def test_the_password_of_the_text_is_nowhere_in_clear_text(
    app: Flask, cast: Cast, visitor: PageClient, sent: str, capfd: pytest.CaptureFixture[str]
) -> None:
    visitor.send("/login", credentials(cast, sent))
    with app.app_context():
        rows = [
            str(row)
            for table in db.metadata.sorted_tables
            for row in db.session.execute(select(table))
        ]
        store = queue.connection()
        kept = [store.dump(key) for key in store.keys("*")]
    clear = (sent, sent.replace("-", ""))
    assert len(texts(app)) == 1
    captured = capfd.readouterr()
    for place in (*rows, *map(str, kept), captured.out, captured.err):
        assert not [form for form in clear if form in place]


def test_it_sends_members_home(owner: PageClient, admin: PageClient) -> None:
    assert owner.get("/login").location == "/dashboard"
    assert admin.get("/login").location.startswith("/admin")
