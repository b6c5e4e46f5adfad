"""Deliveries: signed, tried again for a day, and never held up by an endpoint that is dead."""

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from standardwebhooks import Webhook, WebhookVerificationError

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs.webhooks import client, deliverer
from promosms.models import (
    Account,
    AccountStatus,
    DeliveryStatus,
    Email,
    EndpointStatus,
    WebhookDelivery,
    WebhookEndpoint,
)
from promosms.services.privacy import purge_rows
from promosms.services.webhooks import (
    claiming,
    endpoints,
    event_ids,
    log,
    noting,
    recording,
    watching,
)
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.webhooks import Received, Receiver, deliver, listen, receiving

ACTOR = "tests"


def note(*some: WebhookEndpoint) -> None:
    """An event for each of these endpoints."""
    with transaction() as session:
        for endpoint in some:
            noting.note_test(session, endpoint)


def answering(*statuses: int, **headers: str) -> "Answering":
    return Answering(
        list(statuses), {name.replace("_", "-"): value for name, value in headers.items()}
    )


class Answering:
    """Answers with these statuses, one after the other, and with the last one for ever."""

    def __init__(self, statuses: list[int], headers: dict[str, str]) -> None:
        self.statuses, self.headers = statuses, headers

    def __call__(self, _receiver: Receiver, _request: Received) -> tuple[int, dict[str, str]]:
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return status, self.headers


