"""Sending: each field, what may stand in it, and in which spellings."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    ApiMessage,
    Message,
    now,
)
from promosms.services.senders import decisions, requests
from promosms.services.senders.requests import Evidence
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.rest32 import E164, NUMBER, Plugin, form_of, rows, status, stored

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


def test_every_spelling_of_recipients_is_read(app: Flask, plugin: Plugin) -> None:
    for sent in SPELLINGS:
        if sent.startswith("{"):
            answer = plugin.json({"text": "Hi", "type": 1, **json.loads(sent)})
        else:
            answer = plugin.form(f"text=Hi&type=1&{sent}")
        assert status(answer) == (200, 0), sent
        assert "recipientsResults" not in answer.get_json()["response"]
        assert [text.phone for text in stored(app)[-2:]] == [E164, "+48500600701"], sent


def test_numbers_are_read_as_in_the_country_of_the_account(
    app: Flask, cast: Cast, plugin: Plugin
) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).region = "DE"
    plugin.form(form_of(**{"recipients[]": "01512 3456789"}))
    assert [text.phone for text in stored(app)] == ["+4915123456789"]


@pytest.mark.usefixtures("four_routes")
@pytest.mark.parametrize(
    ("kind", "price", "flash"), [(0, 600, True), (1, 300, False), (3, 400, False), (4, 700, False)]
)
def test_each_type_goes_by_its_route(
    app: Flask, plugin: Plugin, kind: int, price: int, flash: bool
) -> None:
    assert status(plugin.form(form_of(type=kind))) == (200, 0)
    [message] = stored(app)
    assert (message.price, message.flash) == (price, flash)


def test_a_new_installation_has_the_two_usual_types(app: Flask, plugin: Plugin) -> None:
    assert [status(plugin.form(form_of(type=kind))) for kind in (1, 3, None)] == [(200, 0)] * 3
    refused = plugin.form(form_of(type=4))
    assert status(refused) == (403, 302)
    assert "It offers: 1, 3." in refused.get_json()["response"]["message"]
    assert status(plugin.form(form_of(type=0))) == (403, 302)
    assert len(stored(app)) == 3


def test_another_type_is_refused(app: Flask, plugin: Plugin) -> None:
    for kind in ("2", "5", "-1", "eco", "1.5", "[1]"):
        assert status(plugin.form(form_of(type=kind))) == (400, 202), kind
    assert rows(app, Message) == 0


@pytest.mark.usefixtures("four_routes")
def test_a_sender_is_an_approved_name_and_means_nothing_to_eco(
    app: Flask, cast: Cast, plugin: Plugin
) -> None:
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        asked = requests.ask(account, "Bakery", Evidence("Orders", "Bakery"), "test")
        decisions.approve(asked.id, "", [], "test")
    refused = plugin.form(form_of(type=3, sender="InfoSMS"))
    assert status(refused) == (403, 300)
    assert "It has: Bakery." in refused.get_json()["response"]["message"]
    assert status(plugin.form(form_of(type=3, sender="Bakery"))) == (200, 0)
    assert status(plugin.form(form_of(type=1, sender="InfoSMS"))) == (200, 0)
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
    answer = plugin.form(form_of(text="Привет, Zażółć"))
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
    assert status(plugin.form(form_of(text="x" * length, long_sms=long_sms))) == expected
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
    assert status(plugin.form(form_of(date=int(moment.timestamp())))) == expected
    assert [text.next_attempt_at for text in stored(app)] == (
        [moment if waits else None] if expected == (200, 0) else []
    )


def test_what_is_no_time_is_refused(plugin: Plugin) -> None:
    for date in ("tomorrow", "-5", "9" * 30, "1e9", "2026-05-17", "999999999999"):
        assert status(plugin.form(form_of(date=date))) == (400, 206), date


def test_no_time_means_now(app: Flask, plugin: Plugin) -> None:
    for date in ("", "0"):
        assert status(plugin.form(form_of(date=date))) == (200, 0)
    assert [text.next_attempt_at for text in stored(app)] == [None, None]


def test_a_delivery_address_is_one_of_the_internet(app: Flask, plugin: Plugin) -> None:
    possible = "https://shop.example/?id=%smsID&r=%report"
    assert status(plugin.form(form_of(delivery_url=possible))) == (200, 0)
    assert status(plugin.form(form_of(delivery_url="http://10.0.0.1/"))) == (400, 207)
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
        (form_of(text=None), 101),
        (form_of(text=" \n"), 101),
        (form_of(**{"recipients[]": None}), 102),
        (form_of(**{"recipients[]": " , "}), 102),
        ("", 102),
        (form_of(long_sms="perhaps"), 203),
        (form_of(return_send_recipients="2"), 203),
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
    assert status(plugin.form(form_of(text=text))) == (403, 304)
    assert status(plugin.form(form_of(text=text, confirm_service=1))) == (200, 0)
    with app.app_context():
        assert db.session.scalars(select(ApiMessage.service_confirmed)).one()
