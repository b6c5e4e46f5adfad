"""Sending a text from a program, reading it, cancelling it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, ApiMessage, Message, Priority, SuppressionSource, now
from promosms.services.sending import opt_outs
from tests.support import engine
from tests.support.api import Program
from tests.support.cast import Cast
from tests.support.clock import Clock

NUMBER = "+48600100200"
TEXT = {"to": "+48 600 100 200", "text": "Your parcel is here."}
PRICE = 500  # of a part to Poland on a new installation, in 1/10,000


def balance(app: Flask, cast: Cast) -> tuple[int, int]:
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        return account.balance, account.held


def stored(app: Flask) -> list[Message]:
    with app.app_context():
        return list(db.session.scalars(select(Message)))


def test_it_accepts_a_text_and_sets_its_price_aside(
    app: Flask, cast: Cast, program: Program
) -> None:
    before, _held = balance(app, cast)
    response = program.post("/messages", {**TEXT, "reference": "order-1"})
    assert response.status_code == 201, response.text
    text = response.get_json()
    assert (text["to"], text["status"], text["parts"]) == (NUMBER, "queued", 1)
    assert (text["reference"], text["sandbox"], text["country"]) == ("order-1", False, "PL")
    assert program.get(response.location.removeprefix("/api/v1")).get_json() == text
    [message] = stored(app)
    assert (message.priority, message.text) == (Priority.API, "Your parcel is here.")
    assert text["price"] == f"0.{message.price:04d}"
    assert balance(app, cast) == (before - message.price, message.price)


def test_the_text_is_sent_charged_and_its_receipt_is_seen(
    app: Flask, cast: Cast, program: Program
) -> None:
    path = program.post("/messages", TEXT).location.removeprefix("/api/v1")
    engine.settle(app)
    text = program.get(path).get_json()
    assert text["status"] == "delivered"
    assert text["sent_at"] <= text["final_at"]
    assert balance(app, cast)[1] == 0


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(
    app: Flask, cast: Cast, program: Program
) -> None:
    before = balance(app, cast)
    response = program.post("/messages", {**TEXT, "text": "Żółw – 1 €", "dry_run": True})
    preview = response.get_json()
    assert response.status_code == 200
    assert (preview["encoding"], preview["parts"], preview["units"]) == ("ucs2", 1, 10)
    assert {each["character"]: each["plain"] for each in preview["costly_characters"]} == {
        "Ż": "Z",
        "ó": "o",
        "ł": "l",
        "–": "-",
    }
    plain = program.post("/messages", {**TEXT, "text": "Żółw", "plain": True, "dry_run": True})
    assert plain.get_json()["text"] == "Zolw"
    assert (balance(app, cast), stored(app)) == (before, [])


def test_a_planned_text_waits_and_can_be_cancelled(
    app: Flask, cast: Cast, program: Program, clock: Clock
) -> None:
    before = balance(app, cast)
    at = (now() + timedelta(hours=1)).isoformat()
    response = program.post("/messages", {**TEXT, "send_at": at})
    path = response.location.removeprefix("/api/v1")
    engine.settle(app, until=lambda: True)
    assert program.get(path).get_json()["status"] == "queued"
    cancelled = program.post(f"{path}/cancel").get_json()
    assert cancelled["status"] == "cancelled"
    assert program.post(f"{path}/cancel").get_json() == cancelled
    assert balance(app, cast) == before
    clock.move(hours=2)
    engine.settle(app)
    assert program.get(path).get_json()["status"] == "cancelled"


def test_a_planned_text_leaves_when_its_time_has_come(
    app: Flask, program: Program, clock: Clock
) -> None:
    at = (now() + timedelta(hours=1)).isoformat()
    path = program.post("/messages", {**TEXT, "send_at": at}).location.removeprefix("/api/v1")
    clock.move(minutes=61)
    engine.settle(app)
    assert program.get(path).get_json()["status"] == "delivered"


def test_what_has_left_cannot_be_cancelled(app: Flask, program: Program) -> None:
    path = program.post("/messages", TEXT).location.removeprefix("/api/v1")
    engine.settle(app)
    response = program.post(f"{path}/cancel")
    assert (response.status_code, response.get_json()["code"]) == (409, "too-late")


def test_one_that_is_too_late_is_not_sent_and_costs_nothing(
    app: Flask, cast: Cast, program: Program, clock: Clock
) -> None:
    before = balance(app, cast)
    path = program.post("/messages", {**TEXT, "valid_minutes": 5}).location.removeprefix("/api/v1")
    clock.move(minutes=5, seconds=1)
    engine.settle(app)
    text = program.get(path).get_json()
    assert (text["status"], text["reason"]) == ("skipped", "too_late")
    assert balance(app, cast) == before


def test_one_that_is_just_in_time_is_sent(app: Flask, program: Program, clock: Clock) -> None:
    path = program.post("/messages", {**TEXT, "valid_minutes": 5}).location.removeprefix("/api/v1")
    clock.move(minutes=4, seconds=50)
    engine.settle(app)
    assert program.get(path).get_json()["status"] == "delivered"


def test_after_an_opt_out_nothing_is_accepted_and_what_waits_is_skipped(
    app: Flask, cast: Cast, program: Program
) -> None:
    path = program.post("/messages", TEXT).location.removeprefix("/api/v1")
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, NUMBER, SuppressionSource.KEYWORD)
    engine.settle(app)
    text = program.get(path).get_json()
    assert (text["status"], text["reason"]) == ("skipped", "opted_out")
    refused = program.post("/messages", TEXT)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "opted-out")


def test_a_service_text_needs_no_consent(app: Flask, program: Program) -> None:
    """It is claimed like a direct text, which needs one unless it is an answer."""
    path = program.post("/messages", TEXT).location.removeprefix("/api/v1")
    engine.settle(app)
    assert program.get(path).get_json()["status"] == "delivered"


@pytest.mark.parametrize(
    ("change", "status", "code", "pointer"),
    [
        ({"to": "600100200"}, 422, "invalid-number", "#/to"),
        ({"to": "+4822100200300"}, 422, "invalid-number", "#/to"),
        ({"to": "+48221002003"}, 422, "invalid-number", "#/to"),
        ({"to": "4.86001E+10"}, 422, "invalid-number", "#/to"),
        ({"text": " \u200b "}, 422, "empty-text", "#/text"),
        ({"text": "x" * 919}, 422, "text-too-long", "#/text"),
        ({"text": "Big sale today"}, 422, "sounds-promotional", "#/text"),
        ({"route": "moon"}, 422, "unknown-route", "#/route"),
        ({"sender": "Nobody"}, 422, "unknown-sender", "#/sender"),
        ({"to": "+390612345678"}, 422, "invalid-number", "#/to"),
        ({"max_price": "0.0001"}, 422, "over-max-price", "#/max_price"),
        ({"send_at": "2020-01-01T00:00:00Z"}, 422, "time-in-the-past", "#/send_at"),
        ({"send_at": "2099-01-01T00:00:00Z"}, 422, "time-too-far", "#/send_at"),
        ({"send_at": "2027-01-01T00:00:00"}, 422, "invalid-request", "#/send_at"),
        ({"text": "a\u0000b"}, 422, "invalid-request", "#/text"),
        ({"reference": "r" * 101}, 422, "invalid-request", "#/reference"),
        ({"valid_minutes": 0}, 422, "invalid-request", "#/valid_minutes"),
        ({"valid_minutes": "5"}, 422, "invalid-request", "#/valid_minutes"),
        ({"max_price": 1}, 422, "invalid-request", "#/max_price"),
        ({"to": None}, 422, "invalid-request", "#/to"),
        ({"txt": "hello"}, 422, "invalid-request", "#/txt"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_sent(
    app: Flask, program: Program, change: dict[str, object], status: int, code: str, pointer: str
) -> None:
    response = program.post("/messages", {**TEXT, **change})
    problem = response.get_json()
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
    assert problem["type"].endswith(f"/api/errors#{code}")
    assert stored(app) == []


def test_the_longest_text_that_fits_is_accepted(program: Program) -> None:
    assert program.post("/messages", {**TEXT, "text": "x" * 918}).get_json()["parts"] == 6


@pytest.mark.parametrize(
    ("text", "noted"), [("Your sale contract is ready.", True), ("Your parcel is here.", False)]
)
def test_whoever_confirms_it_may_use_words_of_promotions_and_it_is_noted(
    app: Flask, program: Program, text: str, noted: bool
) -> None:
    body = {**TEXT, "text": text, "confirm_service": True}
    assert program.post("/messages", body).status_code == 201
    with app.app_context():
        assert db.session.scalars(select(ApiMessage.service_confirmed)).one() is noted


def test_too_little_money_is_named_and_nothing_is_stored(
    app: Flask, cast: Cast, program: Program
) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).balance = 0
    for body in (TEXT, {**TEXT, "dry_run": True}):
        response = program.post("/messages", body)
        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (402, "insufficient-balance")
        assert problem["missing"] != "0.0000"
    assert stored(app) == []


def test_a_list_has_the_newest_first_page_by_page(program: Program) -> None:
    for number in range(5):
        program.post("/messages", {**TEXT, "reference": f"r{number % 2}"})
    first = program.get("/messages?limit=3").get_json()
    rest = program.get(f"/messages?limit=3&cursor={first['next_cursor']}").get_json()
    references = [text["reference"] for text in first["messages"] + rest["messages"]]
    assert references == ["r0", "r1", "r0", "r1", "r0"]
    assert rest["next_cursor"] is None
    for written in ("%2B48600100200", "+48600100200", "48600100200", "%2B48%20600-100-200"):
        found = program.get(f"/messages?reference=r1&to={written}").get_json()["messages"]
        assert len(found) == 2, written
    for written in ("%2B48600100201", "nobody"):
        assert program.get(f"/messages?to={written}").get_json()["messages"] == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "cursor=msg_unknown", "limit=1&limit=2", "page=2"]
)
def test_wrong_parameters_are_named(program: Program, query: str) -> None:
    response = program.get(f"/messages?{query}")
    [error] = response.get_json()["errors"]
    assert (response.status_code, error["parameter"]) == (422, query.partition("=")[0])


def test_texts_of_others_are_unknown(program: Program, stranger: Program) -> None:
    path = program.post("/messages", TEXT).location.removeprefix("/api/v1")
    assert stranger.get(path).status_code == 404
    assert stranger.post(f"{path}/cancel").status_code == 404
    assert stranger.get("/messages").get_json()["messages"] == []