def rows() -> list[WebhookDelivery]:
    db.session.rollback()
    return list(db.session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def row() -> WebhookDelivery:
    (found,) = rows()
    return found


@pytest.fixture
def endpoint(context: None, cast: Cast, receiver: Receiver) -> WebhookEndpoint:
    return listen(cast.owner.account_id, receiver.url)


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


@pytest.mark.parametrize(("hours", "both"), [(23.9, True), (24.1, False)])
def test_an_old_secret_signs_beside_the_new_one_for_a_day(
    app: Flask,
    endpoint: WebhookEndpoint,
    receiver: Receiver,
    clock: Clock,
    hours: float,
    both: bool,
) -> None:
    old = endpoints.secret_of(endpoint) or ""
    endpoints.rotate(endpoint, ACTOR)
    new = endpoints.secret_of(endpoint) or ""
    with pytest.raises(endpoints.AlreadyRotated):
        endpoints.rotate(endpoint, ACTOR)
    clock.move(hours=hours)
    note(endpoint)
    deliver(app)
    (request,) = receiver.requests
    Webhook(new).verify(request.body, dict(request.headers))
    if both:
        Webhook(old).verify(request.body, dict(request.headers))
    else:
        with pytest.raises(WebhookVerificationError):
            Webhook(old).verify(request.body, dict(request.headers))
        endpoints.rotate(endpoint, ACTOR)


def test_the_old_secret_can_be_ended_at_once(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    endpoints.rotate(endpoint, ACTOR)
    endpoints.end_old_secret(endpoint, ACTOR)
    note(endpoint)
    deliver(app)
    assert " " not in receiver.requests[0].headers["webhook-signature"]


def test_secrets_are_random_and_long(context: None, cast: Cast) -> None:
    made = [listen(cast.owner.account_id, f"https://a.example/{n}") for n in range(2)]
    secrets = [endpoints.secret_of(each) or "" for each in made]
    assert secrets[0] != secrets[1]
    assert all(len(base64.b64decode(secret.removeprefix("whsec_"))) == 32 for secret in secrets)
    assert secrets[0].encode() not in made[0].secret


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
        claimed, _ = claiming.claim(one.room)
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


def test_one_that_is_gone_is_disabled_at_once(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.answers = answering(410)
    note(*[endpoint] * 5)
    deliver(app)
    db.session.refresh(endpoint)
    assert endpoint.status == EndpointStatus.DISABLED
    assert {each.status for each in rows()} <= {"failed", "dropped"}
    assert all(each.next_at is None for each in rows())
    assert [email.subject for email in emails()] == ["A webhook was switched off"]


def emails() -> list[Email]:
    return list(db.session.scalars(select(Email).order_by(Email.id)))


def fail_for(app: Flask, endpoint: WebhookEndpoint, clock: Clock, hours: float) -> None:
    """An event fails now, and another one after so many hours; then the sweep looks."""
    note(endpoint)
    deliver(app)
    watching.watch()
    assert emails() == []
    clock.move(hours=hours)
    note(endpoint)
    deliver(app)
    watching.watch()


@pytest.mark.parametrize(
    ("hours", "subjects", "status"),
    [
        (23.9, [], "active"),
        (24.1, ["A webhook does not answer"], "active"),
        (71.9, ["A webhook does not answer"], "active"),
        (72.1, ["A webhook was switched off"], "disabled"),
    ],
)
def test_its_owner_is_warned_after_a_day_and_it_is_disabled_after_three(
    app: Flask,
    endpoint: WebhookEndpoint,
    receiver: Receiver,
    clock: Clock,
    hours: float,
    subjects: list[str],
    status: str,
) -> None:
    receiver.answers = answering(500)
    fail_for(app, endpoint, clock, hours)
    watching.watch()
    db.session.refresh(endpoint)
    assert ([email.subject for email in emails()], endpoint.status) == (subjects, status)
    waiting = [each for each in rows() if each.next_at is not None]
    assert bool(waiting) == (status == "active")
    assert all(endpoint.url in email.body for email in emails())


def test_one_that_nothing_was_sent_to_meanwhile_is_not_disabled(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers = answering(500)
    note(endpoint)
    deliver(app)
    clock.move(days=9)
    watching.watch()
    db.session.refresh(endpoint)
    assert (endpoint.status, emails()) == ("active", [])


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


@pytest.mark.parametrize("how", ["off", "suspended", "deleted"])
def test_nothing_leaves_once_that_is_said(
    app: Flask, cast: Cast, endpoint: WebhookEndpoint, receiver: Receiver, how: str
) -> None:
    note(endpoint)
    if how == "off":
        endpoints.switch_off(endpoint, ACTOR)
    elif how == "deleted":
        endpoints.delete(endpoint, ACTOR)
    else:
        with transaction() as session:
            account = session.get_one(Account, cast.owner.account_id)
            account.status = AccountStatus.SUSPENDED
    deliver(app)
    assert receiver.requests == []
    left = {"off": ["dropped"], "suspended": ["waiting"], "deleted": []}
    assert [each.status for each in rows()] == left[how]


def test_what_is_more_than_one_transaction_ends_is_ended_by_the_sweep(
    endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "BATCH", 2)
    note(*[endpoint] * 5)
    endpoints.switch_off(endpoint, ACTOR)
    assert [each.status for each in rows()].count("waiting") == 3
    watching.watch()
    watching.watch()
    assert [each.status for each in rows()] == ["dropped"] * 5


def test_what_did_not_arrive_is_sent_again_by_hand(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers = answering(410)
    note(endpoint)
    deliver(app)
    db.session.refresh(endpoint)
    assert log.all_again(endpoint) == 0, "it is off"
    endpoints.switch_on(endpoint, ACTOR)
    assert log.again(endpoint, row())
    assert not log.again(endpoint, row()), "it waits already"
    receiver.answers = answering(200)
    deliver(app)
    assert (row().status, row().tries) == ("delivered", 1)
    assert [each[1] for each in row().history] == ["410", "200"]
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert log.again(endpoint, row()), "also what has arrived"
    deliver(app)
    assert len(receiver.requests) == 3
    note(endpoint)
    receiver.answers = answering(410)
    deliver(app)
    endpoints.switch_on(endpoint, ACTOR)
    assert log.last_failed(endpoint) == rows()[1].occurred_at
    assert log.all_again(endpoint) == 1


def test_the_log_has_pages_and_finds_by_the_id_that_programs_see(
    cast: Cast, endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "SIZE", 2)
    other = listen(cast.stranger.account_id, "https://b.example")
    note(endpoint, endpoint, endpoint, other)
    first = log.page(endpoint, None)
    second = log.page(endpoint, first.next_key)
    ids = [each.id for each in rows()]
    assert [each.id for each in (*first.rows, *second.rows)] == ids[2::-1]
    assert second.next_key is None
    assert log.page(endpoint, None, DeliveryStatus.FAILED).rows == []
    found = log.find(endpoint, event_ids.encode([ids[1]])[0])
    assert found is not None
    assert found.id == ids[1]
    assert log.find(endpoint, event_ids.encode([ids[3]])[0]) is None, "of another account"
    for wrong in ("", "evt_", "evt_x", "msg_000000000", str(ids[1])):
        assert log.find(endpoint, wrong) is None


@pytest.mark.parametrize(("days", "left"), [(13.9, 1), (14.1, 0)])
def test_the_log_is_kept_for_two_weeks(
    endpoint: WebhookEndpoint, clock: Clock, days: float, left: int
) -> None:
    note(endpoint)
    clock.move(days=days)
    purge_rows.webhook_deliveries({}, lambda: False)
    assert len(rows()) == left


def test_there_are_at_most_twenty_and_none_twice(context: None, cast: Cast) -> None:
    account_id = cast.owner.account_id
    for number in range(endpoints.MOST):
        listen(account_id, f"https://a.example/{number}")
        if not number:
            with pytest.raises(endpoints.AlreadyThere):
                listen(account_id, "https://a.example/0")
    with pytest.raises(endpoints.TooMany):
        listen(account_id, "https://a.example/more")
    listen(cast.stranger.account_id, "https://a.example/0")


def test_a_moved_endpoint_gets_what_has_waited(
    app: Flask, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.answers = answering(500)
    note(*[endpoint] * 9)
    with transaction() as session:
        endpoint.resume_at = endpoint.created_at + timedelta(days=1)
        session.merge(endpoint)
    deliver(app)
    assert receiver.requests == []
    with receiving() as other:
        wish = endpoints.Wish(other.url, endpoints.events_of(endpoint))
        endpoints.change(endpoint, wish, ACTOR)
        deliver(app)
        assert len(other.requests) == 9
