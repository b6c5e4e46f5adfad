"""Events: whatever happens is noted with it, once for each endpoint that wants to hear of it."""

import time
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    Gateway,
    InboundMessage,
    Message,
    Suppression,
    SuppressionSource,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from promosms.services.campaigns import launch
from promosms.services.gateways import test_texts
from promosms.services.inbox import direct_texts
from promosms.services.ledger import ledger
from promosms.services.links import clicks
from promosms.services.payments import balance_alerts
from promosms.services.sending import opt_outs
from promosms.services.webhooks import endpoints, noting, report_endpoints
from promosms.services.webhooks.noting import Happening
from tests.services.api.conftest import program, sandbox
from tests.services.sending.conftest import MakeCampaign, make_campaign
from tests.support import links
from tests.support.api import Program
from tests.support.cast import Cast
from tests.support.engine import settle
from tests.support.replies import store
from tests.support.webhooks import EVERY, Receiver, deliver, listen

__all__ = ["make_campaign", "program", "sandbox"]
URL = "https://shop.example/hook"
EACH = [f"+4860120000{digit}" for digit in range(7)]
"""One for each outcome of the simulated network, but for the one that is busy."""
SLOW = EACH.pop(4)
TEXT = {"to": "+48600100200", "text": "Your parcel is here.", "reference": "order-1"}


def noted(*columns: Any) -> list[Any]:
    """What was noted, in its order."""
    found = columns or (WebhookDelivery.event, WebhookDelivery.word)
    return [tuple(row) for row in db.session.execute(select(*found).order_by(WebhookDelivery.id))]


def sample_reply(account_id: int) -> InboundMessage:
    return InboundMessage(account_id=account_id, phone=EACH[0], text="Yes!", inbound_number="+4879")


def test_what_becomes_of_each_text_is_told_once(
    app: Flask, cast: Cast, make_campaign: MakeCampaign, receiver: Receiver
) -> None:
    with app.app_context():
        listen(cast.owner.account_id, receiver.url)
        listen(cast.stranger.account_id, receiver.url)
    campaign_id = make_campaign(EACH)
    settle(app)
    deliver(app)
    with app.app_context():
        campaign = db.session.get_one(Campaign, campaign_id)
        kept = {name: getattr(campaign, f"n_{name}") for name in ("delivered", "failed", "unknown")}
        assert kept == {"delivered": 2, "failed": 1, "unknown": 0}
        finished = Counter(
            data["status"] for event, data in receiver.told if event == "message.finished"
        )
        sent = [data for event, data in receiver.told if event == "message.sent"]
        statuses = select(Message.status, func.count()).group_by(Message.status)
        rows = {row[0]: row[1] for row in db.session.execute(statuses)}
        # The one whose answer was lost was unknown until its receipt came.
        assert finished - Counter(unknown=1) == Counter(rows) - Counter(sent=1)
        assert {data["status"] for data in sent} == {"sent"}
        assert len(sent) == len(EACH) - 2
        assert {data["campaign_id"] for data in sent} == {campaign.public_id}
        ended = [data for event, data in receiver.told if event == "campaign.finished"]
        assert [(data["id"], data["status"]) for data in ended] == [
            (campaign.public_id, "finished")
        ]
    assert len({each.headers["webhook-id"] for each in receiver.requests}) == len(receiver.requests)


def test_a_text_of_a_program_is_told_with_its_own_reference(
    app: Flask, cast: Cast, program: Program, receiver: Receiver
) -> None:
    with app.app_context():
        listen(cast.owner.account_id, receiver.url)
    made = program.post("/messages", TEXT).get_json()
    settle(app)
    deliver(app)
    told = [(event, data["id"], data["status"], data["reference"]) for event, data in receiver.told]
    assert sorted(told) == [
        ("message.finished", made["id"], "delivered", "order-1"),
        ("message.sent", made["id"], "sent", "order-1"),
    ]
    assert not any("to" in data for _, data in receiver.told), "numbers only if that was chosen"


def test_one_that_is_cancelled_by_a_program_is_told(
    app: Flask, cast: Cast, program: Program
) -> None:
    with app.app_context():
        listen(cast.owner.account_id, URL)
    made = program.post("/messages", TEXT).get_json()
    assert program.post(f"/messages/{made['id']}/cancel").status_code == 200
    with app.app_context():
        assert noted() == [("message.finished", "cancelled")]


def test_a_cancelled_campaign_is_one_event(
    app: Flask, cast: Cast, make_campaign: MakeCampaign
) -> None:
    with app.app_context():
        listen(cast.owner.account_id, URL)
    campaign_id = make_campaign(EACH)
    with app.app_context():
        launch.cancel(db.session.get_one(Campaign, campaign_id))
        assert noted() == [("campaign.finished", "cancelled")]


