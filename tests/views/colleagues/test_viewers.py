"""Who only looks takes nothing away from those who work, and who has no number adds one."""

from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, InboundMessage, Message, User
from promosms.services.campaigns import drafts
from promosms.services.campaigns.drafts import Draft
from promosms.services.inbox import replies
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.replies import store

PHONE = "+48603456789"


def test_a_reply_that_a_viewer_has_seen_stays_unread(app: Flask, cast: Cast) -> None:
    account_id = cast.owner.account_id
    with app.app_context(), transaction() as session:
        reply = InboundMessage(account_id=account_id, phone=PHONE, text="Open?", kind="reply")
        store(session, reply)
        url = f"/recipients/replies/{reply.public_id}"
    for person, left in ((cast.viewer, 1), (cast.colleague, 0)):
        page = person.browser().get_page(url)
        assert "Open?" in page.get_text()
        with app.app_context():
            assert replies.count_unread(account_id) == left


def test_a_viewer_reads_drafts_on_the_page_before_sending(app: Flask, cast: Cast) -> None:
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        draft = drafts.create(account, Draft(name="Sale", text="Today only"), key="")
        url = f"/campaigns/{draft.public_id}"
    viewer = cast.viewer.browser()
    (link,) = viewer.get_page("/campaigns").select("main .row a.title")
    assert link["href"] == f"{url}/review"
    assert viewer.get(url).location == f"{url}/review"
    page = viewer.get_page(f"{url}/review")
    assert "Today only" in page.get_text()
    assert [form["action"] for form in page.select("main form")] == []
    assert cast.colleague.browser().get(url).location == f"{url}/edit"


def test_a_viewer_has_no_button_to_write(cast: Cast) -> None:
    for person, number in ((cast.viewer, 4), (cast.colleague, 5)):
        page = person.browser().get_page("/dashboard")
        assert len(page.select(".tabbar a")) == number
        assert bool(page.select("a[href='/campaigns/new']")) is (number == 5)


def test_who_has_no_number_is_told_before_a_test(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(User, cast.colleague.user_id).phone = ""
        account = session.get_one(Account, cast.owner.account_id)
        draft = drafts.create(account, Draft(text="Today only"), key="").public_id
    browser = cast.colleague.browser()
    page = browser.post_page(f"/campaigns/{draft}/test")
    assert "Add your mobile number in the settings first" in page.get_text()
    with app.app_context():
        assert db.session.scalars(select(Message)).all() == []
    assert "Add it" in browser.get_page("/settings").get_text()
    page = browser.get_page("/settings/phone")
    assert page.select_one("h1").get_text() == "Your mobile number"
    assert "get a new password by text" in page.get_text()


def test_the_page_of_a_refusal_says_whom_to_ask(cast: Cast) -> None:
    page = cast.viewer.browser().get_page("/campaigns/new", status=403)
    assert "Ask an owner of the account" in page.get_text()


def test_an_admin_and_a_visitor_have_no_colleagues(admin: PageClient, visitor: PageClient) -> None:
    admin.get_page("/settings/colleagues", status=403)
    assert "/login" in visitor.get("/settings/colleagues").location
