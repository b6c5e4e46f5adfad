"""Sending: the fields, in every spelling; each recipient with a status; one text or a campaign."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select, update

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
from promosms.services.senders import decisions, requests
from promosms.services.senders.requests import Evidence
from promosms.services.sending import opt_outs
from tests.support import engine
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.rest32 import Plugin, results, status

NUMBER = "500600700"
E164 = "+48500600700"
MANY = [f"5006{number:05}" for number in range(100, 101 + SINGLE)]
"""One more than get texts of their own."""
SPELLINGS = (
    "recipients[]=500600700&recipients[]=500600701",
    "recipients[0]=500600700&recipients[1]=500600701",
    "recipients[0][0]=500600700&recipients[0][1]=500600701",
    "recipients[a]=500600700&recipients[b]=500600701",
    "recipients=500600700&recipients=500600701",
    "recipients=500600700,500600701",
    "recipients=%2B48500600700%3B+0048+500+600+701",
    "recipients[]=48500600700%0A&recipients[]=(500)600-701",
    '{"recipients": ["500600700", "500600701"]}',
    '{"recipients": [500600700, 48500600701]}',
    '{"recipients": {"0": "500600700", "7": "500600701"}}',
    '{"recipients": [["500600700"], ["500600701"], []]}',
    '{"recipients": "500600700, 500600701"}',
)


def form(**fields: object) -> str:
    """A form with a type, a text and a recipient, unless others are given."""
    given = {"type": 1, "text": "Hello", "recipients[]": NUMBER}
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return urlencode({name: each for name, each in (given | named).items() if each is not None})


def stored(app: Flask) -> list[Message]:
    with app.app_context():
        found = list(db.session.scalars(select(Message).order_by(Message.id)))
        db.session.expunge_all()
        return found


def rows(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def many(**fields: object) -> dict[str, object]:
    return {"type": 1, "text": "Hello", "recipients": MANY, "return-send-recipients": 1, **fields}


def test_every_spelling_of_recipients_is_read(app: Flask, plugin: Plugin) -> None:
    for sent in SPELLINGS:
        if sent.startswith("{"):
            answer = plugin.json({"text": "Hi", "type": 1, **json.loads(sent)})
        else:
            answer = plugin.form(f"text=Hi&type=1&{sent}")
        assert status(answer) == (200, 0), sent
        assert "recipientsResults" not in answer.get_json()["response"]
        assert [text.phone for text in stored(app)[-2:]] == [E164, "+48500600701"], sent


def test_a_text_is_a_service_text_to_one_person(app: Flask, cast: Cast, plugin: Plugin) -> None:
    answer = plugin.form(form(return_send_recipients=1))
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
    answer = plugin.form(f"{form()}&recipients[]=225551234&recipients[]=500600701&recipients[]=x")
    assert status(answer) == (200, 0)
    assert [each["status"] for each in results(answer)] == [0, 201, 0, 201]
    assert "landline" in results(answer)[1]["message"]
    assert [text.phone for text in stored(app)] == [E164, "+48500600701"]


def test_if_all_are_refused_so_is_the_request(app: Flask, cast: Cast, plugin: Plugin) -> None:
    answer = plugin.form(form(**{"recipients[]": "225551234"}))
    assert status(answer) == (400, 201)
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, E164, SuppressionSource.KEYWORD)
    answer = plugin.form(form())
    assert status(answer) == (403, 310)
    assert results(answer)[0]["sms-id"] is None
    assert rows(app, Message) == rows(app, ApiMessage) == 0


def test_who_has_opted_out_is_refused_alone(app: Flask, cast: Cast, plugin: Plugin) -> None:
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, E164, SuppressionSource.KEYWORD)
    answer = plugin.form(f"{form()}&recipients[]=500600701")
    assert status(answer) == (200, 0)
    assert [each["status"] for each in results(answer)] == [310, 0]


def test_a_number_that_stands_there_twice_gets_one_text(app: Flask, plugin: Plugin) -> None:
    sent = f"{form(return_send_recipients=1)}&recipients[]=%2B48500600700&recipients[]=500600701"
    found = results(plugin.form(sent))
    assert [each.get("duplicate", False) for each in found] == [False, True, False]
    assert found[0]["sms-id"] == found[1]["sms-id"] != found[2]["sms-id"]
    assert len(stored(app)) == 2


def test_numbers_are_read_as_in_the_country_of_the_account(
    app: Flask, cast: Cast, plugin: Plugin
) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).region = "DE"
    plugin.form(form(**{"recipients[]": "01512 3456789"}))
    assert [text.phone for text in stored(app)] == ["+4915123456789"]


@pytest.mark.usefixtures("four_routes")
@pytest.mark.parametrize(
    ("kind", "price", "flash"), [(0, 600, True), (1, 300, False), (3, 400, False), (4, 700, False)]
)
def test_each_type_goes_by_its_route(
    app: Flask, plugin: Plugin, kind: int, price: int, flash: bool
) -> None:
    assert status(plugin.form(form(type=kind))) == (200, 0)
    [message] = stored(app)
    assert (message.price, message.flash) == (price, flash)


def test_a_new_installation_has_the_two_usual_types(app: Flask, plugin: Plugin) -> None:
    assert [status(plugin.form(form(type=kind))) for kind in (1, 3, None)] == [(200, 0)] * 3
    refused = plugin.form(form(type=4))
    assert status(refused) == (403, 302)
    assert "It offers: 1, 3." in refused.get_json()["response"]["message"]
    assert status(plugin.form(form(type=0))) == (403, 302)
    assert len(stored(app)) == 3


def test_another_type_is_refused(app: Flask, plugin: Plugin) -> None:
    for kind in ("2", "5", "-1", "eco", "1.5", "[1]"):
        assert status(plugin.form(form(type=kind))) == (400, 202), kind
    assert rows(app, Message) == 0


@pytest.mark.usefixtures("four_routes")
def test_a_sender_is_an_approved_name_and_means_nothing_to_eco(
    app: Flask, cast: Cast, plugin: Plugin
) -> None:
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        asked = requests.ask(account, "Bakery", Evidence("Orders", "Bakery"), "test")
        decisions.approve(asked.id, "", [], "test")
    refused = plugin.form(form(type=3, sender="InfoSMS"))
    assert status(refused) == (403, 300)
    assert "It has: Bakery." in refused.get_json()["response"]["message"]
    assert status(plugin.form(form(type=3, sender="Bakery"))) == (200, 0)
    assert status(plugin.form(form(type=1, sender="InfoSMS"))) == (200, 0)
    assert [text.sender for text in stored(app)] == ["Bakery", "+48732000001"]


@pytest.mark.parametrize(
    ("fields", "text", "expected"),
    [
        ({}, "Zażółć gęślą – „jaźń”", 'Zazolc gesla - "jazn"'),
        ({"special-chars": 0}, "Zażółć", "Zazolc"),
        ({"special-chars": 1}, "Zażółć", "Zażółć"),
        ({"special-chars": "true"}, "Привет", "Привет"),
    ],
)
def test_accents_are_written_only_if_that_is_wanted(
    app: Flask, plugin: Plugin, fields: dict[str, object], text: str, expected: str
) -> None:
    answer = plugin.json({"type": 1, "recipients": NUMBER, "text": text, **fields})
    assert status(answer) == (200, 0)
    assert [message.text for message in stored(app)] == [expected]


def test_what_has_no_plain_letters_is_named(app: Flask, plugin: Plugin) -> None:
    answer = plugin.form(form(text="Привет, Zażółć"))
    assert status(answer) == (400, 205)
    assert "П р и в е т" in answer.get_json()["response"]["message"]
    assert rows(app, Message) == 0


@pytest.mark.parametrize(
    ("length", "long_sms", "expected"),
    [
        (160, 0, (200, 0)),
        (161, 0, (400, 204)),
        (161, 1, (200, 0)),
        (918, 1, (200, 0)),
        (919, 1, (400, 204)),
        (5000, 1, (400, 204)),
    ],
)
def test_several_parts_are_sent_only_if_that_is_wanted(
    app: Flask, plugin: Plugin, length: int, long_sms: int, expected: tuple[int, int]
) -> None:
    assert status(plugin.form(form(text="x" * length, long_sms=long_sms))) == expected
    assert rows(app, Message) == (expected == (200, 0))


@pytest.mark.parametrize(
    ("seconds", "expected", "waits"),
    [
        (-61, (400, 206), False),
        (-59, (200, 0), False),
        (60, (200, 0), True),
        (366 * 86_400, (200, 0), True),
        (366 * 86_400 + 60, (400, 206), False),
    ],
)
def test_a_text_can_be_planned(
    app: Flask,
    plugin: Plugin,
    clock: Clock,
    seconds: int,
    expected: tuple[int, int],
    waits: bool,
) -> None:
    clock.stop()
    moment = (now() + timedelta(seconds=seconds)).replace(microsecond=0)
    assert status(plugin.form(form(date=int(moment.timestamp())))) == expected
    assert [text.next_attempt_at for text in stored(app)] == (
        [moment if waits else None] if expected == (200, 0) else []
    )


def test_what_is_no_time_is_refused(plugin: Plugin) -> None:
    for date in ("tomorrow", "-5", "9" * 30, "1e9", "2026-05-17", "999999999999"):
        assert status(plugin.form(form(date=date))) == (400, 206), date


def test_no_time_means_now(app: Flask, plugin: Plugin) -> None:
    for date in ("", "0"):
        assert status(plugin.form(form(date=date))) == (200, 0)
    assert [text.next_attempt_at for text in stored(app)] == [None, None]


def test_a_delivery_address_is_one_of_the_internet(app: Flask, plugin: Plugin) -> None:
    possible = "https://shop.example/?id=%smsID&r=%report"
    assert status(plugin.form(form(delivery_url=possible))) == (200, 0)
    assert status(plugin.form(form(delivery_url="http://10.0.0.1/"))) == (400, 207)
    with app.app_context():
        assert list(db.session.scalars(select(ApiMessage.delivery_url))) == [possible]


@pytest.mark.parametrize(
    ("indexes", "number"),
    [
        (["a", "b"], 0),
        (["x" * 100, ""], 0),
        (["x" * 101, "b"], 208),
        (["a"], 208),
        (["a", "b", "c"], 208),
        (["a\n", "b"], 208),
        (["\ud800", "b"], 208),
        ([{"a": None}, "c", 7], 0),
        (["a", True], 208),
    ],
)
def test_own_ids_are_one_for_each_recipient(
    app: Flask, plugin: Plugin, indexes: list[object], number: int
) -> None:
    sent = {"recipients": [NUMBER, "500600701"], "user-indexes": indexes, "text": "Hi", "type": 1}
    assert status(plugin.json(sent))[1] == number


def test_what_is_missing_or_wrong_is_named(app: Flask, plugin: Plugin) -> None:
    for body, number in (
        (form(text=None), 101),
        (form(text=" \n"), 101),
        (form(**{"recipients[]": None}), 102),
        (form(**{"recipients[]": " , "}), 102),
        ("", 102),
        (form(long_sms="perhaps"), 203),
        (form(return_send_recipients="2"), 203),
        (b"type=1&text=Cze%B6%E6&recipients=500600700", 200),
        (b"{", 200),
        (b"{1}", 200),
        (b"[1]", 102),
        (b'{"text": "Hi", "recipients": true}', 201),
        (b'{"text": "Hi", "recipients": "500600700", "type": true}', 202),
        (b'{"text": "Hi", "recipients": "500600700", "type": 1.5}', 202),
        (b"a=1&" * 20_100 + b"text=Hi", 200),
        (b'{"text": {"a": 1}, "recipients": "500600700"}', 101),
        (b'{"text": "Hi", "recipients": NaN}', 201),
        (b'{"recipients": ' + b"[" * 9 + b"1" + b"]" * 9 + b', "text": "Hi"}', 201),
        (b'{"recipients": ' + b"[" * 90_000, 200),
        (b'{"text": ' + b"9" * 5_000 + b"}", 200),
    ):
        answer = plugin.form(body)
        assert status(answer)[1] == number, (body[:80], answer.text)
    assert rows(app, Message) == 0


def test_promotions_are_refused_unless_the_program_knows_better(app: Flask, plugin: Plugin) -> None:
    text = "Rabat 20% tylko dzis!"
    assert status(plugin.form(form(text=text))) == (403, 304)
    assert status(plugin.form(form(text=text, confirm_service=1))) == (200, 0)
    with app.app_context():
        assert db.session.scalars(select(ApiMessage.service_confirmed)).one()


def test_without_money_nobody_gets_a_text(app: Flask, cast: Cast, plugin: Plugin) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).balance = 500
    assert status(plugin.form(f"{form()}&recipients[]=500600701")) == (403, 321)
    assert status(plugin.json(many())) == (403, 321)
    assert rows(app, Message) == rows(app, ApiMessage) == rows(app, Campaign) == 0
    assert status(plugin.form(form())) == (200, 0)


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
    answer = trial.form(f"{form(return_send_recipients=1)}&recipients[]=500600701&recipients[]=1")
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
    assert status(plugin.form(form(), **{"Idempotency-Key": "x" * 256})) == (400, 212)


def test_what_was_deleted_since_is_not_done_again(app: Flask, cast: Cast, plugin: Plugin) -> None:
    once = {"Idempotency-Key": "order-18"}
    assert status(plugin.form(form(), **once)) == (200, 0)
    with app.app_context(), transaction() as session:
        session.execute(update(ApiMessage).values(request="another"))
    assert status(plugin.form(form(), **once)) == (400, 212)
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
    answer = plugin.form(f"{form()}&recipients[]=1", Accept=accept)
    assert (answer.status_code, answer.mimetype) == (200, mimetype)
    if mimetype == "text/plain":
        lines = answer.text.splitlines()
        assert lines[0] == "0"
        assert lines[1].startswith("0;msg_")
        assert lines[1].endswith(f";{E164}")
        assert lines[2] == "201;;"


def test_a_refusal_as_text_says_why(plugin: Plugin) -> None:
    answer = plugin.form(form(type=2), Accept="text/plain")
    assert answer.status_code == 400
    assert answer.text == "202\nThere is no such type. Send `type` 0, 1, 3 or 4.\n"
