"""The simulated phone: received texts and e-mails, and replies."""

from collections.abc import Callable

from flask import Flask

from promosms.extensions import db
from promosms.models import Suppression
from promosms.services.gateways import simulated_phone
from promosms.services.mail import outbox
from promosms.services.sending import verification_texts
from tests.support.cast import Cast
from tests.support.pages import PageClient, words

Settle = Callable[..., None]
NUMBER = "+48601000101"


def text_arrives(app: Flask, cast: Cast, settle: Settle, body: str = "Hello <b>you</b>") -> str:
    """Deliver a text to the simulated phone; returns the number of the sender."""
    with app.app_context():
        verification_texts.queue_verification_text(cast.owner.account_id, NUMBER, body)
        db.session.remove()
    settle()
    with app.app_context():
        return simulated_phone.texts(NUMBER)[0].other


def test_an_empty_phone_says_so(visitor: PageClient) -> None:
    text = words(visitor.get_page("/phone").get_text(" "))
    assert "This is a simulation." in text
    assert "Nothing has arrived yet." in text
    assert "00001 The network refuses the text" in text


def test_texts_are_escaped(app: Flask, cast: Cast, visitor: PageClient, settle: Settle) -> None:
    text_arrives(app, cast, settle)
    page = visitor.get_page("/phone")
    assert page.select_one(".bubble blockquote").get_text() == "Hello <b>you</b>"
    assert page.select_one(".bubble a")["href"] == "/phone?number=%2B48601000101"
    assert "Hello" not in visitor.get_page("/phone?number=%2B48601000199").get_text()
    for typed in ("+48601000101", "601 000 101", "48601000101", "tel. 601-000-101"):
        assert "Hello" in visitor.get_page(f"/phone?number={typed}").get_text(), typed


def test_only_links_to_this_installation_can_be_clicked(app: Flask, visitor: PageClient) -> None:
    body = "Open https://localhost:8443/register/abc\nnot https://evil.example/ <script>"
    with app.app_context():
        outbox.queue_email("new@example.com", "Welcome", body)
        outbox.queue_email("new@example.com", "Trick", "https://localhost:8443.evil.example/x")
    page = visitor.get_page("/phone")
    links = [link["href"] for link in page.select(".bubble strong ~ a")]
    assert "https://localhost:8443/register/abc" in links
    assert not [link for link in links if "evil" in link]
    assert "not https://evil.example/ <script>" in page.get_text()


def test_a_reply_with_stop_opts_out(
    app: Flask, cast: Cast, visitor: PageClient, settle: Settle
) -> None:
    to = text_arrives(app, cast, settle)
    page = visitor.get_page("/phone?number=%2B48601000101")
    assert page.select_one("input[name=text]")["value"] == "STOP"
    page = visitor.post_page("/phone/reply", {"number": NUMBER, "to": to, "text": "STOP"})
    assert "on its way" in page.get_text()
    assert page.select_one(".bubble.mine blockquote").get_text() == "STOP"

    def opted_out() -> bool:
        with app.app_context():
            return db.session.query(Suppression).filter_by(phone=NUMBER).count() == 1

    settle(until=opted_out)
    assert opted_out()


def test_an_empty_reply_is_not_sent(
    app: Flask, cast: Cast, visitor: PageClient, settle: Settle
) -> None:
    to = text_arrives(app, cast, settle)
    page = visitor.post_page("/phone/reply", {"number": NUMBER, "to": to, "text": " "})
    assert "Write an answer first." in page.get_text()
    assert not page.select(".bubble.mine")


def test_only_numbers_with_a_text_can_reply(visitor: PageClient) -> None:
    visitor.post_page("/phone/reply", {"number": NUMBER, "to": "+1", "text": "x"}, status=404)


def test_only_the_latest_texts_are_shown(
    app: Flask, cast: Cast, visitor: PageClient, settle: Settle
) -> None:
    with app.app_context():
        for n in range(60):
            verification_texts.queue_verification_text(cast.owner.account_id, NUMBER, f"No. {n}")
        db.session.remove()
    settle()
    assert len(visitor.get_page("/phone").select("figure.bubble")) == 25
