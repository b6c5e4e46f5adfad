"""What was done, and by whom: the page of owners, the report of a campaign, and answers."""

from flask import Flask
from sqlalchemy import update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Campaign, InboundMessage, User, now
from promosms.services.campaigns import drafts
from promosms.services.campaigns.drafts import Draft
from promosms.services.colleagues import colleagues
from promosms.services.colleagues.colleagues import Change
from tests.support.api import Program, new_key
from tests.support.cast import Cast
from tests.support.pages import PageClient, words
from tests.support.replies import store

URL = "/settings/colleagues/acts"
PHONE = "+48603456789"


def lines(page: PageClient, address: str = URL) -> list[str]:
    rows = page.get_page(address).select("main .rows .row:not(.rows-head)")
    return [words(row.get_text(" ")) for row in rows]


def test_owners_see_who_has_done_what(app: Flask, owner: PageClient, cast: Cast) -> None:
    assert "Nothing yet." in owner.get_page(URL).get_text()
    cast.colleague.browser().post_page("/lists", {"name": "Regulars"})
    owner.post_page("/lists", {"name": "Others"})
    owner.post_page("/lists", {"name": "Others"})  # there is one with this name
    latest, first = lines(owner)
    assert "owner@example.com made a list: Others" in latest
    assert "colleague@example.com made a list: Regulars" in first
    with app.app_context():
        member = db.session.get_one(User, cast.colleague.user_id).public_id
    assert [line.split()[0] for line in lines(owner, f"{URL}?person={member}")] == [
        "colleague@example.com"
    ]
    for person in (cast.colleague, cast.viewer):
        person.browser().get_page(URL, status=403)
    assert "Nothing yet." in cast.stranger.browser().get_page(URL).get_text()


def test_a_campaign_says_who_has_changed_it(app: Flask, owner: PageClient, cast: Cast) -> None:
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        draft = drafts.create(account, Draft(name="Sale", text="Today only"), key="").public_id
    cast.colleague.browser().post_page(f"/campaigns/{draft}/duplicate")
    (line,) = lines(owner)
    assert "colleague@example.com made a draft from a campaign: Sale" in line
    with app.app_context(), transaction() as session:
        session.execute(update(Campaign).values(status="finished", launched_at=now()))
    page = cast.viewer.browser().get_page(f"/campaigns/{draft}")
    text = words(page.select_one("main").get_text(" "))
    assert "Who did what" in text
    assert "colleague@example.com made a draft from a campaign" in text


def test_an_answer_names_its_writer_also_when_they_have_left(
    app: Flask, owner: PageClient, cast: Cast
) -> None:
    with app.app_context(), transaction() as session:
        account_id = cast.owner.account_id
        reply = InboundMessage(account_id=account_id, phone=PHONE, text="Open?", kind="reply")
        store(session, reply)
        url = f"/recipients/replies/{reply.public_id}"
    browser = cast.colleague.browser()
    page = browser.post_page(f"{url}/text", {"text": "Until six", "action": "count"})
    form = page.select_one("#answer")
    fields = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    browser.post_page(f"{url}/text", {**fields, "text": "Until six"})
    assert "colleague@example.com" in owner.get_page(url).select_one(".conversation").get_text()
    with app.app_context():
        me, member = (
            db.session.get_one(User, person.user_id).public_id
            for person in (cast.owner, cast.colleague)
        )
        colleagues.remove(Change(account_id, member, me))
    assert "colleague@example.com" in owner.get_page(url).select_one(".conversation").get_text()


def test_what_a_program_does_names_its_key(app: Flask, owner: PageClient, cast: Cast) -> None:
    token = new_key(app, cast.owner.account_id, name="Till")
    program = Program(app, token)
    made = program.post("/lists", {"name": "Regulars"}).get_json()
    program.post(f"/lists/{made['id']}/rename", {"name": "Friends"})
    program.post(f"/lists/{made['id']}/rename", {"name": ""})  # refused
    program.post("/recipients", {"phone": "+48600100200"})
    renamed, created = lines(owner)
    assert "Program “Till” renamed a list: Friends" in renamed
    assert "Program “Till” made a list: Friends" in created
