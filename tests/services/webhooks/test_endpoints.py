"""Endpoints: their secrets and limits, warned and disabled when they do not answer, their log."""

import base64
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from standardwebhooks import Webhook, WebhookVerificationError

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    DeliveryStatus,
    Email,
    EndpointStatus,
    WebhookEndpoint,
)
from promosms.services.privacy import purge_rows
from promosms.services.webhooks import (
    endpoints,
    event_ids,
    log,
    watching,
)
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.webhooks import (
    Receiver,
    answering,
    deliver,
    listen,
    note,
    receiving,
    row,
    rows,
)

ACTOR = "tests"


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
    account_id = cast.owner.account_id
    found = log.find(account_id, event_ids.encode([ids[1]])[0])
    assert found is not None
    assert (found[0].id, found[1].id) == (endpoint.id, ids[1])
    assert log.find(account_id, event_ids.encode([ids[3]])[0]) is None, "of another account"
    for wrong in ("", "evt_", "evt_x", "msg_000000000", str(ids[1])):
        assert log.find(account_id, wrong) is None


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


def test_one_for_real_texts_stays_that(context: None, cast: Cast) -> None:
    """The numbers in its events would be those of other texts."""
    for sandbox in (False, True):
        made = listen(cast.owner.account_id, "https://a.example/", sandbox=sandbox)
        other = endpoints.Wish("https://b.example/", endpoints.events_of(made), sandbox=not sandbox)
        endpoints.change(made, other, ACTOR)
        assert (made.url, made.sandbox) == ("https://b.example/", sandbox)
