"""Writing to one person on their page: the price, once, and each refusal with the text kept."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    DirectText,
    Gateway,
    GatewayStatus,
    InboundMessage,
    Message,
    Price,
    SuppressionSource,
)
from promosms.services.sending import opt_outs
from tests.support.cast import Cast
from tests.support.html import Page
from tests.support.pages import PageClient

Add = Callable[..., str]
TEXT = "Yes, until six"


def typed(page: Page) -> str:
    (box,) = page.select("#answer textarea")
    return box.get_text().strip()


def hidden(page: Page) -> dict[str, str]:
    """What the form of a page sends along, whatever is typed."""
    fields = page.select("#answer input[type=hidden]")
    return {str(field["name"]): str(field["value"]) for field in fields}


def button(page: Page) -> str:
    return page.select("#answer .button.first")[0].get_text().strip()


def sent(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        query = select(Message.phone, Message.text).order_by(Message.id)
        return [tuple(row) for row in db.session.execute(query)]


def test_the_button_says_the_price_and_sends_once(
    owner: PageClient, stranger: PageClient, app: Flask, add: Add
) -> None:
    public_id = add("601444101", first_name="Łucja")
    address = f"/recipients/{public_id}"
    page = owner.get_page(address)
    assert (button(page), "agreed" in hidden(page)) == ("Send", False)
    assert "They agreed to promotions" in page.get_text()
    page = owner.post_page(f"{address}/text", {"text": TEXT})
    assert "Nothing was sent yet. Please look at the price" in page.get_text()
    assert (typed(page), button(page), sent(app)) == (TEXT, "Send for €0.03", [])
    form = {**hidden(page), "text": TEXT}
    stranger.post_page(f"{address}/text", form, status=404)
    page = owner.post_page(f"{address}/text", form)
    assert "Your text is on its way." in page.get_text()
    (bubble,) = page.select(".bubble.mine")
    assert bubble.select("blockquote")[0].get_text() == TEXT
    assert "Waiting" in bubble.get_text()
    assert page.select(".conversation[data-refresh]")
    statement = owner.get_page("/billing").get_text()
    assert "Text to one person" in statement
    assert "set aside until a network has taken the text" in statement
    assert "Nothing was sent twice." in owner.post_page(f"{address}/text", form).get_text()
    page = owner.post_page(f"{address}/text", {**form, "text": "And on Sunday?"})
    assert "This one was not yet" in page.get_text()
    assert (typed(page), sent(app)) == ("And on Sunday?", [("+48601444101", TEXT)])
    owner.post_page(f"{address}/text", {**hidden(page), "text": typed(page)})
    assert len(sent(app)) == 2
    assert owner.get(f"{address}/text").location.endswith(address)


def test_it_counts_while_one_writes_and_without_script(
    owner: PageClient, app: Flask, add: Add
) -> None:
    address = f"/recipients/{add('601444101')}/text"
    form = {"text": "Łódź " * 16}
    part = owner.send(address, form, headers={"X-Partial": "1"})
    assert "Send for €0.06" in part.text
    assert "<html" not in part.text
    page = owner.post_page(address, {**form, "action": "count"})
    assert "79 characters: 2 texts" in page.get_text()
    assert {mark.get_text() for mark in page.select("#answer mark")} == {"Ł", "ó", "ź"}
    page = owner.post_page(address, {**form, "action": "plain"})
    assert typed(page) == ("Lodz " * 16).strip()
    assert (button(page), sent(app)) == ("Send for €0.03", [])


def test_a_refusal_says_why_and_keeps_the_text(
    owner: PageClient, app: Flask, cast: Cast, add: Add
) -> None:
    account = cast.owner.account_id
    public_id = add("601444101")
    address = f"/recipients/{public_id}/text"

    def said(*words: str, text: str = TEXT, agreed: str = "999999") -> None:
        page = owner.post_page(address, {"text": text, "agreed": agreed})
        assert [word for word in words if word not in page.get_text()] == []
        assert typed(page) == text.strip()

    said("there is nothing to send yet", text=" ")
    said("too long", text="x" * 919)
    with app.app_context(), transaction() as session:
        session.execute(update(Price).where(Price.country == "PL").values(amount=120_000))
    said("Your balance is too small: €2.00 are missing. Nothing was sent.", "See the balance")
    with app.app_context():
        opt_outs.opt_out(account, "+48601444101", SuppressionSource.HELD)
    said("Decide first what their reply means")
    assert not owner.get_page(f"/recipients/{public_id}").select("#answer textarea")
    with app.app_context():
        opt_outs.opt_out(account, "+48601444101", SuppressionSource.HAND)
    said("This number has opted out. It gets no texts from you.")
    address = f"/recipients/{add('601444102', agreed=False)}/text"
    said("who has written in the last 30 days may be answered")
    with app.app_context(), transaction() as session:
        session.execute(update(Account).values(status="suspended"))
    said("Your account cannot send at the moment")
    assert sent(app) == []
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(DirectText)) == 0


def test_a_number_that_is_no_recipient_is_answered_too(
    owner: PageClient, stranger: PageClient, app: Flask, cast: Cast
) -> None:
    with app.app_context(), transaction() as session:
        question = InboundMessage(
            account_id=cast.owner.account_id, phone="+48602345678", text="Open?", kind="reply"
        )
        session.add(question)
        session.flush()
        address = f"/recipients/replies/{question.public_id}"
    assert "without their consent to promotions" in owner.get_page(address).get_text()
    form = {"text": TEXT, "agreed": "300"}
    stranger.post_page(f"{address}/text", form, status=404)
    page = owner.post_page(f"{address}/text", form)
    assert [one.get_text() for one in page.select("blockquote")] == ["Open?", TEXT]
    assert sent(app) == [("+48602345678", TEXT)]
    with app.app_context(), transaction() as session:
        session.execute(update(Message).values(status="failed", reason="bad_number"))
        session.execute(update(Gateway).values(status=GatewayStatus.PAUSED))
    assert "The network does not know this number." in owner.get_page(address).get_text()


def test_the_lists_are_changed_on_the_page(owner: PageClient, add: Add) -> None:
    address = f"/recipients/{add('601444101', on='Regulars')}"
    add("601444102", on="Saturdays")
    page = owner.get_page(address)
    boxes = {box["value"]: box.get("checked") is not None for box in page.select("[name=list]")}
    (shown,) = [key for key, on in boxes.items() if on]
    (other,) = [key for key, on in boxes.items() if not on]
    page = owner.post_page(f"{address}/lists", {"list": other, "shown": shown})
    assert [link.get_text() for link in page.select("dd a[href*='/lists/']")] == ["Saturdays"]
    page = owner.post_page(f"{address}/lists", {"shown": [other]})
    assert "No list" in page.get_text()
