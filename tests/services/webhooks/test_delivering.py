"""Deliveries: signed, tried again for a day, and never held up by an endpoint that is dead."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from standardwebhooks import Webhook, WebhookVerificationError

from promosms.extensions import db
from promosms.jobs.webhooks import client, deliverer
from promosms.models import (
    WebhookDelivery,
    WebhookEndpoint,
)
from promosms.services.webhooks import (
    claiming,
    endpoints,
    event_ids,
    recording,
)
from promosms.services.webhooks.claiming import Claimed
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.webhooks import (
    Received,
    Receiver,
    answering,
    deliver,
    listen,
    note,
    receiving,
    row,
    rows,
)


def test_it_is_signed_as_the_standard_says(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    note(endpoint)
    deliver(app)
    (request,) = receiver.requests
    secret = endpoints.secret_of(endpoint)
    assert secret is not None
    event = Webhook(secret).verify(request.body, dict(request.headers))
    assert event["type"] == "webhook.test"
    assert request.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(request.body + b" ", dict(request.headers))
    assert request.headers["webhook-id"] == event_ids.encode([row().id])[0]
    assert (row().status, row().tries, row().next_at) == ("delivered", 1, None)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_these_answers_take_it(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver, status: int
) -> None:
    receiver.answers = answering(status)
    note(endpoint)
    deliver(app)
    assert row().status == "delivered"


@pytest.mark.parametrize("status", [300, 301, 307, 400, 401, 404, 429, 500, 503])
def test_these_answers_do_not_and_it_is_tried_again(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver, status: int
) -> None:
    receiver.answers = answering(status, Location=receiver.url + "/elsewhere")
    note(endpoint)
    deliver(app)
    assert [request.path for request in receiver.requests] == ["/hook"], "it follows nowhere"
    assert (row().status, row().tries, row().history[0][1]) == ("waiting", 1, str(status))


def test_it_is_tried_eight_times_within_a_day_with_one_id(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers = answering(500)
    note(endpoint)
    first = row().occurred_at
    for tries in range(1, 9):
        deliver(app)
        assert (row().tries, len(receiver.requests)) == (tries, tries)
        if tries < 8:
            next_at = row().next_at
            assert next_at is not None
            clock.move(seconds=(next_at - clock.now()).total_seconds() - 1)
            deliver(app)
            assert len(receiver.requests) == tries, "not a second too early"
            clock.move(seconds=2)
    assert (row().status, row().next_at) == ("failed", None)
    assert timedelta(hours=23) < clock.now() - first < timedelta(hours=24)
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert len({request.body for request in receiver.requests}) == 1
    assert [each[1] for each in row().history] == ["500"] * 8
    clock.move(days=2)
    deliver(app)
    assert len(receiver.requests) == 8


def test_one_that_comes_back_takes_what_has_waited(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers = answering(500, 500, 200)
    note(endpoint)
    for _ in range(3):
        deliver(app)
        clock.move(minutes=6)
    assert (row().status, [each[1] for each in row().history]) == (
        "delivered",
        ["500", "500", "200"],
    )
    db.session.refresh(endpoint)
    assert (endpoint.failures, endpoint.failing_since, endpoint.resume_at) == (0, None, None)


@pytest.mark.parametrize(
    ("status", "asked", "seconds"),
    [(503, "60", 60), (429, "100", 100), (503, "2", 5), (500, "60", 5)],
)
def test_it_waits_as_long_as_it_is_asked_to(
    app: Flask,
    endpoint: WebhookEndpoint,
    receiver: Receiver,
    clock: Clock,
    status: int,
    asked: str,
    seconds: int,
) -> None:
    receiver.answers = answering(status, Retry_After=asked)
    clock.stop()
    note(endpoint)
    deliver(app)
    assert row().next_at == clock.now() + timedelta(seconds=seconds)
    note(endpoint)
    deliver(app)
    waits = status in (429, 503)
    assert len(receiver.requests) == (1 if waits else 2), "others wait with it"


def test_after_five_failures_an_endpoint_rests_and_one_try_wakes_it(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers = answering(500)
    note(*[endpoint] * 10)
    for expected in (2, 3, 4, 5):
        assert one_round(app) == expected
    assert one_round(app) == 5, "it rests"
    clock.move(seconds=6)
    receiver.answers = answering(200)
    deliver(app)
    assert [each.status for each in rows()].count("delivered") >= 5
    clock.move(minutes=10)
    deliver(app)
    assert [each.status for each in rows()] == ["delivered"] * 10


def one_round(app: Flask) -> int:
    """Claim once, deliver that, record it; returns how many requests were recorded so far."""
    with app.app_context():
        one = deliverer.Deliverer()
        one.allowed = {each.id: 1 for each in db.session.scalars(select(WebhookEndpoint))}
        if not any(each.tries for each in rows()):
            one.allowed = {}
        claimed, _ = claiming.claim(one.rooms())
        assert deliverer.send(one, claimed) == []
        while one.under_way:
            recording.record(one.answered(5))
        one.close()
        return sum(each.tries for each in rows())


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(1, 0), (4, 0), (5, 5), (6, 10), (10, 160), (11, 300), (12, 300), (10_000, 300)],
)
def test_the_rest_doubles_up_to_five_minutes(failures: int, seconds: int) -> None:
    assert recording.rest_after(failures) == timedelta(seconds=seconds)


def test_what_waited_for_a_day_is_given_up_unsent(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers = answering(500)
    note(endpoint)
    deliver(app)
    note(*[endpoint] * 30)
    clock.move(hours=24, minutes=1)
    receiver.answers = answering(200)
    deliver(app)
    assert len(receiver.requests) == 1
    assert {each.status for each in rows()} == {"failed"}


def test_what_is_late_because_we_stood_still_is_sent(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver, clock: Clock
) -> None:
    note(endpoint)
    clock.move(days=2)
    deliver(app)
    assert row().status == "delivered"


def test_a_claim_of_a_worker_that_was_killed_is_tried_by_the_next(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver, clock: Clock
) -> None:
    note(endpoint)
    claimed, _ = claiming.claim(lambda _: 9)
    assert len(claimed) == 1
    assert claiming.claim(lambda _: 9)[0] == []
    deliver(app)
    assert receiver.requests == []
    clock.move(seconds=61)
    deliver(app)
    assert (row().status, row().tries, len(receiver.requests)) == ("delivered", 1, 1)


def test_only_one_of_two_answers_counts(
    app: Flask, endpoint: WebhookEndpoint, clock: Clock
) -> None:
    note(endpoint)
    (first,), _ = claiming.claim(lambda _: 9)
    clock.move(seconds=61)
    (second,), _ = claiming.claim(lambda _: 9)
    recording.record([recording.Result(second, "204", clock.now())])
    recording.record([recording.Result(first, "500", clock.now())])
    assert (row().status, row().tries) == ("delivered", 1)


@contextmanager
def silent() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def test_dead_endpoints_delay_no_other(
    app: Flask,
    cast: Cast,
    endpoint: WebhookEndpoint,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "SECONDS", 600.0)
    with silent() as dead, receiving() as other:
        hanging = [listen(cast.owner.account_id, f"{dead}{number}") for number in range(10)]
        elsewhere = listen(cast.stranger.account_id, other.url)
        note(*hanging * 3, *[endpoint] * 40, *[elsewhere] * 40)
        one = deliverer.Deliverer()
        arrived = threading.Event()

        def take(_: Receiver, __: Received) -> tuple[int, dict[str, str]]:
            if len(receiver.requests) + len(other.requests) == 80:
                arrived.set()
            return 204, {}

        receiver.answers = other.answers = take
        while not arrived.is_set():
            assert deliverer.deliver(one, 0.1, idle_seconds=0.0)
        while one.under_way.total() > 20:
            assert deliverer.deliver(one, 0.1, idle_seconds=0.0)
        assert one.under_way == {each.id: deliverer.FIRST_OF_ONE for each in hanging}
        one.close()
    statuses = select(WebhookDelivery.status, func.count()).group_by(WebhookDelivery.status)
    assert {row[0]: row[1] for row in db.session.execute(statuses)} == {
        "delivered": 80,
        "waiting": 30,
    }


def test_many_dead_endpoints_leave_room_for_those_that_answer(
    cast: Cast, endpoint: WebhookEndpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "SECONDS", 600.0)
    monkeypatch.setattr(deliverer, "MOST", 5)
    monkeypatch.setattr(deliverer, "MOST_UNPROVEN", 4)
    one = deliverer.Deliverer()
    note(endpoint)
    assert not deliverer.deliver(one, 20.0, idle_seconds=0.0)
    with silent() as dead:
        hanging = [listen(cast.owner.account_id, f"{dead}{number}") for number in range(6)]
        note(*hanging * 2)
        assert deliverer.deliver(one, 0.2, idle_seconds=0.0)
        assert one.under_way.total() == 4, "their half is full"
        note(*[endpoint] * 9)
        while len(receiver.requests) < 10:
            assert deliverer.deliver(one, 0.1, idle_seconds=0.0)
        assert one.under_way.total() >= 4, "and none of them has answered"
        one.close()


def test_each_endpoint_gets_its_turn(
    app: Flask, cast: Cast, context: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "ENDPOINTS_TOGETHER", 2)
    made = [listen(cast.owner.account_id, f"https://a.example/{n}") for n in range(5)]
    note(*made * 2)
    seen, after = [], 0
    for _ in range(3):
        claimed, after = claiming.claim(lambda _: 1, after)
        seen.append([each.endpoint.id for each in claimed])
    ids = [each.id for each in made]
    assert seen == [ids[:2], ids[2:4], ids[4:]]
    assert after == 0


def test_what_nobody_expected_keeps_no_place(
    endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: object, __: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(client.Client, "send", fail)
    note(endpoint)
    one = deliverer.Deliverer()
    assert not deliverer.deliver(one, 20.0, idle_seconds=0.0)
    one.close()
    assert (row().status, row().history[0][1], one.under_way) == ("waiting", "broken", {})


def test_one_that_cannot_be_written_holds_up_no_other(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(*[endpoint] * 5)
    bad, true = rows()[2].id, deliverer.webhook_events.bodies

    def bodies(claimed: Sequence[Claimed]) -> dict[int, bytes]:
        if any(each.id == bad for each in claimed):
            raise ZeroDivisionError
        return true(claimed)

    monkeypatch.setattr(deliverer.webhook_events, "bodies", bodies)
    deliver(app)
    assert [each.status for each in rows()] == [
        *["delivered"] * 2,
        "waiting",
        *["delivered"] * 2,
    ]
    assert rows()[2].history[0][1] == "broken"
