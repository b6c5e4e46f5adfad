"""The pages of colleagues, as each role sees them."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import ApiKey, EmailLink, Role, Session, User, WebhookEndpoint, now
from promosms.services.auth import reauthentication
from promosms.services.colleagues import colleagues
from tests.support.api import new_key
from tests.support.cast import PASSWORD, Cast, Person
from tests.support.clock import Clock
from tests.support.colleagues import add, letters, roles
from tests.support.pages import PageClient

URL = "/settings/colleagues"
JOIN = {"password": "yellow boats under trees"}


def page_of(app: Flask, person: Person, act: str = "") -> str:
    with app.app_context():
        return f"{URL}/{db.session.get_one(User, person.user_id).public_id}{act}"


def roles_now(app: Flask, cast: Cast) -> dict[str, str]:
    with app.app_context():
        return roles(cast.owner.account_id)


def invite(owner: PageClient, email: str = "new@example.com", role: str = "member") -> str:
    page = owner.post_page(f"{URL}/invite", {"email": email, "role": role})
    return page.get_text()


def link_to(app: Flask, email: str) -> str:
    with app.app_context():
        path = letters()[email].partition("https://localhost:8443")[2]
    return path.split()[0]


def test_everybody_is_listed_and_only_an_owner_can_change_it(owner: PageClient, cast: Cast) -> None:
    page = owner.get_page(URL)
    text = page.select_one("main").get_text()
    for words in ("owner@example.com", "colleague@example.com", "Viewer", "You", "Invite somebody"):
        assert words in text
    assert "stranger@example.com" not in text
    assert len(page.select("main .rows a.title")) == 3
    for person in (cast.colleague, cast.viewer):
        page = person.browser().get_page(URL)
        text = page.select_one("main").get_text()
        assert "colleague@example.com" in text
        assert "An owner can change it: owner@example.com" in text
        assert page.select("main .rows a.title") == []
        assert "Invite somebody" not in text


def test_the_table_of_rights_says_what_the_code_obeys(owner: PageClient) -> None:
    rows = owner.get_page(URL).select("main tbody tr")
    said = [[cell.get_text().strip() for cell in row.select("td")] for row in rows]
    assert said == [["yes", "yes", "yes"]] + [["yes", "yes", "no"]] * 5 + [["yes", "no", "no"]] * 4


def test_somebody_is_invited_and_joins(
    app: Flask, owner: PageClient, cast: Cast, visitor: PageClient
) -> None:
    assert "on its way to new@example.com" in invite(owner, "New@example.com", "viewer").lower()
    page = owner.get_page(URL)
    assert "Invitations that wait" in page.get_text()
    link = link_to(app, "new@example.com")
    page = visitor.get_page(link)
    assert "You will sign in as new@example.com" in page.get_text()
    assert "As a viewer" in page.get_text()
    assert visitor.send(link, {"password": "short"}).status_code == 422
    assert visitor.send(link, JOIN).location == "/dashboard"
    visitor.get_page("/dashboard")
    assert roles_now(app, cast)["new@example.com"] == "viewer"
    assert visitor.get(link).status_code == 410
    assert "Invitations that wait" not in owner.get_page(URL).get_text()


def test_joining_ends_the_sign_in_of_somebody_else_in_this_browser(
    app: Flask, owner: PageClient, cast: Cast
) -> None:
    invite(owner)
    link, browser = link_to(app, "new@example.com"), cast.stranger.browser()
    assert "stranger@example.com is signed in" in browser.get_page(link).get_text()
    browser.send(link, JOIN)
    with app.app_context():
        users = select(Session.user_id)
        assert cast.stranger.user_id not in set(db.session.scalars(users))
    assert "new@example.com" in browser.get_page(URL).get_text()


def test_an_address_with_a_sign_in_is_told_what_to_do(
    app: Flask, owner: PageClient, cast: Cast, visitor: PageClient
) -> None:
    text = invite(owner, "stranger@example.com")
    assert "on its way" in text, "as for everybody"
    link = link_to(app, "stranger@example.com")
    page = visitor.post_page(link, JOIN)
    assert "There is a sign-in with this address already" in page.get_text()
    assert roles_now(app, cast).get("stranger@example.com") is None


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"email": "", "role": "member"}, "Fill in “E-mail address”."),
        ({"email": "nobody", "role": "member"}, "This is not an e-mail address."),
        ({"email": "a@example.com", "role": "admin"}, "Choose what this person may do."),
        ({"email": "viewer@example.com", "role": "owner"}, "is a colleague already"),
    ],
)
def test_a_wrong_invitation_says_what_is_wrong(
    owner: PageClient, form: dict[str, str], words: str
) -> None:
    page = owner.post_page(f"{URL}/invite", form, status=422)
    assert words in page.select_one(".errors").get_text()


def test_an_invitation_is_sent_again_or_withdrawn(
    app: Flask, owner: PageClient, clock: Clock
) -> None:
    invite(owner, role="viewer")
    first = link_to(app, "new@example.com")
    clock.move(minutes=2)
    page = owner.post_page(f"{URL}/invitation/again", {"email": "new@example.com"})
    assert "on its way" in page.get_text()
    second = link_to(app, "new@example.com")
    assert owner.get(first).status_code == 410
    assert owner.get(second).status_code == 200
    with app.app_context():
        assert db.session.scalars(select(EmailLink)).one().role == "viewer"
    for act in ("withdraw", "again"):
        page = owner.post_page(f"{URL}/invitation/{act}", {"email": "other@example.com"})
        assert "Nothing was changed" in page.get_text()
    page = owner.post_page(f"{URL}/invitation/withdraw", {"email": "new@example.com"})
    assert "The invitation is void" in page.get_text()
    assert owner.get(second).status_code == 410


def test_a_role_is_changed_and_obeyed_at_the_next_click(
    app: Flask, owner: PageClient, cast: Cast
) -> None:
    browser = cast.colleague.browser()
    assert browser.get("/campaigns/new").status_code == 200
    url = page_of(app, cast.colleague)
    page = owner.get_page(url)
    assert page.select_one("input[name=role][checked]")["value"] == "member"
    page = owner.post_page(url, {"role": "viewer"})
    assert "The role of colleague@example.com: Viewer." in page.get_text()
    assert browser.get("/campaigns/new").status_code == 403
    assert roles_now(app, cast)["colleague@example.com"] == "viewer"


def test_the_last_owner_reads_what_to_do(app: Flask, owner: PageClient, cast: Cast) -> None:
    url = page_of(app, cast.owner)
    page = owner.post_page(url, {"role": "member"}, status=422)
    assert "An owner has to stay" in page.select_one(".errors").get_text()
    page = owner.get_page(f"{URL}/leave")
    assert "You are the only owner" in page.get_text()
    assert not page.select("input[name=password]")
    owner.post_page(f"{URL}/leave", {"password": PASSWORD, "confirmed": "y"})
    assert owner.get(page_of(app, cast.owner, "/remove")).location == f"{URL}/leave"
    assert roles_now(app, cast)["owner@example.com"] == "owner"


def test_a_sign_in_ends_at_once(app: Flask, owner: PageClient, cast: Cast) -> None:
    browser, url = cast.colleague.browser(), page_of(app, cast.colleague, "/remove")
    browser.get_page("/dashboard")
    assert "End the sign-in of colleague@example.com?" in owner.get_page(url).get_text()
    page = owner.post_page(url)
    assert "colleague@example.com cannot sign in any more" in page.get_text()
    assert "/login" in browser.get("/dashboard").location
    owner.get_page(url, status=404)
    visitor = PageClient(app)
    form = {"email": "colleague@example.com", "password": PASSWORD}
    assert "do not belong together" in visitor.post_page("/login", form).get_text()


def test_keys_and_secrets_are_thought_of(app: Flask, owner: PageClient, cast: Cast) -> None:
    token = new_key(app, cast.owner.account_id)
    with app.app_context(), transaction() as session:
        member = session.get_one(User, cast.colleague.user_id)
        session.execute(update(ApiKey).values(created_by=member.public_id))
        values = {"url": "https://shop.example/hook", "events": "", "secret": b""}
        endpoint = WebhookEndpoint(account_id=cast.owner.account_id, created_by="x", **values)
        session.add(endpoint)
    url = page_of(app, cast.colleague, "/remove")
    text = owner.get_page(url).get_text()
    assert "Shop" in text
    assert "make new secrets" in text
    page = owner.post_page(url, status=422)
    assert "Choose what becomes of these keys." in page.select_one(".errors").get_text()
    owner.post_page(url, {"keys": "keep"})
    with app.app_context():
        key = db.session.scalars(select(ApiKey)).one()
        made_by = db.session.get_one(User, cast.owner.user_id).public_id
        assert (key.created_by, key.revoked_at) == (made_by, None)
    assert token


@pytest.mark.parametrize(("act", "form"), [("", {"role": "viewer"}), ("/remove", {})])
def test_a_key_that_was_made_meanwhile_is_asked_about(
    *,
    app: Flask,
    owner: PageClient,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
    form: dict[str, str],
) -> None:
    new_key(app, cast.owner.account_id)
    with app.app_context(), transaction() as session:
        member = session.get_one(User, cast.colleague.user_id)
        session.execute(update(ApiKey).values(created_by=member.public_id))
    before, now_made = [list[ApiKey]()], colleagues.keys_made_by
    monkeypatch.setattr(
        colleagues, "keys_made_by", lambda person: before.pop() if before else now_made(person)
    )
    page = owner.post_page(page_of(app, cast.colleague, act), form)
    assert "has just made an API key" in page.get_text()
    assert page.select("input[name=keys]")
    assert roles_now(app, cast)["colleague@example.com"] == "member"


def test_somebody_ends_the_own_sign_in(app: Flask, cast: Cast) -> None:
    browser = cast.viewer.browser()
    browser.get_page(f"{URL}/leave")
    wrong = {"password": "something else", "confirmed": "y"}
    assert "This is not right" in browser.post_page(f"{URL}/leave", wrong, status=422).get_text()
    assert (
        "Tick this box"
        in browser.post_page(f"{URL}/leave", {"password": PASSWORD}, status=422).get_text()
    )
    page = browser.post_page(f"{URL}/leave", {"password": PASSWORD, "confirmed": "y"})
    assert "Your sign-in has ended" in page.get_text()
    assert "viewer@example.com" not in roles_now(app, cast)
    assert "/login" in browser.get("/dashboard").location


def test_what_is_dangerous_asks_for_the_password_again(
    app: Flask, owner: PageClient, cast: Cast
) -> None:
    url = page_of(app, cast.colleague)
    with app.app_context(), transaction() as session:
        long_ago = now() - 2 * reauthentication.VALID
        session.execute(update(Session).values(confirmed_at=long_ago))
    for path, form in ((f"{URL}/invite", {"email": "a@example.com"}), (url, {"role": "owner"})):
        assert "/confirm" in owner.get(path).location
        assert "/confirm" in owner.send(path, form).location
    assert roles_now(app, cast)["colleague@example.com"] == "member"


def test_people_of_another_account_are_not_found(owner: PageClient, app: Flask, cast: Cast) -> None:
    owner.get_page(page_of(app, cast.stranger), status=404)
    owner.get_page(page_of(app, cast.stranger, "/remove"), status=404)
    with app.app_context():
        theirs = add(cast.stranger.account_id, "second@example.com", Role.MEMBER).public_id
    assert owner.send(f"{URL}/{theirs}/remove").status_code == 404
    with app.app_context():
        assert "second@example.com" in roles(cast.stranger.account_id)
