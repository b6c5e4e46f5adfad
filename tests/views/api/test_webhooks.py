"""Webhooks by the API: added, read and deleted, apart by account and sandbox."""

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import ApiKey, Scope, WebhookEndpoint
from promosms.services.webhooks import endpoints, report_endpoints
from tests.support.api import Program, new_key
from tests.support.cast import Cast

HOOK = {
    "url": "https://shop.example/sms",
    "events": ["reply.received", "message.finished"],
    "details": True,
}


def stored(app: Flask) -> list[tuple[str, str, bool]]:
    with app.app_context():
        rows = db.session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.id))
        found = [(row.url, row.events, row.sandbox) for row in rows]
        db.session.remove()
        return found


def test_one_is_added_read_and_deleted(app: Flask, program: Program) -> None:
    added = program.post("/webhooks", HOOK)
    assert added.status_code == 201
    made = added.get_json()
    assert made["secret"].startswith("whsec_")
    assert (made["events"], made["details"], made["sandbox"], made["status"]) == (
        ["message.finished", "reply.received"],
        True,
        False,
        "active",
    )
    read = program.get(f"/webhooks/{made['id']}").get_json()
    assert read == {name: value for name, value in made.items() if name != "secret"}
    assert program.get("/webhooks").get_json() == {"webhooks": [read]}
    deleted = program.post(f"/webhooks/{made['id']}/delete")
    assert deleted.get_json() == {"id": made["id"], "deleted": True}
    assert program.post(f"/webhooks/{made['id']}/delete").status_code == 404
    assert stored(app) == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"url": "http://shop.example/"}, "invalid-webhook-address"),
        ({"url": "https://192.168.1.7/"}, "invalid-webhook-address"),
        ({"url": "https://me:secret@shop.example/"}, "invalid-webhook-address"),
        ({"url": "shop"}, "invalid-webhook-address"),
        ({"url": ""}, "invalid-request"),
        ({"events": []}, "invalid-request"),
        ({"events": ["webhook.test"]}, "invalid-request"),
        ({"events": ["message.finished"] * 8}, "invalid-request"),
    ],
)
def test_mistakes_point_at_their_member(
    app: Flask, program: Program, wrong: dict[str, object], code: str
) -> None:
    refused = program.post("/webhooks", {**HOOK, **wrong})
    assert (refused.status_code, refused.get_json()["code"]) == (422, code)
    (name,) = wrong
    assert refused.get_json()["errors"][0]["pointer"].startswith(f"#/{name}")
    assert stored(app) == []


def test_the_same_address_and_too_many_are_refused(
    app: Flask, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "MOST", 2)
    assert program.post("/webhooks", HOOK).status_code == 201
    assert program.post("/webhooks", HOOK).get_json()["code"] == "webhook-exists"
    assert program.post("/webhooks", {**HOOK, "url": "https://a.example"}).status_code == 201
    refused = program.post("/webhooks", {**HOOK, "url": "https://b.example"}).get_json()
    assert (refused["code"], refused["most"]) == ("too-many-stored", 2)
    assert len(stored(app)) == 2


def test_a_request_that_is_repeated_adds_one(app: Flask, program: Program) -> None:
    once = {"headers": {"Idempotency-Key": "hook 1"}}
    first = program.post("/webhooks", HOOK, **once)
    again = program.post("/webhooks", HOOK, **once)
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    program.post(f"/webhooks/{first.get_json()['id']}/delete")
    assert program.post("/webhooks", HOOK, **once).get_json()["code"] == "done-and-deleted"
    assert stored(app) == []


def test_details_need_the_right_to_read(app: Flask, cast: Cast) -> None:
    only = Program(app, new_key(app, cast.owner.account_id, scopes=(Scope.WEBHOOKS,)))
    refused = only.post("/webhooks", HOOK)
    assert (refused.status_code, refused.get_json()["scope"]) == (403, "read")
    assert only.post("/webhooks", {**HOOK, "details": False}).status_code == 201


def test_the_sandbox_and_the_account_of_others_are_apart(
    app: Flask, cast: Cast, program: Program, sandbox: Program
) -> None:
    stranger = Program(app, new_key(app, cast.stranger.account_id))
    real = program.post("/webhooks", HOOK).get_json()
    tried = sandbox.post("/webhooks", HOOK).get_json()
    assert [each[2] for each in stored(app)] == [False, True]
    for one, other in ((program, tried), (sandbox, real), (stranger, real), (stranger, tried)):
        assert one.get(f"/webhooks/{other['id']}").status_code == 404
        assert one.post(f"/webhooks/{other['id']}/delete").status_code == 404
        assert other["id"] not in one.get("/webhooks").text
    assert len(stored(app)) == 2


def test_servers_of_plug_ins_are_none_of_them(app: Flask, cast: Cast, program: Program) -> None:
    with app.app_context():
        key = db.session.scalars(select(ApiKey)).one()
        report_endpoints.ensure(key.account_id, "https://shop.example/?id=1", "tests")
        made = db.session.scalars(select(WebhookEndpoint)).one().public_id
    assert program.get("/webhooks").get_json() == {"webhooks": []}
    assert program.get(f"/webhooks/{made}").status_code == 404
