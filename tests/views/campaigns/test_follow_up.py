"""From the report to a text for those who did not get it, answer or open a link."""

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    Click,
    FollowUpKind,
    InboundMessage,
    Link,
    Message,
    Recipient,
    now,
)
from promosms.services.campaigns import audience, launch, preparation
from tests.support.cast import Cast
from tests.support.pages import PageClient, words

REACHED, SILENT, MISSED = "+48601111111", "+48601111112", "+48601111113"


@pytest.fixture
def ended(app: Flask, cast: Cast, draft: str) -> str:
    """A campaign at its end: one has answered, one has not, and one did not get it."""
    with app.app_context():
        campaign = db.session.query(Campaign).one()
        launch.launch(campaign, audience.estimate(campaign).total)
        preparation.prepare(campaign.id)
        with transaction() as session:
            for message in session.query(Message).filter(Message.status == "queued"):
                message.status = "expired" if message.phone == MISSED else "delivered"
                message.attention_status = "expired" if message.phone == MISSED else None
                message.sent_at = now()
            campaign.status, campaign.n_queued = "finished", 0
            campaign.n_delivered, campaign.n_expired = 2, 1
            account_id = cast.owner.account_id
            session.add(InboundMessage(account_id=account_id, phone=REACHED, text="Great"))
            link = Link(account_id=account_id, campaign_id=campaign.id, target="https://x.example")
            session.add(link)
            session.flush()
            person = session.query(Recipient).filter_by(phone=SILENT).one()
            click = Click(link_id=link.id, recipient_id=person.id, account_id=account_id)
            click.first_at = click.last_at = now()
            session.add(click)
        db.session.remove()
    return draft


def start(owner: PageClient, campaign: str, kind: FollowUpKind) -> str:
    """Press the button of the report; returns the address of the draft."""
    answer = owner.send(f"/campaigns/{campaign}/follow-up", {"kind": kind})
    return str(answer.location).removeprefix("https://localhost").removesuffix("/edit")


@pytest.mark.parametrize(
    ("kind", "whom", "phone"),
    [
        (FollowUpKind.NOT_GOT, "To those of “Spring sale” who did not get it.", MISSED),
        (FollowUpKind.NOT_ANSWERED, "To those of “Spring sale” who did not answer.", SILENT),
        (FollowUpKind.NOT_CLICKED, "To those of “Spring sale” who did not open a link.", REACHED),
    ],
)
def test_a_follow_up_is_written_reviewed_and_sent_to_these_people(
    app: Flask, owner: PageClient, ended: str, kind: FollowUpKind, whom: str, phone: str
) -> None:
    report = owner.get_page(f"/campaigns/{ended}")
    assert report.select_one(f"button[name=kind][value={kind}]") is not None
    url = start(owner, ended, kind)
    page = owner.get_page(f"{url}/edit")
    assert whom in words(page.get_text(" "))
    assert not page.select("[name=audience]")
    data = {
        "draft": url.rpartition("/")[2],
        "text": "Did you see it?",
        "kind": "promotional",
        "opt_out_line": "y",
        "language": "en",
        "stamp": page.select_one("[name=stamp]")["value"],
    }
    counted = owner.send("/campaigns/count", data).text
    assert "1 person" in counted
    assert "Choose who gets it" not in counted
    owner.send("/campaigns/draft", data)
    data["stamp"] = owner.get_page(f"{url}/edit").select_one("[name=stamp]")["value"]
    review = owner.post_page(f"{url}/edit", {**data, "action": "review"})
    assert whom in words(review.get_text(" "))
    assert "Send 1 text for" in words(review.get_text(" "))
    agreed = {"agreed": review.select_one("[name=agreed]")["value"]}
    owner.post_page(f"{url}/send", agreed)
    with app.app_context():
        follow_up = db.session.query(Campaign).order_by(Campaign.id.desc()).first()
        assert follow_up is not None
        preparation.prepare(follow_up.id)
        texts = db.session.query(Message.phone, Message.text).filter_by(
            campaign_id=follow_up.id, status="queued"
        )
        assert [(row.phone, row.text[:15]) for row in texts] == [(phone, "Did you see it?")]
    sent = owner.get_page(url)
    assert whom in words(sent.select_one(".page-head").get_text(" "))
    report = owner.get_page(f"/campaigns/{ended}")
    assert url in [each["href"] for each in report.select("[aria-labelledby=next] a.title")]


def test_strangers_and_bad_kinds_make_no_draft(
    app: Flask, owner: PageClient, stranger: PageClient, ended: str
) -> None:
    url = f"/campaigns/{ended}/follow-up"
    assert stranger.send(url, {"kind": FollowUpKind.NOT_GOT}).status_code == 404
    for data in ({}, {"kind": "nonsense"}):
        assert owner.send(url, data).location.endswith(f"/campaigns/{ended}")
    with app.app_context():
        assert db.session.query(Campaign).count() == 1


def test_a_follow_up_that_came_too_late_is_explained(
    app: Flask, owner: PageClient, ended: str
) -> None:
    url = start(owner, ended, FollowUpKind.NOT_GOT)
    with app.app_context(), transaction() as session:
        session.query(Campaign).filter_by(public_id=ended).update({"status": "paused"})
    review = words(owner.get_page(f"{url}/review").get_text(" "))
    assert "It is not known any more whom this text would be for" in review
    assert "Send 1 text" not in review
    assert not owner.get_page(f"/campaigns/{ended}").select("button[name=kind]")
    page = owner.post_page(f"/campaigns/{ended}/follow-up", {"kind": FollowUpKind.NOT_GOT})
    assert "It is not known any more" in words(page.get_text(" "))
