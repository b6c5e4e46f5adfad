"""Batches: thousands of people in one request, all of them or nobody."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    ApiMessage,
    Campaign,
    Guard,
    Message,
    SuppressionSource,
    now,
)
from promosms.services.sending import opt_outs
from tests.services.sending.conftest import check_books
from tests.support import engine
from tests.support.api import Program
from tests.support.cast import Cast
from tests.support.clock import Clock

TEXT = "{first_name|Hello}, order {order} is here."
NUMBERS = [f"+486001002{number:02}" for number in range(10, 16)]
PEOPLE = [
    {"to": number, "reference": f"r{place}", "values": {"order": str(place), "First Name": "Ola"}}
    for place, number in enumerate(reversed(NUMBERS))
]
BODY = {"text": TEXT, "messages": PEOPLE}


def rows(app: Flask, model: type) -> int:
    with app.app_context():
        number = db.session.scalar(select(func.count()).select_from(model)) or 0
        db.session.remove()
        return number


def test_a_batch_becomes_a_campaign_with_a_text_for_each(
    app: Flask, cast: Cast, program: Program
) -> None:
    answer = program.post("/messages/batch", BODY)
    assert answer.status_code == 201, answer.text
    batch = answer.get_json()
    assert (batch["queued"], batch["skipped"], batch["status"]) == (6, 0, "sending")
    assert [text["to"] for text in batch["messages"]] == [one["to"] for one in PEOPLE]
    assert [text["text"] for text in batch["messages"]] == [
        f"Ola, order {place} is here." for place in range(6)
    ]
    with app.app_context():
        campaign = db.session.scalars(select(Campaign)).one()
        assert campaign.public_id == batch["campaign"]
        assert batch["price"] == f"0.{campaign.total_price:04d}"
        check_books(cast.owner.account_id)
    engine.settle(app)
    for text in batch["messages"]:
        sent = program.get(f"/messages/{text['id']}").get_json()
        assert (sent["status"], sent["reference"]) == ("delivered", text["reference"])
    with app.app_context():
        assert db.session.scalars(select(Campaign)).one().status == "finished"
        check_books(cast.owner.account_id)


def test_a_dry_run_writes_nothing(app: Flask, program: Program, sandbox: Program) -> None:
    for caller in (program, sandbox):
        answer = caller.post("/messages/batch", {**BODY, "dry_run": True})
        batch = answer.get_json()
        assert (answer.status_code, batch["queued"], batch["campaign"]) == (200, 6, None)
        assert {text["id"] for text in batch["messages"]} == {None}
    assert rows(app, Message) == rows(app, Campaign) == 0


def test_who_has_opted_out_is_left_out_and_costs_nothing(
    app: Flask, cast: Cast, program: Program
) -> None:
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, NUMBERS[0], SuppressionSource.KEYWORD)
    batch = program.post("/messages/batch", BODY).get_json()
    assert (batch["queued"], batch["skipped"]) == (5, 1)
    assert batch["messages"][-1]["reason"] == "opted_out"
    assert batch["messages"][-1]["price"] == "0.0000"
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, NUMBERS[1], SuppressionSource.KEYWORD)
    engine.settle(app)
    late = program.get(f"/messages/{batch['messages'][-2]['id']}").get_json()
    assert (late["status"], late["reason"]) == ("skipped", "opted_out")
    with app.app_context():
        check_books(cast.owner.account_id)


def test_one_to_nobody_who_may_be_texted_is_finished_at_once(
    app: Flask, cast: Cast, program: Program
) -> None:
    with app.app_context():
        opt_outs.opt_out_all(cast.owner.account_id, NUMBERS, SuppressionSource.HAND)
    batch = program.post("/messages/batch", BODY).get_json()
    assert (batch["queued"], batch["status"], batch["price"]) == (0, "finished", "0.0000")


@pytest.mark.parametrize(
    ("place", "change", "code", "pointer"),
    [
        (2, {"to": "600100212"}, "invalid-number", "#/messages/2/to"),
        (5, {"to": "+48 600 100 215"}, "number-twice", "#/messages/5/to"),
        (1, {"values": {"first_name": "Jan"}}, "value-missing", "#/messages/1/values"),
        (0, {"values": {"order": "x" * 480 + "ż" * 20}}, "text-too-long", "#/messages/0/values"),
    ],
)
def test_a_mistake_in_one_refuses_all(
    app: Flask, program: Program, place: int, change: dict[str, object], code: str, pointer: str
) -> None:
    people = [{**one, **(change if at == place else {})} for at, one in enumerate(PEOPLE)]
    answer = program.post("/messages/batch", {**BODY, "messages": people})
    [error] = answer.get_json()["errors"]
    assert (answer.status_code, error["code"], error["pointer"]) == (422, code, pointer)
    assert rows(app, Message) == rows(app, Campaign) == rows(app, ApiMessage) == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": "Sale for {first_name|you}"}, "sounds-promotional"),
        ({"max_price": "0.0001"}, "over-max-price"),
        ({"messages": []}, "invalid-request"),
        ({"messages": PEOPLE[:1], "extra": 1}, "invalid-request"),
        ({"send_at": "2020-01-01T00:00:00Z"}, "time-in-the-past"),
        ({"valid_hours": 73}, "invalid-request"),
    ],
)
def test_a_batch_that_is_wrong_as_a_whole(
    app: Flask, program: Program, change: dict[str, object], code: str
) -> None:
    answer = program.post("/messages/batch", {**BODY, **change})
    assert answer.get_json()["code"] == code
    assert rows(app, Campaign) == 0


@pytest.mark.parametrize(("number", "status"), [(10_000, 200), (10_001, 422)])
def test_up_to_ten_thousand_people(program: Program, number: int, status: int) -> None:
    people = [{"to": f"+4860{place:07}"} for place in range(number)]
    body = {"text": "Here", "messages": people, "dry_run": True}
    with_money = program.post("/messages/batch", body)
    assert with_money.status_code == (402 if status == 200 else status)


def test_what_it_costs_must_be_there(app: Flask, cast: Cast, program: Program) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).balance = 1
    answer = program.post("/messages/batch", BODY)
    assert (answer.status_code, answer.get_json()["code"]) == (402, "insufficient-balance")
    assert rows(app, Message) == rows(app, Campaign) == 0


def test_the_limits_of_the_account_hold(app: Flask, cast: Cast, program: Program) -> None:
    for limits, code in (
        ({"per_campaign": 1}, "campaign-limit"),
        ({"per_month": 1}, "monthly-limit"),
    ):
        with app.app_context(), transaction() as session:
            session.merge(
                Guard(account_id=cast.owner.account_id, **{"per_campaign": None, **limits})
            )
        answer = program.post("/messages/batch", BODY)
        assert (answer.status_code, answer.get_json()["code"]) == (402, code)
    assert rows(app, Message) == 0


def test_a_planned_batch_begins_at_its_time(app: Flask, program: Program, clock: Clock) -> None:
    at = (now() + timedelta(hours=2)).isoformat()
    batch = program.post("/messages/batch", {**BODY, "send_at": at}).get_json()
    engine.settle(app, until=lambda: True)
    path = f"/messages/{batch['messages'][0]['id']}"
    assert program.get(path).get_json()["status"] == "queued"
    clock.move(hours=2, seconds=1)
    engine.settle(app)
    assert program.get(path).get_json()["status"] == "delivered"


def test_one_of_a_batch_is_not_cancelled_alone(program: Program) -> None:
    """Its campaign is: the counts and the money are there."""
    batch = program.post("/messages/batch", BODY).get_json()
    refused = program.post(f"/messages/{batch['messages'][0]['id']}/cancel")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "part-of-a-batch")


def test_a_batch_of_others_is_unknown(program: Program, stranger: Program) -> None:
    batch = program.post("/messages/batch", BODY).get_json()
    assert stranger.get(f"/messages/{batch['messages'][0]['id']}").status_code == 404
