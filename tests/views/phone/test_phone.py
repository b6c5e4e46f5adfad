"""The simulated phone: received texts and e-mails, and replies."""

from collections.abc import Callable

from bs4 import BeautifulSoup
from flask import Flask

from promosms.extensions import db
from promosms.models import Suppression
from promosms.services.gateways import simulated_phone
from promosms.services.installation import defaults
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
    row = page.select_one(".list .row")
    assert row.select_one(".snippet").get_text() == "Hello <b>you</b>"
    assert row.a.get_text() == "+48 601 000 101"
    page = visitor.get_page(row.a["href"])
    assert page.select_one(".bubble blockquote").get_text() == "Hello <b>you</b>"
    assert page.select_one(".row[aria-current]").a["href"] == "/phone?number=%2B48601000101"
    other = visitor.get_page("/phone?number=%2B48601000199").select_one(".handset")
    assert "Hello" not in other.get_text()
    for typed in ("+48601000101", "601 000 101", "48601000101", "tel. 601-000-101"):
        page = visitor.get_page(f"/phone?number={typed}")
        assert "Hello" in page.select_one(".handset").get_text(), typed


def test_only_links_to_this_installation_can_be_clicked(app: Flask, visitor: PageClient) -> None:
    body = "Open https://localhost:8443/register/abc\nnot https://evil.example/ <script>"
    with app.app_context():
        outbox.queue_email("new@example.com", "Welcome", body)
        outbox.queue_email("new@example.com", "Trick", "https://localhost:8443.evil.example/x")
    pages = [
        visitor.get_page(row["href"])
        for row in visitor.get_page("/phone").select(".row .title[href*=email]")
    ]
    links = [link["href"] for page in pages for link in page.select(".email a")]
    assert "https://localhost:8443/register/abc" in links
    assert not [link for link in links if "evil" in link]
    assert [page.h1.get_text() for page in pages] == ["Trick", "Welcome"]
    assert "not https://evil.example/ <script>" in pages[1].get_text()
    assert visitor.get("/phone?email=99999999999999999999").status_code == 200


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


def test_a_phone_writes_first_only_to_the_number_of_this_installation(
    app: Flask, visitor: PageClient
) -> None:
    page = visitor.get_page("/phone?number=%2B48601000101")
    to = page.select_one("[name=to]")["value"]
    assert to == "+48732000001"
    first = {"number": NUMBER, "to": to, "text": "PIZZA"}
    page = visitor.post_page("/phone/reply", first)
    assert page.select_one(".bubble.mine blockquote").get_text() == "PIZZA"
    visitor.post_page("/phone/reply", first | {"to": "+1"}, status=404)
    for number in ("", "48601000101", "x"):
        visitor.post_page("/phone/reply", first | {"number": number}, status=404)
    with app.app_context():
        defaults.default_route().sender = "Promo"
        db.session.commit()
    visitor.post_page("/phone/reply", first | {"number": "+48601000102"}, status=404)
    page = visitor.get_page("/phone?number=%2B48601000102")
    assert not page.select("[name=to]"), "nobody answers to a name who was not texted by it"


def test_only_the_latest_texts_are_shown(
    app: Flask, cast: Cast, visitor: PageClient, settle: Settle
) -> None:
    with app.app_context():
        for n in range(60):
            verification_texts.queue_verification_text(cast.owner.account_id, NUMBER, f"No. {n}")
        db.session.remove()
    settle()
    page = visitor.get_page(f"/phone?number={NUMBER}")
    shown = [tag.get_text() for tag in page.select("figure.bubble blockquote")]
    assert len(shown) == 25
    assert visitor.get_page("/phone").select_one(".snippet").get_text() == shown[-1]
    assert len(visitor.get_page("/phone").select(".list .row")) == 1


def test_its_two_parts_are_refreshed_apart_from_the_answer(
    app: Flask, cast: Cast, visitor: PageClient, settle: Settle
) -> None:
    text_arrives(app, cast, settle)
    page = visitor.get_page(f"/phone?number={NUMBER}")
    parts = page.select("[data-refresh]")
    assert len(parts) == 2
    for part, shown in zip(parts, (".snippet", ".bubble"), strict=True):
        assert not part.select("form, input, textarea")
        answer = BeautifulSoup(visitor.get(part["data-refresh"]).text, "html.parser")
        assert answer.select_one(f"[data-partial] {shown}").get_text().strip().startswith("Hello")