def test_one_that_opts_out_while_a_text_waits_is_told_with_the_text(
    app: Flask, cast: Cast, program: Program
) -> None:
    with app.app_context():
        listen(cast.owner.account_id, URL)
    program.post("/messages", TEXT)
    with app.app_context():
        account_id = cast.owner.account_id
        opt_outs.opt_out(account_id, TEXT["to"], SuppressionSource.KEYWORD)
        opt_outs.opt_out(account_id, TEXT["to"], SuppressionSource.KEYWORD)
        told = [("opt_out.recorded", "keyword"), ("message.finished", "skipped")]
        assert sorted(noted()) == sorted(told)


def test_of_many_opt_outs_each_new_one_is_told(context: None, cast: Cast) -> None:
    account_id = cast.owner.account_id
    opt_outs.opt_out(account_id, EACH[1], SuppressionSource.HAND)
    listen(account_id, URL)
    opt_outs.opt_out_all(account_id, EACH[:3], SuppressionSource.IMPORT)
    new = db.session.scalars(
        select(Suppression.id).where(Suppression.source == "import").order_by(Suppression.id)
    ).all()
    assert noted(WebhookDelivery.subject_id, WebhookDelivery.word) == [
        (number, "import") for number in new
    ]
    assert len(new) == 2


def test_a_reply_that_is_held_is_told_again_when_it_is_certain(context: None, cast: Cast) -> None:
    account_id = cast.owner.account_id
    listen(account_id, URL)
    for source in (SuppressionSource.HELD, SuppressionSource.WORDS, SuppressionSource.KEYWORD):
        opt_outs.opt_out(account_id, EACH[0], source)
    assert noted() == [("opt_out.recorded", "held"), ("opt_out.recorded", "words")]


def test_tests_and_answers_are_not_told(app: Flask, cast: Cast) -> None:
    with app.app_context():
        listen(cast.owner.account_id, URL)
        gateway = db.session.scalars(select(Gateway)).one()
        test_texts.send(gateway, "+48600100200", "Does it work?", "an admin")
        account = db.session.get_one(Account, cast.owner.account_id)
        with transaction() as session:
            store(session, sample_reply(account.id))  # a text to them is an answer
        direct_texts.send(account, EACH[0], "Yes", key="k" * 20, agreed_price=10_000)
    settle(app)
    with app.app_context():
        statuses = select(Message.status, func.count()).group_by(Message.status)
        assert [tuple(row) for row in db.session.execute(statuses)] == [("delivered", 2)]
        assert noted() == []


def test_a_low_balance_is_told_when_the_owner_is(
    context: None, cast: Cast, receiver: Receiver, app: Flask
) -> None:
    account_id = cast.owner.account_id
    listen(account_id, receiver.url)
    balance = db.session.get_one(Account, account_id).balance
    balance_alerts.switch_on(account_id, balance, by_text=False)
    assert not balance_alerts.check(account_id)
    with transaction():
        ledger.adjust(account_id, -10_000, "adjustment:x", "a test", "an admin")
    assert balance_alerts.check(account_id)
    assert not balance_alerts.check(account_id)
    deliver(app)
    ((event, data),) = receiver.told
    written = f"{(balance - 10_000) // 10_000}.{balance % 10_000:04d}"
    assert event == "balance.low"
    assert data["balance"] == written
    assert data["below"] == f"{balance // 10_000}.{balance % 10_000:04d}"


def test_a_link_is_told_when_somebody_opens_it_first(
    context: None, cast: Cast, receiver: Receiver, app: Flask
) -> None:
    listen(cast.owner.account_id, receiver.url, WebhookEvent.LINK_OPENED)
    campaign = links.send(cast.owner)
    codes = links.codes(campaign)
    phone, other = links.PHONES[:2]
    for code in (codes[phone][0], codes[phone][0], codes[phone][1], codes[other][0]):
        clicks.follow(code)
    deliver(app)
    told = Counter((event, data["url"], data["campaign_id"]) for event, data in receiver.told)
    opened = ("link.opened", links.MENU, campaign.public_id)
    assert told == {opened: 2, ("link.opened", links.BOOKING, campaign.public_id): 1}


def test_it_hears_only_what_it_has_chosen(app: Flask, cast: Cast, program: Program) -> None:
    with app.app_context():
        account_id = cast.owner.account_id
        for number, event in enumerate(EVERY):
            listen(account_id, f"{URL}/{number}", event)
    program.post("/messages", TEXT)
    settle(app)
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, TEXT["to"], SuppressionSource.KEYWORD)
        rows = select(WebhookEndpoint.events, WebhookDelivery.event).join(
            WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id
        )
        found = [tuple(row) for row in db.session.execute(rows.order_by(WebhookDelivery.id))]
        told = ("message.sent", "message.finished", "opt_out.recorded")
        assert found == [(event, event) for event in told]


def test_one_that_is_off_hears_nothing(context: None, cast: Cast) -> None:
    endpoint = listen(cast.owner.account_id, URL)
    endpoints.switch_off(endpoint, "tests")
    opt_outs.opt_out(cast.owner.account_id, EACH[0], SuppressionSource.HAND)
    assert noted() == []
    endpoints.switch_on(endpoint, "tests")
    opt_outs.opt_out(cast.owner.account_id, EACH[1], SuppressionSource.HAND)
    assert noted() == [("opt_out.recorded", "hand")]


