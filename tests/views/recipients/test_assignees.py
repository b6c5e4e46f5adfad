"""Who looks after a conversation: the choice on its page, and the lists of the inbox."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import delete, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Conversation, InboundMessage, User
from promosms.views.recipients.assignees import short_names
from tests.support.cast import Cast, Person
from tests.support.pages import PageClient, words
from tests.support.replies import store

Add = Callable[..., str]
INBOX = "/recipients/replies"
ANNA, BOB = "+48601234567", "+48602345678"


def receive(app: Flask, person: Person, *phones: str) -> None:
    with app.app_context(), transaction() as session:
        for phone in phones:
            account_id = person.account_id
            store(session, InboundMessage(account_id=account_id, phone=phone, text="Open?"))


def chips(browser: PageClient, address: str = INBOX) -> list[str]:
    return [words(chip.get_text(" ")) for chip in browser.get_page(address).select(".chip")]


def address_of(browser: PageClient, number: int) -> str:
    """The page of the conversation in this row, the newest one is 0."""
    links = browser.get_page(INBOX).select(".row a.title")
    return str(links[number]["href"]).partition("#")[0]


def chosen(browser: PageClient, address: str) -> str:
    options = browser.get_page(address).select("#person option")
    (marked,) = [one for one in options if one.has_attr("selected")] or options[:1]
    return marked.get_text()


def public_id(app: Flask, person: Person) -> str:
    with app.app_context():
        return db.session.get_one(User, person.user_id).public_id


def test_one_takes_it_and_the_second_is_told(app: Flask, cast: Cast, owner: PageClient) -> None:
    receive(app, cast.owner, ANNA, BOB)
    assert chips(owner) == ["Open 2", "Nobody’s 2", "Unread 2", "Done"]
    address, colleague = address_of(owner, 0), cast.colleague.browser()
    (take,) = owner.get_page(address).select("button[formaction]")
    page = owner.post_page(str(take["formaction"]))
    assert "You look after this conversation now." in page.get_text()
    assert not page.select("button[formaction]")
    assert chosen(owner, address) == "owner"
    page = colleague.post_page(str(take["formaction"]))
    assert "owner@example.com looks after this conversation already." in page.get_text()
    assert chips(owner) == ["Open 2", "Mine 1", "Nobody’s 1", "Unread 1", "Done"]
    assert "Mine" not in " ".join(chips(colleague))
    (row,) = colleague.get_page(f"{INBOX}?show=open").select(".row [title]")
    assert (row["title"], words(row.get_text(" "))) == (
        "owner@example.com",
        "Looked after by owner",
    )
    assert owner.post_page(f"{address}/done?show=mine").h1.get_text() == "Inbox"
    assert "Nobody waits for you here." in owner.get_page(f"{INBOX}?show=mine").get_text()


def test_somebody_is_chosen_and_others_are_refused(
    app: Flask, cast: Cast, owner: PageClient, stranger: PageClient
) -> None:
    receive(app, cast.owner, ANNA)
    address = address_of(owner, 0)
    page = owner.post_page(f"{address}/assign", {"person": public_id(app, cast.colleague)})
    assert "colleague@example.com looks after this conversation now." in page.get_text()
    for wrong in (public_id(app, cast.stranger), "nobody at all"):
        page = owner.post_page(f"{address}/assign", {"person": wrong})
        assert "This person cannot answer here any more." in page.get_text()
        assert chosen(owner, address) == "colleague"
    for action in ("assign", "take"):
        assert stranger.send(f"{address}/{action}").status_code == 404
    part = owner.get(f"{INBOX}/live?show=nobodys").text
    assert "Nobody waits for you here." in part
    page = owner.post_page(f"{address}/assign", {"person": ""})
    assert "Nobody looks after this conversation now." in page.get_text()
    page = owner.post_page(f"{address}/assign", {"person": public_id(app, cast.owner)})
    assert "You look after this conversation now." in page.get_text()


def test_it_leads_back_to_the_page_of_the_recipient(
    app: Flask, cast: Cast, owner: PageClient, add: Add
) -> None:
    recipient = add("601234567", first_name="Łucja")
    assert not owner.get_page(f"/recipients/{recipient}").select("#person")
    receive(app, cast.owner, ANNA)
    page = owner.get_page(f"/recipients/{recipient}")
    (take,) = page.select("button[formaction]")
    page = owner.post_page(str(take["formaction"]))
    assert page.h1.get_text() == "Łucja"
    assert page.select("#details")
    assert chosen(owner, f"/recipients/{recipient}") == "owner"


def test_whose_replies_are_gone_is_said(app: Flask, cast: Cast, owner: PageClient) -> None:
    receive(app, cast.owner, ANNA)
    address = address_of(owner, 0)
    with app.app_context(), transaction() as session:
        session.execute(delete(Conversation))
    for action in ("assign", "take"):
        page = owner.post_page(f"{address}/{action}")
        assert "This conversation is not there any more" in page.get_text()


def test_who_is_alone_chooses_nobody(app: Flask, cast: Cast, stranger: PageClient) -> None:
    receive(app, cast.stranger, ANNA)
    assert chips(stranger, f"{INBOX}?show=done") == ["Open 1", "Unread 1", "Done"]
    address = address_of(stranger, 0)
    assert not stranger.get_page(address).select("#person")
    # A colleague who may not answer any more, and has it still, is offered so that it is seen.
    with app.app_context(), transaction() as session:
        session.execute(
            update(User)
            .where(User.id == cast.admin.user_id)
            .values(account_id=cast.stranger.account_id)
        )
        session.execute(update(Conversation).values(assignee_id=cast.admin.user_id))
        assert session.scalar(select(Conversation.assignee_id)) == cast.admin.user_id
    assert chosen(stranger, address) == "admin"


def test_people_with_the_same_name_have_their_whole_address() -> None:
    assert short_names(["anna@a.example", "anna@b.example", "bob@a.example"]) == {
        "anna@a.example": "anna@a.example",
        "anna@b.example": "anna@b.example",
        "bob@a.example": "bob",
    }
