"""The sandbox: everything as with a real key, and nobody gets a text or pays for it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    Gateway,
    GatewayStatus,
    LedgerEntry,
    Message,
    SandboxMessage,
    now,
)
from promosms.services.privacy import purge_rows
from tests.support.api import Program
from tests.support.cast import Cast
from tests.support.clock import Clock

TEXT = {"to": "+48600100200", "text": "Your parcel is here."}


def rows(app: Flask, model: type) -> int:
    with app.app_context():
        number = db.session.scalar(select(func.count()).select_from(model)) or 0
        db.session.remove()
        return number


@pytest.mark.parametrize(
    ("ending", "after", "status", "reason"),
    [
        ("10200", 0.0, "queued", ""),
        ("10200", 0.9, "queued", ""),
        ("10200", 1.1, "sent", ""),
        ("10200", 2.9, "sent", ""),
        ("10200", 3.1, "delivered", ""),
        ("00001", 1.1, "failed", "rejected"),
        ("00002", 3.1, "undelivered", ""),
        ("00003", 3.1, "expired", ""),
        ("00004", 29.0, "sent", ""),
        ("00004", 31.0, "delivered", ""),
        ("00005", 90.0, "sent", ""),
        ("00006", 1.1, "unknown", "no_answer"),
        ("00006", 3.1, "delivered", ""),
        ("00007", 3.1, "delivered", ""),
    ],
)
def test_what_becomes_of_a_text_follows_from_its_number(
    app: Flask, sandbox: Program, clock: Clock, ending: str, after: float, status: str, reason: str
) -> None:
    clock.stop()
    path = sandbox.post("/messages", {**TEXT, "to": f"+486001{ending}"}).location
    clock.move(seconds=after)
    text = sandbox.get(path.removeprefix("/api/v1")).get_json()
    assert (text["status"], text["reason"], text["sandbox"]) == (status, reason, True)
    assert (text["sent_at"] is not None) == (status not in ("queued", "failed"))
    ended = ("delivered", "undelivered", "expired", "failed")
    assert (text["final_at"] is not None) == (status in ended)


def test_it_costs_nothing_and_counts_nowhere(app: Flask, cast: Cast, sandbox: Program) -> None:
    entries = rows(app, LedgerEntry)
    people = [{"to": f"+4860010020{number}"} for number in range(3)]
    sandbox.post("/messages", TEXT)
    batch = sandbox.post("/messages/batch", {"text": "Here", "messages": people}).get_json()
    assert (batch["campaign"], batch["queued"], batch["sandbox"]) == (None, 3, True)
    assert (rows(app, Message), rows(app, Campaign), rows(app, LedgerEntry)) == (0, 0, entries)
    assert rows(app, SandboxMessage) == 4


def test_it_works_without_money_and_on_trial(app: Flask, cast: Cast, sandbox: Program) -> None:
    with app.app_context(), transaction() as session:
        account = session.get_one(Account, cast.owner.account_id)
        account.balance, account.approved_at = 0, None
    assert sandbox.post("/messages", TEXT).status_code == 201
    assert sandbox.post("/messages", {**TEXT, "dry_run": True}).status_code == 200


def test_a_planned_text_waits_and_can_be_cancelled(sandbox: Program, clock: Clock) -> None:
    later = (now() + timedelta(hours=1)).isoformat()
    paths = [
        sandbox.post("/messages", {**TEXT, "send_at": later}).location.removeprefix("/api/v1")
        for _ in range(2)
    ]
    clock.move(minutes=59)
    assert sandbox.post(f"{paths[0]}/cancel").get_json()["status"] == "cancelled"
    clock.move(minutes=2)
    assert [sandbox.get(path).get_json()["status"] for path in paths] == ["cancelled", "delivered"]
    late = sandbox.post(f"{paths[1]}/cancel")
    assert (late.status_code, late.get_json()["code"]) == (409, "too-late")


def test_real_texts_and_those_of_the_sandbox_are_apart(program: Program, sandbox: Program) -> None:
    real = program.post("/messages", TEXT).get_json()["id"]
    tried = sandbox.post("/messages", TEXT).get_json()["id"]
    assert tried.startswith("msg_test_")
    assert program.get(f"/messages/{tried}").status_code == 404
    assert sandbox.get(f"/messages/{real}").status_code == 404
    for each, name in ((program, real), (sandbox, tried)):
        listed = each.get("/messages").get_json()["messages"]
        assert [text["id"] for text in listed] == [name]


def test_its_list_comes_page_by_page(sandbox: Program) -> None:
    for number in range(3):
        sandbox.post("/messages", {**TEXT, "reference": f"r{number}"})
    first = sandbox.get("/messages?limit=2").get_json()
    rest = sandbox.get(f"/messages?limit=2&cursor={first['next_cursor']}").get_json()
    texts = first["messages"] + rest["messages"]
    assert [text["reference"] for text in texts] == ["r2", "r1", "r0"]
    assert len(sandbox.get("/messages?reference=r1").get_json()["messages"]) == 1


def test_its_texts_are_forgotten_after_three_days(
    app: Flask, sandbox: Program, clock: Clock
) -> None:
    sandbox.post("/messages", TEXT)
    for hours, left in ((71, 1), (2, 0)):
        clock.move(hours=hours)
        with app.app_context():
            purge_rows.sandbox_messages({}, lambda: False)
            db.session.remove()
        assert rows(app, SandboxMessage) == left


def test_on_trial_only_guests_get_real_texts_and_everybody_those_of_the_sandbox(
    app: Flask, cast: Cast, program: Program, sandbox: Program
) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).approved_at = None
        session.execute(update(Gateway).values(kind="smpp", status=GatewayStatus.PAUSED))
    people = [{"to": "+48600100200"}, {"to": "+48601000101"}]  # the second is the owner's own
    for each in (TEXT, {**TEXT, "dry_run": True}):
        refused = program.post("/messages", each)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "trial-guests-only")
        assert sandbox.post("/messages", each).status_code in (200, 201)
    own = program.post("/messages", {**TEXT, "to": "+48601000101"})
    assert own.status_code == 201, own.text
    batch = {"text": "Here", "messages": people}
    real = program.post("/messages/batch", batch).get_json()
    assert [text["reason"] for text in real["messages"]] == ["trial", ""]
    tried = sandbox.post("/messages/batch", batch).get_json()
    assert (tried["queued"], tried["skipped"]) == (2, 0)


def test_opt_outs_are_of_real_texts(app: Flask, program: Program, sandbox: Program) -> None:
    program.post("/opt-outs", {"to": TEXT["to"]})
    people = [{"to": TEXT["to"]}]
    batch = {"text": "Here", "messages": people}
    assert sandbox.post("/messages", TEXT).status_code == 201
    assert sandbox.post("/messages/batch", batch).get_json()["queued"] == 1
    assert program.post("/messages/batch", batch).get_json()["skipped"] == 1
