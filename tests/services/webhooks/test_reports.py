"""Servers of plug-ins: each text calls the address that it came with, and only that."""

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, ApiKey, ApiMessage, WebhookDelivery, WebhookEndpoint
from promosms.services.api.rest32 import sending
from promosms.services.api.rest32.requests import Asked
from promosms.services.api.rest32.statuses import NotDone, Status
from promosms.services.webhooks import endpoints, report_endpoints
from tests.services.api.conftest import program, sandbox
from tests.support.api import Program
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.engine import settle
from tests.support.webhooks import Receiver, answering, deliver, listen, row

__all__ = ["program", "sandbox"]
ASKED = "?id=%smsID&what=%report&to=%number&own=%ownID&q=a%20b"


def send(cast: Cast, url: str, *numbers: str, key: str = "Shop") -> None:
    """A request of a plug-in with an address to call."""
    account = db.session.get_one(Account, cast.owner.account_id)
    found = db.session.scalars(
        select(ApiKey).where(ApiKey.account_id == account.id, ApiKey.name == key)
    ).one()
    asked = Asked(
        text="Your parcel is here.",
        recipients=numbers,
        user_indexes=[f"order {n}" for n, _ in enumerate(numbers)],
        delivery_url=url,
        type=1,
    )
    sending.send(found, account, asked, None)


def calls(receiver: Receiver) -> list[dict[str, str]]:
    """What the calls have said, in the order of the alphabet."""
    found = [parse_qs(urlsplit(each.path).query) for each in receiver.requests]
    return sorted(({k: v[0] for k, v in each.items()} for each in found), key=str)


@pytest.mark.parametrize("people", [2, 21], ids=["few", "many"])
def test_each_text_calls_its_address_with_its_result(
    app: Flask, cast: Cast, program: Program, receiver: Receiver, people: int
) -> None:
    numbers = [f"+486012000{n:02}" for n in range(10, 10 + people)]
    with app.app_context():
        send(cast, receiver.url + ASKED, *numbers)
    settle(app)
    deliver(app)
    with app.app_context():
        texts = db.session.scalars(select(ApiMessage)).all()
        assert len(texts) == people
    said = calls(receiver)
    assert [each["what"] for each in said].count("8") == people
    assert [each["what"] for each in said].count("1") == people
    assert {each["own"] for each in said} == {f"order {n}" for n in range(people)}
    assert {each["q"] for each in said} == {"a b"}
    assert not any("to" in each for each in said), "others could read a number without encryption"
    assert len({each["id"] for each in said}) == people
    assert {request.body for request in receiver.requests} == {b""}
    assert not any("webhook-id" in request.headers for request in receiver.requests)


def test_a_webhook_of_the_account_hears_of_it_too_and_only_once(
    app: Flask, cast: Cast, program: Program, receiver: Receiver
) -> None:
    with app.app_context():
        send(cast, receiver.url + ASKED, "+48601200010")
        listen(cast.owner.account_id, "https://shop.example/hook")
    program.post("/messages", {"to": "+48601200011", "text": "Your parcel is here."})
    settle(app)
    with app.app_context():
        kinds = select(WebhookEndpoint.kind).join(
            WebhookDelivery, WebhookDelivery.endpoint_id == WebhookEndpoint.id
        )
        found = list(db.session.scalars(kinds))
        assert (found.count("reports"), found.count("webhook")) == (2, 4)


def test_servers_are_apart_and_made_once(
    app: Flask, cast: Cast, program: Program, receiver: Receiver
) -> None:
    with app.app_context():
        send(cast, receiver.url + "/1?order=1", "+48601200010")
        send(cast, receiver.url + "/2?order=2", "+48601200011")
        send(cast, receiver.url.replace("127.0.0.1", "localhost"), "+48601200012")
        made = db.session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.id)).all()
        ours = receiver.url.removesuffix("hook")
        assert [each.url for each in made] == [ours, ours.replace("127.0.0.1", "localhost")]
    settle(app)
    deliver(app)
    with app.app_context():
        ended = db.session.scalars(select(WebhookDelivery.status)).all()
        assert ended == ["delivered"] * 6
    paths = sorted(request.path for request in receiver.requests)
    assert paths == [*["/hook"] * 2, *["/hook/1?order=1"] * 2, *["/hook/2?order=2"] * 2]


def test_what_is_not_taken_is_called_again_and_is_over_when_that_is_said(
    app: Flask, cast: Cast, program: Program, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers = answering(500, 500, 204)
    with app.app_context():
        send(cast, receiver.url, "+48601200001")
    settle(app)
    for _ in range(3):
        deliver(app)
        clock.move(minutes=6)
    with app.app_context():
        assert (row().status, [each[1] for each in row().history]) == (
            "delivered",
            ["500", "500", "204"],
        )


def test_a_deleted_server_is_called_no_more(
    app: Flask, cast: Cast, program: Program, receiver: Receiver
) -> None:
    with app.app_context():
        send(cast, receiver.url, "+48601200010")
        endpoints.delete(db.session.scalars(select(WebhookEndpoint)).one(), "tests")
    settle(app)
    deliver(app)
    assert receiver.requests == []


def test_a_text_that_is_gone_calls_nobody(
    app: Flask, cast: Cast, program: Program, receiver: Receiver
) -> None:
    with app.app_context():
        send(cast, receiver.url, "+48601200001")
    settle(app)
    with app.app_context(), transaction() as session:
        session.query(ApiMessage).delete()
    deliver(app)
    assert receiver.requests == []
    with app.app_context():
        assert row().status == "dropped"


def test_the_sandbox_calls_nobody(
    app: Flask, cast: Cast, sandbox: Program, receiver: Receiver, clock: Clock
) -> None:
    with app.app_context():
        send(cast, receiver.url, "+48601200010", key="Trial")
        assert db.session.scalars(select(WebhookEndpoint)).all() == []
    clock.move(minutes=1)
    deliver(app)
    assert receiver.requests == []


def test_too_many_servers_are_refused_before_anything_is_sent(
    app: Flask,
    cast: Cast,
    program: Program,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report_endpoints, "MOST", 1)
    with app.app_context():
        send(cast, receiver.url, "+48601200010")
        send(cast, receiver.url + "/other", "+48601200010")
        with pytest.raises(NotDone) as refused:
            send(cast, "https://other.example/", "+48601200010")
        assert refused.value.status is Status.DELIVERY_URL
        assert len(db.session.scalars(select(ApiMessage)).all()) == 2
