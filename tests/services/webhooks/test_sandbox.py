"""Webhooks of the sandbox hear what would have become of its texts, at the time when it would."""

import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import SuppressionSource
from promosms.services.sending import opt_outs
from tests.services.api.conftest import program, sandbox
from tests.support.api import Program
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.engine import settle
from tests.support.webhooks import Receiver, deliver, listen

__all__ = ["program", "sandbox"]


def text(number: str, **more: object) -> dict[str, object]:
    return {
        "to": f"+486012{number}",
        "text": "Your parcel is here.",
        "reference": "order-1",
        **more,
    }


@pytest.fixture
def endpoint(app: Flask, cast: Cast, receiver: Receiver) -> None:
    with app.app_context():
        listen(cast.owner.account_id, receiver.url, sandbox=True)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("00000", [(1, "sent"), (3, "delivered")]),
        ("00001", [(1, "failed")]),
        ("00002", [(1, "sent"), (3, "undelivered")]),
        ("00003", [(1, "sent"), (3, "expired")]),
        ("00004", [(1, "sent"), (30, "delivered")]),
        ("00005", [(1, "sent")]),
        ("00006", [(1, "unknown"), (3, "delivered")]),
    ],
)
def test_it_hears_when_it_would_have_happened(
    app: Flask,
    endpoint: None,
    sandbox: Program,
    receiver: Receiver,
    clock: Clock,
    number: str,
    told: list[tuple[int, str]],
) -> None:
    clock.stop()
    made = sandbox.post("/messages", text(number)).get_json()
    passed = 0
    heard = []
    for at in (1, 3, 30):
        deliver(app)
        assert len(receiver.requests) == len(heard), "not before its time"
        clock.move(seconds=at - passed)
        passed = at
        deliver(app)
        new = receiver.told[len(heard) :]
        heard += [(at, data["status"]) for _, data in new]
        for event, data in new:
            status = sandbox.get(f"/messages/{made['id']}").get_json()["status"]
            assert (data["id"], data["status"], data["reference"]) == (
                made["id"],
                status,
                "order-1",
            )
            assert data["sandbox"] is True
            assert event == ("message.sent" if status == "sent" else "message.finished")
    assert heard == told


def test_the_texts_of_a_batch_are_told_too(
    app: Flask, endpoint: None, sandbox: Program, receiver: Receiver, clock: Clock
) -> None:
    people = [{"to": f"+4860120010{n}", "reference": f"order-{n}"} for n in range(3)]
    made = sandbox.post("/messages/batch", {"text": "Your parcel is here.", "messages": people})
    assert made.status_code == 201
    clock.move(seconds=4)
    deliver(app)
    told = {(data["reference"], data["status"]) for _, data in receiver.told}
    assert told == {(f"order-{n}", status) for n in range(3) for status in ("sent", "delivered")}


def test_what_was_cancelled_does_not_happen(
    app: Flask, endpoint: None, sandbox: Program, receiver: Receiver, clock: Clock
) -> None:
    later = {"send_at": f"{clock.now().replace(microsecond=0).isoformat()[:19]}Z"}
    made = sandbox.post("/messages", text("00000", **later)).get_json()
    assert sandbox.post(f"/messages/{made['id']}/cancel").status_code == 200
    clock.move(hours=1)
    deliver(app)
    assert [data["status"] for _, data in receiver.told] == ["cancelled"]


def test_it_hears_of_nothing_real(
    app: Flask, cast: Cast, endpoint: None, program: Program, receiver: Receiver
) -> None:
    program.post("/messages", text("00000"))
    settle(app)
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, "+48601200000", SuppressionSource.HAND)
    deliver(app)
    assert receiver.requests == []


def test_one_for_real_texts_hears_of_none_of_the_sandbox(
    app: Flask, cast: Cast, sandbox: Program, receiver: Receiver, clock: Clock
) -> None:
    with app.app_context():
        listen(cast.owner.account_id, receiver.url)
        db.session.remove()
    sandbox.post("/messages", text("00000"))
    clock.move(minutes=1)
    deliver(app)
    assert receiver.requests == []
