"""Campaigns that programs write, launch, stop and read."""

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Campaign, CampaignStatus
from tests.support import engine
from tests.support.api import Program, owner_of
from tests.support.cast import Cast

TEXT = "Hello {first_name|there}, we are open."


def draft(program: Program, list_id: str, **change: object) -> str:
    answer = program.post("/campaigns", {"text": TEXT, "lists": [list_id], **change})
    assert answer.status_code == 201, answer.text
    return answer.location.removeprefix("/api/v1")


def test_a_draft_is_estimated_launched_and_read(app: Flask, program: Program, list_id: str) -> None:
    path = draft(program, list_id)
    estimate = program.get(f"{path}/estimate").get_json()
    assert (estimate["people"], estimate["skipped"], estimate["problem"]) == (
        2,
        {"no_consent": 1},
        "",
    )
    assert estimate["by_country"][0]["country"] == "PL"
    price = {"agreed_price": estimate["price"]}
    assert program.post(f"{path}/launch", price).get_json()["status"] == "preparing"
    again = program.post(f"{path}/launch", price)
    assert (again.status_code, again.get_json()["reason"]) == (409, "not_draft")
    engine.settle(app)
    report = program.get(path).get_json()
    assert (report["status"], report["delivered"], report["skipped"]) == ("finished", 2, 1)
    assert report["price"] == estimate["price"]
    texts = program.get(f"{path}/messages").get_json()["messages"]
    assert sorted(text["text"].partition(",")[0] for text in texts) == [
        "",
        "Hello Ola",
        "Hello there",
    ]
    [left_out] = program.get(f"{path}/messages?status=skipped").get_json()["messages"]
    assert left_out["reason"] == "no_consent"
    assert program.get(f"/messages/{texts[0]['id']}").get_json() == texts[0]


def test_its_texts_come_page_by_page(app: Flask, program: Program, list_id: str) -> None:
    path = draft(program, list_id)
    program.post(f"{path}/launch", {"agreed_price": "9"})
    engine.settle(app)
    first = program.get(f"{path}/messages?limit=2").get_json()
    rest = program.get(f"{path}/messages?limit=2&cursor={first['next_cursor']}").get_json()
    assert (len(first["messages"]), len(rest["messages"]), rest["next_cursor"]) == (2, 1, None)


def test_it_costs_no_more_than_was_agreed(app: Flask, program: Program, list_id: str) -> None:
    path = draft(program, list_id)
    program.post(f"{path}/launch", {"agreed_price": "0.0001"})
    engine.settle(app, until=lambda: status(app) == CampaignStatus.BLOCKED)
    assert program.get(path).get_json()["status"] == "blocked"


def status(app: Flask) -> str | None:
    with app.app_context():
        found = db.session.scalar(select(Campaign.status))
        db.session.remove()
        return found


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"opt_out_line": False}, "no_way_out"),
        ({"text": "Hello {shoe_size}"}, "unknown_placeholder"),
        ({"text": "Sale today", "kind": "service"}, "like_promotion"),
        ({"lists": []}, "no_audience"),
    ],
)
def test_what_keeps_it_from_leaving_is_said(
    app: Flask, program: Program, list_id: str, change: dict[str, object], reason: str
) -> None:
    path = draft(program, list_id, **change)
    assert program.get(f"{path}/estimate").get_json()["problem"] == reason
    refused = program.post(f"{path}/launch", {"agreed_price": "9"})
    assert (refused.status_code, refused.get_json()["reason"]) == (409, reason)
    assert refused.get_json()["detail"]
    assert status(app) == "draft"


def test_a_service_text_with_words_of_promotions_is_confirmed(
    app: Flask, program: Program, list_id: str
) -> None:
    path = draft(program, list_id, text="Your sale contract is ready.", kind="service")
    body = {"agreed_price": "9", "confirm_service": True}
    assert program.post(f"{path}/launch", body).status_code == 200
    with app.app_context():
        campaign = db.session.scalars(select(Campaign)).one()
        assert campaign.service_confirmed_by == owner_of(campaign.account_id)


def test_it_is_paused_resumed_and_cancelled(app: Flask, program: Program, list_id: str) -> None:
    path = draft(program, list_id)
    program.post(f"{path}/launch", {"agreed_price": "9"})
    engine.settle(app, until=lambda: status(app) != CampaignStatus.PREPARING)
    assert program.post(f"{path}/resume").status_code == 409
    with app.app_context(), transaction() as session:
        session.scalars(select(Campaign)).one().status = CampaignStatus.SENDING
    assert program.post(f"{path}/pause").get_json()["status"] == "paused"
    assert program.post(f"{path}/pause").status_code == 409
    assert program.post(f"{path}/resume").get_json()["status"] == "sending"
    assert program.post(f"{path}/cancel").get_json()["status"] == "cancelled"
    assert program.post(f"{path}/cancel").get_json()["status"] == "cancelled"


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"sender": "Nobody"}, "unknown-sender", "#/sender"),
        ({"route": "moon"}, "unknown-route", "#/route"),
        ({"lists": ["0" * 20]}, "unknown-audience", "#/lists"),
        ({"without_segments": ["0" * 20]}, "unknown-audience", "#/without_segments"),
        ({"kind": "other"}, "invalid-request", "#/kind"),
        ({"language": "zz"}, "invalid-request", "#/language"),
        ({"lists": ["x"]}, "invalid-request", "#/lists/0"),
    ],
)
def test_what_the_account_has_not_is_refused(
    app: Flask, program: Program, change: dict[str, object], code: str, pointer: str
) -> None:
    answer = program.post("/campaigns", {"text": TEXT, **change})
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (422, code)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert status(app) is None


def test_a_draft_that_is_sent_twice_is_one(program: Program, list_id: str) -> None:
    body = {"text": TEXT, "lists": [list_id]}
    once = {"headers": {"Idempotency-Key": "a"}}
    first, again = (program.post("/campaigns", body, **once) for _ in range(2))
    assert first.get_json() == again.get_json()
    assert len(program.get("/campaigns").get_json()["campaigns"]) == 1


def test_there_are_none_in_the_sandbox(program: Program, sandbox: Program, list_id: str) -> None:
    path = draft(program, list_id)
    refused = sandbox.post("/campaigns", {"text": TEXT})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "not-in-sandbox")
    assert sandbox.get("/campaigns").get_json()["campaigns"] == []
    assert sandbox.get(path).status_code == sandbox.post(f"{path}/cancel").status_code == 404


def test_those_of_others_are_unknown(
    program: Program, stranger: Program, list_id: str, app: Flask, cast: Cast
) -> None:
    path = draft(program, list_id)
    for act in ("launch", "move", "start", "pause", "resume", "cancel"):
        body = {"agreed_price": "9"} if act == "launch" else {}
        assert stranger.post(f"{path}/{act}", body).status_code == 404
    for part in ("", "/messages", "/estimate"):
        assert stranger.get(path + part).status_code == 404
    assert stranger.get("/campaigns").get_json()["campaigns"] == []
    theirs = stranger.post("/campaigns", {"text": TEXT, "lists": [list_id]})
    assert theirs.get_json()["code"] == "unknown-audience"
    with app.app_context():
        assert db.session.get_one(Account, cast.owner.account_id).held == 0
