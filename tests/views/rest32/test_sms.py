"""Sending: each recipient with a status; texts of their own, or a campaign; done once."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    ApiMessage,
    Campaign,
    Message,
    Priority,
    SandboxMessage,
    SuppressionSource,
    now,
)
from promosms.services.api.rest32.requests import MOST
from promosms.services.api.rest32.sending import SINGLE
from promosms.services.sending import opt_outs
from tests.support import engine
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.rest32 import E164, NUMBER, Plugin, form_of, results, rows, status, stored

MANY = [f"5006{number:05}" for number in range(100, 101 + SINGLE)]
"""One more than get texts of their own."""


def many(**fields: object) -> dict[str, object]:
    return {"type": 1, "text": "Hello", "recipients": MANY, "return-send-recipients": 1, **fields}


def test_a_text_is_a_service_text_to_one_person(app: Flask, cast: Cast, plugin: Plugin) -> None:
    answer = plugin.form(form_of(return_send_recipients=1))
    [result] = results(answer)
    assert (result["status"], result["recipient"]) == (0, E164)
    assert result["sms-id"].startswith("msg_")
    [message] = stored(app)
    assert (message.priority, message.text, message.campaign_id) == (Priority.API, "Hello", None)
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        assert (account.balance, account.held) == (100_000 - message.price, message.price)
    engine.settle(app)
    assert stored(app)[0].status == "delivered"


def test_a_bad_number_is_refused_alone(app: Flask, plugin: Plugin) -> None:
    answer = plugin.form(
        f"{form_of()}&recipients[]=225551234&recipients[]=500600701&recipients[]=x"
    )
    assert status(answer) == (200, 0)
    assert [each["status"] for each in results(answer)] == [0, 201, 0, 201]
    assert "landline" in results(answer)[1]["message"]
    assert [text.phone for text in stored(app)] == [E164, "+48500600701"]


def test_if_all_are_refused_so_is_the_request(app: Flask, cast: Cast, plugin: Plugin) -> None:
    answer = plugin.form(form_of(**{"recipients[]": "225551234"}))
    assert status(answer) == (400, 201)
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, E164, SuppressionSource.KEYWORD)
    answer = plugin.form(form_of())
    assert status(answer) == (403, 310)
    assert results(answer)[0]["sms-id"] is None
    assert rows(app, Message) == rows(app, ApiMessage) == 0


def test_who_has_opted_out_is_refused_alone(app: Flask, cast: Cast, plugin: Plugin) -> None:
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, E164, SuppressionSource.KEYWORD)
    answer = plugin.form(f"{form_of()}&recipients[]=500600701")
    assert status(answer) == (200, 0)
    assert [each["status"] for each in results(answer)] == [310, 0]


def test_a_number_that_stands_there_twice_gets_one_text(app: Flask, plugin: Plugin) -> None:
    sent = f"{form_of(return_send_recipients=1)}&recipients[]=%2B48500600700&recipients[]=500600701"
    found = results(plugin.form(sent))
    assert [each.get("duplicate", False) for each in found] == [False, True, False]
    assert found[0]["sms-id"] == found[1]["sms-id"] != found[2]["sms-id"]
    assert len(stored(app)) == 2


def test_without_money_nobody_gets_a_text(app: Flask, cast: Cast, plugin: Plugin) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).balance = 500
    assert status(plugin.form(f"{form_of()}&recipients[]=500600701")) == (403, 321)
    assert status(plugin.json(many())) == (403, 321)
    assert rows(app, Message) == rows(app, ApiMessage) == rows(app, Campaign) == 0
    assert status(plugin.form(form_of())) == (200, 0)


def test_many_people_become_a_campaign(app: Flask, cast: Cast, plugin: Plugin) -> None:
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, f"+48{MANY[1]}", SuppressionSource.KEYWORD)
    numbers = [*MANY, MANY[0], "225551234", "+4479"]
    indexes = [f"r{place}" for place in range(len(numbers))]
    url = "https://shop.example/?r=%report"
    sent = many(
        recipients=numbers,
        text="Code {name} {{x}}",
        **{"user-indexes": indexes, "delivery-url": url},
    )
    answer = plugin.json(sent)
    assert status(answer) == (200, 0)
    found = results(answer)
    assert [each["status"] for each in found] == [0, 310, *[0] * (SINGLE - 1), 0, 201, 201]
    assert [each["user-index"] for each in found] == indexes
    assert found[SINGLE + 1]["sms-id"] == found[0]["sms-id"]
    messages = [message for message in stored(app) if message.status == "queued"]
    assert len(messages) == SINGLE
    assert {message.text for message in messages} == {"Code {name} {{x}}"}
    assert rows(app, Campaign) == 1
    with app.app_context():
        own = db.session.scalars(select(ApiMessage)).all()
        assert {row.delivery_url for row in own} == {url}
        assert len({row.request for row in own}) == 1
    engine.settle(app)
    assert [message.status for message in stored(app)].count("delivered") == SINGLE


def test_as_many_as_get_texts_of_their_own_make_no_campaign(app: Flask, plugin: Plugin) -> None:
    assert status(plugin.json(many(recipients=MANY[:SINGLE]))) == (200, 0)
    assert (rows(app, Message), rows(app, Campaign)) == (SINGLE, 0)


def test_nothing_is_stored_for_nobody(app: Flask, cast: Cast, plugin: Plugin) -> None:
    with app.app_context():
        phones = [f"+48{number}" for number in MANY]
        opt_outs.opt_out_all(cast.owner.account_id, phones, SuppressionSource.HAND)
    assert status(plugin.json(many())) == (403, 310)
    assert rows(app, Message) == rows(app, Campaign) == 0


def test_a_country_that_is_not_served_is_refused_alone(app: Flask, plugin: Plugin) -> None:
    for numbers in (MANY[:1], MANY):
        answer = plugin.json(many(recipients=[*numbers, "+81 90 1234 5678"]))
        assert [each["status"] for each in results(answer)] == [*[0] * len(numbers), 303]


def test_there_are_not_too_many_recipients(app: Flask, trial: Plugin) -> None:
    numbers = [str(500_000_000 + number) for number in range(MOST)]
    body = "type=1&text=Hi&" + "&".join(f"recipients[]={number}" for number in numbers)
    assert status(trial.form(body)) == (200, 0)
    assert rows(app, SandboxMessage) == MOST
    assert status(trial.form(f"{body}&recipients[]=600000000")) == (400, 209)


def test_a_body_is_not_too_large(plugin: Plugin) -> None:
    assert status(plugin.form("text=" + "x" * 5_300_000)) == (413, 209)


def test_in_the_sandbox_nobody_gets_a_text(app: Flask, cast: Cast, trial: Plugin) -> None:
    answer = trial.form(
        f"{form_of(return_send_recipients=1)}&recipients[]=500600701&recipients[]=1"
    )
    assert [each["status"] for each in results(answer)] == [0, 0, 201]
    assert results(answer)[0]["sms-id"].startswith("msg_test_")
    assert (rows(app, Message), rows(app, SandboxMessage)) == (0, 2)


@pytest.mark.parametrize("numbers", [[NUMBER], [NUMBER, "500600701", "225551234"], MANY])
def test_a_request_with_a_key_is_done_once(
    app: Flask, cast: Cast, plugin: Plugin, trial: Plugin, clock: Clock, numbers: list[str]
) -> None:
    clock.stop()
    date = int((now() + timedelta(minutes=5)).timestamp())
    sent = many(recipients=numbers, date=date)
    for each in (plugin, trial):
        first = each.json(sent, **{"Idempotency-Key": "order-17"})
        assert status(first) == (200, 0)
        clock.move(minutes=10)  # the time that was planned is over
        again = each.json(sent, **{"Idempotency-Key": "order-17"})
        assert [(one["sms-id"], one["status"]) for one in results(again)] == [
            (one["sms-id"], one["status"]) for one in results(first)
        ]
        clock.move(minutes=-10)
        other = each.json({**sent, "text": "Other"}, **{"Idempotency-Key": "order-17"})
        assert status(other) == (400, 212)
    texts = sum(number != "225551234" for number in numbers)
    assert (rows(app, Message), rows(app, SandboxMessage)) == (texts, texts)
    assert status(plugin.form(form_of(), **{"Idempotency-Key": "x" * 256})) == (400, 212)


def test_what_was_deleted_since_is_not_done_again(app: Flask, cast: Cast, plugin: Plugin) -> None:
    once = {"Idempotency-Key": "order-18"}
    assert status(plugin.form(form_of(), **once)) == (200, 0)
    with app.app_context(), transaction() as session:
        session.execute(update(ApiMessage).values(request="another"))
    assert status(plugin.form(form_of(), **once)) == (400, 212)
    assert rows(app, Message) == 1


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/json", "application/json"),
        ("application/json, text/plain, */*", "application/json"),  # axios
        ("text/plain", "text/plain"),
        ("text/plain;q=0.9", "text/plain"),
        ("text/html", "application/json"),
    ],
)
def test_it_answers_as_text_only_if_nothing_else_is_taken(
    plugin: Plugin, accept: str, mimetype: str
) -> None:
    answer = plugin.form(f"{form_of()}&recipients[]=1", Accept=accept)
    assert (answer.status_code, answer.mimetype) == (200, mimetype)
    if mimetype == "text/plain":
        lines = answer.text.splitlines()
        assert lines[0] == "0"
        assert lines[1].startswith("0;msg_")
        assert lines[1].endswith(f";{E164}")
        assert lines[2] == "201;;"


def test_a_refusal_as_text_says_why(plugin: Plugin) -> None:
    answer = plugin.form(form_of(type=2), Accept="text/plain")
    assert answer.status_code == 400
    assert answer.text == "202\nThere is no such type. Send type 0, 1, 3 or 4.\n"