def test_what_is_undone_was_never_told(context: None, cast: Cast) -> None:
    listen(cast.owner.account_id, URL)
    account_id = cast.owner.account_id
    with transaction() as session:
        assert opt_outs.suppress(session, account_id, EACH[0], SuppressionSource.HAND)
        assert noted()
        session.rollback()
    assert noted() == []


def test_details_are_there_if_that_was_chosen(
    context: None, cast: Cast, receiver: Receiver, app: Flask
) -> None:
    account_id = cast.owner.account_id
    listen(account_id, receiver.url, details=True)
    listen(account_id, receiver.url + "/ids")
    with transaction() as session:
        reply = sample_reply(account_id)
        store(session, reply)
        happening = noting.Happening(account_id, WebhookEvent.REPLY_RECEIVED, reply.id)
        noting.note(session, [happening])
    opt_outs.opt_out(account_id, EACH[0], SuppressionSource.HAND)
    deliver(app)
    whole = {
        each.event["type"]: each.event["data"] for each in receiver.requests if each.path == "/hook"
    }
    ids = {
        each.event["type"]: each.event["data"] for each in receiver.requests if each.path != "/hook"
    }
    assert (whole["reply.received"]["text"], whole["reply.received"]["from_number"]) == (
        "Yes!",
        EACH[0],
    )
    assert whole["opt_out.recorded"]["phone"] == EACH[0]
    assert set(ids["reply.received"]) == {"id", "recipient_id", "kind", "received_at"}
    assert set(ids["opt_out.recorded"]) == {"recipient_id", "source", "created_at"}
    assert EACH[0][1:] not in "".join(map(str, ids.values()))


def test_what_was_deleted_is_sent_to_nobody(
    context: None, cast: Cast, receiver: Receiver, app: Flask
) -> None:
    listen(cast.owner.account_id, receiver.url)
    opt_outs.opt_out(cast.owner.account_id, EACH[0], SuppressionSource.HAND)
    with transaction() as session:
        session.execute(text("DELETE FROM suppressions"))
    deliver(app)
    assert receiver.requests == []
    assert noted(WebhookDelivery.status, WebhookDelivery.next_at) == [("dropped", None)]


def test_that_nobody_listens_is_known_for_a_moment_and_not_longer(
    context: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id, began = cast.owner.account_id, time.monotonic()
    monkeypatch.setattr(noting, "KNOWN_SECONDS", 1.0)
    monkeypatch.setattr(noting, "nobody_listens", {})
    monkeypatch.setattr(time, "monotonic", lambda: began)
    opt_outs.opt_out(account_id, EACH[0], SuppressionSource.HAND)
    with transaction() as session:
        values = {"kind": "webhook", "url": URL, "events": "opt_out.recorded", "status": "active"}
        session.add(
            WebhookEndpoint(account_id=account_id, secret=b"", created_by="elsewhere", **values)
        )
    monkeypatch.setattr(time, "monotonic", lambda: began + 0.99)
    opt_outs.opt_out(account_id, EACH[1], SuppressionSource.HAND)
    assert noted() == [], "another process has added it a moment ago"
    monkeypatch.setattr(time, "monotonic", lambda: began + 1.01)
    opt_outs.opt_out(account_id, EACH[2], SuppressionSource.HAND)
    assert noted() == [("opt_out.recorded", "hand")]


@pytest.mark.only("postgresql")
def test_an_endpoint_is_not_deleted_while_events_are_noted_for_it(
    context: None, cast: Cast
) -> None:
    endpoint = listen(cast.owner.account_id, URL)
    happening = Happening(cast.owner.account_id, WebhookEvent.BALANCE_LOW, amount=1)
    db.session.commit()
    with transaction() as session:
        assert noting.listens(session, cast.owner.account_id, sandbox=False)
        with db.engine.connect() as other:
            other.exec_driver_sql("SET lock_timeout = '100ms'")
            gone = f"DELETE FROM webhook_endpoints WHERE id = {endpoint.id}"
            with pytest.raises(OperationalError):
                other.exec_driver_sql(gone)
        assert noting.note(session, [happening]) == 1


def test_who_adds_an_endpoint_waits_until_all_know(
    app: Flask, context: None, cast: Cast, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(noting, "KNOWN_SECONDS", 0.2)
    monkeypatch.setattr(time, "sleep", waited.append)
    account_id = cast.owner.account_id
    endpoint = listen(account_id, URL)
    assert waited == [0.2]
    report_endpoints.ensure(account_id, URL, "tests")
    report_endpoints.ensure(account_id, URL + "/other", "tests")
    assert waited == [0.2] * 2, "there is one of its server already"
    endpoints.switch_off(endpoint, "tests")
    endpoints.switch_on(endpoint, "tests")
    endpoints.change(endpoint, endpoints.Wish(URL + "/new", EVERY), "tests")
    assert waited == [0.2] * 4
    added = program.post("/webhooks", {"url": URL + "/api", "events": ["balance.low"]})
    assert added.status_code == 201
    assert waited == [0.2] * 5, "once, and after the transaction"
